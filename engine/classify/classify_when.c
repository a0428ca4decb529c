/* classify_when.c -- draws conclusions: signatures that are not read in the log but follow from
 * several pieces of evidence (`when` in a pack).
 *
 * The primitives: all, any, not, within the incident, its hosts or the input; before and after the
 * failure; how many hosts or failures; the client; whether the host is one of the service. A
 * conclusion never rests on another one, so that their order does not matter. */
#include "classify/classify_parts.h"

/* What a condition is asked about. */
struct question {
    struct tw_classifier *classifier;
    const struct tw_incident *incident;
    const struct tw_judgement *judgement;
    size_t read; /* pieces of evidence that were read in the log */
    const struct tw_pack_when *when;
};

enum moment { ANY_TIME, BEFORE, AFTER };

static bool fits(const struct question *question, enum moment moment, uint64_t first, uint64_t last)
{
    return moment == ANY_TIME || (moment == BEFORE && first < question->incident->first_out) ||
           (moment == AFTER && last > question->incident->last_end);
}

/* The first piece of the incident's evidence that is one of the names. */
static const struct tw_held *evidence_of(const struct question *question, struct tw_list names,
                                         enum moment moment)
{
    const struct tw_judgement *judgement = question->judgement;
    for (size_t i = 0; i < question->read; i++) {
        const struct tw_held *held = judgement->evidence[i];
        if (judgement->counts[i] && fits(question, moment, held->out, held->out) &&
            tw_pack_is_named(question->classifier->pack, names, held->signature)) {
            return held;
        }
    }
    return NULL;
}

/* The first context about one of the incident's hosts (or, for the input, any) that is one of the
 * names. */
static const struct tw_context *context_of(const struct question *question, struct tw_list names,
                                           enum moment moment)
{
    const struct tw_classifier *classifier = question->classifier;
    for (size_t i = 0; i < classifier->context_count; i++) {
        const struct tw_context *context = &classifier->contexts[i];
        bool about = question->when->window == TW_WINDOW_INPUT ||
                     tw_classify_is_host_of(question->incident, context->host);
        if (about && fits(question, moment, context->first_out, context->out) &&
            tw_pack_is_named(classifier->pack, names, context->signature)) {
            return context;
        }
    }
    return NULL;
}

/* Whether one of the names stood anywhere in the input. */
static bool is_in_input(const struct question *question, struct tw_list names, enum moment moment)
{
    const struct tw_classifier *classifier = question->classifier;
    for (uint32_t i = 0; i < classifier->pack->signature_count; i++) {
        const struct tw_seen *seen = &classifier->seen[i];
        if (seen->ever && fits(question, moment, seen->first, seen->last) &&
            tw_pack_is_named(classifier->pack, names, i)) {
            return true;
        }
    }
    return false;
}

/* Whether one of the names stands in the window of the condition. */
static bool stands(const struct question *question, struct tw_list names, enum moment moment)
{
    uint32_t window = question->when->window;
    if (evidence_of(question, names, moment) != NULL) {
        return true;
    }
    return (window == TW_WINDOW_HOST && context_of(question, names, moment) != NULL) ||
           (window == TW_WINDOW_INPUT && is_in_input(question, names, moment));
}

static bool all_stand(const struct question *question)
{
    struct tw_list all = question->when->all;
    for (uint32_t i = 0; i < all.count; i++) {
        if (!stands(question, (struct tw_list){all.first + i, 1}, ANY_TIME)) {
            return false;
        }
    }
    return true;
}

static bool has_named(const struct question *question, const struct tw_incident *incident)
{
    for (size_t i = 0; i < incident->hit_count; i++) {
        if (tw_pack_is_named(question->classifier->pack, question->when->of,
                             incident->hits[i].signature)) {
            return true;
        }
    }
    return false;
}

/* Whether enough failures, of enough hosts, had what is counted, this one among them. */
static bool is_often_enough(const struct question *question)
{
    const struct tw_classifier *classifier = question->classifier;
    const struct tw_pack_when *when = question->when;
    const char *hosts[TW_COUNTED_HOSTS_MAX];
    uint32_t host_count = 0;
    uint64_t times = 0;
    if (when->of.count == 0) {
        return true;
    }
    if (!has_named(question, question->incident)) {
        return false;
    }
    for (size_t i = 0; i < classifier->closed_count; i++) {
        const struct tw_incident *incident = &classifier->closed[i];
        if (host_count >= when->hosts && times >= when->times) {
            break;
        }
        if (!has_named(question, incident)) {
            continue;
        }
        times += incident->count;
        for (size_t k = 0; k < incident->host_count; k++) {
            bool known = false;
            for (uint32_t j = 0; j < host_count; j++) {
                known |= strcmp(hosts[j], incident->hosts[k]) == 0;
            }
            if (!known && host_count < TW_COUNTED_HOSTS_MAX) {
                hosts[host_count++] = incident->hosts[k];
            }
        }
    }
    return host_count >= when->hosts && times >= when->times;
}

