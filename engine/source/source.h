/* source.h -- where bytes come from: files, pipes, memory.
 *
 * A source is the lowest stream of an input: it hands over the bytes as they are. Recognising and
 * undoing compressions and encodings is the business of decode/. */
#ifndef TW_SOURCE_SOURCE_H
#define TW_SOURCE_SOURCE_H

#include "base/stream.h"

/** What becomes of a descriptor when its stream is freed. */
enum tw_source_owner {
    TW_SOURCE_BORROW, /**< it stays open, the caller closes it */
    TW_SOURCE_CLOSE,  /**< the stream closes it */
};

/** Opens a file to read. On success the caller owns `*out`. Errors: IO (the message names the path;
 *  a folder is refused here and not by the first read), MEMORY. */
enum tw_status tw_source_open_path(struct tw_stream **out, const char *path,
                                   struct tw_error *error);

/** A stream on a descriptor: a regular file from where it stands, a pipe, a terminal, a socket.
 *  Interrupted reads are tried again, a descriptor that does not block is waited for. `name` (is
 *  copied) stands for it in messages. With TW_SOURCE_CLOSE the descriptor is consumed, also on
 *  failure. Errors: MEMORY. */
enum tw_status tw_source_open_fd(struct tw_stream **out, int fd, enum tw_source_owner owner,
                                 const char *name, struct tw_error *error);

/** A stream on bytes that must live longer than it. `piece` is for tests: no read delivers more
 *  than so many bytes, so that a text can be cut anywhere; 0: as many as there is room for.
 *  Errors: MEMORY. */
enum tw_status tw_source_open_memory(struct tw_stream **out, struct tw_span bytes, size_t piece,
                                     struct tw_error *error);

#endif
