/* pipeline.c -- one input through all stages.
 *
 * The loop is short on purpose: the scanner hands out blocks of whole records with candidates, and
 * only around a candidate is a record framed, described, confirmed, and given to the classifier. A
 * clean log costs one matcher call and one newline count a block. */
#include "pipeline/pipeline.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "base/visible.h"
#include "classify/classify.h"
#include "confirm/confirm.h"
#include "decode/decode.h"
#include "format/format.h"
#include "pipeline/pipeline_hits.h"
#include "scan/scan.h"

/* Limits that an input can reach, as the report names them. */
enum { LIMIT_RECORD, LIMIT_BYTES, LIMIT_MATCH, LIMIT_HITS, LIMIT_DIAGNOSES, LIMIT_STOPPED, LIMITS };
static const char *const limit_names[LIMITS] = {
    "record: longer than 1 MiB, read in pieces",
    "max-bytes: the rest was not read",
    "pattern: a match was given up",
    "hits: too many in one block, the rest of it was passed over",
    "diagnoses: more than 10000, the rest is counted",
    "signal: the rest was not read"};

struct tw_pipeline {
    const struct tw_pack *pack;
    struct tw_pipeline_options options;
    const struct tw_format *format; /* wanted by the user, or NULL */
    struct tw_scanner *scanner;
    struct tw_confirmer *confirmer;
    struct tw_classifier *classifier;
    struct tw_events *events;
    struct tw_hits *hits; /* from candidates to the classifier */
    /* Of the input in hand: */
    struct tlswhy_report report;
    struct tw_decode_info decoded;
    const struct tw_format *recognised;
    char *path; /* visible form */
    struct tw_error failure;
    char failure_shown[4 * TW_ERROR_MAX];
    bool reached[LIMITS];
    const char *limits[LIMITS];
};

/* ---- life --------------------------------------------------------------------------------------
 */

static enum tw_status refuse_client(const struct tw_pack *pack, const char *id,
                                    struct tw_error *error)
{
    size_t least = tw_base_distance_limit(id) + 1;
    const char *nearest = NULL;
    for (uint32_t i = 0; i < pack->client_count; i++) {
        const char *known = tw_pack_text(pack, pack->clients[i].id);
        size_t far = tw_base_distance(id, known);
        if (far < least) {
            least = far;
            nearest = known;
        }
    }
    return tw_base_error_set(
        error, TW_ERR_USAGE, "unknown client \"%.80s\"%s%s; `tlswhy signatures list` shows all", id,
        nearest == NULL ? "" : "; did you mean ", nearest == NULL ? "" : nearest);
}

static enum tw_status refuse_format(const char *name, struct tw_error *error)
{
    char allowed[256] = "";
    size_t length = 0;
    for (size_t i = 0; tw_formats[i] != NULL && length < sizeof allowed; i++) {
        length += (size_t)snprintf(allowed + length, sizeof allowed - length, "%s%s",
                                   i == 0 ? "" : ", ", tw_formats[i]->name);
    }
    return tw_base_error_set(error, TW_ERR_USAGE, "unknown input format \"%s\"; allowed are %s",
                             name, allowed);
}

static enum tw_status check_options(struct tw_pipeline *pipeline, uint32_t *client,
                                    struct tw_error *error)
{
    const struct tw_pipeline_options *options = &pipeline->options;
    *client = TW_PACK_NONE;
    if (options->input_format != NULL) {
        pipeline->format = tw_format_find(options->input_format);
        if (pipeline->format == NULL) {
            return refuse_format(options->input_format, error);
        }
    }
    if (options->encoding != NULL && !tw_decode_knows_encoding(options->encoding)) {
        return tw_base_error_set(
            error, TW_ERR_USAGE,
            "unknown encoding \"%s\"; allowed are utf-8, utf-16le, utf-16be, windows-1252",
            options->encoding);
    }
    if (options->client != NULL) {
        *client = tw_pack_find_client(pipeline->pack, options->client);
        if (*client == TW_PACK_NONE) {
            return refuse_client(pipeline->pack, options->client, error);
        }
    }
    return TW_OK;
}

