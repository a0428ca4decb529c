/* classify_rank.c -- adds up the evidence of an incident and ranks its causes.
 *
 * Every term is a log-odds number from the pack; the score of a cause is the logarithm of its prior
 * within its family (the client's, where the client is known) plus its terms. Causes that nothing
 * speaks for take no part. A null hypothesis, "something that is not in the pack", competes with a
 * score of its own, so that weak evidence gives low confidence. A softmax makes probabilities of
 * the scores. docs/classifier.md explains. */
#include <math.h>
#include <stdlib.h>

#include "classify/classify_parts.h"

/* Score of the null hypothesis: a little above one weak piece of evidence, so that such a piece
 * alone is never a diagnosis, and below a moderate one. */
#define NULL_SCORE 1.0
/* Weight of a cause that the client's priors for its family leave out: hardly, but not impossible.
 */
#define UNLISTED_WEIGHT 0.05
/* Nothing that a log says is surer than this. */
#define MOST_CONFIDENCE 0.99

/* ---- which evidence ----------------------------------------------------------------------------
 */

static int by_place(const void *left, const void *right)
{
    const struct tw_held *a = *(const struct tw_held *const *)left;
    const struct tw_held *b = *(const struct tw_held *const *)right;
    if (a->at.offset != b->at.offset) {
        return a->at.offset < b->at.offset ? -1 : 1;
    }
    return a->signature < b->signature ? -1 : a->signature > b->signature;
}

/* Whether this very piece is there: the signature about this host. */
static bool is_known(const struct tw_judgement *judgement, uint32_t signature, const char *host)
{
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        const struct tw_held *held = judgement->evidence[i];
        if (held->signature == signature && strcmp(held->host, host) == 0) {
            return true;
        }
    }
    return false;
}

static bool any_among(const struct tw_classifier *classifier, const struct tw_judgement *judgement,
                      struct tw_list names)
{
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        if (tw_pack_is_named(classifier->pack, names, judgement->evidence[i]->signature)) {
            return true;
        }
    }
    return false;
}

bool tw_classify_is_host_of(const struct tw_incident *incident, const char *host)
{
    for (size_t i = 0; i < incident->host_count; i++) {
        if (strcmp(incident->hosts[i], host) == 0) {
            return true;
        }
    }
    return false;
}

/* Leaves out what only means something beside other evidence that is not there. */
static void drop_unmet(const struct tw_classifier *classifier, struct tw_judgement *judgement)
{
    bool met[TW_EVIDENCE_MAX];
    size_t kept = 0;
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        const struct tw_pack_signature *signature =
            tw_classify_signature(classifier, judgement->evidence[i]);
        met[i] = (signature->needs_any.count == 0 ||
                  any_among(classifier, judgement, signature->needs_any)) &&
                 !any_among(classifier, judgement, signature->needs_none);
    }
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        if (met[i]) {
            judgement->evidence[kept++] = judgement->evidence[i];
        }
    }
    judgement->evidence_count = kept;
}

/* Whether an error of the incident stands in the same record. */
static bool is_beside_error(const struct tw_classifier *classifier,
                            const struct tw_incident *incident, const struct tw_held *held)
{
    for (size_t i = 0; i < incident->hit_count; i++) {
        const struct tw_held *other = &incident->hits[i];
        if (other->out == held->out &&
            tw_classify_signature(classifier, other)->kind == TLSWHY_KIND_ERROR) {
            return true;
        }
    }
    return false;
}

/* Whether what a signature says applies to the incident that it stands in. What is said of a host
 * applies where the host is the same; where none is named, in the record of the failure, or in the
 * attempt that failed: the lines around may be about another connection. */
static bool counts(const struct tw_classifier *classifier, const struct tw_incident *incident,
                   const struct tw_held *held)
{
    const struct tw_pack_signature *signature = tw_classify_signature(classifier, held);
    if (signature->scope != TW_SCOPE_HOST) {
        return true;
    }
    if (held->host[0] != '\0') {
        return incident->host_count == 0 || tw_classify_is_host_of(incident, held->host);
    }
    return signature->kind == TLSWHY_KIND_ERROR || (incident->in_attempt && held->attempt != 0) ||
           is_beside_error(classifier, incident, held);
}

/* Evidence from elsewhere in the input: facts about the machine, and about the incident's hosts.
 * Held in the arena of the result. Out of memory only loses them. */
