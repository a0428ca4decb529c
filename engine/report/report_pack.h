/* report_pack.h -- shows what is in a pack, and the records of an input. */
#ifndef TW_REPORT_PACK_H
#define TW_REPORT_PACK_H

#include "base/buffer.h"
#include "model/record.h"
#include "pack/pack.h"

/** Appends what a signature, cause, client, fix or piece of evidence to collect is: for people, or
 * a line of JSON. An id that several have shows them all. TW_ERR_USAGE: there is none; the message
 * names the nearest. */
enum tw_status tw_report_explain(struct tw_buffer *to, const struct tw_pack *pack, const char *id,
                                 bool json, struct tw_error *error);

/** Appends a line for everything that has an id, or all of it as one JSON object. */
void tw_report_list(struct tw_buffer *to, const struct tw_pack *pack, bool json);

/** Appends a record as a line of JSON. */
void tw_report_record(struct tw_buffer *to, const char *path, const struct tw_record *record,
                      bool no_redact);

#endif
