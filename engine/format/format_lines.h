/* format_lines.h -- what a line of a trace looks like; shared by the text-like formats. */
#ifndef TW_FORMAT_LINES_H
#define TW_FORMAT_LINES_H

#include "model/record.h"

/** The header of a trace record. Spans are empty where the layout lacks the part. */
struct tw_trace_header {
    struct tw_span source;
    struct tw_span severity;
    struct tw_span event;
    size_t length;            /**< bytes up to the message */
    char time[TW_TIME_BYTES]; /**< as tw_base_timestamp leaves it */
    bool zoned;
};

/** Reads the header of a .NET trace line: `Name.Space.Source Error: 2 : `
 * (TextWriterTraceListener), `Name.Space.Source<TAB>Error<TAB>2<TAB>date time  `
 * (FileLogTraceListener; blanks where a copy lost the tabs), or `[Error][2] ` (ServiceClient's log
 * in memory). False: the line has none. */
bool tw_format_trace_header(struct tw_span line, struct tw_trace_header *header);

/** How many bytes at the beginning of `text` look like the pattern, in which '0' is any digit: all
 * of its bytes, or 0. */
size_t tw_format_looks_like(struct tw_span text, const char *pattern);

/** Whether the line goes on with the record before it: blank, indented, a stack frame in any
 *  language, a key of an exception block, a separator. */
bool tw_format_is_continuation(struct tw_span line);

/** Whether the line is a key of an exception block: `Source : `, `Inner Exception Level 1 : ` ...
 */
bool tw_format_is_exception_key(struct tw_span line);

/** Whether a log entry of some kind begins: a time, a level, a bracketed time. */
bool tw_format_is_entry(struct tw_span line);

/** A hash of the thread, process or activity that the first line of an entry names behind its
 * header of `header` bytes; 0 where it names none. */
uint64_t tw_format_origin(struct tw_span text, size_t header);

#endif
