/* pack_anchor.c -- chooses the one literal of a wording that the matcher looks for.
 *
 * A good anchor is rare and survives every format: it has none of the characters that some format
 * escapes, and it *ends* where text hardly ever goes on like that, because Hyperscan's literal
 * matcher keys on the last eight bytes. Rarity is judged by a table of byte pairs of ordinary logs
 * (pack_bigrams.c; scripts/make-bigrams makes it). docs/decisions/0002-anchors.md has the
 * measurements. */
#include "pack/pack_bigrams.h"

#include <strings.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "pack/pack_compile.h"

/* Bytes of the tail that the matcher keys on. */
#define TAIL 8u
/* An anchor of so many bytes hardly ever stands in other text; each byte less costs as much as a
 * tail whose pairs are 1.4 times as common. */
#define LONG_ENOUGH 16u
#define SHORT_COST 128u

/* Whether a byte looks the same in plain text, XML, JSON, HTML and after a mail program. */
static bool is_plain(unsigned char c)
{
    return c >= ' ' && c < 0x7f && strchr("'\"`/\\<>&*_", c) == NULL;
}

/* An anchor with underscores is worth as much as one that is two bytes shorter: Markdown escapes
 * them, which the repair undoes where it recognises Markdown. */
#define UNDERSCORE_COST (2u * SHORT_COST)

/* What an anchor may be made of. */
enum alphabet {
    PLAIN,      /* what no format and no tool writes in another way */
    UNDERSCORE, /* that, and underscores */
    ANY_SCRIPT, /* Japanese, Chinese, Russian ...: where no run of ASCII is long enough */
};

/* Whether the byte at `i` may be part of an anchor. Where a wording also matches another spelling
 * (no-break space before a colon, an ellipsis for three dots) neither spelling may be relied on. */
static bool is_usable(struct tw_span text, size_t i, enum alphabet alphabet)
{
    unsigned char c = (unsigned char)text.at[i];
    if ((alphabet == ANY_SCRIPT && c >= 0x80) || (alphabet == UNDERSCORE && c == '_')) {
        return true;
    }
    if (!is_plain(c)) {
        return false;
    }
    bool before_mark = c == ' ' && i + 1 < text.length && strchr(":;?!", text.at[i + 1]) != NULL;
    bool dots = c == '.' && ((i + 1 < text.length && text.at[i + 1] == '.') ||
                             (i > 0 && text.at[i - 1] == '.'));
    return !before_mark && !dots;
}

/* How common the tail that ends before `end` is: the mean of the pair frequencies, so that short
 * and long tails compare. Lower is rarer. */
static unsigned tail_cost(struct tw_span text, size_t start, size_t end)
{
    size_t from = end - start > TAIL ? end - TAIL : start;
    unsigned sum = 0;
    unsigned pairs = 0;
    for (size_t i = from + 1; i < end; i++, pairs++) {
        unsigned char a = (unsigned char)text.at[i - 1];
        unsigned char b = (unsigned char)text.at[i];
        sum += a < 128 && b < 128 ? tw_pack_bigrams[a * 128u + b] : 0;
    }
    return pairs == 0 ? UINT32_MAX : sum * 64u / pairs;
}

/* The best anchor within one run of usable bytes. */
static void choose_in_run(struct tw_span text, size_t run, size_t run_end, unsigned *best,
                          size_t *best_at, size_t *best_length)
{
    for (size_t end = run + TW_ANCHOR_MIN; end <= run_end; end++) {
        size_t start = end - run > TW_ANCHOR_MAX ? end - TW_ANCHOR_MAX : run;
        /* Neither end may be a blank: damaged text loses blanks first. A character of several bytes
         * is not cut. */
        while (start < end && (text.at[start] == ' ' || (text.at[start] & 0xc0) == 0x80)) {
            start++;
        }
        bool cut = end < text.length && (text.at[end] & 0xc0) == 0x80;
        if (end - start < TW_ANCHOR_MIN || text.at[end - 1] == ' ' || cut) {
            continue;
        }
        unsigned length = (unsigned)(end - start);
        unsigned cost = tail_cost(text, start, end) +
                        (length < LONG_ENOUGH ? (LONG_ENOUGH - length) * SHORT_COST : 0);
        if (cost < *best || (cost == *best && end - start > *best_length)) {
            *best = cost;
            *best_at = start;
            *best_length = end - start;
        }
    }
}

