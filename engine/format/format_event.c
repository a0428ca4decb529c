/* format_event.c -- fills in events from what the exported forms say; see format_event.h. */
#include "format/format_event.h"

#include <stdio.h>

#include "base/timestamp.h"
#include "base/visible.h"

void tw_format_room_add(struct tw_format_room *room, struct tw_span text)
{
    size_t left = room->size - room->used;
    size_t n = text.length < left ? text.length : left;
    if (n > 0) {
        memcpy(room->at + room->used, text.at, n);
        room->used += n;
    }
}

void tw_format_event_add(struct tw_event *event, struct tw_span name, struct tw_span value)
{
    if (event->data_count == TW_EVENT_DATA_MAX) {
        event->data_dropped++;
        return;
    }
    event->data[event->data_count++] = (struct tw_event_data){name, value};
}

/* ---- times -------------------------------------------------------------------------------------
 */

/* Days since 1970-01-01 to a date of the Gregorian calendar; years of 400 have 146097 days. */
static void print_milliseconds(char to[TW_TIME_BYTES], uint64_t milliseconds)
{
    uint64_t seconds = milliseconds / 1000;
    uint64_t day = seconds / 86400 + 719468; /* since 0000-03-01 */
    uint64_t era = day / 146097;
    uint64_t of_era = day % 146097;
    uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint64_t month = (5 * of_year + 2) / 153; /* from March */
    unsigned mday = (unsigned)(of_year - (153 * month + 2) / 5 + 1);
    unsigned mon = (unsigned)(month < 10 ? month + 3 : month - 9);
    unsigned full = (unsigned)((year + era * 400 + (mon <= 2)) % 10000);
    (void)snprintf(to, TW_TIME_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", full, mon % 100,
                   mday % 100, (unsigned)(seconds / 3600 % 24), (unsigned)(seconds / 60 % 60),
                   (unsigned)(seconds % 60), (unsigned)(milliseconds % 1000));
}

/* "/Date(1732269600000)/" of .NET's old JSON writer: milliseconds since 1970, UTC. */
static bool read_json_date(struct tw_event *event, struct tw_span text)
{
    if (!tw_base_span_starts(text, TW_SPAN("/Date("))) {
        return false;
    }
    uint64_t value = 0;
    size_t at = 6;
    while (at < text.length && at < 6 + 14 && tw_base_is_digit(text.at[at])) {
        value = value * 10 + (uint64_t)(text.at[at++] - '0');
    }
    if (at == 6 || at == text.length || (text.at[at] != ')' && text.at[at] != '+')) {
        return false;
    }
    print_milliseconds(event->time, value);
    return true;
}

/* An offset behind a blank: " +0100", " UTC". */
static void read_late_zone(char time[TW_TIME_BYTES], struct tw_span rest, bool *zoned)
{
    char number[8];
    if (tw_base_span_starts(rest, TW_SPAN(" UTC")) || tw_base_span_starts(rest, TW_SPAN(" Z"))) {
        (void)snprintf(number, sizeof number, "Z");
    } else if (rest.length >= 6 && (rest.at[1] == '+' || rest.at[1] == '-') &&
               tw_base_is_digit(rest.at[2]) && tw_base_is_digit(rest.at[3]) &&
               tw_base_is_digit(rest.at[rest.at[4] == ':' ? 5 : 4])) {
        size_t minutes = rest.at[4] == ':' ? 5 : 4;
        if (rest.length < minutes + 2 || !tw_base_is_digit(rest.at[minutes + 1])) {
            return;
        }
        (void)snprintf(number, sizeof number, "%.3s:%.2s", rest.at + 1, rest.at + minutes);
    } else {
        return;
    }
    size_t length = strlen(time);
    (void)snprintf(time + length, TW_TIME_BYTES - length, "%s", number);
    *zoned = true;
}

void tw_format_event_time(struct tw_event *event, struct tw_span text, bool utc)
{
    char time[TW_TIMESTAMP_BYTES];
    bool zoned = false;
    text = tw_base_span_trim(text);
    if (event->time[0] != '\0' || read_json_date(event, text)) {
        return;
    }
    size_t length = tw_base_timestamp(text, time, &zoned);
    if (length == 0 || time[0] == '\0') {
        return;
    }
    if (!zoned) {
        read_late_zone(time, tw_base_span_skip(text, length), &zoned);
    }
    if (!zoned && utc) {
        (void)snprintf(event->time, sizeof event->time, "%.38sZ", time);
    } else if (zoned || event->time_local[0] == '\0') {
        (void)snprintf(zoned ? event->time : event->time_local, TW_TIME_BYTES, "%s", time);
    }
}

/* ---- properties --------------------------------------------------------------------------------
 */

static size_t count_digits(struct tw_span text)
{
    size_t n = 0;
    while (n < text.length && tw_base_is_digit(text.at[n])) {
        n++;
    }
    return n;
}

/* An id is digits, and short; anything else is no id. */
static struct tw_span digits_of(struct tw_span value)
{
    size_t n = count_digits(value);
    return (struct tw_span){value.at, n == value.length && n <= 20 ? n : 0};
}

/* The id is the lower half of an instance id: the upper one has the severity and qualifiers
 * (EventLogEntry.InstanceId; "EventID" and its "Qualifiers" in the event schema). */
static struct tw_span id_of_instance(struct tw_span value, struct tw_format_room *room)
{
    char text[24];
    uint64_t number = 0;
    struct tw_span digits = digits_of(value);
    if (digits.length == 0 || digits.length > 18) {
        return (struct tw_span){NULL, 0};
    }
    for (size_t i = 0; i < digits.length; i++) {
        number = number * 10 + (uint64_t)(digits.at[i] - '0');
    }
    (void)snprintf(text, sizeof text, "%u", (unsigned)(number & 0xffff));
    size_t mark = room->used;
    tw_format_room_add(room, tw_base_span(text));
    return tw_format_room_since(room, mark);
}

