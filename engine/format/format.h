/* format.h -- the layouts of logs: recognise one, and cut it into records.
 *
 * A text-like format says of a line whether a record begins there, from that line alone. That is all
 * that cutting needs, and it makes records independent of how the stream was read. The other lines
 * belong to the record before them. */
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
    /** Whether a record begins at this line: its first TW_FORMAT_LINE_HEAD bytes at most, without the
     *  line end. */
    bool (*starts)(struct tw_span line);
    /** Fills provider, severity, event, message, times and flags from the record's text. */
    void (*describe)(struct tw_record *record);
};

/** All formats, the likeliest first; ends with NULL. */
extern const struct tw_format *const tw_formats[];

/** The format with the highest bid, the first of equals; never NULL, because `text` always bids. */
const struct tw_format *tw_format_recognise(struct tw_span head);

/** The format of that name, or NULL. */
const struct tw_format *tw_format_find(const char *name);

extern const struct tw_format tw_format_crm_trace;
extern const struct tw_format tw_format_text;

#endif
