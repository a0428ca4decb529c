/* decode_layer.h -- the decoders, for decode_stack.c alone.
 *
 * Every tw_decode_open_* consumes the stream below, also on failure, and frees it with its own. */
#ifndef TW_DECODE_DECODE_LAYER_H
#define TW_DECODE_DECODE_LAYER_H

#include "decode/decode.h"

/** Bits verified of a gzip header (RFC 1952); 0: no gzip data. */
unsigned tw_decode_bid_gzip(struct tw_span head);

/** Inflates gzip data of any number of members. */
enum tw_status tw_decode_open_gzip(struct tw_stream **out, struct tw_stream *below,
                                   struct tw_error *error);

/** The CRC-32 of RFC 1952, section 8, continued from `crc` (0 at first). */
uint32_t tw_decode_crc32(uint32_t crc, struct tw_span bytes);

/** Bits verified of a Windows event log (EVTX); 0: none. */
unsigned tw_decode_bid_evtx(struct tw_span head);

/** Windows event log to XML, one event a line; a newline within a value is kept. What cannot be
 * read is passed over, and told by the read that comes to the end. A place of the output is at the
 *  offset of its record; lines are not counted. With a `sieve` only records in which it finds
 * something are there; it stays the caller's. */
enum tw_status tw_decode_open_evtx(struct tw_stream **out, struct tw_stream *below,
                                   struct tw_matcher *sieve, struct tw_error *error);

/** Passes on `max` bytes, and says TW_ERR_LIMIT where there are more. */
enum tw_status tw_decode_open_limit(struct tw_stream **out, struct tw_stream *below, uint64_t max,
                                    struct tw_error *error);

/** Drops the first `skip` bytes (a mark of byte order) and keeps them in the offsets. */
enum tw_status tw_decode_open_skip(struct tw_stream **out, struct tw_stream *below, size_t skip,
                                   struct tw_error *error);

/** Whether `head` looks like UTF-16 without a mark of byte order; sets `*big_endian`. */
bool tw_decode_guess_utf16(struct tw_span head, bool *big_endian);

/** UTF-16 to UTF-8, after `skip` bytes (the mark of byte order). */
enum tw_status tw_decode_open_utf16(struct tw_stream **out, struct tw_stream *below,
                                    bool big_endian, size_t skip, struct tw_error *error);

/** Whether `head` is rather Windows-1252 than UTF-8. */
bool tw_decode_guess_cp1252(struct tw_span head);

/** Windows-1252 to UTF-8. */
enum tw_status tw_decode_open_cp1252(struct tw_stream **out, struct tw_stream *below,
                                     struct tw_error *error);

/** Repairs the text in `*stream` if there is evidence of damage: then `*stream` becomes a new one
 *  that owns the old, and info->repairs is filled. On failure (MEMORY) `*stream` stays as it is. */
enum tw_status tw_decode_try_repair(struct tw_stream **stream, struct tw_decode_info *info,
                                    struct tw_error *error);

/** Takes `count` bytes off the beginning of a stream that is known to have them. */
void tw_decode_drop(struct tw_stream *stream, size_t count);

#endif
