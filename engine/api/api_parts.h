/* api_parts.h -- what the files of this folder share: statuses and handles of the public header. */
#ifndef TW_API_PARTS_H
#define TW_API_PARTS_H

#include "pack/pack.h"
#include "pipeline/pipeline.h"
#include "pipeline/pipeline_live.h"

#include <tlswhy/tools.h>

/** The public status of an internal one; fills `error` where it is a failure. */
enum tlswhy_status tw_api_status(enum tw_status status, const struct tw_error *from,
                                 struct tlswhy_error *error);

/** The pipeline's options of the public ones (NULL: defaults). */
void tw_api_pipeline_options(const struct tlswhy_options *options, struct tw_pipeline_options *to);

/** How the job wants live inputs to be followed. */
struct tw_live_options tw_api_live_options(const struct tlswhy_scan_job *job);

/* A `struct tlswhy_pack *` is a `struct tw_pack *` under its public name. */
static inline struct tlswhy_pack *tw_api_pack_handle(struct tw_pack *pack)
{
    return (struct tlswhy_pack *)(void *)pack;
}

static inline struct tw_pack *tw_api_pack_of(struct tlswhy_pack *pack)
{
    return (struct tw_pack *)(void *)pack;
}

static inline const struct tw_pack *tw_api_const_pack_of(const struct tlswhy_pack *pack)
{
    return (const struct tw_pack *)(const void *)pack;
}

#endif
