/* report_merge_item.h -- what the merge remembers of a line of a report; for this folder only.
 *
 * Lines stay where they are, in the parts. What is sorted are items of some hundred bytes: what the
 * order and the counts need, and where the line stands. */
#ifndef TW_REPORT_REPORT_MERGE_ITEM_H
#define TW_REPORT_REPORT_MERGE_ITEM_H

#include "base/span.h"
#include "base/status.h"

#include <tlswhy/tlswhy.h>

/** What a line is. The order is the one in which they come where everything else is equal. */
enum tw_merge_kind {
    TW_MERGE_SUPERSEDED, /**< no line: the diagnosis `id` was replaced by another one */
    TW_MERGE_DIAGNOSIS,  /**< `conclusive` says which of the two */
    TW_MERGE_INPUT,
    TW_MERGE_ERROR,
};

/** The texts of an item, one behind the other in `text`. */
enum tw_merge_text {
    TW_MERGE_NAME, /**< path, and behind a `!` the member */
    TW_MERGE_FAMILY,
    TW_MERGE_CAUSE,
    TW_MERGE_CLIENT,
    TW_MERGE_FIX,
    TW_MERGE_TEXTS,
};

/** An item; it may be moved by its `size` bytes. */
struct tw_merge_item {
    uint32_t size;
    uint8_t kind;
    uint8_t conclusive;
    uint8_t status; /**< of an input: enum tlswhy_input_status */
    uint8_t incomplete;
    uint32_t part;     /**< which file */
    uint32_t length;   /**< of the line there */
    uint64_t position; /**< of the line there */
    uint64_t hash;     /**< of its bytes */
    uint64_t id;
    uint64_t offset; /**< of a diagnosis, in its input */
    uint64_t number; /**< how often a diagnosis was seen; bytes of an input */
    uint64_t hits;
    uint32_t family_confidence; /**< in ten-thousandths */
    uint32_t confidence;
    uint32_t logical; /**< bytes of the name that are its logical name */
    uint32_t lengths[TW_MERGE_TEXTS];
    char text[];
};

/** A text of an item. */
static inline struct tw_span tw_report_merge_text(const struct tw_merge_item *item,
                                                  enum tw_merge_text which)
{
    size_t at = 0;
    for (unsigned i = 0; i < which; i++) {
        at += item->lengths[i];
    }
    return (struct tw_span){item->text + at, item->lengths[which]};
}

/** Compares two items as qsort wants it. */
typedef int (*tw_merge_order)(const struct tw_merge_item *a, const struct tw_merge_item *b);

/** By id: what is superseded first, then of equal ids the one that stays first. */
int tw_report_merge_by_id(const struct tw_merge_item *a, const struct tw_merge_item *b);

/** By place in the report: logical name, name, then diagnoses by offset and id, the input (the one
 *  that stays first), its errors. */
int tw_report_merge_by_place(const struct tw_merge_item *a, const struct tw_merge_item *b);

/** Sorts items that need not fit into memory. */
struct tw_merge_sort;

/** Makes a sorter. The caller frees `*out`. */
enum tw_status tw_report_merge_sort_new(struct tw_merge_sort **out, tw_merge_order order,
                                        struct tw_error *error);

/** Adds a copy of an item. */
enum tw_status tw_report_merge_sort_add(struct tw_merge_sort *sort,
                                        const struct tw_merge_item *item, struct tw_error *error);

/** The next item in order, or NULL at the end; borrowed until the next call. The first call ends
 *  the adding. */
enum tw_status tw_report_merge_sort_next(struct tw_merge_sort *sort,
                                         const struct tw_merge_item **item, struct tw_error *error);

/** Frees; NULL is fine. */
void tw_report_merge_sort_free(struct tw_merge_sort *sort);

/** A temporary file without a name in TMPDIR; -1 and errno where there is none. */
int tw_report_merge_temporary(void);

#endif
