/* classify_incident.c -- binds hits to incidents, and takes equal incidents as one.
 *
 * Errors bind when they stand in one record, or near one another with no sign between them that
 * something new began: another host, a new connection attempt, or the same error again (a retry).
 * Clients and facts join the incident that they stand near, and never make one. Most traces have no
 * clock, so nearness is counted in bytes of text. */
#include "base/hash.h"
#include "classify/classify_parts.h"

#include <stdio.h>
#include <stdlib.h>

void tw_classify_incident_free(struct tw_incident *incident)
{
    tw_base_free(incident->hits);
    tw_base_arena_free(incident->arena);
    *incident = (struct tw_incident){.hit_count = 0};
}

static bool has_signature(const struct tw_incident *incident, uint32_t signature)
{
    for (size_t i = 0; i < incident->hit_count; i++) {
        if (incident->hits[i].signature == signature) {
            return true;
        }
    }
    return false;
}

/* Whether the incident already has this very piece of evidence: the same signature about the same
 * host. */
static bool has_evidence(const struct tw_incident *incident, uint32_t signature, const char *host,
                         const char *version)
{
    for (size_t i = 0; i < incident->hit_count; i++) {
        const struct tw_held *held = &incident->hits[i];
        if (held->signature == signature && strcmp(held->host, host) == 0 &&
            strcmp(held->version, version) == 0) {
            return true;
        }
    }
    return false;
}

/* Pieces that clients and facts leave free, so that a log full of them never pushes an error out.
 */
#define ERROR_PLACES 32u

/* Where a further piece of evidence goes: `*held` is its place, to be filled and counted; NULL
 * where the incident has this piece, or as many as are kept. */
static enum tw_status place_evidence(struct tw_incident *incident, uint32_t signature,
                                     const char *host, const char *version, size_t most,
                                     struct tw_held **held)
{
    *held = NULL;
    if (has_evidence(incident, signature, host, version)) {
        return TW_OK;
    }
    if (incident->hit_count >= most) {
        incident->dropped++;
        return TW_OK;
    }
    if (incident->hit_count == incident->hit_room) {
        size_t room = incident->hit_room == 0 ? 4 : incident->hit_room * 2;
        struct tw_held *grown = tw_base_realloc(incident->hits, room, sizeof *grown);
        if (grown == NULL) {
            return TW_ERR_MEMORY;
        }
        incident->hits = grown;
        incident->hit_room = room;
    }
    *held = &incident->hits[incident->hit_count];
    return TW_OK;
}

/* Whether what a context says can be about the incident in hand. */
static bool applies(const struct tw_classifier *classifier, const struct tw_context *context)
{
    const struct tw_incident *incident = &classifier->open;
    bool before = context->record.at.out < incident->first_out ||
                  (context->record.at.out == incident->first_out &&
                   context->hit.chain < incident->first_chain);
    /* What was true of the attempt before says nothing of this one; the client is still the same.
     */
    bool earlier_attempt =
        classifier->pack->signatures[context->signature].kind == TLSWHY_KIND_FACT &&
        context->order < classifier->attempt_order;
    /* A fact that another thread wrote is about its connection; the program is the same. */
    bool other_thread = classifier->pack->signatures[context->signature].kind == TLSWHY_KIND_FACT &&
                        context->record.origin != 0 && incident->origin != 0 &&
                        context->record.origin != incident->origin;
    return !(incident->fresh && before) && !earlier_attempt && !other_thread &&
           !tw_classify_stacks_differ(classifier, incident->stack,
                                      tw_classify_stack(classifier, &context->hit));
}

static enum tw_status add_context(struct tw_classifier *classifier,
                                  const struct tw_context *context)
{
    struct tw_incident *incident = &classifier->open;
    struct tw_held *held = NULL;
    enum tw_status status = TW_OK;
    if (applies(classifier, context)) {
        status = place_evidence(incident, context->signature, context->host, context->version,
                                TW_EVIDENCE_MAX - ERROR_PLACES, &held);
    }
    if (held != NULL) {
        status = tw_classify_unlatch(classifier, context, incident->arena, held);
        incident->hit_count += status == TW_OK;
    }
    return status;
}

/* Whether context `a` says more of the client than `b`: a more specific client, or a later word of
 * one as specific. */
static bool says_more(const struct tw_classifier *classifier, const struct tw_context *a,
                      const struct tw_context *b)
{
    const struct tw_pack *pack = classifier->pack;
    uint32_t rank_a = pack->clients[pack->signatures[a->signature].client].rank;
    uint32_t rank_b = pack->clients[pack->signatures[b->signature].client].rank;
    return rank_a != rank_b ? rank_a > rank_b : a->order > b->order;
}

