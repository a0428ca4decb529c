/* decode.h -- from bytes as they were stored to the text that the program wrote.
 *
 * Decoders are streams that stand on one another: compression, then the byte limit, then the
 * character encoding, then repair. A Windows event log (EVTX) takes the place of the latter two.
 * Each recognises its input by its first bytes and bids for it; names and suffixes are never looked
 * at.
 *
 * Offsets: a cursor (base/stream.h) moved over the stack's output gives the offset in the
 * decompressed bytes before encoding and repair. A mark of byte order at the beginning is passed
 * over by the first move: advancing by an empty span at the beginning gives the offset of the first
 * character (3 behind a UTF-8 mark, 2 behind a UTF-16 one, 0 without). */
#ifndef TW_DECODE_DECODE_H
#define TW_DECODE_DECODE_H

#include "base/limits.h"
#include "base/stream.h"
#include "match/match.h"

/** How many different repairs there are. */
#define TW_DECODE_REPAIRS 7

/** Opens the matcher that tells which records of a binary log can matter, when there is one. It
 * stays the payload's, and may be used for other things between two reads of the stream. */
typedef enum tw_status (*tw_decode_sieve)(void *payload, struct tw_matcher **out,
                                          struct tw_error *error);

/** What the caller knows or wants. Zeroed: recognise everything, no limit. */
struct tw_decode_options {
    const char *encoding;  /**< "utf-8", "utf-16le", "utf-16be", "windows-1252"; NULL: recognise */
    uint64_t max_bytes;    /**< decompressed bytes; 0: no limit. If there are more, exactly so many
                                are delivered, and then TW_ERR_LIMIT */
    bool no_repair;        /**< do not undo what a mail or a web page did to the text */
    tw_decode_sieve sieve; /**< only the records of a binary log are made readable in which this
                                matcher finds something; NULL: all */
    void *sieve_payload;
};

/** What was recognised. The strings are constants and live for ever. */
struct tw_decode_info {
    const char *compression[TW_DECODE_DEPTH]; /**< outermost first */
    size_t compression_count;
    const char *encoding; /**< never NULL; "utf-8" also where nothing else was recognised */
    const char *repairs[TW_DECODE_REPAIRS]; /**< those that changed something, in the order of the
                                                 list in docs: mail-quotes, wrapped-lines,
                                                 typography, odd-blanks, html-entities, markdown,
                                                 blank-lines */
    size_t repair_count;
    const char *format; /**< the format that a container is known to hold: "evtx"; NULL: the formats
                             bid */
    bool no_lines;      /**< its places have no lines: a cursor's line stays 0 */
    bool binary; /**< does not look like text: NUL bytes outside UTF-16, or known media. The bytes
                      pass through as they are; a binary log format may still know them */
};

/** Whether `name` is an encoding that the options may name. */
bool tw_decode_knows_encoding(const char *name);

/** Puts the decoders that `source` needs on it. `source` is consumed, also on failure. `options`
 * and `info` may be NULL. On success the caller owns `*out`. Errors: DATA (a compression or archive
 *  that is recognised but not supported: the message names it), LIMIT (more than TW_DECODE_DEPTH
 *  compressions), USAGE (unknown encoding), MEMORY. Damage is no failure here: it is reported by
 * the read that comes to it. */
enum tw_status tw_decode_open(struct tw_stream **out, struct tw_stream *source,
                              const struct tw_decode_options *options, struct tw_decode_info *info,
                              struct tw_error *error);

#endif
