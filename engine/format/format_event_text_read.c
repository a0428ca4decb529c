/* format_event_text_read.c -- reads one event of the forms that format_event_text.c recognises. */
#include "base/timestamp.h"
#include "format/format_event_text.h"

/* The longest line above copied XML that names it: "Event Xml:" in some language. */
#define XML_LABEL_BYTES 48u
/* Blanks between an id and a message, from which on the level between them is empty. */
#define EMPTY_COLUMN 8u

/* ---- labels: wevtutil, Event Viewer ------------------------------------------------------------
 */

/* Where XML begins that was copied with the event: at the beginning of a line, but for what a
 * browser shows before an element that can be folded. text.length: nowhere. */
static size_t find_xml(struct tw_span text)
{
    for (size_t at = 0; at < text.length;) {
        struct tw_span line = tw_base_span_line(text, at, &at);
        struct tw_span rest = tw_format_event_skip_blanks(line);
        if (tw_base_span_starts(rest, TW_SPAN("- "))) {
            rest = tw_format_event_skip_blanks(tw_base_span_skip(rest, 2));
        }
        if (tw_format_event_xml_starts(rest)) {
            return (size_t)(rest.at - text.at);
        }
    }
    return text.length;
}

/* The message without the line that names the XML below it. */
static struct tw_span without_xml_label(struct tw_span message)
{
    message = tw_base_span_trim(message);
    if (message.length > 2 &&
        tw_base_span_equal(tw_base_span_skip(message, message.length - 2), TW_SPAN("\n-"))) {
        message = tw_base_span_trim((struct tw_span){message.at, message.length - 1});
    }
    const char *newline = message.length == 0 ? NULL : memrchr(message.at, '\n', message.length);
    size_t from = newline == NULL ? 0 : (size_t)(newline - message.at) + 1;
    size_t length = message.length - from;
    if (length > 0 && length <= XML_LABEL_BYTES && message.at[message.length - 1] == ':') {
        message.length = from;
    }
    return tw_base_span_trim(message);
}

/* Takes from the event as XML what the text does not say, or says in another language. */
static void take_xml(struct tw_event *event, struct tw_span xml, struct tw_format_room *room)
{
    struct tw_event read = {.data_count = 0};
    if (!tw_format_event_xml_read(xml, room, &read)) {
        return;
    }
    read.message = event->message;
    read.level = event->level.length > 0 ? event->level : read.level;
    read.provider = read.provider.length > 0 ? read.provider : event->provider;
    read.event_id = read.event_id.length > 0 ? read.event_id : event->event_id;
    read.channel = read.channel.length > 0 ? read.channel : event->channel;
    read.computer = read.computer.length > 0 ? read.computer : event->computer;
    memcpy(read.time_local, event->time_local, sizeof read.time_local);
    *event = read;
}

static void read_labels(struct tw_span record, struct tw_format_room *room, struct tw_event *event)
{
    size_t xml = find_xml(record);
    struct tw_span text = {record.at, xml};
    for (size_t at = 0; at < text.length;) {
        struct tw_span value;
        enum tw_event_field field = tw_format_event_label(tw_base_span_line(text, at, &at), &value);
        if (field == TW_EVENT_MESSAGE) {
            /* The text begins behind the label or below it, and goes on to the end. */
            size_t from = value.length > 0 ? (size_t)(value.at - text.at) : at;
            struct tw_span message = tw_base_span_skip(text, from);
            event->message =
                xml < record.length ? without_xml_label(message) : tw_base_span_trim(message);
            break;
        }
        tw_format_event_set(event, field, value, room);
    }
    if (xml < record.length) {
        take_xml(event, tw_base_span_skip(record, xml), room);
    }
}

/* ---- lists -------------------------------------------------------------------------------------
 */

/* A property of a list that is being read: its value goes on in the lines below it. */
struct property {
    enum tw_event_field field;
    struct tw_span value;
    size_t column; /* that it begins at */
};

static void finish(const struct property *property, struct tw_format_room *room,
                   struct tw_event *event)
{
    if (property->field > TW_EVENT_OTHER) {
        struct tw_span value = property->value;
        if (property->value.length > 0 && memchr(value.at, '\n', value.length) != NULL) {
            value = tw_format_event_unwrap(room, value, property->column);
        }
        tw_format_event_set(event, property->field, value, room);
    }
}

/* Whether a property begins in the line: its name is padded with a blank at least. */
static bool begin(struct tw_span line, struct property *property)
{
    struct tw_span value;
    enum tw_event_field field = tw_format_event_label(line, &value);
    const char *colon = line.length == 0 ? NULL : memchr(line.at, ':', line.length);
    if (field == TW_EVENT_NONE || tw_base_is_blank(line.at[0]) || colon == line.at ||
        !tw_base_is_blank(colon[-1])) {
        return false;
    }
    const char *at = value.length > 0 ? value.at : colon + 1;
    *property = (struct property){field, {at, value.length}, (size_t)(at - line.at)};
    return true;
}

