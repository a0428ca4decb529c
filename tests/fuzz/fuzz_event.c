/* fuzz_event.c -- any bytes through the readers of exported events, of which the first byte chooses
 * one: what is read lies in the record or in the room, which is never overfilled, and reading the
 * record again gives the same. */
#include <string.h>

#include "base/limits.h"
#include "format/format.h"
#include "fuzz.h"

static const struct tw_format *const formats[] = {&tw_format_event_xml, &tw_format_event_text,
                                                  &tw_format_event_csv, &tw_format_event_json};

static int is_inside(struct tw_span part, struct tw_span whole)
{
    return part.length == 0 ||
           (part.at >= whole.at && part.at + part.length <= whole.at + whole.length);
}

/* The names of a reader are constants, too ("Binary"). */
static void check(const struct tw_event *event, struct tw_span record, struct tw_span room)
{
    const struct tw_span spans[] = {event->provider,  event->event_id,    event->level,
                                    event->channel,   event->computer,    event->process_id,
                                    event->thread_id, event->activity_id, event->record_id,
                                    event->user_data, event->message};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        TW_FUZZ_MUST(is_inside(spans[i], record) || is_inside(spans[i], room));
    }
    TW_FUZZ_MUST(event->data_count <= TW_EVENT_DATA_MAX);
    for (size_t i = 0; i < event->data_count; i++) {
        struct tw_span value = event->data[i].value;
        TW_FUZZ_MUST(is_inside(value, record) || is_inside(value, room));
    }
    TW_FUZZ_MUST(memchr(event->time, '\0', sizeof event->time) != NULL);
    TW_FUZZ_MUST(memchr(event->time_local, '\0', sizeof event->time_local) != NULL);
}

static void read_record(const struct tw_format *format, const struct tw_format_layout *layout,
                        struct tw_span record)
{
    struct tw_event once = {.data_count = 0};
    struct tw_event twice = {.data_count = 0};
    char *memory = malloc(record.length + 1);
    TW_FUZZ_MUST(memory != NULL);
    struct tw_format_room room = {.at = memory, .size = record.length};
    bool read = format->read_event(layout, record, &room, &once);
    TW_FUZZ_MUST(room.used <= room.size);
    check(&once, record, (struct tw_span){memory, record.length});
    room.used = 0;
    TW_FUZZ_MUST(format->read_event(layout, record, &room, &twice) == read);
    TW_FUZZ_MUST(once.data_count == twice.data_count &&
                 tw_base_span_equal(once.message, twice.message));
    free(memory);
}

static int begins(const struct tw_format *format, struct tw_span text, size_t at)
{
    if (format->border != 0 ? text.at[at] != format->border : text.at[at - 1] != '\n') {
        return 0;
    }
    size_t next;
    struct tw_span line = tw_base_span_line(text, at, &next);
    line.length = line.length < TW_FORMAT_LINE_HEAD ? line.length : TW_FORMAT_LINE_HEAD;
    return format->starts(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    const struct tw_format *format = formats[data[0] % (sizeof formats / sizeof *formats)];
    struct tw_span text = tw_fuzz_text(data + 1, size - 1);
    struct tw_format_layout layout = {.column_count = 0};
    for (size_t i = 0; tw_formats[i] != NULL; i++) {
        (void)tw_formats[i]->bid(text);
    }
    if (format->learn != NULL) {
        format->learn(text, &layout);
        TW_FUZZ_MUST(layout.column_count <= TW_FORMAT_COLUMNS);
    }
    size_t start = 0;
    for (size_t at = 1; at < text.length; at++) {
        if (begins(format, text, at)) {
            read_record(format, &layout, (struct tw_span){text.at + start, at - start});
            start = at;
        }
    }
    read_record(format, &layout, (struct tw_span){text.at + start, text.length - start});
    return 0;
}
