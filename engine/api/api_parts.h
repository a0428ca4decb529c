/* api_parts.h -- what the files of this folder share: statuses and handles of the public header. */
#ifndef TW_API_PARTS_H
#define TW_API_PARTS_H

#include "pack/pack.h"
#include "pipeline/pipeline.h"
#include "pipeline/pipeline_live.h"
#include "report/report.h"

#include <tlswhy/tools.h>

/** The public status of an internal one; fills `error` where it is a failure. */
enum tlswhy_status tw_api_status(enum tw_status status, const struct tw_error *from,
                                 struct tlswhy_error *error);

/** The pipeline's options of the public ones (NULL: defaults). */
void tw_api_pipeline_options(const struct tlswhy_options *options, struct tw_pipeline_options *to);

/** How the job wants live inputs to be followed. */
struct tw_live_options tw_api_live_options(const struct tlswhy_scan_job *job);
/** Where results go. */
struct tw_api_output {
    tlswhy_write write;
    void *payload;
};

/** A tw_report_write; `payload` is a struct tw_api_output. */
enum tw_status tw_api_write(void *payload, struct tw_span bytes, struct tw_error *error);

/** Tells "path: text" through the job's message. */
void tw_api_tell(const struct tlswhy_scan_job *job, const char *path, const char *failure);

/** Packs of a report; more are not named. */
#define TW_API_PACKS_MAX 64

/** How a job's report is shown, with the room that this takes. May not be moved. */
struct tw_api_shown {
    struct tw_report_options options;
    struct tw_report_pack packs[TW_API_PACKS_MAX];
    char digests[TW_API_PACKS_MAX][17];
    char answers[17];
    char shard[64];
    const char *shards[1];
};

/** Fills it in; `pack` NULL: without packs. */
void tw_api_show(struct tw_api_shown *shown, const struct tw_pack *pack,
                 const struct tlswhy_scan_job *job);

/** Leaves only the inputs of the job's shard (docs/scale.md). */
struct tw_source_paths;
void tw_api_keep_shard(struct tw_source_paths *paths, const struct tlswhy_scan_job *job);

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
