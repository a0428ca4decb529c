/* report_merge_line.c -- reads a line of a report that somebody made; see report_merge_parts.h.
 *
 * Owns what a line has to hold to be merged: its type, its id, the name of its input, and what is
 * counted. Other keys are not looked at, so that newer ones pass through. */
#include "base/hash.h"
#include "base/limits.h"
#include "report/report_json.h"
#include "report/report_merge_parts.h"
#include "report/report_tally.h"

static enum tw_status bad(struct tw_error *error, const char *why)
{
    return tw_base_error_set(error, TW_ERR_DATA, "%s", why);
}

/* Whether the text holds no more values than a line may: a hostile one would take a hundred times
 * its bytes. */
static bool is_modest(struct tw_span text)
{
    size_t values = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        values += c == ',' || c == '[' || c == '{';
    }
    return values <= TW_MERGE_VALUES_MAX;
}

json_t *tw_report_merge_parse(struct tw_span text, struct tw_error *error)
{
    json_error_t why;
    if (!is_modest(text)) {
        (void)bad(error, "it has more values than a line of a report");
        return NULL;
    }
    json_t *value = json_loadb(text.at, text.length, 0, &why);
    if (value == NULL) {
        (void)tw_base_error_set(error, TW_ERR_DATA, "it is no JSON: %.200s", why.text);
    } else if (!json_is_object(value)) {
        (void)bad(error, "it is no JSON object");
        json_decref(value);
        value = NULL;
    }
    return value;
}

/* ---- values ------------------------------------------------------------------------------------
 */

/* A text of at most `most` bytes; NULL where there is none. */
static const char *text_of(const json_t *object, const char *key, size_t most)
{
    const json_t *value = json_object_get(object, key);
    size_t length = json_string_length(value);
    return length > 0 && length <= most ? json_string_value(value) : NULL;
}

static bool number_of(const json_t *object, const char *key, uint64_t *number)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return false;
    }
    *number = (uint64_t)json_integer_value(value);
    return true;
}

static bool confidence_of(const json_t *object, const char *key, uint32_t *confidence)
{
    const json_t *value = json_object_get(object, key);
    double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= 0) || number > 1) {
        return false;
    }
    *confidence = (uint32_t)tw_report_round_confidence(number);
    return true;
}

static bool id_of(const json_t *object, const char *key, uint64_t *id)
{
    const char *text = text_of(object, key, 16);
    size_t length = 0;
    uint64_t number = 0;
    for (; text != NULL && text[length] != '\0'; length++) {
        const char *digits = "0123456789abcdef";
        const char *digit = strchr(digits, text[length]);
        if (digit == NULL) {
            return false;
        }
        number = number << 4 | (uint64_t)(digit - digits);
    }
    *id = number;
    return length == 16;
}

/* ---- items -------------------------------------------------------------------------------------
 */

/* An item under construction: its head, and the texts behind it. */
struct making {
    struct tw_merge_item *head;
    struct tw_span texts[TW_MERGE_TEXTS];
};

/* The name of the input: its path, and behind a `!` its member. */
static bool take_name(struct making *making, const json_t *object, struct tw_buffer *name,
                      struct tw_span (*logical_name)(struct tw_span))
{
    const char *path = text_of(object, "path", TW_MERGE_NAME_MAX);
    const json_t *member = json_object_get(object, "member");
    if (path == NULL) {
        return false;
    }
    tw_base_buffer_clear(name);
    tw_base_buffer_add(name, tw_base_span(path));
    if (member != NULL) {
        const char *text = text_of(object, "member", TW_MERGE_NAME_MAX);
        tw_base_buffer_add_char(name, '!');
        tw_base_buffer_add(name, tw_base_span(text));
        if (text == NULL) {
            return false;
        }
    }
    making->texts[TW_MERGE_NAME] = tw_base_buffer_span(name);
    making->head->logical = (uint32_t)logical_name(making->texts[TW_MERGE_NAME]).length;
    return name->status == TW_OK;
}

