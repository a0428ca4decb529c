/* format_event.h -- what the readers of exported Windows events share: the names that the forms
 * give to the properties of an event, and how a property is filled in. */
#ifndef TW_FORMAT_EVENT_H
#define TW_FORMAT_EVENT_H

#include "format/format.h"

/** Properties of an event, as struct tw_event has them. */
enum tw_event_field {
    TW_EVENT_NONE,  /**< no name of a property */
    TW_EVENT_OTHER, /**< a property that is not kept: the task, the user */
    TW_EVENT_PROVIDER,
    TW_EVENT_ID,
    TW_EVENT_INSTANCE, /**< the id with qualifiers above it: EventLogEntry.InstanceId */
    TW_EVENT_LEVEL,
    TW_EVENT_LEVEL_WORD, /**< stands above the level where a form has both */
    TW_EVENT_CHANNEL,
    TW_EVENT_COMPUTER,
    TW_EVENT_PROCESS,
    TW_EVENT_THREAD,
    TW_EVENT_ACTIVITY,
    TW_EVENT_RECORD,
    TW_EVENT_TIME,
    TW_EVENT_MESSAGE
};

/** Which property a label of Event Viewer or wevtutil (in the languages that we know) or the name
 *  of a .NET property means. */
enum tw_event_field tw_format_event_field(struct tw_span name);

/** Which property the label "Name: value" or "Name  : value" of a line is; `*value` is what stands
 *  behind the colon, without blanks around it. */
enum tw_event_field tw_format_event_label(struct tw_span line, struct tw_span *value);

/** Whether the label is "Log Name", in any language: the first of a copied event. */
bool tw_format_event_is_log_name(struct tw_span line);

/** Fills in a property. What is there already stays, but for a level that is only a number. */
void tw_format_event_set(struct tw_event *event, enum tw_event_field field, struct tw_span value,
                         struct tw_format_room *room);

/** The word for a level that is only a number: the standard levels of winmeta.xml, of which Event
 *  Viewer shows 0 (LogAlways) as Information. Other levels stay. */
struct tw_span tw_format_event_level(struct tw_span level);

/** Adds a value of the event; one too many is counted. */
void tw_format_event_add(struct tw_event *event, struct tw_span name, struct tw_span value);

/** Reads a time; `utc`: where it says no offset it is UTC ([MS-EVEN6] times are). */
void tw_format_event_time(struct tw_event *event, struct tw_span text, bool utc);

/** Copies as much of `text` into the room as fits. */
void tw_format_room_add(struct tw_format_room *room, struct tw_span text);

/** What came into the room since it was filled up to `mark`. */
static inline struct tw_span tw_format_room_since(const struct tw_format_room *room, size_t mark)
{
    return (struct tw_span){room->at + mark, room->used - mark};
}

/** Adds a text that a console wrapped: lines with blanks before them, which are dropped. A line end
 *  that only the console's width made becomes a blank, or nothing between East Asian characters.
 * `column`: where the text begins in its first line. */
struct tw_span tw_format_event_unwrap(struct tw_format_room *room, struct tw_span text,
                                      size_t column);

/** A description of the record that needs no reading: its message is its text. */
void tw_format_event_describe(struct tw_record *record);

/** Reads an event as XML, of which the element `Event` is the first. What stands before an error or
 *  a cut is read. False: there is no event. */
bool tw_format_event_xml_read(struct tw_span xml, struct tw_format_room *room,
                              struct tw_event *event);

/** Whether an element `Event` begins here. */
bool tw_format_event_xml_starts(struct tw_span text);

/** Reads an event as a JSON object in one of the shapes of format_event_json.c. False: it is none.
 */
bool tw_format_event_json_read(struct tw_span json, struct tw_format_room *room,
                               struct tw_event *event);

#endif
