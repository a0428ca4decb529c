/* api_envelope.h -- the JSON object in which a log shipper hands over a record. */
#ifndef TW_API_ENVELOPE_H
#define TW_API_ENVELOPE_H

#include "base/buffer.h"

/** What a line of a stream says. Spans belong to `text` and `name` of the caller, or to the line.
 */
struct tw_envelope {
    struct tw_span record;
    uint64_t offset; /**< where the record begins in its source; 0: not told */
    bool is_object;  /**< the line is a JSON object */
};

/** Reads a line: an object with a message in it, a Windows event as JSON (which stays as it is), or
 *  plain text. `text` and `name` are buffers that are used again; `name` becomes the name of the
 *  source with a NUL: host, a colon, and file or unit. */
void tw_api_envelope(struct tw_envelope *envelope, struct tw_span line, struct tw_buffer *text,
                     struct tw_buffer *name);

#endif
