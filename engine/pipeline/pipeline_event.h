/* pipeline_event.h -- decodes the records of coded formats (events, and what else is XML or JSON),
 * and looks into what they say. */
#ifndef TW_PIPELINE_PIPELINE_EVENT_H
#define TW_PIPELINE_PIPELINE_EVENT_H

#include "format/format.h"
#include "match/match.h"
#include "pack/pack.h"

/** Working memory. Belongs to one thread, used for one input after another. */
struct tw_events;

/** Makes one for a pack. It takes memory only with the first record. The caller frees `*out` with
 *  tw_pipeline_events_free. */
enum tw_status tw_pipeline_events_new(struct tw_events **out, const struct tw_pack *pack,
                                      struct tw_error *error);

/** Begins an input of a coded format, with its first bytes. TW_ERR_MEMORY. */
enum tw_status tw_pipeline_events_begin(struct tw_events *events, const struct tw_format *format,
                                        struct tw_span head, struct tw_error *error);

/** Shows the format all records in their order: those of the block up to byte `to` that it has not
 *  seen. `*from` is how far it has; 0 at the beginning of a block. */
void tw_pipeline_events_look(struct tw_events *events, struct tw_span block, size_t *from,
                             size_t to);

/** Decodes a record: record->text becomes what it says as lines, and the fields of the record are
 *  filled in. `*holds`: whether there was something; if not, it stays the text that it is.
 *  Everything is borrowed until the next record. TW_ERR_MEMORY. */
enum tw_status tw_pipeline_events_read(struct tw_events *events, struct tw_record *record,
                                       bool *holds, struct tw_error *error);

/** The matcher, as struct tw_decode_options wants it; `payload` is a struct tw_events. */
enum tw_status tw_pipeline_events_matcher(void *payload, struct tw_matcher **out,
                                          struct tw_error *error);

/** Finds the anchors in record->text of the record that was read. `*hits` is borrowed until the
 * next record. */
enum tw_status tw_pipeline_events_scan(struct tw_events *events, const struct tw_record *record,
                                       struct tw_match_hits *hits, struct tw_error *error);

/** Frees; NULL is fine. */
void tw_pipeline_events_free(struct tw_events *events);

#endif