static void read_list(struct tw_span record, struct tw_format_room *room, struct tw_event *event)
{
    struct property open = {.field = TW_EVENT_NONE};
    bool gap = false;
    for (size_t at = 0; at < record.length;) {
        struct tw_span line = tw_base_span_line(record, at, &at);
        struct property next;
        if (line.length == 0) {
            gap = true;
            continue;
        }
        bool begins = begin(line, &next);
        /* A property behind a gap is one of the next event, whose first line is below it. */
        if (gap && !tw_base_is_blank(line.at[0])) {
            break;
        }
        gap = false;
        if (begins) {
            finish(&open, room, event);
            open = next;
        } else if (open.field != TW_EVENT_NONE) {
            open.value.length = (size_t)(line.at + line.length - open.value.at);
        }
    }
    finish(&open, room, event);
}

/* ---- tables ------------------------------------------------------------------------------------
 */

/* The last column goes on in lines with blanks before them. */
static void read_last_column(struct tw_span record, struct tw_span rest, size_t next,
                             struct tw_format_room *room, struct tw_event *event)
{
    size_t line_end = (size_t)(rest.at + rest.length - record.at);
    size_t end = line_end;
    while (next < record.length) {
        struct tw_span line = tw_base_span_line(record, next, &next);
        if (line.length == 0 || !tw_base_is_blank(line.at[0]) ||
            tw_base_span_trim(line).length == 0) {
            break;
        }
        end = (size_t)(line.at + line.length - record.at);
    }
    size_t from = (size_t)(rest.at - record.at);
    struct tw_span text = {rest.at, end - from};
    tw_format_event_set(event, TW_EVENT_MESSAGE,
                        end == line_end ? text : tw_format_event_unwrap(room, text, from), room);
}

/* TimeCreated, Id, LevelDisplayName, Message. */
static void read_row(struct tw_span record, struct tw_format_room *room, struct tw_event *event)
{
    char time[TW_TIMESTAMP_BYTES];
    bool zoned;
    size_t next = 0;
    struct tw_span line = tw_base_span_line(record, 0, &next);
    size_t length = tw_base_timestamp(line, time, &zoned);
    tw_format_event_set(event, TW_EVENT_TIME, (struct tw_span){line.at, length}, room);
    struct tw_span rest = tw_format_event_skip_blanks(tw_base_span_skip(line, length));
    size_t digits = tw_format_event_digits(rest);
    tw_format_event_set(event, TW_EVENT_ID, (struct tw_span){rest.at, digits}, room);
    struct tw_span behind = tw_base_span_skip(rest, digits);
    rest = tw_format_event_skip_blanks(behind);
    if (behind.length - rest.length < EMPTY_COLUMN) {
        size_t word = 0;
        while (word < rest.length && !tw_base_is_blank(rest.at[word])) {
            word++;
        }
        tw_format_event_set(event, TW_EVENT_LEVEL, (struct tw_span){rest.at, word}, room);
        rest = tw_format_event_skip_blanks(tw_base_span_skip(rest, word));
    }
    read_last_column(record, rest, next, room, event);
}

/* Where the number of a column begins that has blanks on both sides; text.length: nowhere. */
static size_t find_number(struct tw_span text)
{
    for (size_t at = 1; at < text.length; at++) {
        size_t digits = tw_format_event_digits(tw_base_span_skip(text, at));
        if (digits > 0 && tw_base_is_blank(text.at[at - 1]) && at + digits < text.length &&
            tw_base_is_blank(text.at[at + digits])) {
            return at;
        }
        at += digits;
    }
    return text.length;
}

/* Index, Time, EntryType, Source, InstanceID, Message. */
static void read_entry(struct tw_span record, struct tw_format_room *room, struct tw_event *event)
{
    size_t next = 0;
    struct tw_span rest = tw_format_event_skip_blanks(tw_base_span_line(record, 0, &next));
    for (unsigned column = 0; column < 5; column++) {
        size_t word = 0;
        while (word < rest.length && !tw_base_is_blank(rest.at[word])) {
            word++;
        }
        enum tw_event_field field = column == 0   ? TW_EVENT_RECORD
                                    : column == 4 ? TW_EVENT_LEVEL_WORD
                                                  : TW_EVENT_OTHER;
        tw_format_event_set(event, field, (struct tw_span){rest.at, word}, room);
        rest = tw_format_event_skip_blanks(tw_base_span_skip(rest, word));
    }
    size_t number = find_number(rest);
    tw_format_event_set(event, TW_EVENT_PROVIDER, (struct tw_span){rest.at, number}, room);
    rest = tw_base_span_skip(rest, number);
    size_t digits = tw_format_event_digits(rest);
    tw_format_event_set(event, TW_EVENT_INSTANCE, (struct tw_span){rest.at, digits}, room);
    read_last_column(record, tw_format_event_skip_blanks(tw_base_span_skip(rest, digits)), next,
                     room, event);
}

bool tw_format_event_text_read(struct tw_span record, struct tw_format_room *room,
                               struct tw_event *event)
{
    size_t next = 0;
    enum tw_event_line kind = tw_format_event_line(tw_base_span_line(record, 0, &next));
    if (kind == TW_EVENT_LINE_NUMBER || kind == TW_EVENT_LINE_LABEL) {
        read_labels(record, room, event);
    } else if (kind == TW_EVENT_LINE_LIST) {
        read_list(record, room, event);
    } else if (kind == TW_EVENT_LINE_ROW) {
        read_row(record, room, event);
    } else if (kind == TW_EVENT_LINE_ENTRY) {
        read_entry(record, room, event);
    }
    return event->event_id.length > 0 || event->message.length > 0;
}
