/* classify_result.c -- writes a judged incident as a diagnosis of the public header. */
#include "classify/classify_parts.h"

#include <stdlib.h>

#include "base/hash.h"

/* Alternatives below this are noise. */
#define LEAST_CONFIDENCE 0.005

static const char *hash_text(const struct tw_classifier *classifier, uint64_t hash)
{
    char text[17];
    tw_base_hash_text(hash, text);
    return tw_base_arena_copy(classifier->arena, tw_base_span(text));
}

/* ---- evidence ----------------------------------------------------------------------------------
 */

/* Ids of the causes that a signature speaks for or against. */
static const char *const *cause_ids(const struct tw_classifier *classifier, struct tw_terms terms)
{
    const struct tw_pack *pack = classifier->pack;
    const char **ids = tw_base_arena_alloc(classifier->arena, terms.count, sizeof *ids);
    for (uint32_t i = 0; ids != NULL && i < terms.count; i++) {
        ids[i] = tw_pack_text(pack, pack->causes[pack->terms[terms.first + i].cause].id);
    }
    return ids;
}

/* The terms that this piece of evidence added. */
static enum tw_status set_terms(const struct tw_classifier *classifier,
                                const struct tw_pack_signature *signature,
                                struct tw_terms version_terms, struct tw_terms service_terms,
                                bool only_later, struct tlswhy_evidence *evidence)
{
    const struct tw_pack *pack = classifier->pack;
    const struct tw_terms parts[] = {signature->supports, signature->rules_out, version_terms,
                                     service_terms};
    size_t count = signature->supports.count + signature->rules_out.count + version_terms.count +
                   service_terms.count;
    struct tlswhy_term *terms = tw_base_arena_alloc(classifier->arena, count, sizeof *terms);
    if (terms == NULL) {
        return TW_ERR_MEMORY;
    }
    evidence->terms = terms;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        for (uint32_t k = 0; k < parts[i].count; k++) {
            const struct tw_pack_term *term = &pack->terms[parts[i].first + k];
            terms[evidence->term_count++] =
                (struct tlswhy_term){tw_pack_text(pack, pack->causes[term->cause].id),
                                     tw_classify_term(term, only_later)};
        }
    }
    return TW_OK;
}

/* What the tags of a signature say of the machine that wrote the log. */
static const char *direction_of(const struct tw_pack *pack,
                                const struct tw_pack_signature *signature)
{
    static const char *const words[] = {NULL, "as-client", "as-server"};
    const char *word = NULL;
    for (uint32_t i = 0; word == NULL && i < signature->tags.count; i++) {
        word = words[pack->tags[tw_pack_number(pack, signature->tags, i)].direction];
    }
    return word;
}

static enum tw_status set_evidence(const struct tw_classifier *classifier,
                                   const struct tw_judgement *judgement, size_t index,
                                   struct tlswhy_evidence *evidence)
{
    const struct tw_pack *pack = classifier->pack;
    const struct tw_held *held = judgement->evidence[index];
    const struct tw_pack_signature *signature = tw_classify_signature(classifier, held);
    struct tw_terms version_terms = {0, 0};
    struct tw_terms service_terms = {0, 0};
    bool counts = judgement->counts[index];
    if (judgement->tells_version[index]) {
        version_terms = judgement->version_terms;
    }
    if (index == judgement->service_evidence) {
        service_terms = judgement->service_terms;
    }
    *evidence = (struct tlswhy_evidence){
        .signature = tw_pack_text(pack, signature->id),
        .title = tw_pack_text(pack, signature->title),
        .kind = (enum tlswhy_kind)signature->kind,
        .strength = counts ? (enum tlswhy_strength)signature->strength : TLSWHY_STRENGTH_NONE,
        .supports = cause_ids(classifier, signature->supports),
        .supports_count = counts ? signature->supports.count : 0,
        .rules_out = cause_ids(classifier, signature->rules_out),
        .rules_out_count = counts ? signature->rules_out.count : 0,
        .line = held->at.line + 1,
        .offset = held->at.offset,
        .record_id = hash_text(classifier, held->record_id),
        .record_number = held->number,
        .provider = held->provider,
        .event_id = held->event,
        .direction = direction_of(pack, signature),
        .time = held->time,
        .time_local = held->time_local,
        .captures = held->captures,
        .capture_count = held->capture_count,
        .excerpt = held->excerpt,
    };
    struct tw_pack_signature none = {.kind = 0};
    enum tw_status status = set_terms(classifier, counts ? signature : &none, version_terms,
                                      service_terms, judgement->only_later[index], evidence);
    bool failed =
        evidence->supports == NULL || evidence->rules_out == NULL || evidence->record_id == NULL;
    return failed ? TW_ERR_MEMORY : status;
}

