/* api_tools.c -- the functions of tools.h: whole runs for the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "api/api_parts.h"
#include "base/alloc.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "base/visible.h"
#include "match/match.h"
#include "pack/pack_cache.h"
#include "pipeline/pipeline_follow.h"
#include "pipeline/pipeline_live_pipe.h"
#include "pipeline/pipeline_scan.h"
#include "report/report.h"
#include "report/report_pack.h"
#include "source/source.h"

#include <tlswhy/tools.h>

enum tlswhy_status tlswhy_pack_open(struct tlswhy_pack **out, bool without_default,
                                    const char *const *folders, size_t folder_count,
                                    struct tlswhy_error *error)
{
    struct tw_pack *pack = NULL;
    struct tw_error from;
    enum tw_status status = tw_pack_open_with(&pack, without_default, folders, folder_count, &from);
    *out = tw_api_pack_handle(pack);
    return tw_api_status(status, &from, error);
}

/* ---- output ------------------------------------------------------------------------------------
 */

enum tw_status tw_api_write(void *payload, struct tw_span bytes, struct tw_error *error)
{
    const struct tw_api_output *output = payload;
    struct tlswhy_error failure;
    if (output->write == NULL ||
        output->write(output->payload, bytes.at, bytes.length, &failure) == TLSWHY_OK) {
        return TW_OK;
    }
    return tw_base_error_set(error, TW_ERR_IO, "%s", failure.message);
}

/* Writes a whole result at once. */
static enum tlswhy_status write_all(struct tw_buffer *result, tlswhy_write write, void *payload,
                                    struct tlswhy_error *error)
{
    struct tw_api_output output = {write, payload};
    struct tw_error from;
    enum tw_status status =
        result->status != TW_OK
            ? tw_base_error_set(&from, result->status, "the result is too large")
            : tw_api_write(&output, tw_base_buffer_span(result), &from);
    tw_base_buffer_free(result);
    return tw_api_status(status, &from, error);
}

/* ---- runs --------------------------------------------------------------------------------------
 */

/* The inputs of a run. */
struct inputs {
    struct tw_source_paths paths;
    size_t unreached; /* PATHs of the user that are missing or cannot be read */
    bool folder;      /* one of them is a folder that can */
};

static enum tw_status list_inputs(const struct tlswhy_scan_job *job, struct inputs *inputs,
                                  struct tw_error *error)
{
    const struct tw_source_filter filter = {job->include, job->include_count, job->exclude,
                                            job->exclude_count};
    enum tw_status status = TW_OK;
    *inputs = (struct inputs){.unreached = 0};
    for (size_t i = 0; status == TW_OK && i < job->path_count; i++) {
        size_t before = inputs->paths.count;
        status = tw_source_walk(&inputs->paths, job->paths[i], &filter, error);
        bool itself = inputs->paths.count == before + 1 && inputs->paths.at[before].named;
        inputs->unreached += itself && inputs->paths.at[before].failure != NULL;
        inputs->folder |= !itself;
    }
    tw_pipeline_sort(&inputs->paths);
    return status;
}

/* Whether nothing that the user named can be looked at. */
static bool is_hopeless(const struct tlswhy_scan_job *job, const struct inputs *inputs)
{
    return job->path_count > 0 && inputs->unreached == job->path_count;
}

void tw_api_tell(const struct tlswhy_scan_job *job, const char *path, const char *failure)
{
    struct tw_buffer text = TW_BUFFER_INIT(1u << 16);
    tw_base_visible(&text, tw_base_span(path), false);
    tw_base_buffer_add(&text, TW_SPAN(": "));
    tw_base_visible(&text, tw_base_span(failure), false);
    tw_base_buffer_add_char(&text, '\0');
    if (text.status == TW_OK && job->message != NULL) {
        job->message(job->message_payload, text.at);
    }
    tw_base_buffer_free(&text);
}

static void tell_failures(const struct tlswhy_scan_job *job, const struct tw_source_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++) {
        if (paths->at[i].failure != NULL) {
            tw_api_tell(job, paths->at[i].path, paths->at[i].failure);
        }
    }
}

