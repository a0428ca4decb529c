/* format_curl.c -- what curl prints with --verbose, and programs that use its library.
 *
 * "* " begins what curl says, "> " and "< " headers of a request and its answer, "{ [" and "} ["
 * data, "curl: (35) " the error at the end (src/tool_cb_dbg.c); with --trace-time the time stands
 * before. A record is such a line with what continues it. Where a line has the number of its
 * connection, transfers that were mixed are told apart. */
#include "base/hash.h"
#include "format/format.h"
#include "format/format_lines.h"

/* Lines of others after which none of curl's is expected. */
#define OTHERS_MOST 40u

/* Behind a time of --trace-time. */
static struct tw_span behind_time(struct tw_span line)
{
    return tw_base_span_skip(line, tw_format_looks_like(line, "00:00:00.000000 "));
}

static bool starts_with_any(struct tw_span text, const struct tw_span *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (tw_base_span_starts(text, words[i])) {
            return true;
        }
    }
    return false;
}

static bool is_marked(struct tw_span line)
{
    static const struct tw_span marks[] = {TW_SPAN_INIT("* "),  TW_SPAN_INIT("> "),
                                           TW_SPAN_INIT("< "),  TW_SPAN_INIT("{ ["),
                                           TW_SPAN_INIT("} ["), TW_SPAN_INIT("curl: (")};
    struct tw_span text = behind_time(line);
    /* An empty line closes the headers. */
    return starts_with_any(text, marks, sizeof marks / sizeof *marks) ||
           (text.length == 1 && (text.at[0] == '>' || text.at[0] == '<'));
}

/* What curl says first, or of every connection. */
static bool is_telling(struct tw_span line)
{
    static const struct tw_span words[] = {
        TW_SPAN_INIT("Trying "),           TW_SPAN_INIT("Host "),
        TW_SPAN_INIT("Could not resolve"), TW_SPAN_INIT("Couldn't resolve"),
        TW_SPAN_INIT("Connected to "),     TW_SPAN_INIT("Rebuilt URL to"),
        TW_SPAN_INIT("About to connect"),  TW_SPAN_INIT("Uses proxy env variable"),
        TW_SPAN_INIT("Resolving timed"),   TW_SPAN_INIT("Failed to connect to"),
        TW_SPAN_INIT("schannel: "),        TW_SPAN_INIT("Closing connection")};
    struct tw_span text = behind_time(line);
    return tw_base_span_starts(text, TW_SPAN("* ")) &&
           starts_with_any(tw_base_span_trim(tw_base_span_skip(text, 2)), words,
                           sizeof words / sizeof *words);
}

/* Bits: what is said of a connection has some 15 letters, and two lines say it; what is no line of
 * curl's must be less than half, so that a log with some of them stays what it is; but a page that
 * was fetched is longer than what led to it, where the log begins as curl does. */
static unsigned curl_bid(struct tw_span head)
{
    unsigned marked = 0;
    unsigned telling = 0;
    unsigned others = 0;
    bool begins = false;
    for (size_t at = 0; at < head.length && (marked > 0 || others < OTHERS_MOST);) {
        struct tw_span line = tw_base_span_line(head, at, &at);
        if (is_marked(line)) {
            begins = begins || others == 0;
            marked++;
            telling += is_telling(line);
        } else {
            others += line.length > 0 && !tw_format_is_continuation(line);
        }
    }
    return telling > 0 && marked >= 2 && (marked > others || (begins && telling >= 2)) ? 40 : 0;
}

static bool curl_starts(struct tw_span line)
{
    return is_marked(line) || !tw_format_is_continuation(line);
}

/* The number of the connection in the first line: "(#0)", "Connection #0", "connection 0". */
static uint64_t connection_of(struct tw_span line)
{
    static const struct tw_span marks[] = {TW_SPAN_INIT("(#"), TW_SPAN_INIT("onnection #"),
                                           TW_SPAN_INIT("losing connection ")};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t at = tw_base_span_find(line, marks[i]) + marks[i].length;
        size_t digits = 0;
        while (at + digits < line.length && tw_base_is_digit(line.at[at + digits])) {
            digits++;
        }
        if (digits > 0) {
            return tw_base_hash(TW_HASH_START, (struct tw_span){line.at + at, digits});
        }
    }
    return 0;
}

static void curl_describe(struct tw_record *record)
{
    size_t next = 0;
    struct tw_span line = tw_base_span_line(record->text, 0, &next);
    record->message = behind_time(record->text);
    record->origin =
        tw_base_span_starts(behind_time(line), TW_SPAN("* ")) ? connection_of(line) : 0;
}

const struct tw_format tw_format_curl = {.name = "curl-verbose",
                                         .title = "curl --verbose",
                                         .bid = curl_bid,
                                         .starts = curl_starts,
                                         .describe = curl_describe};
