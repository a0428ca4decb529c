/* nearest.h -- how far two names are apart, for "did you mean". */
#ifndef TW_BASE_NEAREST_H
#define TW_BASE_NEAREST_H

#include <stddef.h>

/** How many changes of a letter make one name of another (Levenshtein's distance). Names of more
 * than 64 bytes count as far apart. */
size_t tw_base_distance(const char *a, const char *b);

/** The largest distance at which `name` is still taken for a misspelling. */
size_t tw_base_distance_limit(const char *name);

#endif
