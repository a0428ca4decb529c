/* match_hs.c -- runs Hyperscan databases over blocks; with match_hs_compile.c the only files that
 * know the library.
 *
 * Needs the run-time half of the library only. Every hit is collected first and handed out sorted:
 * the library's callback may not scan again, and hits of one end come in no promised order.
 *
 * The stride-capping dummy (match.h) must not become an attack: a block full of its bytes would
 * cost 24 times as much. After DUMMY_HITS_MAX of them a copy of the block is scanned in which its
 * first byte is another control character; no literal has either, so nothing else changes. */
#include <hs/hs_runtime.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "match/match.h"

#define DUMMY_HITS_MAX 64u

struct tw_matcher {
    hs_database_t *database;
    char *copy; /* of a block full of the dummy, NULL until there is one */
    size_t copy_room;
    hs_scratch_t *scratch;
    struct tw_match_hit *hits;
    size_t hit_count;
    size_t hit_room;
    size_t literal_count;
    size_t dummy_hits;
    bool out_of_memory;
    bool capped;
};

static int on_match(unsigned int id, unsigned long long from, unsigned long long to,
                    unsigned int flags, void *context)
{
    struct tw_matcher *matcher = context;
    (void)from;
    (void)flags;
    if (id >= matcher->literal_count) {
        return ++matcher->dummy_hits > DUMMY_HITS_MAX;
    }
    if (matcher->hit_count == matcher->hit_room) {
        if (matcher->hit_room >= TW_MATCH_HITS_MAX) {
            matcher->capped = true;
            return 1;
        }
        size_t room = matcher->hit_room == 0 ? 1024 : matcher->hit_room * 2;
        struct tw_match_hit *grown = tw_base_realloc(matcher->hits, room, sizeof *grown);
        if (grown == NULL) {
            matcher->out_of_memory = true;
            return 1;
        }
        matcher->hits = grown;
        matcher->hit_room = room;
    }
    matcher->hits[matcher->hit_count++] = (struct tw_match_hit){id, (uint32_t)to};
    return 0;
}

static int by_end(const void *left, const void *right)
{
    const struct tw_match_hit *a = left;
    const struct tw_match_hit *b = right;
    if (a->end != b->end) {
        return a->end < b->end ? -1 : 1;
    }
    return a->literal < b->literal ? -1 : a->literal > b->literal;
}

/* Hits come nearly sorted; only where they do not is sorting worth a call. */
static void sort_hits(struct tw_matcher *matcher)
{
    for (size_t i = 1; i < matcher->hit_count; i++) {
        if (by_end(&matcher->hits[i - 1], &matcher->hits[i]) > 0) {
            qsort(matcher->hits, matcher->hit_count, sizeof *matcher->hits, by_end);
            return;
        }
    }
}

/* Copies the block without the dummy. */
static bool mask_dummy(struct tw_matcher *matcher, struct tw_span block)
{
    if (matcher->copy_room < block.length) {
        char *grown = tw_base_realloc(matcher->copy, block.length, 1);
        if (grown == NULL) {
            return false;
        }
        matcher->copy = grown;
        matcher->copy_room = block.length;
    }
    for (size_t i = 0; i < block.length; i++) {
        matcher->copy[i] = block.at[i] == TW_MATCH_DUMMY[0] ? '\x03' : block.at[i];
    }
    return true;
}

enum tw_status tw_match_scan(struct tw_matcher *matcher, struct tw_span block,
                             struct tw_match_hits *hits, struct tw_error *error)
{
    matcher->hit_count = 0;
    matcher->dummy_hits = 0;
    matcher->capped = matcher->out_of_memory = false;
    *hits = (struct tw_match_hits){.count = 0};
    if (block.length == 0) {
        return TW_OK;
    }
    hs_error_t code = hs_scan(matcher->database, block.at, (unsigned int)block.length, 0,
                              matcher->scratch, on_match, matcher);
    if (matcher->dummy_hits > DUMMY_HITS_MAX) {
        matcher->hit_count = 0;
        matcher->dummy_hits = 0;
        matcher->capped = false;
        matcher->out_of_memory = !mask_dummy(matcher, block);
        if (!matcher->out_of_memory) {
            code = hs_scan(matcher->database, matcher->copy, (unsigned int)block.length, 0,
                           matcher->scratch, on_match, matcher);
        }
    }
    if (matcher->out_of_memory) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    if (code != HS_SUCCESS && code != HS_SCAN_TERMINATED) {
        return tw_base_error_set(error, TW_ERR_DATA, "the matcher failed (error %d)", code);
    }
    sort_hits(matcher);
    *hits = (struct tw_match_hits){matcher->hits, matcher->hit_count, matcher->capped};
    return TW_OK;
}

enum tw_status tw_match_open(struct tw_matcher **out, struct tw_span serialized,
                             size_t literal_count, struct tw_error *error)
{
    *out = NULL;
    struct tw_matcher *matcher = tw_base_alloc(1, sizeof *matcher);
    if (matcher == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    matcher->literal_count = literal_count;
    hs_error_t code = hs_deserialize_database(serialized.at, serialized.length, &matcher->database);
    if (code == HS_SUCCESS) {
        code = hs_alloc_scratch(matcher->database, &matcher->scratch);
    }
    if (code != HS_SUCCESS) {
        tw_match_free(matcher);
        return code == HS_NOMEM ? tw_base_error_set(error, TW_ERR_MEMORY, "out of memory")
                                : tw_base_error_set(error, TW_ERR_DATA,
                                                    "the matcher's database does not fit this "
                                                    "machine or library (error %d)",
                                                    code);
    }
    *out = matcher;
    return TW_OK;
}

void tw_match_free(struct tw_matcher *matcher)
{
    if (matcher == NULL) {
        return;
    }
    (void)hs_free_scratch(matcher->scratch);
    (void)hs_free_database(matcher->database);
    tw_base_free(matcher->copy);
    tw_base_free(matcher->hits);
    tw_base_free(matcher);
}

const char *tw_match_version(void)
{
    return hs_version();
}
