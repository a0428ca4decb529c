/* pipeline_stream.h -- records that a log shipper hands over one by one, from many sources. */
#ifndef TW_PIPELINE_PIPELINE_STREAM_H
#define TW_PIPELINE_PIPELINE_STREAM_H

#include "pipeline/pipeline_live.h"

/** The sources of a stream. Belongs to one thread. */
struct tw_stream_sources;

enum tw_status tw_pipeline_stream_new(struct tw_stream_sources **out, const struct tw_pack *pack,
                                      const struct tw_pipeline_options *options,
                                      const struct tw_live_options *live, tw_live_tell tell,
                                      void *payload, struct tw_error *error);

/** Takes a whole record of the source `name`, which begins at `offset` there, and tells all that is
 *  known when it returns. */
enum tw_status tw_pipeline_stream_take(struct tw_stream_sources *sources, const char *name,
                                       uint64_t offset, struct tw_span record,
                                       struct tw_error *error);

void tw_pipeline_stream_free(struct tw_stream_sources *sources);

#endif
