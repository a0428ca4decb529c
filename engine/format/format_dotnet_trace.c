/* format_dotnet_trace.c -- traces of .NET's network classes (the sources System.Net,
 * System.Net.Sockets ...) as a text listener writes them: "System.Net Verbose: 0 : [5136] text".
 *
 * A record is a line with a header and what follows it: the further lines of a certificate, what
 * TraceOutputOptions append, and the dump of the bytes that it announces. What the dump and return
 * codes mean stands in lines behind the first (format_dotnet.h). */
#include <stdio.h>

#include "base/timestamp.h"
#include "format/format.h"
#include "format/format_dotnet.h"
#include "format/format_lines.h"

/* Lines that may stand before the first header: what somebody wrote above it. */
#define LINES_BEFORE 3u

/* Bits: a header with its thread has 20 letters or more. Traces of others that the same listener
 * wrote may stand between. */
static unsigned trace_bid(struct tw_span head)
{
    size_t ours = 0;
    size_t others = 0;
    size_t before = 0;
    if (tw_format_is_article(head)) {
        return 0;
    }
    for (size_t at = 0; at < head.length;) {
        struct tw_trace_header header;
        struct tw_span line = tw_base_span_line(head, at, &at);
        if (tw_format_trace_header(line, &header)) {
            bool is_ours = tw_format_dotnet_is_source(header.source);
            ours += is_ours;
            others += !is_ours;
        } else if (tw_format_is_entry(line)) {
            others++;
        } else if (ours == 0 && tw_base_span_trim(line).length > 0 && ++before > LINES_BEFORE) {
            return 0;
        }
    }
    return ours > others ? 68 : 0;
}

static bool trace_starts(struct tw_span line)
{
    return tw_format_is_entry(line) && !tw_format_dotnet_is_dump(line);
}

/* The time that TraceOptions.DateTime appends: in UTC, with a Z. */
static void read_time(struct tw_record *record)
{
    static const struct tw_span key = TW_SPAN_INIT("DateTime=");
    char time[TW_TIMESTAMP_BYTES];
    bool zoned = false;
    size_t found = tw_base_span_find(record->text, key);
    struct tw_span rest = tw_base_span_skip(record->text, found + key.length);
    if (record->time[0] == '\0' && record->time_local[0] == '\0' &&
        tw_base_timestamp(rest, time, &zoned) > 0) {
        (void)snprintf(zoned ? record->time : record->time_local, TW_TIME_BYTES, "%s", time);
    }
}

static void trace_describe(struct tw_record *record)
{
    tw_format_text.describe(record);
    read_time(record);
}

static bool trace_decode(void *memory, struct tw_record *record, struct tw_buffer *text)
{
    (void)memory;
    struct tw_record said = *record;
    size_t behind = 0;
    tw_base_buffer_add(text, tw_base_span_line(record->text, 0, &behind));
    tw_base_buffer_add_char(text, '\n');
    tw_format_dotnet_explain(text, record->text, TW_DOTNET_UNKNOWN);
    tw_base_buffer_add(text, tw_base_span_skip(record->text, behind));
    if (text->status == TW_OK) {
        said.text = tw_base_buffer_span(text);
        trace_describe(&said);
        said.text = record->text;
        *record = said;
    }
    return true;
}

const struct tw_format tw_format_dotnet_trace = {.name = "dotnet-trace",
                                                 .title = ".NET network trace",
                                                 .bid = trace_bid,
                                                 .starts = trace_starts,
                                                 .describe = trace_describe,
                                                 .decode = trace_decode};
