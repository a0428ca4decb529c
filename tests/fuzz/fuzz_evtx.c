/* fuzz_evtx.c -- Windows event logs: any bytes as a log, as the records of a chunk, and as the
 * binary XML of a record. Whole and in pieces give the same; what comes out is text in whole lines,
 * and its places do not run ahead of the file. What a sieve leaves of it are lines of it, in their
 * order, and the same end. */
#include "base/buffer.h"
#include "base/visible.h"
#include "decode/decode_evtx_parts.h"
#include "decode/decode_layer.h"
#include "fuzz.h"
#include "pack/pack.h"
#include "source/source.h"

#define OUTPUT_MAX (64u << 20)
#define CHUNK_HEADER 512u
#define RECORD_HEADER 24u

/* What the first byte makes of the rest. */
enum shape { LOG, RECORDS, BINARY_XML, SHAPES };

static void put(char *at, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (char)(unsigned char)(number >> (8 * i));
    }
}

/* A log of one chunk. */
static size_t make_log(char *log, struct tw_span text, enum shape shape)
{
    char *chunk = log + TW_EVTX_FILE_HEADER;
    size_t from = CHUNK_HEADER + (shape == BINARY_XML ? RECORD_HEADER : 0);
    size_t most = TW_EVTX_CHUNK - from - 4;
    size_t length = text.length < most ? text.length : most;
    size_t end = from + length;
    memset(log, 0, TW_EVTX_FILE_HEADER + TW_EVTX_CHUNK);
    memcpy(log, "ElfFile", 7);
    memcpy(chunk, "ElfChnk", 7);
    if (length > 0) {
        memcpy(chunk + from, text.at, length);
    }
    if (shape == BINARY_XML) {
        size_t size = RECORD_HEADER + length + 4;
        memcpy(chunk + CHUNK_HEADER, "**", 2);
        put(chunk + CHUNK_HEADER + 4, size, 4);
        put(chunk + end, size, 4);
        end += 4;
    }
    put(chunk + 48, end, 4);
    return TW_EVTX_FILE_HEADER + TW_EVTX_CHUNK;
}

struct result {
    struct tw_buffer output;
    struct tw_cursor end;
    enum tw_status status;
};

static struct result decode(struct tw_span log, size_t piece, size_t room, struct tw_matcher *sieve)
{
    struct result result = {.output = TW_BUFFER_INIT(OUTPUT_MAX)};
    struct tw_stream *stream = NULL;
    struct tw_error error;
    static char bytes[1u << 16];
    size_t got = 0;
    TW_FUZZ_MUST(tw_source_open_memory(&stream, log, piece, &error) == TW_OK);
    TW_FUZZ_MUST(tw_decode_open_evtx(&stream, stream, sieve, &error) == TW_OK);
    tw_base_stream_advance(stream, &result.end, (struct tw_span){NULL, 0});
    while ((result.status = tw_base_stream_read(stream, bytes, room, &got, &error)) == TW_OK) {
        uint64_t before = result.end.offset;
        tw_base_stream_advance(stream, &result.end, (struct tw_span){bytes, got});
        TW_FUZZ_MUST(result.end.offset >= before && result.end.offset <= log.length);
        tw_base_buffer_add(&result.output, (struct tw_span){bytes, got});
    }
    TW_FUZZ_MUST(result.end.line == 0);
    tw_base_stream_free(stream);
    return result;
}

static void check_text(struct tw_span text)
{
    TW_FUZZ_MUST(text.length == 0 || text.at[text.length - 1] == '\n');
    TW_FUZZ_MUST(tw_base_utf8_valid(text, false));
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        TW_FUZZ_MUST((unsigned char)c >= 0x20 || c == '\n' || c == '\r' || c == '\t');
    }
}

/* Whether the lines of `part` that are not empty are lines of `all`, in their order. */
static void check_part(struct tw_span part, struct tw_span all)
{
    size_t at = 0;
    size_t next = 0;
    while (at < part.length) {
        struct tw_span line = tw_base_span_line(part, at, &at);
        bool found = line.length == 0;
        while (!found && next < all.length) {
            found = tw_base_span_equal(line, tw_base_span_line(all, next, &next));
        }
        TW_FUZZ_MUST(found);
    }
}

/* The anchors of the default pack, which lives as long as the program. */
static struct tw_matcher *open_sieve(void)
{
    static struct tw_pack *pack;
    struct tw_matcher *sieve = NULL;
    struct tw_error error;
    TW_FUZZ_MUST(tw_pack_open_default(&pack, &error) == TW_OK);
    TW_FUZZ_MUST(tw_match_open(&sieve, pack->database, pack->anchor_count, &error) == TW_OK);
    return sieve;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char log[TW_EVTX_FILE_HEADER + TW_EVTX_CHUNK];
    static struct tw_matcher *sieve;
    if (sieve == NULL) {
        sieve = open_sieve();
    }
    if (size == 0) {
        return 0;
    }
    enum shape shape = (enum shape)(data[0] % SHAPES);
    struct tw_span text = tw_fuzz_text(data + 1, size - 1);
    if (shape != LOG) {
        text = (struct tw_span){log, make_log(log, text, shape)};
    }
    struct result a = decode(text, 0, 1u << 16, NULL);
    struct result b = decode(text, 1000 + size % 5000, 1 + size % 100, NULL);
    TW_FUZZ_MUST(a.status == b.status);
    TW_FUZZ_MUST(
        tw_base_span_equal(tw_base_buffer_span(&a.output), tw_base_buffer_span(&b.output)));
    TW_FUZZ_MUST(a.end.offset == b.end.offset);
    check_text(tw_base_buffer_span(&a.output));
    struct result c = decode(text, 0, 1u << 16, sieve);
    TW_FUZZ_MUST(a.status == c.status && a.end.offset == c.end.offset);
    check_part(tw_base_buffer_span(&c.output), tw_base_buffer_span(&a.output));
    tw_base_buffer_free(&c.output);
    tw_base_buffer_free(&a.output);
    tw_base_buffer_free(&b.output);
    return 0;
}