/* The client that the log has shown best so far, and its version. */
static void note_client(struct tw_classifier *classifier)
{
    const struct tw_pack *pack = classifier->pack;
    struct tw_incident *incident = &classifier->open;
    const struct tw_context *best = NULL;
    const struct tw_context *versioned = NULL;
    for (size_t i = 0; i < classifier->context_count; i++) {
        const struct tw_context *context = &classifier->contexts[i];
        if (pack->signatures[context->signature].kind == TLSWHY_KIND_CLIENT &&
            applies(classifier, context) &&
            (best == NULL || says_more(classifier, context, best))) {
            best = context;
        }
    }
    incident->client = best == NULL ? TW_PACK_NONE : pack->signatures[best->signature].client;
    for (size_t i = 0; i < classifier->context_count; i++) {
        const struct tw_context *context = &classifier->contexts[i];
        if (best != NULL && context->version[0] != '\0' &&
            pack->signatures[context->signature].kind == TLSWHY_KIND_CLIENT &&
            pack->signatures[context->signature].client == incident->client &&
            (versioned == NULL || context->order > versioned->order)) {
            versioned = context;
        }
    }
    memset(incident->client_version, 0, sizeof incident->client_version);
    if (versioned != NULL) {
        memcpy(incident->client_version, versioned->version, TW_VERSION_BYTES);
    }
}

/* Whether the record belongs to a connection attempt whose beginning the log shows. */
static bool is_in_attempt(const struct tw_classifier *classifier, const struct tw_record *record)
{
    return classifier->attempt != 0 && (record->at.out <= classifier->attempt_out ||
                                        record->at.out - classifier->attempt_out <= TW_ATTEMPT_GAP);
}

static enum tw_status open_incident(struct tw_classifier *classifier,
                                    const struct tw_record *record, uint32_t chain, tw_text stack,
                                    bool fresh)
{
    struct tw_incident *incident = &classifier->open;
    *incident = (struct tw_incident){.count = 1,
                                     .first_out = record->at.out,
                                     .first_offset = record->at.offset,
                                     .first_line = UINT64_MAX,
                                     .in_attempt = is_in_attempt(classifier, record),
                                     .first_chain = chain,
                                     .stack = stack,
                                     .fresh = fresh,
                                     .client = TW_PACK_NONE};
    incident->arena = tw_base_arena_new();
    if (incident->arena == NULL) {
        return TW_ERR_MEMORY;
    }
    enum tw_status status = TW_OK;
    uint64_t reach = incident->in_attempt ? TW_ATTEMPT_GAP : TW_INCIDENT_GAP;
    for (size_t i = 0; status == TW_OK && i < classifier->context_count; i++) {
        const struct tw_context *context = &classifier->contexts[i];
        /* One that stands in the same record may stand behind its beginning. */
        if (context->out >= record->at.out || record->at.out - context->out <= reach) {
            status = add_context(classifier, context);
        }
    }
    return status;
}

/* Whether an error of this record goes on with the incident in hand. */
static bool belongs(const struct tw_classifier *classifier, const struct tw_incident *incident,
                    const struct tw_record *record, const struct tw_hit *hit, const char *host,
                    tw_text stack)
{
    const struct tw_pack_signature *signature = &classifier->pack->signatures[hit->signature];
    bool both_known = incident->origin != 0 && record->origin != 0;
    bool same_origin = both_known && incident->origin == record->origin;
    uint64_t reach = incident->in_attempt || same_origin ? TW_ATTEMPT_GAP : TW_INCIDENT_GAP;
    if (incident->count == 0 || incident->hits == NULL) {
        return false;
    }
    if (tw_classify_stacks_differ(classifier, stack, incident->stack)) {
        return false;
    }
    if (record->at.out == incident->last_record) {
        return hit->chain == incident->last_chain;
    }
    if (record->repeats) {
        return true;
    }
    /* Two threads that each tell of a failure tell of two. A wrapper on another thread is the same
     * one: code that waits goes on elsewhere. */
    if (both_known && !same_origin && incident->telling && signature->supports.count > 0) {
        return false;
    }
    /* A piece of a cut record begins before the end of the piece before it. */
    if (record->at.out > incident->last_end && record->at.out - incident->last_end > reach) {
        return false;
    }
    /* A host that was named since the last error speaks for an error that names none. */
    bool named_since =
        host[0] == '\0' && classifier->host_out >= incident->last_end && !incident->in_attempt;
    const char *about = named_since ? classifier->host : host;
    bool other_host = about[0] != '\0' && incident->host_count > 0;
    for (size_t i = 0; i < incident->host_count; i++) {
        other_host &= strcmp(incident->hosts[i], about) != 0;
    }
    /* A heading that tells nothing takes the host that is named below it. */
    other_host |= named_since && incident->host_count == 0 && incident->telling;
    bool again = !incident->in_attempt && signature->supports.count > 0 &&
                 has_signature(incident, hit->signature);
    return !other_host && !again;
}

