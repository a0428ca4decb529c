/* format_event_text.c -- Windows events as text: `wevtutil qe /f:text`, events copied from Event
 * Viewer, and the lists and tables that PowerShell makes of Get-WinEvent and Get-EventLog.
 *
 * A record begins with the first line of an event. Of the properties that Format-List shows that is
 * TimeCreated; or, where all are shown and so the names are padded to that of KeywordsDisplayNames,
 * Message; or, of Get-EventLog, Index. An entry of another log and a prompt begin records, too, so
 * that they are not taken for the end of an event's message. */
#include "format/format_event_text.h"

#include "base/timestamp.h"
#include "format/format_lines.h"

/* The column of the colon where Format-List shows all properties. */
#define WIDE_COLUMN 21u
/* Lines of an event in which its labels are counted: wevtutil has twelve and its header. */
#define LABEL_LINES 14u
/* Beginnings of events whose labels are looked at; the others are taken for what they look like. */
#define CHECKED_EVENTS 8u
/* Lines that may stand before the first event: what somebody wrote above it. */
#define LINES_BEFORE 3u

struct tw_span tw_format_event_skip_blanks(struct tw_span text)
{
    while (text.length > 0 && tw_base_is_blank(text.at[0])) {
        text = tw_base_span_skip(text, 1);
    }
    return text;
}

size_t tw_format_event_digits(struct tw_span text)
{
    size_t n = 0;
    while (n < text.length && tw_base_is_digit(text.at[n])) {
        n++;
    }
    return n;
}

/* "Event[0]:"; newer versions print no colon. */
static bool is_number(struct tw_span line)
{
    static const struct tw_span key = TW_SPAN_INIT("Event[");
    if (!tw_base_span_starts(line, key)) {
        return false;
    }
    struct tw_span rest = tw_base_span_trim(tw_base_span_skip(line, key.length));
    size_t digits = tw_format_event_digits(rest);
    rest = tw_base_span_skip(rest, digits);
    return digits > 0 &&
           (tw_base_span_equal(rest, TW_SPAN("]:")) || tw_base_span_equal(rest, TW_SPAN("]")));
}

/* The column of the colon behind the property of that name; 0 where the line is another. */
static size_t colon_column(struct tw_span line, struct tw_span name)
{
    if (!tw_base_span_starts(line, name)) {
        return 0;
    }
    struct tw_span rest = tw_base_span_skip(line, name.length);
    struct tw_span behind = tw_format_event_skip_blanks(rest);
    bool padded = behind.length < rest.length && behind.length > 0 && behind.at[0] == ':';
    return padded ? line.length - behind.length : 0;
}

static bool is_list(struct tw_span line)
{
    struct tw_span value;
    size_t time = colon_column(line, TW_SPAN("TimeCreated"));
    return (time > 0 && time < WIDE_COLUMN) ||
           colon_column(line, TW_SPAN("Message")) >= WIDE_COLUMN ||
           (colon_column(line, TW_SPAN("Index")) > 0 &&
            tw_format_event_label(line, &value) == TW_EVENT_RECORD && value.length > 0 &&
            tw_format_event_digits(value) == value.length);
}

/* A time with an event's id behind it. */
static bool is_row(struct tw_span line)
{
    char time[TW_TIMESTAMP_BYTES];
    bool zoned;
    size_t length = tw_base_timestamp(line, time, &zoned);
    struct tw_span rest = tw_base_span_skip(line, length);
    struct tw_span id = tw_format_event_skip_blanks(rest);
    size_t digits = tw_format_event_digits(id);
    return length > 0 && id.length < rest.length && digits > 0 && digits <= 5 &&
           digits < id.length && tw_base_is_blank(id.at[digits]);
}

/* Eats a word of `text` with the blanks behind it. */
static struct tw_span eat_word(struct tw_span *text)
{
    size_t n = 0;
    while (n < text->length && !tw_base_is_blank(text->at[n])) {
        n++;
    }
    struct tw_span word = {text->at, n};
    *text = tw_format_event_skip_blanks(tw_base_span_skip(*text, n));
    return word;
}

static bool is_number_of(struct tw_span word, size_t least, size_t most)
{
    return word.length >= least && word.length <= most &&
           tw_format_event_digits(word) == word.length;
}

/* The index, and a time without a year ("Nov 22 10:00"), as the table of EventLogEntry has them. */
static bool is_entry_row(struct tw_span line)
{
    struct tw_span rest = tw_format_event_skip_blanks(line);
    struct tw_span index = eat_word(&rest);
    struct tw_span month = eat_word(&rest);
    struct tw_span day = eat_word(&rest);
    struct tw_span clock = eat_word(&rest);
    return is_number_of(index, 1, 10) && month.length > 0 && month.length <= 12 &&
           is_number_of(day, 2, 2) && clock.length == 5 && clock.at[2] == ':' &&
           is_number_of((struct tw_span){clock.at, 2}, 2, 2) &&
           is_number_of(tw_base_span_skip(clock, 3), 2, 2) && rest.length > 0;
}

/* What somebody typed behind a prompt; `*prompt` tells whether there is one. */
static struct tw_span command_of(struct tw_span line, bool *prompt)
{
    bool drive =
        line.length > 3 && tw_base_is_letter(line.at[0]) && line.at[1] == ':' && line.at[2] == '\\';
    size_t close = tw_base_span_find(line, TW_SPAN(">"));
    *prompt = close < line.length && (drive || tw_base_span_starts(line, TW_SPAN("PS ")));
    return tw_base_span_trim(tw_base_span_skip(line, close + 1));
}

