/* classify.h -- from hits to diagnoses: incidents, clients, ranked causes, fixes.
 *
 * docs/classifier.md explains the method and its numbers. */
#ifndef TW_CLASSIFY_CLASSIFY_H
#define TW_CLASSIFY_CLASSIFY_H

#include "model/record.h"
#include "pack/pack.h"

#include <tlswhy/tlswhy.h>

/** How to judge. */
struct tw_classify_options {
    double min_confidence; /**< of a family; below it an incident is inconclusive */
    bool no_redact;
    uint32_t client; /**< index of a client that the log does not tell, or TW_PACK_NONE */
};

/** Judges one input after another. Belongs to one thread. */
struct tw_classifier;

/** A diagnosis that was counted to another one of the same failure. */
struct tw_joined {
    const char *id;
    size_t into; /**< number of the other one */
};

/** Diagnoses of an input, borrowed until the classifier begins with the next. */
struct tw_diagnoses {
    const struct tlswhy_diagnosis *at;
    size_t count;
    uint64_t dropped;               /**< beyond TW_DIAGNOSES_MAX */
    const struct tw_joined *joined; /**< those that were counted to another one */
    size_t joined_count;
};

/** Makes a classifier. The caller frees `*out`. */
enum tw_status tw_classify_new(struct tw_classifier **out, const struct tw_pack *pack,
                               const struct tw_classify_options *options, struct tw_error *error);

/** Begins an input. `logical_name` goes into the ids of its diagnoses. */
enum tw_status tw_classify_begin(struct tw_classifier *classifier, const char *logical_name,
                                 struct tw_error *error);

/** Takes the hits of one record, in the order of their places; records come in the order of the
 *  input. Nothing of them is kept but copies. */
enum tw_status tw_classify_add(struct tw_classifier *classifier, const struct tw_record *record,
                               const struct tw_hit *hits, size_t count, struct tw_error *error);

/** Judges what was found. */
enum tw_status tw_classify_finish(struct tw_classifier *classifier, struct tw_diagnoses *diagnoses,
                                  struct tw_error *error);

/** Whether a client or a fact at byte `out` of the text joins the incident in hand: then each of
 * its occurrences counts, and else only the first and the last. */
bool tw_classify_listens(const struct tw_classifier *classifier, uint64_t out);

/* ---- live inputs (docs/decisions/0011-live.md) ---- */

/** Which incidents of a copy are judged. */
enum tw_classify_which {
    TW_CLASSIFY_ALL,    /**< as if the input ended here */
    TW_CLASSIFY_CLOSED, /**< those that an error of another incident, or a new attempt, has ended */
};

/** A copy that is judged while the classifier goes on. It borrows from the classifier, which must
 *  not be used before the copy is freed with tw_classify_copy_free. */
enum tw_status tw_classify_copy(struct tw_classifier **out, struct tw_classifier *from,
                                struct tw_error *error);
/** Leaves out the incidents that nothing has ended yet. */
void tw_classify_copy_drop_open(struct tw_classifier *copy);
void tw_classify_copy_free(struct tw_classifier *copy);

/** Numbers that grow with what was added, and with each incident that was closed. */
void tw_classify_progress(const struct tw_classifier *classifier, uint64_t *added,
                          uint64_t *closed);

/** How many incidents are closed; forgets those that came up longest ago, but for `keep`. */
size_t tw_classify_closed(const struct tw_classifier *classifier);
void tw_classify_forget_closed(struct tw_classifier *classifier, size_t keep);

/** Where the record begins in which the first incident begins that is not closed. False: all are.
 */
bool tw_classify_open_since(const struct tw_classifier *classifier, struct tw_cursor *at);

/** Frees; NULL is fine. */
void tw_classify_free(struct tw_classifier *classifier);

/** Compares versions number by number ("8.2.2.137" > "8.2.1.999"; missing numbers are 0): below,
 *  equal or above 0. */
int tw_classify_compare_versions(const char *a, const char *b);

#endif
