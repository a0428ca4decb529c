/* report_tally.c -- totals, counters, the verdict of a run, and its exit status.
 *
 * Owns the two rules of the contract that every rendering shares: which diagnosis is the verdict,
 * and which exit status follows. Keeps one copy of the verdict's ids. Never prints. */
#include "report/report_tally.h"

#include <math.h>

#include "base/alloc.h"

int tw_report_exit_status(const struct tw_report_totals *totals, bool strict, bool exit_zero)
{
    bool nothing_read =
        totals->inputs > 0 && !totals->reached && totals->unreadable == totals->inputs;
    if (nothing_read && totals->diagnoses == 0 && totals->inconclusive == 0) {
        return 2;
    }
    if ((totals->incomplete > 0 || totals->partial) && (totals->diagnoses == 0 || strict)) {
        return 3;
    }
    return totals->diagnoses > 0 && !exit_zero ? 1 : 0;
}

long tw_report_round_confidence(double confidence)
{
    return lround(fmin(fmax(confidence, 0.0), 1.0) * 10000.0);
}

bool tw_report_is_incomplete(const struct tlswhy_input *input)
{
    switch (input->status) {
    case TLSWHY_INPUT_TRUNCATED:
    case TLSWHY_INPUT_DAMAGED:
    case TLSWHY_INPUT_ERROR:
        return true;
    case TLSWHY_INPUT_OK:
    case TLSWHY_INPUT_IGNORED:
        break;
    }
    return input->incomplete;
}

/* Where `id` stands, or belongs. */
static size_t count_place(const struct tw_report_counts *counts, const char *id)
{
    size_t low = 0;
    size_t high = counts->length;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(counts->at[middle].id, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static enum tw_status count_id(struct tw_report_counts *counts, const char *id)
{
    if (id == NULL) {
        return TW_OK;
    }
    size_t place = count_place(counts, id);
    if (place < counts->length && strcmp(counts->at[place].id, id) == 0) {
        counts->at[place].count++;
        return TW_OK;
    }
    if (counts->length == counts->room) {
        size_t room = counts->room == 0 ? 16 : counts->room * 2;
        struct tw_report_count *grown = tw_base_realloc(counts->at, room, sizeof *grown);
        if (grown == NULL) {
            return TW_ERR_MEMORY;
        }
        counts->at = grown;
        counts->room = room;
    }
    char *copy = tw_base_copy(tw_base_span(id));
    if (copy == NULL) {
        return TW_ERR_MEMORY;
    }
    memmove(counts->at + place + 1, counts->at + place,
            (counts->length - place) * sizeof *counts->at);
    counts->at[place] = (struct tw_report_count){copy, 1};
    counts->length++;
    return TW_OK;
}

static void free_counts(struct tw_report_counts *counts)
{
    for (size_t i = 0; i < counts->length; i++) {
        tw_base_free(counts->at[i].id);
    }
    tw_base_free(counts->at);
    *counts = (struct tw_report_counts){0};
}

static void free_verdict(struct tw_report_verdict *verdict)
{
    tw_base_free(verdict->family);
    tw_base_free(verdict->cause);
    tw_base_free(verdict->client);
    tw_base_free(verdict->fix);
    *verdict = (struct tw_report_verdict){0};
}

/* The families that the tool exists for win between equals. */
static bool is_about_tls(const char *family)
{
    return family != NULL &&
           (strcmp(family, "tls-version") == 0 || strcmp(family, "tls-cipher") == 0);
}

/* Whether the diagnosis is a stronger answer than the verdict so far. Not where both are equal: the
 * earlier one stays. */
static bool is_stronger(const struct tlswhy_diagnosis *diagnosis,
                        const struct tw_report_verdict *verdict)
{
    if (!verdict->known) {
        return true;
    }
    long family = tw_report_round_confidence(diagnosis->family_confidence);
    long family_so_far = tw_report_round_confidence(verdict->family_confidence);
    if (family != family_so_far) {
        return family > family_so_far;
    }
    bool about_tls = is_about_tls(diagnosis->cause.family);
    if (about_tls != is_about_tls(verdict->family)) {
        return about_tls;
    }
    return tw_report_round_confidence(diagnosis->cause.confidence) >
           tw_report_round_confidence(verdict->confidence);
}

/* Copies an id that may be unknown; false: out of memory. */
static bool copy_id(char **to, const char *id)
{
    *to = id == NULL ? NULL : tw_base_copy(tw_base_span(id));
    return id == NULL || *to != NULL;
}

static enum tw_status consider(struct tw_report_verdict *verdict,
                               const struct tlswhy_diagnosis *diagnosis)
{
    if (!is_stronger(diagnosis, verdict)) {
        return TW_OK;
    }
    struct tw_report_verdict better = {
        .known = true,
        .family_confidence = diagnosis->family_confidence,
        .confidence = diagnosis->cause.confidence,
    };
    if (!copy_id(&better.family, diagnosis->cause.family) ||
        !copy_id(&better.cause, diagnosis->cause.id) ||
        !copy_id(&better.client, diagnosis->client_id) ||
        !copy_id(&better.fix, diagnosis->fix_count > 0 ? diagnosis->fixes[0].id : NULL)) {
        free_verdict(&better);
        return TW_ERR_MEMORY;
    }
    free_verdict(verdict);
    *verdict = better;
    return TW_OK;
}

static enum tw_status add_diagnosis(struct tw_report_tally *tally,
                                    const struct tlswhy_diagnosis *diagnosis)
{
    if (!diagnosis->conclusive) {
        tally->totals.inconclusive++;
        return TW_OK;
    }
    tally->totals.diagnoses++;
    if (count_id(&tally->by_family, diagnosis->cause.family) != TW_OK ||
        count_id(&tally->by_cause, diagnosis->cause.id) != TW_OK ||
        count_id(&tally->by_client, diagnosis->client_id) != TW_OK) {
        return TW_ERR_MEMORY;
    }
    return consider(&tally->verdict, diagnosis);
}

enum tw_status tw_report_tally_diagnosis(struct tw_report_tally *tally,
                                         const struct tlswhy_diagnosis *diagnosis,
                                         struct tw_error *error)
{
    return add_diagnosis(tally, diagnosis) == TW_OK
               ? TW_OK
               : tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while counting");
}

void tw_report_tally_input(struct tw_report_tally *tally, const struct tlswhy_input *input)
{
    tally->totals.inputs++;
    tally->totals.ignored += input->status == TLSWHY_INPUT_IGNORED;
    tally->totals.incomplete += tw_report_is_incomplete(input);
    tally->totals.unreadable += input->status == TLSWHY_INPUT_ERROR;
    tally->totals.bytes += input->bytes;
    tally->totals.hits += input->hits;
    tally->totals.candidates += input->candidates;
}

enum tw_status tw_report_tally_add(struct tw_report_tally *tally,
                                   const struct tlswhy_report *answer, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    tw_report_tally_input(tally, &answer->input);
    for (size_t i = 0; status == TW_OK && i < answer->diagnosis_count; i++) {
        status = tw_report_tally_diagnosis(tally, &answer->diagnoses[i], error);
    }
    return status;
}

void tw_report_tally_free(struct tw_report_tally *tally)
{
    free_verdict(&tally->verdict);
    free_counts(&tally->by_family);
    free_counts(&tally->by_cause);
    free_counts(&tally->by_client);
}
