/* pipeline_live_pipe.h -- standard input that stays open. */
#ifndef TW_PIPELINE_PIPELINE_LIVE_PIPE_H
#define TW_PIPELINE_PIPELINE_LIVE_PIPE_H

#include "pipeline/pipeline_live.h"
#include "pipeline/pipeline_scan.h"

/** Reads descriptor `fd`, a pipe or socket that stays the caller's, to its end; answers are told as
 *  they are known, and `take` gets the report at the end. */
enum tw_status tw_live_pipe(const struct tw_pack *pack, const struct tw_pipeline_options *options,
                            const struct tw_live_options *live, int fd, const char *path,
                            tw_live_tell tell, tw_pipeline_take take, void *payload,
                            struct tw_error *error);

/** Milliseconds of a clock that nobody sets. */
uint64_t tw_live_clock(void);

#endif
