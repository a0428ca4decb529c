/* report_merge_answer.c -- from a line of ndjson back to a diagnosis or an input, so that every
 * rendering can show what was merged; see report_merge_parts.h.
 *
 * The reverse of report_json_item.c. Keys that have another type than ours count as unknown. */
#include "report/report_json.h"
#include "report/report_merge_parts.h"

/* What is being made. Memory that ran out is told once, at the end. */
struct making {
    struct tw_arena *arena;
    bool failed;
};

static const char *text_at(struct making *making, const json_t *value)
{
    size_t length = json_string_length(value);
    if (length == 0) {
        return NULL;
    }
    char *copy =
        tw_base_arena_copy(making->arena, (struct tw_span){json_string_value(value), length});
    making->failed |= copy == NULL;
    return copy;
}

static const char *text_of(struct making *making, const json_t *object, const char *key)
{
    return text_at(making, json_object_get(object, key));
}

static uint64_t number_of(const json_t *object, const char *key)
{
    json_int_t number = json_integer_value(json_object_get(object, key));
    return number < 0 ? 0 : (uint64_t)number;
}

static double real_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void *list_of(struct making *making, const json_t *array, size_t size)
{
    void *list = tw_base_arena_alloc(making->arena, json_array_size(array), size);
    making->failed |= list == NULL;
    return list;
}

/* The strings of an array. */
static const char *const *texts_of(struct making *making, const json_t *object, const char *key,
                                   size_t *count)
{
    const json_t *array = json_object_get(object, key);
    const char **list = list_of(making, array, sizeof *list);
    *count = 0;
    for (size_t i = 0; list != NULL && i < json_array_size(array); i++) {
        list[*count] = text_at(making, json_array_get(array, i));
        *count += list[*count] != NULL;
    }
    return list;
}

static struct tlswhy_ranked_cause cause_of(struct making *making, const json_t *object)
{
    return (struct tlswhy_ranked_cause){.id = text_of(making, object, "id"),
                                        .family = text_of(making, object, "family"),
                                        .title = text_of(making, object, "title"),
                                        .confidence = real_of(object, "confidence"),
                                        .told_apart_by = text_of(making, object, "told_apart_by")};
}

static void take_alternatives(struct making *making, const json_t *object,
                              struct tlswhy_diagnosis *diagnosis)
{
    const json_t *array = json_object_get(object, "alternatives");
    struct tlswhy_ranked_cause *list = list_of(making, array, sizeof *list);
    for (size_t i = 0; list != NULL && i < json_array_size(array); i++) {
        list[i] = cause_of(making, json_array_get(array, i));
        diagnosis->alternative_count++;
    }
    diagnosis->alternatives = list;
}

static void take_fixes(struct making *making, const json_t *object,
                       struct tlswhy_diagnosis *diagnosis)
{
    const json_t *array = json_object_get(object, "fixes");
    struct tlswhy_fix *list = list_of(making, array, sizeof *list);
    for (size_t i = 0; list != NULL && i < json_array_size(array); i++) {
        const json_t *from = json_array_get(array, i);
        struct tlswhy_fix *fix = &list[i];
        fix->id = text_of(making, from, "id");
        fix->title = text_of(making, from, "title");
        fix->steps = texts_of(making, from, "steps", &fix->step_count);
        fix->commands = texts_of(making, from, "commands", &fix->command_count);
        fix->cautions = texts_of(making, from, "cautions", &fix->caution_count);
        fix->references = texts_of(making, from, "references", &fix->reference_count);
        fix->discouraged = json_is_true(json_object_get(from, "discouraged"));
        diagnosis->fix_count++;
    }
    diagnosis->fixes = list;
}

static void take_collect(struct making *making, const json_t *object,
                         struct tlswhy_diagnosis *diagnosis)
{
    const json_t *array = json_object_get(object, "collect_next");
    struct tlswhy_collect *list = list_of(making, array, sizeof *list);
    for (size_t i = 0; list != NULL && i < json_array_size(array); i++) {
        const json_t *from = json_array_get(array, i);
        struct tlswhy_collect *collect = &list[i];
        collect->what = text_of(making, from, "what");
        collect->command = text_of(making, from, "command");
        collect->settles = text_of(making, from, "settles");
        collect->decides_between =
            texts_of(making, from, "decides_between", &collect->decides_between_count);
        diagnosis->collect_count++;
    }
    diagnosis->collect_next = list;
}

