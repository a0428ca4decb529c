/* pack_files.c -- lists and hashes the files of a pack's folder; see pack_files.h. */
#include "pack/pack_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/hash.h"

/* Folders below a pack's folder that are looked into: errors/, clients/ ... and one more level. */
#define DEPTH 4
#define PATH_BYTES 4096

static enum tw_status add(struct tw_pack_files *files, const char *path, struct tw_error *error)
{
    char **grown = tw_base_realloc(files->paths, files->count + 1, sizeof *grown);
    if (grown != NULL) {
        files->paths = grown;
        files->paths[files->count] = tw_base_copy(tw_base_span(path));
    }
    if (grown == NULL || files->paths[files->count] == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    files->count++;
    return TW_OK;
}

static bool is_yaml(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

static enum tw_status list(struct tw_pack_files *files, const char *directory, int depth,
                           struct tw_error *error)
{
    DIR *folder = opendir(directory);
    if (folder == NULL) {
        return tw_base_error_system(error, "cannot open the pack", directory, errno);
    }
    enum tw_status status = TW_OK;
    for (struct dirent *entry; status == TW_OK && (entry = readdir(folder)) != NULL;) {
        struct tw_buffer path = TW_BUFFER_INIT(PATH_BYTES);
        struct stat info;
        if (entry->d_name[0] == '.') {
            continue;
        }
        tw_base_buffer_print(&path, "%s/%s", directory, entry->d_name);
        if (path.status != TW_OK || stat(path.at, &info) != 0) {
            status = tw_base_error_set(error, TW_ERR_IO, "%s/%s: cannot be read", directory,
                                       entry->d_name);
        } else if (S_ISDIR(info.st_mode) && depth < DEPTH) {
            status = list(files, path.at, depth + 1, error);
        } else if (S_ISREG(info.st_mode) && is_yaml(entry->d_name)) {
            status = add(files, path.at, error);
        }
        tw_base_buffer_free(&path);
    }
    (void)closedir(folder);
    return status;
}

static int by_bytes(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

enum tw_status tw_pack_files_list(struct tw_pack_files *files, const char *directory,
                                  struct tw_error *error)
{
    *files = (struct tw_pack_files){.paths = NULL};
    enum tw_status status = list(files, directory, 1, error);
    if (status == TW_OK && files->count == 0) {
        return tw_base_error_set(error, TW_ERR_DATA, "%s: there is no .yaml file in it", directory);
    }
    if (status == TW_OK) {
        qsort(files->paths, files->count, sizeof *files->paths, by_bytes);
    }
    return status;
}

void tw_pack_files_free(struct tw_pack_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        tw_base_free(files->paths[i]);
    }
    tw_base_free(files->paths);
    *files = (struct tw_pack_files){.paths = NULL};
}

static enum tw_status digest_file(const char *path, uint64_t *digest, struct tw_error *error)
{
    char bytes[16384];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return tw_base_error_system(error, "cannot open", path, errno);
    }
    for (;;) {
        ssize_t got = read(fd, bytes, sizeof bytes);
        if (got > 0) {
            *digest = tw_base_hash(*digest, (struct tw_span){bytes, (size_t)got});
        } else if (got == 0 || errno != EINTR) {
            int code = errno;
            (void)close(fd);
            return got == 0 ? TW_OK : tw_base_error_system(error, "cannot read", path, code);
        }
    }
}

enum tw_status tw_pack_files_digest(const char *directory, uint64_t *digest, struct tw_error *error)
{
    struct tw_pack_files files;
    enum tw_status status = tw_pack_files_list(&files, directory, error);
    for (size_t i = 0; status == TW_OK && i < files.count; i++) {
        /* The name counts too: messages and `explain` show it. */
        *digest = tw_base_hash(*digest, tw_base_span(files.paths[i]));
        status = digest_file(files.paths[i], digest, error);
    }
    tw_pack_files_free(&files);
    return status;
}
