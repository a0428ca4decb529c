/* format.h -- the layouts of logs: recognise one, and cut it into records.
 *
 * A text-like format says of a line whether a record begins there, from that line alone. That is
 * all that cutting needs, and it makes records independent of how the stream was read. The other
 * lines belong to the record before them. */
#ifndef TW_FORMAT_FORMAT_H
#define TW_FORMAT_FORMAT_H

#include "base/buffer.h"
#include "model/event.h"
#include "model/record.h"

/** Bytes of a line that `starts` may look at. */
#define TW_FORMAT_LINE_HEAD 256u

/** Columns of a table that are told apart. Event tables have at most about 30. */
#define TW_FORMAT_COLUMNS 40u

/** What an adapter learnt of an input from its first bytes. Zeroed: nothing. */
struct tw_format_layout {
    char separator; /**< between the columns of a table */
    uint8_t
        columns[TW_FORMAT_COLUMNS]; /**< what stands in each; the numbers are the adapter's own */
    size_t column_count;
};

/** Where a reader of events puts text that it had to decode: undoing an escape never makes text
 *  longer, so room for the record's bytes is enough. */
struct tw_format_room {
    char *at;
    size_t size; /**< at least the bytes of the record */
    size_t used;
};

/** One adapter. A constant at the bottom of its file. */
struct tw_format {
    const char *name;  /**< contract, section 4 */
    const char *title; /**< for people: "CrmServiceClient trace" */
    /** How many bits of the first bytes it verified; 0: not its format. `head` has up to
     *  TW_PEEK_SIZE bytes. */
    unsigned (*bid)(struct tw_span head);
    /** Whether a record begins at this line: its first TW_FORMAT_LINE_HEAD bytes at most, without
     * the line end. With `border` set, at this place: the text begins with `border`. */
    bool (*starts)(struct tw_span line);
    /** Fills provider, severity, event, message, times and flags from the record's text. */
    void (*describe)(struct tw_record *record);
    /** The byte that records begin with, where they do not begin with lines ('<' of XML on one
     * line); 0: records begin with lines. */
    char border;
    /** Of formats of events, or NULL: learns from the first bytes what read_event has to know. */
    void (*learn)(struct tw_span head, struct tw_format_layout *layout);
    /** Of formats of events: reads a record, also one that is cut off, as far as it goes. False: it
     *  holds no event (the head of a table, the end of a file). NULL: records are text. */
    bool (*read_event)(const struct tw_format_layout *layout, struct tw_span record,
                       struct tw_format_room *room, struct tw_event *event);
    /** Of other formats whose records are coded (XML, JSON): writes what a record says to `text`,
     * as lines, also of one that is cut off, as far as it goes; and fills in the record's fields,
     * with parts of `text` once it is complete, or of the record. False: it holds nothing to look
     * at (a frame), or is no record of this format. `memory` is what `begin` made. */
    bool (*decode)(void *memory, struct tw_record *record, struct tw_buffer *text);
    /** Of formats with `decode`, or NULL: makes what is remembered of an input, from its first
     * bytes (up to TW_RECORD_MAX). NULL: out of memory. */
    void *(*begin)(struct tw_span head);
    /** Frees it. */
    void (*end)(void *memory);
    /** Looks at all records in their order, some at a time, before the last of them is decoded: for
     *  what later ones refer to. Must be quick; or NULL. */
    void (*look)(void *memory, struct tw_span records);
};

/** Whether the records of a format are decoded before they are confirmed. */
static inline bool tw_format_is_coded(const struct tw_format *format)
{
    return format->read_event != NULL || format->decode != NULL;
}

/** Counts the exception chains of a record, from front to back. Zero it at first. */
struct tw_format_chains {
    size_t at;      /**< counted up to here */
    unsigned level; /**< of the last "Inner Exception Level N" */
    unsigned chain;
};

/** The chain that byte `at` of the record's text stands in. An inner level that is not deeper than
 * the one before it belongs to another exception: somebody copied two failures together. Places
 * asked for grow. */
unsigned tw_format_chain(struct tw_format_chains *chains, struct tw_span text, size_t at);

/** Whether an input begins like an article in Markdown and not like a log. */
bool tw_format_is_article(struct tw_span head);

/** Whether a record is one row of a table: of an article it is about errors, and has none. */
bool tw_format_is_table_row(struct tw_span record);

/** All formats, the likeliest first; ends with NULL. */
extern const struct tw_format *const tw_formats[];

/** The format with the highest bid, the first of equals; never NULL, because `text` always bids. */
const struct tw_format *tw_format_recognise(struct tw_span head);

/** The format of that name, or NULL. */
const struct tw_format *tw_format_find(const char *name);

extern const struct tw_format tw_format_chrome_debug;
extern const struct tw_format tw_format_crm_trace;
extern const struct tw_format tw_format_dotnet_trace;
extern const struct tw_format tw_format_curl;
extern const struct tw_format tw_format_event_csv;
extern const struct tw_format tw_format_event_json;
extern const struct tw_format tw_format_event_text;
extern const struct tw_format tw_format_event_xml;
extern const struct tw_format tw_format_evtx;
extern const struct tw_format tw_format_svclog;
extern const struct tw_format tw_format_fiddler;
extern const struct tw_format tw_format_har;
extern const struct tw_format tw_format_moz_log;
extern const struct tw_format tw_format_netlog;
extern const struct tw_format tw_format_text;

#endif