enum tw_status tw_pipeline_new(struct tw_pipeline **out, const struct tw_pack *pack,
                               const struct tw_pipeline_options *options, struct tw_error *error)
{
    *out = NULL;
    struct tw_pipeline *made = tw_base_alloc(1, sizeof *made);
    if (made == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    made->pack = pack;
    made->options = *options;
    struct tw_classify_options judge = {options->min_confidence, options->no_redact, TW_PACK_NONE};
    enum tw_status status = check_options(made, &judge.client, error);
    if (status == TW_OK) {
        status = tw_scan_new(&made->scanner, pack, error);
    }
    if (status == TW_OK) {
        status = tw_confirm_new(&made->confirmer, pack, error);
    }
    if (status == TW_OK) {
        status = tw_classify_new(&made->classifier, pack, &judge, error);
    }
    if (status == TW_OK) {
        status = tw_pipeline_events_new(&made->events, pack, error);
    }
    if (status == TW_OK) {
        struct tw_hits_stages stages = {made->scanner, made->confirmer, made->classifier,
                                        made->events, options->confirm_all};
        status = tw_pipeline_hits_new(&made->hits, pack, &stages, error);
    }
    if (status != TW_OK) {
        tw_pipeline_free(made);
        return status;
    }
    *out = made;
    return TW_OK;
}

void tw_pipeline_free(struct tw_pipeline *pipeline)
{
    if (pipeline != NULL) {
        tw_classify_free(pipeline->classifier);
        tw_confirm_free(pipeline->confirmer);
        tw_scan_free(pipeline->scanner);
        tw_pipeline_hits_free(pipeline->hits);
        tw_pipeline_events_free(pipeline->events);
        tw_base_free(pipeline->path);
        tw_base_free(pipeline);
    }
}

const struct tw_pipeline_counts *tw_pipeline_profile(const struct tw_pipeline *pipeline)
{
    return tw_pipeline_hits_profile(pipeline->hits);
}

/* ---- the report of an input --------------------------------------------------------------------
 */

static enum tw_status begin_report(struct tw_pipeline *pipeline, const char *path)
{
    struct tw_buffer shown = TW_BUFFER_INIT(1u << 16);
    pipeline->report = (struct tlswhy_report){.diagnosis_count = 0};
    pipeline->decoded = (struct tw_decode_info){.encoding = NULL};
    pipeline->recognised = NULL;
    pipeline->failure.status = TW_OK;
    memset(pipeline->reached, 0, sizeof pipeline->reached);
    tw_base_free(pipeline->path);
    tw_base_visible(&shown, tw_base_span(path), false);
    pipeline->path = tw_base_copy(tw_base_buffer_span(&shown));
    tw_base_buffer_free(&shown);
    pipeline->report.input.path = pipeline->path;
    return pipeline->path == NULL ? TW_ERR_MEMORY : TW_OK;
}

/* A failure's message may quote the log or a file name; it is shown like everything else. */
static void show_failure(struct tw_pipeline *pipeline)
{
    struct tw_buffer shown = TW_BUFFER_INIT(sizeof pipeline->failure_shown - 1);
    tw_base_visible(&shown, tw_base_span(pipeline->failure.message), false);
    (void)snprintf(pipeline->failure_shown, sizeof pipeline->failure_shown, "%.*s",
                   (int)shown.length, shown.at == NULL ? "" : shown.at);
    tw_base_buffer_free(&shown);
    pipeline->report.input.error = pipeline->failure_shown;
}

static void end_report(struct tw_pipeline *pipeline)
{
    struct tlswhy_input *input = &pipeline->report.input;
    const struct tw_decode_info *decoded = &pipeline->decoded;
    if (pipeline->recognised != NULL) {
        input->format = pipeline->recognised->name;
        input->format_title = pipeline->recognised->title;
    }
    input->encoding = decoded->encoding;
    input->compression = decoded->compression;
    input->compression_count = decoded->compression_count;
    input->repairs = decoded->repairs;
    input->repair_count = decoded->repair_count;
    for (int i = 0; i < LIMITS; i++) {
        if (pipeline->reached[i]) {
            pipeline->limits[input->limit_count++] = limit_names[i];
        }
    }
    input->limits = pipeline->limits;
    input->incomplete |= pipeline->reached[LIMIT_BYTES] || pipeline->reached[LIMIT_HITS] ||
                         pipeline->reached[LIMIT_MATCH] || pipeline->reached[LIMIT_STOPPED];
    if (pipeline->failure.status != TW_OK) {
        show_failure(pipeline);
        input->incomplete = true;
    }
}

/* Notes how the input ended. False: the failure is not the input's but ours. */
static bool take_ending(struct tw_pipeline *pipeline, enum tw_status status)
{
    struct tlswhy_input *input = &pipeline->report.input;
    switch (status) {
    case TW_OK:
    case TW_END:
        return true;
    case TW_ERR_LIMIT:
        pipeline->reached[LIMIT_BYTES] = true;
        pipeline->failure.status = TW_OK;
        return true;
    case TW_ERR_TRUNCATED:
        input->status = TLSWHY_INPUT_TRUNCATED;
        break;
    case TW_ERR_DATA:
        input->status = TLSWHY_INPUT_DAMAGED;
        break;
    case TW_ERR_IO:
        input->status = TLSWHY_INPUT_ERROR;
        break;
    case TW_ERR_MEMORY:
    case TW_ERR_USAGE:
        return false;
    }
    pipeline->failure.status = status;
    return true;
}

void tw_pipeline_refuse(struct tw_pipeline *pipeline, const char *path, const char *message,
                        const struct tlswhy_report **report)
{
    (void)begin_report(pipeline, path);
    (void)tw_base_error_set(&pipeline->failure, TW_ERR_IO, "%s", message);
    pipeline->report.input.status = TLSWHY_INPUT_ERROR;
    end_report(pipeline);
    *report = &pipeline->report;
}

/* ---- the loop ----------------------------------------------------------------------------------
 */

/* The new part of a piece of a record, from its first blank on: a secret that the cut went through
 * would show its tail without its name. */
static struct tw_span behind_overlap(struct tw_span text, size_t overlap)
{
    struct tw_span rest = tw_base_span_skip(text, overlap);
    while (rest.length > 0 && strchr(" \t\n", rest.at[0]) == NULL) {
        rest = tw_base_span_skip(rest, 1);
    }
    return rest;
}

/* Hands out all records of a block. */
static enum tw_status list_block(struct tw_pipeline *pipeline, const struct tw_scan_block *block,
                                 tw_pipeline_record take, void *payload, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    size_t looked = 0;
    for (size_t at = 0; status == TW_OK && at < block->bytes.length;) {
        struct tw_record record;
        size_t start;
        tw_pipeline_frame(pipeline->scanner, block, at, &record, &start, &at);
        bool holds = false;
        if (tw_format_is_coded(pipeline->recognised)) {
            tw_pipeline_events_look(pipeline->events, block->bytes, &looked, at);
            status = tw_pipeline_events_read(pipeline->events, &record, &holds, error);
        } else {
            tw_pipeline_describe(pipeline->recognised, &record);
        }
        if (start < block->skip && !holds) {
            record.message = behind_overlap(record.text, block->skip - start);
        }
        if (pipeline->decoded.no_lines) {
            record.at.line = TW_NO_LINE;
        }
        /* What holds nothing in a coded log is its frame: the head of a table, a root element. */
        if (status == TW_OK && (holds || !tw_format_is_coded(pipeline->recognised))) {
            status = take(payload, &record, error);
            pipeline->report.input.records++;
        }
    }
    return status;
}

static bool is_stopped(const struct tw_pipeline *pipeline)
{
    return pipeline->options.stop != NULL &&
           __atomic_load_n(pipeline->options.stop, __ATOMIC_RELAXED) != 0;
}

/* Decodes and recognises the input; `sieved`: only what can matter of it. TW_END: it is not to be
 * looked at. */
static enum tw_status open_input(struct tw_pipeline *pipeline, bool named, bool sieved,
                                 struct tw_stream *source, struct tw_stream **stream,
                                 struct tw_error *error)
{
    struct tw_decode_options options = {.encoding = pipeline->options.encoding,
                                        .max_bytes = pipeline->options.max_bytes,
                                        .sieve = sieved ? tw_pipeline_events_matcher : NULL,
                                        .sieve_payload = pipeline->events};
    struct tw_span head;
    enum tw_status status =
        tw_decode_open(stream, source, &options, &pipeline->decoded, &pipeline->failure);
    if (status == TW_ERR_MEMORY || status == TW_ERR_USAGE) {
        *error = pipeline->failure;
        return status;
    }
    if (status != TW_OK) {
        pipeline->failure.status = status;
        pipeline->report.input.status = TLSWHY_INPUT_ERROR;
        return TW_END;
    }
    pipeline->failure.status = TW_OK;
    if (pipeline->decoded.binary && !pipeline->options.all_files) {
        pipeline->report.input.status = TLSWHY_INPUT_IGNORED;
        pipeline->report.input.incomplete = named;
        return TW_END;
    }
    status = tw_base_stream_peek(*stream, TW_PEEK_SIZE, &head);
    if (status != TW_OK) {
        return tw_base_error_set(error, status, "out of memory");
    }
    pipeline->recognised = pipeline->format != NULL ? pipeline->format
                           : pipeline->decoded.format != NULL
                               ? tw_format_find(pipeline->decoded.format)
                               : tw_format_recognise(head);
    return TW_OK;
}

/* Scans the open input to its end; with `take`, lists its records instead. */
static enum tw_status run(struct tw_pipeline *pipeline, struct tw_stream *stream,
                          tw_pipeline_record take, void *payload, struct tw_error *error)
{
    struct tw_span head;
    enum tw_status status = tw_base_stream_peek(stream, TW_PEEK_SIZE, &head);
    if (status != TW_OK) {
        return tw_base_error_set(error, status, "out of memory");
    }
    tw_scan_begin(pipeline->scanner, stream, pipeline->recognised->starts,
                  pipeline->recognised->border);
    tw_confirm_begin(pipeline->confirmer, pipeline->recognised->name);
    tw_pipeline_hits_begin(pipeline->hits, pipeline->recognised, head, pipeline->decoded.no_lines);
    if (tw_format_is_coded(pipeline->recognised)) {
        if (pipeline->recognised->begin != NULL) {
            status = tw_base_stream_peek(stream, TW_RECORD_MAX, &head);
        }
        if (status != TW_OK) {
            return tw_base_error_set(error, status, "out of memory");
        }
        status = tw_pipeline_events_begin(pipeline->events, pipeline->recognised, head, error);
        if (status != TW_OK) {
            return status;
        }
    }
    do {
        struct tw_scan_block block;
        status = tw_scan_next(pipeline->scanner, take != NULL, &block, &pipeline->failure);
        if (status == TW_OK) {
            status = take != NULL ? list_block(pipeline, &block, take, payload, error)
                                  : tw_pipeline_hits_take(pipeline->hits, &block, error);
            pipeline->reached[LIMIT_RECORD] |= block.cut;
            pipeline->reached[LIMIT_HITS] |= block.hits.capped;
            if (status != TW_OK) {
                return status;
            }
        }
    } while (status == TW_OK && !is_stopped(pipeline));
    struct tw_cursor total = tw_scan_total(pipeline->scanner);
    pipeline->report.input.bytes = total.offset;
    tw_pipeline_hits_count(pipeline->hits, &pipeline->report.input);
    pipeline->report.input.lines = pipeline->decoded.no_lines ? 0 : total.line;
    pipeline->reached[LIMIT_STOPPED] = status == TW_OK;
    pipeline->reached[LIMIT_MATCH] |= tw_confirm_given_up(pipeline->confirmer) > 0;
    if (!take_ending(pipeline, status)) {
        *error = pipeline->failure;
        return status;
    }
    return TW_OK;
}

static enum tw_status judge(struct tw_pipeline *pipeline, struct tw_error *error)
{
    struct tw_diagnoses diagnoses;
    enum tw_status status = tw_classify_finish(pipeline->classifier, &diagnoses, error);
    pipeline->report.diagnoses = diagnoses.at;
    pipeline->report.diagnosis_count = diagnoses.count;
    pipeline->report.diagnoses_dropped = diagnoses.dropped;
    pipeline->reached[LIMIT_DIAGNOSES] = diagnoses.dropped > 0;
    return status;
}

static enum tw_status run_input(struct tw_pipeline *pipeline, const char *path, bool named,
                                struct tw_stream *source, tw_pipeline_record take, void *payload,
                                struct tw_error *error)
{
    struct tw_stream *stream = NULL;
    if (begin_report(pipeline, path) != TW_OK) {
        tw_base_stream_free(source);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    bool sieved = take == NULL && !pipeline->options.confirm_all;
    enum tw_status status = open_input(pipeline, named, sieved, source, &stream, error);
    if (status == TW_OK) {
        status = run(pipeline, stream, take, payload, error);
        if (status == TW_OK && take == NULL) {
            status = judge(pipeline, error);
        }
    }
    tw_base_stream_free(stream);
    end_report(pipeline);
    return status == TW_END ? TW_OK : status;
}

enum tw_status tw_pipeline_run(struct tw_pipeline *pipeline, const char *path, bool named,
                               struct tw_stream *source, const struct tlswhy_report **report,
                               struct tw_error *error)
{
    struct tw_span name = tw_pipeline_logical_name(tw_base_span(path));
    char *logical = tw_base_copy(name);
    enum tw_status status = logical == NULL
                                ? tw_base_error_set(error, TW_ERR_MEMORY, "out of memory")
                                : tw_classify_begin(pipeline->classifier, logical, error);
    tw_base_free(logical);
    if (status != TW_OK) {
        tw_base_stream_free(source);
        return status;
    }
    *report = &pipeline->report;
    return run_input(pipeline, path, named, source, NULL, NULL, error);
}

enum tw_status tw_pipeline_records(struct tw_pipeline *pipeline, const char *path, bool named,
                                   struct tw_stream *source, tw_pipeline_record record,
                                   void *payload, const struct tlswhy_report **report,
                                   struct tw_error *error)
{
    *report = &pipeline->report;
    return run_input(pipeline, path, named, source, record, payload, error);
}
