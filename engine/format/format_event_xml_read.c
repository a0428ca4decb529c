/* format_event_xml_read.c -- reads one event as XML. The only file that knows Expat.
 *
 * Expat gets the record in one piece: fed in many, it would look at a long token again and again.
 * Bytes that XML does not allow are replaced first, one by one, so that offsets stay the record's.
 * A document type is refused, so there are no entities but the five of XML; depth is bounded by
 * TW_EVENT_XML_DEPTH. */
#include <expat.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/visible.h"
#include "format/format_event.h"

/* The children of Event. */
enum part { PART_NONE, PART_SYSTEM, PART_DATA, PART_USER, PART_RENDERED };

struct reader {
    XML_Parser parser;
    size_t length; /* of the record */
    const char *record;
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

static void *get_memory(size_t size)
{
    return tw_base_alloc(1, size);
}

static void *resize_memory(void *old, size_t size)
{
    return tw_base_realloc(old, 1, size);
}

static void free_memory(void *memory)
{
    tw_base_free(memory);
}

/* A name without the prefix of its name space. */
static struct tw_span local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return tw_base_span(colon == NULL ? name : colon + 1);
}

static struct tw_span attribute(const char *const *attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        if (strcmp(attributes[i], name) == 0) {
            return tw_base_span(attributes[i + 1]);
        }
    }
    return (struct tw_span){NULL, 0};
}

