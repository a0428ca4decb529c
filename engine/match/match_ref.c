/* match_ref.c -- the reference matcher: slow, obvious, and right. Tests hold match_hs.c against it;
 * the product never runs it. */
#include "match/match.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool stands_at(const struct tw_match_literal *literal, const char *at)
{
    for (size_t i = 0; i < literal->bytes.length; i++) {
        char a = literal->bytes.at[i];
        char b = at[i];
        if (literal->caseless ? lower(a) != lower(b) : a != b) {
            return false;
        }
    }
    return true;
}

void tw_match_reference(const struct tw_match_literal *literals, size_t count, struct tw_span block,
                        struct tw_buffer *hits)
{
    for (size_t end = 1; end <= block.length; end++) {
        for (size_t i = 0; i < count; i++) {
            size_t length = literals[i].bytes.length;
            if (length <= end && stands_at(&literals[i], block.at + end - length)) {
                struct tw_match_hit hit = {(uint32_t)i, (uint32_t)end};
                tw_base_buffer_add(hits, (struct tw_span){(const char *)&hit, sizeof hit});
            }
        }
    }
}
