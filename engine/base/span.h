/* span.h -- the one string type inside the engine: borrowed bytes with a length.
 *
 * Log text may hold NUL bytes and invalid UTF-8, so nothing in the engine relies on a final NUL.
 * A span never owns its bytes. */
#ifndef TW_BASE_SPAN_H
#define TW_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Borrowed bytes. An empty span may have a NULL pointer. */
struct tw_span {
    const char *at;
    size_t length;
};

/** A span over a string literal; the second form is for constant tables. */
#define TW_SPAN(literal) ((struct tw_span){(literal), sizeof(literal) - 1})
#define TW_SPAN_INIT(literal)                                                                      \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/** A span over a NUL-terminated string (NULL gives an empty span). */
static inline struct tw_span tw_base_span(const char *text)
{
    return (struct tw_span){text, text == NULL ? 0 : strlen(text)};
}

/** Whether both have the same bytes. */
static inline bool tw_base_span_equal(struct tw_span a, struct tw_span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

/** Whether `text` begins with `prefix`. */
static inline bool tw_base_span_starts(struct tw_span text, struct tw_span prefix)
{
    return text.length >= prefix.length &&
           (prefix.length == 0 || memcmp(text.at, prefix.at, prefix.length) == 0);
}

/** The part of `text` that begins `skip` bytes in (at its end where it is shorter). */
static inline struct tw_span tw_base_span_skip(struct tw_span text, size_t skip)
{
    size_t n = skip < text.length ? skip : text.length;
    /* Nothing is added to a pointer that may be NULL. */
    return (struct tw_span){n == 0 ? text.at : text.at + n, text.length - n};
}

/** Whether `c` is a blank that stands inside a line. */
static inline bool tw_base_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/** Whether `c` is an ASCII digit, whatever the locale says. */
static inline bool tw_base_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/** Whether `c` is an ASCII letter, whatever the locale says. */
static inline bool tw_base_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/** Where `needle` first stands in `text`, or `text.length` where it does not. */
size_t tw_base_span_find(struct tw_span text, struct tw_span needle);

/** `text` without blanks, tabs and line ends on both sides. */
struct tw_span tw_base_span_trim(struct tw_span text);

/** The line of `text` that begins at `from`: without its newline and a carriage return before it.
 *  `*next` becomes where the following line begins (`text.length` at the end). */
struct tw_span tw_base_span_line(struct tw_span text, size_t from, size_t *next);

/** Newlines in `length` bytes at `at`. */
uint64_t tw_base_count_newlines(const char *at, size_t length);

#endif
