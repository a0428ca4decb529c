/* stream_tools.h -- what the tests of streams share: a stream that fails, and reading to the end.
 */
#ifndef TW_TESTS_UNIT_STREAM_TOOLS_H
#define TW_TESTS_UNIT_STREAM_TOOLS_H

#include "base/buffer.h"
#include "decode/decode.h"

/** Sizes of the pieces in which tests let a stream arrive; 0: as many bytes as wanted. */
#define TW_TEST_PIECES 6
extern const size_t tw_test_pieces[TW_TEST_PIECES];

/** What came of reading a stream to its end. */
struct tw_read_all {
    struct tw_buffer text;
    enum tw_status status; /**< of the last read */
    struct tw_error error;
    struct tw_cursor end; /**< a cursor moved over all of it */
};

/** Reads `stream` to its end, at most `room` bytes at a time (0: many), and frees it. */
struct tw_read_all tw_test_read_all(struct tw_stream *stream, size_t room);

/** Where byte `out` of `text`, which was read from `stream`, came from. Moves over the mark of byte
 *  order first, and then in steps of `step` bytes. */
struct tw_cursor tw_test_locate(const struct tw_stream *stream, struct tw_span text, size_t out,
                                size_t step);

/** A memory stream that ends with a failure instead of TW_END. */
struct tw_stream *tw_test_failing(struct tw_span bytes, size_t piece, enum tw_status status);

/** The decoders that `bytes`, arriving in pieces, need. Fails the test where they cannot be opened.
 */
struct tw_stream *tw_test_decode(struct tw_span bytes, size_t piece,
                                 const struct tw_decode_options *options,
                                 struct tw_decode_info *info);

/** Opens the decoders that `bytes` need with ever one more allocation before memory runs out. Fails
 *  the test where that is not told or leaves a stream. Returns how many tries the last one took. */
int tw_test_decode_without_memory(struct tw_span bytes, size_t piece);

/** Fails the test where the two differ. */
void tw_test_same(struct tw_span got, struct tw_span want);

/** Fails the test where the repairs, joined with blanks, are others. */
void tw_test_repairs(const struct tw_decode_info *info, const char *want);

/** A log of so many lines that does not compress to nothing. The caller frees it. */
struct tw_buffer tw_test_lines(size_t lines);

/** A memory stream; never NULL. */
struct tw_stream *tw_test_memory(struct tw_span bytes, size_t piece);

#endif
