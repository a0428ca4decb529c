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
#include "base/limits.h"
#include "base/visible.h"
#include "format/format_event_json.h"

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
    for (size_t i = 0; tw_format_event_shapes[i][0] != NULL; i++) {
        const char *const *shape = tw_format_event_shapes[i];
        bool all = true;
        for (size_t k = 0; k < TW_EVENT_SHAPE_PLACES && shape[k] != NULL; k++) {
            all = all && find(object, shape[k]) != NULL;
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
        for (size_t i = 0; tw_format_event_nxlog_names[i] != NULL; i++) {
            known = known || strcmp(name, tw_format_event_nxlog_names[i]) == 0;
        }
        if (!known) {
            add_value(reader, name, value);
        }
    }
}

static void read_event(struct reader *reader, json_t *object)
{
    for (size_t i = 0; tw_format_event_places[i].path != NULL; i++) {
        const struct tw_event_place *place = &tw_format_event_places[i];
        json_t *value = find(object, place->path);
        if (value != NULL && !json_is_object(value) && !json_is_array(value)) {
            tw_format_event_set(reader->event, place->field, text_of(reader->room, value),
                                reader->room);
        }
    }
    for (size_t i = 0; tw_format_event_data_places[i] != NULL; i++) {
        json_t *data = find(object, tw_format_event_data_places[i]);
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
    if (root == NULL && tw_format_event_json_close(&closed, tw_base_buffer_span(text))) {
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
