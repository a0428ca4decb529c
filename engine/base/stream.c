/* stream.c -- peeking and reading, the same for every kind of stream; see stream.h. */
#include "base/stream.h"

#include "base/alloc.h"

enum tw_status tw_base_stream_peek(struct tw_stream *stream, size_t want, struct tw_span *bytes)
{
    size_t have = stream->peeked_length - stream->peeked_from;
    if (have < want && !stream->ended) {
        if (stream->peeked_room < want) {
            char *grown = tw_base_realloc(stream->peeked, want, 1);
            if (grown == NULL) {
                return TW_ERR_MEMORY;
            }
            stream->peeked = grown;
            stream->peeked_room = want;
        }
        if (stream->peeked_from > 0) {
            memmove(stream->peeked, stream->peeked + stream->peeked_from, have);
            stream->peeked_from = 0;
            stream->peeked_length = have;
        }
    }
    while (have < want && !stream->ended) {
        size_t got = 0;
        enum tw_status status = stream->type->read(stream, stream->peeked + stream->peeked_length,
                                                   want - have, &got, &stream->failure);
        if (status != TW_OK) {
            stream->ended = true;
            stream->failure.status = status;
            break;
        }
        stream->peeked_length += got;
        have += got;
    }
    /* Nothing is added to a pointer that may be NULL. */
    *bytes = stream->peeked == NULL ? (struct tw_span){NULL, 0}
                                    : (struct tw_span){stream->peeked + stream->peeked_from,
                                                       have < want ? have : want};
    return TW_OK;
}

enum tw_status tw_base_stream_read(struct tw_stream *stream, char *to, size_t room, size_t *got,
                                   struct tw_error *error)
{
    size_t have = stream->peeked_length - stream->peeked_from;
    *got = 0;
    if (have > 0) {
        *got = have < room ? have : room;
        memcpy(to, stream->peeked + stream->peeked_from, *got);
        stream->peeked_from += *got;
        return TW_OK;
    }
    if (stream->peeked != NULL) {
        tw_base_free(stream->peeked);
        stream->peeked = NULL;
        stream->peeked_room = stream->peeked_from = stream->peeked_length = 0;
    }
    if (stream->ended) {
        enum tw_status status = stream->failure.status == TW_OK ? TW_END : stream->failure.status;
        if (status < 0 && error != NULL) {
            *error = stream->failure;
        }
        stream->failure.status = TW_OK;
        return status;
    }
    enum tw_status status = stream->type->read(stream, to, room, got, error);
    if (status != TW_OK) {
        stream->ended = true;
    }
    return status;
}

void tw_base_stream_advance(const struct tw_stream *stream, struct tw_cursor *cursor,
                            struct tw_span bytes)
{
    if (stream->type->advance != NULL) {
        stream->type->advance(stream, cursor, bytes);
        return;
    }
    cursor->out += bytes.length;
    cursor->offset += bytes.length;
    cursor->line += tw_base_count_newlines(bytes.at, bytes.length);
}

void tw_base_stream_free(struct tw_stream *stream)
{
    if (stream == NULL) {
        return;
    }
    char *peeked = stream->peeked;
    stream->type->free(stream);
    tw_base_free(peeked);
}
