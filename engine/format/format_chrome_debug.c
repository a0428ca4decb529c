/* format_chrome_debug.c -- what Chromium browsers and programs built on them log: chrome_debug.log
 * and their standard error.
 *
 * A record is a header with everything up to the next (base/logging.cc):
 *   [pid:tid:MMDD/HHMMSS.fraction:SEVERITY:file.cc(line)] message
 * where the numbers may be missing, a count of ticks may stand behind the time, and newer versions
 * write path/file.cc:line. The time has no year. One request goes through threads of several
 * processes, so that these do not tell attempts apart. */
#include "format/format.h"
#include "format/format_lines.h"

/* Lines without a header after which none is expected. */
#define OTHERS_MOST 40u

/* The parts of a header. */
struct header {
    struct tw_span severity;
    struct tw_span file;
    size_t length; /* up to the message */
};

static size_t digits_at(struct tw_span line, size_t at)
{
    size_t n = 0;
    while (at + n < line.length && tw_base_is_digit(line.at[at + n])) {
        n++;
    }
    return n;
}

/* "0924/175610.989:" at `at`; returns its length. */
static size_t time_length(struct tw_span line, size_t at)
{
    size_t end = at + 11;
    if (digits_at(line, at) != 4 || digits_at(line, at + 5) != 6 || line.length <= end ||
        line.at[at + 4] != '/' || line.at[end] != '.') {
        return 0;
    }
    size_t fraction = digits_at(line, end + 1);
    end += 1 + fraction;
    return fraction >= 3 && fraction <= 6 && end < line.length && line.at[end] == ':' ? end + 1 - at
                                                                                      : 0;
}

static size_t severity_length(struct tw_span text)
{
    static const struct tw_span words[] = {TW_SPAN_INIT("INFO"), TW_SPAN_INIT("WARNING"),
                                           TW_SPAN_INIT("ERROR"), TW_SPAN_INIT("FATAL"),
                                           TW_SPAN_INIT("VERBOSE")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (tw_base_span_starts(text, words[i])) {
            return words[i].length + digits_at(text, words[i].length);
        }
    }
    return 0;
}

static bool read_header(struct tw_span line, struct header *header)
{
    size_t at = 1;
    size_t time = 0;
    if (line.length == 0 || line.at[0] != '[') {
        return false;
    }
    for (unsigned numbers = 0; numbers < 3 && (time = time_length(line, at)) == 0; numbers++) {
        size_t digits = digits_at(line, at);
        if (digits == 0 || at + digits >= line.length || line.at[at + digits] != ':') {
            return false;
        }
        at += digits + 1;
    }
    at += time;
    size_t ticks = digits_at(line, at);
    if (ticks > 0 && at + ticks < line.length && line.at[at + ticks] == ':') {
        at += ticks + 1;
    }
    struct tw_span rest = tw_base_span_skip(line, at);
    header->severity = (struct tw_span){rest.at, severity_length(rest)};
    rest = tw_base_span_skip(rest, header->severity.length);
    size_t end = tw_base_span_find(rest, TW_SPAN("] "));
    if (time == 0 || header->severity.length == 0 || rest.length == 0 || rest.at[0] != ':' ||
        end == rest.length) {
        return false;
    }
    header->file = (struct tw_span){rest.at + 1, end - 1};
    header->length = line.length - rest.length + end + 2;
    return true;
}

/* Bits: a header has a time and a severity, some 60 bits; it must be what most entries have. A log
 * that begins with one needs only a second: --v=1 prints policies and settings over hundreds of
 * lines. */
static unsigned chrome_bid(struct tw_span head)
{
    struct header header;
    unsigned headers = 0;
    unsigned others = 0;
    bool begins = false;
    for (size_t at = 0; at < head.length && (headers > 0 || others < OTHERS_MOST);) {
        struct tw_span line = tw_base_span_line(head, at, &at);
        if (read_header(line, &header)) {
            begins = begins || others == 0;
            headers++;
        } else {
            others += !tw_format_is_continuation(line);
        }
    }
    return (headers > 0 && headers >= others) || (begins && headers >= 2) ? 45 : 0;
}

static bool chrome_starts(struct tw_span line)
{
    struct header header;
    return read_header(line, &header);
}

static void chrome_describe(struct tw_record *record)
{
    struct header header;
    size_t next = 0;
    record->message = record->text;
    if (read_header(tw_base_span_line(record->text, 0, &next), &header)) {
        record->severity = header.severity;
        record->provider = header.file;
        record->message = tw_base_span_skip(record->text, header.length);
    }
}

const struct tw_format tw_format_chrome_debug = {.name = "chrome-debug",
                                                 .title = "log of a Chromium browser",
                                                 .bid = chrome_bid,
                                                 .starts = chrome_starts,
                                                 .describe = chrome_describe};
