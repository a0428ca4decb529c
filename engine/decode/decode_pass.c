/* decode_pass.c -- the two decoders that change nothing: one stops at a limit, one steps over a
 * mark of byte order.
 *
 * Neither holds bytes: reads go to the stream below with the caller's memory. */
#include <inttypes.h>

#include "base/alloc.h"
#include "decode/decode_layer.h"

struct pass {
    struct tw_stream stream;
    struct tw_stream *below;
    uint64_t number; /* limit: bytes that may still pass; skip: bytes that were dropped */
    uint64_t maximum;
};

static void pass_free(struct tw_stream *stream)
{
    struct pass *pass = (struct pass *)stream;
    tw_base_stream_free(pass->below);
    tw_base_free(pass);
}

static enum tw_status pass_open(struct tw_stream **out, const struct tw_stream_type *type,
                                struct tw_stream *below, uint64_t number, struct tw_error *error)
{
    struct pass *pass = tw_base_alloc(1, sizeof *pass);
    if (pass == NULL) {
        *out = NULL;
        tw_base_stream_free(below);
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    pass->stream.type = type;
    pass->below = below;
    pass->number = number;
    pass->maximum = number;
    *out = &pass->stream;
    return TW_OK;
}

static enum tw_status limit_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                 struct tw_error *error)
{
    struct pass *pass = (struct pass *)stream;
    if (pass->number > 0) {
        size_t want = room < pass->number ? room : (size_t)pass->number;
        enum tw_status status = tw_base_stream_read(pass->below, to, want, got, error);
        pass->number -= *got;
        return status;
    }
    /* An input that ends exactly here has not reached the limit: nothing of it is lost. */
    char probe;
    size_t more = 0;
    enum tw_status status = tw_base_stream_read(pass->below, &probe, 1, &more, error);
    if (status != TW_OK) {
        return status;
    }
    return tw_base_error_set(error, TW_ERR_LIMIT,
                             "more than %" PRIu64 " decompressed bytes; the rest was not read",
                             pass->maximum);
}

static const struct tw_stream_type limit_type = {
    .name = "limit",
    .read = limit_read,
    .free = pass_free,
};

enum tw_status tw_decode_open_limit(struct tw_stream **out, struct tw_stream *below, uint64_t max,
                                    struct tw_error *error)
{
    return pass_open(out, &limit_type, below, max, error);
}

static enum tw_status skip_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                struct tw_error *error)
{
    struct pass *pass = (struct pass *)stream;
    return tw_base_stream_read(pass->below, to, room, got, error);
}

static void skip_advance(const struct tw_stream *stream, struct tw_cursor *cursor,
                         struct tw_span bytes)
{
    const struct pass *pass = (const struct pass *)stream;
    if (cursor->offset == 0) {
        cursor->offset = pass->number;
    }
    cursor->out += bytes.length;
    cursor->offset += bytes.length;
    cursor->line += tw_base_count_newlines(bytes.at, bytes.length);
}

static const struct tw_stream_type skip_type = {
    .name = "skip",
    .read = skip_read,
    .advance = skip_advance,
    .free = pass_free,
};

void tw_decode_drop(struct tw_stream *stream, size_t count)
{
    while (count > 0) {
        char dropped[4];
        size_t got = 0;
        size_t want = count < sizeof dropped ? count : sizeof dropped;
        if (tw_base_stream_read(stream, dropped, want, &got, NULL) != TW_OK) {
            return;
        }
        count -= got;
    }
}

enum tw_status tw_decode_open_skip(struct tw_stream **out, struct tw_stream *below, size_t skip,
                                   struct tw_error *error)
{
    tw_decode_drop(below, skip);
    return pass_open(out, &skip_type, below, skip, error);
}
