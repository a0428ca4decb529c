/* format_event_xml_read.c -- reads one event as XML.
 *
 * What stands before an error or a cut is read. */
#include "base/limits.h"
#include "format/format_event.h"
#include "format/format_xml.h"

/* The children of Event. */
enum part { PART_NONE, PART_SYSTEM, PART_DATA, PART_USER, PART_RENDERED };

struct reader {
    struct tw_span record;
    struct tw_format_room *room;
    struct tw_event *event;
    unsigned depth; /* elements that are open */
    enum part part;
    bool is_event;
    enum tw_event_field field; /* that the open element is; TW_EVENT_NONE */
    bool is_value;             /* the open element is one of EventData */
    bool is_complex;           /* whose value is its XML */
    struct tw_span name;       /* of that value */
    size_t mark;               /* where its text begins in the room */
    size_t inner;              /* or in the record */
};

/* Keeps the value of an attribute. */
static struct tw_span keep(struct reader *reader, struct tw_span text)
{
    size_t mark = reader->room->used;
    tw_format_xml_unescape(reader->room, text, false);
    return tw_format_room_since(reader->room, mark);
}

static void set(struct reader *reader, enum tw_event_field field, struct tw_span value)
{
    tw_format_event_set(reader->event, field, keep(reader, value), reader->room);
}

/* A child of Event begins. */
static enum part part_of(struct tw_span name)
{
    static const struct {
        struct tw_span name;
        enum part part;
    } parts[] = {
        {TW_SPAN_INIT("System"), PART_SYSTEM},
        {TW_SPAN_INIT("EventData"), PART_DATA},
        {TW_SPAN_INIT("UserData"), PART_USER},
        {TW_SPAN_INIT("RenderingInfo"), PART_RENDERED},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (tw_base_span_equal(name, parts[i].name)) {
            return parts[i].part;
        }
    }
    return PART_NONE;
}

/* A property in System: in attributes, or as the text of the element. */
static void begin_property(struct reader *reader, struct tw_span name, const struct tw_xml_tag *tag)
{
    static const struct {
        struct tw_span name;
        enum tw_event_field field;
    } texts[] = {
        {TW_SPAN_INIT("EventID"), TW_EVENT_ID},
        {TW_SPAN_INIT("Level"), TW_EVENT_LEVEL},
        {TW_SPAN_INIT("Channel"), TW_EVENT_CHANNEL},
        {TW_SPAN_INIT("Computer"), TW_EVENT_COMPUTER},
        {TW_SPAN_INIT("EventRecordID"), TW_EVENT_RECORD},
    };
    if (tw_base_span_equal(name, TW_SPAN("Provider"))) {
        set(reader, TW_EVENT_PROVIDER, tw_format_xml_attribute(tag, TW_SPAN("Name")));
        set(reader, TW_EVENT_PROVIDER, tw_format_xml_attribute(tag, TW_SPAN("EventSourceName")));
    } else if (tw_base_span_equal(name, TW_SPAN("TimeCreated"))) {
        tw_format_event_time(reader->event, tw_format_xml_attribute(tag, TW_SPAN("SystemTime")),
                             true);
    } else if (tw_base_span_equal(name, TW_SPAN("Correlation"))) {
        set(reader, TW_EVENT_ACTIVITY, tw_format_xml_attribute(tag, TW_SPAN("ActivityID")));
    } else if (tw_base_span_equal(name, TW_SPAN("Execution"))) {
        set(reader, TW_EVENT_PROCESS, tw_format_xml_attribute(tag, TW_SPAN("ProcessID")));
        set(reader, TW_EVENT_THREAD, tw_format_xml_attribute(tag, TW_SPAN("ThreadID")));
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (tw_base_span_equal(name, texts[i].name)) {
            reader->field = texts[i].field;
        }
    }
}

/* The rendered level is a word, and stands above the number in System. */
static void begin_rendered(struct reader *reader, struct tw_span name)
{
    if (tw_base_span_equal(name, TW_SPAN("Message"))) {
        reader->field = TW_EVENT_MESSAGE;
    } else if (tw_base_span_equal(name, TW_SPAN("Level"))) {
        reader->field = TW_EVENT_LEVEL_WORD;
    }
}

