/* classify_fix.c -- what to do about a cause: fixes for this client, and what to collect where two
 * causes are close. */
#include "classify/classify_parts.h"

/* Fixes shown of one diagnosis. */
#define FIXES_MAX 6u
/* Pieces of evidence asked for: one decides; where nothing is sure, two more. */
#define COLLECT_MAX 3u
/* From here on the first alternative of the same family gets its first fix shown, too. */
#define ALTERNATIVE_FIX 0.10

struct choice {
    uint32_t at[FIXES_MAX];
    size_t count;
};

/* Whether the log shows that this fix has been made. */
static bool is_done(const struct tw_pack *pack, const struct tw_judgement *judgement, uint32_t fix)
{
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        struct tw_list done = pack->signatures[judgement->evidence[i]->signature].done;
        for (uint32_t k = 0; judgement->counts[i] && k < done.count; k++) {
            if (tw_pack_number(pack, done, k) == fix) {
                return true;
            }
        }
    }
    return false;
}

static void choose(struct choice *choice, size_t most, uint32_t index)
{
    for (size_t i = 0; i < choice->count; i++) {
        if (choice->at[i] == index) {
            return;
        }
    }
    if (choice->count < most) {
        choice->at[choice->count++] = index;
    }
}

/* The fixes of a cause: those that fit the client, or else those of the cause; those that the log
 * shows as made only where there is no other. */
static void choose_fixes(const struct tw_classifier *classifier,
                         const struct tw_judgement *judgement, uint32_t cause, size_t most,
                         struct choice *choice)
{
    const struct tw_pack *pack = classifier->pack;
    size_t before = choice->count;
    for (int made = 0; made < 2 && choice->count == before; made++) {
        struct tw_list list = {0, 0};
        if (judgement->client != TW_PACK_NONE) {
            list = pack->clients[judgement->client].cause_fixes;
        }
        for (uint32_t i = 0; i + 1 < list.count; i += 2) {
            uint32_t fix = tw_pack_number(pack, list, i + 1);
            if (tw_pack_number(pack, list, i) == cause &&
                is_done(pack, judgement, fix) == (made != 0)) {
                choose(choice, most, fix);
            }
        }
        bool fits_client = choice->count > before;
        struct tw_list own = pack->causes[cause].fixes;
        for (uint32_t i = 0; !fits_client && i < own.count; i++) {
            uint32_t fix = tw_pack_number(pack, own, i);
            if (is_done(pack, judgement, fix) == (made != 0)) {
                choose(choice, most, fix);
            }
        }
    }
}

static const char *reference_text(const struct tw_classifier *classifier, uint32_t index)
{
    const struct tw_pack *pack = classifier->pack;
    const struct tw_pack_reference *reference = &pack->references[index];
    struct tw_buffer text = TW_BUFFER_INIT(4096);
    tw_base_buffer_print(&text, "%s", tw_pack_text(pack, reference->document));
    if (reference->section != 0) {
        tw_base_buffer_print(&text, ", \"%s\"", tw_pack_text(pack, reference->section));
    }
    if (reference->url != 0) {
        tw_base_buffer_print(&text, ", %s", tw_pack_text(pack, reference->url));
    }
    if (reference->as_of != 0) {
        tw_base_buffer_print(&text, " (as of %s)", tw_pack_text(pack, reference->as_of));
    }
    if (reference->note != 0) {
        tw_base_buffer_print(&text, "; %s", tw_pack_text(pack, reference->note));
    }
    const char *copy = text.status == TW_OK
                           ? tw_base_arena_copy(classifier->arena, tw_base_buffer_span(&text))
                           : NULL;
    tw_base_buffer_free(&text);
    return copy;
}

const char *const *tw_classify_texts(const struct tw_classifier *classifier, struct tw_list list)
{
    const char **texts = tw_base_arena_alloc(classifier->arena, list.count, sizeof *texts);
    for (uint32_t i = 0; texts != NULL && i < list.count; i++) {
        texts[i] = tw_pack_text(classifier->pack, tw_pack_number(classifier->pack, list, i));
    }
    return texts;
}

/* Writes a fix once for an input: thousands of diagnoses may have the same. */
static enum tw_status set_fix(struct tw_classifier *classifier, uint32_t index,
                              struct tlswhy_fix *to)
{
    const struct tw_pack *pack = classifier->pack;
    struct tlswhy_fix made = {.id = NULL};
    struct tlswhy_fix *fix = &made;
    if (classifier->fixes[index].id != NULL) {
        *to = classifier->fixes[index];
        return TW_OK;
    }
    const struct tw_pack_fix *from = &pack->fixes[index];
    const char **references =
        tw_base_arena_alloc(classifier->arena, from->references.count, sizeof *references);
    *fix = (struct tlswhy_fix){
        .id = tw_pack_text(pack, from->id),
        .title = tw_pack_text(pack, from->title),
        .steps = tw_classify_texts(classifier, from->steps),
        .step_count = from->steps.count,
        .commands = tw_classify_texts(classifier, from->commands),
        .command_count = from->commands.count,
        .cautions = tw_classify_texts(classifier, from->cautions),
        .caution_count = from->cautions.count,
        .references = references,
        .reference_count = from->references.count,
        .discouraged = from->discouraged != 0,
    };
    if (references == NULL || fix->steps == NULL || fix->commands == NULL ||
        fix->cautions == NULL) {
        return TW_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < from->references.count; i++) {
        references[i] = reference_text(classifier, tw_pack_number(pack, from->references, i));
        if (references[i] == NULL) {
            return TW_ERR_MEMORY;
        }
    }
    *to = classifier->fixes[index] = made;
    return TW_OK;
}

