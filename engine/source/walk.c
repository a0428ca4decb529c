/* walk.c -- lists files and folders; see walk.h. Opens no file. */
#include "source/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/limits.h"

/* Longest path that is followed: more than any file system takes. */
#define PATH_BYTES (64u << 10)

static enum tw_status add(struct tw_source_paths *paths, const char *path, bool named,
                          const char *failure, struct tw_error *error)
{
    if (paths->count == paths->room) {
        size_t room = paths->room == 0 ? 64 : paths->room * 2;
        struct tw_source_path *grown = tw_base_realloc(paths->at, room, sizeof *grown);
        if (grown == NULL) {
            return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
        }
        paths->at = grown;
        paths->room = room;
    }
    struct tw_source_path entry = {tw_base_copy(tw_base_span(path)), named, NULL};
    if (failure != NULL) {
        entry.failure = tw_base_copy(tw_base_span(failure));
    }
    if (entry.path == NULL || (failure != NULL && entry.failure == NULL)) {
        tw_base_free(entry.path);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    paths->at[paths->count++] = entry;
    return TW_OK;
}

static enum tw_status add_failure(struct tw_source_paths *paths, const char *path, bool named,
                                  int code, struct tw_error *error)
{
    char text[128];
    return add(paths, path, named, strerror_r(code, text, sizeof text), error);
}

static bool matches(const char *path, const char *const *globs, size_t count)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    for (size_t i = 0; i < count; i++) {
        const char *subject = strchr(globs[i], '/') == NULL ? name : path;
        if (fnmatch(globs[i], subject, 0) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(const char *path, const struct tw_source_filter *filter)
{
    return (filter->include_count == 0 || matches(path, filter->include, filter->include_count)) &&
           !matches(path, filter->exclude, filter->exclude_count);
}

static enum tw_status walk(struct tw_source_paths *paths, const char *directory, int depth,
                           const struct tw_source_filter *filter, struct tw_error *error)
{
    DIR *folder = opendir(directory);
    if (folder == NULL) {
        return add_failure(paths, directory, depth == 1, errno, error);
    }
    enum tw_status status = TW_OK;
    while (status == TW_OK) {
        errno = 0; /* readdir tells an error from the end by it alone */
        struct dirent *entry = readdir(folder);
        struct tw_buffer path = TW_BUFFER_INIT(PATH_BYTES);
        struct stat info;
        if (entry == NULL) {
            if (errno != 0) {
                status = add_failure(paths, directory, false, errno, error);
            }
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        size_t length = strlen(directory);
        bool slash = length > 0 && directory[length - 1] == '/';
        tw_base_buffer_print(&path, "%s%s%s", directory, slash ? "" : "/", entry->d_name);
        if (path.status != TW_OK) {
            status = add(paths, directory, false, "its path is too long", error);
        } else if (lstat(path.at, &info) != 0) {
            status = add_failure(paths, path.at, false, errno, error);
        } else if (S_ISDIR(info.st_mode)) {
            status = depth < TW_WALK_DEPTH
                         ? walk(paths, path.at, depth + 1, filter, error)
                         : add(paths, path.at, false, "too many folders within one another", error);
        } else if (S_ISREG(info.st_mode) && is_wanted(path.at, filter)) {
            status = add(paths, path.at, false, NULL, error);
        }
        tw_base_buffer_free(&path);
    }
    (void)closedir(folder);
    return status;
}

enum tw_status tw_source_walk(struct tw_source_paths *paths, const char *path,
                              const struct tw_source_filter *filter, struct tw_error *error)
{
    struct stat info;
    if (strcmp(path, "-") == 0) {
        return add(paths, path, true, NULL, error);
    }
    if (stat(path, &info) != 0) {
        return add_failure(paths, path, true, errno, error);
    }
    if (S_ISDIR(info.st_mode)) {
        return walk(paths, path, 1, filter, error);
    }
    if (S_ISREG(info.st_mode) && faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0) {
        return add_failure(paths, path, true, errno, error);
    }
    return add(paths, path, true, NULL, error);
}

void tw_source_paths_free(struct tw_source_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++) {
        tw_base_free(paths->at[i].path);
        tw_base_free(paths->at[i].failure);
    }
    tw_base_free(paths->at);
    *paths = (struct tw_source_paths){.at = NULL};
}
