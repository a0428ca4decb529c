/* pipeline_event.c -- from the record of a coded format to the text that it says; see
 * pipeline_event.h.
 *
 * The raw form of an event (XML, JSON, values without a message) was scanned with the block; a
 * candidate there, be it the name of a provider of the catalogue, makes its record worth reading.
 * What is read is scanned again, and only that is confirmed: the anchors are the same, and no
 * wording has to know how a form escapes its text. */
#include "pipeline/pipeline_event.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "format/format_event.h"
#include "format/format_flatten.h"

struct tw_events {
    const struct tw_pack *pack;
    const struct tw_format *format;
    struct tw_format_layout layout;
    struct tw_format_room room;
    struct tw_matcher *matcher; /* a second one, because the hits of the block are in use */
    struct tw_buffer text;
    struct tw_event event;
    void *memory; /* the format's, of the input in hand */
};

enum tw_status tw_pipeline_events_new(struct tw_events **out, const struct tw_pack *pack,
                                      struct tw_error *error)
{
    struct tw_events *made = tw_base_alloc(1, sizeof *made);
    *out = made;
    if (made == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    made->pack = pack;
    made->text = TW_BUFFER_INIT(TW_EVENT_TEXT_MAX);
    return TW_OK;
}

static void forget(struct tw_events *events)
{
    if (events->memory != NULL) {
        events->format->end(events->memory);
        events->memory = NULL;
    }
}

void tw_pipeline_events_free(struct tw_events *events)
{
    if (events != NULL) {
        forget(events);
        tw_match_free(events->matcher);
        tw_base_buffer_free(&events->text);
        tw_base_free(events->room.at);
        tw_base_free(events);
    }
}

enum tw_status tw_pipeline_events_begin(struct tw_events *events, const struct tw_format *format,
                                        struct tw_span head, struct tw_error *error)
{
    forget(events);
    events->format = format;
    events->layout = (struct tw_format_layout){.column_count = 0};
    if (format->learn != NULL) {
        format->learn(head, &events->layout);
    }
    if (format->begin != NULL && (events->memory = format->begin(head)) == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    return TW_OK;
}

void tw_pipeline_events_look(struct tw_events *events, struct tw_span block, size_t *from,
                             size_t to)
{
    if (events->format->look != NULL && to > *from) {
        events->format->look(events->memory, (struct tw_span){block.at + *from, to - *from});
        *from = to;
    }
}

/* Room for the text of the longest record; kept for the next. */
static enum tw_status make_room(struct tw_events *events, struct tw_error *error)
{
    events->room.used = 0;
    if (events->room.at == NULL) {
        events->room.at = tw_base_alloc(TW_RECORD_MAX, 1);
        events->room.size = TW_RECORD_MAX;
    }
    return events->room.at != NULL ? TW_OK
                                   : tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
}

/* The fields that a record shares with the records of other logs. */
static void fill_record(struct tw_record *record, const struct tw_event *event)
{
    record->event_read = event;
    record->provider = event->provider;
    record->severity = event->level;
    record->event = event->event_id;
    record->number = event->record_id;
    memcpy(record->time, event->time, sizeof record->time);
    memcpy(record->time_local, event->time_local, sizeof record->time_local);
    /* The process of an event is the one that logged it: of Schannel always the same. */
    record->origin =
        event->activity_id.length == 0 ? 0 : tw_base_hash(TW_HASH_START, event->activity_id);
}

/* Reads an event, and flattens it. */
static enum tw_status read_event(struct tw_events *events, struct tw_record *record, bool *holds,
                                 struct tw_error *error)
{
    struct tw_span message;
    enum tw_status status = make_room(events, error);
    events->event = (struct tw_event){.data_count = 0};
    *holds = status == TW_OK && events->format->read_event(&events->layout, record->text,
                                                           &events->room, &events->event);
    if (!*holds) {
        return status;
    }
    events->event.level = tw_format_event_level(events->event.level);
    tw_format_flatten(&events->text, events->pack, &events->event, &message);
    fill_record(record, &events->event);
    record->message = message;
    return TW_OK;
}

enum tw_status tw_pipeline_events_read(struct tw_events *events, struct tw_record *record,
                                       bool *holds, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    /* Without what stands between events: there is more of it where some are passed over. */
    record->id = tw_base_hash(tw_base_hash_number(TW_HASH_START, record->at.offset),
                              tw_base_span_trim(record->text));
    tw_base_buffer_clear(&events->text);
    if (events->format->read_event != NULL) {
        status = read_event(events, record, holds, error);
    } else {
        *holds = events->format->decode(events->memory, record, &events->text);
    }
    if (status == TW_OK && events->text.status != TW_OK) {
        status = tw_base_error_set(error, events->text.status, "out of memory");
    }
    if (status == TW_OK && *holds) {
        record->text = tw_base_buffer_span(&events->text);
    } else if (status == TW_OK) {
        events->format->describe(record);
    }
    return status;
}

enum tw_status tw_pipeline_events_matcher(void *payload, struct tw_matcher **out,
                                          struct tw_error *error)
{
    struct tw_events *events = payload;
    const struct tw_pack *pack = events->pack;
    enum tw_status status =
        events->matcher != NULL
            ? TW_OK
            : tw_match_open(&events->matcher, pack->database, pack->anchor_count, error);
    *out = events->matcher;
    return status;
}

enum tw_status tw_pipeline_events_scan(struct tw_events *events, const struct tw_record *record,
                                       struct tw_match_hits *hits, struct tw_error *error)
{
    struct tw_matcher *matcher;
    enum tw_status status = tw_pipeline_events_matcher(events, &matcher, error);
    return status == TW_OK ? tw_match_scan(matcher, record->text, hits, error) : status;
}
