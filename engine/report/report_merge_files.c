/* report_merge_files.c -- the parts of a merge as files; see report_merge_parts.h.
 *
 * A part is read through once, and later line by line in another order. Few of them are open at a
 * time. What cannot be read at any place (a pipe) is copied to a file without a name. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "report/report_merge_parts.h"

struct file {
    int fd;    /* -1: not open */
    bool copy; /* without a name: it must stay open */
};

struct tw_merge_files {
    const char *const *paths;
    struct file *at;
    size_t count;
    size_t open[TW_MERGE_FILES]; /* that were opened, in a ring */
    size_t opened;
};

enum tw_status tw_report_merge_files_new(struct tw_merge_files **out, const char *const *paths,
                                         size_t count, struct tw_error *error)
{
    struct tw_merge_files *made = tw_base_alloc(1, sizeof *made);
    *out = made;
    if (made != NULL) {
        made->at = tw_base_alloc(count + 1, sizeof *made->at);
    }
    if (made == NULL || made->at == NULL) {
        tw_base_free(made);
        *out = NULL;
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging");
    }
    made->paths = paths;
    made->count = count;
    for (size_t i = 0; i < count; i++) {
        made->at[i].fd = -1;
    }
    return TW_OK;
}

void tw_report_merge_files_free(struct tw_merge_files *files)
{
    if (files == NULL) {
        return;
    }
    for (size_t i = 0; i < files->count; i++) {
        if (files->at[i].fd >= 0) {
            (void)close(files->at[i].fd);
        }
    }
    tw_base_free(files->at);
    tw_base_free(files);
}

static bool write_whole(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t wrote = write(fd, bytes, length);
        if (wrote < 0 && errno != EINTR) {
            return false;
        }
        if (wrote > 0) {
            bytes += wrote;
            length -= (size_t)wrote;
        }
    }
    return true;
}

/* Copies all that comes from `from` to a temporary file; -1: errno. */
static int copy_file(int from)
{
    char *piece = tw_base_alloc(TW_MERGE_WINDOW, 1);
    int to = piece == NULL ? -1 : tw_report_merge_temporary();
    bool done = to >= 0;
    while (done) {
        ssize_t got = read(from, piece, TW_MERGE_WINDOW);
        if (got == 0) {
            break;
        }
        done = got > 0 ? write_whole(to, piece, (size_t)got) : errno == EINTR;
    }
    tw_base_free(piece);
    if (!done && to >= 0) {
        int why = errno;
        (void)close(to);
        errno = why;
        to = -1;
    }
    return to;
}

int tw_report_merge_open(struct tw_merge_files *files, size_t part)
{
    struct file *file = &files->at[part];
    struct stat info;
    if (file->fd >= 0) {
        return file->fd;
    }
    bool standard = strcmp(files->paths[part], "-") == 0;
    int fd = standard ? STDIN_FILENO : open(files->paths[part], O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        return -1;
    }
    if (S_ISREG(info.st_mode) && !standard) {
        size_t *slot = &files->open[files->opened % TW_MERGE_FILES];
        if (files->opened >= TW_MERGE_FILES) {
            (void)close(files->at[*slot].fd);
            files->at[*slot].fd = -1;
        }
        *slot = part;
        files->opened++;
        file->fd = fd;
        return fd;
    }
    file->copy = true;
    file->fd = copy_file(fd);
    if (!standard) {
        int why = errno;
        (void)close(fd);
        errno = why;
    }
    return file->fd;
}

enum tw_status tw_report_merge_fetch(struct tw_merge_files *files, const struct tw_merge_item *item,
                                     struct tw_buffer *to, struct tw_error *error)
{
    const char *path = files->paths[item->part];
    int fd = tw_report_merge_open(files, item->part);
    size_t got = 0;
    tw_base_buffer_clear(to);
    char *at = tw_base_buffer_reserve(to, item->length);
    if (at == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging");
    }
    while (fd >= 0 && got < item->length) {
        ssize_t one = pread(fd, at + got, item->length - got, (off_t)(item->position + got));
        if (one == 0 || (one < 0 && errno != EINTR)) {
            break;
        }
        got += one > 0 ? (size_t)one : 0;
    }
    to->length = got;
    if (got < item->length || tw_base_hash(TW_HASH_START, tw_base_buffer_span(to)) != item->hash) {
        return tw_base_error_set(error, TW_ERR_IO, "%.300s: changed while it was merged", path);
    }
    return TW_OK;
}
