/* format_event_text.h -- the lines that events as text begin with; shared by the adapter and its
 * reader. */
#ifndef TW_FORMAT_EVENT_TEXT_H
#define TW_FORMAT_EVENT_TEXT_H

#include "format/format_event.h"

/** What begins with a line. */
enum tw_event_line {
    TW_EVENT_LINE_NONE,   /**< nothing: it belongs to what is above it */
    TW_EVENT_LINE_NUMBER, /**< "Event[0]:" of wevtutil */
    TW_EVENT_LINE_LABEL,  /**< "Log Name:      System" of Event Viewer */
    TW_EVENT_LINE_LIST,   /**< "TimeCreated  : ..." of Format-List, or another first property */
    TW_EVENT_LINE_ROW,    /**< "11/22/2026 10:00:00 AM  36887 Error ..." of Get-WinEvent */
    TW_EVENT_LINE_ENTRY,  /**< "  5187 Nov 22 10:00  Error  Schannel  36887 ..." of Get-EventLog */
    TW_EVENT_LINE_GROUP,  /**< "   ProviderName: Schannel" above a table */
    TW_EVENT_LINE_PROMPT, /**< of PowerShell or the command processor */
    TW_EVENT_LINE_OTHER   /**< an entry of another log */
};

enum tw_event_line tw_format_event_line(struct tw_span line);

/** `text` without blanks at its beginning. */
struct tw_span tw_format_event_skip_blanks(struct tw_span text);

/** How many bytes of `text` are digits, from its beginning. */
size_t tw_format_event_digits(struct tw_span text);

/** Reads the one event of a record. False: it holds none. */
bool tw_format_event_text_read(struct tw_span record, struct tw_format_room *room,
                               struct tw_event *event);

#endif
