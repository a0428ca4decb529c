/* api_runs.c -- the functions of tools.h on runs in parts: which inputs a shard takes, whether a
 * run is done already, and one report of many. */
#include <string.h>

#include "api/api_parts.h"
#include "base/alloc.h"
#include "base/buffer.h"
#include "base/hash.h"
#include "base/limits.h"
#include "format/format.h"
#include "report/report_merge.h"
#include "source/walk.h"

/* ---- shards ------------------------------------------------------------------------------------
 */

size_t tlswhy_shards_max(void)
{
    return TW_SHARDS_MAX;
}

/* The hash is folded: the lowest bit of FNV-1a depends on the lowest bits of the name alone. */
static size_t shard_of(const char *path, size_t shards)
{
    uint64_t hash = tw_base_hash(TW_HASH_START, tw_pipeline_logical_name(tw_base_span(path)));
    return (size_t)((hash ^ hash >> 32) % shards);
}

void tw_api_keep_shard(struct tw_source_paths *paths, const struct tlswhy_scan_job *job)
{
    size_t kept = 0;
    if (job->shards == 0) {
        return;
    }
    for (size_t i = 0; i < paths->count; i++) {
        if (shard_of(paths->at[i].path, job->shards) == job->shard) {
            paths->at[kept++] = paths->at[i];
        } else {
            tw_base_free(paths->at[i].path);
            tw_base_free(paths->at[i].failure);
        }
    }
    paths->count = kept;
}

/* ---- how a report is shown ---------------------------------------------------------------------
 */

static uint64_t add_text(uint64_t hash, const char *key, const char *value)
{
    if (value == NULL) {
        return hash;
    }
    hash = tw_base_hash(tw_base_hash(hash, tw_base_span(key)), TW_SPAN("="));
    return tw_base_hash(tw_base_hash(hash, tw_base_span(value)), TW_SPAN("\n"));
}

static uint64_t add_number(uint64_t hash, const char *key, uint64_t value)
{
    struct tw_buffer text = TW_BUFFER_INIT(32);
    tw_base_buffer_print(&text, "%llu", (unsigned long long)value);
    tw_base_buffer_add_char(&text, '\0');
    hash = add_text(hash, key, text.at);
    tw_base_buffer_free(&text);
    return hash;
}

/* The digest of the options that change answers: of a line "name=value" for each one that is not
 * the default, by name. */
static void digest_options(const struct tlswhy_scan_job *job, char digest[17])
{
    struct tw_pipeline_options options;
    struct tw_pipeline_options defaults;
    uint64_t hash = TW_HASH_START;
    tw_api_pipeline_options(&job->diagnose, &options);
    tw_api_pipeline_options(NULL, &defaults);
    hash = add_text(hash, "all-files", options.all_files ? "" : NULL);
    hash = add_text(hash, "client", options.client);
    hash = add_text(hash, "encoding", options.encoding);
    for (size_t i = 0; i < job->exclude_count; i++) {
        hash = add_text(hash, "exclude", job->exclude[i]);
    }
    for (size_t i = 0; i < job->include_count; i++) {
        hash = add_text(hash, "include", job->include[i]);
    }
    hash = add_text(hash, "input-format", options.input_format);
    if (options.max_bytes > 0) {
        hash = add_number(hash, "max-bytes", options.max_bytes);
    }
    if (options.min_confidence < defaults.min_confidence ||
        options.min_confidence > defaults.min_confidence) {
        /* In millionths: no two that a person types are the same. */
        hash = add_number(hash, "min-confidence",
                          (uint64_t)(options.min_confidence * 1000000.0 + 0.5));
    }
    hash = add_text(hash, "no-redact", options.no_redact ? "" : NULL);
    tw_base_hash_text(hash, digest);
}

static size_t describe_packs(const struct tw_pack *pack, struct tw_api_shown *shown)
{
    size_t count = pack->info_count < TW_API_PACKS_MAX ? pack->info_count : TW_API_PACKS_MAX;
    for (size_t i = 0; i < count; i++) {
        tw_base_hash_text(pack->infos[i].digest, shown->digests[i]);
        shown->packs[i] = (struct tw_report_pack){tw_pack_text(pack, pack->infos[i].name),
                                                  tw_pack_text(pack, pack->infos[i].version),
                                                  shown->digests[i], pack->infos[i].signatures};
    }
    return count;
}