/* The enumerator whose word stands under the key. */
static int word_of(const json_t *object, const char *key, const char *const *words, int count)
{
    const char *word = json_string_value(json_object_get(object, key));
    for (int i = 0; word != NULL && i < count; i++) {
        if (words[i] != NULL && strcmp(words[i], word) == 0) {
            return i;
        }
    }
    return 0;
}

static void take_captures(struct making *making, const json_t *from, struct tlswhy_evidence *to)
{
    json_t *captures = json_object_get(from, "captures");
    const char *name;
    json_t *value;
    struct tlswhy_capture *list =
        tw_base_arena_alloc(making->arena, json_object_size(captures), sizeof *list);
    making->failed |= list == NULL;
    if (list != NULL) {
        json_object_foreach(captures, name, value)
        {
            struct tlswhy_capture *capture = &list[to->capture_count++];
            capture->name = tw_base_arena_copy(making->arena, tw_base_span(name));
            capture->value = text_at(making, value);
            making->failed |= capture->name == NULL;
        }
    }
    to->captures = list;
}

static void take_terms(struct making *making, const json_t *from, struct tlswhy_evidence *to)
{
    json_t *terms = json_object_get(from, "terms");
    const char *cause;
    json_t *value;
    struct tlswhy_term *list =
        tw_base_arena_alloc(making->arena, json_object_size(terms), sizeof *list);
    making->failed |= list == NULL;
    if (list != NULL) {
        json_object_foreach(terms, cause, value)
        {
            struct tlswhy_term *term = &list[to->term_count++];
            term->cause = tw_base_arena_copy(making->arena, tw_base_span(cause));
            term->value = json_number_value(value);
            making->failed |= term->cause == NULL;
        }
    }
    to->terms = list;
}

/* A hash has 16 digits; the number that a log gives its records never does. */
static void take_record_id(struct making *making, const json_t *from, struct tlswhy_evidence *to)
{
    const char *id = text_of(making, from, "record_id");
    bool hash = id != NULL && strlen(id) == 16;
    to->record_id = hash ? id : NULL;
    to->record_number = hash ? NULL : id;
}

static void take_event_id(struct making *making, const json_t *from, struct tlswhy_evidence *to)
{
    struct tw_buffer digits = TW_BUFFER_INIT(32);
    if (json_is_integer(json_object_get(from, "event_id"))) {
        tw_base_buffer_print(&digits, "%llu", (unsigned long long)number_of(from, "event_id"));
        to->event_id = tw_base_arena_copy(making->arena, tw_base_buffer_span(&digits));
        making->failed |= to->event_id == NULL;
    }
    tw_base_buffer_free(&digits);
}

static void take_piece(struct making *making, const json_t *from, struct tlswhy_evidence *to)
{
    static const char *const kinds[] = {"error", "client", "fact"};
    static const char *const strengths[] = {NULL, "weak", "moderate", "strong", "decisive"};
    to->signature = text_of(making, from, "signature");
    to->title = text_of(making, from, "title");
    to->kind = (enum tlswhy_kind)word_of(from, "kind", kinds, 3);
    to->strength = (enum tlswhy_strength)word_of(from, "strength", strengths, 5);
    to->supports = texts_of(making, from, "supports", &to->supports_count);
    to->rules_out = texts_of(making, from, "rules_out", &to->rules_out_count);
    to->direction = text_of(making, from, "direction");
    to->line = number_of(from, "line");
    to->offset = number_of(from, "offset");
    take_record_id(making, from, to);
    to->provider = text_of(making, from, "provider");
    take_event_id(making, from, to);
    to->time = text_of(making, from, "time");
    to->time_local = text_of(making, from, "time_local");
    take_captures(making, from, to);
    to->excerpt = text_of(making, from, "excerpt");
    take_terms(making, from, to);
}

