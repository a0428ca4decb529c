/* format_event_json.c -- Windows events as JSON, one object a line or printed over many.
 *
 * The shapes, told by their keys (format_event_json_places.c):
 *   Winlogbeat   `winlog` with event_id, provider_name, event_data; up to version 6 the same names
 *                without it; also as Elasticsearch answers, below `_source`, or flat
 *   NXLog        EventID, SourceName, EventTime, Hostname, and the values beside them
 *   Fluent Bit   winlog and winevtlog: EventID, ProviderName or SourceName, StringInserts
 *   PowerShell   ConvertTo-Json of Get-WinEvent and Get-EventLog
 *   evtx_dump    `Event` with System and EventData, as other converters of the XML have it
 *   OpenTelemetry  event_id with id, provider with name, event_data
 *
 * A record begins at a line that begins with an object's first key, or that is an opening brace
 * with up to four blanks before it: an object in an array that PowerShell printed. Inner objects
 * stand deeper, or behind their key. */
#include "base/alloc.h"
#include "format/format_event.h"

/* Blanks before an object in an array: two of PowerShell 7, four of Windows PowerShell. */
#define INDENT 4u

static bool json_starts(struct tw_span line)
{
    size_t blanks = 0;
    while (blanks < line.length && line.at[blanks] == ' ') {
        blanks++;
    }
    struct tw_span text = tw_base_span_trim(line);
    if (text.length == 0 || text.at[0] != '{' || blanks > INDENT) {
        return false;
    }
    return text.length == 1 || (blanks == 0 && text.at[1] == '"');
}

/* Where the record that begins at or behind `at` begins; text.length: nowhere. */
static size_t find_record(struct tw_span text, size_t at)
{
    while (at < text.length) {
        size_t from = at;
        struct tw_span line = tw_base_span_line(text, at, &at);
        line.length = line.length < TW_FORMAT_LINE_HEAD ? line.length : TW_FORMAT_LINE_HEAD;
        if (json_starts(line)) {
            return from;
        }
    }
    return text.length;
}

/* Bits: the shapes' keys have 16 letters or more. */
static unsigned json_bid(struct tw_span head)
{
    struct tw_event event = {.data_count = 0};
    size_t next = 0;
    size_t at = find_record(head, 0);
    /* Before the first object there may be the bracket of an array. */
    struct tw_span before = tw_base_span_trim((struct tw_span){head.at, at});
    if (at == head.length || before.length > 1 || (before.length == 1 && before.at[0] != '[')) {
        return 0;
    }
    (void)tw_base_span_line(head, at, &next);
    size_t end = find_record(head, next);
    struct tw_format_room room = {.at = tw_base_alloc(end - at, 1), .size = end - at};
    bool is_event = room.at != NULL && tw_format_event_json_read(
                                           (struct tw_span){head.at + at, end - at}, &room, &event);
    tw_base_free(room.at);
    return is_event ? 50 : 0;
}

static bool json_read(const struct tw_format_layout *layout, struct tw_span record,
                      struct tw_format_room *room, struct tw_event *event)
{
    (void)layout;
    return tw_format_event_json_read(record, room, event);
}

const struct tw_format tw_format_event_json = {.name = "event-json",
                                               .title = "Windows events as JSON",
                                               .bid = json_bid,
                                               .starts = json_starts,
                                               .describe = tw_format_event_describe,
                                               .read_event = json_read};
