/* classify.c -- the classifier's life: begin an input, take hits, judge. */
#include "base/hash.h"
#include "classify/classify_parts.h"

#include <stdlib.h>

enum tw_status tw_classify_new(struct tw_classifier **out, const struct tw_pack *pack,
                               const struct tw_classify_options *options, struct tw_error *error)
{
    struct tw_classifier *made = tw_base_alloc(1, sizeof *made);
    *out = NULL;
    if (made != NULL) {
        made->pack = pack;
        made->options = *options;
        made->contexts = tw_base_alloc(TW_HOSTS_MAX, sizeof *made->contexts);
        made->first_context = tw_base_alloc(pack->signature_count, sizeof *made->first_context);
        made->seen = tw_base_alloc(pack->signature_count, sizeof *made->seen);
        made->score = tw_base_alloc(pack->cause_count, sizeof *made->score);
        made->confidence = tw_base_alloc(pack->cause_count, sizeof *made->confidence);
        made->fixes = tw_base_alloc(pack->fix_count, sizeof *made->fixes);
        made->supported = tw_base_alloc(pack->cause_count, sizeof *made->supported);
    }
    if (made == NULL || made->contexts == NULL || made->first_context == NULL ||
        made->score == NULL || made->confidence == NULL || made->supported == NULL ||
        made->fixes == NULL || made->seen == NULL) {
        tw_classify_free(made);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    *out = made;
    return TW_OK;
}

static void forget(struct tw_classifier *classifier)
{
    if (classifier->contexts != NULL && classifier->first_context != NULL) {
        tw_classify_forget(classifier);
    }
    tw_classify_incident_free(&classifier->open);
    for (size_t i = 0; i < classifier->parked_count; i++) {
        tw_classify_incident_free(&classifier->parked[i]);
    }
    classifier->parked_count = 0;
    for (size_t i = 0; i < classifier->closed_count; i++) {
        tw_classify_incident_free(&classifier->closed[i]);
    }
    tw_base_free(classifier->closed);
    tw_base_free(classifier->logical_name);
    tw_base_arena_free(classifier->arena);
    if (classifier->fixes != NULL) {
        memset(classifier->fixes, 0, classifier->pack->fix_count * sizeof *classifier->fixes);
    }
    if (classifier->seen != NULL) {
        memset(classifier->seen, 0, classifier->pack->signature_count * sizeof *classifier->seen);
    }
    classifier->closed = NULL;
    classifier->closed_count = classifier->closed_room = 0;
    classifier->logical_name = NULL;
    classifier->arena = NULL;
    classifier->serial = classifier->attempt = 0;
    classifier->attempt_order = classifier->attempt_out = classifier->host_out = 0;
    classifier->host[0] = '\0';
    classifier->dropped = classifier->added = classifier->closings = 0;
}

enum tw_status tw_classify_begin(struct tw_classifier *classifier, const char *logical_name,
                                 struct tw_error *error)
{
    forget(classifier);
    classifier->arena = tw_base_arena_new();
    classifier->logical_name = tw_base_copy(tw_base_span(logical_name));
    return classifier->arena == NULL || classifier->logical_name == NULL
               ? tw_base_error_set(error, TW_ERR_MEMORY, "out of memory")
               : TW_OK;
}

/* What makes two diagnoses one failure that came again, perhaps with other words: the same answer
 * about the same program and hosts. 0: it is never the same as another one, because it tells no
 * host or no answer. */
static uint64_t failure_key(const struct tlswhy_diagnosis *diagnosis)
{
    uint64_t hosts = 0; /* in any order */
    if (!diagnosis->conclusive || diagnosis->host_count == 0) {
        return 0;
    }
    for (size_t i = 0; i < diagnosis->host_count; i++) {
        hosts += tw_base_hash(TW_HASH_START, tw_base_span(diagnosis->hosts[i]));
    }
    const char *client = diagnosis->client_id == NULL ? "" : diagnosis->client_id;
    uint64_t key = tw_base_hash(TW_HASH_START, tw_base_span(diagnosis->cause.id));
    return tw_base_hash_number(tw_base_hash(key, tw_base_span(client)), hosts) | 1;
}

/* Counts a diagnosis to an earlier one of the same failure; the surer one stays, the other one is
 * noted in `joined`. False: it is none. */
static bool join(struct tlswhy_diagnosis *list, uint64_t *keys, size_t count,
                 struct tw_joined *joined)
{
    const struct tlswhy_diagnosis *made = &list[count];
    keys[count] = failure_key(made);
    for (size_t i = 0; keys[count] != 0 && i < count; i++) {
        struct tlswhy_diagnosis *earlier = &list[i];
        if (keys[i] != keys[count]) {
            continue;
        }
        bool surer = made->cause.confidence > earlier->cause.confidence;
        struct tlswhy_diagnosis both = surer ? *made : *earlier;
        *joined = (struct tw_joined){surer ? earlier->id : made->id, i};
        both.count = earlier->count + made->count;
        both.offset = earlier->offset;
        both.first_line = earlier->first_line;
        both.last_line =
            made->last_line > earlier->last_line ? made->last_line : earlier->last_line;
        both.first_time = earlier->first_time != NULL ? earlier->first_time : made->first_time;
        both.last_time = made->last_time != NULL ? made->last_time : earlier->last_time;
        *earlier = both;
        return true;
    }
    return false;
}

/* Incidents are in the order of their first errors; two that begin with one record come in the
 * order of their ids, so that whoever unites reports can tell the order from the reports. */
static int by_place(const void *left, const void *right, void *list)
{
    const struct tlswhy_diagnosis *a =
        (const struct tlswhy_diagnosis *)list + *(const size_t *)left;
    const struct tlswhy_diagnosis *b =
        (const struct tlswhy_diagnosis *)list + *(const size_t *)right;
    return a->offset != b->offset ? (a->offset < b->offset ? -1 : 1) : strcmp(a->id, b->id);
}

/* Puts diagnoses in their order, and with them what was joined to them. */
static enum tw_status put_in_order(struct tw_arena *arena, struct tlswhy_diagnosis *list,
                                   struct tw_diagnoses *diagnoses, struct tw_joined *joined)
{
    size_t count = diagnoses->count;
    struct tlswhy_diagnosis *sorted = tw_base_arena_alloc(arena, count, sizeof *sorted);
    size_t *order = tw_base_arena_alloc(arena, count, sizeof *order);
    size_t *place = tw_base_arena_alloc(arena, count, sizeof *place);
    if (sorted == NULL || order == NULL || place == NULL) {
        return TW_ERR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
    }
    qsort_r(order, count, sizeof *order, by_place, list);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = list[order[i]];
        place[order[i]] = i;
    }
    for (size_t i = 0; i < diagnoses->joined_count; i++) {
        joined[i].into = place[joined[i].into];
    }
    diagnoses->at = sorted;
    return TW_OK;
}

