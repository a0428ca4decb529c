/* report_record.c -- a normalised record as a line of JSON, as `tlswhy records` prints it. */
#include <stdio.h>

#include "base/hash.h"
#include "base/redact.h"
#include "base/visible.h"
#include "model/event.h"
#include "report/report_json_value.h"
#include "report/report_pack.h"

/* Room for the name of a value, and a number behind it. */
#define DATA_KEY_MAX 256
#define NUMBER_ROOM 24

/* Sets a key to a part of the record, redacted and as valid UTF-8. Line ends stay line ends. */
static void set_span(struct tw_json *json, const char *key, struct tw_span text, bool no_redact)
{
    /* A record has at most 1 MiB; made visible a byte takes at most eight. */
    struct tw_buffer clean = TW_BUFFER_INIT(32u << 20);
    struct tw_buffer shown = TW_BUFFER_INIT(32u << 20);
    if (text.length == 0) {
        return;
    }
    if (no_redact) {
        tw_base_buffer_add(&clean, text);
    } else {
        tw_base_redact(&clean, text);
    }
    tw_base_visible(&shown, tw_base_buffer_span(&clean), true);
    tw_base_buffer_add_char(&shown, '\0');
    if (clean.status == TW_OK && shown.status == TW_OK) {
        tw_report_set_string(json, key, shown.at);
    } else {
        json->failed = true;
    }
    tw_base_buffer_free(&clean);
    tw_base_buffer_free(&shown);
}

static void set_digits(struct tw_json *json, const char *key, struct tw_span digits)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%.*s", digits.length < 23 ? (int)digits.length : 23,
                   digits.length == 0 ? "" : digits.at);
    tw_report_set_digits(json, key, text);
}

/* The text without carriage returns before line ends, which are the file's and not the program's.
 */
static void set_text(struct tw_json *json, const char *key, struct tw_span text, bool no_redact)
{
    struct tw_buffer lines = TW_BUFFER_INIT(2u << 20);
    text = tw_base_span_trim(text);
    for (size_t at = 0; at < text.length;) {
        struct tw_span line = tw_base_span_line(text, at, &at);
        tw_base_buffer_add(&lines, line);
        if (at < text.length) {
            tw_base_buffer_add_char(&lines, '\n');
        }
    }
    json->failed |= lines.status != TW_OK;
    set_span(json, key, tw_base_buffer_span(&lines), no_redact);
    tw_base_buffer_free(&lines);
}

/* The key of a value: its name as valid UTF-8; one that is taken or empty gets its place behind it.
 */
static void say_key(char key[DATA_KEY_MAX], const struct tw_json *data,
                    const struct tw_event *event, size_t index)
{
    struct tw_buffer shown = TW_BUFFER_INIT(DATA_KEY_MAX - NUMBER_ROOM);
    tw_base_visible(&shown, event->data[index].name, false);
    (void)snprintf(key, DATA_KEY_MAX, "%.*s", (int)shown.length, shown.length == 0 ? "" : shown.at);
    tw_base_buffer_free(&shown);
    if (key[0] == '\0' || json_object_get(data->object, key) != NULL) {
        size_t length = strlen(key);
        (void)snprintf(key + length, DATA_KEY_MAX - length, "%s%zu", length == 0 ? "" : "_", index);
    }
}

static void set_data(struct tw_json *json, const struct tw_event *event, bool no_redact)
{
    struct tw_json data = tw_report_begin_object();
    for (size_t i = 0; i < event->data_count; i++) {
        char key[DATA_KEY_MAX];
        say_key(key, &data, event, i);
        set_span(&data, key, event->data[i].value, no_redact);
    }
    tw_report_set_object(json, "data", data);
    if (event->data_dropped > 0) {
        tw_report_set_number(json, "data_dropped", event->data_dropped);
    }
}

/* What only events have. */
static void set_event(struct tw_json *json, const struct tw_event *event, bool no_redact)
{
    set_span(json, "channel", event->channel, no_redact);
    set_span(json, "computer", event->computer, no_redact);
    set_digits(json, "process_id", event->process_id);
    set_digits(json, "thread_id", event->thread_id);
    set_span(json, "activity_id", event->activity_id, true);
    set_data(json, event, no_redact);
    set_span(json, "user_data", event->user_data, no_redact);
}

void tw_report_record(struct tw_buffer *to, const char *path, const struct tw_record *record,
                      bool no_redact)
{
    char id[17];
    const struct tw_event *event = record->event_read;
    struct tw_json json = tw_report_begin_object();
    tw_base_hash_text(record->id, id);
    if (record->number.length > 0) {
        set_span(&json, "record_id", record->number, true);
    } else {
        tw_report_set_string(&json, "record_id", id);
    }
    set_span(&json, "path", tw_base_span(path), true);
    if (record->at.line != TW_NO_LINE) {
        tw_report_set_number(&json, "line", record->at.line + 1);
    }
    tw_report_set_number(&json, "offset", record->at.offset);
    tw_report_set_string(&json, "time", record->time);
    tw_report_set_string(&json, "time_local", record->time_local);
    set_span(&json, "provider", record->provider, no_redact);
    set_digits(&json, "event_id", record->event);
    set_span(&json, event == NULL ? "severity" : "level", record->severity, no_redact);
    if (record->cut) {
        tw_report_set_value(&json, "cut", json_true());
    }
    if (event != NULL) {
        set_event(&json, event, no_redact);
    }
    set_text(&json, event == NULL ? "text" : "message", record->message, no_redact);
    tw_report_dump_object(to, (struct tw_report_layout){.line = true}, json);
}
