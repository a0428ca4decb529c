/* pipeline_live_stages.h -- the stages of a live input: text is pushed in as it comes, and what is
 * known of it can be judged at any time. */
#ifndef TW_PIPELINE_PIPELINE_LIVE_STAGES_H
#define TW_PIPELINE_PIPELINE_LIVE_STAGES_H

#include "classify/classify.h"
#include "format/format.h"
#include "pipeline/pipeline.h"
#include "scan/scan.h"

/** Working memory of one live input. */
struct tw_live_stages;

enum tw_status tw_pipeline_stages_new(struct tw_live_stages **out, const struct tw_pack *pack,
                                      const struct tw_pipeline_options *options,
                                      struct tw_error *error);
void tw_pipeline_stages_free(struct tw_live_stages *stages);

/** Begins an input, forgetting the one before. `head` are its first bytes as text. `places` moves
 *  cursors and stays the caller's; the text begins at `at`. */
enum tw_status tw_pipeline_stages_begin(struct tw_live_stages *stages, const char *logical_name,
                                        const struct tw_format *format, struct tw_span head,
                                        struct tw_stream *places, struct tw_cursor at,
                                        struct tw_error *error);

/** Takes text, and looks at the records that are whole. */
enum tw_status tw_pipeline_stages_push(struct tw_live_stages *stages, struct tw_span text,
                                       struct tw_error *error);

/** Looks at the last record, too: nothing more of it will come. */
enum tw_status tw_pipeline_stages_end_record(struct tw_live_stages *stages, struct tw_error *error);

/** After tw_pipeline_stages_end_record: goes on with a further file, whose places begin at `at`
 *  (but for tw_cursor.out, which goes on). */
void tw_pipeline_stages_part(struct tw_live_stages *stages, struct tw_stream *places,
                             struct tw_cursor at);

/** Whether the unfinished record holds anything to look at. */
bool tw_pipeline_stages_tail(struct tw_live_stages *stages);

/** Judges a copy of what is known, with the unfinished record; `whole_lines`: unless its last line
 * is not finished. `*copy` owns the diagnoses and is freed with tw_classify_copy_free before
 * anything else is done here. */
enum tw_status tw_pipeline_stages_look(struct tw_live_stages *stages, enum tw_classify_which which,
                                       bool whole_lines, struct tw_classifier **copy,
                                       struct tw_diagnoses *diagnoses, struct tw_error *error);

/** Judges all, at the end. The diagnoses stay until the next begin. */
enum tw_status tw_pipeline_stages_finish(struct tw_live_stages *stages,
                                         struct tw_diagnoses *diagnoses, struct tw_error *error);

/** Numbers that grow with what was found, and with each incident that was closed. */
void tw_pipeline_stages_progress(const struct tw_live_stages *stages, uint64_t *found,
                                 uint64_t *closed);

/** Where everything before is settled: no open incident and no unfinished record began there. */
struct tw_cursor tw_pipeline_stages_settled(struct tw_live_stages *stages);

/** Where the unfinished record begins, or the next one. */
uint64_t tw_pipeline_stages_rest(struct tw_live_stages *stages);

/** Forgets closed incidents but for the `keep` latest. */
void tw_pipeline_stages_forget(struct tw_live_stages *stages, size_t keep);
size_t tw_pipeline_stages_closed(const struct tw_live_stages *stages);

/** Fills in the counts of the input, and what limits were reached. */
void tw_pipeline_stages_count(struct tw_live_stages *stages, struct tlswhy_input *input, bool *cut,
                              bool *capped, bool *given_up);

#endif
