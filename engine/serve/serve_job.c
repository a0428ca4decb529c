/* serve_job.c -- diagnoses an upload while it comes in.
 *
 * As many at once as there are cores; the others wait, and what they send waits in their sockets.
 * The pipe holds back a sender that is faster than the diagnosis. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "serve/serve.h"

const struct tw_serve_format tw_serve_formats[] = {
    {"json", TLSWHY_FORMAT_JSON, "application/json"},
    {"text", TLSWHY_FORMAT_TEXT, "text/plain; charset=utf-8"},
    {"ndjson", TLSWHY_FORMAT_NDJSON, "application/x-ndjson"},
};
const size_t tw_serve_format_count = sizeof tw_serve_formats / sizeof *tw_serve_formats;

void tw_serve_question_free(struct tw_serve_question *question)
{
    free(question->name);
    free(question->input_format);
    free(question->encoding);
    free(question->client);
    *question = (struct tw_serve_question){.format = NULL};
}

void tw_serve_answer_gone(struct tw_serve *serve, size_t length)
{
    (void)pthread_mutex_lock(&serve->lock);
    serve->answers -= length;
    (void)pthread_mutex_unlock(&serve->lock);
}

/* Room for `more` bytes of the answer within the limits of one and of all. */
static bool make_room(struct tw_serve_job *job, size_t more)
{
    size_t room = job->room == 0 ? 64u << 10 : job->room;
    while (room - job->length < more) {
        if (room > TW_SERVE_ANSWER_MAX / 2) {
            return false;
        }
        room *= 2;
    }
    if (room == job->room) {
        return true;
    }
    (void)pthread_mutex_lock(&job->serve->lock);
    bool fits = job->serve->answers + (room - job->room) <= TW_SERVE_ANSWERS_MAX;
    job->serve->answers += fits ? room - job->room : 0;
    (void)pthread_mutex_unlock(&job->serve->lock);
    char *grown = fits ? realloc(job->answer, room) : NULL;
    if (grown == NULL) {
        tw_serve_answer_gone(job->serve, fits ? room - job->room : 0);
        return false;
    }
    job->answer = grown;
    job->room = room;
    return true;
}

static enum tlswhy_status keep(void *payload, const char *bytes, size_t length,
                               struct tlswhy_error *error)
{
    struct tw_serve_job *job = payload;
    if (length > TW_SERVE_ANSWER_MAX || !make_room(job, length)) {
        job->too_large = true;
        error->status = TLSWHY_ERR_LIMIT;
        (void)snprintf(error->message, sizeof error->message, "the report is too large");
        return TLSWHY_ERR_LIMIT;
    }
    memcpy(job->answer + job->length, bytes, length);
    job->length += length;
    return TLSWHY_OK;
}

static void *diagnose(void *payload)
{
    static const char *const standard_input[] = {"-"};
    const struct tlswhy_options defaults = TLSWHY_OPTIONS_INIT;
    struct tw_serve_job *job = payload;
    int exit_status;
    struct tlswhy_scan_job scan = {.diagnose = defaults,
                                   .paths = standard_input,
                                   .path_count = 1,
                                   .input = job->from,
                                   .input_name = job->question.name,
                                   .in_memory = true,
                                   .jobs = 1,
                                   .format = job->question.format->format,
                                   .all = job->question.all,
                                   .write = keep,
                                   .write_payload = job,
                                   .stop = &job->watched->stop};
    scan.diagnose.no_redact = job->question.no_redact;
    scan.diagnose.input_format = job->question.input_format;
    scan.diagnose.encoding = job->question.encoding;
    scan.diagnose.client = job->question.client;
    scan.diagnose.max_bytes = job->serve->max_bytes;
    job->status = tlswhy_scan(job->serve->pack, &scan, &exit_status, &job->error);
    /* Who still writes is told that nobody reads. */
    (void)close(job->from);
    job->from = -1;
    return NULL;
}

/* Waits for a turn. 0, or the HTTP status that says why there is none. */
static unsigned take_turn(struct tw_serve *serve, const struct tw_serve_watched *watched)
{
    unsigned code = 0;
    (void)pthread_mutex_lock(&serve->lock);
    if (serve->running >= serve->cores && serve->waiting >= TW_SERVE_WAITING) {
        code = 503;
    } else {
        serve->waiting++;
        while (serve->running >= serve->cores &&
               __atomic_load_n(&watched->stop, __ATOMIC_RELAXED) == 0) {
            /* Woken by who ends, and now and then to see whether the client was cut off. */
            struct timespec until;
            (void)clock_gettime(CLOCK_REALTIME, &until);
            until.tv_sec += 1;
            (void)pthread_cond_timedwait(&serve->turn, &serve->lock, &until);
        }
        serve->waiting--;
        code = __atomic_load_n(&watched->stop, __ATOMIC_RELAXED) != 0 ? 503 : 0;
        serve->running += code == 0;
    }
    (void)pthread_mutex_unlock(&serve->lock);
    return code;
}

static void give_turn_back(struct tw_serve *serve)
{
    (void)pthread_mutex_lock(&serve->lock);
    serve->running--;
    (void)pthread_cond_signal(&serve->turn);
    (void)pthread_mutex_unlock(&serve->lock);
}

struct tw_serve_job *tw_serve_job_start(struct tw_serve *serve, struct tw_serve_watched *watched,
                                        struct tw_serve_question *question, unsigned *code)
{
    int ends[2];
    tw_serve_watch_phase(&serve->watch, watched, TW_SERVE_OURS, 0);
    *code = take_turn(serve, watched);
    if (*code != 0) {
        return NULL;
    }
    struct tw_serve_job *job = calloc(1, sizeof *job);
    if (job == NULL || pipe2(ends, O_CLOEXEC) != 0) {
        free(job);
        give_turn_back(serve);
        *code = 503;
        return NULL;
    }
    *job = (struct tw_serve_job){
        .serve = serve, .watched = watched, .question = *question, .from = ends[0], .to = ends[1]};
    *question = (struct tw_serve_question){.format = NULL};
    if (pthread_create(&job->thread, NULL, diagnose, job) != 0) {
        (void)close(job->from);
        tw_serve_job_free(job);
        give_turn_back(serve);
        *code = 503;
        return NULL;
    }
    job->running = true;
    return job;
}

void tw_serve_job_write(struct tw_serve_job *job, const char *bytes, size_t length)
{
    while (length > 0 && job->to >= 0) {
        ssize_t wrote = write(job->to, bytes, length);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote < 0) {
            (void)close(job->to);
            job->to = -1;
            return;
        }
        bytes += wrote;
        length -= (size_t)wrote;
    }
}

void tw_serve_job_end(struct tw_serve_job *job)
{
    if (job->to >= 0) {
        (void)close(job->to);
        job->to = -1;
    }
    if (job->running) {
        (void)pthread_join(job->thread, NULL);
        job->running = false;
        give_turn_back(job->serve);
    }
}

void tw_serve_job_free(struct tw_serve_job *job)
{
    if (job == NULL) {
        return;
    }
    if (job->running) {
        __atomic_store_n(&job->watched->stop, 1, __ATOMIC_RELAXED);
    }
    tw_serve_job_end(job);
    tw_serve_answer_gone(job->serve, job->room);
    free(job->answer);
    tw_serve_question_free(&job->question);
    free(job);
}