static void add_host(struct tw_incident *incident, const char *host)
{
    for (size_t i = 0; i < incident->host_count; i++) {
        if (strcmp(incident->hosts[i], host) == 0) {
            return;
        }
    }
    if (host[0] != '\0' && incident->host_count < TW_INCIDENT_HOSTS) {
        (void)snprintf(incident->hosts[incident->host_count++], TW_HOST_BYTES, "%s", host);
    }
}

static enum tw_status close_one(struct tw_classifier *classifier, struct tw_incident *incident);

/* Takes the parked incident `index` out of its place. */
static struct tw_incident unpark(struct tw_classifier *classifier, size_t index)
{
    struct tw_incident incident = classifier->parked[index];
    classifier->parked_count--;
    memmove(&classifier->parked[index], &classifier->parked[index + 1],
            (classifier->parked_count - index) * sizeof incident);
    return incident;
}

/* Puts the open incident aside, because another thread has the word. */
static enum tw_status park(struct tw_classifier *classifier)
{
    enum tw_status status = TW_OK;
    if (classifier->parked_count == TW_PARKED_MAX) {
        struct tw_incident oldest = unpark(classifier, 0);
        status = close_one(classifier, &oldest);
        tw_classify_incident_free(&oldest); /* not empty only where memory ran out */
    }
    classifier->parked[classifier->parked_count++] = classifier->open;
    classifier->open = (struct tw_incident){.hit_count = 0};
    return status;
}

/* Makes room for an error that does not belong to the open incident: what another thread writes
 * puts it aside, anything else ends it. True: the error goes on with one that was put aside. */
static enum tw_status change_incident(struct tw_classifier *classifier,
                                      const struct tw_record *record, const struct tw_hit *hit,
                                      const char *host, tw_text stack, bool *found)
{
    uint64_t open = classifier->open.origin;
    bool other_thread = open != 0 && record->origin != 0 && open != record->origin;
    *found = false;
    enum tw_status status =
        other_thread ? park(classifier) : close_one(classifier, &classifier->open);
    for (size_t i = 0; status == TW_OK && !*found && i < classifier->parked_count; i++) {
        const struct tw_incident *parked = &classifier->parked[i];
        if (record->origin != 0 && parked->origin == record->origin &&
            belongs(classifier, parked, record, hit, host, stack)) {
            classifier->open = unpark(classifier, i);
            *found = true;
        }
    }
    return status;
}

static enum tw_status add_error(struct tw_classifier *classifier, const struct tw_record *record,
                                const struct tw_hit *hit, tw_text stack)
{
    struct tw_incident *incident = &classifier->open;
    char host[TW_HOST_BYTES];
    char version[TW_VERSION_BYTES];
    tw_classify_key_captures(hit, host, version);
    if (host[0] == '\0') {
        (void)tw_classify_url_host(classifier->pack, record, hit, host);
    }
    if (!belongs(classifier, incident, record, hit, host, stack)) {
        bool fresh = hit->chain > 0;
        bool found = false;
        enum tw_status status = change_incident(classifier, record, hit, host, stack, &found);
        if (status == TW_OK && !found) {
            status = open_incident(classifier, record, hit->chain, stack, fresh);
        }
        if (status != TW_OK) {
            return status;
        }
    }
    incident->last_record = record->at.out;
    incident->last_end = record->at.out + record->text.length;
    incident->last_chain = hit->chain;
    incident->stack = incident->stack != 0 ? incident->stack : stack;
    incident->origin = incident->origin != 0 ? incident->origin : record->origin;
    incident->telling |= classifier->pack->signatures[hit->signature].supports.count > 0;
    incident->first_line =
        hit->at.line < incident->first_line ? hit->at.line : incident->first_line;
    incident->last_line = hit->at.line > incident->last_line ? hit->at.line : incident->last_line;
    add_host(incident, host);
    struct tw_held *held = NULL;
    enum tw_status status =
        place_evidence(incident, hit->signature, host, version, TW_EVIDENCE_MAX, &held);
    if (held != NULL) {
        status = tw_classify_hold(classifier, record, hit, incident->arena, held);
        incident->hit_count += status == TW_OK;
        note_client(classifier);
    }
    return status;
}

