/* pipeline.h -- joins the stages for one input: source, decode, format, scan, confirm, classify. */
#ifndef TW_PIPELINE_PIPELINE_H
#define TW_PIPELINE_PIPELINE_H

#include <signal.h>

#include "base/stream.h"
#include "model/event.h"
#include "model/record.h"
#include "pack/pack.h"

#include <tlswhy/tlswhy.h>

/** How to look at inputs. Strings are borrowed for the life of the pipeline. */
struct tw_pipeline_options {
    double min_confidence;
    bool no_redact;
    bool all_files;                    /**< look into what does not look like a log */
    const char *input_format;          /**< NULL: recognise */
    const char *encoding;              /**< NULL: recognise */
    const char *client;                /**< an id that the log does not tell, or NULL */
    bool confirm_all;                  /**< pass over nothing: what tests compare with */
    uint64_t max_bytes;                /**< 0: no limit */
    const volatile sig_atomic_t *stop; /**< not 0: finish the record in hand and end; may be NULL */
    int input;                         /**< the descriptor that the path "-" is */
    const char *input_name;            /**< what it is called in reports; NULL: "-" */
};

/** Working memory of one worker. */
struct tw_pipeline;

/** Makes one on a pack that lives longer. TW_ERR_USAGE: an unknown format, encoding or client, with
 * what is allowed. The caller frees `*out`. */
enum tw_status tw_pipeline_new(struct tw_pipeline **out, const struct tw_pack *pack,
                               const struct tw_pipeline_options *options, struct tw_error *error);

/** Diagnoses one input. `source` is consumed. `named`: the user named it, so that it is incomplete
 * where it is no log. `*report` is borrowed until the next call. Only TW_ERR_MEMORY and a broken
 * pack are failures; what is wrong with the input is in the report. */
enum tw_status tw_pipeline_run(struct tw_pipeline *pipeline, const char *path, bool named,
                               struct tw_stream *source, const struct tlswhy_report **report,
                               struct tw_error *error);

/** The same for an input that could not be opened: a report that says why. */
void tw_pipeline_refuse(struct tw_pipeline *pipeline, const char *path, const char *message,
                        const struct tlswhy_report **report);

/** Takes one record. Not TW_OK: stop. */
typedef enum tw_status (*tw_pipeline_record)(void *payload, const struct tw_record *record,
                                             struct tw_error *error);

/** Hands out every record of an input instead of diagnosing it. */
enum tw_status tw_pipeline_records(struct tw_pipeline *pipeline, const char *path, bool named,
                                   struct tw_stream *source, tw_pipeline_record record,
                                   void *payload, const struct tlswhy_report **report,
                                   struct tw_error *error);

/** Counts, for each signature of the pack, candidates and hits since the pipeline was made.
 * Borrowed. */
struct tw_pipeline_counts {
    uint64_t candidates;
    uint64_t hits;
};
const struct tw_pipeline_counts *tw_pipeline_profile(const struct tw_pipeline *pipeline);

/** Frees; NULL is fine. */
void tw_pipeline_free(struct tw_pipeline *pipeline);

/** The logical name of an input: its path without a rotation suffix (".1", ".2.gz", "-20261122",
 *  ".2026-11-22"). A part of `path` and, for "x.log.2.gz", without both. */
struct tw_span tw_pipeline_logical_name(struct tw_span path);

#endif
