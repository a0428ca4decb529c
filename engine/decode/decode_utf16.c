/* decode_utf16.c -- UTF-16 to UTF-8, and how to know UTF-16 without a mark of byte order.
 *
 * Unpaired surrogates and an odd last byte become U+FFFD; nothing stops the text. Offsets need no
 * table: a character of four bytes was four bytes before, any other one was two, and the only
 * exception, the odd last byte, is remembered. */
#include <endian.h>

#include "base/alloc.h"
#include "base/visible.h"
#include "decode/decode_layer.h"

#define INPUT_SIZE (64u << 10)

/* Units that the fast path takes at a time: a fixed count, so that compilers make vector code of it
 * without a remainder. */
#define RUN 32u

#define REPLACEMENT 0xFFFDu
#define NOWHERE UINT64_MAX

struct utf16 {
    struct tw_stream stream;
    struct tw_stream *below;
    bool big_endian;
    bool below_ended;
    size_t skip;             /* bytes of the mark of byte order */
    size_t from;             /* the unread part of `input` ... */
    size_t length;           /* ... and its end */
    uint64_t produced;       /* bytes of output */
    uint64_t odd_at;         /* where in the output the odd last byte's character begins */
    struct tw_error failure; /* of the stream below, reported after all characters */
    char pending[4];         /* a character for which the caller had no room */
    size_t pending_from;
    size_t pending_length;
    char input[INPUT_SIZE];
};

static uint16_t unit_at(const char *at, bool big_endian)
{
    uint16_t unit;
    memcpy(&unit, at, sizeof unit);
    return big_endian ? be16toh(unit) : le16toh(unit);
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

/* ---- recognition --------------------------------------------------------------------------- */

struct unit_counts {
    size_t ascii;   /* printable, or the control characters of text */
    size_t strange; /* NUL, other control characters, unpaired surrogates, U+FFFF */
};

static struct unit_counts count_units(struct tw_span head, bool big_endian)
{
    struct unit_counts counts = {0, 0};
    for (size_t i = 0; i + 1 < head.length; i += 2) {
        uint16_t unit = unit_at(head.at + i, big_endian);
        if ((unit >= 0x20 && unit < 0x7F) || unit == '\n' || unit == '\r' || unit == '\t') {
            counts.ascii++;
        } else if (unit < 0x20 || unit == 0xFFFF) {
            counts.strange++;
        } else if (is_high(unit) && i + 3 < head.length) {
            bool paired = is_low(unit_at(head.at + i + 2, big_endian));
            counts.strange += !paired;
            i += paired ? 2 : 0;
        } else if (is_low(unit)) {
            counts.strange++;
        }
    }
    return counts;
}

bool tw_decode_guess_utf16(struct tw_span head, bool *big_endian)
{
    /* In either order a quarter of the units must be ASCII (each has a NUL byte, so that no 8-bit
     * text can pass), which also holds for logs in Japanese or Russian because of their numbers,
     * paths and type names. Binary data, such as EVTX files with their UTF-16 strings, fail by the
     * share of strange units. */
    size_t units = head.length / 2;
    if (units < 2) {
        return false;
    }
    for (int big = 0; big <= 1; big++) {
        struct unit_counts counts = count_units(head, big == 1);
        if (counts.ascii * 4 >= units && counts.strange * 100 <= units) {
            *big_endian = big == 1;
            return true;
        }
    }
    return false;
}

/* ---- decoding ------------------------------------------------------------------------------ */

/* Copies RUN units if all are ASCII. */
static bool copy_ascii(const char *from, char *to, bool big_endian)
{
    uint16_t units[RUN];
    uint16_t all = 0;
    memcpy(units, from, sizeof units);
    if (big_endian) {
        for (unsigned i = 0; i < RUN; i++) {
            units[i] = be16toh(units[i]);
        }
    } else {
        for (unsigned i = 0; i < RUN; i++) {
            units[i] = le16toh(units[i]);
        }
    }
    for (unsigned i = 0; i < RUN; i++) {
        all |= units[i];
    }
    for (unsigned i = 0; i < RUN; i++) {
        to[i] = (char)units[i];
    }
    return all < 0x80;
}

/* Whether the input, from its beginning, has less than a character. */
static bool lacks_input(const struct utf16 *decoder)
{
    return decoder->length < 2 ||
           (decoder->length < 4 && is_high(unit_at(decoder->input, decoder->big_endian)));
}

/* Reads on until a whole character is there, or the end. */
static void fill(struct utf16 *decoder)
{
    memmove(decoder->input, decoder->input + decoder->from, decoder->length - decoder->from);
    decoder->length -= decoder->from;
    decoder->from = 0;
    while (lacks_input(decoder) && !decoder->below_ended) {
        size_t got = 0;
        enum tw_status status =
            tw_base_stream_read(decoder->below, decoder->input + decoder->length,
                                INPUT_SIZE - decoder->length, &got, &decoder->failure);
        if (status != TW_OK) {
            decoder->below_ended = true;
            decoder->failure.status = status;
        }
        decoder->length += got;
    }
}

/* Takes one character off the input and writes it. 0: more input is needed first. */
static size_t convert_one(struct utf16 *decoder, char to[4])
{
    size_t have = decoder->length - decoder->from;
    const char *at = decoder->input + decoder->from;
    if (have == 0 || (have == 1 && !decoder->below_ended)) {
        return 0;
    }
    if (have == 1) {
        decoder->from++;
        decoder->odd_at = decoder->produced;
        return tw_base_utf8_encode(REPLACEMENT, to);
    }
    uint32_t code = unit_at(at, decoder->big_endian);
    if (is_high(code)) {
        if (have < 4 && !decoder->below_ended) {
            return 0;
        }
        uint32_t low = have < 4 ? 0 : unit_at(at + 2, decoder->big_endian);
        if (is_low(low)) {
            decoder->from += 4;
            return tw_base_utf8_encode(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), to);
        }
    }
    decoder->from += 2;
    return tw_base_utf8_encode(code, to); /* a surrogate left alone becomes U+FFFD there */
}

