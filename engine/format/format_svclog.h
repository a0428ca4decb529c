/* format_svclog.h -- what the parts of the svclog format share. */
#ifndef TW_FORMAT_FORMAT_SVCLOG_H
#define TW_FORMAT_FORMAT_SVCLOG_H

#include "base/limits.h"
#include "format/format.h"
#include "format/format_dotnet.h"

/** Of one input. */
struct tw_svclog {
    struct tw_format_room room; /**< what is undone of a record's escapes */
    /** The threads that last said which way the bytes go that follow, the oldest first to go. */
    struct {
        struct tw_span thread; /**< its digits */
        char digits[12];
        enum tw_dotnet_way way;
    } ways[TW_SVCLOG_THREADS];
    size_t way_count; /**< of all that were told */
    size_t width;     /**< at which a mail program wrapped the log; 0: none did */
};

/** Which way the bytes go that this thread sends or receives. */
enum tw_dotnet_way tw_format_svclog_way(const struct tw_svclog *svclog, struct tw_span thread);

/** Columns of a line, about: characters of UTF-8. */
size_t tw_format_svclog_columns(struct tw_span line);

/** Writes a fragment as a text listener would have written it, and fills in the record's fields
 * with parts of `text`. False: there is no fragment. */
bool tw_format_svclog_read(struct tw_svclog *svclog, struct tw_record *record,
                           struct tw_buffer *text);

#endif
