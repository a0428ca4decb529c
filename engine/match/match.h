/* match.h -- finding many literals at once, and confirming with one pattern.
 *
 * Hyperscan types stay in match_hs.c and match_hs_compile.c, PCRE2 types in match_pcre2.c. The slow
 * reference matcher of match_ref.c answers the same question by looking everywhere; tests compare
 * the two. */
#ifndef TW_MATCH_MATCH_H
#define TW_MATCH_MATCH_H

#include "base/buffer.h"
#include "base/span.h"
#include "base/status.h"

/** What the matcher looks for. */
struct tw_match_literal {
    struct tw_span bytes;
    bool caseless; /**< ASCII letters match in either case */
};

/** A literal found: its index, and where it ends (bytes from the beginning of the block). */
struct tw_match_hit {
    uint32_t literal;
    uint32_t end;
};

/** Hits of one block in the order of (end, literal). */
struct tw_match_hits {
    const struct tw_match_hit *at;
    size_t count;
    bool capped; /**< TW_MATCH_HITS_MAX was reached: later hits of the block are missing */
};

/** Most hits taken from one block: four for each byte of an ordinary block, which only a log made
 *  for it can reach. */
#define TW_MATCH_HITS_MAX (1u << 20)

/** The two bytes that are added to every database. They hardly occur in text, and being short they
 *  cap the stride of Hyperscan's literal matcher (FDR), which makes it 1.5 to 1.9 times as fast on
 *  text that shares words with the anchors. Source: findDesiredStride() in
 * fdr_engine_description.cpp of Hyperscan 5.4; a benchmark keeps watch over it. */
#define TW_MATCH_DUMMY "\x01\x02"

/** Compiles literals to a serialized database that suits every processor on which the library runs.
 *  No literal may hold a byte of the dummy. Linked into the pack compiler only. TW_ERR_DATA: the
 * library refused a literal. */
enum tw_status tw_match_compile(const struct tw_match_literal *literals, size_t count,
                                struct tw_buffer *serialized, struct tw_error *error);

/** A database with its working memory. Belongs to one thread. */
struct tw_matcher;

/** Opens a serialized database of `literal_count` literals. TW_ERR_DATA: made by another version of
 * the library or for another kind of processor: compile again. The caller frees `*out`. */
enum tw_status tw_match_open(struct tw_matcher **out, struct tw_span serialized,
                             size_t literal_count, struct tw_error *error);

/** Finds all literals in `block` (below 4 GiB). `*hits` is borrowed until the next call. */
enum tw_status tw_match_scan(struct tw_matcher *matcher, struct tw_span block,
                             struct tw_match_hits *hits, struct tw_error *error);

/** Frees; NULL is fine. */
void tw_match_free(struct tw_matcher *matcher);

/** The version of the matching library, for `--version --verbose` and cache keys. */
const char *tw_match_version(void);

/** The slow reference: appends all hits to `hits` (an array of struct tw_match_hit) in the same
 *  order. For tests. */
void tw_match_reference(const struct tw_match_literal *literals, size_t count, struct tw_span block,
                        struct tw_buffer *hits);

/* ---- one pattern ------------------------------------------------------------------------------
 */

/** A compiled pattern. Belongs to one thread. */
struct tw_pattern;

/** A named group of a match. `text` is borrowed from the subject, `name` from the pattern. */
struct tw_match_group {
    const char *name;
    struct tw_span text;
};

/** Where a pattern matched. */
struct tw_match_found {
    size_t start, end;
    struct tw_match_group
        groups[8]; /**< named groups that took part, in the order of their names */
    size_t group_count;
};

/** Compiles a PCRE2 pattern. TW_ERR_DATA: `error` says what is wrong and at which character. The
 *  caller frees `*out`. */
enum tw_status tw_match_pattern_new(struct tw_pattern **out, struct tw_span pattern, bool caseless,
                                    struct tw_error *error);

/** Looks for the pattern in `subject`, of which any bytes may be invalid UTF-8. TW_OK: found.
 *  TW_END: not found. TW_ERR_LIMIT: given up at the match, depth or heap limit of limits.h. */
enum tw_status tw_match_pattern_find(struct tw_pattern *pattern, struct tw_span subject,
                                     struct tw_match_found *found);

/** Whether the pattern can match the empty string. */
bool tw_match_pattern_may_be_empty(const struct tw_pattern *pattern);

/** Frees; NULL is fine. */
void tw_match_pattern_free(struct tw_pattern *pattern);

#endif
