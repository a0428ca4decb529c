/* pack_cache.c -- has added packs compiled by the helper program, and remembers the result.
 *
 * The compiler is a program of its own so that the scanning executable does not carry libyaml and
 * the compiling half of the matcher. The cache is an optimisation only: whatever is wrong with it,
 * the pack is compiled again. */
#include "pack/pack_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "match/match.h"
#include "pack/pack_blob.h"
#include "pack/pack_files.h"

#define PATH_BYTES 4096

char *tw_pack_helper(const char *name, struct tw_error *error)
{
    /* Beside the executable's folder, as it is built and installed. */
    static const char *const places[] = {"../libexec/tlswhy/", ""};
    char self[PATH_BYTES];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    while (length > 0 && self[length - 1] != '/') {
        length--;
    }
    for (size_t i = 0; length > 0 && i < sizeof places / sizeof *places; i++) {
        struct tw_buffer path = TW_BUFFER_INIT(2 * PATH_BYTES);
        tw_base_buffer_add(&path, (struct tw_span){self, (size_t)length});
        tw_base_buffer_print(&path, "%s%s", places[i], name);
        char *copy = path.status == TW_OK && access(path.at, X_OK) == 0
                         ? tw_base_copy(tw_base_buffer_span(&path))
                         : NULL;
        tw_base_buffer_free(&path);
        if (copy != NULL) {
            return copy;
        }
    }
    (void)tw_base_error_set(error, TW_ERR_IO,
                            "the helper program %s is not installed beside tlswhy "
                            "(../libexec/tlswhy/%s)",
                            name, name);
    return NULL;
}

int tw_pack_default_fd(struct tw_error *error)
{
    struct tw_span blob = tw_pack_default_blob();
    int fd = memfd_create("tlswhy-default-pack", 0);
    size_t done = 0;
    while (fd >= 0 && done < blob.length) {
        ssize_t wrote = write(fd, blob.at + done, blob.length - done);
        if (wrote < 0 && errno != EINTR) {
            (void)close(fd);
            fd = -1;
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    if (fd < 0) {
        (void)tw_base_error_system(error, "cannot pass on", "the built-in pack", errno);
    }
    return fd;
}

/* Makes the folders of `path` that are missing. */
static void make_folders(char *path)
{
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            (void)mkdir(path, 0700);
            *at = '/';
        }
    }
}

/* Where the compiled form lies: "" where the user has no cache folder. */
static void cache_path(struct tw_buffer *path, uint64_t key)
{
    char text[17];
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    tw_base_hash_text(key, text);
    if (cache != NULL && cache[0] == '/') {
        tw_base_buffer_print(path, "%s/tlswhy/%s.pack", cache, text);
    } else if (home != NULL && home[0] == '/') {
        tw_base_buffer_print(path, "%s/.cache/tlswhy/%s.pack", home, text);
    }
}

static enum tw_status run_helper(char *const *arguments, struct tw_error *error)
{
    pid_t child;
    int code = posix_spawn(&child, arguments[0], NULL, NULL, arguments, environ);
    if (code != 0) {
        return tw_base_error_system(error, "cannot start", arguments[0], code);
    }
    int state = 0;
    while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0) {
        return TW_OK;
    }
    if (WIFEXITED(state) && WEXITSTATUS(state) == 1) {
        return tw_base_error_set(error, TW_ERR_DATA,
                                 "the pack has mistakes; correct them, nothing was scanned");
    }
    return tw_base_error_set(error, TW_ERR_IO, "the pack could not be compiled");
}

/* Compiles to a temporary file beside `path` and opens it; moved into place last, so that a reader
 * sees all of it or nothing. */
static enum tw_status compile(struct tw_pack **out, const char *path, bool without_default,
                              const char *const *directories, size_t count, struct tw_error *error)
{
    char temporary[PATH_BYTES];
    char base[64];
    int base_fd = -1;
    char *helper = tw_pack_helper("tlswhy-pack", error);
    char **arguments = tw_base_alloc(count + 8, sizeof *arguments);
    enum tw_status status = TW_OK;
    if (helper == NULL || arguments == NULL) {
        status =
            helper == NULL ? TW_ERR_IO : tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
        goto done;
    }
    bool cached = path[0] != '\0';
    (void)snprintf(temporary, sizeof temporary, "%s.XXXXXX", cached ? path : "/tmp/tlswhy-pack");
    make_folders(temporary);
    int fd = mkstemp(temporary);
    if (fd < 0) {
        cached = false;
        (void)snprintf(temporary, sizeof temporary, "/tmp/tlswhy-pack.XXXXXX");
        fd = mkstemp(temporary);
    }
    if (fd < 0) {
        status = tw_base_error_system(error, "cannot create", temporary, errno);
        goto done;
    }
    (void)close(fd);
    size_t n = 0;
    arguments[n++] = helper;
    arguments[n++] = (char *)(uintptr_t) "compile";
    arguments[n++] = (char *)(uintptr_t) "--output";
    arguments[n++] = temporary;
    if (!without_default) {
        base_fd = tw_pack_default_fd(error);
        status = base_fd < 0 ? TW_ERR_IO : TW_OK;
        (void)snprintf(base, sizeof base, "/proc/self/fd/%d", base_fd);
        arguments[n++] = (char *)(uintptr_t) "--base";
        arguments[n++] = base;
    }
    for (size_t i = 0; i < count; i++) {
        arguments[n++] = (char *)(uintptr_t)directories[i];
    }
    if (status == TW_OK) {
        status = run_helper(arguments, error);
    }
    if (status == TW_OK) {
        status = tw_pack_open_file(out, temporary, error);
    }
    if (status != TW_OK || !cached || rename(temporary, path) != 0) {
        (void)unlink(temporary);
    }
done:
    if (base_fd >= 0) {
        (void)close(base_fd);
    }
    tw_base_free(arguments);
    tw_base_free(helper);
    return status;
}

enum tw_status tw_pack_open_with(struct tw_pack **out, bool without_default,
                                 const char *const *directories, size_t count,
                                 struct tw_error *error)
{
    *out = NULL;
    if (count == 0 && !without_default) {
        return tw_pack_open_default(out, error);
    }
    uint64_t key = tw_base_hash(TW_HASH_START, tw_base_span(tw_match_version()));
    key = tw_base_hash_number(key, TW_BLOB_VERSION);
    if (!without_default) {
        struct tw_pack *base = NULL;
        enum tw_status status = tw_pack_open_default(&base, error);
        if (status != TW_OK) {
            return status;
        }
        key = tw_base_hash_number(key, base->digest);
        tw_pack_free(base);
    }
    for (size_t i = 0; i < count; i++) {
        enum tw_status status = tw_pack_files_digest(directories[i], &key, error);
        if (status != TW_OK) {
            return status;
        }
    }
    struct tw_buffer path = TW_BUFFER_INIT(PATH_BYTES - 16);
    struct tw_error ignored;
    tw_base_buffer_add_char(&path, '\0');
    path.length = 0;
    cache_path(&path, key);
    const char *name = path.status == TW_OK && path.length > 0 ? path.at : "";
    enum tw_status status = name[0] == '\0' ? TW_ERR_IO : tw_pack_open_file(out, name, &ignored);
    if (status != TW_OK) {
        status = compile(out, name, without_default, directories, count, error);
    }
    tw_base_buffer_free(&path);
    return status;
}