/* An activity without braces; that of zeros is none. */
static struct tw_span activity_of(struct tw_span value)
{
    if (value.length > 2 && value.at[0] == '{' && value.at[value.length - 1] == '}') {
        value = (struct tw_span){value.at + 1, value.length - 2};
    }
    if (value.length != 36 ||
        tw_base_span_equal(value, TW_SPAN("00000000-0000-0000-0000-000000000000"))) {
        value.length = 0;
    }
    return value;
}

struct tw_span tw_format_event_level(struct tw_span level)
{
    static const struct tw_span words[] = {
        TW_SPAN_INIT("Information"), TW_SPAN_INIT("Critical"),    TW_SPAN_INIT("Error"),
        TW_SPAN_INIT("Warning"),     TW_SPAN_INIT("Information"), TW_SPAN_INIT("Verbose"),
    };
    size_t number = level.length == 1 ? (size_t)(unsigned char)(level.at[0] - '0') : SIZE_MAX;
    return number < sizeof words / sizeof *words ? words[number] : level;
}

static void fill(struct tw_span *to, struct tw_span value)
{
    if (to->length == 0) {
        *to = value;
    }
}

void tw_format_event_set(struct tw_event *event, enum tw_event_field field, struct tw_span value,
                         struct tw_format_room *room)
{
    struct tw_span *const plain[] = {
        [TW_EVENT_PROVIDER] = &event->provider, [TW_EVENT_LEVEL] = &event->level,
        [TW_EVENT_CHANNEL] = &event->channel,   [TW_EVENT_COMPUTER] = &event->computer,
        [TW_EVENT_MESSAGE] = &event->message,
    };
    struct tw_span *const number[] = {
        [TW_EVENT_ID] = &event->event_id,
        [TW_EVENT_PROCESS] = &event->process_id,
        [TW_EVENT_THREAD] = &event->thread_id,
        [TW_EVENT_RECORD] = &event->record_id,
    };
    value = tw_base_span_trim(value);
    if (value.length == 0) {
        return;
    }
    if (field == TW_EVENT_TIME) {
        tw_format_event_time(event, value, false);
    } else if (field == TW_EVENT_ACTIVITY) {
        fill(&event->activity_id, activity_of(value));
    } else if (field == TW_EVENT_INSTANCE) {
        if (event->event_id.length == 0) {
            event->event_id = id_of_instance(value, room);
        }
    } else if (field == TW_EVENT_LEVEL_WORD) {
        if (event->level.length == 0 || tw_base_is_digit(event->level.at[0])) {
            event->level = value;
        }
    } else if (field < sizeof plain / sizeof *plain && plain[field] != NULL) {
        fill(plain[field], value);
    } else if (field < sizeof number / sizeof *number && number[field] != NULL) {
        fill(number[field], digits_of(value));
    }
}

/* ---- wrapped text ------------------------------------------------------------------------------
 */

static struct tw_span skip_blanks(struct tw_span text)
{
    while (text.length > 0 && tw_base_is_blank(text.at[0])) {
        text = tw_base_span_skip(text, 1);
    }
    return text;
}

/* Whether a text begins, or ends, with a character that East Asian consoles wrap at anywhere: three
 * bytes of UTF-8 from U+3000 on. */
static bool is_wide_first(struct tw_span text)
{
    return text.length >= 3 && (unsigned char)text.at[0] >= 0xe3 &&
           (unsigned char)text.at[0] <= 0xef;
}

static bool is_wide_last(struct tw_span text)
{
    return text.length >= 3 && is_wide_first(tw_base_span_skip(text, text.length - 3));
}

/* Narrower than this is no console: they have 80 columns or more, of which a word that did not fit
 * leaves some free. */
#define CONSOLE_WIDTH 60u

static size_t first_word(struct tw_span line)
{
    size_t n = 0;
    while (n < line.length && !tw_base_is_blank(line.at[n])) {
        n++;
    }
    return n;
}

struct tw_span tw_format_event_unwrap(struct tw_format_room *room, struct tw_span text,
                                      size_t column)
{
    size_t mark = room->used;
    size_t widest = 0;
    for (size_t at = 0; at < text.length;) {
        size_t width = at == 0 ? column : 0;
        width += tw_base_span_line(text, at, &at).length;
        widest = width > widest ? width : widest;
    }
    size_t width = 0;                  /* of the line before */
    struct tw_span before = {NULL, 0}; /* its text */
    for (size_t at = 0; at < text.length;) {
        bool first = at == 0;
        struct tw_span line = tw_base_span_line(text, at, &at);
        struct tw_span rest = skip_blanks(line);
        /* The word would have fitted, so that somebody ended the line on purpose. */
        bool wrapped = before.length > 0 && rest.length > 0 &&
                       width + 1 + first_word(rest) > widest && widest >= CONSOLE_WIDTH;
        if (!wrapped) {
            tw_format_room_add(room, first ? TW_SPAN("") : TW_SPAN("\n"));
        } else if (!is_wide_last(before) || !is_wide_first(rest)) {
            tw_format_room_add(room, TW_SPAN(" "));
        }
        width = line.length + (first ? column : 0);
        while (rest.length > 0 && tw_base_is_blank(rest.at[rest.length - 1])) {
            rest.length--;
        }
        tw_format_room_add(room, rest);
        before = rest;
    }
    return tw_base_span_trim(tw_format_room_since(room, mark));
}

void tw_format_event_describe(struct tw_record *record)
{
    record->message = record->text;
}
