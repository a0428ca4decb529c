/* support_event.c -- see support_event.h. */
#include "support_event.h"

#include <check.h>
#include <stdlib.h>

#include "base/limits.h"

static void show(struct tw_buffer *to, const char *name, struct tw_span value)
{
    if (value.length > 0) {
        tw_base_buffer_print(to, "%s ", name);
        tw_base_buffer_add(to, value);
        tw_base_buffer_add_char(to, '\n');
    }
}

static void show_event(struct tw_buffer *to, const struct tw_event *event)
{
    show(to, "provider", event->provider);
    show(to, "id", event->event_id);
    show(to, "level", event->level);
    show(to, "channel", event->channel);
    show(to, "computer", event->computer);
    show(to, "process", event->process_id);
    show(to, "thread", event->thread_id);
    show(to, "activity", event->activity_id);
    show(to, "record", event->record_id);
    show(to, "time", tw_base_span(event->time));
    show(to, "local", tw_base_span(event->time_local));
    for (size_t i = 0; i < event->data_count; i++) {
        tw_base_buffer_add(to, TW_SPAN("data "));
        tw_base_buffer_add(to, event->data[i].name);
        tw_base_buffer_add_char(to, '=');
        tw_base_buffer_add(to, event->data[i].value);
        tw_base_buffer_add_char(to, '\n');
    }
    show(to, "user", event->user_data);
    show(to, "message", event->message);
    tw_base_buffer_add(to, TW_SPAN("--\n"));
}

static void read_record(struct tw_buffer *to, const struct tw_format *format,
                        const struct tw_format_layout *layout, struct tw_span record)
{
    /* A copy that ends where the record does, so that a byte too far is found. */
    struct tw_event event = {.data_count = 0};
    char *text = malloc(record.length + 1);
    char *memory = malloc(record.length + 1);
    ck_assert(text != NULL && memory != NULL);
    memcpy(text, record.at, record.length);
    struct tw_format_room room = {.at = memory, .size = record.length};
    if (format->read_event(layout, (struct tw_span){text, record.length}, &room, &event)) {
        show_event(to, &event);
    }
    ck_assert_uint_le(room.used, room.size);
    ck_assert_uint_le(event.data_count, TW_EVENT_DATA_MAX);
    struct tw_record described = {.text = {text, record.length}};
    format->describe(&described);
    free(text);
    free(memory);
}

static struct tw_span line_at(struct tw_span text, size_t at)
{
    struct tw_span line = {text.at + at, text.length - at};
    line.length = line.length < TW_FORMAT_LINE_HEAD ? line.length : TW_FORMAT_LINE_HEAD;
    const char *newline = line.length == 0 ? NULL : memchr(line.at, '\n', line.length);
    line.length = newline == NULL ? line.length : (size_t)(newline - line.at);
    line.length -= line.length > 0 && line.at[line.length - 1] == '\r';
    return line;
}

static bool may_begin(const struct tw_format *format, struct tw_span text, size_t at)
{
    return format->border != 0 ? text.at[at] == format->border : text.at[at - 1] == '\n';
}

struct tw_buffer tw_test_events(const struct tw_format *format, struct tw_span text, size_t length)
{
    struct tw_buffer events = TW_BUFFER_INIT(16u << 20);
    struct tw_format_layout layout = {.column_count = 0};
    struct tw_span head = text;
    head.length = head.length < TW_PEEK_SIZE ? head.length : TW_PEEK_SIZE;
    if (format->learn != NULL) {
        format->learn(head, &layout);
    }
    text.length = length;
    size_t start = 0;
    for (size_t at = 1; at < text.length; at++) {
        if (may_begin(format, text, at) && format->starts(line_at(text, at))) {
            read_record(&events, format, &layout, (struct tw_span){text.at + start, at - start});
            start = at;
        }
    }
    if (text.length > start) {
        read_record(&events, format, &layout,
                    (struct tw_span){text.at + start, text.length - start});
    }
    tw_base_buffer_add_char(&events, '\0');
    events.length--;
    return events;
}

/* The text with a carriage return before each newline. */
static struct tw_buffer with_returns(const char *text)
{
    struct tw_buffer out = TW_BUFFER_INIT(16u << 20);
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            tw_base_buffer_add_char(&out, '\r');
        }
        tw_base_buffer_add_char(&out, *text);
    }
    return out;
}

static void drop_returns(struct tw_buffer *text)
{
    size_t n = 0;
    for (size_t i = 0; i < text->length; i++) {
        if (text->at[i] != '\r') {
            text->at[n++] = text->at[i];
        }
    }
    text->length = n;
    text->at[n] = '\0';
}

void tw_test_expect_log(const struct tw_test_log *log)
{
    struct tw_span text = tw_base_span(log->text);
    const struct tw_format *format = tw_format_recognise(text);
    ck_assert_str_eq(format->name, log->format);
    for (size_t i = 0; tw_formats[i] != NULL; i++) {
        /* No other comes near, so that the order of the table decides nothing. */
        ck_assert(tw_formats[i] == format || tw_formats[i]->bid(text) < format->bid(text));
    }
    if (format->read_event == NULL) {
        ck_assert_str_eq(log->events, "");
        return;
    }
    struct tw_buffer events = tw_test_events(format, text, text.length);
    drop_returns(&events);
    ck_assert_str_eq(events.at, log->events);
    tw_base_buffer_free(&events);

    struct tw_buffer other = with_returns(log->text);
    ck_assert_ptr_eq(tw_format_recognise(tw_base_buffer_span(&other)), format);
    events = tw_test_events(format, tw_base_buffer_span(&other), other.length);
    drop_returns(&events);
    ck_assert_str_eq(events.at, log->events);
    tw_base_buffer_free(&events);
    tw_base_buffer_free(&other);
}

/* Where the last event begins. */
static size_t last_event(struct tw_span events)
{
    size_t last = 0;
    for (size_t at = 0; at < events.length;) {
        struct tw_span line = tw_base_span_line(events, at, &at);
        if (tw_base_span_equal(line, TW_SPAN("--")) && at < events.length) {
            last = at;
        }
    }
    return last;
}

void tw_test_expect_cut(const struct tw_test_log *log)
{
    struct tw_span text = tw_base_span(log->text);
    const struct tw_format *format = tw_format_recognise(text);
    for (size_t length = 0; format->read_event != NULL && length <= text.length; length++) {
        struct tw_buffer cut = tw_test_events(format, text, length);
        drop_returns(&cut);
        size_t last = last_event(tw_base_buffer_span(&cut));
        ck_assert_msg(strncmp(cut.at, log->events, last) == 0, "cut at %zu: %s", length, cut.at);
        tw_base_buffer_free(&cut);
    }
}