/* Makes an item of its parts, in `to`. */
static enum tw_status finish_item(const struct making *making, struct tw_buffer *to,
                                  struct tw_merge_item **item, struct tw_error *error)
{
    size_t size = sizeof *making->head;
    for (int i = 0; i < TW_MERGE_TEXTS; i++) {
        size += making->texts[i].length;
    }
    size = (size + 7) & ~(size_t)7;
    tw_base_buffer_clear(to);
    char *at = tw_base_buffer_reserve(to, size);
    if (at == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging");
    }
    memset(at, 0, size);
    *item = (struct tw_merge_item *)(void *)at;
    **item = *making->head;
    (*item)->size = (uint32_t)size;
    at = (*item)->text;
    for (int i = 0; i < TW_MERGE_TEXTS; i++) {
        struct tw_span text = making->texts[i];
        (*item)->lengths[i] = (uint32_t)text.length;
        if (text.length > 0) {
            memcpy(at, text.at, text.length);
        }
        at += text.length;
    }
    return TW_OK;
}

static const char *take_diagnosis(struct making *making, const json_t *object, bool conclusive,
                                  struct tw_merge_line *line)
{
    struct tw_merge_item *head = making->head;
    const json_t *cause = json_object_get(object, "cause");
    head->kind = TW_MERGE_DIAGNOSIS;
    head->conclusive = conclusive;
    if (!id_of(object, "id", &head->id)) {
        return "a diagnosis without a proper id";
    }
    if (!number_of(object, "count", &head->number) || head->number == 0 ||
        !confidence_of(object, "family_confidence", &head->family_confidence)) {
        return "a diagnosis without a proper count and confidence";
    }
    if (json_object_get(object, "offset") != NULL && !number_of(object, "offset", &head->offset)) {
        return "a diagnosis without a proper offset";
    }
    line->has_superseded = json_object_get(object, "supersedes") != NULL;
    if (line->has_superseded && !id_of(object, "supersedes", &line->superseded)) {
        return "a diagnosis that supersedes no proper id";
    }
    if (!conclusive) {
        return NULL;
    }
    const char *id = text_of(cause, "id", TW_MERGE_ID_MAX);
    const char *family = text_of(cause, "family", TW_MERGE_ID_MAX);
    const json_t *fix = json_array_get(json_object_get(object, "fixes"), 0);
    if (id == NULL || family == NULL || !confidence_of(cause, "confidence", &head->confidence)) {
        return "a diagnosis without a proper cause";
    }
    making->texts[TW_MERGE_CAUSE] = tw_base_span(id);
    making->texts[TW_MERGE_FAMILY] = tw_base_span(family);
    making->texts[TW_MERGE_CLIENT] =
        tw_base_span(text_of(json_object_get(object, "client"), "id", TW_MERGE_ID_MAX));
    making->texts[TW_MERGE_FIX] = tw_base_span(text_of(fix, "id", TW_MERGE_ID_MAX));
    return NULL;
}

static const char *take_input(struct making *making, const json_t *object)
{
    struct tw_merge_item *head = making->head;
    int status = tw_report_merge_status(text_of(object, "status", TW_MERGE_ID_MAX));
    head->kind = TW_MERGE_INPUT;
    if (status < 0 || !number_of(object, "bytes", &head->number) ||
        !number_of(object, "hits", &head->hits)) {
        return "an input without a proper status, bytes and hits";
    }
    head->status = (uint8_t)status;
    head->incomplete = json_is_true(json_object_get(object, "incomplete"));
    return NULL;
}

static enum tw_status read_item(const json_t *object, const char *type, struct tw_buffer *to,
                                struct tw_span (*logical_name)(struct tw_span),
                                struct tw_merge_line *line, struct tw_error *error)
{
    struct tw_merge_item head = {.size = 0};
    struct making making = {.head = &head};
    struct tw_buffer name = TW_BUFFER_INIT(2 * TW_MERGE_NAME_MAX);
    const char *why = NULL;
    if (strcmp(type, "diagnosis") == 0 || strcmp(type, "inconclusive") == 0) {
        why = take_diagnosis(&making, object, type[0] == 'd', line);
    } else if (strcmp(type, "input") == 0) {
        why = take_input(&making, object);
    } else if (strcmp(type, "error") == 0) {
        head.kind = TW_MERGE_ERROR;
        why =
            text_of(object, "error", TW_MERGE_LINE_MAX) == NULL ? "an error without a text" : NULL;
    } else {
        why = "its type is none of a report";
    }
    if (why == NULL && !take_name(&making, object, &name, logical_name)) {
        why = "the path of its input is missing, or too long";
    }
    enum tw_status status =
        why != NULL ? bad(error, why) : finish_item(&making, to, &line->item, error);
    tw_base_buffer_free(&name);
    return status;
}

