/* support_coded.c -- see support_coded.h. */
#include "support_coded.h"

#include <check.h>
#include <stdlib.h>

#include "base/limits.h"

static void show_field(struct tw_buffer *to, const char *name, struct tw_span value)
{
    if (value.length > 0) {
        tw_base_buffer_print(to, "%s=", name);
        tw_base_buffer_add(to, value);
        tw_base_buffer_add_char(to, ' ');
    }
}

static void show_record(struct tw_buffer *to, const struct tw_format *format, void *memory,
                        struct tw_span bytes)
{
    struct tw_buffer text = TW_BUFFER_INIT(TW_EVENT_TEXT_MAX);
    /* A copy that ends where the record does, so that a byte too far is found. */
    char *copy = malloc(bytes.length + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes.at, bytes.length);
    struct tw_record record = {.text = {copy, bytes.length}};
    if (format->look != NULL) {
        format->look(memory, record.text);
    }
    if (format->decode(memory, &record, &text)) {
        show_field(to, "provider", record.provider);
        show_field(to, "severity", record.severity);
        show_field(to, "event", record.event);
        show_field(to, "time", tw_base_span(record.time));
        show_field(to, "local", tw_base_span(record.time_local));
        show_field(to, "repeats", record.repeats ? TW_SPAN("yes") : TW_SPAN(""));
        tw_base_buffer_add_char(to, '\n');
        tw_base_buffer_add(to, tw_base_buffer_span(&text));
        /* A record that is cut off may lack its line end. */
        tw_base_buffer_add(to,
                           to->at[to->length - 1] == '\n' ? TW_SPAN("--\n") : TW_SPAN("\n--\n"));
    }
    ck_assert_int_eq(text.status, TW_OK);
    tw_base_buffer_free(&text);
    free(copy);
}

static struct tw_span line_at(const struct tw_format *format, struct tw_span text, size_t at)
{
    size_t next;
    struct tw_span line = tw_base_span_skip(text, at);
    if (format->border == 0) {
        line = tw_base_span_line(line, 0, &next);
    }
    line.length = line.length < TW_FORMAT_LINE_HEAD ? line.length : TW_FORMAT_LINE_HEAD;
    return line;
}

struct tw_buffer tw_test_coded(const struct tw_format *format, struct tw_span text, size_t length)
{
    struct tw_buffer shown = TW_BUFFER_INIT(16u << 20);
    void *memory = format->begin == NULL ? NULL : format->begin(text);
    size_t start = 0;
    text.length = length;
    for (size_t at = 1; at < text.length; at++) {
        bool may_begin =
            format->border != 0 ? text.at[at] == format->border : text.at[at - 1] == '\n';
        if (may_begin && format->starts(line_at(format, text, at))) {
            show_record(&shown, format, memory, (struct tw_span){text.at + start, at - start});
            start = at;
        }
    }
    if (text.length > start) {
        show_record(&shown, format, memory, tw_base_span_skip(text, start));
    }
    if (format->end != NULL) {
        format->end(memory);
    }
    tw_base_buffer_add_char(&shown, '\0');
    shown.length--;
    return shown;
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

static void expect(const char *name, struct tw_span log, const char *shown)
{
    const struct tw_format *format = tw_format_recognise(log);
    ck_assert_str_eq(format->name, name);
    for (size_t i = 0; tw_formats[i] != NULL; i++) {
        /* No other comes near, so that the order of the table decides nothing. */
        ck_assert(tw_formats[i] == format || tw_formats[i]->bid(log) < format->bid(log));
    }
    if (format->decode == NULL) {
        ck_assert_str_eq(shown, "");
        return;
    }
    struct tw_buffer have = tw_test_coded(format, log, log.length);
    drop_returns(&have);
    ck_assert_str_eq(have.at, shown);
    tw_base_buffer_free(&have);
}

void tw_test_expect_coded(const char *format, const char *log, const char *shown)
{
    struct tw_buffer other = TW_BUFFER_INIT(16u << 20);
    expect(format, tw_base_span(log), shown);
    for (const char *c = log; *c != '\0'; c++) {
        tw_base_buffer_add(&other, *c == '\n' ? TW_SPAN("\r\n") : (struct tw_span){c, 1});
    }
    expect(format, tw_base_buffer_span(&other), shown);
    tw_base_buffer_free(&other);
}

/* Where the last record begins in what is shown. */
static size_t last_record(struct tw_span shown)
{
    size_t last = 0;
    for (size_t at = 0; at < shown.length;) {
        struct tw_span line = tw_base_span_line(shown, at, &at);
        if (tw_base_span_equal(line, TW_SPAN("--")) && at < shown.length) {
            last = at;
        }
    }
    return last;
}

void tw_test_expect_coded_cut(const char *log)
{
    struct tw_span text = tw_base_span(log);
    const struct tw_format *format = tw_format_recognise(text);
    if (format->decode == NULL) {
        return;
    }
    struct tw_buffer whole = tw_test_coded(format, text, text.length);
    for (size_t length = 0; length < text.length; length++) {
        if (format->border == 0 && length > 0 && text.at[length - 1] != '\n') {
            continue;
        }
        struct tw_buffer cut = tw_test_coded(format, text, length);
        size_t last = last_record(tw_base_buffer_span(&cut));
        ck_assert_msg(strncmp(cut.at, whole.at, last) == 0, "cut at %zu: %s", length, cut.at);
        tw_base_buffer_free(&cut);
    }
    tw_base_buffer_free(&whole);
}