static bool decides(const struct tw_pack *pack, uint32_t collect, uint32_t cause)
{
    struct tw_list list = pack->collects[collect].decides_between;
    for (uint32_t i = 0; i < list.count; i++) {
        if (tw_pack_number(pack, list, i) == cause) {
            return true;
        }
    }
    return false;
}

/* First what tells the two likeliest apart, then what the likeliest asks for. */
static void choose_collect(const struct tw_pack *pack, uint32_t cause, uint32_t rival, size_t most,
                           struct choice *choice)
{
    struct tw_list own = pack->causes[cause].collect;
    for (uint32_t i = 0; rival != TW_PACK_NONE && i < own.count; i++) {
        uint32_t index = tw_pack_number(pack, own, i);
        if (decides(pack, index, cause) && decides(pack, index, rival)) {
            choose(choice, most, index);
        }
    }
    for (uint32_t i = 0; rival != TW_PACK_NONE && i < pack->collect_count; i++) {
        if (choice->count == 0 && decides(pack, i, cause) && decides(pack, i, rival)) {
            choose(choice, most, i);
        }
    }
    for (uint32_t i = 0; i < own.count; i++) {
        choose(choice, most, tw_pack_number(pack, own, i));
    }
}

static enum tw_status set_collect(const struct tw_classifier *classifier,
                                  const struct choice *choice, struct tlswhy_diagnosis *diagnosis)
{
    const struct tw_pack *pack = classifier->pack;
    struct tlswhy_collect *list =
        tw_base_arena_alloc(classifier->arena, choice->count, sizeof *list);
    for (size_t i = 0; list != NULL && i < choice->count; i++) {
        const struct tw_pack_collect *from = &pack->collects[choice->at[i]];
        const char **causes =
            tw_base_arena_alloc(classifier->arena, from->decides_between.count, sizeof *causes);
        if (causes == NULL) {
            return TW_ERR_MEMORY;
        }
        for (uint32_t k = 0; k < from->decides_between.count; k++) {
            uint32_t cause = tw_pack_number(pack, from->decides_between, k);
            causes[k] = tw_pack_text(pack, pack->causes[cause].id);
        }
        list[i] = (struct tlswhy_collect){
            tw_pack_text(pack, from->what), tw_pack_text_or_null(pack, from->command),
            tw_pack_text_or_null(pack, from->settles), causes, from->decides_between.count};
    }
    diagnosis->collect_next = list;
    diagnosis->collect_count = choice->count;
    return list == NULL ? TW_ERR_MEMORY : TW_OK;
}

enum tw_status tw_classify_fixes(struct tw_classifier *classifier,
                                 const struct tw_judgement *judgement,
                                 const struct tlswhy_ranked_cause *alternatives,
                                 size_t alternative_count, struct tlswhy_diagnosis *diagnosis)
{
    const struct tw_pack *pack = classifier->pack;
    struct choice fixes = {.count = 0};
    struct choice collect = {.count = 0};
    uint32_t first = judgement->cause;
    uint32_t rival =
        alternative_count > 0 ? tw_pack_find_cause(pack, alternatives[0].id) : TW_PACK_NONE;
    if (!judgement->conclusive) {
        first = rival;
        rival = alternative_count > 1 ? tw_pack_find_cause(pack, alternatives[1].id) : TW_PACK_NONE;
    }
    for (uint32_t i = 0; first == TW_PACK_NONE && i < pack->cause_count; i++) {
        /* Only context was seen. What would tell whose version it is tells most about anything
         * else. */
        first = pack->causes[i].fallback ? i : TW_PACK_NONE;
    }
    if (first != TW_PACK_NONE) {
        choose_collect(pack, first, rival, judgement->conclusive ? 1 : COLLECT_MAX, &collect);
    }
    enum tw_status status = set_collect(classifier, &collect, diagnosis);
    if (!judgement->conclusive || status != TW_OK) {
        return status;
    }
    choose_fixes(classifier, judgement, judgement->cause, 1, &fixes);
    if (rival != TW_PACK_NONE && pack->causes[rival].family == judgement->family &&
        alternatives[0].confidence >= ALTERNATIVE_FIX) {
        choose_fixes(classifier, judgement, rival, fixes.count + 1, &fixes);
    }
    struct choice all = {.count = 0};
    choose_fixes(classifier, judgement, judgement->cause, FIXES_MAX, &all);
    for (size_t i = 0; i < all.count; i++) {
        choose(&fixes, FIXES_MAX, all.at[i]);
    }
    struct tlswhy_fix *list = tw_base_arena_alloc(classifier->arena, fixes.count, sizeof *list);
    status = list == NULL ? TW_ERR_MEMORY : TW_OK;
    for (size_t i = 0; status == TW_OK && i < fixes.count; i++) {
        status = set_fix(classifier, fixes.at[i], &list[i]);
    }
    diagnosis->fixes = list;
    diagnosis->fix_count = fixes.count;
    return status;
}
