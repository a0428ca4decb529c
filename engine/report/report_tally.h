/* report_tally.h -- counts what a run came to and picks its verdict.
 *
 * Memory grows with the distinct ids of the packs, never with the number of diagnoses. The answer
 * does not depend on how a run is cut into parts: confidences are compared as they are printed. */
#ifndef TW_REPORT_REPORT_TALLY_H
#define TW_REPORT_REPORT_TALLY_H

#include "report/report.h"

/** How often an id came up. */
struct tw_report_count {
    char *id;
    uint64_t count;
};

/** Counters, sorted by id in byte order. */
struct tw_report_counts {
    struct tw_report_count *at;
    size_t length;
    size_t room;
};

/** The one answer of a run. Strings are owned; NULL: unknown. */
struct tw_report_verdict {
    bool known; /**< false: nothing was conclusive */
    char *family;
    double family_confidence;
    char *cause;
    double confidence;
    char *client;
    char *fix;
};

/** Everything that is counted. Zero it before use, free it with tw_report_tally_free. */
struct tw_report_tally {
    struct tw_report_totals totals;
    struct tw_report_verdict verdict;
    struct tw_report_counts by_family;
    struct tw_report_counts by_cause;
    struct tw_report_counts by_client;
};

/** A confidence as it is printed: in ten-thousandths. */
long tw_report_round_confidence(double confidence);

/** Whether not everything of the input could be looked at. */
bool tw_report_is_incomplete(const struct tlswhy_input *input);

/** Counts one input and its diagnoses. TW_OK or TW_ERR_MEMORY. */
enum tw_status tw_report_tally_add(struct tw_report_tally *tally,
                                   const struct tlswhy_report *answer, struct tw_error *error);

/** Counts an input alone, or a diagnosis alone. */
void tw_report_tally_input(struct tw_report_tally *tally, const struct tlswhy_input *input);
enum tw_status tw_report_tally_diagnosis(struct tw_report_tally *tally,
                                         const struct tlswhy_diagnosis *diagnosis,
                                         struct tw_error *error);

/** Frees what it holds. */
void tw_report_tally_free(struct tw_report_tally *tally);

#endif
