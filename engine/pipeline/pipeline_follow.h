/* pipeline_follow.h -- follows files and folders, like tail -F, until it is told to stop. */
#ifndef TW_PIPELINE_PIPELINE_FOLLOW_H
#define TW_PIPELINE_PIPELINE_FOLLOW_H

#include "pipeline/pipeline_live.h"
#include "pipeline/pipeline_scan.h"
#include "source/walk.h"

/** What to follow, and how. */
struct tw_follow_job {
    const struct tw_pack *pack;
    const struct tw_pipeline_options *options;
    struct tw_live_options live;
    const char *const *paths; /**< files and folders */
    size_t path_count;
    const struct tw_source_filter *filter;
    const char *checkpoint; /**< a file, or NULL */
    tw_live_tell tell;
    tw_pipeline_take take; /**< gets the report of each input at the end */
    void (*message)(void *payload, const char *path, const char *message);
    void *payload;
};

/** Follows until options->stop is set. */
enum tw_status tw_pipeline_follow(const struct tw_follow_job *job, struct tw_error *error);

/** pipeline_checkpoint.c: a place of a log, as a line of a checkpoint. */
struct tw_checkpoint_entry {
    char *path;
    uint64_t device, inode, offset, line, changed;
    char head[64];
    size_t head_length;
};
struct tw_checkpoint {
    struct tw_checkpoint_entry *at;
    size_t count;
};

/** Reads one; a file that is not there is an empty one. TW_ERR_DATA: it is none. */
enum tw_status tw_checkpoint_read(struct tw_checkpoint *checkpoint, const char *path,
                                  struct tw_error *error);
/** Replaces the file: written beside it, synced, renamed. */
enum tw_status tw_checkpoint_write(const struct tw_checkpoint *checkpoint, const char *path,
                                   struct tw_error *error);
void tw_checkpoint_free(struct tw_checkpoint *checkpoint);

#endif
