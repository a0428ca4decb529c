/* buffer.c -- the growing byte buffer; see buffer.h. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

char *tw_base_buffer_reserve(struct tw_buffer *buffer, size_t more)
{
    if (buffer->status != TW_OK) {
        return NULL;
    }
    if (more > buffer->maximum - buffer->length) {
        buffer->status = TW_ERR_LIMIT;
        return NULL;
    }
    if (buffer->at == NULL || buffer->room - buffer->length < more) {
        size_t room = buffer->room < 256 ? 256 : buffer->room * 2;
        if (room < buffer->length + more) {
            room = buffer->length + more;
        }
        if (room > buffer->maximum) {
            room = buffer->maximum;
        }
        char *grown = tw_base_realloc(buffer->at, room, 1);
        if (grown == NULL) {
            buffer->status = TW_ERR_MEMORY;
            return NULL;
        }
        buffer->at = grown;
        buffer->room = room;
    }
    return buffer->at + buffer->length;
}

void tw_base_buffer_add(struct tw_buffer *buffer, struct tw_span bytes)
{
    char *to = bytes.length == 0 ? NULL : tw_base_buffer_reserve(buffer, bytes.length);
    if (to != NULL) {
        memcpy(to, bytes.at, bytes.length);
        buffer->length += bytes.length;
    }
}

void tw_base_buffer_add_char(struct tw_buffer *buffer, char c)
{
    tw_base_buffer_add(buffer, (struct tw_span){&c, 1});
}

void tw_base_buffer_print(struct tw_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *to = length <= 0 ? NULL : tw_base_buffer_reserve(buffer, (size_t)length + 1);
    if (to != NULL) {
        (void)vsnprintf(to, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

void tw_base_buffer_free(struct tw_buffer *buffer)
{
    tw_base_free(buffer->at);
    *buffer = TW_BUFFER_INIT(buffer->maximum);
}
