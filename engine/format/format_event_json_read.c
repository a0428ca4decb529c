/* format_event_json_read.c -- reads one event as JSON. The only file of this folder that knows
 * Jansson.
 *
 * All shapes are read with one table of places: each property is looked up where any of the
 * shippers puts it, the likeliest first. Which shapes there are, format_event_json.c says. A record
 * that is cut off is closed behind its last whole member. Sizes are bounded by TW_EVENT_JSON_MAX,
 * depth by Jansson's own parser. */
#include <jansson.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/visible.h"
#include "format/format_event.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Where the properties stand; names of nested objects with a point between them. */
static const struct {
    enum tw_event_field field;
    const char *path;
} places[] = {
    {TW_EVENT_PROVIDER, "winlog.provider_name"},
    {TW_EVENT_PROVIDER, "Event.System.Provider.#attributes.Name"},
    {TW_EVENT_PROVIDER, "Event.System.Provider_attributes.Name"},
    {TW_EVENT_PROVIDER, "ProviderName"},
    {TW_EVENT_PROVIDER, "SourceName"},
    {TW_EVENT_PROVIDER, "source_name"},
    {TW_EVENT_PROVIDER, "provider.name"},
    {TW_EVENT_PROVIDER, "event.provider"},
    {TW_EVENT_PROVIDER, "Source"},
    {TW_EVENT_ID, "winlog.event_id"},
    {TW_EVENT_ID, "Event.System.EventID.#text"},
    {TW_EVENT_ID, "Event.System.EventID"},
    {TW_EVENT_ID, "EventID"},
    {TW_EVENT_ID, "event_id.id"},
    {TW_EVENT_ID, "event_id"},
    {TW_EVENT_ID, "event.code"},
    {TW_EVENT_ID, "Id"},
    {TW_EVENT_INSTANCE, "InstanceId"},
    {TW_EVENT_LEVEL_WORD, "LevelDisplayName"},
    {TW_EVENT_LEVEL_WORD, "log.level"},
    {TW_EVENT_LEVEL_WORD, "EntryType"},
    {TW_EVENT_LEVEL_WORD, "Severity"},
    {TW_EVENT_LEVEL_WORD, "level"},
    {TW_EVENT_LEVEL, "Event.System.Level"},
    {TW_EVENT_LEVEL, "winlog.level"},
    {TW_EVENT_LEVEL, "Level"},
    {TW_EVENT_LEVEL, "EventType"},
    {TW_EVENT_CHANNEL, "winlog.channel"},
    {TW_EVENT_CHANNEL, "Event.System.Channel"},
    {TW_EVENT_CHANNEL, "Channel"},
    {TW_EVENT_CHANNEL, "LogName"},
    {TW_EVENT_CHANNEL, "log_name"},
    {TW_EVENT_CHANNEL, "channel"},
    {TW_EVENT_COMPUTER, "winlog.computer_name"},
    {TW_EVENT_COMPUTER, "Event.System.Computer"},
    {TW_EVENT_COMPUTER, "MachineName"},
    {TW_EVENT_COMPUTER, "Hostname"},
    {TW_EVENT_COMPUTER, "ComputerName"},
    {TW_EVENT_COMPUTER, "Computer"},
    {TW_EVENT_COMPUTER, "computer_name"},
    {TW_EVENT_COMPUTER, "computer"},
    {TW_EVENT_PROCESS, "winlog.process.pid"},
    {TW_EVENT_PROCESS, "Event.System.Execution.#attributes.ProcessID"},
    {TW_EVENT_PROCESS, "ProcessId"},
    {TW_EVENT_PROCESS, "ProcessID"},
    {TW_EVENT_PROCESS, "process_id"},
    {TW_EVENT_PROCESS, "execution.process_id"},
    {TW_EVENT_THREAD, "winlog.process.thread.id"},
    {TW_EVENT_THREAD, "Event.System.Execution.#attributes.ThreadID"},
    {TW_EVENT_THREAD, "ThreadId"},
    {TW_EVENT_THREAD, "ThreadID"},
    {TW_EVENT_THREAD, "thread_id"},
    {TW_EVENT_THREAD, "execution.thread_id"},
    {TW_EVENT_ACTIVITY, "winlog.activity_id"},
    {TW_EVENT_ACTIVITY, "Event.System.Correlation.#attributes.ActivityID"},
    {TW_EVENT_ACTIVITY, "ActivityId"},
    {TW_EVENT_ACTIVITY, "ActivityID"},
    {TW_EVENT_ACTIVITY, "activity_id"},
    {TW_EVENT_ACTIVITY, "correlation.activity_id"},
    {TW_EVENT_RECORD, "winlog.record_id"},
    {TW_EVENT_RECORD, "Event.System.EventRecordID"},
    {TW_EVENT_RECORD, "RecordId"},
    {TW_EVENT_RECORD, "RecordNumber"},
    {TW_EVENT_RECORD, "EventRecordID"},
    {TW_EVENT_RECORD, "record_number"},
    {TW_EVENT_RECORD, "record_id"},
    {TW_EVENT_RECORD, "Index"},
    {TW_EVENT_TIME, "Event.System.TimeCreated.#attributes.SystemTime"},
    {TW_EVENT_TIME, "TimeCreated.value"},
    {TW_EVENT_TIME, "TimeCreated.DateTime"},
    {TW_EVENT_TIME, "TimeCreated"},
    {TW_EVENT_TIME, "TimeGenerated"},
    {TW_EVENT_TIME, "EventTime"},
    {TW_EVENT_TIME, "system_time"},
    {TW_EVENT_TIME, "@timestamp"},
    {TW_EVENT_MESSAGE, "message"},
    {TW_EVENT_MESSAGE, "Message"},
};

