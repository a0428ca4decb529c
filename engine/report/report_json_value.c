/* report_json_value.c -- json values and their text; see report_json_value.h.
 *
 * Owns how numbers and texts look: reals with four decimals, so that the same answer has the same
 * bytes on every machine; strings are valid UTF-8 whatever came in. Knows nothing of diagnoses. */
#include "report/report_json_value.h"

#include <math.h>

#include "base/visible.h"

/* Enough digits for a duration with its decimals, few enough that 0.84 stays 0.84. */
#define DIGITS 12

/* Digits of a number that a log gives, so that none overflows. */
#define LONGEST_NUMBER 18

struct tw_json tw_report_begin_object(void)
{
    struct tw_json json = {.object = json_object()};
    json.failed = json.object == NULL;
    return json;
}

void tw_report_set_value(struct tw_json *json, const char *key, json_t *value)
{
    if (json_object_set_new_nocheck(json->object, key, value) != 0) {
        json->failed = true;
    }
}

void tw_report_set_object(struct tw_json *json, const char *key, struct tw_json value)
{
    json->failed = json->failed || value.failed;
    tw_report_set_value(json, key, value.object);
}

/* A json string; what is not valid UTF-8 is shown as the text report shows it. */
static json_t *new_string(const char *text)
{
    json_t *value = json_string(text);
    if (value == NULL) {
        struct tw_buffer visible = TW_BUFFER_INIT(TW_REPORT_RENDER_MAX);
        tw_base_visible(&visible, tw_base_span(text), false);
        if (visible.status == TW_OK) {
            value = json_stringn(visible.at, visible.length);
        }
        tw_base_buffer_free(&visible);
    }
    return value;
}

void tw_report_set_string(struct tw_json *json, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        tw_report_set_value(json, key, new_string(text));
    }
}

void tw_report_set_digits(struct tw_json *json, const char *key, const char *digits)
{
    uint64_t number = 0;
    size_t i = 0;
    for (; digits != NULL && i < LONGEST_NUMBER && tw_base_is_digit(digits[i]); i++) {
        number = 10 * number + (uint64_t)(digits[i] - '0');
    }
    if (i > 0 && digits[i] == '\0') {
        tw_report_set_number(json, key, number);
    }
}

void tw_report_set_number(struct tw_json *json, const char *key, uint64_t number)
{
    uint64_t most = INT64_MAX;
    tw_report_set_value(json, key, json_integer((json_int_t)(number < most ? number : most)));
}

void tw_report_set_known_number(struct tw_json *json, const char *key, uint64_t number)
{
    if (number > 0) {
        tw_report_set_number(json, key, number);
    }
}

void tw_report_set_real(struct tw_json *json, const char *key, double real)
{
    /* + 0.0 makes a positive zero of a negative one. */
    double rounded = isfinite(real) ? round(real * 10000.0) / 10000.0 + 0.0 : 0.0;
    tw_report_set_value(json, key, json_real(rounded));
}

void tw_report_set_confidence(struct tw_json *json, const char *key, double confidence)
{
    tw_report_set_real(json, key, (double)tw_report_round_confidence(confidence) / 10000.0);
}

void tw_report_set_strings(struct tw_json *json, const char *key, const char *const *texts,
                           size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array != NULL && i < count; i++) {
        if (texts[i] != NULL && json_array_append_new(array, new_string(texts[i])) != 0) {
            json->failed = true;
        }
    }
    tw_report_set_value(json, key, array);
}

void tw_report_append_object(struct tw_json *into, json_t *array, struct tw_json value)
{
    if (json_array_append_new(array, value.object) != 0 || value.failed) {
        into->failed = true;
    }
}

struct dump {
    struct tw_buffer *to;
    int margin;
};

/* Jansson cannot begin at an indent; a raw newline never stands inside a json string, so each one
 * may get the margin. */
static int add_piece(const char *bytes, size_t length, void *payload)
{
    struct dump *dump = payload;
    for (size_t i = 0; i < length;) {
        const char *newline = memchr(bytes + i, '\n', length - i);
        size_t end = newline == NULL ? length : (size_t)(newline - bytes) + 1;
        tw_base_buffer_add(dump->to, (struct tw_span){bytes + i, end - i});
        if (newline != NULL && dump->margin > 0) {
            tw_base_buffer_print(dump->to, "%*s", dump->margin, "");
        }
        i = end;
    }
    return dump->to->status == TW_OK ? 0 : -1;
}

void tw_report_dump_value(struct tw_buffer *to, struct tw_report_layout layout, json_t *value)
{
    struct dump dump = {to, layout.line ? 0 : layout.margin};
    size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(DIGITS) |
                   (layout.line ? JSON_COMPACT : JSON_INDENT(2));
    int failed = value == NULL ? -1 : json_dump_callback(value, add_piece, &dump, flags);
    if (failed != 0 && to->status == TW_OK) {
        to->status = TW_ERR_MEMORY;
    }
    if (layout.line) {
        tw_base_buffer_add_char(to, '\n');
    }
    json_decref(value);
}

void tw_report_dump_object(struct tw_buffer *to, struct tw_report_layout layout,
                           struct tw_json json)
{
    if (json.failed) {
        json_decref(json.object);
        json.object = NULL;
    }
    tw_report_dump_value(to, layout, json.object);
}