static void add_from_input(struct tw_classifier *classifier, const struct tw_incident *incident,
                           struct tw_judgement *judgement)
{
    for (size_t i = 0; i < classifier->context_count; i++) {
        const struct tw_context *context = &classifier->contexts[i];
        const struct tw_pack_signature *signature =
            &classifier->pack->signatures[context->signature];
        bool applies = signature->scope == TW_SCOPE_INPUT ||
                       (signature->scope == TW_SCOPE_HOST && context->host[0] != '\0' &&
                        tw_classify_is_host_of(incident, context->host));
        if (signature->kind != TLSWHY_KIND_FACT || !applies ||
            is_known(judgement, context->signature, context->host)) {
            continue;
        }
        if (judgement->evidence_count == TW_EVIDENCE_MAX) {
            judgement->dropped++;
            continue;
        }
        struct tw_held *held = tw_base_arena_alloc(classifier->arena, 1, sizeof *held);
        if (held != NULL &&
            tw_classify_unlatch(classifier, context, classifier->arena, held) == TW_OK) {
            judgement->evidence[judgement->evidence_count++] = held;
        }
    }
}

/* The rank of a client that is a product. */
#define PRODUCT_RANK 3u

/* Whether the log names a client that can be this incident's, of at least this rank. */
static bool names_client(const struct tw_classifier *classifier, const struct tw_incident *incident,
                         const struct tw_context *context, uint32_t rank)
{
    const struct tw_pack *pack = classifier->pack;
    uint32_t client = tw_classify_client(pack, &context->hit);
    return pack->signatures[context->signature].kind == TLSWHY_KIND_CLIENT && !incident->fresh &&
           pack->clients[client].rank >= rank &&
           !tw_classify_stacks_differ(classifier, incident->stack,
                                      tw_classify_stack(classifier, &context->hit));
}

/* The client that is named only after the failure: the only product of the log, or else, where
 * nothing was named before, the nearest. TW_PACK_NONE: there is none. */
static uint32_t later_client(const struct tw_classifier *classifier,
                             const struct tw_incident *incident)
{
    const struct tw_pack *pack = classifier->pack;
    uint32_t product = TW_PACK_NONE;
    uint32_t nearest = TW_PACK_NONE;
    uint64_t first = UINT64_MAX;
    bool several = false;
    for (size_t i = 0; i < classifier->context_count; i++) {
        const struct tw_context *context = &classifier->contexts[i];
        uint32_t client = tw_classify_client(pack, &context->hit);
        if (names_client(classifier, incident, context, PRODUCT_RANK)) {
            several |= product != TW_PACK_NONE && product != client;
            product = client;
        }
        if (names_client(classifier, incident, context, 0) && context->first_out < first) {
            first = context->first_out;
            nearest = client;
        }
    }
    bool better =
        product != TW_PACK_NONE && !several &&
        (incident->client == TW_PACK_NONE || pack->clients[incident->client].rank < PRODUCT_RANK);
    return better ? product : incident->client == TW_PACK_NONE ? nearest : TW_PACK_NONE;
}

/* The only version of a client that the log tells, wherever; NULL: it tells none, or several. */
static const char *only_version(const struct tw_classifier *classifier, uint32_t client)
{
    const char *version = NULL;
    for (size_t i = 0; i < classifier->context_count; i++) {
        const struct tw_context *context = &classifier->contexts[i];
        if (context->version[0] == '\0' ||
            classifier->pack->signatures[context->signature].kind != TLSWHY_KIND_CLIENT ||
            tw_classify_client(classifier->pack, &context->hit) != client) {
            continue;
        }
        if (version != NULL && strcmp(version, context->version) != 0) {
            return NULL;
        }
        version = context->version;
    }
    return version;
}

/* The client: what the user said where the log says less, what the log showed, what an error hints
 * at. */
static void choose_client(const struct tw_classifier *classifier,
                          const struct tw_incident *incident, struct tw_judgement *judgement)
{
    const struct tw_pack *pack = classifier->pack;
    uint32_t given = classifier->options.client;
    uint32_t later = later_client(classifier, incident);
    uint32_t client = later != TW_PACK_NONE ? later : incident->client;
    judgement->version = later != TW_PACK_NONE || incident->client_version[0] == '\0'
                             ? NULL
                             : incident->client_version;
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        const struct tw_held *held = judgement->evidence[i];
        bool hints = tw_classify_signature(classifier, held)->kind == TLSWHY_KIND_ERROR &&
                     held->client != TW_PACK_NONE;
        if (hints && (client == TW_PACK_NONE ||
                      pack->clients[held->client].rank > pack->clients[client].rank)) {
            client = held->client;
            judgement->version = NULL;
        }
    }
    if (given != TW_PACK_NONE &&
        (client == TW_PACK_NONE || pack->clients[client].rank <= pack->clients[given].rank)) {
        judgement->version = client == given ? judgement->version : NULL;
        client = given;
    }
    judgement->client = client;
    if (judgement->version == NULL && client != TW_PACK_NONE) {
        judgement->version = only_version(classifier, client);
    }
}