/* ---- summaries ---------------------------------------------------------------------------------
 */

char *tw_report_merge_tool_text(const json_t *tool)
{
    struct tw_buffer text = TW_BUFFER_INIT(TW_MERGE_LINE_MAX);
    size_t length = json_dumpb(tool, NULL, 0, JSON_COMPACT | JSON_SORT_KEYS);
    char *at = tw_base_buffer_reserve(&text, length + 1);
    char *copy = NULL;
    if (at != NULL && length > 0 &&
        json_dumpb(tool, at, length, JSON_COMPACT | JSON_SORT_KEYS) == length) {
        copy = tw_base_copy((struct tw_span){at, length});
    }
    tw_base_buffer_free(&text);
    return copy;
}

static bool copy_key(char **to, const json_t *object, const char *key)
{
    const char *text = text_of(object, key, TW_MERGE_ID_MAX);
    *to = text == NULL ? NULL : tw_base_copy(tw_base_span(text));
    return text == NULL || *to != NULL;
}

static bool take_packs(struct tw_merge_origin *origin, const json_t *packs)
{
    size_t count = json_array_size(packs);
    origin->packs = tw_base_alloc(count + 1, sizeof *origin->packs);
    bool done = origin->packs != NULL;
    for (size_t i = 0; done && i < count; i++) {
        const json_t *pack = json_array_get(packs, i);
        struct tw_report_pack *to = &origin->packs[origin->pack_count++];
        uint64_t signatures = 0;
        (void)number_of(pack, "signatures", &signatures);
        to->signatures = (size_t)signatures;
        done = copy_key((char **)(uintptr_t)&to->name, pack, "name") &&
               copy_key((char **)(uintptr_t)&to->version, pack, "version") &&
               copy_key((char **)(uintptr_t)&to->digest, pack, "digest");
    }
    return done;
}

/* Keeps the tool of the first summary; later ones have to be the same. */
static enum tw_status take_tool(struct tw_merge_origin *origin, const char *part,
                                const json_t *tool, struct tw_error *error)
{
    char *text = tw_report_merge_tool_text(tool);
    enum tw_status status = TW_OK;
    if (text == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging");
    }
    if (origin->tool == NULL) {
        origin->tool = text;
        origin->source = tw_base_copy(tw_base_span(part));
        bool done = origin->source != NULL && copy_key(&origin->version, tool, "version") &&
                    copy_key(&origin->answers, tool, "options") &&
                    take_packs(origin, json_object_get(tool, "packs"));
        return done ? TW_OK
                    : tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging");
    }
    if (strcmp(origin->tool, text) != 0) {
        status = tw_base_error_set(error, TW_ERR_USAGE,
                                   "%.150s and %.150s are of different packs, options or versions: "
                                   "their answers cannot be united",
                                   origin->source, part);
    }
    tw_base_free(text);
    return status;
}

/* "I/N" */
static bool read_shard(const char *text, struct tw_merge_shard *shard)
{
    uint64_t numbers[2] = {0, 0};
    int which = 0;
    size_t digits = 0;
    for (; text != NULL && *text != '\0'; text++) {
        if (*text == '/' && which == 0 && digits > 0) {
            which = 1;
            digits = 0;
        } else if (tw_base_is_digit(*text) && digits < 9) {
            numbers[which] = numbers[which] * 10 + (uint64_t)(*text - '0');
            digits++;
        } else {
            return false;
        }
    }
    *shard = (struct tw_merge_shard){(uint32_t)numbers[0], (uint32_t)numbers[1]};
    return which == 1 && digits > 0 && numbers[0] < numbers[1] && numbers[1] <= TW_SHARDS_MAX;
}

static enum tw_status add_shard(struct tw_merge_origin *origin, struct tw_merge_shard shard,
                                struct tw_error *error)
{
    size_t place = origin->shard_count;
    while (place > 0) {
        const struct tw_merge_shard *before = &origin->shards[place - 1];
        if (before->of == shard.of && before->index == shard.index) {
            return TW_OK;
        }
        if (before->of < shard.of || (before->of == shard.of && before->index < shard.index)) {
            break;
        }
        place--;
    }
    if (origin->shard_count == origin->shard_room) {
        size_t room = origin->shard_room == 0 ? 16 : origin->shard_room * 2;
        struct tw_merge_shard *grown = tw_base_realloc(origin->shards, room, sizeof *grown);
        if (grown == NULL) {
            return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while merging");
        }
        origin->shards = grown;
        origin->shard_room = room;
    }
    memmove(origin->shards + place + 1, origin->shards + place,
            (origin->shard_count - place) * sizeof *origin->shards);
    origin->shards[place] = shard;
    origin->shard_count++;
    return TW_OK;
}

