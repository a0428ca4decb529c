/* report_record.c -- a normalised record as a line of JSON, as `tlswhy records` prints it. */
#include "base/hash.h"
#include "base/redact.h"
#include "base/visible.h"
#include "report/report_json_value.h"
#include "report/report_pack.h"

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

/* The text without carriage returns before line ends, which are the file's and not the program's.
 */
static void set_text(struct tw_json *json, struct tw_span text, bool no_redact)
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
    set_span(json, "text", tw_base_buffer_span(&lines), no_redact);
    tw_base_buffer_free(&lines);
}

void tw_report_record(struct tw_buffer *to, const char *path, const struct tw_record *record,
                      bool no_redact)
{
    char id[17];
    struct tw_json json = tw_report_begin_object();
    tw_base_hash_text(record->id, id);
    tw_report_set_string(&json, "record_id", id);
    set_span(&json, "path", tw_base_span(path), true);
    tw_report_set_number(&json, "line", record->at.line + 1);
    tw_report_set_number(&json, "offset", record->at.offset);
    tw_report_set_string(&json, "time", record->time);
    tw_report_set_string(&json, "time_local", record->time_local);
    set_span(&json, "provider", record->provider, no_redact);
    set_span(&json, "severity", record->severity, no_redact);
    set_span(&json, "event_id", record->event, no_redact);
    if (record->cut) {
        tw_report_set_value(&json, "cut", json_true());
    }
    set_text(&json, record->message, no_redact);
    tw_report_dump_object(to, (struct tw_report_layout){.line = true}, json);
}
