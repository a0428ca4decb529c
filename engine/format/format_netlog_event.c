/* format_netlog_event.c -- takes one event of a NetLog apart: an object with type, phase, source,
 * time and params, whose members may come in any order (net/log/net_log_entry.cc of Chromium). */
#include "format/format_netlog.h"

/* More digits than these are no number of a NetLog. */
#define DIGITS_MAX 15u

/* A number without sign. */
static uint64_t digits_of(struct tw_span text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (!tw_base_is_digit(text.at[i]) || i >= DIGITS_MAX) {
            return UINT64_MAX;
        }
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    return text.length == 0 ? UINT64_MAX : number;
}

long tw_netlog_number(struct tw_span text)
{
    bool negative = text.length > 0 && text.at[0] == '-';
    uint64_t number = digits_of(negative ? tw_base_span_skip(text, 1) : text);
    return number == UINT64_MAX ? -1 : negative ? -(long)number : (long)number;
}

/* Sources with negative ids are shared by all requests of a browser. */
static uint64_t source_of(struct tw_span text)
{
    uint64_t id = digits_of(text);
    return id == UINT64_MAX ? 0 : id;
}

static void take_value(struct tw_netlog_event *event, const struct tw_json_walk *walk)
{
    struct tw_span outer = walk->names[1];
    struct tw_span name = walk->names[2];
    bool in_params = tw_base_span_equal(outer, TW_SPAN("params"));
    if (walk->depth == 1 && tw_base_span_equal(outer, TW_SPAN("type"))) {
        event->type = tw_netlog_number(walk->said);
    } else if (walk->depth == 1 && tw_base_span_equal(outer, TW_SPAN("phase"))) {
        event->phase = tw_netlog_number(walk->said);
    } else if (walk->depth == 1 && tw_base_span_equal(outer, TW_SPAN("time"))) {
        event->time = walk->said;
    } else if (walk->depth == 2 && tw_base_span_equal(outer, TW_SPAN("source")) &&
               tw_base_span_equal(name, TW_SPAN("id"))) {
        event->source = source_of(walk->said);
    } else if (walk->depth == 2 && in_params && tw_base_span_equal(name, TW_SPAN("net_error"))) {
        event->net_error = tw_netlog_number(walk->said);
        event->has_error = true;
    } else if (walk->depth == 3 && in_params &&
               tw_base_span_equal(name, TW_SPAN("source_dependency")) &&
               tw_base_span_equal(walk->names[3], TW_SPAN("id"))) {
        event->depends_on = source_of(walk->said);
    }
}

void tw_netlog_read_event(struct tw_span text, struct tw_netlog_event *event)
{
    struct tw_json_walk walk = {.text = text};
    enum tw_json_token token;
    size_t opened = 0;
    *event = (struct tw_netlog_event){.type = -1, .phase = -1};
    while ((token = tw_json_next(&walk)) != TW_JSON_END) {
        bool of_params = tw_base_span_equal(walk.names[1], TW_SPAN("params"));
        if (token == TW_JSON_OPEN && walk.depth == 2 && of_params) {
            opened = walk.at - 1;
        } else if (token == TW_JSON_CLOSE && walk.depth == 1 && of_params && opened > 0) {
            event->params = (struct tw_span){text.at + opened, walk.at - opened};
        } else if (token == TW_JSON_VALUE) {
            take_value(event, &walk);
        }
    }
    if (opened > 0 && event->params.length == 0) {
        event->params = tw_base_span_skip(text, opened); /* cut off */
    }
}
