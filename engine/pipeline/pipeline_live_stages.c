/* pipeline_live_stages.c -- scan, confirm and classify for text that is pushed in; see the header.
 *
 * The same stages as those of pipeline.c, in the same order over the same records, so that what is
 * known at the end is what a run on the whole finds. Only where blocks end is different, and
 * nothing depends on that. */
#include "pipeline/pipeline_live_stages.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "confirm/confirm.h"
#include "pipeline/pipeline_event.h"
#include "pipeline/pipeline_hits.h"

struct tw_live_stages {
    struct tw_scanner *scanner;
    struct tw_confirmer *confirmer;
    struct tw_classifier *classifier;
    struct tw_events *events;
    struct tw_hits *hits;
    struct tw_hits
        *tail_hits; /* of the unfinished record; passes over nothing, remembers nothing */
    const struct tw_format *format;
    char start[TW_FORMAT_LINE_HEAD]; /* first bytes of the input */
    size_t start_length;
    uint64_t part_out; /* where the part in hand begins */
    bool cut, capped;
};

enum tw_status tw_pipeline_stages_new(struct tw_live_stages **out, const struct tw_pack *pack,
                                      const struct tw_pipeline_options *options,
                                      struct tw_error *error)
{
    struct tw_live_stages *made = tw_base_alloc(1, sizeof *made);
    struct tw_classify_options judge = {options->min_confidence, options->no_redact, TW_PACK_NONE};
    *out = NULL;
    if (made == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    if (options->client != NULL) {
        judge.client = tw_pack_find_client(pack, options->client);
    }
    enum tw_status status = tw_scan_new(&made->scanner, pack, error);
    if (status == TW_OK) {
        status = tw_confirm_new(&made->confirmer, pack, error);
    }
    if (status == TW_OK) {
        status = tw_classify_new(&made->classifier, pack, &judge, error);
    }
    if (status == TW_OK) {
        status = tw_pipeline_events_new(&made->events, pack, error);
    }
    struct tw_hits_stages stages = {made->scanner, made->confirmer, made->classifier, made->events,
                                    options->confirm_all};
    if (status == TW_OK) {
        status = tw_pipeline_hits_new(&made->hits, pack, &stages, error);
    }
    stages.confirm_all = true;
    if (status == TW_OK) {
        status = tw_pipeline_hits_new(&made->tail_hits, pack, &stages, error);
    }
    if (status != TW_OK) {
        tw_pipeline_stages_free(made);
        return status;
    }
    *out = made;
    return TW_OK;
}

void tw_pipeline_stages_free(struct tw_live_stages *stages)
{
    if (stages != NULL) {
        tw_pipeline_hits_free(stages->hits);
        tw_pipeline_hits_free(stages->tail_hits);
        tw_classify_free(stages->classifier);
        tw_confirm_free(stages->confirmer);
        tw_scan_free(stages->scanner);
        tw_pipeline_events_free(stages->events);
        tw_base_free(stages);
    }
}

enum tw_status tw_pipeline_stages_begin(struct tw_live_stages *stages, const char *logical_name,
                                        const struct tw_format *format, struct tw_span head,
                                        struct tw_stream *places, struct tw_cursor at,
                                        struct tw_error *error)
{
    stages->format = format;
    stages->cut = stages->capped = false;
    stages->part_out = 0;
    stages->start_length = head.length < sizeof stages->start ? head.length : sizeof stages->start;
    if (stages->start_length > 0) {
        memcpy(stages->start, head.at, stages->start_length);
    }
    tw_scan_begin_fed(stages->scanner, places, format->starts, format->border, &at);
    tw_confirm_begin(stages->confirmer, format->name);
    tw_pipeline_hits_begin(stages->hits, format, head, false);
    enum tw_status status = tw_classify_begin(stages->classifier, logical_name, error);
    if (status == TW_OK && tw_format_is_coded(format)) {
        status = tw_pipeline_events_begin(stages->events, format, head, error);
    }
    return status;
}

static enum tw_status take(struct tw_live_stages *stages, enum tw_scan_last last,
                           struct tw_error *error)
{
    struct tw_scan_block block;
    enum tw_status status = tw_scan_fed(stages->scanner, last, &block, error);
    if (status != TW_OK) {
        return status;
    }
    stages->cut |= block.cut;
    stages->capped |= block.hits.capped;
    return tw_pipeline_hits_take(stages->hits, &block, error);
}

enum tw_status tw_pipeline_stages_push(struct tw_live_stages *stages, struct tw_span text,
                                       struct tw_error *error)
{
    enum tw_status status = TW_OK;
    while (status == TW_OK && text.length > 0) {
        /* A block at a time: a block of candidates has a bound. */
        size_t piece = text.length < TW_BLOCK_SIZE ? text.length : TW_BLOCK_SIZE;
        size_t taken = tw_scan_feed(stages->scanner, (struct tw_span){text.at, piece});
        text = tw_base_span_skip(text, taken);
        status = take(stages, TW_SCAN_KEEP, error);
        status = status == TW_END ? TW_OK : status;
    }
    return status;
}

enum tw_status tw_pipeline_stages_end_record(struct tw_live_stages *stages, struct tw_error *error)
{
    enum tw_status status = take(stages, TW_SCAN_TAKE, error);
    return status == TW_END ? TW_OK : status;
}

void tw_pipeline_stages_part(struct tw_live_stages *stages, struct tw_stream *places,
                             struct tw_cursor at)
{
    size_t length;
    at.out = stages->part_out = tw_scan_rest(stages->scanner, &length).out;
    tw_scan_part(stages->scanner, places, at);
}

bool tw_pipeline_stages_tail(struct tw_live_stages *stages)
{
    struct tw_scan_block block;
    struct tw_error unused;
    return tw_scan_fed(stages->scanner, TW_SCAN_LOOK, &block, &unused) == TW_OK &&
           block.hits.count > 0;
}

/* What the unfinished record says, to the copy. */
static enum tw_status look_at_tail(struct tw_live_stages *stages, struct tw_classifier *copy,
                                   bool whole_lines, struct tw_error *error)
{
    struct tw_scan_block block;
    enum tw_status status = tw_scan_fed(stages->scanner, TW_SCAN_LOOK, &block, error);
    bool half = status == TW_OK && block.bytes.at[block.bytes.length - 1] != '\n';
    if (status != TW_OK || (whole_lines && half)) {
        return status == TW_END ? TW_OK : status;
    }
    tw_pipeline_hits_begin(stages->tail_hits, stages->format,
                           (struct tw_span){stages->start, stages->start_length}, false);
    tw_pipeline_hits_lead(stages->tail_hits, copy);
    return tw_pipeline_hits_take(stages->tail_hits, &block, error);
}

enum tw_status tw_pipeline_stages_look(struct tw_live_stages *stages, enum tw_classify_which which,
                                       bool whole_lines, struct tw_classifier **copy,
                                       struct tw_diagnoses *diagnoses, struct tw_error *error)
{
    enum tw_status status = tw_classify_copy(copy, stages->classifier, error);
    if (status == TW_OK) {
        status = look_at_tail(stages, *copy, whole_lines || which == TW_CLASSIFY_CLOSED, error);
    }
    if (status == TW_OK && which == TW_CLASSIFY_CLOSED) {
        tw_classify_copy_drop_open(*copy);
    }
    if (status == TW_OK) {
        status = tw_classify_finish(*copy, diagnoses, error);
    }
    if (status != TW_OK) {
        tw_classify_copy_free(*copy);
        *copy = NULL;
    }
    return status;
}

enum tw_status tw_pipeline_stages_finish(struct tw_live_stages *stages,
                                         struct tw_diagnoses *diagnoses, struct tw_error *error)
{
    enum tw_status status = tw_pipeline_stages_end_record(stages, error);
    return status == TW_OK ? tw_classify_finish(stages->classifier, diagnoses, error) : status;
}

void tw_pipeline_stages_progress(const struct tw_live_stages *stages, uint64_t *found,
                                 uint64_t *closed)
{
    tw_classify_progress(stages->classifier, found, closed);
}

struct tw_cursor tw_pipeline_stages_settled(struct tw_live_stages *stages)
{
    size_t length;
    struct tw_cursor rest = tw_scan_rest(stages->scanner, &length);
    struct tw_cursor open;
    /* What began in a part before this one was told when that one ended. */
    bool here = tw_classify_open_since(stages->classifier, &open) && open.out >= stages->part_out;
    return here && open.out < rest.out ? open : rest;
}

uint64_t tw_pipeline_stages_rest(struct tw_live_stages *stages)
{
    size_t length;
    return tw_scan_rest(stages->scanner, &length).offset;
}

void tw_pipeline_stages_forget(struct tw_live_stages *stages, size_t keep)
{
    tw_classify_forget_closed(stages->classifier, keep);
}

size_t tw_pipeline_stages_closed(const struct tw_live_stages *stages)
{
    return tw_classify_closed(stages->classifier);
}

void tw_pipeline_stages_count(struct tw_live_stages *stages, struct tlswhy_input *input, bool *cut,
                              bool *capped, bool *given_up)
{
    size_t length;
    struct tw_cursor end = tw_scan_rest(stages->scanner, &length);
    input->bytes = end.offset;
    input->lines = end.line;
    tw_pipeline_hits_count(stages->hits, input);
    *cut = stages->cut;
    *capped = stages->capped;
    *given_up = tw_confirm_given_up(stages->confirmer) > 0;
}
