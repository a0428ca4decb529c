/* format_xml.c -- takes XML apart; see format_xml.h.
 *
 * Not a library, because a record is read by the thousand: Expat took 10 µs for one of 740 bytes,
 * most of it for what an event does not have (docs/decisions/0008-events.md). Section numbers are
 * those of XML 1.0, fifth edition. */
#include "format/format_xml.h"

#include "base/limits.h"
#include "base/visible.h"
#include "format/format_event.h"

/* Bytes of other XML that may stand before the first record of a log. */
#define PREFIX_BYTES 2048u

struct walk {
    const struct tw_xml_listener *listener;
    void *user;
    struct tw_span xml;
    size_t at;
    unsigned depth;
    struct tw_span open[TW_EVENT_XML_DEPTH]; /* with their prefixes */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct tw_span rest_of(const struct walk *walk)
{
    return tw_base_span_skip(walk->xml, walk->at);
}

static void skip_space(struct walk *walk)
{
    while (walk->at < walk->xml.length && is_space(walk->xml.at[walk->at])) {
        walk->at++;
    }
}

/* Goes behind the next `mark`. False: there is none. */
static bool skip_behind(struct walk *walk, struct tw_span mark)
{
    struct tw_span rest = rest_of(walk);
    size_t found = tw_base_span_find(rest, mark);
    if (found == rest.length) {
        return false;
    }
    walk->at += found + mark.length;
    return true;
}

static bool ends_name(char c)
{
    return is_space(c) || c == '/' || c == '>' || c == '=' || c == '<' || c == '"' || c == '\'' ||
           c == '&';
}

/* Takes a name (2.3): up to what cannot be in one. */
static struct tw_span take_name(struct walk *walk)
{
    size_t from = walk->at;
    while (walk->at < walk->xml.length && !ends_name(walk->xml.at[walk->at])) {
        walk->at++;
    }
    return (struct tw_span){walk->xml.at + from, walk->at - from};
}

static struct tw_span local_name(struct tw_span name)
{
    const char *colon = name.length == 0 ? NULL : memrchr(name.at, ':', name.length);
    return colon == NULL ? name : tw_base_span_skip(name, (size_t)(colon - name.at) + 1);
}

/* ---- tags --------------------------------------------------------------------------------------
 */

/* Takes ` name="value"` (3.1, "Attribute"). */
static bool take_attribute(struct walk *walk, struct tw_xml_tag *tag)
{
    struct tw_span name = take_name(walk);
    skip_space(walk);
    if (name.length == 0 || walk->at == walk->xml.length || walk->xml.at[walk->at] != '=') {
        return false;
    }
    walk->at++;
    skip_space(walk);
    struct tw_span rest = rest_of(walk);
    if (rest.length == 0 || (rest.at[0] != '"' && rest.at[0] != '\'')) {
        return false;
    }
    const char *end = memchr(rest.at + 1, rest.at[0], rest.length - 1);
    if (end == NULL) {
        return false;
    }
    struct tw_span value = {rest.at + 1, (size_t)(end - rest.at) - 1};
    walk->at += value.length + 2;
    if (tag->attribute_count < TW_XML_ATTRIBUTES) {
        tag->attributes[tag->attribute_count].name = local_name(name);
        tag->attributes[tag->attribute_count++].value = value;
    }
    return memchr(value.at, '<', value.length) == NULL;
}

static bool take_start(struct walk *walk)
{
    struct tw_xml_tag tag;
    tag.at = walk->at++;
    tag.attribute_count = 0;
    struct tw_span name = take_name(walk);
    tag.name = local_name(name);
    for (;;) {
        skip_space(walk);
        struct tw_span rest = rest_of(walk);
        bool is_empty = tw_base_span_starts(rest, TW_SPAN("/>"));
        if (is_empty || (rest.length > 0 && rest.at[0] == '>')) {
            walk->at += is_empty ? 2 : 1;
            tag.behind = walk->at;
            if (tag.name.length == 0 || walk->depth == TW_EVENT_XML_DEPTH ||
                !walk->listener->begin(walk->user, &tag)) {
                walk->at = tag.at;
                return false;
            }
            if (is_empty) {
                walk->listener->end(walk->user, walk->at);
            } else {
                walk->open[walk->depth++] = name;
            }
            return true;
        }
        if (!take_attribute(walk, &tag)) {
            walk->at = tag.at;
            return false;
        }
    }
}

static bool take_end(struct walk *walk)
{
    size_t from = walk->at;
    walk->at += 2;
    struct tw_span name = take_name(walk);
    skip_space(walk);
    if (walk->depth == 0 || walk->at == walk->xml.length || walk->xml.at[walk->at] != '>' ||
        !tw_base_span_equal(name, walk->open[walk->depth - 1])) {
        walk->at = from;
        return false;
    }
    walk->at++;
    walk->depth--;
    walk->listener->end(walk->user, from);
    return true;
}

static bool take_cdata(struct walk *walk)
{
    size_t from = walk->at + TW_SPAN("<![CDATA[").length;
    bool ended = skip_behind(walk, TW_SPAN("]]>"));
    size_t end = ended ? walk->at - TW_SPAN("]]>").length : walk->xml.length;
    if (end > from) {
        walk->listener->text(walk->user, (struct tw_span){walk->xml.at + from, end - from}, true);
    }
    return ended;
}

/* What begins with `<`. False: it is cut off, or not well formed. */
static bool take_markup(struct walk *walk)
{
    struct tw_span rest = rest_of(walk);
    if (tw_base_span_starts(rest, TW_SPAN("</"))) {
        return take_end(walk);
    }
    if (tw_base_span_starts(rest, TW_SPAN("<?"))) {
        return skip_behind(walk, TW_SPAN("?>"));
    }
    if (tw_base_span_starts(rest, TW_SPAN("<!--"))) {
        return skip_behind(walk, TW_SPAN("-->"));
    }
    if (tw_base_span_starts(rest, TW_SPAN("<![CDATA["))) {
        return walk->depth > 0 && take_cdata(walk);
    }
    return !tw_base_span_starts(rest, TW_SPAN("<!")) && take_start(walk);
}

size_t tw_format_xml_walk(struct tw_span xml, const struct tw_xml_listener *listener, void *user,
                          bool *whole)
{
    struct walk walk = {.listener = listener, .user = user, .xml = xml};
    bool begun = false;
    *whole = false;
    while (walk.at < xml.length) {
        struct tw_span rest = rest_of(&walk);
        const char *mark = memchr(rest.at, '<', rest.length);
        size_t length = mark == NULL ? rest.length : (size_t)(mark - rest.at);
        if (length > 0 && walk.depth > 0) {
            listener->text(user, (struct tw_span){rest.at, length}, false);
        }
        walk.at += length;
        if (mark == NULL || !take_markup(&walk)) {
            break;
        }
        begun |= walk.depth > 0;
        if (begun && walk.depth == 0) {
            *whole = true;
            break;
        }
    }
    return walk.at;
}

bool tw_format_xml_may_follow(struct tw_span before)
{
    size_t lines = 0;
    before = tw_base_span_trim(before);
    if (before.length == 0 || before.at[0] == '<') {
        return before.length <= PREFIX_BYTES;
    }
    for (size_t at = 0; at < before.length; lines++) {
        (void)tw_base_span_line(before, at, &at);
    }
    return lines <= 3;
}

struct tw_span tw_format_xml_attribute(const struct tw_xml_tag *tag, struct tw_span name)
{
    for (size_t i = 0; i < tag->attribute_count; i++) {
        if (tw_base_span_equal(tag->attributes[i].name, name)) {
            return tag->attributes[i].value;
        }
    }
    return (struct tw_span){NULL, 0};
}

/* ---- text --------------------------------------------------------------------------------------
 */

/* The number of a reference to a character (4.1, "CharRef"); 0: it is none. */
static uint32_t number_of(struct tw_span name)
{
    uint32_t code = 0;
    bool is_hexadecimal = name.length > 1 && name.at[1] == 'x';
    for (size_t i = is_hexadecimal ? 2 : 1; i < name.length; i++) {
        char c = name.at[i];
        uint32_t digit = tw_base_is_digit(c)                      ? (uint32_t)(c - '0')
                         : is_hexadecimal && c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                         : is_hexadecimal && c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10
                                                                  : UINT32_MAX;
        if (digit == UINT32_MAX || code > 0x10ffff) {
            return 0;
        }
        code = code * (is_hexadecimal ? 16 : 10) + digit;
    }
    return code;
}

/* The character that the name between `&` and `;` stands for; 0: none that is known. */
static uint32_t character_of(struct tw_span name)
{
    static const struct {
        struct tw_span name;
        uint32_t code;
    } entities[] = {
        {TW_SPAN_INIT("lt"), '<'},   {TW_SPAN_INIT("gt"), '>'},    {TW_SPAN_INIT("amp"), '&'},
        {TW_SPAN_INIT("quot"), '"'}, {TW_SPAN_INIT("apos"), '\''},
    };
    if (name.length > 1 && name.at[0] == '#') {
        return number_of(name);
    }
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (tw_base_span_equal(name, entities[i].name)) {
            return entities[i].code;
        }
    }
    return 0;
}

