/* buffer.h -- a growing byte buffer that was born with its maximum.
 *
 * Once growing failed the buffer remembers it (`status`), ignores further appends, and the caller
 * checks once at the end: long chains of appends stay readable. */
#ifndef TW_BASE_BUFFER_H
#define TW_BASE_BUFFER_H

#include "base/span.h"
#include "base/status.h"

/** Zero it with TW_BUFFER_INIT(max) before use; free it with tw_base_buffer_free. */
struct tw_buffer {
    char *at;
    size_t length;
    size_t room;
    size_t maximum;        /**< bytes that it may ever hold */
    enum tw_status status; /**< TW_OK, or why an append was dropped */
};

#define TW_BUFFER_INIT(max) ((struct tw_buffer){.maximum = (max)})

/** Makes room for `more` further bytes and returns where they go, or NULL (status says why).
 *  Nothing counts as appended until `length` is raised. */
char *tw_base_buffer_reserve(struct tw_buffer *buffer, size_t more);

/** Appends bytes. */
void tw_base_buffer_add(struct tw_buffer *buffer, struct tw_span bytes);

/** Appends one byte. */
void tw_base_buffer_add_char(struct tw_buffer *buffer, char c);

/** Appends formatted text. */
void tw_base_buffer_print(struct tw_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The bytes so far, borrowed until the next append. */
static inline struct tw_span tw_base_buffer_span(const struct tw_buffer *buffer)
{
    return (struct tw_span){buffer->at, buffer->length};
}

/** Forgets the content, keeps the room. */
static inline void tw_base_buffer_clear(struct tw_buffer *buffer)
{
    buffer->length = 0;
    buffer->status = TW_OK;
}

/** Gives the memory back and leaves an empty buffer with the same maximum. */
void tw_base_buffer_free(struct tw_buffer *buffer);

#endif