static size_t take_pending(struct utf16 *decoder, char *to, size_t room)
{
    size_t count = decoder->pending_length - decoder->pending_from;
    count = count < room ? count : room;
    memcpy(to, decoder->pending + decoder->pending_from, count);
    decoder->pending_from += count;
    return count;
}

/* Converts what is in the input as far as there is room. */
static size_t convert(struct utf16 *decoder, char *to, size_t room)
{
    size_t filled = 0;
    while (filled < room) {
        while (decoder->length - decoder->from >= 2 * (size_t)RUN && room - filled >= RUN &&
               copy_ascii(decoder->input + decoder->from, to + filled, decoder->big_endian)) {
            decoder->from += 2 * (size_t)RUN;
            decoder->produced += RUN;
            filled += RUN;
        }
        /* Up to the next run one by one: an attempt at each character would cost more than it
         * brings in text that is not ASCII. */
        size_t until = filled + RUN < room ? filled + RUN : room;
        while (filled < until) {
            char character[4];
            size_t length = convert_one(decoder, character);
            if (length == 0) {
                return filled;
            }
            decoder->produced += length;
            if (room - filled < length) {
                memcpy(decoder->pending, character, length);
                decoder->pending_from = 0;
                decoder->pending_length = length;
                return filled + take_pending(decoder, to + filled, room - filled);
            }
            memcpy(to + filled, character, length);
            filled += length;
        }
    }
    return filled;
}

static enum tw_status utf16_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                 struct tw_error *error)
{
    struct utf16 *decoder = (struct utf16 *)stream;
    size_t filled = take_pending(decoder, to, room);
    if (filled < room) {
        filled += convert(decoder, to + filled, room - filled);
    }
    if (filled == 0) {
        fill(decoder);
        filled = convert(decoder, to, room);
    }
    *got = filled;
    if (filled > 0) {
        return TW_OK;
    }
    if (decoder->failure.status < 0 && error != NULL) {
        *error = decoder->failure;
    }
    return decoder->failure.status;
}

static void utf16_advance(const struct tw_stream *stream, struct tw_cursor *cursor,
                          struct tw_span bytes)
{
    const struct utf16 *decoder = (const struct utf16 *)stream;
    if (cursor->offset == 0) {
        cursor->offset = decoder->skip;
    }
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        cursor->offset += (byte & 0xC0) == 0x80 ? 0u : byte >= 0xF0 ? 4u : 2u;
    }
    if (cursor->out <= decoder->odd_at && decoder->odd_at - cursor->out < bytes.length) {
        cursor->offset--;
    }
    cursor->out += bytes.length;
    cursor->line += tw_base_count_newlines(bytes.at, bytes.length);
}

static void utf16_free(struct tw_stream *stream)
{
    struct utf16 *decoder = (struct utf16 *)stream;
    tw_base_stream_free(decoder->below);
    tw_base_free(decoder);
}

static const struct tw_stream_type utf16_type = {
    .name = "utf-16",
    .read = utf16_read,
    .advance = utf16_advance,
    .free = utf16_free,
};

enum tw_status tw_decode_open_utf16(struct tw_stream **out, struct tw_stream *below,
                                    bool big_endian, size_t skip, struct tw_error *error)
{
    struct utf16 *decoder = tw_base_alloc(1, sizeof *decoder);
    if (decoder == NULL) {
        *out = NULL;
        tw_base_stream_free(below);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    tw_decode_drop(below, skip);
    decoder->stream.type = &utf16_type;
    decoder->below = below;
    decoder->big_endian = big_endian;
    decoder->skip = skip;
    decoder->odd_at = NOWHERE;
    *out = &decoder->stream;
    return TW_OK;
}
