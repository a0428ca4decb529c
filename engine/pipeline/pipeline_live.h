/* pipeline_live.h -- an input that goes on: answers as soon as they are known.
 *
 * Bytes are pushed in with the time of a clock that the caller has, so that tests have one of their
 * own. docs/decisions/0011-live.md explains. */
#ifndef TW_PIPELINE_PIPELINE_LIVE_H
#define TW_PIPELINE_PIPELINE_LIVE_H

#include "pipeline/pipeline.h"

/** Milliseconds of silence after which what was just completed is told: long enough that a program
 *  which writes as fast as it can is never answered halfway. */
#define TW_LIVE_QUIET 10u

/** A live input. Belongs to one thread. */
struct tw_live;

/** How to follow it. */
struct tw_live_options {
    uint64_t idle; /**< milliseconds of silence after which an unfinished incident is told */
    uint64_t repeat_after; /**< milliseconds after which a repeated answer is told with its count */
    bool for_ever;         /**< forget old incidents: the input has no end that matters */
};

/** Takes answers: report->diagnoses are those to be told now. */
typedef enum tw_status (*tw_live_tell)(void *payload, const struct tlswhy_report *report,
                                       struct tw_error *error);

/** Makes one. `path` is shown, and its logical name makes the ids. */
enum tw_status tw_live_new(struct tw_live **out, const struct tw_pack *pack,
                           const struct tw_pipeline_options *options,
                           const struct tw_live_options *live, const char *path, tw_live_tell tell,
                           void *payload, struct tw_error *error);
void tw_live_free(struct tw_live *live);

/** Goes on in the middle of a file: `head` is its beginning, which tells what format it is, and the
 *  first byte to be pushed stands at `offset`. Before the first push. */
enum tw_status tw_live_begin_at(struct tw_live *live, struct tw_span head, uint64_t offset,
                                uint64_t line, struct tw_error *error);

/** Takes bytes. TW_END: what comes is no text that can be read as it grows (compressed, damaged on
 *  the way, a binary log): the bytes pushed so far are in tw_live_head, and the whole has to be
 * read otherwise. */
enum tw_status tw_live_push(struct tw_live *live, struct tw_span bytes, uint64_t now,
                            struct tw_error *error);
struct tw_span tw_live_head(const struct tw_live *live);

/** Whether the input, which ended, is small enough to be read as a file: its head is all of it, and
 *  nothing was told that only the stages can compare with. */
bool tw_live_is_small(const struct tw_live *live);

/** Takes one whole record of a source, which begins at `offset` there, and tells
 *  all that is known then. */
enum tw_status tw_live_record(struct tw_live *live, uint64_t offset, struct tw_span record,
                              uint64_t now, struct tw_error *error);

/** Tells what is due. */
enum tw_status tw_live_tick(struct tw_live *live, uint64_t now, struct tw_error *error);

/** Milliseconds until something is due; -1: nothing is, before further bytes come. */
int tw_live_due(const struct tw_live *live, uint64_t now);

/** The file ended, and a further one goes on: its places begin anew. */
enum tw_status tw_live_part(struct tw_live *live, uint64_t now, struct tw_error *error);

/** Tells what is closed, and says where reading has to begin again after a restart so that nothing
 * is lost. */
enum tw_status tw_live_settle(struct tw_live *live, uint64_t now, uint64_t *offset, uint64_t *line,
                              struct tw_error *error);

/** Ends it: the whole report, in which what was told, just so, is marked as reported. */
enum tw_status tw_live_finish(struct tw_live *live, uint64_t now,
                              const struct tlswhy_report **report, struct tw_error *error);

/** Marks in a report of another run over the same bytes what was told of this input. */
enum tw_status tw_live_compare(struct tw_live *live, uint64_t now, const struct tlswhy_report *from,
                               const struct tlswhy_report **report, struct tw_error *error);

#endif
