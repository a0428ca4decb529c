/* format.h -- the layouts of logs: recognise one, and cut it into records.
 *
 * A text-like format says of a line whether a record begins there, from that line alone. That is
 * all that cutting needs, and it makes records independent of how the stream was read. The other
 * lines belong to the record before them. */
#ifndef TW_FORMAT_FORMAT_H
#define TW_FORMAT_FORMAT_H

#include "model/record.h"

/** Bytes of a line that `starts` may look at. */
#define TW_FORMAT_LINE_HEAD 256u

/** One adapter. A constant at the bottom of its file. */
struct tw_format {
    const char *name;  /**< contract, section 4 */
    const char *title; /**< for people: "CrmServiceClient trace" */
    /** How many bits of the first bytes it verified; 0: not its format. `head` has up to
     *  TW_PEEK_SIZE bytes. */
    unsigned (*bid)(struct tw_span head);
    /** Whether a record begins at this line: its first TW_FORMAT_LINE_HEAD bytes at most, without
     * the line end. */
    bool (*starts)(struct tw_span line);
    /** Fills provider, severity, event, message, times and flags from the record's text. */
    void (*describe)(struct tw_record *record);
};

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

extern const struct tw_format tw_format_crm_trace;
extern const struct tw_format tw_format_text;

#endif
