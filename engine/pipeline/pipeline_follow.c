/* pipeline_follow.c -- the loop over followed logs; see pipeline_follow.h.
 *
 * One thread: what a log brings is read in turns, TURN pieces each, so that a busy one does not
 * starve the others. inotify wakes the loop where there is one; every POLL_MS all logs are looked
 * at anyway, because network file systems tell nothing. A checkpoint is written once a second at
 * most, after all answers that it stands for were handed over. */
#include "pipeline/pipeline_follow.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "pipeline/pipeline_live_pipe.h"
#include "source/source_follow.h"

#define PIECE (64u << 10)
#define TURN 16u
#define POLL_MS 250u
#define RESCAN_MS 1000u
#define CHECKPOINT_MS 1000u
/* Longer than --idle can be. */
#define SILENCE_MS 86400000u

struct log {
    struct tw_follow *follow;
    struct tw_live *live; /* NULL: silent for long, or nothing came yet */
    uint64_t last;
    bool refused;                /* it cannot be read as it grows */
    struct tw_follow_place kept; /* where reading begins again after a restart */
};

struct run {
    const struct tw_follow_job *job;
    struct log *logs;
    size_t count;
    struct tw_checkpoint before; /* of the run before this one */
    int notify;                  /* -1: there is none */
    uint64_t scanned_at, saved_at;
    bool changed; /* since the last checkpoint */
    char *piece;
};

static bool is_part(const char *path, const char *sibling)
{
    struct tw_span logical = tw_pipeline_logical_name(tw_base_span(sibling));
    return logical.length < strlen(sibling) && tw_base_span_equal(logical, tw_base_span(path));
}

/* ---- which logs there are ----------------------------------------------------------------------
 */

static void watch_folder(const struct run *run, const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - path) + 1,
                   slash == NULL ? "." : path);
    if (run->notify >= 0) {
        /* A folder that is watched already keeps its watch. */
        (void)inotify_add_watch(run->notify, folder,
                                IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE);
    }
}

static const struct tw_checkpoint_entry *find_entry(const struct run *run, const char *path)
{
    for (size_t i = 0; i < run->before.count; i++) {
        if (strcmp(run->before.at[i].path, path) == 0) {
            return &run->before.at[i];
        }
    }
    return NULL;
}

static enum tw_status add_log(struct run *run, struct tw_span name, bool named,
                              struct tw_error *error)
{
    char *path = tw_base_copy(name);
    for (size_t i = 0; path != NULL && i < run->count; i++) {
        if (strcmp(tw_follow_path(run->logs[i].follow), path) == 0) {
            tw_base_free(path);
            return TW_OK;
        }
    }
    struct log *grown = tw_base_realloc(run->logs, run->count + 1, sizeof *grown);
    if (path == NULL || grown == NULL) {
        tw_base_free(path);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    run->logs = grown;
    struct log *made = &grown[run->count];
    *made = (struct log){.follow = NULL};
    const struct tw_checkpoint_entry *entry = find_entry(run, path);
    enum tw_status status = tw_follow_new(&made->follow, path, is_part, !named, error);
    if (status == TW_OK) {
        run->count++;
        watch_folder(run, path);
    }
    if (status == TW_OK && entry != NULL) {
        struct tw_follow_place place = {entry->device,     entry->inode,   entry->offset,
                                        entry->line,       entry->changed, {0},
                                        entry->head_length};
        memcpy(place.head, entry->head, sizeof place.head);
        if (!tw_follow_resume(made->follow, &place) && entry->offset > 0) {
            run->job->message(run->job->payload, path,
                              "the part that the checkpoint names is gone: reading goes on with "
                              "the oldest newer one");
        }
        tw_follow_place(made->follow, &made->kept);
    }
    tw_base_free(path);
    return status;
}

/* Looks for logs in the folders, and at the files that were named. */
static enum tw_status find_logs(struct run *run, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < run->job->path_count; i++) {
        struct tw_source_paths paths = {.at = NULL};
        struct tw_error unused;
        status = tw_source_walk(&paths, run->job->paths[i], run->job->filter, &unused);
        for (size_t k = 0; status == TW_OK && k < paths.count; k++) {
            struct tw_span path = tw_base_span(paths.at[k].path);
            struct tw_span logical = tw_pipeline_logical_name(path);
            /* A file that was named and is not there may come; a part belongs to its log. */
            if (paths.at[k].named || paths.at[k].failure == NULL) {
                status = add_log(run, paths.at[k].named ? path : logical, paths.at[k].named, error);
            }
        }
        tw_source_paths_free(&paths);
    }
    return status;
}

