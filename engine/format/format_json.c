/* format_json.c -- see format_json.h. */
#include "format/format_json.h"

#include "base/visible.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void pass_spaces(struct tw_json_walk *walk)
{
    while (walk->at < walk->text.length && is_space(walk->text.at[walk->at])) {
        walk->at++;
    }
}

/* The string whose opening quote was passed. */
static void read_string(struct tw_json_walk *walk)
{
    size_t from = walk->at;
    size_t at = from;
    walk->quoted = true;
    walk->cut = false;
    for (;;) {
        const char *quote = at >= walk->text.length
                                ? NULL
                                : memchr(walk->text.at + at, '"', walk->text.length - at);
        if (quote == NULL) {
            walk->cut = true;
            walk->said = tw_base_span_skip(walk->text, from);
            walk->at = walk->text.length;
            return;
        }
        at = (size_t)(quote - walk->text.at);
        size_t slashes = 0;
        while (at - slashes > from && quote[-1 - (ptrdiff_t)slashes] == '\\') {
            slashes++;
        }
        if (slashes % 2 == 0) {
            walk->said = (struct tw_span){walk->text.at + from, at - from};
            walk->at = at + 1;
            return;
        }
        at++;
    }
}

/* A number or a word, up to what ends it. */
static void read_word(struct tw_json_walk *walk)
{
    static const char ends[] = ",:{}[]\"";
    size_t from = walk->at;
    while (walk->at < walk->text.length && !is_space(walk->text.at[walk->at]) &&
           memchr(ends, walk->text.at[walk->at], sizeof ends - 1) == NULL) {
        walk->at++;
    }
    walk->quoted = walk->cut = false;
    walk->said = (struct tw_span){walk->text.at + from, walk->at - from};
}

static enum tw_json_token read_value(struct tw_json_walk *walk, char first)
{
    if (first != '"') {
        read_word(walk);
        return TW_JSON_VALUE;
    }
    walk->at++;
    read_string(walk);
    pass_spaces(walk);
    if (walk->at == walk->text.length || walk->text.at[walk->at] != ':') {
        return TW_JSON_VALUE;
    }
    walk->at++;
    if (walk->depth <= TW_JSON_LEVELS) {
        walk->names[walk->depth] = walk->said;
    }
    return TW_JSON_NAME;
}

enum tw_json_token tw_json_next(struct tw_json_walk *walk)
{
    for (pass_spaces(walk); walk->at < walk->text.length; pass_spaces(walk)) {
        char c = walk->text.at[walk->at];
        if (walk->done) {
            return TW_JSON_END;
        }
        if (c == '{' || c == '[') {
            walk->at++;
            walk->depth++;
            if (walk->depth <= TW_JSON_LEVELS) {
                walk->names[walk->depth] = (struct tw_span){NULL, 0};
            }
            return TW_JSON_OPEN;
        }
        if ((c == '}' || c == ']') && walk->depth > 0) {
            walk->at++;
            walk->done = --walk->depth == 0;
            return TW_JSON_CLOSE;
        }
        if (walk->depth == 0) {
            return TW_JSON_END;
        }
        if (c == ',' || c == ':') {
            /* A string that is cut off here may be a name. */
            if (walk->depth <= TW_JSON_LEVELS) {
                walk->names[walk->depth] = (struct tw_span){NULL, 0};
            }
            walk->at++;
            continue;
        }
        return read_value(walk, c);
    }
    return TW_JSON_END;
}

bool tw_json_is_at(const struct tw_json_walk *walk, const char *const *names, unsigned count)
{
    if (walk->depth != count || count > TW_JSON_LEVELS) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        if (!tw_base_span_equal(walk->names[i + 1], tw_base_span(names[i]))) {
            return false;
        }
    }
    return true;
}

/* ---- escapes -----------------------------------------------------------------------------------
 */

/* The four hexadecimal digits of "\uXXXX" at `at`; -1: there are none. */
static int32_t read_hex(struct tw_span string, size_t at)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    int32_t code = 0;
    if (at + 6 > string.length || string.at[at] != '\\' || string.at[at + 1] != 'u') {
        return -1;
    }
    for (size_t i = at + 2; i < at + 6; i++) {
        const char *digit = memchr(digits, string.at[i], sizeof digits - 1);
        if (digit == NULL) {
            return -1;
        }
        code = code * 16 + (int32_t)((digit - digits) % 16);
    }
    return code;
}

/* Appends the character of "\uXXXX", with the second half of a pair; returns the bytes read. */
static size_t add_character(struct tw_buffer *to, struct tw_span string, size_t at)
{
    char bytes[4];
    size_t read = 6;
    int32_t code = read_hex(string, at);
    if (code < 0) {
        tw_base_buffer_add_char(to, '?');
        return 2;
    }
    int32_t low = code >= 0xd800 && code < 0xdc00 ? read_hex(string, at + 6) : -1;
    if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        read = 12;
    }
    size_t length = tw_base_utf8_encode((uint32_t)code, bytes);
    tw_base_buffer_add(to, (struct tw_span){bytes, length});
    return read;
}

void tw_json_unescape(struct tw_buffer *to, struct tw_span string)
{
    static const char names[] = "nrtbf";
    static const char meanings[] = "\n\r\t  ";
    for (size_t at = 0; at < string.length;) {
        const char *slash = memchr(string.at + at, '\\', string.length - at);
        size_t plain = slash == NULL ? string.length : (size_t)(slash - string.at);
        tw_base_buffer_add(to, (struct tw_span){string.at + at, plain - at});
        at = plain;
        if (at + 1 >= string.length) {
            break;
        }
        char c = string.at[at + 1];
        if (c == 'u') {
            at += add_character(to, string, at);
            continue;
        }
        const char *name = memchr(names, c, sizeof names - 1);
        tw_base_buffer_add_char(to, name == NULL ? c : meanings[name - names]);
        at += 2;
    }
}
