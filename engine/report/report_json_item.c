/* report_json_item.c -- the json objects of a report; see report_json.h.
 *
 * Owns the keys and their order (contract, section 3; docs/report.schema.json). What is unknown is
 * absent; lists are always there, so that scripts need no case for their absence. Keeps nothing. */
#include "report/report_json_value.h"
#include "report/report_words.h"

const char *tw_report_json_status(enum tlswhy_input_status status)
{
    switch (status) {
    case TLSWHY_INPUT_OK:
        return "ok";
    case TLSWHY_INPUT_TRUNCATED:
        return "truncated";
    case TLSWHY_INPUT_DAMAGED:
        return "damaged";
    case TLSWHY_INPUT_IGNORED:
        return "ignored";
    case TLSWHY_INPUT_ERROR:
        return "error";
    }
    return NULL;
}

static struct tw_json begin_typed(struct tw_report_layout layout, const char *type)
{
    struct tw_json json = tw_report_begin_object();
    if (layout.line) {
        tw_report_set_string(&json, "type", type);
    }
    return json;
}

static struct tw_json cause_object(const struct tlswhy_ranked_cause *cause)
{
    struct tw_json json = tw_report_begin_object();
    tw_report_set_string(&json, "id", cause->id);
    tw_report_set_string(&json, "family", cause->family);
    tw_report_set_string(&json, "title", cause->title);
    tw_report_set_confidence(&json, "confidence", cause->confidence);
    return json;
}

static void set_alternatives(struct tw_json *json, const struct tlswhy_diagnosis *diagnosis)
{
    json_t *array = json_array();
    for (size_t i = 0; i < diagnosis->alternative_count; i++) {
        const struct tlswhy_ranked_cause *cause = &diagnosis->alternatives[i];
        struct tw_json one = tw_report_begin_object();
        tw_report_set_string(&one, "id", cause->id);
        tw_report_set_string(&one, "family", cause->family);
        tw_report_set_confidence(&one, "confidence", cause->confidence);
        tw_report_set_string(&one, "told_apart_by", cause->told_apart_by);
        tw_report_append_object(json, array, one);
    }
    tw_report_set_value(json, "alternatives", array);
}

static void set_client(struct tw_json *json, const struct tlswhy_diagnosis *diagnosis)
{
    if (diagnosis->client_id == NULL) {
        return;
    }
    struct tw_json client = tw_report_begin_object();
    tw_report_set_string(&client, "id", diagnosis->client_id);
    tw_report_set_string(&client, "title", diagnosis->client_title);
    tw_report_set_string(&client, "version", diagnosis->client_version);
    tw_report_set_object(json, "client", client);
}

static void set_fixes(struct tw_json *json, const struct tlswhy_diagnosis *diagnosis)
{
    json_t *array = json_array();
    for (size_t i = 0; i < diagnosis->fix_count; i++) {
        const struct tlswhy_fix *fix = &diagnosis->fixes[i];
        struct tw_json one = tw_report_begin_object();
        tw_report_set_string(&one, "id", fix->id);
        tw_report_set_string(&one, "title", fix->title);
        tw_report_set_strings(&one, "steps", fix->steps, fix->step_count);
        tw_report_set_strings(&one, "commands", fix->commands, fix->command_count);
        tw_report_set_strings(&one, "cautions", fix->cautions, fix->caution_count);
        tw_report_set_strings(&one, "references", fix->references, fix->reference_count);
        if (fix->discouraged) {
            tw_report_set_value(&one, "discouraged", json_true());
        }
        tw_report_append_object(json, array, one);
    }
    tw_report_set_value(json, "fixes", array);
}

static void set_collect(struct tw_json *json, const struct tlswhy_diagnosis *diagnosis)
{
    json_t *array = json_array();
    for (size_t i = 0; i < diagnosis->collect_count; i++) {
        const struct tlswhy_collect *collect = &diagnosis->collect_next[i];
        struct tw_json one = tw_report_begin_object();
        tw_report_set_string(&one, "what", collect->what);
        tw_report_set_string(&one, "command", collect->command);
        tw_report_set_string(&one, "settles", collect->settles);
        tw_report_set_strings(&one, "decides_between", collect->decides_between,
                              collect->decides_between_count);
        tw_report_append_object(json, array, one);
    }
    tw_report_set_value(json, "collect_next", array);
}

static struct tw_json evidence_object(const struct tlswhy_input *input,
                                      const struct tlswhy_evidence *evidence)
{
    struct tw_json json = tw_report_begin_object();
    tw_report_set_string(&json, "signature", evidence->signature);
    tw_report_set_string(&json, "title", evidence->title);
    tw_report_set_string(&json, "kind", tw_report_say_kind(evidence->kind));
    tw_report_set_string(&json, "strength", tw_report_say_strength(evidence->strength));
    tw_report_set_strings(&json, "supports", evidence->supports, evidence->supports_count);
    tw_report_set_strings(&json, "rules_out", evidence->rules_out, evidence->rules_out_count);
    tw_report_set_string(&json, "direction", evidence->direction);
    tw_report_set_string(&json, "path", input->path);
    tw_report_set_known_number(&json, "line", evidence->line);
    tw_report_set_number(&json, "offset", evidence->offset);
    tw_report_set_string(&json, "record_id",
                         evidence->record_number != NULL ? evidence->record_number
                                                         : evidence->record_id);
    tw_report_set_string(&json, "provider", evidence->provider);
    tw_report_set_digits(&json, "event_id", evidence->event_id);
    tw_report_set_string(&json, "time", evidence->time);
    tw_report_set_string(&json, "time_local", evidence->time_local);
    struct tw_json captures = tw_report_begin_object();
    for (size_t i = 0; i < evidence->capture_count; i++) {
        tw_report_set_string(&captures, evidence->captures[i].name, evidence->captures[i].value);
    }
    tw_report_set_object(&json, "captures", captures);
    tw_report_set_string(&json, "excerpt", evidence->excerpt);
    struct tw_json terms = tw_report_begin_object();
    for (size_t i = 0; i < evidence->term_count; i++) {
        tw_report_set_real(&terms, evidence->terms[i].cause, evidence->terms[i].value);
    }
    tw_report_set_object(&json, "terms", terms);
    return json;
}