/* ---- one log -----------------------------------------------------------------------------------
 */

/* Notes where reading begins again after a restart; everything before was told. */
static enum tw_status note_place(struct log *log, struct tw_error *error)
{
    struct tw_follow_place place;
    enum tw_status status = TW_OK;
    tw_follow_place(log->follow, &place);
    if (log->live != NULL && !log->refused) {
        status = tw_live_settle(log->live, tw_live_clock(), &place.offset, &place.line, error);
    }
    log->kept = place;
    return status;
}

/* Of logs that are open at once the one that was silent longest makes room. */
static enum tw_status make_room(struct run *run, struct tw_error *error)
{
    size_t open = 0;
    struct log *oldest = NULL;
    for (size_t i = 0; i < run->count; i++) {
        struct log *log = &run->logs[i];
        open += log->live != NULL;
        if (log->live != NULL && (oldest == NULL || log->last < oldest->last)) {
            oldest = log;
        }
    }
    enum tw_status status = TW_OK;
    if (open >= TW_LIVE_INPUTS_MAX && oldest != NULL) {
        /* As after a long silence: all of it is told. */
        status = tw_live_tick(oldest->live, tw_live_clock() + SILENCE_MS, error);
        if (status == TW_OK) {
            status = note_place(oldest, error);
        }
        tw_live_free(oldest->live);
        oldest->live = NULL;
    }
    return status;
}

/* Makes the live input of a log that goes on at its place before these `got` bytes. */
static enum tw_status open_live(struct run *run, struct log *log, size_t got,
                                struct tw_error *error)
{
    struct tw_follow_place place;
    enum tw_status status = make_room(run, error);
    if (status != TW_OK) {
        return status;
    }
    status = tw_live_new(&log->live, run->job->pack, run->job->options, &run->job->live,
                         tw_follow_path(log->follow), run->job->tell, run->job->payload, error);
    tw_follow_place(log->follow, &place);
    if (status == TW_OK && place.offset > got) {
        char *head = tw_base_alloc(TW_PEEK_SIZE, 1);
        size_t length = head == NULL ? 0 : tw_follow_head(log->follow, head, TW_PEEK_SIZE);
        status = tw_live_begin_at(log->live, (struct tw_span){head, length}, place.offset - got,
                                  log->kept.line, error);
        tw_base_free(head);
    }
    return status;
}

static enum tw_status take_bytes(struct run *run, struct log *log, size_t got, uint64_t now,
                                 struct tw_error *error)
{
    enum tw_status status = log->live == NULL ? open_live(run, log, got, error) : TW_OK;
    log->last = now;
    if (status == TW_OK) {
        status = tw_live_push(log->live, (struct tw_span){run->piece, got}, now, error);
    }
    if (status == TW_END) {
        run->job->message(run->job->payload, tw_follow_path(log->follow),
                          "is compressed, damaged or no text, and cannot be followed");
        log->refused = true;
        tw_live_free(log->live);
        log->live = NULL;
        return TW_OK;
    }
    return status;
}

/* Reads what a log has, for one turn. */
static enum tw_status read_log(struct run *run, struct log *log, bool *moved,
                               struct tw_error *error)
{
    enum tw_status status = TW_OK;
    for (unsigned i = 0; status == TW_OK && i < TURN; i++) {
        size_t got = 0;
        uint64_t now = tw_live_clock();
        enum tw_follow_news news = tw_follow_read(log->follow, now, run->piece, PIECE, &got);
        if (news == TW_FOLLOW_NOTHING) {
            break;
        }
        *moved = run->changed = true;
        if (news == TW_FOLLOW_PART) {
            log->refused = false;
            log->kept.line = 0;
            status = log->live == NULL ? TW_OK : tw_live_part(log->live, now, error);
        } else if (!log->refused) {
            status = take_bytes(run, log, got, now, error);
        }
    }
    return status;
}

/* ---- the loop ----------------------------------------------------------------------------------
 */