enum tw_event_line tw_format_event_line(struct tw_span line)
{
    bool prompt;
    if (line.length == 0) {
        return TW_EVENT_LINE_NONE;
    }
    if (tw_base_is_blank(line.at[0])) {
        return tw_base_span_starts(line, TW_SPAN("   ProviderName: ")) ? TW_EVENT_LINE_GROUP
               : is_entry_row(line)                                    ? TW_EVENT_LINE_ENTRY
                                                                       : TW_EVENT_LINE_NONE;
    }
    if (is_number(line)) {
        return TW_EVENT_LINE_NUMBER;
    }
    if (tw_format_event_is_log_name(line)) {
        return TW_EVENT_LINE_LABEL;
    }
    if (is_list(line)) {
        return TW_EVENT_LINE_LIST;
    }
    if (is_row(line)) {
        return TW_EVENT_LINE_ROW;
    }
    if (is_entry_row(line)) {
        return TW_EVENT_LINE_ENTRY;
    }
    (void)command_of(line, &prompt);
    if (prompt) {
        return TW_EVENT_LINE_PROMPT;
    }
    return tw_format_is_entry(line) ? TW_EVENT_LINE_OTHER : TW_EVENT_LINE_NONE;
}

static bool text_starts(struct tw_span line)
{
    return tw_format_event_line(line) != TW_EVENT_LINE_NONE;
}

/* ---- recognition -------------------------------------------------------------------------------
 */

/* Whether the lines from `at` on are labels of an event: three different ones, the id among them.
 */
static bool has_labels(struct tw_span text, size_t at)
{
    bool seen[TW_EVENT_MESSAGE + 1] = {false};
    unsigned different = 0;
    for (size_t i = 0; i < LABEL_LINES && at < text.length; i++) {
        struct tw_span value;
        enum tw_event_field field = tw_format_event_label(tw_base_span_line(text, at, &at), &value);
        different += field > TW_EVENT_OTHER && !seen[field];
        seen[field] = true;
    }
    return different >= 3 && (seen[TW_EVENT_ID] || seen[TW_EVENT_INSTANCE]);
}

/* Whether the line is the head of a table of events; the line below it is of hyphens. */
static bool is_table_head(struct tw_span line, struct tw_span below)
{
    bool names = false;
    if (tw_base_span_find(line, TW_SPAN("Message")) == line.length) {
        return false;
    }
    names |= tw_base_span_find(line, TW_SPAN("TimeCreated")) < line.length &&
             tw_base_span_find(line, TW_SPAN(" Id ")) < line.length;
    names |= tw_base_span_find(line, TW_SPAN("Index")) < line.length &&
             tw_base_span_find(line, TW_SPAN("EntryType")) < line.length;
    below = tw_base_span_trim(below);
    return names && below.length > 0 && below.at[0] == '-';
}

struct census {
    size_t events;
    size_t checked; /* beginnings of events that were looked at, or could have been */
    size_t others;  /* entries of other logs, and commands behind the first event */
    size_t before;  /* lines before the first event that say something */
    bool table;     /* the head of a table was seen */
};

static void count_line(struct census *census, struct tw_span head, size_t at, struct tw_span line)
{
    size_t next = at;
    bool prompt;
    enum tw_event_line kind = tw_format_event_line(line);
    (void)tw_base_span_line(head, at, &next);
    bool is_event =
        kind == TW_EVENT_LINE_NUMBER || kind == TW_EVENT_LINE_LABEL || kind == TW_EVENT_LINE_LIST;
    bool is_table = kind == TW_EVENT_LINE_ROW || kind == TW_EVENT_LINE_ENTRY;
    if (is_event) {
        bool holds = census->checked >= CHECKED_EVENTS || has_labels(head, at);
        census->checked++;
        census->events += holds;
        census->before += census->events == 0;
    } else if (is_table && census->table) {
        census->events++;
    } else if (kind == TW_EVENT_LINE_PROMPT) {
        census->others += census->events > 0 && command_of(line, &prompt).length > 0;
    } else if (kind == TW_EVENT_LINE_OTHER || is_table) {
        census->others++;
    } else if (kind == TW_EVENT_LINE_NONE) {
        size_t behind = next;
        struct tw_span below = tw_base_span_line(head, next, &behind);
        bool heads = is_table_head(line, below);
        census->table |= heads;
        census->before +=
            census->events == 0 && !census->table && tw_base_span_trim(line).length > 0;
    }
}

/* Bits: three labels of an event have eight letters each or more. */
static unsigned text_bid(struct tw_span head)
{
    struct census census = {.events = 0};
    if (tw_format_is_article(head)) {
        return 0;
    }
    for (size_t at = 0; at < head.length;) {
        size_t from = at;
        struct tw_span line = tw_base_span_line(head, at, &at);
        if (census.events == 0 && tw_format_event_xml_starts(tw_base_span_trim(line))) {
            return 0;
        }
        count_line(&census, head, from, line);
        if (census.before > LINES_BEFORE) {
            return 0;
        }
    }
    return census.events > census.others ? 60 : 0;
}

static bool text_read(const struct tw_format_layout *layout, struct tw_span record,
                      struct tw_format_room *room, struct tw_event *event)
{
    (void)layout;
    return tw_format_event_text_read(record, room, event);
}

const struct tw_format tw_format_event_text = {.name = "event-text",
                                               .title = "Windows events as text",
                                               .bid = text_bid,
                                               .starts = text_starts,
                                               .describe = tw_format_event_describe,
                                               .read_event = text_read};