/* An event has all places of one row. */
static const char *const shapes[][3] = {
    {"winlog.event_id", NULL, NULL},
    {"winlog.provider_name", "event.code", NULL},
    {"winlog.channel", "event.code", NULL},
    {"source_name", "event_id", "computer_name"},
    {"source_name", "event_id", "log_name"},
    {"SourceName", "EventID", "Channel"},
    {"SourceName", "EventID", "Hostname"},
    {"SourceName", "EventID", "TimeGenerated"},
    {"ProviderName", "EventID", "Channel"},
    {"ProviderName", "EventID", "TimeCreated"},
    {"ProviderName", "Id", NULL},
    {"LevelDisplayName", "Id", "TimeCreated"},
    {"LevelDisplayName", "Id", "Message"},
    {"LogName", "Id", "Message"},
    {"InstanceId", "EntryType", "Source"},
    {"InstanceId", "EntryType", "Message"},
    {"Event.System.EventID", "Event.System.Channel", NULL},
    {"Event.System.EventID", "Event.System.Provider", NULL},
    {"event_id.id", "provider.name", NULL},
    {"event_id.id", "channel", "computer"},
};

/* Where the values of an event are: an object of names, or an array. */
static const char *const data_places[] = {"winlog.event_data", "winlog.user_data", "event_data",
                                          "Event.EventData",   "StringInserts",    "Properties",
                                          "user_data"};

/* NXLog puts the values beside the properties, among which are these (NXLog User Guide, module
 * im_msvistalog, "Fields"). */
static const char *const nxlog_names[] = {
    "EventTime",       "EventReceivedTime", "Hostname",  "Keywords",
    "EventType",       "SeverityValue",     "Severity",  "EventID",
    "SourceName",      "ProviderGuid",      "Version",   "Task",
    "Category",        "OpcodeValue",       "Opcode",    "RecordNumber",
    "ActivityID",      "RelatedActivityID", "ProcessID", "ExecutionProcessID",
    "ThreadID",        "Channel",           "Domain",    "AccountName",
    "UserID",          "AccountType",       "Message",   "SourceModuleName",
    "SourceModuleType"};

struct reader {
    struct tw_format_room *room;
    struct tw_event *event;
};

/* ---- places ------------------------------------------------------------------------------------
 */

/* The value at a place. Elastic keeps some objects flat: then their names have points in them. */
static json_t *find(json_t *object, const char *path)
{
    char name[64];
    json_t *found = json_object_get(object, path);
    for (const char *point = strchr(path, '.'); found == NULL && point != NULL;
         point = strchr(point + 1, '.')) {
        size_t length = (size_t)(point - path);
        if (length >= sizeof name) {
            break;
        }
        memcpy(name, path, length);
        name[length] = '\0';
        json_t *inner = json_object_get(object, name);
        if (json_is_object(inner)) {
            found = find(inner, point + 1);
        }
    }
    return found;
}