static size_t choose(struct tw_span text, enum alphabet alphabet, unsigned *cost, size_t *at)
{
    size_t length = 0;
    *cost = UINT32_MAX;
    *at = 0;
    for (size_t i = 0; i < text.length;) {
        size_t run = i;
        while (i < text.length && is_usable(text, i, alphabet)) {
            i++;
        }
        if (i - run >= TW_ANCHOR_MIN) {
            choose_in_run(text, run, i, cost, at, &length);
        }
        i += i == run;
    }
    return length;
}

size_t tw_pack_choose_anchor(struct tw_span text, size_t *at)
{
    unsigned cost;
    unsigned other_cost;
    size_t other_at;
    size_t length = choose(text, PLAIN, &cost, at);
    size_t other = choose(text, UNDERSCORE, &other_cost, &other_at);
    if (other > 0 && (length == 0 || other_cost + UNDERSCORE_COST < cost)) {
        length = other;
        *at = other_at;
    }
    return length > 0 ? length : choose(text, ANY_SCRIPT, &cost, at);
}

/* ---- the table of anchors
 * ------------------------------------------------------------------------ */

/* Places in the table by hash, so that equal anchors are joined without comparing all with all. */
struct index {
    uint32_t *slots; /* an anchor's index, or TW_PACK_NONE */
    uint32_t mask;
};

static uint32_t slot_of(struct tw_span bytes, bool caseless)
{
    uint64_t hash = TW_HASH_START;
    for (size_t i = 0; i < bytes.length; i++) {
        char c = bytes.at[i];
        char folded = caseless && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        hash = tw_base_hash(hash, (struct tw_span){&folded, 1});
    }
    return (uint32_t)(hash ^ hash >> 32);
}

static bool is_same(const struct tw_pack *view, uint32_t anchor, struct tw_span bytes,
                    bool caseless)
{
    const struct tw_pack_anchor *known = &view->anchors[anchor];
    const char *text = view->strings + known->bytes;
    return known->length == bytes.length && known->caseless == (uint32_t)caseless &&
           (caseless ? strncasecmp(text, bytes.at, bytes.length)
                     : memcmp(text, bytes.at, bytes.length)) == 0;
}

static uint32_t find_or_add(struct tw_pack_builder *builder, struct index *index,
                            struct tw_span bytes, bool caseless)
{
    struct tw_pack view = tw_pack_builder_view(builder);
    uint32_t slot = slot_of(bytes, caseless) & index->mask;
    while (index->slots[slot] != TW_PACK_NONE) {
        if (is_same(&view, index->slots[slot], bytes, caseless)) {
            return index->slots[slot];
        }
        slot = (slot + 1) & index->mask;
    }
    tw_text text = tw_pack_builder_text(builder, bytes);
    uint32_t made = tw_pack_builder_append(builder, TW_BLOB_ANCHORS);
    if (made != TW_PACK_NONE) {
        struct tw_pack_anchor *anchor = tw_pack_builder_at(builder, TW_BLOB_ANCHORS, made);
        *anchor = (struct tw_pack_anchor){
            .bytes = text, .length = (uint32_t)bytes.length, .caseless = caseless};
        index->slots[slot] = made;
    }
    return made;
}

/* Gives every anchor the list of its wordings, in their order: counts, then fills. */
static void list_wordings(struct tw_pack_builder *builder)
{
    uint32_t anchors = tw_pack_builder_count(builder, TW_BLOB_ANCHORS);
    uint32_t wordings = tw_pack_builder_count(builder, TW_BLOB_WORDINGS);
    uint32_t first = tw_pack_builder_count(builder, TW_BLOB_NUMBERS);
    struct tw_pack_anchor *table = tw_pack_builder_at(builder, TW_BLOB_ANCHORS, 0);
    const struct tw_pack_wording *all = tw_pack_builder_at(builder, TW_BLOB_WORDINGS, 0);
    for (uint32_t i = 0; i < wordings; i++) {
        table[all[i].anchor].wordings.count++;
        tw_pack_builder_number(builder, 0);
    }
    if (!tw_pack_builder_is_whole(builder)) {
        return;
    }
    for (uint32_t i = 0; i < anchors; i++) {
        table[i].wordings.first = first;
        first += table[i].wordings.count;
        table[i].wordings.count = 0;
    }
    for (uint32_t i = 0; i < wordings; i++) {
        struct tw_list *list = &table[all[i].anchor].wordings;
        *(uint32_t *)tw_pack_builder_at(builder, TW_BLOB_NUMBERS, list->first + list->count++) = i;
    }
}