static void name_shard(struct tw_api_shown *shown, const struct tlswhy_scan_job *job)
{
    struct tw_buffer text = TW_BUFFER_INIT(sizeof shown->shard - 1);
    tw_base_buffer_print(&text, "%zu/%zu", job->shard, job->shards);
    memset(shown->shard, 0, sizeof shown->shard);
    if (text.length > 0) {
        memcpy(shown->shard, text.at, text.length);
    }
    tw_base_buffer_free(&text);
    shown->shards[0] = shown->shard;
    shown->options.shards = shown->shards;
    shown->options.shard_count = job->shards > 1;
}

void tw_api_show(struct tw_api_shown *shown, const struct tw_pack *pack,
                 const struct tlswhy_scan_job *job)
{
    struct tw_pipeline_options options;
    tw_api_pipeline_options(&job->diagnose, &options);
    shown->options = TW_REPORT_OPTIONS_INIT;
    shown->options.format = (enum tw_report_format)job->format;
    shown->options.color = job->color;
    shown->options.all = job->all;
    shown->options.verbose = job->verbose;
    shown->options.strict = job->strict;
    shown->options.exit_zero = job->exit_zero;
    shown->options.columns = job->columns == 0 ? shown->options.columns : job->columns;
    shown->options.min_confidence = options.min_confidence;
    digest_options(job, shown->answers);
    shown->options.answers = shown->answers;
    if (job->shards > 0) {
        name_shard(shown, job);
    }
    if (pack != NULL) {
        shown->options.packs = shown->packs;
        shown->options.pack_count = describe_packs(pack, shown);
    }
}

/* ---- resumed and merged runs -------------------------------------------------------------------
 */

enum tlswhy_status tlswhy_resume(const struct tlswhy_pack *pack, const struct tlswhy_scan_job *job,
                                 const char *path, bool *done, int *exit_status,
                                 struct tlswhy_error *error)
{
    struct tw_api_shown shown;
    struct tw_report_ending there;
    struct tw_report_ending wanted;
    struct tw_error from = {.status = TW_OK};
    *done = false;
    enum tw_status status = tw_report_read_ending(path, &there, &from);
    if (status != TW_OK || !there.whole) {
        return tw_api_status(status, &from, error);
    }
    tw_api_show(&shown, tw_api_const_pack_of(pack), job);
    tw_report_ending_of(&shown.options, &wanted);
    if (strcmp(there.tool, wanted.tool) != 0) {
        status = tw_base_error_set(&from, TW_ERR_USAGE,
                                   "%.300s: is the whole report of a run with other packs, options "
                                   "or version; remove it, or write elsewhere",
                                   path);
    } else if (strcmp(there.shards, wanted.shards) != 0) {
        status = tw_base_error_set(
            &from, TW_ERR_USAGE,
            "%.300s: is the whole report of %s%s, not of %s%s; remove it, or write elsewhere", path,
            there.shards[0] == '\0' ? "a whole run" : "shard ", there.shards,
            wanted.shards[0] == '\0' ? "a whole run" : "shard ", wanted.shards);
    } else {
        *done = true;
        *exit_status = tw_report_exit_status(&there.totals, job->strict, job->exit_zero);
    }
    return tw_api_status(status, &from, error);
}

static const char *format_title(const char *name)
{
    const struct tw_format *format = tw_format_find(name);
    return format == NULL ? NULL : format->title;
}

static void tell_part(void *payload, const char *path, const char *text)
{
    tw_api_tell(payload, path, text);
}

enum tlswhy_status tlswhy_merge(const struct tlswhy_scan_job *job, int *exit_status,
                                struct tlswhy_error *error)
{
    struct tw_api_output output = {job->write, job->write_payload};
    struct tw_api_shown shown;
    struct tw_report_totals totals = {.exit_status = TLSWHY_EXIT_FAILED};
    struct tw_error from = {.status = TW_OK};
    struct tlswhy_scan_job copy = *job;
    tw_api_show(&shown, NULL, job);
    const struct tw_report_merge_job merge = {
        .paths = job->paths,
        .path_count = job->path_count,
        .need = job->need,
        .shown = shown.options,
        .logical_name = tw_pipeline_logical_name,
        .format_title = format_title,
        .message = tell_part,
        .payload = &copy,
        .stop = job->stop,
    };
    enum tw_status status =
        tw_report_merge(&merge, job->write == NULL ? NULL : tw_api_write, &output, &totals, &from);
    *exit_status = totals.exit_status;
    return tw_api_status(status, &from, error);
}