static bool has_shape(json_t *object)
{
    for (size_t i = 0; i < COUNT(shapes); i++) {
        bool all = true;
        for (size_t k = 0; k < COUNT(shapes[i]) && shapes[i][k] != NULL; k++) {
            all = all && find(object, shapes[i][k]) != NULL;
        }
        if (all) {
            return true;
        }
    }
    return false;
}

/* ---- values ------------------------------------------------------------------------------------
 */

/* Prints a number, an object or an array as JSON; what does not fit is cut. */
static void dump(struct tw_format_room *room, const json_t *value)
{
    size_t left = room->size - room->used;
    size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
    size_t length = json_dumpb(value, room->at + room->used, left, flags);
    room->used += length < left ? length : left;
}

/* Whether a real number is an integer that was read as one because another was too large. */
static bool is_whole(const json_t *value)
{
    double number = json_real_value(value);
    return json_is_real(value) && number > -9e15 && number < 9e15 &&
           number == (double)(int64_t)number;
}

/* A value as text in the room. */
static struct tw_span text_of(struct tw_format_room *room, const json_t *value)
{
    size_t mark = room->used;
    if (json_is_string(value)) {
        tw_format_room_add(room,
                           (struct tw_span){json_string_value(value), json_string_length(value)});
    } else if (is_whole(value)) {
        char digits[32];
        (void)snprintf(digits, sizeof digits, "%.0f", json_real_value(value));
        tw_format_room_add(room, tw_base_span(digits));
    } else if (value != NULL && !json_is_null(value)) {
        dump(room, value);
    }
    return tw_format_room_since(room, mark);
}

static void add_value(struct reader *reader, const char *name, const json_t *value)
{
    size_t mark = reader->room->used;
    tw_format_room_add(reader->room, tw_base_span(name));
    struct tw_span kept = tw_format_room_since(reader->room, mark);
    tw_format_event_add(reader->event, kept, tw_base_span_trim(text_of(reader->room, value)));
}

/* One value of an array: bare, as the property of an object (Get-WinEvent), or named by the only
 * name of one (OpenTelemetry). */
static void add_element(struct reader *reader, json_t *value)
{
    json_t *inner = json_object_get(value, "Value");
    if (inner != NULL) {
        add_value(reader, "", inner);
    } else if (json_object_size(value) == 1) {
        void *member = json_object_iter(value);
        add_value(reader, json_object_iter_key(member), json_object_iter_value(member));
    } else {
        add_value(reader, "", value);
    }
}

static void add_array(struct reader *reader, json_t *array)
{
    size_t count = json_array_size(array);
    for (size_t i = 0; i < count; i++) {
        add_element(reader, json_array_get(array, i));
    }
}

/* Values without names, which the converters from XML call "Data". */
static void add_unnamed(struct reader *reader, json_t *value)
{
    json_t *text = json_object_get(value, "#text");
    value = text != NULL ? text : value;
    if (json_is_array(value)) {
        add_array(reader, value);
    } else {
        add_value(reader, "", value);
    }
}

static void add_data(struct reader *reader, json_t *data)
{
    const char *name;
    json_t *value;
    if (json_is_array(data)) {
        add_array(reader, data);
        return;
    }
    json_object_foreach(data, name, value)
    {
        if (strcmp(name, "Data") == 0 || strcmp(name, "data") == 0) {
            add_unnamed(reader, value);
        } else if (strcmp(name, "#attributes") != 0 && strcmp(name, "xml_name") != 0) {
            add_value(reader, name, value);
        }
    }
}

/* Values whose names begin with that of the object that they were in. */
static void add_flat(struct reader *reader, json_t *object)
{
    static const struct tw_span prefix = TW_SPAN_INIT("winlog.event_data.");
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (tw_base_span_starts(tw_base_span(name), prefix)) {
            add_value(reader, name + prefix.length, value);
        }
    }
}

static void add_nxlog(struct reader *reader, json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        bool known = false;
        for (size_t i = 0; i < COUNT(nxlog_names); i++) {
            known = known || strcmp(name, nxlog_names[i]) == 0;
        }
        if (!known) {
            add_value(reader, name, value);
        }
    }
}

