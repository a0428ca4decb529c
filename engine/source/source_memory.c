/* source_memory.c -- reads borrowed bytes, in pieces where a test wants it; see source.h.
 *
 * Never copies the bytes for itself and never frees them. */
#include "base/alloc.h"
#include "source/source.h"

struct memory_source {
    struct tw_stream stream;
    struct tw_span rest;
    size_t piece;
};

static enum tw_status memory_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                  struct tw_error *error)
{
    struct memory_source *source = (struct memory_source *)stream;
    (void)error;
    if (source->rest.length == 0) {
        return TW_END;
    }
    size_t count = room < source->rest.length ? room : source->rest.length;
    if (source->piece > 0 && count > source->piece) {
        count = source->piece;
    }
    memcpy(to, source->rest.at, count);
    source->rest = tw_base_span_skip(source->rest, count);
    *got = count;
    return TW_OK;
}

static void memory_free(struct tw_stream *stream)
{
    tw_base_free(stream);
}

static const struct tw_stream_type memory_type = {
    .name = "memory",
    .read = memory_read,
    .free = memory_free,
};

enum tw_status tw_source_open_memory(struct tw_stream **out, struct tw_span bytes, size_t piece,
                                     struct tw_error *error)
{
    struct memory_source *source = tw_base_alloc(1, sizeof *source);
    if (source == NULL) {
        *out = NULL;
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    source->stream.type = &memory_type;
    source->rest = bytes;
    source->piece = piece;
    *out = &source->stream;
    return TW_OK;
}
