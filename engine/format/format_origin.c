/* format_origin.c -- which thread, process or activity wrote an entry, where its first line says
 * so.
 *
 * The places: a bracket of its own ("[12]", "[pool-1-thread-2]", "[pid 7:tid 9]", a GUID), the
 * number behind a program's name ("curl[4711]:", RFC 3164, section 4.1.3), and the "ThreadId=" that
 * a .NET listener appends (TraceOptions.ThreadId). */
#include "base/hash.h"
#include "format/format_lines.h"

/* Bytes of the first line in which the origin stands, if at all. */
#define HEAD_BYTES 160u
/* The longest name of a thread; a GUID has 36. */
#define NAME_BYTES 48u

static bool is_guid(struct tw_span text)
{
    if (text.length != 36) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = tw_base_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (hyphen ? c != '-' : !hex) {
            return false;
        }
    }
    return true;
}

static bool is_number(struct tw_span text)
{
    size_t from = tw_base_span_starts(text, TW_SPAN("0x")) ? 2 : 0;
    for (size_t i = from; i < text.length; i++) {
        char c = text.at[i];
        bool hex = from > 0 && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
        if (!tw_base_is_digit(c) && !hex) {
            return false;
        }
    }
    return text.length > from && text.length <= 10;
}

/* Whether the content of a bracket names a thread. */
static bool is_thread(struct tw_span text)
{
    static const struct tw_span words[] = {TW_SPAN_INIT("hread-"), TW_SPAN_INIT("-exec-"),
                                           TW_SPAN_INIT("tid "), TW_SPAN_INIT("hread ")};
    if (is_number(text) || is_guid(text)) {
        return true;
    }
    for (size_t i = 0; text.length <= NAME_BYTES && i < sizeof words / sizeof *words; i++) {
        if (tw_base_span_find(text, words[i]) < text.length) {
            return true;
        }
    }
    return false;
}

uint64_t tw_format_origin(struct tw_span text, size_t header)
{
    static const struct tw_span key = TW_SPAN_INIT("ThreadId=");
    size_t next = 0;
    struct tw_span line = tw_base_span_skip(tw_base_span_line(text, 0, &next), header);
    line.length = line.length < HEAD_BYTES ? line.length : HEAD_BYTES;
    for (size_t at = 0; at < line.length; at++) {
        const char *close =
            line.at[at] == '[' || line.at[at] == '{'
                ? memchr(line.at + at, line.at[at] == '[' ? ']' : '}', line.length - at)
                : NULL;
        if (close == NULL) {
            continue;
        }
        struct tw_span inside = {line.at + at + 1, (size_t)(close - line.at) - at - 1};
        if (is_thread(inside)) {
            return tw_base_hash(TW_HASH_START, inside);
        }
        at += inside.length;
    }
    size_t found = tw_base_span_find(text, key);
    struct tw_span rest = tw_base_span_skip(
        text, found + key.length < text.length ? found + key.length : text.length);
    size_t digits = 0;
    while (digits < rest.length && tw_base_is_digit(rest.at[digits])) {
        digits++;
    }
    return digits == 0 ? 0 : tw_base_hash(TW_HASH_START, (struct tw_span){rest.at, digits});
}
