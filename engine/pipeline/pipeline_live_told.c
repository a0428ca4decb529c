/* pipeline_live_told.c -- which answers were told; see the header.
 *
 * A diagnosis is known by the id that a run on the whole gives it (its root): made of logical name,
 * offset, record and signature. It is told under that id first. An answer that replaces it has the
 * hash of the root and of what the new answer says as its id, so that a second run over the same
 * bytes makes the same one. The table is a cache with a bound: what it forgets may be told once
 * more, under the same id. */
#include "pipeline/pipeline_live_told.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "report/report_json.h"

#define WAYS 4u
#define SETS (TW_LIVE_TOLD_MAX / WAYS)

struct entry {
    uint64_t root;   /* 0: free */
    uint64_t answer; /* hash of what was answered */
    uint64_t whole;  /* hash of all that was shown */
    uint64_t id;     /* under which it was told last */
    uint64_t count;
    uint64_t when;
};

struct tw_live_told {
    struct entry *entries;
    bool any;
    char id[17];
    char before[17];
};

enum tw_status tw_live_told_new(struct tw_live_told **out, struct tw_error *error)
{
    struct tw_live_told *made = tw_base_alloc(1, sizeof *made);
    *out = NULL;
    if (made == NULL ||
        (made->entries = tw_base_alloc(TW_LIVE_TOLD_MAX, sizeof *made->entries)) == NULL) {
        tw_base_free(made);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    *out = made;
    return TW_OK;
}

void tw_live_told_free(struct tw_live_told *told)
{
    if (told != NULL) {
        tw_base_free(told->entries);
        tw_base_free(told);
    }
}

bool tw_live_told_any(const struct tw_live_told *told)
{
    return told->any;
}

static uint64_t root_of(const char *id)
{
    return tw_base_hash(TW_HASH_START, tw_base_span(id)) | 1;
}

static struct entry *find(struct tw_live_told *told, uint64_t root)
{
    struct entry *set = &told->entries[(root >> 1) % SETS * WAYS];
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].root == root) {
            return &set[i];
        }
    }
    return NULL;
}

/* Where a root goes: a free place of its set, or the one that was told longest ago. */
static struct entry *place(struct tw_live_told *told, uint64_t root)
{
    struct entry *set = &told->entries[(root >> 1) % SETS * WAYS];
    struct entry *oldest = &set[0];
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].root == 0) {
            return &set[i];
        }
        oldest = set[i].when < oldest->when ? &set[i] : oldest;
    }
    return oldest;
}

static uint64_t hash_text(uint64_t state, const char *text)
{
    return tw_base_hash_number(tw_base_hash(state, tw_base_span(text)), text == NULL);
}

/* What a person would call another answer: cause, client, version, first fix, hosts. */
static uint64_t hash_answer(const struct tlswhy_diagnosis *diagnosis)
{
    uint64_t hash = hash_text(TW_HASH_START, diagnosis->cause.id);
    hash = hash_text(hash, diagnosis->client_id);
    hash = hash_text(hash, diagnosis->client_version);
    hash = hash_text(hash, diagnosis->fix_count > 0 ? diagnosis->fixes[0].id : NULL);
    for (size_t i = 0; i < diagnosis->host_count; i++) {
        hash = hash_text(hash, diagnosis->hosts[i]);
    }
    return hash;
}

/* All that the report shows, but for the id, and what further occurrences change. */
static uint64_t hash_whole(const struct tlswhy_diagnosis *diagnosis)
{
    struct tw_buffer text = TW_BUFFER_INIT(TW_REPORT_RENDER_MAX);
    struct tw_report_layout layout = {.line = true};
    struct tlswhy_report answer = {.diagnosis_count = 0};
    struct tlswhy_diagnosis plain = *diagnosis;
    plain.id = plain.supersedes = plain.last_time = NULL;
    plain.count = 1;
    tw_report_json_diagnosis(&text, layout, &answer, &plain);
    uint64_t hash = tw_base_hash(TW_HASH_START, tw_base_buffer_span(&text));
    tw_base_buffer_free(&text);
    return hash;
}

/* What was told of this diagnosis, under its own id or that of another one of the same failure. */
static struct entry *told_before(struct tw_live_told *told, const struct tw_diagnoses *list,
                                 size_t index)
{
    struct entry *entry = find(told, root_of(list->at[index].id));
    for (size_t i = 0; entry == NULL && i < list->joined_count; i++) {
        if (list->joined[i].into == index) {
            entry = find(told, root_of(list->joined[i].id));
        }
    }
    return entry;
}

enum tw_live_news tw_live_told_judge(struct tw_live_told *told, const struct tw_diagnoses *list,
                                     size_t index, bool at_end, uint64_t now, uint64_t repeat_after,
                                     struct tlswhy_diagnosis *shown)
{
    const struct tlswhy_diagnosis *diagnosis = &list->at[index];
    struct entry *before = told_before(told, list, index);
    struct entry told_now = {.root = root_of(diagnosis->id),
                             .answer = hash_answer(diagnosis),
                             .count = diagnosis->count,
                             .when = now};
    *shown = *diagnosis;
    if (before != NULL && !at_end && before->answer == told_now.answer) {
        if (before->count >= diagnosis->count || now - before->when < repeat_after) {
            return TW_LIVE_OLD;
        }
    } else {
        told_now.whole = hash_whole(diagnosis);
    }
    bool same = before != NULL &&
                (at_end ? before->whole == told_now.whole : before->answer == told_now.answer);
    if (same) {
        bool again = before->count < diagnosis->count;
        before->count = diagnosis->count;
        before->when = now;
        tw_base_hash_text(before->id, told->id);
        shown->id = told->id;
        shown->repeats = again;
        return again ? TW_LIVE_REPEATS : TW_LIVE_OLD;
    }
    told->any = true;
    (void)snprintf(told->id, sizeof told->id, "%s", diagnosis->id);
    if (before != NULL) {
        tw_base_hash_text(before->id, told->before);
        told_now.id = tw_base_hash_number(
            tw_base_hash_number(tw_base_hash(TW_HASH_START, tw_base_span(diagnosis->id)),
                                told_now.answer),
            told_now.whole);
        tw_base_hash_text(told_now.id, told->id);
        shown->supersedes = told->before;
        before->root = 0;
    } else {
        told_now.id = 0;
        for (size_t i = 0; i < 16 && told->id[i] != '\0'; i++) {
            char c = told->id[i];
            told_now.id = told_now.id << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
    }
    shown->id = told->id;
    *place(told, told_now.root) = told_now;
    return TW_LIVE_NEW;
}