/* Longest reference that is looked for: `&#x10FFFF;`. */
#define REFERENCE_MAX 12u

/* Puts what the reference at the beginning of `text` stands for. Returns its length; an ampersand
 * that begins none stands for itself. */
static size_t put_reference(struct tw_format_room *room, struct tw_span text)
{
    char bytes[4];
    size_t most = text.length < REFERENCE_MAX ? text.length : REFERENCE_MAX;
    const char *end = memchr(text.at, ';', most);
    struct tw_span name = {text.at + 1, end == NULL ? 0 : (size_t)(end - text.at) - 1};
    uint32_t code = character_of(name);
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
        tw_format_room_add(room, TW_SPAN("&"));
        return 1;
    }
    size_t length = tw_base_utf8_encode(code, bytes);
    tw_format_room_add(room, (struct tw_span){bytes, length});
    return name.length + 2;
}

/* Whether a character may stand in XML (2.2, "Char"). */
static bool is_allowed(uint32_t code)
{
    return (code >= 0x20 || code == '\t' || code == '\n' || code == '\r') && code != 0xfffe &&
           code != 0xffff;
}

/* Bytes at the beginning of `text` that stand for themselves and for nothing else. */
static size_t plain_run(struct tw_span text)
{
    size_t n = 0;
    while (n < text.length && text.at[n] >= 0x20 && text.at[n] < 0x7f && text.at[n] != '&') {
        n++;
    }
    return n;
}

void tw_format_xml_unescape(struct tw_format_room *room, struct tw_span text, bool plain)
{
    while (text.length > 0) {
        uint32_t code = 0;
        size_t n = plain_run(text);
        if (n > 0) {
            tw_format_room_add(room, (struct tw_span){text.at, n});
        } else if (text.at[0] == '&' && !plain) {
            n = put_reference(room, text);
        } else if (tw_base_span_starts(text, TW_SPAN("\r\n"))) {
            n = 1;
        } else {
            n = tw_base_utf8_decode(text, &code);
            bool allowed = n > 0 && is_allowed(code);
            n = allowed ? n : 1;
            tw_format_room_add(room, allowed ? (struct tw_span){text.at, n} : TW_SPAN("?"));
        }
        text = tw_base_span_skip(text, n);
    }
}
