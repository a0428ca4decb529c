/* pipeline_hits.h -- from the candidates of a block to the classifier. */
#ifndef TW_PIPELINE_PIPELINE_HITS_H
#define TW_PIPELINE_PIPELINE_HITS_H

#include "classify/classify.h"
#include "confirm/confirm.h"
#include "format/format.h"
#include "pipeline/pipeline.h"
#include "pipeline/pipeline_event.h"
#include "scan/scan.h"

/** Working memory. Belongs to one thread, used for one input after another. */
struct tw_hits;

/** The stages on both sides, which stay the caller's and outlive it. */
struct tw_hits_stages {
    struct tw_scanner *scanner;
    struct tw_confirmer *confirmer;
    struct tw_classifier *classifier;
    struct tw_events *events; /**< reads the records of formats of events */
    bool confirm_all;         /**< pass over no candidate, and no record of a format of events */
};

/** Makes one for a pack. The caller frees `*out` with tw_pipeline_hits_free. */
enum tw_status tw_pipeline_hits_new(struct tw_hits **out, const struct tw_pack *pack,
                                    const struct tw_hits_stages *stages, struct tw_error *error);

/** Begins an input of a format, with its first bytes. `no_lines`: its places have none. */
void tw_pipeline_hits_begin(struct tw_hits *hits, const struct tw_format *format,
                            struct tw_span head, bool no_lines);

/** Gives what is found from now on to this classifier. */
void tw_pipeline_hits_lead(struct tw_hits *hits, struct tw_classifier *classifier);

/** Confirms the candidates of a block and gives what holds to the classifier. */
enum tw_status tw_pipeline_hits_take(struct tw_hits *hits, const struct tw_scan_block *block,
                                     struct tw_error *error);

/** Writes the numbers of candidates and hits of the input. Of a client or a fact the first hit is
 * counted: how many of the others are looked at depends on what stands around them. */
void tw_pipeline_hits_count(const struct tw_hits *hits, struct tlswhy_input *input);

/** Candidates and hits of each signature, of all inputs so far. */
const struct tw_pipeline_counts *tw_pipeline_hits_profile(struct tw_hits *hits);

/** Frees; NULL is fine. */
void tw_pipeline_hits_free(struct tw_hits *hits);

/** Frames the record around byte `at` of the block in hand. Its fields are read by
 * tw_pipeline_describe, when something was found in it. */
void tw_pipeline_frame(struct tw_scanner *scanner, const struct tw_scan_block *block, size_t at,
                       struct tw_record *record, size_t *start, size_t *end);
void tw_pipeline_describe(const struct tw_format *format, struct tw_record *record);

#endif
