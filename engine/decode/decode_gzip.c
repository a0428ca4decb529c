/* decode_gzip.c -- inflates gzip data (RFC 1952) of any number of members; alone knows zlib.
 *
 * Owns the input buffer and zlib's state, which is set back and not made anew for each member, so
 * that a million tiny members are cheap. What can be inflated is delivered before any failure is
 * reported, and every message names the offset in the compressed bytes. */
#include <inttypes.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/alloc.h"
#include "decode/decode_layer.h"

#define INPUT_SIZE (64u << 10)

/* zlib: the largest window, and gzip headers only. */
#define WINDOW_BITS (15 + 16)

#define MAGIC_1 0x1Fu
#define MAGIC_2 0x8Bu

struct gzip {
    struct tw_stream stream;
    struct tw_stream *below;
    z_stream inflater;
    uint64_t taken;   /* compressed bytes read so far */
    uint64_t members; /* that were whole */
    bool inside;      /* a member has begun */
    bool below_ended;
    bool more_output;        /* zlib had more than the caller had room for */
    struct tw_error failure; /* of the stream below */
    char input[INPUT_SIZE];
};

unsigned tw_decode_bid_gzip(struct tw_span head)
{
    if (head.length < 2 || (unsigned char)head.at[0] != MAGIC_1 ||
        (unsigned char)head.at[1] != MAGIC_2) {
        return 0;
    }
    /* The two bytes are enough, so that a damaged header is called damaged and not text. */
    bool deflate = head.length > 2 && head.at[2] == Z_DEFLATED;
    bool flags = deflate && head.length > 3 && ((unsigned char)head.at[3] & 0xE0) == 0;
    return 16u + (deflate ? 8u : 0u) + (flags ? 3u : 0u);
}

uint32_t tw_decode_crc32(uint32_t crc, struct tw_span bytes)
{
    return (uint32_t)crc32_z(crc, (const unsigned char *)bytes.at, bytes.length);
}

static void *zlib_alloc(void *opaque, unsigned count, unsigned size)
{
    (void)opaque;
    return tw_base_alloc(count, size);
}

static void zlib_free(void *opaque, void *memory)
{
    (void)opaque;
    tw_base_free(memory);
}

static uint64_t compressed_offset(const struct gzip *decoder)
{
    return decoder->taken - decoder->inflater.avail_in;
}

static void refill(struct gzip *decoder)
{
    size_t got = 0;
    enum tw_status status =
        tw_base_stream_read(decoder->below, decoder->input, INPUT_SIZE, &got, &decoder->failure);
    if (status != TW_OK) {
        decoder->below_ended = true;
        decoder->failure.status = status;
    }
    decoder->taken += got;
    decoder->inflater.next_in = (const unsigned char *)decoder->input;
    decoder->inflater.avail_in = (unsigned)got;
}

/* Steps over zero bytes, with which tapes and some writers fill up a file. */
static void skip_padding(struct gzip *decoder)
{
    while (decoder->inflater.avail_in > 0 && *decoder->inflater.next_in == 0) {
        decoder->inflater.next_in++;
        decoder->inflater.avail_in--;
    }
}

static enum tw_status no_gzip_data(const struct gzip *decoder, uint64_t offset,
                                   struct tw_error *error)
{
    return tw_base_error_set(error, TW_ERR_DATA,
                             "the bytes after the last gzip member are no gzip data (compressed "
                             "offset %" PRIu64 ", after %" PRIu64 " members)",
                             offset, decoder->members);
}

/* The stream below has no more: what that means here. */
static enum tw_status at_end(const struct gzip *decoder, struct tw_error *error)
{
    if (decoder->failure.status < 0) {
        if (error != NULL) {
            *error = decoder->failure;
        }
        return decoder->failure.status;
    }
    if (!decoder->inside) {
        return TW_END;
    }
    return tw_base_error_set(error, TW_ERR_TRUNCATED,
                             "the gzip data end in the middle, after %" PRIu64
                             " compressed bytes; what came before was read",
                             decoder->taken);
}

