/* confirm.c -- decides which candidates are hits, and takes their captures; see confirm.h.
 *
 * Patterns are compiled when their anchor is first seen: a start that confirms nothing pays
 * nothing. A pattern looks at the line around the anchor, TW_CONFIRM_WINDOW bytes each way at most,
 * or at the record. */
#include "confirm/confirm.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "match/match.h"

#include <tlswhy/tlswhy.h>

struct tw_confirmer {
    const struct tw_pack *pack;
    struct tw_pattern **patterns; /* of wordings, made when needed */
    struct tw_pattern **unless;   /* of signatures, likewise */
    uint64_t *last_record;        /* by signature: the serial of the last record that it hit */
    bool *applies;                /* by signature: whether it is for the format in hand */
    struct tw_hit *hits;          /* of the record; room for every signature once */
    bool *replaced;               /* of each hit, whether a better one stands for it */
    uint64_t *missed; /* by wording: the last record that its pattern was not found in as a whole */
    uint64_t *asked;  /* by signature: the last record that was asked for its `unless` */
    bool *excepted;   /* and the answer */
    size_t hit_count;
    const struct tw_record *record;
    size_t told;     /* bytes of it that were told before */
    uint64_t serial; /* of the record */
    uint64_t given_up;
};

enum tw_status tw_confirm_new(struct tw_confirmer **out, const struct tw_pack *pack,
                              struct tw_error *error)
{
    struct tw_confirmer *made = tw_base_alloc(1, sizeof *made);
    *out = NULL;
    if (made != NULL) {
        made->pack = pack;
        made->patterns = tw_base_alloc(pack->wording_count, sizeof(struct tw_pattern *));
        made->unless = tw_base_alloc(pack->signature_count, sizeof(struct tw_pattern *));
        made->last_record = tw_base_alloc(pack->signature_count, sizeof *made->last_record);
        made->applies = tw_base_alloc(pack->signature_count, sizeof *made->applies);
        made->hits = tw_base_alloc(pack->signature_count, sizeof *made->hits);
        made->replaced = tw_base_alloc(pack->signature_count, sizeof *made->replaced);
        made->missed = tw_base_alloc(pack->wording_count, sizeof *made->missed);
        made->asked = tw_base_alloc(pack->signature_count, sizeof *made->asked);
        made->excepted = tw_base_alloc(pack->signature_count, sizeof *made->excepted);
    }
    if (made == NULL || made->patterns == NULL || made->unless == NULL ||
        made->last_record == NULL || made->applies == NULL || made->hits == NULL ||
        made->replaced == NULL || made->missed == NULL || made->asked == NULL ||
        made->excepted == NULL) {
        tw_confirm_free(made);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    *out = made;
    return TW_OK;
}

void tw_confirm_free(struct tw_confirmer *confirmer)
{
    if (confirmer == NULL) {
        return;
    }
    for (uint32_t i = 0; confirmer->patterns != NULL && i < confirmer->pack->wording_count; i++) {
        tw_match_pattern_free(confirmer->patterns[i]);
    }
    for (uint32_t i = 0; confirmer->unless != NULL && i < confirmer->pack->signature_count; i++) {
        tw_match_pattern_free(confirmer->unless[i]);
    }
    tw_base_free(confirmer->patterns);
    tw_base_free(confirmer->unless);
    tw_base_free(confirmer->last_record);
    tw_base_free(confirmer->applies);
    tw_base_free(confirmer->hits);
    tw_base_free(confirmer->replaced);
    tw_base_free(confirmer->missed);
    tw_base_free(confirmer->asked);
    tw_base_free(confirmer->excepted);
    tw_base_free(confirmer);
}

void tw_confirm_begin(struct tw_confirmer *confirmer, const char *format)
{
    const struct tw_pack *pack = confirmer->pack;
    for (uint32_t i = 0; i < pack->signature_count; i++) {
        struct tw_list seen_in = pack->signatures[i].seen_in;
        confirmer->applies[i] = seen_in.count == 0;
        for (uint32_t k = 0; k < seen_in.count; k++) {
            confirmer->applies[i] |=
                strcmp(tw_pack_text(pack, tw_pack_number(pack, seen_in, k)), format) == 0;
        }
    }
    confirmer->given_up = 0;
}

void tw_confirm_record(struct tw_confirmer *confirmer, const struct tw_record *record, size_t told)
{
    confirmer->record = record;
    confirmer->told = told;
    confirmer->serial++;
    confirmer->hit_count = 0;
}

/* The part of the record that a pattern looks at: the line around `at`. */
static struct tw_span line_around(struct tw_span text, size_t at)
{
    size_t from = at > TW_CONFIRM_WINDOW ? at - TW_CONFIRM_WINDOW : 0;
    size_t to = text.length - at > TW_CONFIRM_WINDOW ? at + TW_CONFIRM_WINDOW : text.length;
    const char *before = at == from ? NULL : memrchr(text.at + from, '\n', at - from);
    const char *after = at == to ? NULL : memchr(text.at + at, '\n', to - at);
    if (before != NULL) {
        from = (size_t)(before - text.at) + 1;
    }
    if (after != NULL) {
        to = (size_t)(after - text.at);
    }
    if (to > from && text.at[to - 1] == '\r') {
        to--; /* so that `$` of a pattern is the end of the line in every log */
    }
    return (struct tw_span){text.at + from, to - from};
}

static enum tw_status compile(struct tw_pattern **pattern, const char *text, bool caseless,
                              struct tw_error *error)
{
    return *pattern != NULL ? TW_OK
                            : tw_match_pattern_new(pattern, tw_base_span(text), caseless, error);
}

/* Whether what looks like a host is a user's name before one: "john@example.com",
 * "john:secret@example.com". */
static bool is_user(struct tw_span window, struct tw_span value)
{
    struct tw_span rest = tw_base_span_skip(window, (size_t)(value.at + value.length - window.at));
    if (rest.length == 0 || (rest.at[0] != '@' && rest.at[0] != ':')) {
        return false;
    }
    for (size_t i = 0; i < rest.length && strchr("/ \t\r\n\"'", rest.at[i]) == NULL; i++) {
        if (rest.at[i] == '@') {
            return true;
        }
    }
    return false;
}

/* TW_OK: the wording holds, and `hit` has its place and captures. TW_END: it does not. */
static enum tw_status try_wording(struct tw_confirmer *confirmer, uint32_t index, size_t end,
                                  struct tw_hit *hit, struct tw_error *error)
{
    const struct tw_pack *pack = confirmer->pack;
    const struct tw_pack_wording *wording = &pack->wordings[index];
    struct tw_span text = confirmer->record->text;
    size_t at = end - pack->anchors[wording->anchor].length;
    if (wording->pattern == 0) {
        bool holds =
            tw_confirm_literal(tw_base_span(tw_pack_text(pack, wording->text)), wording->anchor_at,
                               wording->caseless != 0, text, at, &hit->start, &hit->end);
        return holds ? TW_OK : TW_END;
    }
    /* The answer for a whole record does not depend on the anchor: it is asked for once. */
    if (wording->whole_record && confirmer->missed[index] == confirmer->serial) {
        return TW_END;
    }
    enum tw_status status =
        compile(&confirmer->patterns[index], tw_pack_text(pack, wording->pattern),
                wording->caseless != 0, error);
    if (status != TW_OK) {
        return status;
    }
    struct tw_span window = wording->whole_record ? text : line_around(text, at);
    struct tw_match_found found;
    status = tw_match_pattern_find(confirmer->patterns[index], window, &found);
    if (status != TW_OK) {
        confirmer->given_up += status == TW_ERR_LIMIT;
        confirmer->missed[index] = wording->whole_record ? confirmer->serial : 0;
        return TW_END;
    }
    size_t offset = (size_t)(window.at - text.at);
    hit->start = offset + found.start;
    hit->end = offset + found.end;
    for (size_t i = 0; i < found.group_count; i++) {
        struct tw_span value = found.groups[i].text;
        if (strcmp(found.groups[i].name, "host") == 0 && is_user(window, value)) {
            continue;
        }
        value.length = value.length < TW_CAPTURE_BYTES_MAX ? value.length : TW_CAPTURE_BYTES_MAX;
        hit->captures[hit->capture_count++] = (struct tw_capture){found.groups[i].name, value};
    }
    return TW_OK;
}

/* Whether the signature's `unless` stands in the record. */
static enum tw_status is_excepted(struct tw_confirmer *confirmer, uint32_t signature,
                                  bool *excepted, struct tw_error *error)
{
    const struct tw_pack *pack = confirmer->pack;
    tw_text unless = pack->signatures[signature].unless;
    *excepted = false;
    if (unless == 0) {
        return TW_OK;
    }
    if (confirmer->asked[signature] == confirmer->serial) {
        *excepted = confirmer->excepted[signature];
        return TW_OK;
    }
    enum tw_status status =
        compile(&confirmer->unless[signature], tw_pack_text(pack, unless), false, error);
    if (status == TW_OK) {
        struct tw_match_found found;
        enum tw_status answer =
            tw_match_pattern_find(confirmer->unless[signature], confirmer->record->text, &found);
        confirmer->given_up += answer == TW_ERR_LIMIT;
        /* Given up counts as excepted: no evidence, no diagnosis. */
        *excepted = answer != TW_END;
        confirmer->asked[signature] = confirmer->serial;
        confirmer->excepted[signature] = *excepted;
    }
    return status;
}

enum tw_status tw_confirm_candidate(struct tw_confirmer *confirmer, uint32_t anchor, size_t end,
                                    struct tw_error *error)
{
    const struct tw_pack *pack = confirmer->pack;
    struct tw_list wordings = pack->anchors[anchor].wordings;
    for (uint32_t i = 0; i < wordings.count; i++) {
        uint32_t index = tw_pack_number(pack, wordings, i);
        uint32_t signature = pack->wordings[index].signature;
        struct tw_hit hit = {.signature = signature, .wording = index};
        bool excepted = false;
        if (!confirmer->applies[signature] ||
            confirmer->last_record[signature] == confirmer->serial) {
            continue;
        }
        enum tw_status status = try_wording(confirmer, index, end, &hit, error);
        if (status == TW_OK) {
            status = is_excepted(confirmer, signature, &excepted, error);
        }
        if (status < 0) {
            return status;
        }
        if (status == TW_OK && !excepted && hit.end > confirmer->told) {
            confirmer->last_record[signature] = confirmer->serial;
            confirmer->hits[confirmer->hit_count++] = hit;
        }
    }
    return TW_OK;
}

static int by_place(const void *left, const void *right)
{
    const struct tw_hit *a = left;
    const struct tw_hit *b = right;
    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    return a->signature < b->signature ? -1 : a->signature > b->signature;
}

/* Whether another hit of the record stands for this one too. */
static bool is_replaced(const struct tw_confirmer *confirmer, uint32_t signature)
{
    const struct tw_pack *pack = confirmer->pack;
    for (size_t i = 0; i < confirmer->hit_count; i++) {
        struct tw_list over = pack->signatures[confirmer->hits[i].signature].over;
        for (uint32_t k = 0; k < over.count; k++) {
            if (tw_pack_number(pack, over, k) == signature) {
                return true;
            }
        }
    }
    return false;
}

struct tw_hit *tw_confirm_hits(struct tw_confirmer *confirmer, size_t *count)
{
    size_t kept = 0;
    /* Judged before any is dropped, so that the order does not matter. */
    for (size_t i = 0; i < confirmer->hit_count; i++) {
        confirmer->replaced[i] = is_replaced(confirmer, confirmer->hits[i].signature);
    }
    for (size_t i = 0; i < confirmer->hit_count; i++) {
        if (!confirmer->replaced[i]) {
            confirmer->hits[kept++] = confirmer->hits[i];
        }
    }
    confirmer->hit_count = kept;
    qsort(confirmer->hits, kept, sizeof *confirmer->hits, by_place);
    *count = kept;
    return confirmer->hits;
}

uint64_t tw_confirm_given_up(const struct tw_confirmer *confirmer)
{
    return confirmer->given_up;
}
