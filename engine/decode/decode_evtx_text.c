/* decode_evtx_text.c -- UTF-16 and Windows-1252 to UTF-8 as XML wants it.
 *
 * `& < > "` are escaped, in text and in attributes alike. Tabs, newlines and carriage returns stay.
 * Other control characters, unpaired surrogates, U+FFFE and U+FFFF, which XML 1.0 (section 2.2)
 * does not allow even as references, become U+FFFD. */
#include "base/visible.h"
#include "decode/decode_evtx_parts.h"

/* Units that the fast path takes at a time: one register of 128 bits. */
#define RUN 8u

/* Bytes that a unit can become: &quot; */
#define UNIT_MAX 6u

#define REPLACEMENT 0xFFFDu

/* Copies RUN units if all are printable ASCII that needs no escape. */
static bool copy_plain(const char *from, char *to)
{
    uint16_t units[RUN];
    uint16_t bad = 0;
    for (unsigned i = 0; i < RUN; i++) {
        units[i] = (uint16_t)tw_decode_evtx_u16(from + 2 * i);
    }
    for (unsigned i = 0; i < RUN; i++) {
        uint16_t unit = units[i];
        bad |= (uint16_t)((uint16_t)(unit - 0x20u) > 0x5Eu) | (uint16_t)(unit == '"') |
               (uint16_t)(unit == '&') | (uint16_t)(unit == '<') | (uint16_t)(unit == '>');
    }
    for (unsigned i = 0; i < RUN; i++) {
        to[i] = (char)units[i];
    }
    return bad == 0;
}

static bool is_allowed(uint32_t code)
{
    return code >= 0x20 ? code != 0xFFFE && code != 0xFFFF
                        : code == '\t' || code == '\n' || code == '\r';
}

/* Whether the unit is ASCII that stays as it is. */
static bool is_plain(uint32_t code)
{
    static const bool special[64] = {['"'] = true, ['&'] = true, ['<'] = true, ['>'] = true};
    return code >= 0x20 && code < 0x7F && (code >= 64 || !special[code]);
}

/* Writes one character and returns its length, at most UNIT_MAX. */
static size_t put_escaped(uint32_t code, char *to)
{
    static const struct {
        char character;
        struct tw_span text;
    } escapes[] = {
        {'&', TW_SPAN_INIT("&amp;")},
        {'<', TW_SPAN_INIT("&lt;")},
        {'>', TW_SPAN_INIT("&gt;")},
        {'"', TW_SPAN_INIT("&quot;")},
    };
    for (size_t i = 0; code < 0x80 && i < sizeof escapes / sizeof escapes[0]; i++) {
        if (code == (unsigned char)escapes[i].character) {
            memcpy(to, escapes[i].text.at, escapes[i].text.length);
            return escapes[i].text.length;
        }
    }
    return tw_base_utf8_encode(is_allowed(code) ? code : REPLACEMENT, to);
}

/* The character at the beginning of `units` units, and how many of them it has. */
static uint32_t character_at(const char *at, size_t units, size_t *taken)
{
    uint32_t code = tw_decode_evtx_u16(at);
    *taken = 1;
    if (code < 0xD800 || code > 0xDFFF) {
        return code;
    }
    uint32_t low = code < 0xDC00 && units > 1 ? tw_decode_evtx_u16(at + 2) : 0;
    if (low < 0xDC00 || low > 0xDFFF) {
        return REPLACEMENT;
    }
    *taken = 2;
    return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

void tw_decode_evtx_put_utf16(struct tw_buffer *to, const char *at, size_t units)
{
    char *start = tw_decode_evtx_room(to, UNIT_MAX * units);
    if (start == NULL) {
        return;
    }
    char *write = start;
    while (units > 0) {
        if (units >= RUN && copy_plain(at, write)) {
            write += RUN;
            at += (size_t)2 * RUN;
            units -= RUN;
            continue;
        }
        /* Up to the next run one by one: see decode_utf16.c. */
        size_t run = units < RUN ? units : RUN;
        for (size_t done = 0; done < run;) {
            size_t taken = 1;
            uint32_t code = tw_decode_evtx_u16(at);
            if (is_plain(code)) {
                *write++ = (char)code;
            } else {
                code = character_at(at, units, &taken);
                write += put_escaped(code, write);
            }
            at += 2 * taken;
            units -= taken;
            done += taken;
        }
    }
    to->length += (size_t)(write - start);
}

void tw_decode_evtx_put_ansi(struct tw_buffer *to, struct tw_span text)
{
    /* 0x80 to 0x9F; the rest is as in Unicode. Source: Microsoft's bestfit1252.txt. */
    static const uint16_t high[32] = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    char *start = tw_decode_evtx_room(to, UNIT_MAX * text.length);
    if (start == NULL) {
        return;
    }
    char *write = start;
    for (size_t i = 0; i < text.length; i++) {
        uint32_t code = (unsigned char)text.at[i];
        write += put_escaped(code >= 0x80 && code < 0xA0 ? high[code - 0x80] : code, write);
    }
    to->length += (size_t)(write - start);
}

static bool is_name_character(uint32_t code)
{
    return code >= 0x80 ? is_allowed(code)
                        : (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
                              (code >= '0' && code <= '9') || code == '_' || code == ':' ||
                              code == '-' || code == '.';
}

void tw_decode_evtx_put_name(struct tw_buffer *to, const char *at, size_t units)
{
    char *start = tw_decode_evtx_room(to, 4 * units);
    if (start == NULL) {
        return;
    }
    char *write = start;
    for (size_t taken = 0; units > 0; at += 2 * taken, units -= taken) {
        uint32_t code = character_at(at, units, &taken);
        bool good = is_name_character(code);
        if (good && code < 0x80) {
            *write++ = (char)code;
        } else {
            write += tw_base_utf8_encode(good ? code : REPLACEMENT, write);
        }
    }
    to->length += (size_t)(write - start);
}

void tw_decode_evtx_put_reference(struct tw_buffer *to, uint32_t code)
{
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    tw_base_buffer_print(to, "&#%u;", is_allowed(code) && !surrogate ? code : REPLACEMENT);
}