static enum tw_status save(struct run *run, bool note, struct tw_error *error)
{
    if (run->job->checkpoint == NULL) {
        return TW_OK;
    }
    struct tw_checkpoint checkpoint = {.at = tw_base_alloc(run->count + 1, sizeof *checkpoint.at)};
    if (checkpoint.at == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < run->count; i++) {
        struct log *log = &run->logs[i];
        status = note ? note_place(log, error) : TW_OK;
        struct tw_checkpoint_entry entry = {.device = log->kept.device,
                                            .inode = log->kept.inode,
                                            .offset = log->kept.offset,
                                            .line = log->kept.line,
                                            .changed = log->kept.changed,
                                            .head_length = log->kept.head_length};
        entry.path = (char *)(uintptr_t)tw_follow_path(log->follow);
        memcpy(entry.head, log->kept.head, sizeof entry.head);
        if (entry.inode != 0) {
            checkpoint.at[checkpoint.count++] = entry;
        }
    }
    if (status == TW_OK) {
        status = tw_checkpoint_write(&checkpoint, run->job->checkpoint, error);
    }
    tw_base_free(checkpoint.at);
    run->changed = false;
    run->saved_at = tw_live_clock();
    return status;
}

static bool is_stopped(const struct run *run)
{
    return run->job->options->stop != NULL && *run->job->options->stop != 0;
}

static void wait_for_news(const struct run *run, uint64_t now)
{
    char events[4096];
    int wait = run->notify >= 0 ? (int)POLL_MS : (int)POLL_MS / 2;
    for (size_t i = 0; i < run->count; i++) {
        const struct log *log = &run->logs[i];
        int due = log->live == NULL ? -1 : tw_live_due(log->live, now);
        wait = due >= 0 && due < wait ? due : wait;
        if (tw_follow_is_leaving(log->follow) && wait > (int)TW_FOLLOW_GRACE / 6) {
            wait = (int)TW_FOLLOW_GRACE / 6;
        }
    }
    struct pollfd ready = {.fd = run->notify, .events = POLLIN};
    if (wait > 0 && poll(&ready, run->notify >= 0, wait) > 0) {
        while (read(run->notify, events, sizeof events) == (ssize_t)sizeof events) {
        }
    }
}

static enum tw_status go_round(struct run *run, struct tw_error *error)
{
    bool moved = false;
    uint64_t now = tw_live_clock();
    enum tw_status status = TW_OK;
    if (run->scanned_at == 0 || now - run->scanned_at >= RESCAN_MS) {
        status = find_logs(run, error);
        run->scanned_at = now;
    }
    for (size_t i = 0; status == TW_OK && i < run->count; i++) {
        struct log *log = &run->logs[i];
        status = read_log(run, log, &moved, error);
        if (status == TW_OK && log->live != NULL) {
            status = tw_live_tick(log->live, tw_live_clock(), error);
        }
    }
    if (status == TW_OK && run->changed && now - run->saved_at >= CHECKPOINT_MS) {
        status = save(run, true, error);
        /* What is still unsettled is settled soon. */
        run->changed = true;
    }
    if (status == TW_OK && !moved && !is_stopped(run)) {
        wait_for_news(run, tw_live_clock());
    }
    return status;
}

/* The report of each log that is open. */
static enum tw_status finish(struct run *run, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < run->count; i++) {
        status = note_place(&run->logs[i], error);
    }
    for (size_t i = 0; status == TW_OK && i < run->count; i++) {
        const struct tlswhy_report *report = NULL;
        if (run->logs[i].live != NULL) {
            status = tw_live_finish(run->logs[i].live, tw_live_clock(), &report, error);
        }
        if (status == TW_OK && report != NULL) {
            status = run->job->take(run->job->payload, report, error);
        }
    }
    return status == TW_OK ? save(run, false, error) : status;
}

enum tw_status tw_pipeline_follow(const struct tw_follow_job *job, struct tw_error *error)
{
    struct run run = {.job = job, .notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    enum tw_status status = TW_OK;
    run.piece = tw_base_alloc(PIECE, 1);
    if (run.piece == NULL) {
        status = tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    } else if (job->checkpoint != NULL) {
        status = tw_checkpoint_read(&run.before, job->checkpoint, error);
    }
    while (status == TW_OK && !is_stopped(&run)) {
        status = go_round(&run, error);
    }
    if (status == TW_OK) {
        status = finish(&run, error);
    }
    for (size_t i = 0; i < run.count; i++) {
        tw_live_free(run.logs[i].live);
        tw_follow_free(run.logs[i].follow);
    }
    if (run.notify >= 0) {
        (void)close(run.notify);
    }
    tw_checkpoint_free(&run.before);
    tw_base_free(run.logs);
    tw_base_free(run.piece);
    return status;
}