static void take_evidence(struct making *making, const json_t *object,
                          struct tlswhy_diagnosis *diagnosis)
{
    const json_t *array = json_object_get(object, "evidence");
    struct tlswhy_evidence *list = list_of(making, array, sizeof *list);
    for (size_t i = 0; list != NULL && i < json_array_size(array); i++) {
        take_piece(making, json_array_get(array, i), &list[i]);
        diagnosis->evidence_count++;
    }
    diagnosis->evidence = list;
}

static void take_diagnosis(struct making *making, const json_t *object, struct tlswhy_diagnosis *to)
{
    const json_t *client = json_object_get(object, "client");
    const char *type = json_string_value(json_object_get(object, "type"));
    *to = (struct tlswhy_diagnosis){.id = text_of(making, object, "id")};
    to->conclusive = type != NULL && strcmp(type, "diagnosis") == 0;
    to->count = number_of(object, "count");
    to->offset = number_of(object, "offset");
    to->first_time = text_of(making, object, "first_time");
    to->last_time = text_of(making, object, "last_time");
    to->first_line = number_of(object, "first_line");
    to->last_line = number_of(object, "last_line");
    to->hosts = texts_of(making, object, "hosts", &to->host_count);
    to->headline = text_of(making, object, "headline");
    to->look_alike = json_is_true(json_object_get(object, "look_alike"));
    to->cause = cause_of(making, json_object_get(object, "cause"));
    to->family_confidence = real_of(object, "family_confidence");
    take_alternatives(making, object, to);
    to->client_id = text_of(making, client, "id");
    to->client_title = text_of(making, client, "title");
    to->client_version = text_of(making, client, "version");
    take_fixes(making, object, to);
    take_collect(making, object, to);
    to->next_steps = texts_of(making, object, "next_steps", &to->next_step_count);
    to->cautions = texts_of(making, object, "cautions", &to->caution_count);
    take_evidence(making, object, to);
    to->evidence_dropped = number_of(object, "evidence_dropped");
}

static enum tw_status ending(const struct making *making, struct tw_error *error)
{
    return making->failed ? tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging")
                          : TW_OK;
}

enum tw_status tw_report_merge_diagnosis(struct tw_arena *arena, struct tw_span text,
                                         struct tlswhy_diagnosis *diagnosis, struct tw_error *error)
{
    struct making making = {.arena = arena};
    json_t *object = tw_report_merge_parse(text, error);
    if (object == NULL) {
        return TW_ERR_DATA;
    }
    take_diagnosis(&making, object, diagnosis);
    json_decref(object);
    return ending(&making, error);
}

int tw_report_merge_status(const char *word)
{
    for (int i = TLSWHY_INPUT_OK; word != NULL && i <= TLSWHY_INPUT_ERROR; i++) {
        if (strcmp(tw_report_json_status((enum tlswhy_input_status)i), word) == 0) {
            return i;
        }
    }
    return -1;
}

enum tw_status tw_report_merge_input(struct tw_arena *arena, struct tw_span text,
                                     const char *(*format_title)(const char *),
                                     struct tlswhy_report *answer, struct tw_error *error)
{
    struct making making = {.arena = arena};
    struct tlswhy_input *to = &answer->input;
    json_t *object = tw_report_merge_parse(text, error);
    if (object == NULL) {
        return TW_ERR_DATA;
    }
    int status = tw_report_merge_status(json_string_value(json_object_get(object, "status")));
    *to = (struct tlswhy_input){.path = text_of(&making, object, "path")};
    to->format = text_of(&making, object, "format");
    to->format_title = to->format == NULL ? NULL : format_title(to->format);
    to->encoding = text_of(&making, object, "encoding");
    to->compression = texts_of(&making, object, "compression", &to->compression_count);
    to->repairs = texts_of(&making, object, "repairs", &to->repair_count);
    to->bytes = number_of(object, "bytes");
    to->lines = number_of(object, "lines");
    to->records = number_of(object, "records");
    to->hits = number_of(object, "hits");
    to->status = status < 0 ? TLSWHY_INPUT_DAMAGED : (enum tlswhy_input_status)status;
    to->incomplete = json_is_true(json_object_get(object, "incomplete"));
    to->limits = texts_of(&making, object, "limits", &to->limit_count);
    to->error = text_of(&making, object, "error");
    answer->diagnoses_dropped = number_of(object, "diagnoses_dropped");
    json_decref(object);
    return ending(&making, error);
}
