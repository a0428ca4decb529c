/* decode_cp1252.c -- Windows-1252 to UTF-8, and when to believe that a text is Windows-1252.
 *
 * Every byte has a character, so that this decoder cannot fail. Offsets need no table: one
 * character of the output was one byte. */
#include "base/alloc.h"
#include "base/visible.h"
#include "decode/decode_layer.h"

#define INPUT_SIZE 8192u

/* Characters of the bytes 0x80 to 0x9F. Source: WHATWG Encoding Standard, index-windows-1252.txt
 * (https://encoding.spec.whatwg.org/index-windows-1252.txt), which is Microsoft's bestfit1252.txt
 * (https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WindowsBestFit/bestfit1252.txt): the five
 * bytes without a character stand for the control characters of the same number. From 0xA0 on the
 * byte is the code point. */
static const uint16_t high_controls[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

struct cp1252 {
    struct tw_stream stream;
    struct tw_stream *below;
    size_t from;     /* the unread part of `input` ... */
    size_t length;   /* ... and its end */
    char pending[4]; /* a character for which the caller had no room */
    size_t pending_from;
    size_t pending_length;
    char input[INPUT_SIZE];
};

bool tw_decode_guess_cp1252(struct tw_span head)
{
    /* A UTF-8 log may have a line in another encoding pasted into it. Only where the invalid bytes
     * are at least as many as the valid characters is the whole text taken for Windows-1252, in
     * which valid sequences arise by chance alone. */
    size_t valid = 0;
    size_t invalid = 0;
    size_t i = 0;
    while (i < head.length) {
        if ((unsigned char)head.at[i] < 0x80) {
            i++;
            continue;
        }
        uint32_t code;
        struct tw_span rest = tw_base_span_skip(head, i);
        size_t length = tw_base_utf8_decode(rest, &code);
        if (length == 0 && tw_base_utf8_valid(rest, true) && valid > 0) {
            break; /* only cut off by the end of the peek or of the input */
        }
        valid += length > 0;
        invalid += length == 0;
        i += length > 0 ? length : 1;
    }
    /* At the end of a whole peek a cut character is no evidence, even if it is the only one. */
    if (valid == 0 && invalid == 1 && head.length >= TW_PEEK_SIZE &&
        tw_base_utf8_valid(head, true)) {
        return false;
    }
    return invalid > 0 && invalid >= valid;
}

static size_t encode_byte(unsigned char byte, char to[4])
{
    uint32_t code = byte >= 0x80 && byte < 0xA0 ? high_controls[byte - 0x80] : byte;
    return tw_base_utf8_encode(code, to);
}

static size_t take_pending(struct cp1252 *decoder, char *to, size_t room)
{
    size_t count = decoder->pending_length - decoder->pending_from;
    count = count < room ? count : room;
    memcpy(to, decoder->pending + decoder->pending_from, count);
    decoder->pending_from += count;
    return count;
}

static enum tw_status cp1252_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                  struct tw_error *error)
{
    struct cp1252 *decoder = (struct cp1252 *)stream;
    size_t filled = take_pending(decoder, to, room);
    if (decoder->from == decoder->length && filled == 0) {
        decoder->from = decoder->length = 0;
        enum tw_status status = tw_base_stream_read(decoder->below, decoder->input, INPUT_SIZE,
                                                    &decoder->length, error);
        if (status != TW_OK) {
            return status;
        }
    }
    while (filled < room && decoder->from < decoder->length) {
        unsigned char byte = (unsigned char)decoder->input[decoder->from++];
        if (byte < 0x80) {
            to[filled++] = (char)byte;
        } else if (room - filled >= sizeof decoder->pending) {
            filled += encode_byte(byte, to + filled);
        } else {
            decoder->pending_length = encode_byte(byte, decoder->pending);
            decoder->pending_from = 0;
            filled += take_pending(decoder, to + filled, room - filled);
        }
    }
    *got = filled;
    return TW_OK;
}

static void cp1252_advance(const struct tw_stream *stream, struct tw_cursor *cursor,
                           struct tw_span bytes)
{
    (void)stream;
    for (size_t i = 0; i < bytes.length; i++) {
        cursor->offset += ((unsigned char)bytes.at[i] & 0xC0) != 0x80;
    }
    cursor->out += bytes.length;
    cursor->line += tw_base_count_newlines(bytes.at, bytes.length);
}

static void cp1252_free(struct tw_stream *stream)
{
    struct cp1252 *decoder = (struct cp1252 *)stream;
    tw_base_stream_free(decoder->below);
    tw_base_free(decoder);
}

static const struct tw_stream_type cp1252_type = {
    .name = "windows-1252",
    .read = cp1252_read,
    .advance = cp1252_advance,
    .free = cp1252_free,
};

enum tw_status tw_decode_open_cp1252(struct tw_stream **out, struct tw_stream *below,
                                     struct tw_error *error)
{
    struct cp1252 *decoder = tw_base_alloc(1, sizeof *decoder);
    if (decoder == NULL) {
        *out = NULL;
        tw_base_stream_free(below);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    decoder->stream.type = &cp1252_type;
    decoder->below = below;
    *out = &decoder->stream;
    return TW_OK;
}
