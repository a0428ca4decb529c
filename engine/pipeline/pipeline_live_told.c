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
    uint64_t place; /* hash of where its first error stands */
};

/* Answers told of a record that was not finished: its bytes, and so the root, may still change. */
#define TENTATIVE_MAX 64u

struct tw_live_told {
    struct entry *entries;
    struct entry tentative[TENTATIVE_MAX];
    size_t tentative_at;
    uint64_t unfinished; /* offset of the unfinished record */
    bool any;
    bool revised;
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

void tw_live_told_unfinished(struct tw_live_told *told, uint64_t offset)
{
    told->unfinished = offset;
}

void tw_live_told_revised(struct tw_live_told *told)
{
    told->revised = told->any;
}

void tw_live_told_part(struct tw_live_told *told)
{
    memset(told->tentative, 0, sizeof told->tentative);
}

/* Where the first error stands, if it is at `from` or behind. */
static uint64_t place_of(const struct tlswhy_diagnosis *diagnosis, uint64_t from)
{
    for (size_t i = 0; i < diagnosis->evidence_count; i++) {
        const struct tlswhy_evidence *evidence = &diagnosis->evidence[i];
        if (evidence->kind == TLSWHY_KIND_ERROR) {
            if (evidence->offset < from) {
                return 0;
            }
            uint64_t hash = tw_base_hash_number(TW_HASH_START, evidence->offset);
            return tw_base_hash(hash, tw_base_span(evidence->signature)) | 1;
        }
    }
    return 0;
}

/* What was told of the same error when its record was not finished. */
static struct entry *find_tentative(struct tw_live_told *told, uint64_t place, uint64_t out)
{
    for (size_t i = 0; place != 0 && i < TENTATIVE_MAX; i++) {
        struct entry *entry = &told->tentative[i];
        if (entry->root != 0 && entry->place == place && out != entry->root) {
            struct entry *current = find(told, entry->root);
            entry->root = 0;
            return current;
        }
    }
    return NULL;
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
    if (entry == NULL) {
        const struct tlswhy_diagnosis *diagnosis = &list->at[index];
        entry = find_tentative(told, place_of(diagnosis, 0), root_of(diagnosis->id));
    }
    return entry;
}

static bool is_listed(const struct tw_diagnoses *list, uint64_t root)
{
    bool found = false;
    for (size_t i = 0; !found && i < list->count; i++) {
        found = root_of(list->at[i].id) == root;
    }
    for (size_t i = 0; !found && i < list->joined_count; i++) {
        found = root_of(list->joined[i].id) == root;
    }
    return found;
}

/* An answer that was told of what turned out to be something else. */
static struct entry *find_orphan(struct tw_live_told *told, const struct tw_diagnoses *list)
{
    for (size_t i = 0; told->any && i < TW_LIVE_TOLD_MAX; i++) {
        if (told->entries[i].root != 0 && !is_listed(list, told->entries[i].root)) {
            return &told->entries[i];
        }
    }
    return NULL;
}

enum tw_live_news tw_live_told_judge(struct tw_live_told *told, const struct tw_diagnoses *list,
                                     size_t index, bool at_end, uint64_t now, uint64_t repeat_after,
                                     struct tlswhy_diagnosis *shown)
{
    const struct tlswhy_diagnosis *diagnosis = &list->at[index];
    struct entry *before = told_before(told, list, index);
    if (before == NULL && (at_end || told->revised)) {
        before = find_orphan(told, list);
    }
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
    told_now.place = place_of(diagnosis, told->unfinished);
    if (told_now.place != 0) {
        told->tentative[told->tentative_at++ % TENTATIVE_MAX] = told_now;
    }
    *place(told, told_now.root) = told_now;
    return TW_LIVE_NEW;
}
