/* timestamp.c -- reads dates and times without the C library's locale-dependent functions; see
 * timestamp.h. */
#include "base/timestamp.h"

#include <stdio.h>

/* A text that is eaten from the front. */
struct reader {
    struct tw_span rest;
};

/* Reads `least` to `most` digits; -1 where there are fewer. */
static int number(struct reader *reader, size_t least, size_t most)
{
    int value = 0;
    size_t n = 0;
    while (n < most && n < reader->rest.length && tw_base_is_digit(reader->rest.at[n])) {
        value = value * 10 + (reader->rest.at[n++] - '0');
    }
    if (n < least) {
        return -1;
    }
    reader->rest = tw_base_span_skip(reader->rest, n);
    return value;
}

static bool eat(struct reader *reader, const char *any)
{
    if (reader->rest.length == 0 || reader->rest.at[0] == '\0' ||
        strchr(any, reader->rest.at[0]) == NULL) {
        return false;
    }
    reader->rest = tw_base_span_skip(reader->rest, 1);
    return true;
}

struct moment {
    int year, month, day, hour, minute, second;
    int fraction_digits;
    char fraction[10];
    char zone[8];
};

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool is_in_range(const struct moment *m)
{
    return m->year >= 1970 && m->year <= 9999 && m->month >= 1 && m->month <= 12 && m->day >= 1 &&
           m->day <= days_of(m->year, m->month) && m->hour >= 0 && m->hour <= 23 &&
           m->minute >= 0 && m->minute <= 59 && m->second >= 0 && m->second <= 60;
}

static void read_fraction(struct reader *reader, struct moment *m)
{
    struct reader ahead = *reader;
    if (!eat(&ahead, ".,") || ahead.rest.length == 0 || !tw_base_is_digit(ahead.rest.at[0])) {
        return;
    }
    while (ahead.rest.length > 0 && tw_base_is_digit(ahead.rest.at[0])) {
        if (m->fraction_digits < 9) {
            m->fraction[m->fraction_digits++] = ahead.rest.at[0];
        }
        ahead.rest = tw_base_span_skip(ahead.rest, 1);
    }
    *reader = ahead;
}

static void read_zone(struct reader *reader, struct moment *m)
{
    struct reader ahead = *reader;
    if (eat(&ahead, "Z")) {
        (void)snprintf(m->zone, sizeof m->zone, "Z");
        *reader = ahead;
        return;
    }
    char sign = ahead.rest.length > 0 ? ahead.rest.at[0] : ' ';
    if (eat(&ahead, "+-")) {
        int hours = number(&ahead, 2, 2);
        (void)eat(&ahead, ":");
        int minutes = hours < 0 ? -1 : number(&ahead, 2, 2);
        if (minutes >= 0 && hours <= 14 && minutes <= 59) {
            (void)snprintf(m->zone, sizeof m->zone, "%c%02d:%02d", sign, hours % 100,
                           minutes % 100);
            *reader = ahead;
        }
    }
}

/* "11:41:27" with fraction and zone, or "11:41:27 AM". */
static bool read_clock(struct reader *reader, struct moment *m)
{
    m->hour = number(reader, 1, 2);
    if (m->hour < 0 || !eat(reader, ":") || (m->minute = number(reader, 2, 2)) < 0 ||
        !eat(reader, ":") || (m->second = number(reader, 2, 2)) < 0) {
        return false;
    }
    read_fraction(reader, m);
    read_zone(reader, m);
    struct reader ahead = *reader;
    if (eat(&ahead, " ") && ahead.rest.length >= 2 && ahead.rest.at[1] == 'M' &&
        (ahead.rest.at[0] == 'A' || ahead.rest.at[0] == 'P')) {
        bool afternoon = ahead.rest.at[0] == 'P';
        if (m->hour < 1 || m->hour > 12) {
            return false;
        }
        m->hour = m->hour % 12 + (afternoon ? 12 : 0);
        reader->rest = tw_base_span_skip(ahead.rest, 2);
    }
    return true;
}

static bool read_date(struct reader *reader, struct moment *m, bool *ambiguous)
{
    struct reader start = *reader;
    m->year = number(reader, 4, 4);
    if (m->year >= 0) {
        return eat(reader, "-/.") && (m->month = number(reader, 1, 2)) >= 0 && eat(reader, "-/.") &&
               (m->day = number(reader, 1, 2)) >= 0;
    }
    *reader = start;
    int first = number(reader, 1, 2);
    if (first < 0 || !eat(reader, "-/.")) {
        return false;
    }
    int second = number(reader, 1, 2);
    if (second < 0 || !eat(reader, "-/.") || (m->year = number(reader, 4, 4)) < 0) {
        return false;
    }
    *ambiguous = first <= 12 && second <= 12 && first != second;
    m->month = first > 12 ? second : first;
    m->day = first > 12 ? first : second;
    return true;
}

size_t tw_base_timestamp(struct tw_span text, char to[TW_TIMESTAMP_BYTES], bool *zoned)
{
    struct reader reader = {text};
    struct moment m = {.year = 0};
    bool ambiguous = false;
    to[0] = '\0';
    *zoned = false;
    if (!read_date(&reader, &m, &ambiguous) || !eat(&reader, "T ")) {
        return 0;
    }
    while (eat(&reader, " ")) {
    }
    if (!read_clock(&reader, &m) || !is_in_range(&m)) {
        return 0;
    }
    if (!ambiguous) {
        (void)snprintf(to, TW_TIMESTAMP_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u%s%s%s",
                       (unsigned)m.year % 10000u, (unsigned)m.month % 100u, (unsigned)m.day % 100u,
                       (unsigned)m.hour % 100u, (unsigned)m.minute % 100u,
                       (unsigned)m.second % 100u, m.fraction_digits > 0 ? "." : "", m.fraction,
                       m.zone);
        *zoned = m.zone[0] != '\0';
    }
    return text.length - reader.rest.length;
}