static void begin_value(struct reader *reader, struct tw_span name, const struct tw_xml_tag *tag)
{
    reader->is_complex = tw_base_span_equal(name, TW_SPAN("ComplexData"));
    if (tw_base_span_equal(name, TW_SPAN("Data")) || reader->is_complex) {
        reader->name = keep(reader, tw_format_xml_attribute(tag, TW_SPAN("Name")));
    } else if (tw_base_span_equal(name, TW_SPAN("Binary"))) {
        reader->name = TW_SPAN("Binary");
    } else {
        return;
    }
    reader->is_value = true;
}

static bool begin_element(void *user, const struct tw_xml_tag *tag)
{
    struct reader *reader = user;
    struct tw_span name = tag->name;
    unsigned depth = reader->depth++;
    if (depth == 0) {
        reader->is_event = tw_base_span_equal(name, TW_SPAN("Event"));
    }
    if (!reader->is_event) {
        return false;
    }
    if (depth == 1) {
        reader->part = part_of(name);
        reader->inner = tag->behind;
    } else if (depth == 2 && reader->part != PART_USER) {
        if (reader->part == PART_SYSTEM) {
            begin_property(reader, name, tag);
        } else if (reader->part == PART_RENDERED) {
            begin_rendered(reader, name);
        } else if (reader->part == PART_DATA) {
            begin_value(reader, name, tag);
        }
        reader->mark = reader->room->used;
        reader->inner = tag->behind;
    }
    return true;
}

static void add_text(void *user, struct tw_span text, bool plain)
{
    struct reader *reader = user;
    if (reader->field != TW_EVENT_NONE || reader->is_value) {
        tw_format_xml_unescape(reader->room, text, plain);
    }
}

/* What stands in the record between the element's tags, of which the second begins at `end`. */
static struct tw_span inner_xml(const struct reader *reader, size_t end)
{
    if (end > reader->record.length || end < reader->inner) {
        return (struct tw_span){NULL, 0};
    }
    return tw_base_span_trim(
        (struct tw_span){reader->record.at + reader->inner, end - reader->inner});
}

/* Takes what was gathered of the open property or value. */
static void finish_text(struct reader *reader, size_t end)
{
    struct tw_span text = tw_format_room_since(reader->room, reader->mark);
    if (reader->field != TW_EVENT_NONE) {
        tw_format_event_set(reader->event, reader->field, text, reader->room);
    } else if (reader->is_value) {
        tw_format_event_add(reader->event, reader->name,
                            reader->is_complex ? inner_xml(reader, end) : tw_base_span_trim(text));
    }
    reader->field = TW_EVENT_NONE;
    reader->is_value = false;
}

static void finish_user_data(struct reader *reader, size_t end)
{
    if (reader->part == PART_USER && reader->event->user_data.length == 0) {
        reader->event->user_data = inner_xml(reader, end);
    }
    reader->part = PART_NONE;
}

static void end_element(void *user, size_t at)
{
    struct reader *reader = user;
    reader->depth--;
    if (reader->depth == 2) {
        finish_text(reader, at);
    } else if (reader->depth == 1) {
        finish_user_data(reader, at);
    }
}

bool tw_format_event_xml_read(struct tw_span xml, struct tw_format_room *room,
                              struct tw_event *event)
{
    static const struct tw_xml_listener listener = {begin_element, add_text, end_element};
    struct reader reader = {.record = xml, .room = room, .event = event};
    bool whole;
    size_t at = tw_format_xml_walk(xml, &listener, &reader, &whole);
    if (!whole) {
        /* Cut off or broken: what is open ends here. */
        finish_text(&reader, at);
        finish_user_data(&reader, at);
    }
    return event->provider.length > 0 || event->event_id.length > 0 || event->data_count > 0 ||
           event->user_data.length > 0 || event->message.length > 0;
}
