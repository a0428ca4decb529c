/* format_event_csv.c -- Windows events in tables of separated values.
 *
 * Event Viewer ("Save as CSV", or as text with tabs) writes a header of five columns, in its own
 * language, and rows of six: the last is the message. PowerShell's Export-Csv quotes every value
 * and writes the names of properties, all or a selection, in any order.
 *
 * Messages have line ends, so a row is told from the line it begins with alone: one of Event Viewer
 * by `word,date time,source,number,`; one of Export-Csv by the quote, which inside a message stands
 * doubled (RFC 4180, section 2), but for the one that ends a message; or, where quotes stand only
 * where they are needed, by a time and a separator. */
#include "base/timestamp.h"
#include "format/format_event.h"

/* Longest values that are looked at in the beginning of a row of Event Viewer. */
#define LEVEL_BYTES 64u
#define DATE_BYTES 48u
#define SOURCE_BYTES 160u
/* Digits of a date and a time with seconds, in any culture: 1/1/2026 1:00:00. */
#define DATE_DIGITS 10u

static const char separators[] = {',', ';', '\t'};

/* ---- rows --------------------------------------------------------------------------------------
 */

/* Eats a value that is not quoted, with the separator behind it. False: there is no separator
 * within `most` bytes. */
static bool eat_value(struct tw_span *line, char separator, size_t most, struct tw_span *value)
{
    size_t room = line->length < most + 1 ? line->length : most + 1;
    const char *mark = room == 0 ? NULL : memchr(line->at, separator, room);
    if (mark == NULL) {
        return false;
    }
    *value = (struct tw_span){line->at, (size_t)(mark - line->at)};
    *line = tw_base_span_skip(*line, value->length + 1);
    return true;
}

static size_t count_digits(struct tw_span text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.length; i++) {
        n += tw_base_is_digit(text.at[i]);
    }
    return n;
}

/* `Error,11/22/2026 10:00:00 AM,Schannel,36887,` with that separator. */
static bool is_viewer_row(struct tw_span line, char separator)
{
    struct tw_span level;
    struct tw_span date;
    struct tw_span source;
    struct tw_span id;
    if (!eat_value(&line, separator, LEVEL_BYTES, &level) ||
        !eat_value(&line, separator, DATE_BYTES, &date) ||
        !eat_value(&line, separator, SOURCE_BYTES, &source) ||
        !eat_value(&line, separator, 5, &id)) {
        return false;
    }
    return level.length > 0 && level.at[0] != '"' && count_digits(level) == 0 && date.length > 0 &&
           tw_base_is_digit(date.at[0]) && count_digits(date) >= DATE_DIGITS && source.length > 0 &&
           id.length > 0 && count_digits(id) == id.length;
}

static bool is_separator(char c)
{
    return memchr(separators, c, sizeof separators) != NULL;
}

/* A quote that opens a value: a message's own quotes are doubled, and the one that ends it has a
 * separator behind it, or nothing. */
static bool is_quoted_row(struct tw_span line)
{
    if (line.length < 2 || line.at[0] != '"' || is_separator(line.at[1])) {
        return false;
    }
    if (line.at[1] != '"') {
        return true;
    }
    bool quoted = line.length > 3 && line.at[2] == '"' && !is_separator(line.at[3]);
    return quoted || (line.length > 2 && is_separator(line.at[2]));
}

static bool is_timed_row(struct tw_span line)
{
    char time[TW_TIMESTAMP_BYTES];
    bool zoned;
    size_t length = tw_base_timestamp(line, time, &zoned);
    return length > 0 && length < line.length && is_separator(line.at[length]);
}

static bool csv_starts(struct tw_span line)
{
    if (is_quoted_row(line) || is_timed_row(line)) {
        return true;
    }
    for (size_t i = 0; i < sizeof separators; i++) {
        if (is_viewer_row(line, separators[i])) {
            return true;
        }
    }
    return false;
}

/* ---- values ------------------------------------------------------------------------------------
 */

/* Reads the value at the beginning of `rest`, up to a separator or the end of its line; `rest`
 * becomes what is behind it. True: a separator was there. `last`: what is not quoted goes on to the
 * end. Without a room, doubled quotes stay. */
static bool next_value(struct tw_span *rest, char separator, bool last, struct tw_format_room *room,
                       struct tw_span *value)
{
    struct tw_span text = *rest;
    if (text.length == 0 || text.at[0] != '"') {
        size_t n = 0;
        while (n < text.length && (last || (text.at[n] != separator && text.at[n] != '\n'))) {
            n++;
        }
        *value = tw_base_span_trim((struct tw_span){text.at, n});
        *rest = tw_base_span_skip(text, n);
    } else {
        size_t mark = room == NULL ? 0 : room->used;
        bool doubled = false;
        size_t from = 1;
        size_t at = 1;
        for (; at < text.length; at++) {
            if (text.at[at] != '"') {
                continue;
            }
            if (at + 1 == text.length || text.at[at + 1] != '"') {
                break;
            }
            if (room != NULL) {
                tw_format_room_add(room, (struct tw_span){text.at + from, at + 1 - from});
            }
            doubled = true;
            from = at + 2;
            at++;
        }
        *value = (struct tw_span){text.at + 1, (at < text.length ? at : text.length) - 1};
        if (doubled && room != NULL) {
            size_t end = at < text.length ? at : text.length;
            tw_format_room_add(room, (struct tw_span){text.at + from, end > from ? end - from : 0});
            *value = tw_format_room_since(room, mark);
        }
        *rest = tw_base_span_skip(text, at + 1);
    }
    if (rest->length > 0 && rest->at[0] == separator) {
        *rest = tw_base_span_skip(*rest, 1);
        return true;
    }
    return false;
}

