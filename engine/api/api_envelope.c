/* api_envelope.c -- reads the JSON object in which a log shipper hands over a record.
 *
 * Members, each where a shipper puts it: rsyslog's and syslog-ng's templates (docs/live.md),
 * journald (systemd.journal-fields(7); a MESSAGE that is no clean UTF-8 is an array of byte
 * numbers, says journalctl(1)), Filebeat and Fluent Bit (message, log). Winlogbeat's and NXLog's
 * events are read by format event-json: they stay as they are. */
#include "api/api_envelope.h"

#include <jansson.h>

#include "base/limits.h"
#include "format/format.h"

static const char *const messages[] = {"msg", "message", "MESSAGE", "log", "line", NULL};
static const char *const hosts[] = {"host",     "hostname", "HOST",      "_HOSTNAME",
                                    "Hostname", "computer", "host.name", NULL};
static const char *const sources[] = {
    "source",        "file", "filename", "FILE_NAME", "path", "_SYSTEMD_UNIT", "SYSLOG_IDENTIFIER",
    "log.file.path", NULL};

static bool is_text(json_t *value)
{
    return json_is_string(value) || json_is_array(value);
}

/* The first member that is text, or bytes. */
static json_t *first_of(json_t *object, const char *const *names)
{
    json_t *found = NULL;
    for (size_t i = 0; !is_text(found) && names[i] != NULL; i++) {
        const char *point = strchr(names[i], '.');
        found = json_object_get(object, names[i]);
        if (!is_text(found) && point != NULL) {
            json_t *inner = object;
            const char *at = names[i];
            for (; inner != NULL && point != NULL; point = strchr(at, '.')) {
                inner = json_object_getn(inner, at, (size_t)(point - at));
                at = point + 1;
            }
            found = json_object_get(inner, at);
        }
    }
    return found;
}

/* Bytes of a string, or of an array of byte numbers. False: it is neither. */
static bool add_text(struct tw_buffer *to, json_t *value)
{
    if (json_is_string(value)) {
        tw_base_buffer_add(to,
                           (struct tw_span){json_string_value(value), json_string_length(value)});
        return true;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        json_int_t byte = json_integer_value(json_array_get(value, i));
        tw_base_buffer_add_char(to, (char)(unsigned char)(byte & 0xFF));
    }
    return json_is_array(value);
}

static void set_name(struct tw_buffer *name, json_t *object)
{
    json_t *host = first_of(object, hosts);
    json_t *source = first_of(object, sources);
    if (json_is_string(host)) {
        (void)add_text(name, host);
    }
    if (json_is_string(source)) {
        if (name->length > 0) {
            tw_base_buffer_add_char(name, ':');
        }
        (void)add_text(name, source);
    }
}

void tw_api_envelope(struct tw_envelope *envelope, struct tw_span line, struct tw_buffer *text,
                     struct tw_buffer *name)
{
    json_error_t mistake;
    bool braces = line.length > 1 && line.at[0] == '{';
    json_t *object = braces ? json_loadb(line.at, line.length, JSON_ALLOW_NUL, &mistake) : NULL;
    tw_base_buffer_clear(text);
    tw_base_buffer_clear(name);
    *envelope = (struct tw_envelope){.record = line, .is_object = json_is_object(object)};
    if (json_is_object(object)) {
        json_t *offset = json_object_get(object, "offset");
        if (json_is_integer(offset) && json_integer_value(offset) > 0) {
            envelope->offset = (uint64_t)json_integer_value(offset);
        }
        set_name(name, object);
        bool event = tw_format_event_json.bid(line) > 0;
        if (!event && add_text(text, first_of(object, messages))) {
            envelope->record = tw_base_buffer_span(text);
        }
    }
    json_decref(object);
    if (name->length == 0) {
        tw_base_buffer_add_char(name, '-');
    }
    tw_base_buffer_add_char(name, '\0');
    /* Like a line of a file: the end of a line ends the record. */
    if (envelope->record.at == line.at) {
        tw_base_buffer_add(text, line);
    }
    if (text->length == 0 || text->at[text->length - 1] != '\n') {
        tw_base_buffer_add_char(text, '\n');
    }
    envelope->record = tw_base_buffer_span(text);
}