enum tw_status tw_classify_finish(struct tw_classifier *classifier, struct tw_diagnoses *diagnoses,
                                  struct tw_error *error)
{
    *diagnoses = (struct tw_diagnoses){.at = NULL};
    enum tw_status status = tw_classify_close(classifier);
    struct tlswhy_diagnosis *list = NULL;
    uint64_t *keys = NULL;
    struct tw_joined *joined = NULL;
    size_t joined_count = 0;
    if (status == TW_OK) {
        list = tw_base_arena_alloc(classifier->arena, classifier->closed_count, sizeof *list);
        keys = tw_base_arena_alloc(classifier->arena, classifier->closed_count, sizeof *keys);
        joined = tw_base_arena_alloc(classifier->arena, classifier->closed_count, sizeof *joined);
        status = list == NULL || keys == NULL || joined == NULL ? TW_ERR_MEMORY : TW_OK;
    }
    size_t count = 0;
    for (size_t i = 0; status == TW_OK && i < classifier->closed_count; i++) {
        struct tw_judgement judgement;
        tw_classify_rank(classifier, &classifier->closed[i], &judgement);
        if (judgement.has_error) {
            status =
                tw_classify_result(classifier, &classifier->closed[i], &judgement, &list[count]);
            bool again = status == TW_OK && join(list, keys, count, &joined[joined_count]);
            joined_count += again;
            if (again) {
                memset(&list[count], 0, sizeof list[count]);
            }
            count += !again;
        }
    }
    if (status != TW_OK) {
        return tw_base_error_set(error, status, "out of memory");
    }
    *diagnoses = (struct tw_diagnoses){list, count, classifier->dropped, joined, joined_count};
    status = count > 1 ? put_in_order(classifier->arena, list, diagnoses, joined) : TW_OK;
    return status == TW_OK ? TW_OK : tw_base_error_set(error, status, "out of memory");
}

void tw_classify_free(struct tw_classifier *classifier)
{
    if (classifier != NULL) {
        forget(classifier);
        tw_base_free(classifier->contexts);
        tw_base_free(classifier->first_context);
        tw_base_free(classifier->seen);
        tw_base_free(classifier->score);
        tw_base_free(classifier->confidence);
        tw_base_free(classifier->fixes);
        tw_base_free(classifier->supported);
        tw_base_free(classifier);
    }
}