/* Where the answers of a run go. */
struct sink {
    const struct tlswhy_scan_job *job;
    struct tw_report *report;
};

static enum tw_status take_report(void *payload, const struct tlswhy_report *report,
                                  struct tw_error *error)
{
    const struct sink *sink = payload;
    if (report->input.status == TLSWHY_INPUT_ERROR) {
        tw_api_tell(sink->job, report->input.path, report->input.error);
    }
    return tw_report_add(sink->report, report, error);
}

static enum tw_status tell_answer(void *payload, const struct tlswhy_report *report,
                                  struct tw_error *error)
{
    const struct sink *sink = payload;
    return tw_report_tell(sink->report, report, error);
}

/* Whether standard input is read as it grows. */
static bool is_live_pipe(const struct tlswhy_scan_job *job, const struct inputs *inputs)
{
    struct stat info;
    return job->live && job->diagnose.max_bytes == 0 && inputs->paths.count == 1 &&
           strcmp(inputs->paths.at[0].path, "-") == 0 &&
           tw_report_can_tell((enum tw_report_format)job->format) &&
           fstat(STDIN_FILENO, &info) == 0 && !S_ISREG(info.st_mode);
}

static enum tw_status follow_pipe(const struct tw_pack *pack,
                                  const struct tw_pipeline_options *options,
                                  const struct tlswhy_scan_job *job, struct sink *sink,
                                  struct tw_error *error)
{
    struct tw_live_options live = tw_api_live_options(job);
    return tw_live_pipe(pack, options, &live, STDIN_FILENO, "-", tell_answer, take_report, sink,
                        error);
}

static void tell_message(void *payload, const char *path, const char *message)
{
    const struct sink *sink = payload;
    tw_api_tell(sink->job, path, message);
}

static enum tw_status follow_paths(const struct tw_pack *pack,
                                   const struct tw_pipeline_options *options,
                                   const struct tlswhy_scan_job *job, struct sink *sink,
                                   struct tw_error *error)
{
    const struct tw_source_filter filter = {job->include, job->include_count, job->exclude,
                                            job->exclude_count};
    struct tw_follow_job follow = {.pack = pack,
                                   .options = options,
                                   .live = tw_api_live_options(job),
                                   .paths = job->paths,
                                   .path_count = job->path_count,
                                   .filter = &filter,
                                   .checkpoint = job->checkpoint,
                                   .tell = tell_answer,
                                   .take = take_report,
                                   .message = tell_message,
                                   .payload = sink};
    follow.live.for_ever = true;
    return tw_pipeline_follow(&follow, error);
}

