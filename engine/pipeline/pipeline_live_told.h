/* pipeline_live_told.h -- what was told of a live input, so that an answer is told once, and again
 * only where it changed. */
#ifndef TW_PIPELINE_PIPELINE_LIVE_TOLD_H
#define TW_PIPELINE_PIPELINE_LIVE_TOLD_H

#include "base/status.h"
#include "classify/classify.h"

/** Answers told of one input. */
struct tw_live_told;

/** What to do about a diagnosis. */
enum tw_live_news {
    TW_LIVE_OLD,     /**< nothing: it was told */
    TW_LIVE_NEW,     /**< tell it */
    TW_LIVE_REPEATS, /**< tell that it came again */
};

enum tw_status tw_live_told_new(struct tw_live_told **out, struct tw_error *error);
void tw_live_told_free(struct tw_live_told *told);

/** Whether anything was told. */
bool tw_live_told_any(const struct tw_live_told *told);

/** Says where the record begins that is not finished: what is told of it from now on may come again
 *  with other bytes. */
void tw_live_told_unfinished(struct tw_live_told *told, uint64_t offset);

/** The input turned out to be of another format: what was told of it may be something else now. */
void tw_live_told_revised(struct tw_live_told *told);

/** A further file begins: places begin anew. */
void tw_live_told_part(struct tw_live_told *told);

/** Compares diagnosis `index` of a list with what was told, notes that it is told now, and sets id,
 *  supersedes and repeats of `*shown`, a copy of it. Strings live until the next call. `at_end`:
 * all that is shown of it counts, not only the answer. `repeat_after` in milliseconds. */
enum tw_live_news tw_live_told_judge(struct tw_live_told *told, const struct tw_diagnoses *list,
                                     size_t index, bool at_end, uint64_t now, uint64_t repeat_after,
                                     struct tlswhy_diagnosis *shown);

#endif