static bool csv_read(const struct tw_format_layout *layout, struct tw_span record,
                     struct tw_format_room *room, struct tw_event *event)
{
    struct tw_span rest = record;
    bool more = layout->column_count > 0;
    for (size_t i = 0; more && i < layout->column_count; i++) {
        struct tw_span value;
        bool last = i + 1 == layout->column_count && layout->columns[i] == TW_EVENT_MESSAGE;
        more = next_value(&rest, layout->separator, last, room, &value);
        tw_format_event_set(event, (enum tw_event_field)layout->columns[i], value, room);
    }
    /* The header has words where the ids are. */
    return event->event_id.length > 0;
}

/* ---- headers -----------------------------------------------------------------------------------
 */

/* The columns of Event Viewer; the header names five. Of the log "Security" the first has
 * keywords. */
static const uint8_t viewer_columns[] = {TW_EVENT_LEVEL, TW_EVENT_TIME,  TW_EVENT_PROVIDER,
                                         TW_EVENT_ID,    TW_EVENT_OTHER, TW_EVENT_MESSAGE};
#define VIEWER_COLUMNS (sizeof viewer_columns)
#define VIEWER_NAMED (VIEWER_COLUMNS - 1)

/* Names of columns that no other table has. */
static bool is_telling(struct tw_span name)
{
    static const char *const names[] = {"TimeCreated",      "TimeGenerated", "ProviderName",
                                        "LevelDisplayName", "EntryType",     "InstanceId"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (tw_base_span_equal(name, tw_base_span(names[i]))) {
            return true;
        }
    }
    return false;
}

/* Reads a header; true where it is one of events. */
static bool read_header(struct tw_span line, char separator, struct tw_format_layout *layout)
{
    size_t known = 0;
    bool has_id = false;
    bool telling = false;
    *layout = (struct tw_format_layout){.separator = separator};
    for (bool more = true; more && layout->column_count < TW_FORMAT_COLUMNS;) {
        struct tw_span name;
        more = next_value(&line, separator, false, NULL, &name);
        enum tw_event_field field = tw_format_event_field(name);
        known += field != TW_EVENT_NONE;
        has_id |= field == TW_EVENT_ID || field == TW_EVENT_INSTANCE;
        telling |= is_telling(name);
        layout->columns[layout->column_count++] = (uint8_t)field;
    }
    size_t count = layout->column_count;
    if (has_id && telling && known >= 3 && known * 2 >= count) {
        return true;
    }
    return known >= 4 && count >= VIEWER_NAMED && layout->columns[1] == TW_EVENT_TIME &&
           layout->columns[2] == TW_EVENT_PROVIDER && layout->columns[3] == TW_EVENT_ID;
}

static size_t count_values(struct tw_span text, char separator)
{
    size_t n = 1;
    struct tw_span value;
    while (n < TW_FORMAT_COLUMNS && next_value(&text, separator, false, NULL, &value)) {
        n++;
    }
    return n;
}

/* Bits that tell the table; 0: it is none of events. `layout` becomes its columns. */
static unsigned recognise(struct tw_span head, struct tw_format_layout *layout)
{
    size_t at = 0;
    struct tw_span line = tw_base_span_line(head, 0, &at);
    while (at < head.length &&
           (tw_base_span_trim(line).length == 0 || tw_base_span_starts(line, TW_SPAN("#TYPE ")))) {
        line = tw_base_span_line(head, at, &at);
    }
    struct tw_span rows = tw_base_span_skip(head, at);
    struct tw_span row = tw_base_span_line(rows, 0, &at);
    for (size_t i = 0; i < sizeof separators; i++) {
        char separator = separators[i];
        bool read = read_header(line, separator, layout);
        bool named = layout->column_count == VIEWER_NAMED;
        /* A header of five above rows of six, in a language that we do not know. */
        bool viewer = named && is_viewer_row(row, separator) &&
                      count_values(rows, separator) >= VIEWER_COLUMNS;
        if (viewer || (read && named && layout->columns[3] == TW_EVENT_ID)) {
            memcpy(layout->columns, viewer_columns, VIEWER_COLUMNS);
            layout->column_count = VIEWER_COLUMNS;
        }
        if (read || viewer) {
            return read ? 58 : 40;
        }
    }
    *layout = (struct tw_format_layout){.column_count = 0};
    return 0;
}

static unsigned csv_bid(struct tw_span head)
{
    struct tw_format_layout layout;
    return recognise(head, &layout);
}

static void csv_learn(struct tw_span head, struct tw_format_layout *layout)
{
    (void)recognise(head, layout);
}

const struct tw_format tw_format_event_csv = {.name = "event-csv",
                                              .title = "Windows events as a table",
                                              .bid = csv_bid,
                                              .starts = csv_starts,
                                              .describe = tw_format_event_describe,
                                              .learn = csv_learn,
                                              .read_event = csv_read};