bool tw_classify_listens(const struct tw_classifier *classifier, uint64_t out)
{
    const struct tw_incident *incident = &classifier->open;
    return incident->hits != NULL &&
           (out <= incident->last_end || out - incident->last_end <= TW_INCIDENT_GAP);
}

/* A client or a fact: latched, and part of the incident in hand where it stands near. */
static enum tw_status add_to_context(struct tw_classifier *classifier,
                                     const struct tw_record *record, const struct tw_hit *hit)
{
    struct tw_context *context = NULL;
    enum tw_status status = TW_OK;
    if (classifier->pack->signatures[hit->signature].starts_attempt) {
        status = close_one(classifier, &classifier->open);
        classifier->attempt++;
    }
    if (status == TW_OK) {
        bool known = classifier->host[0] != '\0' && record->at.out >= classifier->host_out &&
                     record->at.out - classifier->host_out <= TW_INCIDENT_GAP;
        status =
            tw_classify_latch(classifier, record, hit, known ? classifier->host : "", &context);
    }
    if (context != NULL && classifier->pack->signatures[hit->signature].starts_attempt) {
        classifier->attempt_order = context->order;
        classifier->attempt_out = context->out;
    }
    if (context != NULL && context->host[0] != '\0') {
        memcpy(classifier->host, context->host, sizeof classifier->host);
        classifier->host_out = context->out;
    }
    if (status == TW_OK && context != NULL && tw_classify_listens(classifier, context->out)) {
        status = add_context(classifier, context);
        note_client(classifier);
    }
    return status;
}

/* The stack of the program that wrote an exception chain: of a client that is named in it, or else
 * what its errors hint at, whose texts may be those of a library. */
static tw_text stack_of_chain(const struct tw_classifier *classifier, const struct tw_hit *hits,
                              size_t count, uint32_t chain)
{
    tw_text hinted = 0;
    for (size_t i = 0; i < count; i++) {
        tw_text stack = tw_classify_stack(classifier, &hits[i]);
        bool is_client = classifier->pack->signatures[hits[i].signature].kind == TLSWHY_KIND_CLIENT;
        if (hits[i].chain == chain && stack != 0 && is_client) {
            return stack;
        }
        if (hits[i].chain == chain && hinted == 0) {
            hinted = stack;
        }
    }
    return hinted;
}

static void note_seen(struct tw_classifier *classifier, const struct tw_record *record,
                      const struct tw_hit *hit)
{
    struct tw_seen *seen = &classifier->seen[hit->signature];
    uint64_t at = record->at.out + hit->start;
    seen->first = seen->ever ? seen->first : at;
    seen->last = at;
    seen->ever = true;
}

enum tw_status tw_classify_add(struct tw_classifier *classifier, const struct tw_record *record,
                               const struct tw_hit *hits, size_t count, struct tw_error *error)
{
    enum tw_status status = TW_OK;
    /* Context first: what a record says of its client counts for the error in it, wherever it
     * stands. */
    for (size_t i = 0; status == TW_OK && i < count; i++) {
        note_seen(classifier, record, &hits[i]);
        if (classifier->pack->signatures[hits[i].signature].kind != TLSWHY_KIND_ERROR) {
            status = add_to_context(classifier, record, &hits[i]);
        }
    }
    for (size_t i = 0; status == TW_OK && i < count; i++) {
        if (classifier->pack->signatures[hits[i].signature].kind == TLSWHY_KIND_ERROR) {
            tw_text stack = stack_of_chain(classifier, hits, count, hits[i].chain);
            status = add_error(classifier, record, &hits[i], stack);
        }
    }
    return status == TW_OK ? TW_OK : tw_base_error_set(error, status, "out of memory");
}

static bool is_error(const struct tw_classifier *classifier, const struct tw_held *held)
{
    return tw_classify_signature(classifier, held)->kind == TLSWHY_KIND_ERROR;
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* What makes two incidents equal: the same errors, hosts, and client. */
static uint64_t key_of(const struct tw_classifier *classifier, const struct tw_incident *incident)
{
    uint32_t errors[TW_EVIDENCE_MAX];
    size_t count = 0;
    for (size_t i = 0; i < incident->hit_count; i++) {
        const struct tw_held *held = &incident->hits[i];
        if (is_error(classifier, held)) {
            errors[count++] = held->signature;
        }
    }
    qsort(errors, count, sizeof *errors, by_number);
    uint64_t key = TW_HASH_START;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || errors[i] != errors[i - 1]) {
            key = tw_base_hash_number(key, errors[i]);
        }
    }
    for (size_t i = 0; i < incident->host_count; i++) {
        key = tw_base_hash(key, tw_base_span(incident->hosts[i]));
    }
    return tw_base_hash(tw_base_hash_number(key, incident->client),
                        tw_base_span(incident->client_version));
}

