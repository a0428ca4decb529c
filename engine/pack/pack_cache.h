/* pack_cache.h -- packs that a user adds: compiled by a helper program, kept in the user's cache
 * folder. */
#ifndef TW_PACK_CACHE_H
#define TW_PACK_CACHE_H

#include "pack/pack.h"

/** Opens the default pack (unless `without_default`) with the packs of `directories` added. With no
 *  directory and the default, nothing is compiled. The compiled form is cached under
 * $XDG_CACHE_HOME/tlswhy or
 *  ~/.cache/tlswhy, keyed by content and library; a cache that is damaged or cannot be written is
 * no failure. TW_ERR_DATA: the pack has mistakes; the helper has printed them to standard error.
 * TW_ERR_IO: the helper is missing, or a folder cannot be read. */
enum tw_status tw_pack_open_with(struct tw_pack **out, bool without_default,
                                 const char *const *directories, size_t count,
                                 struct tw_error *error);

/** The path of a helper program such as `tlswhy-pack`, to be freed with tw_base_free; NULL and an
 * error where there is none. */
char *tw_pack_helper(const char *name, struct tw_error *error);

/** A descriptor from which the embedded pack can be read, inherited by programs that are started;
 * -1 and an error where the system refuses. */
int tw_pack_default_fd(struct tw_error *error);

#endif