/* Keeps the value of an attribute, which Expat forgets. */
static struct tw_span keep(struct reader *reader, struct tw_span text)
{
    size_t mark = reader->room->used;
    tw_format_room_add(reader->room, text);
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
static void begin_property(struct reader *reader, struct tw_span name,
                           const char *const *attributes)
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
        set(reader, TW_EVENT_PROVIDER, attribute(attributes, "Name"));
        set(reader, TW_EVENT_PROVIDER, attribute(attributes, "EventSourceName"));
    } else if (tw_base_span_equal(name, TW_SPAN("TimeCreated"))) {
        tw_format_event_time(reader->event, attribute(attributes, "SystemTime"), true);
    } else if (tw_base_span_equal(name, TW_SPAN("Correlation"))) {
        set(reader, TW_EVENT_ACTIVITY, attribute(attributes, "ActivityID"));
    } else if (tw_base_span_equal(name, TW_SPAN("Execution"))) {
        set(reader, TW_EVENT_PROCESS, attribute(attributes, "ProcessID"));
        set(reader, TW_EVENT_THREAD, attribute(attributes, "ThreadID"));
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

static void begin_value(struct reader *reader, struct tw_span name, const char *const *attributes)
{
    reader->is_complex = tw_base_span_equal(name, TW_SPAN("ComplexData"));
    if (tw_base_span_equal(name, TW_SPAN("Data")) || reader->is_complex) {
        reader->name = keep(reader, attribute(attributes, "Name"));
    } else if (tw_base_span_equal(name, TW_SPAN("Binary"))) {
        reader->name = TW_SPAN("Binary");
    } else {
        return;
    }
    reader->is_value = true;
}

/* Offset in the record behind the tag that Expat tells of. */
static size_t behind_tag(const struct reader *reader)
{
    size_t at = (size_t)XML_GetCurrentByteIndex(reader->parser);
    return at + (size_t)XML_GetCurrentByteCount(reader->parser);
}

static void XMLCALL begin_element(void *user, const char *tag, const char **attributes)
{
    struct reader *reader = user;
    struct tw_span name = local_name(tag);
    unsigned depth = reader->depth++;
    if (depth == 0) {
        reader->is_event = tw_base_span_equal(name, TW_SPAN("Event"));
    }
    if (!reader->is_event || depth >= TW_EVENT_XML_DEPTH) {
        (void)XML_StopParser(reader->parser, XML_FALSE);
        return;
    }
    if (depth == 1) {
        reader->part = part_of(name);
        reader->inner = behind_tag(reader);
    } else if (depth == 2 && reader->part != PART_USER) {
        if (reader->part == PART_SYSTEM) {
            begin_property(reader, name, attributes);
        } else if (reader->part == PART_RENDERED) {
            begin_rendered(reader, name);
        } else if (reader->part == PART_DATA) {
            begin_value(reader, name, attributes);
        }
        reader->mark = reader->room->used;
        reader->inner = behind_tag(reader);
    }
}

static void XMLCALL add_text(void *user, const char *text, int length)
{
    struct reader *reader = user;
    if (length > 0 && (reader->field != TW_EVENT_NONE || reader->is_value)) {
        tw_format_room_add(reader->room, (struct tw_span){text, (size_t)length});
    }
}

/* What stands in the record between the element's tags, of which the second begins at `end`. */
static struct tw_span inner_xml(const struct reader *reader, size_t end)
{
    if (end > reader->length || end < reader->inner) {
        return (struct tw_span){NULL, 0};
    }
    return tw_base_span_trim((struct tw_span){reader->record + reader->inner, end - reader->inner});
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

static void XMLCALL end_element(void *user, const char *tag)
{
    struct reader *reader = user;
    size_t at = (size_t)XML_GetCurrentByteIndex(reader->parser);
    (void)tag;
    reader->depth--;
    if (reader->depth == 2) {
        finish_text(reader, at);
    } else if (reader->depth == 1) {
        finish_user_data(reader, at);
    }
}

static void XMLCALL refuse_doctype(void *user, const char *name, const char *system,
                                   const char *public_id, int has_internal)
{
    const struct reader *reader = user;
    (void)name;
    (void)system;
    (void)public_id;
    (void)has_internal;
    (void)XML_StopParser(reader->parser, XML_FALSE);
}

/* Copies the record with a question mark for every byte that cannot stand in XML 1.0 (section 2.2,
 * "Char"). */
static void copy_valid(char *to, struct tw_span text)
{
    for (size_t at = 0; at < text.length;) {
        uint32_t code = 0;
        struct tw_span rest = {text.at + at, text.length - at};
        size_t n = tw_base_utf8_decode(rest, &code);
        bool valid = n > 0 && (code >= 0x20 || code == '\t' || code == '\n' || code == '\r') &&
                     code != 0xfffe && code != 0xffff;
        if (valid) {
            memcpy(to + at, rest.at, n);
            at += n;
        } else {
            to[at++] = '?';
        }
    }
}

static void parse(struct reader *reader, struct tw_span xml)
{
    void *buffer = XML_GetBuffer(reader->parser, (int)xml.length);
    if (buffer == NULL) {
        return;
    }
    copy_valid(buffer, xml);
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, begin_element, end_element);
    XML_SetCharacterDataHandler(reader->parser, add_text);
    XML_SetStartDoctypeDeclHandler(reader->parser, refuse_doctype);
    if (XML_ParseBuffer(reader->parser, (int)xml.length, XML_TRUE) == XML_STATUS_OK) {
        return;
    }
    /* Cut off or broken: what is open ends here. */
    size_t at = (size_t)XML_GetErrorByteIndex(reader->parser);
    at = at < xml.length ? at : xml.length;
    finish_text(reader, at);
    finish_user_data(reader, at);
}

bool tw_format_event_xml_read(struct tw_span xml, struct tw_format_room *room,
                              struct tw_event *event)
{
    static const XML_Memory_Handling_Suite memory = {get_memory, resize_memory, free_memory};
    struct reader reader = {.length = xml.length, .record = xml.at, .room = room, .event = event};
    if (xml.length == 0 || xml.length > TW_RECORD_MAX) {
        return false;
    }
    reader.parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
    if (reader.parser == NULL) {
        return false;
    }
    parse(&reader, xml);
    XML_ParserFree(reader.parser);
    return event->provider.length > 0 || event->event_id.length > 0 || event->data_count > 0 ||
           event->user_data.length > 0 || event->message.length > 0;
}
