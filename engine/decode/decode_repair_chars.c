/* decode_repair_chars.c -- repairs single characters: HTML entities, odd blanks, typography.
 *
 * All three weigh signs before they touch anything: French logs have no-break blanks and curly
 * apostrophes, Chinese ones curly quotes, and logs may quote XML, and none of that is damage. */
#include "base/visible.h"
#include "decode/decode_repair.h"

/* ---- HTML entities ------------------------------------------------------------------------- */

/* Fewer may stand in any log. */
#define ENTITIES_MIN 3

struct entity {
    struct tw_span name;
    struct tw_span text;
};

static const struct entity entities[] = {
    {{"&lt;", 4}, {"<", 1}},    {{"&gt;", 4}, {">", 1}},   {{"&amp;", 5}, {"&", 1}},
    {{"&quot;", 6}, {"\"", 1}}, {{"&apos;", 6}, {"'", 1}}, {{"&nbsp;", 6}, {" ", 1}},
};

/* A numeric entity at the beginning of `text`: its length, or 0. */
static size_t numeric_entity(struct tw_span text, uint32_t *code)
{
    bool hex = text.length > 2 && (text.at[2] | 0x20) == 'x';
    size_t i = hex ? 3 : 2;
    uint32_t value = 0;
    size_t digits = 0;
    if (!tw_base_span_starts(text, TW_SPAN("&#"))) {
        return 0;
    }
    for (; i < text.length && digits < 7; i++, digits++) {
        char c = text.at[i];
        char lower = (char)(c | 0x20);
        if (tw_base_is_digit(c)) {
            value = value * (hex ? 16 : 10) + (uint32_t)(c - '0');
        } else if (hex && lower >= 'a' && lower <= 'f') {
            value = value * 16 + (uint32_t)(lower - 'a' + 10);
        } else {
            break;
        }
    }
    *code = value == 0xA0 ? ' ' : value;
    bool whole = digits > 0 && i < text.length && text.at[i] == ';';
    bool printable = value >= 0x20 || value == '\t';
    return whole && printable && value <= 0x10FFFF ? i + 1 : 0;
}

/* The entity at the beginning of `text`: its length, or 0. Writes what it stands for. */
static size_t read_entity(struct tw_span text, char to[4], size_t *length)
{
    uint32_t code;
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (tw_base_span_starts(text, entities[i].name)) {
            to[0] = entities[i].text.at[0];
            *length = 1;
            return entities[i].name.length;
        }
    }
    size_t taken = numeric_entity(text, &code);
    if (taken > 0) {
        *length = tw_base_utf8_encode(code, to);
    }
    return taken;
}

/* The next `&` from byte `from` on, or the end. */
static size_t next_ampersand(struct tw_span text, size_t from)
{
    const char *found =
        from >= text.length ? NULL : memchr(text.at + from, '&', text.length - from);
    return found == NULL ? text.length : (size_t)(found - text.at);
}

static bool are_entities_damage(struct tw_span text)
{
    size_t count = 0;
    for (size_t i = next_ampersand(text, 0); i < text.length && count < ENTITIES_MIN;) {
        char to[4];
        size_t length;
        count += read_entity(tw_base_span_skip(text, i), to, &length) > 0;
        i = next_ampersand(text, i + 1);
    }
    if (count < ENTITIES_MIN) {
        return false;
    }
    /* Tags say that this is markup, or a log that quotes markup. */
    return tw_base_span_find(text, TW_SPAN("</")) == text.length &&
           tw_base_span_find(text, TW_SPAN("/>")) == text.length;
}

void tw_decode_repair_entities(struct tw_repair *repair)
{
    struct tw_span text = repair->text;
    if (!are_entities_damage(text)) {
        return;
    }
    size_t copied = 0;
    for (size_t i = next_ampersand(text, 0); i < text.length;) {
        char to[4];
        size_t length = 0;
        size_t taken = read_entity(tw_base_span_skip(text, i), to, &length);
        if (taken > 0) {
            tw_decode_repair_copy(repair, copied, i - copied);
            tw_decode_repair_put(repair, i, (struct tw_span){to, length});
            copied = i + taken;
        }
        i = next_ampersand(text, i + (taken > 0 ? taken : 1));
    }
    tw_decode_repair_copy(repair, copied, text.length - copied);
    tw_decode_repair_finish(repair, true, TW_REPAIR_ENTITIES);
}

/* ---- characters beyond ASCII --------------------------------------------------------------- */

/* A character with its neighbours; 0 stands for the edge of the text, invalid bytes count as
 * themselves. */
struct place {
    size_t at;
    size_t length;
    uint32_t code;
    uint32_t before;
    uint32_t behind;
};

/* Goes to the next character beyond ASCII from `place->at + place->length` on. */
static bool next_place(struct tw_span text, struct place *place)
{
    size_t i = place->at + place->length;
    while (i < text.length && (unsigned char)text.at[i] < 0x80) {
        i++;
    }
    if (i >= text.length) {
        return false;
    }
    uint32_t last = place->code;
    bool adjacent = i == place->at + place->length;
    place->before = i == 0 ? 0 : adjacent ? last : (unsigned char)text.at[i - 1];
    place->at = i;
    place->length = tw_base_utf8_decode(tw_base_span_skip(text, i), &place->code);
    if (place->length == 0) {
        place->code = 0xFFFD;
        place->length = 1;
    }
    struct tw_span rest = tw_base_span_skip(text, i + place->length);
    if (rest.length == 0 || tw_base_utf8_decode(rest, &place->behind) == 0) {
        place->behind = rest.length == 0 ? 0 : 0xFFFD;
    }
    return true;
}