static void read_event(struct reader *reader, json_t *object)
{
    for (size_t i = 0; i < COUNT(places); i++) {
        json_t *value = find(object, places[i].path);
        if (value != NULL && !json_is_object(value) && !json_is_array(value)) {
            tw_format_event_set(reader->event, places[i].field, text_of(reader->room, value),
                                reader->room);
        }
    }
    for (size_t i = 0; i < COUNT(data_places); i++) {
        json_t *data = find(object, data_places[i]);
        if (json_is_object(data) || json_is_array(data)) {
            add_data(reader, data);
        }
    }
    json_t *user_data = find(object, "Event.UserData");
    if (user_data != NULL) {
        add_value(reader, "UserData", user_data);
    }
    add_flat(reader, object);
    if (json_object_get(object, "SourceName") != NULL &&
        json_object_get(object, "EventTime") != NULL) {
        add_nxlog(reader, object);
    }
}

/* ---- text --------------------------------------------------------------------------------------
 */

/* The text that closes what is open behind the last whole member of an object that is cut off. */
static bool close_cut(struct tw_buffer *to, struct tw_span json)
{
    char open[TW_EVENT_JSON_DEPTH];
    char open_there[TW_EVENT_JSON_DEPTH]; /* what was open behind that member */
    size_t depth = 0;
    size_t depth_there = 0;
    size_t end = 0;
    bool quoted = false;
    for (size_t at = 0; at < json.length; at++) {
        char c = json.at[at];
        if (quoted) {
            at += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (depth == sizeof open) {
                return false;
            }
            open[depth++] = c == '{' ? '}' : ']';
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        } else if (c == ',') {
            end = at;
            depth_there = depth;
            memcpy(open_there, open, depth);
        }
    }
    if (end == 0) {
        return false;
    }
    tw_base_buffer_clear(to);
    tw_base_buffer_add(to, (struct tw_span){json.at, end});
    while (depth_there > 0) {
        tw_base_buffer_add_char(to, open_there[--depth_there]);
    }
    return to->status == TW_OK;
}

/* Copies text with a question mark for every byte that is no UTF-8. */
static void add_valid(struct tw_buffer *to, struct tw_span text)
{
    size_t at = 0;
    while (at < text.length) {
        uint32_t code;
        size_t from = at;
        size_t n = 0;
        while (at < text.length &&
               (n = tw_base_utf8_decode(tw_base_span_skip(text, at), &code)) > 0) {
            at += n;
        }
        tw_base_buffer_add(to, (struct tw_span){text.at + from, at - from});
        if (at < text.length) {
            tw_base_buffer_add_char(to, '?');
            at++;
        }
    }
}

/* Parses; a number that is too large for an integer becomes a real one. */
static json_t *parse(struct tw_span json)
{
    static const size_t flags = JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL;
    json_error_t error;
    json_t *root = json_loadb(json.at, json.length, flags, &error);
    if (root == NULL && json_error_code(&error) == json_error_numeric_overflow) {
        root = json_loadb(json.at, json.length, flags | JSON_DECODE_INT_AS_REAL, &error);
    }
    return root;
}

/* Parses the object in the buffer, or what there is of it. */
static json_t *parse_record(struct tw_buffer *text)
{
    json_t *root = parse(tw_base_buffer_span(text));
    struct tw_buffer closed = TW_BUFFER_INIT(TW_EVENT_JSON_MAX + TW_EVENT_JSON_DEPTH);
    if (root == NULL && close_cut(&closed, tw_base_buffer_span(text))) {
        root = parse(tw_base_buffer_span(&closed));
    }
    tw_base_buffer_free(&closed);
    return root;
}

bool tw_format_event_json_read(struct tw_span json, struct tw_format_room *room,
                               struct tw_event *event)
{
    struct reader reader = {.room = room, .event = event};
    json = tw_base_span_trim(json);
    if (json.length == 0 || json.length > TW_EVENT_JSON_MAX || json.at[0] != '{') {
        return false;
    }
    struct tw_buffer text = TW_BUFFER_INIT(TW_EVENT_JSON_MAX);
    add_valid(&text, json);
    json_t *root = text.status == TW_OK ? parse_record(&text) : NULL;
    /* A search of Elasticsearch wraps what was stored. */
    json_t *source = json_object_get(root, "_source");
    json_t *object = source != NULL ? source : root;
    bool is_event = has_shape(object);
    if (is_event) {
        read_event(&reader, object);
    }
    json_decref(root);
    tw_base_buffer_free(&text);
    return is_event && event->event_id.length > 0;
}