/* What the run cost, for --stats. */
static void tell_stats(const struct tlswhy_scan_job *job, const struct tw_report_totals *totals)
{
    char text[256];
    double mebibytes = (double)totals->bytes / (1024.0 * 1024.0);
    (void)snprintf(text, sizeof text,
                   "%.1f MiB in %.3f s (%.0f MiB/s), %llu inputs, %llu candidates, %llu hits",
                   mebibytes, totals->seconds,
                   totals->seconds > 0 ? mebibytes / totals->seconds : 0,
                   (unsigned long long)totals->inputs, (unsigned long long)totals->candidates,
                   (unsigned long long)totals->hits);
    if (job->message != NULL) {
        job->message(job->message_payload, text);
    }
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static enum tw_status scan(const struct tw_pack *pack, const struct tlswhy_scan_job *job,
                           const struct inputs *inputs, int *exit_status, struct tw_error *error)
{
    struct tw_api_output output = {job->write, job->write_payload};
    struct tw_api_shown shown;
    struct tw_pipeline_options options;
    struct tw_report_totals totals = {.exit_status = TLSWHY_EXIT_FAILED};
    struct tw_report *report = NULL;
    double start = now();
    tw_api_pipeline_options(&job->diagnose, &options);
    options.stop = job->stop;
    options.input = job->input;
    options.input_name = job->input_name;
    tw_api_show(&shown, pack, job);
    shown.options.in_memory = job->in_memory;
    shown.options.reached |= inputs->folder || job->shards > 0;
    enum tw_status status = tw_report_open(
        &report, &shown.options, job->write == NULL ? NULL : tw_api_write, &output, error);
    struct sink sink = {.job = job, .report = report};
    if (status == TW_OK) {
        status = job->follow ? follow_paths(pack, &options, job, &sink, error)
                 : is_live_pipe(job, inputs)
                     ? follow_pipe(pack, &options, job, &sink, error)
                     : tw_pipeline_scan(pack, &options, &inputs->paths, job->jobs, take_report,
                                        &sink, error);
    }
    int stopped = job->stop == NULL ? 0 : __atomic_load_n(job->stop, __ATOMIC_RELAXED);
    if (status == TW_OK && stopped != 0) {
        tw_report_interrupt(report, stopped);
    }
    if (status == TW_OK) {
        status = tw_report_finish(report, now() - start, &totals, error);
    }
    if (status == TW_OK && job->stats) {
        tell_stats(job, &totals);
    }
    tw_report_free(report);
    *exit_status = totals.exit_status;
    return status;
}

enum tlswhy_status tlswhy_scan(const struct tlswhy_pack *pack, const struct tlswhy_scan_job *job,
                               int *exit_status, struct tlswhy_error *error)
{
    struct inputs inputs;
    struct tw_error from = {.status = TW_OK};
    *exit_status = TLSWHY_EXIT_FAILED;
    enum tw_status status = list_inputs(job, &inputs, &from);
    if (status == TW_OK && !job->follow && is_hopeless(job, &inputs)) {
        tell_failures(job, &inputs.paths);
    } else if (status == TW_OK) {
        tw_api_keep_shard(&inputs.paths, job);
        status = scan(tw_api_const_pack_of(pack), job, &inputs, exit_status, &from);
    }
    tw_source_paths_free(&inputs.paths);
    return tw_api_status(status, &from, error);
}

/* ---- records -----------------------------------------------------------------------------------
 */

struct record_run {
    struct tw_api_output output;
    const char *path;
    bool no_redact;
    uint64_t bytes; /* in hand */
    struct tw_buffer line;
};

static enum tw_status write_record(void *payload, const struct tw_record *record,
                                   struct tw_error *error)
{
    struct record_run *run = payload;
    tw_base_buffer_clear(&run->line);
    tw_report_record(&run->line, run->path, record, run->no_redact);
    if (run->line.status != TW_OK) {
        return tw_base_error_set(error, run->line.status, "out of memory");
    }
    return tw_api_write(&run->output, tw_base_buffer_span(&run->line), error);
}

static enum tw_status list_records(const struct tw_pack *pack, const struct tlswhy_scan_job *job,
                                   const struct tw_source_paths *paths, int *exit_status,
                                   struct tw_error *error)
{
    struct tw_pipeline_options options;
    struct tw_pipeline *pipeline = NULL;
    struct record_run run = {.output = {job->write, job->write_payload},
                             .no_redact = job->diagnose.no_redact,
                             .line = TW_BUFFER_INIT(64u << 20)};
    size_t failed = 0;
    tw_api_pipeline_options(&job->diagnose, &options);
    options.stop = job->stop;
    enum tw_status status = tw_pipeline_new(&pipeline, pack, &options, error);
    for (size_t i = 0; status == TW_OK && i < paths->count; i++) {
        const struct tw_source_path *path = &paths->at[i];
        const struct tlswhy_report *report = NULL;
        struct tw_stream *source = NULL;
        struct tw_error refused = {.status = TW_OK};
        run.path = path->path;
        if (path->failure != NULL) {
            failed++;
            continue;
        }
        if (tw_pipeline_open(&source, path->path, job->input, &refused) != TW_OK) {
            tw_api_tell(job, path->path, refused.message);
            failed++;
            continue;
        }
        status = tw_pipeline_records(pipeline, path->path, path->named, source, write_record, &run,
                                     &report, error);
        if (status == TW_OK && report->input.error != NULL) {
            tw_api_tell(job, path->path, report->input.error);
            failed++;
        }
    }
    tw_base_buffer_free(&run.line);
    tw_pipeline_free(pipeline);
    *exit_status = failed == 0              ? TLSWHY_EXIT_NOTHING
                   : failed == paths->count ? TLSWHY_EXIT_FAILED
                                            : TLSWHY_EXIT_DIAGNOSED;
    return status;
}

enum tlswhy_status tlswhy_records(const struct tlswhy_pack *pack, const struct tlswhy_scan_job *job,
                                  int *exit_status, struct tlswhy_error *error)
{
    struct inputs inputs;
    struct tw_error from = {.status = TW_OK};
    *exit_status = TLSWHY_EXIT_FAILED;
    enum tw_status status = list_inputs(job, &inputs, &from);
    if (status == TW_OK) {
        tell_failures(job, &inputs.paths);
        status = list_records(tw_api_const_pack_of(pack), job, &inputs.paths, exit_status, &from);
    }
    tw_source_paths_free(&inputs.paths);
    return tw_api_status(status, &from, error);
}

/* ---- knowledge ---------------------------------------------------------------------------------
 */

/* Larger than the whole default pack as text. */
#define KNOWLEDGE_BYTES (64u << 20)

enum tlswhy_status tlswhy_explain(const struct tlswhy_pack *pack, const char *id, bool json,
                                  tlswhy_write write, void *payload, struct tlswhy_error *error)
{
    struct tw_buffer text = TW_BUFFER_INIT(KNOWLEDGE_BYTES);
    struct tw_error from;
    enum tw_status status = tw_report_explain(&text, tw_api_const_pack_of(pack), id, json, &from);
    if (status != TW_OK) {
        tw_base_buffer_free(&text);
        return tw_api_status(status, &from, error);
    }
    return write_all(&text, write, payload, error);
}

enum tlswhy_status tlswhy_list(const struct tlswhy_pack *pack, bool json, tlswhy_write write,
                               void *payload, struct tlswhy_error *error)
{
    struct tw_buffer text = TW_BUFFER_INIT(KNOWLEDGE_BYTES);
    tw_report_list(&text, tw_api_const_pack_of(pack), json);
    return write_all(&text, write, payload, error);
}

enum tlswhy_status tlswhy_describe(const struct tlswhy_pack *pack, tlswhy_write write,
                                   void *payload, struct tlswhy_error *error)
{
    struct tw_buffer text = TW_BUFFER_INIT(KNOWLEDGE_BYTES);
    const struct tw_pack *parts = tw_api_const_pack_of(pack);
    for (uint32_t i = 0; i < parts->info_count; i++) {
        char digest[17];
        tw_base_hash_text(parts->infos[i].digest, digest);
        tw_base_buffer_print(&text, "pack: %s %s, %u signatures, digest %s\n",
                             tw_pack_text(parts, parts->infos[i].name),
                             tw_pack_text(parts, parts->infos[i].version),
                             parts->infos[i].signatures, digest);
    }
    return write_all(&text, write, payload, error);
}

char *tlswhy_helper(const char *name, struct tlswhy_error *error)
{
    struct tw_error from;
    char *path = tw_pack_helper(name, &from);
    if (path == NULL) {
        (void)tw_api_status(TW_ERR_IO, &from, error);
    }
    return path;
}

int tlswhy_default_pack_fd(struct tlswhy_error *error)
{
    struct tw_error from;
    int fd = tw_pack_default_fd(&from);
    if (fd < 0) {
        (void)tw_api_status(TW_ERR_IO, &from, error);
    }
    return fd;
}

void tlswhy_visible(const char *text, char *to, size_t room)
{
    struct tw_buffer shown = TW_BUFFER_INIT(1u << 20);
    tw_base_visible(&shown, tw_base_span(text), false);
    (void)snprintf(to, room, "%.*s", (int)shown.length, shown.at == NULL ? "" : shown.at);
    tw_base_buffer_free(&shown);
}

size_t tlswhy_misspelling(const char *name, const char *known)
{
    size_t far = tw_base_distance(name, known);
    return far <= tw_base_distance_limit(name) ? far : SIZE_MAX;
}

const char *tlswhy_matcher_version(void)
{
    return tw_match_version();
}