/* What the client's version says, and on which piece of evidence it hangs. */
static void judge_version(const struct tw_classifier *classifier, struct tw_judgement *judgement)
{
    const struct tw_pack *pack = classifier->pack;
    if (judgement->client == TW_PACK_NONE || judgement->version == NULL) {
        return;
    }
    const struct tw_pack_client *client = &pack->clients[judgement->client];
    if (client->compliant_from == 0) {
        return;
    }
    int order = tw_classify_compare_versions(judgement->version,
                                             tw_pack_text(pack, client->compliant_from));
    judgement->version_terms = order < 0 ? client->old : client->compliant;
    for (size_t i = judgement->evidence_count; i-- > 0;) {
        const struct tw_held *held = judgement->evidence[i];
        if (held->client == judgement->client && strcmp(held->version, judgement->version) == 0) {
            judgement->tells_version[i] = true;
            return;
        }
    }
}

/* ---- the sum -----------------------------------------------------------------------------------
 */

static void add_terms(struct tw_classifier *classifier, struct tw_terms terms, bool only_later)
{
    for (uint32_t i = 0; i < terms.count; i++) {
        const struct tw_pack_term *term = &classifier->pack->terms[terms.first + i];
        classifier->score[term->cause] += tw_classify_term(term, only_later);
        classifier->supported[term->cause] |= term->value > 0;
    }
}

static double weight_of(const struct tw_classifier *classifier, uint32_t client, uint32_t cause,
                        bool client_knows_family)
{
    const struct tw_pack *pack = classifier->pack;
    if (!client_knows_family) {
        return (double)pack->causes[cause].prior;
    }
    struct tw_list priors = pack->clients[client].priors;
    for (uint32_t i = 0; i < priors.count; i++) {
        const struct tw_pack_prior *prior = &pack->priors[tw_pack_number(pack, priors, i)];
        if (prior->cause == cause) {
            return (double)prior->weight;
        }
    }
    return UNLISTED_WEIGHT;
}

static bool knows_family(const struct tw_pack *pack, uint32_t client, uint32_t family)
{
    if (client == TW_PACK_NONE) {
        return false;
    }
    struct tw_list priors = pack->clients[client].priors;
    for (uint32_t i = 0; i < priors.count; i++) {
        uint32_t cause = pack->priors[tw_pack_number(pack, priors, i)].cause;
        if (pack->causes[cause].family == family) {
            return true;
        }
    }
    return false;
}

/* Evidence that is against a cause by this much takes it out of the sharing of the priors. */
#define RULED_OUT (-4.0)

static bool has_share(const struct tw_classifier *classifier, uint32_t cause, uint32_t family)
{
    const struct tw_pack_cause *about = &classifier->pack->causes[cause];
    return about->family == family && !about->fallback && classifier->supported[cause] &&
           classifier->score[cause] > RULED_OUT;
}

/* Adds the priors. Within a family they are shared among the causes that something speaks for and
 * nothing rules out: a rare cause is not doubted where the evidence names it and no other. */
static void add_priors(struct tw_classifier *classifier, uint32_t client)
{
    const struct tw_pack *pack = classifier->pack;
    for (uint32_t family = 0; family < pack->family_count; family++) {
        bool known = knows_family(pack, client, family);
        double total = 0;
        for (uint32_t i = 0; i < pack->cause_count; i++) {
            total += has_share(classifier, i, family) ? weight_of(classifier, client, i, known) : 0;
        }
        for (uint32_t i = 0; i < pack->cause_count; i++) {
            if (pack->causes[i].family == family && total > 0) {
                classifier->score[i] += log(weight_of(classifier, client, i, known) / total);
            }
        }
    }
}

/* A softmax over the supported causes and the null hypothesis. */
static void set_confidence(struct tw_classifier *classifier)
{
    const struct tw_pack *pack = classifier->pack;
    double highest = NULL_SCORE;
    for (uint32_t i = 0; i < pack->cause_count; i++) {
        classifier->supported[i] &= !pack->causes[i].fallback;
        if (classifier->supported[i] && classifier->score[i] > highest) {
            highest = classifier->score[i];
        }
    }
    double total = exp(NULL_SCORE - highest);
    for (uint32_t i = 0; i < pack->cause_count; i++) {
        classifier->confidence[i] =
            classifier->supported[i] ? exp(classifier->score[i] - highest) : 0;
        total += classifier->confidence[i];
    }
    for (uint32_t i = 0; i < pack->cause_count; i++) {
        classifier->confidence[i] *= MOST_CONFIDENCE / total;
    }
}

