/* fuzz_decode.c -- any bytes through the decoders: the same output, information and ending whole
 * and in pieces, and a cursor that never runs ahead of the input. */
#include "base/buffer.h"
#include "decode/decode.h"
#include "fuzz.h"
#include "source/source.h"

#define OUTPUT_MAX (16u << 20)

struct result {
    struct tw_buffer output;
    struct tw_decode_info info;
    struct tw_cursor end;
    enum tw_status status;
};

static struct result decode(struct tw_span text, size_t piece)
{
    struct result result = {.output = TW_BUFFER_INIT(OUTPUT_MAX + 4096)};
    const struct tw_decode_options options = {.max_bytes = OUTPUT_MAX / 8};
    struct tw_stream *stream = NULL;
    struct tw_error error;
    TW_FUZZ_MUST(tw_source_open_memory(&stream, text, piece, &error) == TW_OK);
    result.status = tw_decode_open(&stream, stream, &options, &result.info, &error);
    if (result.status == TW_OK) {
        char bytes[1000];
        size_t got = 0;
        tw_base_stream_advance(stream, &result.end, (struct tw_span){NULL, 0});
        while ((result.status = tw_base_stream_read(stream, bytes, sizeof bytes, &got, &error)) ==
               TW_OK) {
            tw_base_stream_advance(stream, &result.end, (struct tw_span){bytes, got});
            tw_base_buffer_add(&result.output, (struct tw_span){bytes, got});
        }
        tw_base_stream_free(stream);
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct result a = decode(tw_fuzz_text(data, size), 0);
    struct result b = decode(tw_fuzz_text(data, size), 1 + size % 5);
    TW_FUZZ_MUST(a.status == b.status);
    TW_FUZZ_MUST(
        tw_base_span_equal(tw_base_buffer_span(&a.output), tw_base_buffer_span(&b.output)));
    TW_FUZZ_MUST(a.end.offset == b.end.offset && a.end.line == b.end.line);
    TW_FUZZ_MUST(a.info.repair_count == b.info.repair_count);
    tw_base_buffer_free(&a.output);
    tw_base_buffer_free(&b.output);
    return 0;
}
