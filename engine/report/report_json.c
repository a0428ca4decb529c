/* report_json.c -- the report as one json object.
 *
 * Owns the frame around the objects of report_json.h and the bound of 10,000 items: what is beyond
 * it is counted under `limits`. Items wait in spools, because the verdict goes before them. */
#include "report/report_json.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "report/report_spool.h"

/* The lists of the object, in its order. */
enum list { LIST_DIAGNOSES, LIST_INCONCLUSIVE, LIST_INPUTS, LISTS };

static const char *const list_names[LISTS] = {"diagnoses", "inconclusive", "inputs"};
static const uint64_t list_bounds[LISTS] = {TW_DIAGNOSES_MAX, TW_DIAGNOSES_MAX, TW_INPUTS_MAX};

struct state {
    struct tw_report_spool spools[LISTS];
    uint64_t kept[LISTS];
    uint64_t dropped[LISTS];
};

/* Blanks before a key of the object, and before an item of a list. */
static const struct tw_report_layout key_layout = {.margin = 2};
static const struct tw_report_layout item_layout = {.margin = 4};

static enum tw_status json_open(struct tw_report *report, struct tw_error *error)
{
    struct state *state = tw_base_alloc(1, sizeof *state);
    if (state == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while opening the report");
    }
    for (size_t i = 0; i < LISTS; i++) {
        state->spools[i] = TW_REPORT_SPOOL_INIT;
        if (report->options.in_memory) {
            state->spools[i].memory.maximum = TW_REPORT_MEMORY_MAX;
            state->spools[i].no_file = true;
        }
    }
    report->state = state;
    return TW_OK;
}

/* Makes room for one more item of the list and writes what goes before it. NULL: it is full. */
static struct tw_buffer *begin_item(struct state *state, enum list list)
{
    if (state->kept[list] >= list_bounds[list]) {
        state->dropped[list]++;
        return NULL;
    }
    struct tw_buffer *to = &state->spools[list].memory;
    tw_base_buffer_add(to, state->kept[list] == 0 ? TW_SPAN("\n    ") : TW_SPAN(",\n    "));
    state->kept[list]++;
    return to;
}

static enum tw_status json_add(struct tw_report *report, const struct tlswhy_report *answer,
                               struct tw_error *error)
{
    struct state *state = report->state;
    enum tw_status status = TW_OK;
    for (size_t i = 0; i < answer->diagnosis_count && status == TW_OK; i++) {
        const struct tlswhy_diagnosis *diagnosis = &answer->diagnoses[i];
        enum list list = diagnosis->conclusive ? LIST_DIAGNOSES : LIST_INCONCLUSIVE;
        struct tw_buffer *to = begin_item(state, list);
        if (to != NULL) {
            tw_report_json_diagnosis(to, item_layout, answer, diagnosis);
            status = tw_report_spool_settle(&state->spools[list], error);
        }
    }
    state->dropped[LIST_DIAGNOSES] += answer->diagnoses_dropped;
    struct tw_buffer *to = status == TW_OK ? begin_item(state, LIST_INPUTS) : NULL;
    if (to != NULL) {
        tw_report_json_input(to, item_layout, answer);
        status = tw_report_spool_settle(&state->spools[LIST_INPUTS], error);
    }
    return status;
}

static void add_head(struct tw_report *report)
{
    struct tw_buffer *out = &report->out;
    tw_base_buffer_add(out, TW_SPAN("{\n  \"schema\": \"" TW_REPORT_SCHEMA "\",\n  \"tool\": "));
    tw_report_json_tool(out, key_layout, report);
    tw_base_buffer_add(out, TW_SPAN(",\n  \"verdict\": "));
    tw_report_json_verdict(out, key_layout, report);
}

static void add_tail(struct tw_report *report)
{
    const struct state *state = report->state;
    struct tw_buffer *out = &report->out;
    tw_base_buffer_add(out, TW_SPAN(",\n  \"summary\": "));
    tw_report_json_summary(out, key_layout, report);
    bool dropped = false;
    for (size_t i = 0; i < LISTS; i++) {
        dropped = dropped || state->dropped[i] > 0;
    }
    if (dropped) {
        tw_base_buffer_add(out, TW_SPAN(",\n  \"limits\": "));
        tw_report_json_counters(out, key_layout, list_names, state->dropped, LISTS);
    }
    tw_base_buffer_add(out, TW_SPAN("\n}\n"));
}

static enum tw_status json_finish(struct tw_report *report, struct tw_error *error)
{
    struct state *state = report->state;
    add_head(report);
    for (size_t i = 0; i < LISTS; i++) {
        tw_base_buffer_print(&report->out, ",\n  \"%s\": [", list_names[i]);
        enum tw_status status = tw_report_flush(report, error);
        if (status == TW_OK) {
            status =
                tw_report_spool_replay(&state->spools[i], report->write, report->payload, error);
        }
        if (status != TW_OK) {
            return status;
        }
        tw_base_buffer_add(&report->out, state->kept[i] == 0 ? TW_SPAN("]") : TW_SPAN("\n  ]"));
    }
    add_tail(report);
    return tw_report_flush(report, error);
}

static void json_free(struct tw_report *report)
{
    struct state *state = report->state;
    for (size_t i = 0; state != NULL && i < LISTS; i++) {
        tw_report_spool_free(&state->spools[i]);
    }
    tw_base_free(state);
    report->state = NULL;
}

const struct tw_report_type tw_report_json = {json_open, json_add, NULL, json_finish, json_free};
