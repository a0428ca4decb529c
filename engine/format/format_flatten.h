/* format_flatten.h -- an event as the text that signatures are confirmed in.
 *
 * An event of a Windows log comes as XML, JSON, CSV, text or binary, with a message or with bare
 * values, in any language. Flattened it reads alike in all of them, so that a wording is written
 * once: what Event Viewer shows above a message, the message in English, and the values by name. */
#ifndef TW_FORMAT_FORMAT_FLATTEN_H
#define TW_FORMAT_FORMAT_FLATTEN_H

#include "base/buffer.h"
#include "model/event.h"
#include "pack/pack.h"

/** Appends to `to` the message of an event: the one that it came with, or, where it has none or one
 *  in another language, what the pack's catalogue makes of its values. Nothing where neither knows
 *  one. Errors: to->status. */
void tw_format_message(struct tw_buffer *to, const struct tw_pack *pack,
                       const struct tw_event *event);

/** Appends the event as lines: "Source: ", "Event ID: ", "Level: ", "Description:" with the message
 *  behind it, "Name: value" of each value that the message does not quote, and what UserData
 *  holds. `*message` becomes where the message stands in `to`. Errors: to->status. */
void tw_format_flatten(struct tw_buffer *to, const struct tw_pack *pack,
                       const struct tw_event *event, struct tw_span *message);

#endif
