/* visible.c -- UTF-8 decoding, and log text made safe for a terminal; see visible.h.
 *
 * Owns the tables of what a terminal obeys or hides, and of how wide characters are. They are
 * tables and not iswprint() and wcwidth() because those depend on the locale, and reports must not.
 */
#include "base/visible.h"

#define REPLACEMENT 0xFFFDu

struct range {
    uint32_t first;
    uint32_t last;
};

/* What changes how other text is shown, or is not shown itself: control characters
 * (General_Category Cc, but tab and newline, which callers treat before) and format characters (Cf)
 * of the Unicode Character Database, version 14; the line and paragraph separators. Sorted. */
static const struct range hidden[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},   {0x0600, 0x0605},
    {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},
    {0x08E2, 0x08E2},   {0x180E, 0x180E},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x13438}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
    {0xE0001, 0xE007F},
};

/* Two columns: East_Asian_Width W and F (UAX #11, version 14), unassigned places between two such
 * ranges taken in, so that the table stays short. Sorted. */
static const struct range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4C6},   {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6B},
    {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x1B2FB}, {0x1F004, 0x1F004},
    {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F320},
    {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA},
    {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E},
    {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F54E},
    {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4},
    {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2},
    {0x1F6D5, 0x1F6DF}, {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC}, {0x1F7E0, 0x1F7F0},
    {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAFF},
    {0x20000, 0x3FFFD},
};

/* No column: combining marks (Mn, Me) of the scripts that Windows is translated to. Sorted. */
static const struct range combining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05BF}, {0x05C1, 0x05C2},
    {0x05C4, 0x05C5}, {0x05C7, 0x05C7}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0670, 0x0670},
    {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x06E7, 0x06E8}, {0x06EA, 0x06ED}, {0x08E3, 0x0902},
    {0x093A, 0x093A}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0951, 0x0957},
    {0x0962, 0x0963}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x20D0, 0x20F0}, {0x302A, 0x302D}, {0x3099, 0x309A}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool is_in(uint32_t code, const struct range *table, size_t count)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (code > table[middle].last) {
            low = middle + 1;
        } else if (code < table[middle].first) {
            count = middle;
        } else {
            return true;
        }
    }
    return false;
}

/* How many bytes the character that begins with `lead` has; 0: no character begins so. */
static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return 0;
    }
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* Whether `second` may follow `lead`: this is where RFC 3629 rules out overlong forms, surrogates,
 * and what is beyond U+10FFFF. */
static bool may_follow(unsigned char lead, unsigned char second)
{
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return second >= low && second <= high;
}

size_t tw_base_utf8_decode(struct tw_span text, uint32_t *code)
{
    unsigned char lead = (unsigned char)text.at[0];
    size_t length = sequence_length(lead);
    if (length == 1) {
        *code = lead;
        return 1;
    }
    if (length == 0 || length > text.length || !may_follow(lead, (unsigned char)text.at[1])) {
        return 0;
    }
    uint32_t value = lead & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)text.at[i];
        if ((next & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (next & 0x3Fu);
    }
    *code = value;
    return length;
}

size_t tw_base_utf8_encode(uint32_t code, char to[4])
{
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        code = REPLACEMENT;
    }
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        to[i] = (char)(unsigned char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    to[0] = (char)(unsigned char)((0xF00u >> length & 0xFF) | code);
    return length;
}

/* Whether `text` is the beginning of a character and ends before the character does. */
static bool is_cut_character(struct tw_span text)
{
    unsigned char lead = (unsigned char)text.at[0];
    size_t length = sequence_length(lead);
    if (length < 2 || text.length >= length) {
        return false;
    }
    if (text.length > 1 && !may_follow(lead, (unsigned char)text.at[1])) {
        return false;
    }
    return text.length < 3 || ((unsigned char)text.at[2] & 0xC0) == 0x80;
}

bool tw_base_utf8_valid(struct tw_span text, bool may_be_cut)
{
    size_t i = 0;
    while (i < text.length) {
        uint32_t code;
        struct tw_span rest = tw_base_span_skip(text, i);
        size_t length = tw_base_utf8_decode(rest, &code);
        if (length == 0) {
            return may_be_cut && is_cut_character(rest);
        }
        i += length;
    }
    return true;
}

static void add_code(struct tw_buffer *to, uint32_t code)
{
    tw_base_buffer_print(to, "\\u{%04X}", (unsigned)code);
}

/* Shows what stands at the beginning of `rest`, which is no plain ASCII character, and returns how
 * many bytes that is. */
static size_t add_special(struct tw_buffer *to, struct tw_span rest, bool keep_newlines)
{
    char c = rest.at[0];
    if (c == '\r' && rest.length > 1 && rest.at[1] == '\n') {
        tw_base_buffer_add_char(to, keep_newlines ? '\n' : ' ');
        return 2;
    }
    if (c == '\n' || c == '\t') {
        tw_base_buffer_add_char(to, c == '\n' && !keep_newlines ? ' ' : c);
        return 1;
    }
    uint32_t code;
    size_t length = tw_base_utf8_decode(rest, &code);
    if (length == 0) {
        tw_base_buffer_print(to, "\\x%02X", (unsigned)(unsigned char)c);
        return 1;
    }
    if (is_in(code, hidden, COUNT(hidden))) {
        add_code(to, code);
    } else {
        tw_base_buffer_add(to, (struct tw_span){rest.at, length});
    }
    return length;
}

void tw_base_visible(struct tw_buffer *to, struct tw_span text, bool keep_newlines)
{
    size_t i = 0;
    while (i < text.length && to->status == TW_OK) {
        size_t plain = i;
        while (plain < text.length && text.at[plain] >= ' ' && text.at[plain] <= '~') {
            plain++;
        }
        tw_base_buffer_add(to, (struct tw_span){text.at + i, plain - i});
        i = plain;
        if (i < text.length) {
            i += add_special(to, tw_base_span_skip(text, i), keep_newlines);
        }
    }
}

size_t tw_base_columns(struct tw_span text)
{
    size_t columns = 0;
    size_t i = 0;
    while (i < text.length) {
        uint32_t code;
        size_t length = tw_base_utf8_decode(tw_base_span_skip(text, i), &code);
        if (length == 0) {
            length = 1;
            code = REPLACEMENT;
        }
        if (code < 0x300) {
            columns++;
        } else if (!is_in(code, combining, COUNT(combining))) {
            columns += is_in(code, wide, COUNT(wide)) ? 2 : 1;
        }
        i += length;
    }
    return columns;
}
