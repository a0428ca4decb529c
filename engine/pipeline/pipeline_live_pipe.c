/* pipeline_live_pipe.c -- reads a pipe as it grows; see the header.
 *
 * What ends within its head, and what cannot be read as it grows, goes through the pipeline of
 * files; so an ordinary paste or `cat` costs and says what a file does. */
#include "pipeline/pipeline_live_pipe.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "source/source.h"

struct pipe_run {
    const struct tw_pack *pack;
    const struct tw_pipeline_options *options;
    int fd;
    const char *path;
    struct tw_live *live;
    tw_pipeline_take take;
    void *payload;
};

uint64_t tw_live_clock(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* The pipeline of files, on the head and what follows it. */
static enum tw_status run_whole(const struct pipe_run *run, bool ended, struct tw_error *error)
{
    struct tw_span head = tw_live_head(run->live);
    struct tw_pipeline *pipeline = NULL;
    struct tw_stream *source = NULL;
    const struct tlswhy_report *report = NULL;
    enum tw_status status = tw_pipeline_new(&pipeline, run->pack, run->options, error);
    if (status == TW_OK && ended) {
        status = tw_source_open_memory(&source, head, 0, error);
    } else if (status == TW_OK) {
        status = tw_source_open_fd(&source, run->fd, TW_SOURCE_BORROW, "standard input", error);
        if (status == TW_OK && head.length > 0) {
            source->peeked = tw_base_alloc(head.length, 1);
            if (source->peeked == NULL) {
                tw_base_stream_free(source);
                status = tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
            } else {
                memcpy(source->peeked, head.at, head.length);
                source->peeked_length = source->peeked_room = head.length;
            }
        }
    }
    if (status == TW_OK) {
        status = tw_pipeline_run(pipeline, run->path, true, source, &report, error);
    }
    if (status == TW_OK) {
        status = tw_live_compare(run->live, tw_live_clock(), report, &report, error);
    }
    if (status == TW_OK) {
        status = run->take(run->payload, report, error);
    }
    tw_pipeline_free(pipeline);
    return status;
}

static bool is_stopped(const struct pipe_run *run)
{
    return run->options->stop != NULL && *run->options->stop != 0;
}

/* Waits for bytes or for what is due. 1: bytes, 0: the end, -1: neither, -2: a failure. */
static ssize_t wait_and_read(const struct pipe_run *run, char *to, size_t room)
{
    struct pollfd wait = {.fd = run->fd, .events = POLLIN};
    int ready = poll(&wait, 1, tw_live_due(run->live, tw_live_clock()));
    if (ready <= 0) {
        return ready == 0 || errno == EINTR ? -1 : -2;
    }
    ssize_t got = read(run->fd, to, room);
    return got >= 0 ? got : errno == EINTR || errno == EAGAIN ? -1 : -2;
}

/* Reads on until the end. `*whole`: it has to be read otherwise. */
static enum tw_status follow(const struct pipe_run *run, bool *whole, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    char *piece = tw_base_alloc(TW_PEEK_SIZE, 1);
    if (piece == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    while (status == TW_OK && !is_stopped(run)) {
        size_t room = TW_PEEK_SIZE - tw_live_head(run->live).length;
        ssize_t got = wait_and_read(run, piece, room);
        if (got == 0) {
            break;
        }
        if (got == -2) {
            status = tw_base_error_system(error, "cannot read", "standard input", errno);
        } else if (got == -1) {
            status = tw_live_tick(run->live, tw_live_clock(), error);
        } else {
            status = tw_live_push(run->live, (struct tw_span){piece, (size_t)got}, tw_live_clock(),
                                  error);
        }
    }
    *whole = status == TW_END;
    tw_base_free(piece);
    return *whole ? TW_OK : status;
}

enum tw_status tw_live_pipe(const struct tw_pack *pack, const struct tw_pipeline_options *options,
                            const struct tw_live_options *live, int fd, const char *path,
                            tw_live_tell tell, tw_pipeline_take take, void *payload,
                            struct tw_error *error)
{
    struct pipe_run run = {pack, options, fd, path, NULL, take, payload};
    bool whole = false;
    enum tw_status status = tw_live_new(&run.live, pack, options, live, path, tell, payload, error);
    if (status == TW_OK) {
        status = follow(&run, &whole, error);
    }
    if (status == TW_OK && (whole || tw_live_is_small(run.live))) {
        status = run_whole(&run, !whole, error);
    } else if (status == TW_OK) {
        const struct tlswhy_report *report = NULL;
        status = tw_live_finish(run.live, tw_live_clock(), &report, error);
        if (status == TW_OK) {
            status = take(payload, report, error);
        }
    }
    tw_live_free(run.live);
    return status;
}
