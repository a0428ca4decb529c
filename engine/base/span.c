/* span.c -- searching and cutting borrowed bytes; see span.h. */
#include "base/span.h"

size_t tw_base_span_find(struct tw_span text, struct tw_span needle)
{
    if (needle.length == 0) {
        return 0;
    }
    if (needle.length > text.length) {
        return text.length;
    }
    const char *found = memmem(text.at, text.length, needle.at, needle.length);
    return found == NULL ? text.length : (size_t)(found - text.at);
}

static bool is_space(char c)
{
    return tw_base_is_blank(c) || c == '\r' || c == '\n';
}

struct tw_span tw_base_span_trim(struct tw_span text)
{
    while (text.length > 0 && is_space(text.at[0])) {
        text = tw_base_span_skip(text, 1);
    }
    while (text.length > 0 && is_space(text.at[text.length - 1])) {
        text.length--;
    }
    return text;
}

struct tw_span tw_base_span_line(struct tw_span text, size_t from, size_t *next)
{
    struct tw_span rest = tw_base_span_skip(text, from);
    const char *newline = rest.length == 0 ? NULL : memchr(rest.at, '\n', rest.length);
    size_t length = newline == NULL ? rest.length : (size_t)(newline - rest.at);
    *next = from + length + (newline != NULL);
    if (length > 0 && rest.at[length - 1] == '\r') {
        length--;
    }
    return (struct tw_span){rest.at, length};
}

uint64_t tw_base_count_newlines(const char *at, size_t length)
{
    /* Counted in bytes of at most 255 rounds, which compilers turn into vector code; a memchr per
     * line is three times slower on lines of log length. */
    uint64_t total = 0;
    while (length > 0) {
        size_t part = length < 255 * 32 ? length : 255 * 32;
        uint32_t count = 0;
        for (size_t i = 0; i < part; i++) {
            count += at[i] == '\n';
        }
        total += count;
        at += part;
        length -= part;
    }
    return total;
}
