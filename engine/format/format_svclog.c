/* format_svclog.c -- traces that XmlWriterTraceListener wrote (.svclog): of WCF, of System.Net, of
 * CrmServiceClient and of any other TraceSource.
 *
 * An element E2ETraceEvent after the other, without a root and mostly without a line end. One is a
 * record. The layout is that of XmlWriterTraceListener.cs of the .NET Framework reference source
 * and of learn.microsoft.com, "Using Service Trace Viewer for Viewing Correlated Traces". */
#include "format/format_svclog.h"

#include "base/alloc.h"
#include "format/format_event.h"
#include "format/format_xml.h"

/* How often a text can become part of the room: a payload, a value of it, a value escaped twice. */
#define ROOM_TIMES 3u

/* Widths at which mail programs wrap, less what was quoted since. */
#define WIDTH_MIN 50u
#define WIDTH_MAX 82u

static const struct tw_span tag = TW_SPAN_INIT("<E2ETraceEvent");
static const struct tw_span data_from = TW_SPAN_INIT("] Data from Socket#");

static bool svclog_starts(struct tw_span text)
{
    char next = text.length > tag.length ? text.at[tag.length] : ' ';
    return tw_base_span_starts(text, tag) && next != '\0' && strchr(" \t\r\n/>", next) != NULL;
}

/* Bits: the tag's name has 13 letters, those of its name space and of System about as many again. A
 * log may begin within a fragment, where a file was begun anew. */
static unsigned svclog_bid(struct tw_span head)
{
    size_t at = tw_base_span_find(head, tag);
    struct tw_span before = tw_base_span_trim((struct tw_span){head.at, at});
    static const struct tw_span end = TW_SPAN_INIT("</E2ETraceEvent>");
    if (!svclog_starts(tw_base_span_skip(head, at)) || tw_format_is_article(head)) {
        return 0;
    }
    bool follows = before.length >= end.length &&
                   tw_base_span_starts(tw_base_span_skip(before, before.length - end.length), end);
    return follows || tw_format_xml_may_follow(before) ? 72 : 0;
}

size_t tw_format_svclog_columns(struct tw_span line)
{
    size_t columns = 0;
    for (size_t i = 0; i < line.length; i++) {
        columns += ((unsigned char)line.at[i] & 0xc0) != 0x80;
    }
    return columns;
}

/* Whether a line has several words: it was not broken for its length. */
static bool has_words(struct tw_span line)
{
    struct tw_span text = tw_base_span_trim(line);
    return text.length > 0 && memchr(text.at, ' ', text.length) != NULL;
}

/* The width at which a log was wrapped; 0: it was not. The listener breaks no line within a tag. */
static size_t wrapped_width(struct tw_span head)
{
    bool in_tag = false;
    bool wrapped = false;
    size_t width = 0;
    head.length = head.length < TW_PEEK_SIZE ? head.length : TW_PEEK_SIZE;
    for (size_t at = 0; at < head.length;) {
        struct tw_span line = tw_base_span_line(head, at, &at);
        for (size_t i = 0; i < line.length; i++) {
            in_tag = line.at[i] == '<' || (in_tag && line.at[i] != '>');
        }
        /* The end of the head may stand anywhere. */
        wrapped |= in_tag && at < head.length;
        if (has_words(line) && at < head.length) {
            size_t columns = tw_format_svclog_columns(line);
            width = columns > width ? columns : width;
        }
    }
    return wrapped && width >= WIDTH_MIN && width <= WIDTH_MAX ? width : 0;
}

static void *svclog_begin(struct tw_span head)
{
    struct tw_svclog *made = tw_base_alloc(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->room.size = (size_t)ROOM_TIMES * TW_RECORD_MAX;
    made->room.at = tw_base_alloc(made->room.size, 1);
    if (made->room.at == NULL) {
        tw_base_free(made);
        return NULL;
    }
    made->width = wrapped_width(head);
    return made;
}

static void svclog_end(void *memory)
{
    struct tw_svclog *svclog = memory;
    tw_base_free(svclog->room.at);
    tw_base_free(svclog);
}

/* The digits before a place: "[5136" */
static struct tw_span thread_before(struct tw_span text, size_t at)
{
    size_t from = at;
    while (from > 0 && tw_base_is_digit(text.at[from - 1])) {
        from--;
    }
    bool is_thread = from > 0 && text.at[from - 1] == '[';
    return (struct tw_span){text.at + from, is_thread ? at - from : 0};
}

static void remember(struct tw_svclog *svclog, struct tw_span thread, enum tw_dotnet_way way)
{
    size_t i = 0;
    size_t known =
        svclog->way_count < TW_SVCLOG_THREADS ? svclog->way_count : (size_t)TW_SVCLOG_THREADS;
    if (thread.length == 0 || thread.length > sizeof svclog->ways[0].digits) {
        return;
    }
    while (i < known && !tw_base_span_equal(svclog->ways[i].thread, thread)) {
        i++;
    }
    if (i == known) {
        i = svclog->way_count++ % TW_SVCLOG_THREADS;
        memcpy(svclog->ways[i].digits, thread.at, thread.length);
        svclog->ways[i].thread = (struct tw_span){svclog->ways[i].digits, thread.length};
    }
    svclog->ways[i].way = way;
}

/* A dump is many records here, and only the one before it says whether it was sent. */
static void svclog_look(void *memory, struct tw_span records)
{
    struct tw_svclog *svclog = memory;
    for (size_t at = 0; at < records.length;) {
        struct tw_span rest = tw_base_span_skip(records, at);
        size_t found = tw_base_span_find(rest, data_from);
        if (found == rest.length) {
            break;
        }
        struct tw_span from = tw_base_span_skip(rest, found + data_from.length);
        from.length = from.length < TW_FORMAT_LINE_HEAD ? from.length : TW_FORMAT_LINE_HEAD;
        remember(svclog, thread_before(records, at + found), tw_format_dotnet_way(from));
        at += found + data_from.length;
    }
}

enum tw_dotnet_way tw_format_svclog_way(const struct tw_svclog *svclog, struct tw_span thread)
{
    for (size_t i = 0; i < svclog->way_count && i < TW_SVCLOG_THREADS; i++) {
        if (tw_base_span_equal(svclog->ways[i].thread, thread)) {
            return svclog->ways[i].way;
        }
    }
    return TW_DOTNET_UNKNOWN;
}

static bool svclog_decode(void *memory, struct tw_record *record, struct tw_buffer *text)
{
    struct tw_svclog *svclog = memory;
    svclog->room.used = 0;
    return tw_format_svclog_read(svclog, record, text);
}

const struct tw_format tw_format_svclog = {.name = "svclog",
                                           .title = ".NET service trace",
                                           .bid = svclog_bid,
                                           .starts = svclog_starts,
                                           .describe = tw_format_event_describe,
                                           .border = '<',
                                           .decode = svclog_decode,
                                           .begin = svclog_begin,
                                           .end = svclog_end,
                                           .look = svclog_look};
