/* report_merge.h -- one report of the ndjson reports of many runs (docs/scale.md). */
#ifndef TW_REPORT_REPORT_MERGE_H
#define TW_REPORT_REPORT_MERGE_H

#include <signal.h>

#include "report/report.h"

/** What to merge, and how to show it. */
struct tw_report_merge_job {
    const char *const *paths; /**< parts: files, or "-" for standard input */
    size_t path_count;
    size_t need;                    /**< parts that there have to be; 0: as many as are given */
    struct tw_report_options shown; /**< packs, digest and shards come from the parts */
    struct tw_span (*logical_name)(struct tw_span path);
    const char *(*format_title)(const char *name); /**< NULL where there is none */
    void (*message)(void *payload, const char *path, const char *text);
    void *payload;
    const volatile sig_atomic_t *stop; /**< not 0: end; may be NULL */
};

/** Merges. Parts that cannot be read, or not to their end, are told through `message` and make the
 * report partial. TW_ERR_USAGE: they do not belong together; nothing was written. Where no part
 * could be read totals->exit_status is 2 and nothing was written. */
enum tw_status tw_report_merge(const struct tw_report_merge_job *job, tw_report_write write,
                               void *payload, struct tw_report_totals *totals,
                               struct tw_error *error);

/** What the last line of an ndjson report says of it. */
struct tw_report_ending {
    bool whole;      /**< it is a summary, and nothing is missing */
    char tool[17];   /**< digest of version, packs and options */
    char shards[64]; /**< the parts that it is, in short; "" where it is the whole */
    struct tw_report_totals totals;
};

/** Reads the last line of the file. Not there, or no report: `ending->whole` is false. */
enum tw_status tw_report_read_ending(const char *path, struct tw_report_ending *ending,
                                     struct tw_error *error);

/** What such a line would say of a run with these options: to compare with. */
void tw_report_ending_of(const struct tw_report_options *options, struct tw_report_ending *ending);

#endif
