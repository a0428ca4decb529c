/* pack_files.h -- the files of a pack's folder. */
#ifndef TW_PACK_FILES_H
#define TW_PACK_FILES_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/** Paths of the .yaml files below a folder, in byte order. */
struct tw_pack_files {
    char **paths;
    size_t count;
};

/** Lists them. TW_ERR_IO: the folder cannot be read; TW_ERR_DATA: there is none in it. The caller
 *  frees `files` with tw_pack_files_free, also after a failure. */
enum tw_status tw_pack_files_list(struct tw_pack_files *files, const char *directory,
                                  struct tw_error *error);
void tw_pack_files_free(struct tw_pack_files *files);

/** Continues the hash `*digest` with the bytes of every file of a pack's folder. */
enum tw_status tw_pack_files_digest(const char *directory, uint64_t *digest,
                                    struct tw_error *error);

#endif