static void choose_cause(const struct tw_classifier *classifier, struct tw_judgement *judgement)
{
    const struct tw_pack *pack = classifier->pack;
    uint32_t fallback = TW_PACK_NONE;
    judgement->family = judgement->cause = TW_PACK_NONE;
    for (uint32_t family = 0; family < pack->family_count; family++) {
        double sum = 0;
        for (uint32_t i = 0; i < pack->cause_count; i++) {
            sum += pack->causes[i].family == family ? classifier->confidence[i] : 0;
        }
        if (sum > judgement->family_confidence) {
            judgement->family = family;
            judgement->family_confidence = sum;
        }
    }
    for (uint32_t i = 0; judgement->family != TW_PACK_NONE && i < pack->cause_count; i++) {
        if (pack->causes[i].family != judgement->family) {
            continue;
        }
        if (pack->causes[i].fallback) {
            fallback = i;
        } else if (classifier->confidence[i] > judgement->cause_confidence) {
            judgement->cause = i;
            judgement->cause_confidence = classifier->confidence[i];
        }
    }
    if (judgement->cause_confidence < 0.5 && fallback != TW_PACK_NONE) {
        judgement->cause = fallback;
        judgement->cause_confidence = judgement->family_confidence;
    }
    judgement->conclusive = judgement->cause != TW_PACK_NONE &&
                            judgement->family_confidence >= classifier->options.min_confidence;
}

void tw_classify_rank(struct tw_classifier *classifier, const struct tw_incident *incident,
                      struct tw_judgement *judgement)
{
    *judgement = (struct tw_judgement){.client = TW_PACK_NONE, .dropped = incident->dropped};
    for (size_t i = 0; i < incident->hit_count; i++) {
        judgement->evidence[judgement->evidence_count++] = &incident->hits[i];
    }
    add_from_input(classifier, incident, judgement);
    qsort(judgement->evidence, judgement->evidence_count, sizeof *judgement->evidence, by_place);
    drop_unmet(classifier, judgement);
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        judgement->has_error |=
            tw_classify_signature(classifier, judgement->evidence[i])->kind == TLSWHY_KIND_ERROR;
    }
    choose_client(classifier, incident, judgement);
    judge_version(classifier, judgement);
    memset(classifier->score, 0, classifier->pack->cause_count * sizeof *classifier->score);
    memset(classifier->supported, 0, classifier->pack->cause_count * sizeof *classifier->supported);
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        const struct tw_held *held = judgement->evidence[i];
        const struct tw_pack_signature *signature = tw_classify_signature(classifier, held);
        bool again = false;
        for (size_t k = 0; k < i; k++) {
            again |= judgement->counts[k] && judgement->evidence[k]->signature == held->signature;
        }
        judgement->counts[i] = !again && counts(classifier, incident, held);
        judgement->only_later[i] = signature->kind == TLSWHY_KIND_FACT &&
                                   signature->scope == TW_SCOPE_HOST &&
                                   held->first_out > incident->last_end;
        if (judgement->counts[i]) {
            add_terms(classifier, signature->supports, judgement->only_later[i]);
            add_terms(classifier, signature->rules_out, judgement->only_later[i]);
        }
    }
    for (size_t i = 0; i < incident->host_count; i++) {
        bool service = tw_classify_is_service(classifier->pack, incident->hosts[i]);
        judgement->on_service |= service;
        judgement->off_service |= !service;
    }
    tw_classify_conclude(classifier, incident, judgement);
    for (size_t i = 0; i < judgement->evidence_count; i++) {
        const struct tw_pack_signature *signature =
            tw_classify_signature(classifier, judgement->evidence[i]);
        if (signature->when != TW_PACK_NONE) {
            add_terms(classifier, signature->supports, false);
            add_terms(classifier, signature->rules_out, false);
        }
    }
    if (judgement->on_service) {
        judgement->service_terms = classifier->pack->service->on_service;
        for (size_t i = judgement->evidence_count; i-- > 0;) {
            const char *host = judgement->evidence[i]->host;
            if (host[0] != '\0' && tw_classify_is_service(classifier->pack, host)) {
                judgement->service_evidence = i;
            }
        }
    }
    /* They shift between causes that something speaks for, and make none. */
    bool *supported = classifier->supported;
    struct tw_terms extra[] = {judgement->version_terms, judgement->service_terms};
    for (size_t i = 0; i < sizeof extra / sizeof *extra; i++) {
        for (uint32_t k = 0; k < extra[i].count; k++) {
            const struct tw_pack_term *term = &classifier->pack->terms[extra[i].first + k];
            if (supported[term->cause]) {
                classifier->score[term->cause] += (double)term->value;
            }
        }
    }
    add_priors(classifier, judgement->client);
    set_confidence(classifier);
    choose_cause(classifier, judgement);
}