static void set_evidence(struct tw_json *json, const struct tlswhy_input *input,
                         const struct tlswhy_diagnosis *diagnosis)
{
    json_t *array = json_array();
    for (size_t i = 0; i < diagnosis->evidence_count; i++) {
        tw_report_append_object(json, array, evidence_object(input, &diagnosis->evidence[i]));
    }
    tw_report_set_value(json, "evidence", array);
    tw_report_set_known_number(json, "evidence_dropped", diagnosis->evidence_dropped);
}

void tw_report_json_diagnosis(struct tw_buffer *to, struct tw_report_layout layout,
                              const struct tlswhy_report *answer,
                              const struct tlswhy_diagnosis *diagnosis)
{
    bool conclusive = diagnosis->conclusive;
    struct tw_json json = begin_typed(layout, conclusive ? "diagnosis" : "inconclusive");
    tw_report_set_string(&json, "id", diagnosis->id);
    tw_report_set_string(&json, "supersedes", diagnosis->supersedes);
    tw_report_set_number(&json, "count", diagnosis->count == 0 ? 1 : diagnosis->count);
    tw_report_set_string(&json, "path", answer->input.path);
    tw_report_set_number(&json, "offset", diagnosis->offset);
    tw_report_set_string(&json, "first_time", diagnosis->first_time);
    tw_report_set_string(&json, "last_time", diagnosis->last_time);
    tw_report_set_known_number(&json, "first_line", diagnosis->first_line);
    tw_report_set_known_number(&json, "last_line", diagnosis->last_line);
    tw_report_set_strings(&json, "hosts", diagnosis->hosts, diagnosis->host_count);
    tw_report_set_string(&json, "headline", diagnosis->headline);
    if (conclusive) {
        tw_report_set_value(&json, "look_alike", json_boolean(diagnosis->look_alike));
        tw_report_set_object(&json, "cause", cause_object(&diagnosis->cause));
    }
    tw_report_set_confidence(&json, "family_confidence", diagnosis->family_confidence);
    set_alternatives(&json, diagnosis);
    set_client(&json, diagnosis);
    if (conclusive) {
        set_fixes(&json, diagnosis);
    }
    set_collect(&json, diagnosis);
    tw_report_set_strings(&json, "next_steps", diagnosis->next_steps, diagnosis->next_step_count);
    tw_report_set_strings(&json, "cautions", diagnosis->cautions, diagnosis->caution_count);
    set_evidence(&json, &answer->input, diagnosis);
    tw_report_dump_object(to, layout, json);
}

void tw_report_json_repeat(struct tw_buffer *to, const struct tlswhy_report *answer,
                           const struct tlswhy_diagnosis *diagnosis)
{
    struct tw_report_layout layout = {.line = true};
    struct tw_json json = begin_typed(layout, "repeat");
    tw_report_set_string(&json, "id", diagnosis->id);
    tw_report_set_number(&json, "count", diagnosis->count);
    tw_report_set_string(&json, "path", answer->input.path);
    tw_report_set_string(&json, "last_time", diagnosis->last_time);
    tw_report_dump_object(to, layout, json);
}

void tw_report_json_input(struct tw_buffer *to, struct tw_report_layout layout,
                          const struct tlswhy_report *answer)
{
    const struct tlswhy_input *input = &answer->input;
    struct tw_json json = begin_typed(layout, "input");
    tw_report_set_string(&json, "path", input->path);
    tw_report_set_string(&json, "format", input->format);
    tw_report_set_string(&json, "encoding", input->encoding);
    tw_report_set_strings(&json, "compression", input->compression, input->compression_count);
    tw_report_set_strings(&json, "repairs", input->repairs, input->repair_count);
    tw_report_set_number(&json, "bytes", input->bytes);
    tw_report_set_number(&json, "lines", input->lines);
    tw_report_set_known_number(&json, "records", input->records);
    tw_report_set_number(&json, "hits", input->hits);
    tw_report_set_string(&json, "status", tw_report_json_status(input->status));
    if (tw_report_is_incomplete(input)) {
        tw_report_set_value(&json, "incomplete", json_true());
    }
    tw_report_set_strings(&json, "limits", input->limits, input->limit_count);
    tw_report_set_known_number(&json, "diagnoses_dropped", answer->diagnoses_dropped);
    tw_report_set_string(&json, "error", input->error);
    tw_report_dump_object(to, layout, json);
}

void tw_report_json_error(struct tw_buffer *to, const struct tlswhy_input *input)
{
    struct tw_report_layout layout = {.line = true};
    struct tw_json json = begin_typed(layout, "error");
    tw_report_set_string(&json, "path", input->path);
    tw_report_set_string(&json, "error", input->error == NULL ? "cannot be read" : input->error);
    tw_report_dump_object(to, layout, json);
}
