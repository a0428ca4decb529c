/* report_json_run.c -- the json objects about the whole run: tool, verdict, summary.
 *
 * Owns their keys and order, as report_json_item.c does for what belongs to one input. */
#include "report/report_json_value.h"

static struct tw_json tool_object(const struct tw_report *report)
{
    struct tw_json tool = tw_report_begin_object();
    tw_report_set_string(&tool, "name", "tlswhy");
    const char *version = report->options.version;
    tw_report_set_string(&tool, "version", version == NULL ? TLSWHY_VERSION : version);
    json_t *packs = json_array();
    for (size_t i = 0; i < report->options.pack_count; i++) {
        const struct tw_report_pack *pack = &report->options.packs[i];
        struct tw_json one = tw_report_begin_object();
        tw_report_set_string(&one, "name", pack->name);
        tw_report_set_string(&one, "version", pack->version);
        tw_report_set_number(&one, "signatures", pack->signatures);
        tw_report_set_string(&one, "digest", pack->digest);
        tw_report_append_object(&tool, packs, one);
    }
    tw_report_set_value(&tool, "packs", packs);
    tw_report_set_string(&tool, "options", report->options.answers);
    return tool;
}

/* The verdict as the value of a key, which is null where there is none. */
static void set_verdict(struct tw_json *into, const struct tw_report_verdict *verdict)
{
    if (!verdict->known) {
        tw_report_set_value(into, "verdict", json_null());
        return;
    }
    struct tw_json json = tw_report_begin_object();
    tw_report_set_string(&json, "family", verdict->family);
    tw_report_set_confidence(&json, "family_confidence", verdict->family_confidence);
    tw_report_set_string(&json, "cause", verdict->cause);
    tw_report_set_confidence(&json, "confidence", verdict->confidence);
    tw_report_set_string(&json, "client", verdict->client);
    tw_report_set_string(&json, "fix", verdict->fix);
    tw_report_set_object(into, "verdict", json);
}

static void set_counts(struct tw_json *into, const char *key, const struct tw_report_counts *counts)
{
    struct tw_json json = tw_report_begin_object();
    for (size_t i = 0; i < counts->length; i++) {
        tw_report_set_number(&json, counts->at[i].id, counts->at[i].count);
    }
    tw_report_set_object(into, key, json);
}

static struct tw_json summary_object(const struct tw_report *report)
{
    const struct tw_report_totals *totals = &report->tally.totals;
    struct tw_json json = tw_report_begin_object();
    tw_report_set_number(&json, "inputs", totals->inputs);
    tw_report_set_number(&json, "ignored", totals->ignored);
    tw_report_set_number(&json, "incomplete", totals->incomplete);
    tw_report_set_number(&json, "bytes", totals->bytes);
    tw_report_set_number(&json, "hits", totals->hits);
    tw_report_set_number(&json, "diagnoses", totals->diagnoses);
    tw_report_set_number(&json, "inconclusive", totals->inconclusive);
    set_counts(&json, "by_family", &report->tally.by_family);
    set_counts(&json, "by_cause", &report->tally.by_cause);
    set_counts(&json, "by_client", &report->tally.by_client);
    tw_report_set_number(&json, "exit_status", (uint64_t)totals->exit_status);
    tw_report_set_real(&json, "seconds", totals->seconds);
    return json;
}

void tw_report_json_tool(struct tw_buffer *to, struct tw_report_layout layout,
                         const struct tw_report *report)
{
    tw_report_dump_object(to, layout, tool_object(report));
}

void tw_report_json_verdict(struct tw_buffer *to, struct tw_report_layout layout,
                            const struct tw_report *report)
{
    struct tw_json holder = tw_report_begin_object();
    set_verdict(&holder, &report->tally.verdict);
    json_t *value = holder.failed ? NULL : json_incref(json_object_get(holder.object, "verdict"));
    json_decref(holder.object);
    tw_report_dump_value(to, layout, value);
}

void tw_report_json_summary(struct tw_buffer *to, struct tw_report_layout layout,
                            const struct tw_report *report)
{
    if (!layout.line) {
        tw_report_dump_object(to, layout, summary_object(report));
        return;
    }
    struct tw_json json = tw_report_begin_object();
    tw_report_set_string(&json, "type", "summary");
    tw_report_set_string(&json, "schema", TW_REPORT_SCHEMA);
    tw_report_set_object(&json, "tool", tool_object(report));
    set_verdict(&json, &report->tally.verdict);
    if (report->options.shard_count > 0) {
        tw_report_set_strings(&json, "shards", report->options.shards, report->options.shard_count);
    }
    if (report->tally.totals.partial) {
        tw_report_set_value(&json, "partial", json_true());
    }
    tw_report_set_object(&json, "summary", summary_object(report));
    tw_report_dump_object(to, layout, json);
}

void tw_report_json_counters(struct tw_buffer *to, struct tw_report_layout layout,
                             const char *const *names, const uint64_t *counters, size_t count)
{
    struct tw_json json = tw_report_begin_object();
    for (size_t i = 0; i < count; i++) {
        tw_report_set_known_number(&json, names[i], counters[i]);
    }
    tw_report_dump_object(to, layout, json);
}
