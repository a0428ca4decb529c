/* format_fiddler.c -- what Fiddler saves as text: its own log, and sessions.
 *
 * A record of the log is an entry that begins with its time ("10:22:31:4820 "); of sessions all
 * from a request line to the next, so that the hello of a tunnel is one with its answer. */
#include "base/hash.h"
#include "format/format.h"
#include "format/format_lines.h"

/* The longest name of a method that is believed. */
#define METHOD_MOST 12u

/* "10:22:31:4820 " at the beginning; returns its length. */
static size_t time_length(struct tw_span line)
{
    return tw_format_looks_like(line, "00:00:00:0000 ");
}

/* "CONNECT contoso.crm.dynamics.com:443 HTTP/1.1" */
static bool is_request(struct tw_span line)
{
    static const struct tw_span version = TW_SPAN_INIT(" HTTP/1.");
    size_t method = 0;
    while (method < line.length && line.at[method] >= 'A' && line.at[method] <= 'Z') {
        method++;
    }
    if (method < 3 || method > METHOD_MOST || method == line.length || line.at[method] != ' ') {
        return false;
    }
    /* A long URL is cut before its version. */
    if (line.length >= TW_FORMAT_LINE_HEAD) {
        return tw_base_span_find(line, TW_SPAN("://")) < METHOD_MOST + 8;
    }
    size_t at = tw_base_span_find(line, version);
    return at + version.length + 1 == line.length;
}

/* Bits: the title of the log; or request lines in a text that names Fiddler, and no other. */
static unsigned fiddler_bid(struct tw_span head)
{
    static const struct tw_span title = TW_SPAN_INIT("-= Fiddler Event Log =-");
    unsigned entries = 0;
    unsigned requests = 0;
    bool first = true;
    bool named = tw_base_span_find(head, TW_SPAN("Fiddler")) < head.length;
    for (size_t at = 0; at < head.length && named;) {
        struct tw_span line = tw_base_span_line(head, at, &at);
        struct tw_span text = tw_base_span_trim(line);
        if (text.length == 0) {
            continue;
        }
        if (tw_base_span_starts(text, title)) {
            return 60;
        }
        bool request = is_request(line);
        if (first && !request && time_length(line) == 0) {
            return 0;
        }
        first = false;
        requests += request;
        entries += time_length(line) > 0;
    }
    return entries + requests > 0 ? 40 : 0;
}

static bool fiddler_starts(struct tw_span line)
{
    return time_length(line) > 0 || is_request(line);
}

static void fiddler_describe(struct tw_record *record)
{
    static const struct tw_span mark = TW_SPAN_INIT("(for #");
    size_t next = 0;
    struct tw_span line = tw_base_span_line(record->text, 0, &next);
    size_t at = tw_base_span_find(line, mark) + mark.length;
    size_t digits = 0;
    while (at + digits < line.length && tw_base_is_digit(line.at[at + digits])) {
        digits++;
    }
    record->message = tw_base_span_skip(record->text, time_length(line));
    record->origin =
        digits == 0 ? 0 : tw_base_hash(TW_HASH_START, (struct tw_span){line.at + at, digits});
}

const struct tw_format tw_format_fiddler = {.name = "fiddler",
                                            .title = "Fiddler, saved as text",
                                            .bid = fiddler_bid,
                                            .starts = fiddler_starts,
                                            .describe = fiddler_describe};