static enum tw_status damaged(const struct gzip *decoder, int code, struct tw_error *error)
{
    if (code == Z_MEM_ERROR) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    const char *why =
        decoder->inflater.msg == NULL ? "it cannot be inflated" : decoder->inflater.msg;
    /* zlib has taken the two bytes that are no header. */
    if (decoder->members > 0 && decoder->inflater.total_in == 2 &&
        decoder->inflater.total_out == 0) {
        return no_gzip_data(decoder, compressed_offset(decoder) - 2, error);
    }
    return tw_base_error_set(error, TW_ERR_DATA,
                             "the gzip data are damaged at compressed offset %" PRIu64
                             ": %s; what came before was read",
                             compressed_offset(decoder), why);
}

/* Goes to the next member. TW_OK: its first byte is there, or it lacks input (look at avail_in). */
static enum tw_status next_member(struct gzip *decoder, struct tw_error *error)
{
    if (decoder->members > 0) {
        skip_padding(decoder);
    }
    if (decoder->inflater.avail_in == 0) {
        return TW_OK;
    }
    if (*decoder->inflater.next_in != MAGIC_1) {
        return no_gzip_data(decoder, compressed_offset(decoder), error);
    }
    decoder->inside = true;
    return inflateReset(&decoder->inflater) == Z_OK ? TW_OK
                                                    : damaged(decoder, Z_STREAM_ERROR, error);
}

/* One step: refills, begins a member, or inflates. `*room` falls by what was written. */
static enum tw_status step(struct gzip *decoder, size_t *room, struct tw_error *error)
{
    if (decoder->inflater.avail_in == 0 && !decoder->more_output) {
        if (!decoder->below_ended) {
            refill(decoder);
        }
        if (decoder->inflater.avail_in == 0) {
            return at_end(decoder, error);
        }
    }
    if (!decoder->inside) {
        return next_member(decoder, error);
    }
    unsigned given = *room < UINT32_MAX ? (unsigned)*room : UINT32_MAX;
    decoder->inflater.avail_out = given;
    int code = inflate(&decoder->inflater, Z_NO_FLUSH);
    *room -= given - decoder->inflater.avail_out;
    decoder->more_output = code == Z_OK && decoder->inflater.avail_out == 0;
    if (code == Z_STREAM_END) {
        decoder->inside = false;
        decoder->members++;
        return TW_OK;
    }
    /* Z_BUF_ERROR only says that nothing could be done with what was given: more input is next. */
    return code == Z_OK || code == Z_BUF_ERROR ? TW_OK : damaged(decoder, code, error);
}

static enum tw_status gzip_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                struct tw_error *error)
{
    struct gzip *decoder = (struct gzip *)stream;
    size_t left = room;
    decoder->inflater.next_out = (unsigned char *)to;
    while (left > 0) {
        /* What is there is handed over before a read that might wait. */
        if (left < room && decoder->inflater.avail_in == 0 && !decoder->more_output) {
            break;
        }
        size_t before = left;
        struct tw_error failure = {TW_OK, ""};
        enum tw_status status = step(decoder, &left, &failure);
        if (status == TW_OK) {
            continue;
        }
        if (before < room || left < room) {
            /* First the bytes; the failure is kept for the next read. */
            decoder->failure = failure;
            decoder->failure.status = status;
            decoder->below_ended = true;
            decoder->inside = false;
            decoder->more_output = false;
            decoder->inflater.avail_in = 0;
            break;
        }
        if (status < 0 && error != NULL) {
            *error = failure;
        }
        return status;
    }
    *got = room - left;
    return TW_OK;
}

static void gzip_free(struct tw_stream *stream)
{
    struct gzip *decoder = (struct gzip *)stream;
    (void)inflateEnd(&decoder->inflater);
    tw_base_stream_free(decoder->below);
    tw_base_free(decoder);
}

static const struct tw_stream_type gzip_type = {
    .name = "gzip",
    .read = gzip_read,
    .free = gzip_free,
};

enum tw_status tw_decode_open_gzip(struct tw_stream **out, struct tw_stream *below,
                                   struct tw_error *error)
{
    *out = NULL;
    struct gzip *decoder = tw_base_alloc(1, sizeof *decoder);
    if (decoder == NULL) {
        goto fail;
    }
    decoder->stream.type = &gzip_type;
    decoder->below = below;
    decoder->inflater.zalloc = zlib_alloc;
    decoder->inflater.zfree = zlib_free;
    if (inflateInit2(&decoder->inflater, WINDOW_BITS) != Z_OK) {
        goto fail;
    }
    *out = &decoder->stream;
    return TW_OK;
fail:
    tw_base_free(decoder);
    tw_base_stream_free(below);
    return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
}
