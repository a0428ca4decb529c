/* source_fd.c -- reads file descriptors; see source.h.
 *
 * Owns the descriptor where it was told so, and the copy of its name for messages. It never seeks,
 * so that a pipe and a file are the same to it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "source/source.h"

/* Linux moves at most this many bytes in one read (read(2)). */
#define READ_MAX ((size_t)0x7ffff000)

struct fd_source {
    struct tw_stream stream;
    int fd;
    enum tw_source_owner owner;
    char *name;
};

static enum tw_status fd_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                              struct tw_error *error)
{
    struct fd_source *source = (struct fd_source *)stream;
    size_t want = room < READ_MAX ? room : READ_MAX;
    for (;;) {
        ssize_t count = read(source->fd, to, want);
        if (count > 0) {
            *got = (size_t)count;
            return TW_OK;
        }
        if (count == 0) {
            return TW_END;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            /* Someone else made the descriptor non-blocking; a pipe's flags are shared with its
             * other readers, so they are not changed here. */
            struct pollfd wait = {.fd = source->fd, .events = POLLIN};
            if (poll(&wait, 1, -1) >= 0) {
                continue;
            }
        }
        if (errno != EINTR) {
            return tw_base_error_system(error, "cannot read", source->name, errno);
        }
    }
}

static void fd_free(struct tw_stream *stream)
{
    struct fd_source *source = (struct fd_source *)stream;
    if (source->owner == TW_SOURCE_CLOSE) {
        (void)close(source->fd);
    }
    tw_base_free(source->name);
    tw_base_free(source);
}

static const struct tw_stream_type fd_type = {
    .name = "descriptor",
    .read = fd_read,
    .free = fd_free,
};

enum tw_status tw_source_open_fd(struct tw_stream **out, int fd, enum tw_source_owner owner,
                                 const char *name, struct tw_error *error)
{
    *out = NULL;
    struct fd_source *source = tw_base_alloc(1, sizeof *source);
    char *copy = tw_base_copy(tw_base_span(name));
    if (source == NULL || copy == NULL) {
        tw_base_free(source);
        tw_base_free(copy);
        if (owner == TW_SOURCE_CLOSE) {
            (void)close(fd);
        }
        return tw_base_error_set(error, TW_ERR_MEMORY, "%s: out of memory", name);
    }
    *source =
        (struct fd_source){.stream = {.type = &fd_type}, .fd = fd, .owner = owner, .name = copy};
    *out = &source->stream;
    return TW_OK;
}

enum tw_status tw_source_open_path(struct tw_stream **out, const char *path, struct tw_error *error)
{
    *out = NULL;
    int fd;
    do {
        /* Opening a fifo waits for its writer, and a signal may interrupt that. */
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return tw_base_error_system(error, "cannot open", path, errno);
    }
    struct stat facts;
    if (fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        (void)close(fd);
        return tw_base_error_system(error, "cannot read", path, EISDIR);
    }
    /* Advice only: where the kernel does not take it, reading is merely slower. */
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return tw_source_open_fd(out, fd, TW_SOURCE_CLOSE, path, error);
}
