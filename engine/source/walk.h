/* walk.h -- which files there are: paths that the user named, and what lies in the folders among
 * them. */
#ifndef TW_SOURCE_WALK_H
#define TW_SOURCE_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/** A path to look at. */
struct tw_source_path {
    char *path;
    bool named;    /**< the user named it; it was not found in a folder */
    char *failure; /**< why it cannot be looked at, or NULL */
};

/** Paths in the order in which they were found. Zero it first; free it with tw_source_paths_free.
 */
struct tw_source_paths {
    struct tw_source_path *at;
    size_t count;
    size_t room;
};

/** What of a folder is looked at. Globs are matched against the file's name, or, where they have a
 *  slash, against its path. NULL or empty: everything. */
struct tw_source_filter {
    const char *const *include;
    size_t include_count;
    const char *const *exclude;
    size_t exclude_count;
};

/** Adds a path that the user named: a file, "-" for standard input, or a folder with all files in
 * it. Symbolic links in folders are not followed; special files in them are passed over, as are
 * folders deeper than TW_WALK_DEPTH. What cannot be read is added with its failure. Only
 * TW_ERR_MEMORY fails. */
enum tw_status tw_source_walk(struct tw_source_paths *paths, const char *path,
                              const struct tw_source_filter *filter, struct tw_error *error);

void tw_source_paths_free(struct tw_source_paths *paths);

#endif