static bool is_client_listed(const struct question *question)
{
    struct tw_list clients = question->when->clients;
    for (uint32_t i = 0; i < clients.count; i++) {
        if (tw_pack_number(question->classifier->pack, clients, i) == question->judgement->client) {
            return true;
        }
    }
    return clients.count == 0;
}

static bool is_on_side(const struct question *question)
{
    const struct tw_judgement *judgement = question->judgement;
    switch (question->when->side) {
    case TW_SIDE_SERVICE:
        return judgement->on_service;
    case TW_SIDE_OTHER:
        return judgement->off_service && !judgement->on_service;
    default:
        return true;
    }
}

static bool holds(const struct question *question)
{
    const struct tw_pack_when *when = question->when;
    /* The cheap ones first. */
    return is_client_listed(question) && is_on_side(question) && all_stand(question) &&
           (when->any.count == 0 || stands(question, when->any, ANY_TIME)) &&
           (when->none.count == 0 || !stands(question, when->none, ANY_TIME)) &&
           (when->before.count == 0 || stands(question, when->before, BEFORE)) &&
           (when->after.count == 0 || stands(question, when->after, AFTER)) &&
           is_often_enough(question);
}

/* Where the reader should look: what the condition asks for, first what is not the failure itself.
 */
static bool place_of(const struct question *question, struct tw_held *held)
{
    const struct tw_pack_when *when = question->when;
    const struct tw_list lists[] = {when->before, when->after, when->all, when->any, when->of};
    const struct tw_held *found = NULL;
    for (size_t i = 0; found == NULL && i < sizeof lists / sizeof *lists; i++) {
        const struct tw_context *context = NULL;
        found = evidence_of(question, lists[i], ANY_TIME);
        if (found == NULL && when->window != TW_WINDOW_INCIDENT) {
            context = context_of(question, lists[i], ANY_TIME);
        }
        if (context != NULL) {
            return tw_classify_unlatch(question->classifier, context, question->classifier->arena,
                                       held) == TW_OK;
        }
    }
    if (found == NULL && question->read > 0) {
        found = question->judgement->evidence[0];
    }
    if (found != NULL) {
        *held = *found;
    }
    return found != NULL;
}

/* Brings the pieces from `from` on to their places among the others, which lie in the order of the
 * input. */
static void sort_in(struct tw_judgement *judgement, size_t from)
{
    for (size_t i = from; i < judgement->evidence_count; i++) {
        const struct tw_held *held = judgement->evidence[i];
        size_t to = i;
        for (; to > 0 && judgement->evidence[to - 1]->at.offset > held->at.offset; to--) {
            judgement->evidence[to] = judgement->evidence[to - 1];
            judgement->counts[to] = judgement->counts[to - 1];
            judgement->only_later[to] = judgement->only_later[to - 1];
            judgement->tells_version[to] = judgement->tells_version[to - 1];
        }
        judgement->evidence[to] = held;
        judgement->counts[to] = true;
        judgement->only_later[to] = judgement->tells_version[to] = false;
    }
}

void tw_classify_conclude(struct tw_classifier *classifier, const struct tw_incident *incident,
                          struct tw_judgement *judgement)
{
    const struct tw_pack *pack = classifier->pack;
    struct question question = {classifier, incident, judgement, judgement->evidence_count, NULL};
    for (uint32_t i = 0; i < pack->signature_count; i++) {
        const struct tw_pack_signature *signature = &pack->signatures[i];
        if (signature->when == TW_PACK_NONE) {
            continue;
        }
        question.when = &pack->whens[signature->when];
        if (!holds(&question)) {
            continue;
        }
        if (judgement->evidence_count == TW_EVIDENCE_MAX) {
            judgement->dropped++;
            continue;
        }
        struct tw_held *held = tw_base_arena_alloc(classifier->arena, 1, sizeof *held);
        if (held != NULL && place_of(&question, held)) {
            held->signature = i;
            held->client = TW_PACK_NONE;
            held->host = held->version = "";
            held->capture_count = 0;
            judgement->evidence[judgement->evidence_count++] = held;
        }
    }
    sort_in(judgement, question.read);
}