/* Rewrites the text with what `replace` says; NULL there: keep the character. */
static void rewrite(struct tw_repair *repair, const char *(*replace)(uint32_t code), unsigned name)
{
    struct tw_span text = repair->text;
    struct place place = {0};
    size_t copied = 0;
    bool changed = false;
    while (next_place(text, &place)) {
        const char *literal = replace(place.code);
        if (literal != NULL) {
            tw_decode_repair_copy(repair, copied, place.at - copied);
            tw_decode_repair_put(repair, place.at, tw_base_span(literal));
            copied = place.at + place.length;
            changed = true;
        }
    }
    if (changed) {
        tw_decode_repair_copy(repair, copied, text.length - copied);
    }
    tw_decode_repair_finish(repair, changed, name);
}

static bool is_ascii_letter(uint32_t code)
{
    return code < 0x80 && tw_base_is_letter((char)code);
}

static bool is_ascii_digit(uint32_t code)
{
    return code < 0x80 && tw_base_is_digit((char)code);
}

/* ---- odd blanks ---------------------------------------------------------------------------- */

static bool is_odd_blank(uint32_t code)
{
    return code == 0xA0 || (code >= 0x2000 && code <= 0x200A) || code == 0x202F || code == 0x205F ||
           code == 0x3000;
}

static bool is_invisible(uint32_t code)
{
    return code == 0xAD || (code >= 0x200B && code <= 0x200D) || code == 0x2060 || code == 0xFEFF;
}

/* Whether the odd blank is where only damage puts one. It is not where French typography has it
 * (before double punctuation and inside of guillemets), between the digits of a number, before the
 * AM and PM of newer .NET, or beside a script that is not ASCII. */
static bool is_damaged_blank(const struct place *place)
{
    if (is_invisible(place->code)) {
        return is_ascii_letter(place->before) && is_ascii_letter(place->behind);
    }
    if (!is_odd_blank(place->code) || place->before == 0xAB) {
        return false;
    }
    bool number = is_ascii_digit(place->before) &&
                  (is_ascii_digit(place->behind) || is_ascii_letter(place->behind));
    bool punctuation = place->behind < 0x80 && strchr(":;!?%", (int)place->behind) != NULL;
    bool after = place->before < 0x80 || is_odd_blank(place->before);
    bool ahead = place->behind < 0x80 || is_odd_blank(place->behind);
    return !number && !punctuation && after && ahead;
}

static const char *replace_blank(uint32_t code)
{
    return is_odd_blank(code) ? " " : is_invisible(code) ? "" : NULL;
}

void tw_decode_repair_blanks(struct tw_repair *repair, size_t signs)
{
    struct place place = {0};
    size_t count = 0;
    while (count < signs && next_place(repair->text, &place)) {
        count += is_damaged_blank(&place);
    }
    if (count >= signs) {
        rewrite(repair, replace_blank, TW_REPAIR_BLANKS);
    }
}

/* ---- typography ---------------------------------------------------------------------------- */

/* Signs that suffice where nothing else speaks of damage; elsewhere one does. */
#define TYPOGRAPHY_SIGNS 3

static const char *replace_typography(uint32_t code)
{
    switch (code) {
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x201B:
        return "'";
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
        return "\"";
    case 0x2010:
    case 0x2011:
        return "-";
    case 0x2013:
        return "--";
    case 0x2014:
        return "---";
    case 0x2026:
        return "...";
    default:
        return NULL;
    }
}

/* Whether a program, and not a person, would have written something else here. */
static size_t typography_signs(struct tw_span text, const struct place *place)
{
    struct tw_span rest = tw_base_span_skip(text, place->at + place->length);
    bool ascii = place->before < 0x80 && place->behind < 0x80;
    switch (place->code) {
    case 0x2013:
    case 0x2014: /* `--- End of stack trace`, `--->` */
        return tw_base_span_starts(rest, TW_SPAN(" End of")) || place->behind == '>'
                   ? TYPOGRAPHY_SIGNS
                   : 0;
    case 0x201C:
    case 0x201D:
        return ascii;
    case 0x2018:
        return ascii && is_ascii_letter(place->behind);
    case 0x2019: /* don't; the French apostrophe comes after other letters */
        return place->before == 'n' && place->behind == 't';
    case 0x2026:
        return is_ascii_letter(place->before) && place->behind < 0x80;
    default:
        return 0;
    }
}

/* Whether the text is what the programs of this trade write. */
static bool is_trace(struct tw_span text)
{
    static const struct tw_span words[] = {
        {"Stack Trace", 11}, {"Exception:", 10}, {"Inner Exception", 15},
        {"Microsoft.", 10},  {"System.", 7},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (tw_base_span_find(text, words[i]) < text.length) {
            return true;
        }
    }
    return false;
}

void tw_decode_repair_typography(struct tw_repair *repair)
{
    size_t signs = 0;
    size_t needed = repair->changed != 0 ? 1 : TYPOGRAPHY_SIGNS;
    struct place place = {0};
    while (next_place(repair->text, &place)) {
        if (place.code == 0x201E || (place.code >= 0x3000 && place.code < 0xFF00)) {
            return; /* German and Chinese programs write curly quotes themselves */
        }
        signs += typography_signs(repair->text, &place);
    }
    if (signs >= needed && (repair->changed != 0 || is_trace(repair->text))) {
        rewrite(repair, replace_typography, TW_REPAIR_TYPOGRAPHY);
    }
}
