/* confirm.h -- candidates and records in, hits out.
 *
 * A candidate is an anchor at a place. Its wordings are compared with the record there (bytes, or a
 * PCRE2 pattern with named captures); what holds is a hit. A signature hits a record at most once.
 */
#ifndef TW_CONFIRM_CONFIRM_H
#define TW_CONFIRM_CONFIRM_H

#include "model/record.h"
#include "pack/pack.h"

/** Compiled patterns (made when first needed) and working memory. Belongs to one thread. */
struct tw_confirmer;

/** Makes one for a pack. The caller frees `*out` with tw_confirm_free. */
enum tw_status tw_confirm_new(struct tw_confirmer **out, const struct tw_pack *pack,
                              struct tw_error *error);

/** Begins an input of a format: signatures that are not for it take no part. */
void tw_confirm_begin(struct tw_confirmer *confirmer, const char *format);

/** Begins a record, which is borrowed until the next one. Hits that end within its first `told`
 * bytes were told with the piece of the record before this one, and are none. */
void tw_confirm_record(struct tw_confirmer *confirmer, const struct tw_record *record, size_t told);

/** Looks at a candidate: `anchor` ends at byte `end` of the record. */
enum tw_status tw_confirm_candidate(struct tw_confirmer *confirmer, uint32_t anchor, size_t end,
                                    struct tw_error *error);

/** The hits of the record, without those that a better one replaces, in the order of their places.
 *  Borrowed until the next record; the caller fills in where they are in the input. */
struct tw_hit *tw_confirm_hits(struct tw_confirmer *confirmer, size_t *count);

/** How many matches were given up at a limit of PCRE2 since the input began. */
uint64_t tw_confirm_given_up(const struct tw_confirmer *confirmer);

/** What one look at the bytes tells of a wording. */
enum tw_plainly {
    TW_PLAINLY_UNKNOWN, /**< ask tw_confirm_literal */
    TW_PLAINLY_NOT,     /**< it is not there, in whatever typography */
    TW_PLAINLY_THERE,   /**< it is there, byte for byte */
};

/** A quick answer to what tw_confirm_literal answers in full, for a wording in which case counts.
 */
enum tw_plainly tw_confirm_plainly(struct tw_span wording, size_t anchor_at, struct tw_span text,
                                   size_t at);

/** Whether the wording stands in `text` with its anchor at `at`; `*start` and `*end` become its
 *  place. A straight apostrophe or quote of the wording also matches its typographic forms, three
 * dots an ellipsis, a blank a no-break space. */
bool tw_confirm_literal(struct tw_span wording, size_t anchor_at, bool caseless,
                        struct tw_span text, size_t at, size_t *start, size_t *end);

/** Frees; NULL is fine. */
void tw_confirm_free(struct tw_confirmer *confirmer);

#endif