static enum tw_status take_shards(struct tw_merge_origin *origin, const json_t *object,
                                  struct tw_error *error)
{
    const json_t *shards = json_object_get(object, "shards");
    struct tw_merge_shard shard = {0, 0};
    for (size_t i = 0; i < json_array_size(shards); i++) {
        if (!read_shard(json_string_value(json_array_get(shards, i)), &shard)) {
            return bad(error, "a summary with a shard that is none");
        }
    }
    for (size_t i = 0; i < json_array_size(shards); i++) {
        (void)read_shard(json_string_value(json_array_get(shards, i)), &shard);
        enum tw_status status = add_shard(origin, shard, error);
        if (status != TW_OK) {
            return status;
        }
    }
    return TW_OK;
}

static enum tw_status read_summary(struct tw_merge_origin *origin, const char *part,
                                   const json_t *object, struct tw_merge_line *line,
                                   struct tw_error *error)
{
    const json_t *tool = json_object_get(object, "tool");
    const json_t *summary = json_object_get(object, "summary");
    const char *schema = text_of(object, "schema", TW_MERGE_ID_MAX);
    uint64_t exit_status = 0;
    line->kind = TW_LINE_SUMMARY;
    if (schema == NULL || strcmp(schema, TW_REPORT_SCHEMA) != 0) {
        return bad(error, "a summary of another schema than " TW_REPORT_SCHEMA);
    }
    if (!json_is_array(json_object_get(tool, "packs")) ||
        !number_of(summary, "exit_status", &exit_status)) {
        return bad(error, "a summary without packs and exit status");
    }
    enum tw_status status = take_tool(origin, part, tool, error);
    /* What a signal ended has a summary, but is not whole. */
    line->partial = json_is_true(json_object_get(object, "partial")) || exit_status >= 128;
    if (status == TW_OK && !line->partial) {
        status = take_shards(origin, object, error);
        origin->runs += json_array_size(json_object_get(object, "shards")) == 0;
    }
    double seconds = json_number_value(json_object_get(summary, "seconds"));
    origin->seconds = seconds > origin->seconds ? seconds : origin->seconds;
    return status;
}

enum tw_status tw_report_merge_line(struct tw_merge_origin *origin, const char *part,
                                    struct tw_span text,
                                    struct tw_span (*logical_name)(struct tw_span),
                                    struct tw_buffer *item, struct tw_merge_line *line,
                                    struct tw_error *error)
{
    *line = (struct tw_merge_line){.kind = TW_LINE_ITEM};
    json_t *object = tw_report_merge_parse(text, error);
    if (object == NULL) {
        return TW_ERR_DATA;
    }
    const char *type = text_of(object, "type", TW_MERGE_ID_MAX);
    enum tw_status status = TW_OK;
    if (type == NULL) {
        status = bad(error, "it has no type");
    } else if (strcmp(type, "summary") == 0) {
        status = read_summary(origin, part, object, line, error);
    } else if (strcmp(type, "repeat") == 0) {
        line->kind = TW_LINE_REPEAT;
    } else {
        status = read_item(object, type, item, logical_name, line, error);
    }
    json_decref(object);
    return status;
}

void tw_report_merge_origin_free(struct tw_merge_origin *origin)
{
    for (size_t i = 0; i < origin->pack_count; i++) {
        tw_base_free((char *)(uintptr_t)origin->packs[i].name);
        tw_base_free((char *)(uintptr_t)origin->packs[i].version);
        tw_base_free((char *)(uintptr_t)origin->packs[i].digest);
    }
    tw_base_free(origin->packs);
    tw_base_free(origin->shards);
    tw_base_free(origin->tool);
    tw_base_free(origin->source);
    tw_base_free(origin->version);
    tw_base_free(origin->answers);
    *origin = (struct tw_merge_origin){.tool = NULL};
}
