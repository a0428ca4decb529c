/* format_moz_log.c -- what Firefox logs with MOZ_LOG or about:logging.
 *
 * A record is a header with everything up to the next (xpcom/base/Logging.cpp):
 *   2026-02-03 09:15:01.100200 UTC - [Parent 4120: Socket Thread]: D/pipnss message
 * without the time where it was not asked for. Parts of a rotated log begin in the middle of one.
 * The threads of a process hand one request on to another; only processes are origins. */
#include <stdio.h>

#include "base/hash.h"
#include "format/format.h"
#include "format/format_lines.h"

/* Bytes of "2026-02-03 09:15:01.100200" before its fraction, and of the longest time. */
#define SECONDS_BYTES 19u
#define TIME_MOST 29u

/* The longest name of a process or a thread that is believed. */
#define NAME_MOST 80u

/* Lines without a header after which none is expected. */
#define OTHERS_MOST 40u

/* The parts of a header. */
struct header {
    struct tw_span time;    /* without its zone, which is UTC; may be empty */
    struct tw_span process; /* with its number */
    struct tw_span module;
    char level;
    size_t length; /* up to the message */
};

static bool read_time(struct tw_span line, struct header *header)
{
    static const struct tw_span zone = TW_SPAN_INIT(" UTC - ");
    if (tw_format_looks_like(line, "0000-00-00 00:00:00.0") == 0) {
        return false;
    }
    size_t at = SECONDS_BYTES + 1;
    while (at < line.length && at < TIME_MOST && tw_base_is_digit(line.at[at])) {
        at++;
    }
    header->time = (struct tw_span){line.at, at};
    header->length = at + zone.length;
    return tw_base_span_starts(tw_base_span_skip(line, at), zone);
}

static bool read_header(struct tw_span line, struct header *header)
{
    static const struct tw_span close = TW_SPAN_INIT("]: ");
    *header = (struct header){.length = 0};
    if (line.length > 0 && line.at[0] != '[' && !read_time(line, header)) {
        return false;
    }
    struct tw_span rest = tw_base_span_skip(line, header->length);
    size_t end = tw_base_span_find(rest, close);
    size_t colon = tw_base_span_find(rest, TW_SPAN(": "));
    if (rest.length == 0 || rest.at[0] != '[' || end > NAME_MOST || end == rest.length ||
        colon >= end || !tw_base_is_digit(rest.at[colon - 1])) {
        return false;
    }
    header->process = (struct tw_span){rest.at + 1, colon - 1};
    rest = tw_base_span_skip(rest, end + close.length);
    if (rest.length < 3 || strchr("EWIDV", rest.at[0]) == NULL || rest.at[0] == '\0' ||
        rest.at[1] != '/') {
        return false;
    }
    header->level = rest.at[0];
    rest = tw_base_span_skip(rest, 2);
    size_t module = tw_base_span_find(rest, TW_SPAN(" "));
    header->module = (struct tw_span){rest.at, module};
    header->length = line.length - tw_base_span_skip(rest, module + 1).length;
    return true;
}

/* Bits: a header has two brackets, a level and a number, some 45 bits beside its names. */
static unsigned moz_bid(struct tw_span head)
{
    struct header header;
    unsigned headers = 0;
    unsigned others = 0;
    for (size_t at = 0; at < head.length && (headers > 0 || others < OTHERS_MOST);) {
        struct tw_span line = tw_base_span_line(head, at, &at);
        if (read_header(line, &header)) {
            headers++;
        } else {
            others += !tw_format_is_continuation(line);
        }
    }
    return headers > 0 && headers >= others ? 45 : 0;
}

static bool moz_starts(struct tw_span line)
{
    struct header header;
    return read_header(line, &header);
}

static struct tw_span severity_of(char level)
{
    switch (level) {
    case 'E':
        return TW_SPAN("Error");
    case 'W':
        return TW_SPAN("Warning");
    case 'I':
        return TW_SPAN("Info");
    case 'D':
        return TW_SPAN("Debug");
    default:
        return TW_SPAN("Verbose");
    }
}

static void moz_describe(struct tw_record *record)
{
    struct header header;
    size_t next = 0;
    record->message = record->text;
    if (!read_header(tw_base_span_line(record->text, 0, &next), &header)) {
        return;
    }
    record->severity = severity_of(header.level);
    record->provider = header.module;
    record->message = tw_base_span_skip(record->text, header.length);
    record->origin = tw_base_hash(TW_HASH_START, header.process);
    if (header.time.length > 0) {
        (void)snprintf(record->time, TW_TIME_BYTES, "%.10sT%.*sZ", header.time.at,
                       (int)(header.time.length - 11), header.time.at + 11);
    }
}

const struct tw_format tw_format_moz_log = {.name = "moz-log",
                                            .title = "log of Firefox (MOZ_LOG)",
                                            .bid = moz_bid,
                                            .starts = moz_starts,
                                            .describe = moz_describe};
