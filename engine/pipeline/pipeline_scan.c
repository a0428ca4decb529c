/* pipeline_scan.c -- workers over inputs.
 *
 * A worker takes the next input, diagnoses it, waits until all inputs before it were handed out,
 * and hands out its own answer. So the order never depends on the number of workers, and no more
 * answers than workers are held. */
#include "pipeline/pipeline_scan.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "source/source.h"

struct run {
    const struct tw_pack *pack;
    const struct tw_pipeline_options *options;
    const struct tw_source_paths *paths;
    tw_pipeline_take take;
    void *payload;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    size_t next;   /* the next input to be taken */
    size_t handed; /* inputs whose answers were handed out */
    enum tw_status status;
    struct tw_error error;
};

static int compare_spans(struct tw_span a, struct tw_span b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter == 0 ? 0 : memcmp(a.at, b.at, shorter);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int by_logical_name(const void *left, const void *right)
{
    const struct tw_source_path *a = left;
    const struct tw_source_path *b = right;
    struct tw_span path_a = tw_base_span(a->path);
    struct tw_span path_b = tw_base_span(b->path);
    int order = compare_spans(tw_pipeline_logical_name(path_a), tw_pipeline_logical_name(path_b));
    if (order == 0) {
        order = compare_spans(path_a, path_b);
    }
    /* What the user named comes before the same path found in a folder, and is the one that stays.
     */
    return order != 0 ? order : (int)b->named - (int)a->named;
}

void tw_pipeline_sort(struct tw_source_paths *paths)
{
    size_t kept = 0;
    if (paths->count > 1) {
        qsort(paths->at, paths->count, sizeof *paths->at, by_logical_name);
    }
    for (size_t i = 0; i < paths->count; i++) {
        if (kept > 0 && strcmp(paths->at[kept - 1].path, paths->at[i].path) == 0) {
            tw_base_free(paths->at[i].path);
            tw_base_free(paths->at[i].failure);
        } else {
            paths->at[kept++] = paths->at[i];
        }
    }
    paths->count = kept;
}

enum tw_status tw_pipeline_open(struct tw_stream **out, const char *path, int input,
                                struct tw_error *error)
{
    return strcmp(path, "-") == 0
               ? tw_source_open_fd(out, input, TW_SOURCE_BORROW, "standard input", error)
               : tw_source_open_path(out, path, error);
}

static enum tw_status diagnose(struct run *run, struct tw_pipeline *pipeline, size_t index,
                               const struct tlswhy_report **report, struct tw_error *error)
{
    const struct tw_source_path *path = &run->paths->at[index];
    struct tw_stream *source = NULL;
    struct tw_error refused = {.status = TW_OK};
    if (path->failure != NULL) {
        tw_pipeline_refuse(pipeline, path->path, path->failure, report);
        return TW_OK;
    }
    enum tw_status status = tw_pipeline_open(&source, path->path, run->options->input, &refused);
    if (status == TW_ERR_MEMORY) {
        *error = refused;
        return status;
    }
    if (status != TW_OK) {
        tw_pipeline_refuse(pipeline, path->path, refused.message, report);
        return TW_OK;
    }
    const char *name = run->options->input_name;
    bool renamed = name != NULL && strcmp(path->path, "-") == 0;
    return tw_pipeline_run(pipeline, renamed ? name : path->path, path->named, source, report,
                           error);
}

static bool is_stopped(const struct run *run)
{
    return run->options->stop != NULL && __atomic_load_n(run->options->stop, __ATOMIC_RELAXED) != 0;
}

/* Waits for this input's turn and hands out its answer. */
static void hand_out(struct run *run, size_t index, enum tw_status status,
                     const struct tlswhy_report *report, const struct tw_error *error)
{
    (void)pthread_mutex_lock(&run->lock);
    while (run->handed < index && run->status == TW_OK) {
        (void)pthread_cond_wait(&run->turn, &run->lock);
    }
    if (run->status == TW_OK && status != TW_OK) {
        run->status = status;
        run->error = *error;
    } else if (run->status == TW_OK) {
        run->status = run->take(run->payload, report, &run->error);
    }
    run->handed = index + 1;
    (void)pthread_cond_broadcast(&run->turn);
    (void)pthread_mutex_unlock(&run->lock);
}

static bool take_next(struct run *run, size_t *index)
{
    (void)pthread_mutex_lock(&run->lock);
    bool more = run->status == TW_OK && run->next < run->paths->count &&
                (run->next == 0 || !is_stopped(run));
    *index = run->next;
    run->next += more;
    (void)pthread_mutex_unlock(&run->lock);
    return more;
}

static void *work(void *payload)
{
    struct run *run = payload;
    struct tw_pipeline *pipeline = NULL;
    struct tw_error error = {.status = TW_OK};
    size_t index;
    enum tw_status made = tw_pipeline_new(&pipeline, run->pack, run->options, &error);
    while (take_next(run, &index)) {
        const struct tlswhy_report *report = NULL;
        enum tw_status status =
            made != TW_OK ? made : diagnose(run, pipeline, index, &report, &error);
        hand_out(run, index, status, report, &error);
    }
    tw_pipeline_free(pipeline);
    return NULL;
}

static size_t worker_count(int jobs, size_t inputs)
{
    long wanted = jobs > 0 ? jobs : sysconf(_SC_NPROCESSORS_ONLN);
    size_t workers = wanted < 1 ? 1 : wanted > TW_JOBS_MAX ? TW_JOBS_MAX : (size_t)wanted;
    return workers < inputs ? workers : inputs;
}

enum tw_status tw_pipeline_scan(const struct tw_pack *pack,
                                const struct tw_pipeline_options *options,
                                const struct tw_source_paths *paths, int jobs,
                                tw_pipeline_take take, void *payload, struct tw_error *error)
{
    pthread_t threads[TW_JOBS_MAX];
    size_t started = 0;
    struct run run = {.pack = pack,
                      .options = options,
                      .paths = paths,
                      .take = take,
                      .payload = payload,
                      .lock = PTHREAD_MUTEX_INITIALIZER,
                      .turn = PTHREAD_COND_INITIALIZER,
                      .status = TW_OK};
    size_t workers = worker_count(jobs, paths->count);
    /* This thread is one of the workers; where a further one cannot be started, fewer do the work.
     */
    while (started + 1 < workers && pthread_create(&threads[started], NULL, work, &run) == 0) {
        started++;
    }
    (void)work(&run);
    for (size_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    (void)pthread_cond_destroy(&run.turn);
    (void)pthread_mutex_destroy(&run.lock);
    if (run.status != TW_OK && error != NULL) {
        *error = run.error;
    }
    return run.status;
}