/* The last time that the incident's hits tell; of its own when it closes, of its last repeat later.
 */
static void note_last_time(const struct tw_classifier *classifier, struct tw_incident *incident,
                           const struct tw_incident *from)
{
    for (size_t i = 0; i < from->hit_count; i++) {
        const char *time = from->hits[i].time;
        if (time != NULL && is_error(classifier, &from->hits[i])) {
            size_t length = strlen(time) < TW_TIME_BYTES - 1 ? strlen(time) : TW_TIME_BYTES - 1;
            memcpy(incident->last_time, time, length);
            incident->last_time[length] = '\0';
        }
    }
}

/* The host that stands nearest, where the errors name none: the last one named before the first
 * error, or in the record of an error. What is named after it may be the next connection. */
static void take_near_host(const struct tw_classifier *classifier, struct tw_incident *incident)
{
    const struct tw_held *nearest = NULL;
    for (size_t i = 0; incident->host_count == 0 && i < incident->hit_count; i++) {
        const struct tw_held *held = &incident->hits[i];
        bool fits = held->at.line <= incident->first_line;
        for (size_t k = 0; !fits && k < incident->hit_count; k++) {
            fits = incident->hits[k].out == held->out && is_error(classifier, &incident->hits[k]);
        }
        if (held->host[0] != '\0' && fits &&
            (nearest == NULL || held->at.offset > nearest->at.offset)) {
            nearest = held;
        }
    }
    if (nearest != NULL) {
        add_host(incident, nearest->host);
    }
}

/* Counts an incident to an equal one; false where there is none. */
static bool count_again(struct tw_classifier *classifier, const struct tw_incident *incident)
{
    for (size_t i = 0; i < classifier->closed_count; i++) {
        struct tw_incident *earlier = &classifier->closed[i];
        if (earlier->key == incident->key) {
            earlier->count++;
            note_last_time(classifier, earlier, incident);
            return true;
        }
    }
    return false;
}

/* Closes an incident (fine where it is none), which is empty afterwards. */
static enum tw_status close_one(struct tw_classifier *classifier, struct tw_incident *incident)
{
    if (incident->hits == NULL) {
        return TW_OK;
    }
    take_near_host(classifier, incident);
    note_last_time(classifier, incident, incident);
    incident->key = key_of(classifier, incident);
    if (count_again(classifier, incident)) {
        tw_classify_incident_free(incident);
        return TW_OK;
    }
    if (classifier->closed_count == TW_DIAGNOSES_MAX) {
        classifier->dropped++;
        tw_classify_incident_free(incident);
        return TW_OK;
    }
    if (classifier->closed_count == classifier->closed_room) {
        size_t room = classifier->closed_room == 0 ? 8 : classifier->closed_room * 2;
        struct tw_incident *grown = tw_base_realloc(classifier->closed, room, sizeof *grown);
        if (grown == NULL) {
            return TW_ERR_MEMORY;
        }
        classifier->closed = grown;
        classifier->closed_room = room;
    }
    /* Closed incidents are many; room that is not used goes back. Where it cannot, nothing is lost.
     */
    struct tw_held *exact = tw_base_realloc(incident->hits, incident->hit_count, sizeof *exact);
    incident->hits = exact == NULL ? incident->hits : exact;
    classifier->closed[classifier->closed_count++] = *incident;
    *incident = (struct tw_incident){.hit_count = 0};
    return TW_OK;
}

static int by_first_error(const void *left, const void *right)
{
    const struct tw_incident *a = left;
    const struct tw_incident *b = right;
    if (a->first_out != b->first_out) {
        return a->first_out < b->first_out ? -1 : 1;
    }
    /* Two chains of one record. */
    return a->first_chain < b->first_chain ? -1 : a->first_chain > b->first_chain;
}

enum tw_status tw_classify_close(struct tw_classifier *classifier)
{
    enum tw_status status = TW_OK;
    while (status == TW_OK && classifier->parked_count > 0) {
        struct tw_incident oldest = unpark(classifier, 0);
        status = close_one(classifier, &oldest);
        tw_classify_incident_free(&oldest); /* not empty only where memory ran out */
    }
    if (status == TW_OK) {
        status = close_one(classifier, &classifier->open);
    }
    if (classifier->closed_count > 1) {
        qsort(classifier->closed, classifier->closed_count, sizeof *classifier->closed,
              by_first_error);
    }
    return status;
}
