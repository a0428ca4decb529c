/* scan.h -- blocks in, candidates out.
 *
 * A scanner owns the buffer of one input. It reads until whole records are in it, scans them in one
 * go with the matcher, and keeps the unfinished record for the next block. So every record is seen
 * whole, every anchor once, and results do not depend on how the stream delivers its bytes. */
#ifndef TW_SCAN_SCAN_H
#define TW_SCAN_SCAN_H

#include "base/stream.h"
#include "match/match.h"
#include "pack/pack.h"

/** Whether a record begins at a line or at a border, told from the first bytes there
 * (tw_format.starts). */
typedef bool (*tw_scan_starts)(struct tw_span line);

/** Working memory for scanning. Belongs to one thread, used for one input after another. */
struct tw_scanner;

/** Whole records, scanned. All borrowed until the next call. */
struct tw_scan_block {
    struct tw_span bytes;
    struct tw_match_hits hits;
    size_t skip; /**< what ends before this was told with the block before */
    bool cut;    /**< the last record is a piece of one that is longer than TW_RECORD_MAX */
};

/** Makes a scanner for a pack. The caller frees `*out` with tw_scan_free. */
enum tw_status tw_scan_new(struct tw_scanner **out, const struct tw_pack *pack,
                           struct tw_error *error);

/** Begins with an input; `stream` stays the caller's. `border` is the byte that records begin with
 *  (tw_format.border), or 0 where they begin with lines. */
void tw_scan_begin(struct tw_scanner *scanner, struct tw_stream *stream, tw_scan_starts starts,
                   char border);

/** Begins with an input whose bytes are handed in as they come (tw_scan_feed), for live inputs. Its
 *  first byte is at `at`; `places` moves cursors, and stays the caller's. */
void tw_scan_begin_fed(struct tw_scanner *scanner, struct tw_stream *places, tw_scan_starts starts,
                       char border, const struct tw_cursor *at);

/** Takes bytes of a fed input; returns how many. Fewer than all: tw_scan_fed has to be called
 *  first. */
size_t tw_scan_feed(struct tw_scanner *scanner, struct tw_span bytes);

/** What to make of the last record of a fed input, of which more may come. */
enum tw_scan_last {
    TW_SCAN_KEEP, /**< it is not looked at yet */
    TW_SCAN_LOOK, /**< it is in the block, and stays in the buffer: it is looked at again */
    TW_SCAN_TAKE, /**< it is complete: the input, or a part of it, ended */
};

/** The next block of a fed input. TW_END: no whole record is there. */
enum tw_status tw_scan_fed(struct tw_scanner *scanner, enum tw_scan_last last,
                           struct tw_scan_block *block, struct tw_error *error);

/** Where the first byte that was not in a block stands, and how many bytes there are from it on. */
struct tw_cursor tw_scan_rest(struct tw_scanner *scanner, size_t *length);

/** Goes on with a further file of the same fed input, of which nothing is left over: places begin
 *  anew, but for tw_cursor.out. */
void tw_scan_part(struct tw_scanner *scanner, struct tw_stream *places, struct tw_cursor at);

/** The next block. TW_END: all was scanned. TW_ERR_TRUNCATED, TW_ERR_DATA, TW_ERR_LIMIT, TW_ERR_IO:
 * the stream failed; everything before was delivered. TW_ERR_MEMORY. With `without_matching` no
 * hits are looked for. */
enum tw_status tw_scan_next(struct tw_scanner *scanner, bool without_matching,
                            struct tw_scan_block *block, struct tw_error *error);

/** The record around byte `at` of the block in hand: where it begins, and where the next one does.
 */
void tw_scan_record(struct tw_scanner *scanner, size_t at, size_t *start, size_t *end);

/** The place in the input of byte `at` of the block in hand. Cheap where the places asked for grow.
 */
struct tw_cursor tw_scan_locate(struct tw_scanner *scanner, size_t at);

/** Bytes and newlines of decompressed input so far, the block in hand included. */
struct tw_cursor tw_scan_total(struct tw_scanner *scanner);

/** Frees; NULL is fine. */
void tw_scan_free(struct tw_scanner *scanner);

#endif
