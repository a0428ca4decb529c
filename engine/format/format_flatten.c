/* format_flatten.c -- an event as the text that signatures are confirmed in; see format_flatten.h.
 */
#include "format/format_flatten.h"

/* A value of at least so many bytes that stands in the message is not shown again. */
#define QUOTED_LEAST 24u

static void add_line(struct tw_buffer *to, struct tw_span name, struct tw_span value)
{
    if (value.length == 0) {
        return;
    }
    if (name.length > 0) {
        tw_base_buffer_add(to, name);
        tw_base_buffer_add(to, TW_SPAN(": "));
    }
    tw_base_buffer_add(to, value);
    tw_base_buffer_add_char(to, '\n');
}

static bool is_quoted(struct tw_span message, struct tw_span value)
{
    return value.length >= QUOTED_LEAST && tw_base_span_find(message, value) < message.length;
}

void tw_format_flatten(struct tw_buffer *to, const struct tw_pack *pack,
                       const struct tw_event *event, struct tw_span *message)
{
    add_line(to, TW_SPAN("Source"), event->provider);
    add_line(to, TW_SPAN("Event ID"), event->event_id);
    add_line(to, TW_SPAN("Level"), event->level);
    tw_base_buffer_add(to, TW_SPAN("Description:\n"));
    size_t from = to->length;
    tw_format_message(to, pack, event);
    size_t length = to->length - from;
    tw_base_buffer_add_char(to, '\n');
    for (size_t i = 0; i < event->data_count; i++) {
        struct tw_span shown = {to->at == NULL ? NULL : to->at + from, length};
        if (to->status == TW_OK && !is_quoted(shown, event->data[i].value)) {
            add_line(to, event->data[i].name, event->data[i].value);
        }
    }
    add_line(to, TW_SPAN(""), event->user_data);
    /* Only now does the buffer move no more. */
    *message = (struct tw_span){to->at == NULL ? NULL : to->at + from, length};
}
