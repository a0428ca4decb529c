/* format_text.c -- any lines: the format of last resort, and of everything pasted.
 *
 * A record is a line with what continues it: indented lines, stack frames, exception blocks. Trace
 * headers inside other text are understood too, so that a trace in the middle of another log is
 * read as one. */
#include <stdio.h>

#include "base/timestamp.h"
#include "format/format.h"
#include "format/format_lines.h"

static unsigned text_bid(struct tw_span head)
{
    (void)head;
    return 1;
}

static bool text_starts(struct tw_span line)
{
    return !tw_format_is_continuation(line);
}

static void text_describe(struct tw_record *record)
{
    char time[TW_TIMESTAMP_BYTES];
    bool zoned = false;
    tw_format_crm_trace.describe(record);
    if (record->severity.length > 0) {
        return;
    }
    struct tw_span text = record->text;
    if (text.length > 0 && (text.at[0] == '[' || text.at[0] == '(')) {
        text = tw_base_span_skip(text, 1);
    }
    if (tw_base_timestamp(text, time, &zoned) > 0) {
        (void)snprintf(zoned ? record->time : record->time_local, TW_TIME_BYTES, "%s", time);
        record->origin = tw_format_origin(record->text, 0);
    }
}

const struct tw_format tw_format_text = {.name = "text",
                                         .title = "text",
                                         .bid = text_bid,
                                         .starts = text_starts,
                                         .describe = text_describe};
