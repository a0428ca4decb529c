/* format_event_json_close.c -- makes a whole object of one that is cut off. */
#include "base/limits.h"
#include "format/format_event_json.h"

bool tw_format_event_json_close(struct tw_buffer *to, struct tw_span json)
{
    char open[TW_EVENT_JSON_DEPTH];
    char open_there[TW_EVENT_JSON_DEPTH]; /* what was open behind that member */
    size_t depth = 0;
    size_t depth_there = 0;
    size_t end = 0;
    bool quoted = false;
    for (size_t at = 0; at < json.length; at++) {
        char c = json.at[at];
        if (quoted) {
            at += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (depth == sizeof open) {
                return false;
            }
            open[depth++] = c == '{' ? '}' : ']';
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        } else if (c == ',') {
            end = at;
            depth_there = depth;
            memcpy(open_there, open, depth);
        }
    }
    if (end == 0) {
        return false;
    }
    tw_base_buffer_clear(to);
    tw_base_buffer_add(to, (struct tw_span){json.at, end});
    while (depth_there > 0) {
        tw_base_buffer_add_char(to, open_there[--depth_there]);
    }
    return to->status == TW_OK;
}