static enum tw_status set_all_evidence(const struct tw_classifier *classifier,
                                       const struct tw_judgement *judgement,
                                       struct tlswhy_diagnosis *diagnosis)
{
    size_t count = judgement->evidence_count;
    struct tlswhy_evidence *list = tw_base_arena_alloc(classifier->arena, count, sizeof *list);
    enum tw_status status = list == NULL ? TW_ERR_MEMORY : TW_OK;
    for (size_t i = 0; status == TW_OK && i < count; i++) {
        status = set_evidence(classifier, judgement, i, &list[i]);
    }
    diagnosis->evidence = list;
    diagnosis->evidence_count = count;
    diagnosis->evidence_dropped = judgement->dropped;
    return status;
}

/* ---- causes ------------------------------------------------------------------------------------
 */

static struct tlswhy_ranked_cause ranked(const struct tw_classifier *classifier, uint32_t index,
                                         double confidence)
{
    const struct tw_pack *pack = classifier->pack;
    const struct tw_pack_cause *cause = &pack->causes[index];
    return (struct tlswhy_ranked_cause){tw_pack_text(pack, cause->id),
                                        tw_pack_text(pack, pack->families[cause->family].id),
                                        tw_pack_text(pack, cause->title),
                                        tw_pack_text(pack, cause->meaning),
                                        confidence,
                                        tw_pack_text_or_null(pack, cause->told_apart_by)};
}

static int by_confidence(const void *left, const void *right)
{
    const struct tlswhy_ranked_cause *a = left;
    const struct tlswhy_ranked_cause *b = right;
    if (a->confidence > b->confidence || a->confidence < b->confidence) {
        return a->confidence > b->confidence ? -1 : 1;
    }
    return strcmp(a->id, b->id);
}

static bool is_alternative(const struct tw_classifier *classifier,
                           const struct tw_judgement *judgement, uint32_t cause)
{
    bool is_answer = judgement->conclusive && cause == judgement->cause;
    return !is_answer && classifier->confidence[cause] >= LEAST_CONFIDENCE;
}

static enum tw_status set_alternatives(const struct tw_classifier *classifier,
                                       const struct tw_judgement *judgement,
                                       struct tlswhy_diagnosis *diagnosis)
{
    const struct tw_pack *pack = classifier->pack;
    size_t count = 0;
    for (uint32_t i = 0; i < pack->cause_count; i++) {
        count += is_alternative(classifier, judgement, i);
    }
    struct tlswhy_ranked_cause *list = tw_base_arena_alloc(classifier->arena, count, sizeof *list);
    if (list == NULL) {
        return TW_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < pack->cause_count; i++) {
        if (is_alternative(classifier, judgement, i)) {
            list[diagnosis->alternative_count++] = ranked(classifier, i, classifier->confidence[i]);
        }
    }
    qsort(list, diagnosis->alternative_count, sizeof *list, by_confidence);
    diagnosis->alternatives = list;
    return TW_OK;
}

/* ---- the rest ----------------------------------------------------------------------------------
 */

/* Made of logical name, offset, record and signature (contract, section 3), never of a clock. */
static uint64_t id_of(const struct tw_classifier *classifier, const struct tw_incident *incident)
{
    const struct tw_held *first = &incident->hits[0];
    for (size_t i = 0; i < incident->hit_count; i++) {
        const struct tw_held *held = &incident->hits[i];
        if (tw_classify_signature(classifier, held)->kind == TLSWHY_KIND_ERROR) {
            first = held;
            break;
        }
    }
    uint64_t id = tw_base_hash(TW_HASH_START, tw_base_span(classifier->logical_name));
    id = tw_base_hash_number(id, first->at.offset);
    id = tw_base_hash_number(id, first->record_id);
    const char *signature =
        tw_pack_text(classifier->pack, tw_classify_signature(classifier, first)->id);
    return tw_base_hash(id, tw_base_span(signature));
}