/* Whether a letter, or a byte that may be part of one, is among them. */
static bool has_letter(struct tw_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (tw_base_is_letter(text.at[i]) || (text.at[i] & 0x80) != 0) {
            return true;
        }
    }
    return false;
}

static void choose_one(struct tw_pack_builder *builder, struct index *index, uint32_t number,
                       struct tw_pack_messages *messages)
{
    struct tw_pack view = tw_pack_builder_view(builder);
    const struct tw_pack_wording *wording = &view.wordings[number];
    struct tw_span text = tw_base_span(tw_pack_text(&view, wording->text));
    char bytes[TW_ANCHOR_MAX];
    size_t at = 0;
    size_t length = tw_pack_choose_anchor(text, &at);
    if (length == 0) {
        const struct tw_pack_signature *signature = &view.signatures[wording->signature];
        tw_pack_complain(messages, tw_pack_text(&view, signature->file), signature->line, 1,
                         "signature %s: the wording \"%s\" has no usable anchor; allowed is a "
                         "run of at least %u characters without quotes, slashes, <, >, &",
                         tw_pack_text(&view, signature->id), text.at, TW_ANCHOR_MIN);
        return;
    }
    memcpy(bytes, text.at + at, length); /* the pool may move while it is added to */
    /* Digits have no case, and the matcher is faster without. */
    bool caseless = wording->caseless != 0 && has_letter((struct tw_span){bytes, length});
    uint32_t anchor = find_or_add(builder, index, (struct tw_span){bytes, length}, caseless);
    struct tw_pack_wording *set = tw_pack_builder_at(builder, TW_BLOB_WORDINGS, number);
    set->anchor = anchor;
    set->anchor_at = (uint32_t)at;
}

/* The name of a provider is an anchor without wordings: where the log is one of events, its events
 * are looked at, although their raw form may hold nothing but numbers. */
static void choose_provider(struct tw_pack_builder *builder, struct index *index, uint32_t number)
{
    struct tw_pack view = tw_pack_builder_view(builder);
    char bytes[TW_ANCHOR_MAX];
    struct tw_span name = tw_base_span(tw_pack_text(&view, view.events[number].provider));
    size_t length = name.length < sizeof bytes ? name.length : sizeof bytes;
    memcpy(bytes, name.at, length); /* the pool may move while it is added to */
    if (length > 0) {
        (void)find_or_add(builder, index, (struct tw_span){bytes, length}, false);
    }
}

enum tw_status tw_pack_choose_anchors(struct tw_pack_builder *builder,
                                      struct tw_pack_messages *messages)
{
    uint32_t wordings = tw_pack_builder_count(builder, TW_BLOB_WORDINGS);
    uint32_t events = tw_pack_builder_count(builder, TW_BLOB_EVENTS);
    size_t before = messages->count;
    struct index index = {.mask = 1023};
    while (index.mask < 2 * (wordings + events)) {
        index.mask = 2 * index.mask + 1;
    }
    index.slots = tw_base_alloc((size_t)index.mask + 1, sizeof *index.slots);
    if (index.slots == NULL) {
        return TW_ERR_MEMORY;
    }
    memset(index.slots, 0xff, ((size_t)index.mask + 1) * sizeof *index.slots);
    for (uint32_t i = 0; tw_pack_builder_is_whole(builder) && i < wordings; i++) {
        choose_one(builder, &index, i, messages);
    }
    for (uint32_t i = 0; tw_pack_builder_is_whole(builder) && i < events; i++) {
        choose_provider(builder, &index, i);
    }
    tw_base_free(index.slots);
    if (tw_pack_builder_is_whole(builder) && messages->count == before) {
        list_wordings(builder);
    }
    return tw_pack_builder_is_whole(builder) ? TW_OK : TW_ERR_MEMORY;
}
