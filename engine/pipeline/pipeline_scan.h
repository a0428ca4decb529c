/* pipeline_scan.h -- many inputs with workers, their answers in a fixed order. */
#ifndef TW_PIPELINE_SCAN_H
#define TW_PIPELINE_SCAN_H

#include "pipeline/pipeline.h"
#include "source/walk.h"

/** Takes the answer for one input; called in the order of the inputs, by one thread at a time. Not
 * TW_OK: the run ends with that status. */
typedef enum tw_status (*tw_pipeline_take)(void *payload, const struct tlswhy_report *report,
                                           struct tw_error *error);

/** Brings paths into the order of reports: logical name, then path, by bytes. A path that is there
 * twice stays once. */
void tw_pipeline_sort(struct tw_source_paths *paths);

/** Diagnoses all inputs with `jobs` workers (0: as many as processors). "-" is the
 * descriptor `options->input`. */
enum tw_status tw_pipeline_scan(const struct tw_pack *pack,
                                const struct tw_pipeline_options *options,
                                const struct tw_source_paths *paths, int jobs,
                                tw_pipeline_take take, void *payload, struct tw_error *error);

/** Opens a path as a source: "-" is the descriptor `input`, which stays open. */
enum tw_status tw_pipeline_open(struct tw_stream **out, const char *path, int input,
                                struct tw_error *error);

#endif
