/* stream.h -- how bytes reach the formats: a pull stream with a bounded look ahead.
 *
 * Sources (files, pipes, memory) and decoders (gzip, UTF-16, repair ...) are both streams; a
 * decoder owns the stream below it. Callers peek a bounded prefix to recognise what it is, then
 * read.
 *
 * A stream also knows where its bytes came from: `struct tw_cursor` walks along the bytes read and
 * keeps the offset and line *in the decompressed input*, before any change of encoding or repair,
 * which is what reports show (contract, section 1). */
#ifndef TW_BASE_STREAM_H
#define TW_BASE_STREAM_H

#include "base/span.h"
#include "base/status.h"

struct tw_stream;

/** The line of places in inputs that have no lines. */
#define TW_NO_LINE UINT64_MAX

/** A place in a stream's output, and the place in the input that it came from. */
struct tw_cursor {
    uint64_t out;    /**< bytes of this stream's output before the place */
    uint64_t offset; /**< bytes of decompressed input before the place */
    uint64_t line;   /**< newlines of decompressed input before the place */
};

/** What a kind of stream can do. One constant a kind, at the bottom of its file. */
struct tw_stream_type {
    const char *name;
    /** Reads up to `room` (> 0) bytes to `to`. TW_OK: `*got` > 0 bytes came (fewer than `room` is
     *  fine). TW_END: nothing more. TW_ERR_TRUNCATED, TW_ERR_DATA, TW_ERR_LIMIT, TW_ERR_IO,
     *  TW_ERR_MEMORY: what came before stays valid, `error` says what and where; a further read
     *  gives TW_END. Bytes that could still be decoded are always delivered first. */
    enum tw_status (*read)(struct tw_stream *stream, char *to, size_t room, size_t *got,
                           struct tw_error *error);
    /** Moves `cursor` over `bytes`, which this stream delivered at cursor->out. NULL: output and
     *  decompressed input are the same bytes. */
    void (*advance)(const struct tw_stream *stream, struct tw_cursor *cursor, struct tw_span bytes);
    /** Frees what the kind holds, and the stream below. */
    void (*free)(struct tw_stream *stream);
};

/** The part that all kinds share; each kind's own struct begins with it. */
struct tw_stream {
    const struct tw_stream_type *type;
    char *peeked;         /**< bytes looked at but not yet read */
    size_t peeked_from;   /**< where the unread part of them begins */
    size_t peeked_length; /**< where it ends */
    size_t peeked_room;
    struct tw_error failure; /**< a failure met while peeking, reported after the peeked bytes */
    bool ended;
};

/** Looks at the next bytes without taking them: as many as there are up to `want`. `*bytes` is
 *  borrowed until the next call on the stream. A failure of the stream is not reported here but by
 *  the read that comes to it. TW_OK, or TW_ERR_MEMORY. Waits for `want` bytes or the end. */
enum tw_status tw_base_stream_peek(struct tw_stream *stream, size_t want, struct tw_span *bytes);

/** Reads as tw_stream_type.read does, peeked bytes first. */
enum tw_status tw_base_stream_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                   struct tw_error *error);

/** Moves a cursor (all zero at first) over bytes that were read at its place. */
void tw_base_stream_advance(const struct tw_stream *stream, struct tw_cursor *cursor,
                            struct tw_span bytes);

/** Frees the stream and all below it; NULL is fine. */
void tw_base_stream_free(struct tw_stream *stream);

#endif