static enum tw_status set_place(const struct tw_classifier *classifier,
                                const struct tw_incident *incident,
                                struct tlswhy_diagnosis *diagnosis)
{
    const char **hosts =
        tw_base_arena_alloc(classifier->arena, incident->host_count, sizeof *hosts);
    for (size_t i = 0; hosts != NULL && i < incident->host_count; i++) {
        hosts[i] = incident->hosts[i];
    }
    diagnosis->hosts = hosts;
    diagnosis->host_count = incident->host_count;
    diagnosis->count = incident->count;
    diagnosis->offset = incident->first_at.offset;
    diagnosis->first_line = incident->first_line + 1;
    diagnosis->last_line = incident->last_line + 1;
    for (size_t i = 0; i < incident->hit_count && diagnosis->first_time == NULL; i++) {
        const struct tw_held *held = &incident->hits[i];
        if (tw_classify_signature(classifier, held)->kind == TLSWHY_KIND_ERROR) {
            diagnosis->first_time = held->time;
        }
    }
    if (diagnosis->first_time != NULL) {
        diagnosis->last_time = incident->last_time;
    }
    return hosts == NULL ? TW_ERR_MEMORY : TW_OK;
}

static void set_answer(const struct tw_classifier *classifier, const struct tw_judgement *judgement,
                       struct tlswhy_diagnosis *diagnosis)
{
    const struct tw_pack *pack = classifier->pack;
    diagnosis->conclusive = judgement->conclusive;
    diagnosis->family_confidence = judgement->family_confidence;
    diagnosis->headline = "Not enough evidence for a verdict";
    if (judgement->conclusive) {
        const struct tw_pack_family *family = &pack->families[judgement->family];
        diagnosis->cause = ranked(classifier, judgement->cause, judgement->cause_confidence);
        diagnosis->headline = tw_pack_text(pack, pack->causes[judgement->cause].headline);
        diagnosis->look_alike = family->look_alike != 0;
        diagnosis->next_steps = tw_classify_texts(classifier, family->next_steps);
        diagnosis->next_step_count = diagnosis->next_steps == NULL ? 0 : family->next_steps.count;
    }
    if (judgement->client != TW_PACK_NONE) {
        diagnosis->client_id = tw_pack_text(pack, pack->clients[judgement->client].id);
        diagnosis->client_title = tw_pack_text(pack, pack->clients[judgement->client].title);
        diagnosis->client_version = judgement->version;
    }
}

static enum tw_status set_cautions(const struct tw_classifier *classifier,
                                   const struct tw_judgement *judgement,
                                   struct tlswhy_diagnosis *diagnosis)
{
    const struct tw_pack *pack = classifier->pack;
    if (!judgement->conclusive || judgement->on_service || !judgement->off_service ||
        !pack->service->present || diagnosis->look_alike) {
        return TW_OK;
    }
    const char **cautions = tw_base_arena_alloc(classifier->arena, 1, sizeof *cautions);
    if (cautions == NULL) {
        return TW_ERR_MEMORY;
    }
    cautions[0] = tw_pack_text(pack, pack->service->off_service_caution);
    diagnosis->cautions = cautions;
    diagnosis->caution_count = 1;
    return TW_OK;
}

enum tw_status tw_classify_result(struct tw_classifier *classifier,
                                  const struct tw_incident *incident,
                                  const struct tw_judgement *judgement,
                                  struct tlswhy_diagnosis *diagnosis)
{
    diagnosis->id = hash_text(classifier, id_of(classifier, incident));
    enum tw_status status = diagnosis->id == NULL ? TW_ERR_MEMORY : TW_OK;
    set_answer(classifier, judgement, diagnosis);
    /* The incident's strings live in its own arena, as long as the result: until the next input. */
    if (status == TW_OK) {
        status = set_place(classifier, incident, diagnosis);
    }
    if (status == TW_OK) {
        status = set_alternatives(classifier, judgement, diagnosis);
    }
    if (status == TW_OK) {
        status = set_all_evidence(classifier, judgement, diagnosis);
    }
    if (status == TW_OK) {
        status = set_cautions(classifier, judgement, diagnosis);
    }
    return status != TW_OK ? status
                           : tw_classify_fixes(classifier, judgement, diagnosis->alternatives,
                                               diagnosis->alternative_count, diagnosis);
}
