/* redact_value.c -- where a key's value begins and ends, and what values look like.
 *
 * Knows the notations in which keys and values stand in logs: connection strings, URLs and forms,
 * JSON (also inside of JSON strings), XML, headers, command lines. Decides nothing about what is
 * put in place of a value. Looking ahead is bounded, but for bytes that become part of the value
 * and are then passed over: so the whole stays linear. */
#include "base/redact_value.h"

/* How far a connection string is looked through for its next `;key=`, a tag for its end, and a
 * parameter for its `=`. */
#define LOOK_AHEAD 256u

/* Attributes of a tag that are passed over. */
#define ATTRIBUTES_MAX 4u

/* Longest prefix of a tag's name, and name of an attribute. */
#define PREFIX_MAX 32u

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* ---- quotes -------------------------------------------------------------------------------- */

bool tw_base_redact_has(struct tw_span text, size_t at, const char *word)
{
    size_t length = strlen(word);
    if (at > text.length || text.length - at < length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (lower(text.at[at + i]) != word[i]) {
            return false;
        }
    }
    return true;
}

size_t tw_base_redact_quote(struct tw_span text, size_t at)
{
    static const char *const forms[] = {"&quot;", "&#34;", "&apos;", "&#39;", "%22", "%27"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (tw_base_redact_has(text, at, forms[i])) {
            return strlen(forms[i]);
        }
    }
    size_t slashes = 0;
    while (at + slashes < text.length && text.at[at + slashes] == '\\' && slashes < 16) {
        slashes++;
    }
    size_t quote = at + slashes;
    if (slashes > 0 &&
        (tw_base_redact_has(text, quote, "u0022") || tw_base_redact_has(text, quote, "u0027"))) {
        return slashes + 5;
    }
    return quote < text.length && (text.at[quote] == '"' || text.at[quote] == '\'') ? slashes + 1
                                                                                    : 0;
}

/* Whether a quote behind `found` backslashes closes what one behind `opened` opened. Each level of
 * JSON strings in JSON strings turns n backslashes into 2n + 1. */
static bool closes(size_t found, size_t opened)
{
    while (opened > 0) {
        if (found % 2 == 0) {
            return true; /* it even closes a string around this one */
        }
        found = (found - 1) / 2;
        opened = (opened - 1) / 2;
    }
    return found % 2 == 0;
}

size_t tw_base_redact_line_end(struct tw_span text, size_t at)
{
    while (at < text.length && text.at[at] != '\n' && text.at[at] != '\r') {
        at++;
    }
    return at;
}

/* Whether behind byte `at` nothing follows that belongs to the same value. */
static bool is_delimited(struct tw_span text, size_t at)
{
    return at + 1 >= text.length ||
           (text.at[at + 1] != '\0' &&
            strchr(" \t\r\n,;:.()[]{}<>\"'|&+/\\", text.at[at + 1]) != NULL);
}

/* Whether two quotes at `at` open a value, as in CSV and PowerShell strings; else they are an empty
 * one. */
static bool is_doubled(struct tw_span text, size_t at)
{
    return at + 2 < text.length && (text.at[at] == '"' || text.at[at] == '\'') &&
           text.at[at + 1] == text.at[at] && text.at[at + 2] != text.at[at] &&
           (text.at[at + 2] == '[' || !is_delimited(text, at + 1));
}

/* The end of a value behind a plain quote with `slashes_before` backslashes. */
static size_t plain_quote_end(struct tw_span text, size_t from, size_t slashes_before)
{
    char quote = text.at[from - 1];
    size_t slashes = 0;
    for (size_t i = from; i < text.length && text.at[i] != '\n' && text.at[i] != '\r'; i++) {
        if (text.at[i] != quote || !closes(slashes, slashes_before)) {
            slashes = text.at[i] == '\\' ? slashes + 1 : 0;
            continue;
        }
        if (slashes_before > 0 || i + 1 >= text.length || text.at[i + 1] != quote || i == from) {
            return i - (slashes < slashes_before ? slashes : slashes_before);
        }
        i++; /* a quote that is doubled stands for itself */
        slashes = 0;
    }
    return tw_base_redact_line_end(text, from);
}

/* The end of a value behind the quote of `length` bytes before `from`; without a closing quote it
 * is the end of the line. */
static size_t quoted_end(struct tw_span text, size_t from, size_t length)
{
    char last = text.at[from - 1];
    bool plain = (last == '"' || last == '\'') && !(length == 2 && text.at[from - 2] == last);
    if (plain) {
        return plain_quote_end(text, from, length - 1);
    }
    struct tw_span quote = {text.at + from - length, length};
    size_t end = from;
    while (end < text.length && text.at[end] != '\n' && text.at[end] != '\r' &&
           !tw_base_span_starts(tw_base_span_skip(text, end), quote)) {
        end++;
    }
    return end;
}

/* ---- keys and values ----------------------------------------------------------------------- */

static size_t skip_blanks(struct tw_span text, size_t at)
{
    while (at < text.length && tw_base_is_blank(text.at[at])) {
        at++;
    }
    return at;
}

/* The byte at `at`, or NUL behind the end. */
static char at_or_nul(struct tw_span text, size_t at)
{
    return at < text.length ? text.at[at] : '\0';
}

/* Whether the word at `from` is the name of a tag: `<name`, `<ns:name`, `&lt;name`. */
static bool is_tag(struct tw_span text, size_t from)
{
    if (from > 0 && text.at[from - 1] == ':') {
        size_t stop = from > PREFIX_MAX ? from - PREFIX_MAX : 0;
        from--;
        while (from > stop && tw_base_redact_is_word(text.at[from - 1])) {
            from--;
        }
    }
    return (from > 0 && text.at[from - 1] == '<') ||
           (from > 3 && tw_base_redact_has(text, from - 4, "&lt;"));
}

/* Behind ` name="value"` at `at`, or 0. */
static size_t attribute_end(struct tw_span text, size_t at)
{
    size_t i = skip_blanks(text, at);
    size_t name = i;
    while (tw_base_redact_is_word(at_or_nul(text, i)) || at_or_nul(text, i) == ':') {
        i++;
    }
    size_t quote = at_or_nul(text, i) == '=' ? tw_base_redact_quote(text, i + 1) : 0;
    if (i == name || name == at || i - name > PREFIX_MAX || quote == 0) {
        return 0;
    }
    struct tw_span opened = {text.at + i + 1, quote};
    for (i += 1 + quote; i < text.length && i - at < LOOK_AHEAD; i++) {
        if (tw_base_span_starts(tw_base_span_skip(text, i), opened)) {
            return i + quote;
        }
    }
    return 0;
}

/* Behind the end of the tag whose name ends at `at`, or 0. */
static size_t tag_end(struct tw_span text, size_t at)
{
    for (unsigned i = 0; i < ATTRIBUTES_MAX; i++) {
        size_t next = attribute_end(text, at);
        at = next > 0 ? next : at;
    }
    at = skip_blanks(text, at);
    return at_or_nul(text, at) == '>'             ? at + 1
           : tw_base_redact_has(text, at, "&gt;") ? at + sizeof "&gt;" - 1
                                                  : 0;
}

/* Behind one quote, or one that is doubled. */
static size_t skip_quote(struct tw_span text, size_t at)
{
    size_t length = tw_base_redact_quote(text, at);
    bool twice = length == 1 && at_or_nul(text, at + 1) == text.at[at];
    return at + length + twice;
}

/* `key="Password" value="..."`, `"name":"password","value":"..."`: behind the separator, or 0. */
static size_t named_value(struct tw_span text, size_t at)
{
    at = skip_blanks(text, at);
    at = skip_blanks(text, at + (at_or_nul(text, at) == ','));
    at = skip_quote(text, at);
    if (!tw_base_redact_has(text, at, "value")) {
        return 0;
    }
    at = skip_blanks(text, skip_quote(text, at + 5));
    return at_or_nul(text, at) == '=' || at_or_nul(text, at) == ':' ? at + 1 : 0;
}

/* Reads the separator at `at`, behind the key: where it ends, or 0. */
static size_t read_separator(struct tw_span text, size_t at, struct tw_redact_value *value)
{
    size_t i = skip_blanks(text, at);
    char c = at_or_nul(text, i);
    char next = at_or_nul(text, i + 1);
    value->separator = c;
    if (c == '=') {
        return next == '=' ? 0 : i + 1 + (next == '>');
    }
    if (c == ':') {
        bool url = next == '/' && at_or_nul(text, i + 2) == '/';
        return next == ':' || url ? 0 : i + 1 + (next == '=');
    }
    value->encoded = tw_base_redact_has(text, at, "%3d") || tw_base_redact_has(text, at, "%3a");
    if (value->encoded) {
        value->separator = lower(text.at[at + 2]) == 'd' ? '=' : ':';
        return at + 3;
    }
    return 0;
}

/* Finds the separator behind the key: where it ends, or 0. */
static size_t find_separator(struct tw_span text, size_t from, size_t end,
                             struct tw_redact_value *value)
{
    size_t at = skip_quote(text, end);
    bool quoted = at > end;
    if (quoted) {
        value->separator = '=';
        size_t behind = named_value(text, at);
        if (behind > 0) {
            return behind;
        }
    }
    at += at_or_nul(text, at) == ']';
    bool attribute = quoted && (at_or_nul(text, at) == '>' || at_or_nul(text, at) == '&');
    size_t markup = attribute || (!quoted && is_tag(text, from)) ? tag_end(text, at) : 0;
    if (markup > 0) {
        value->separator = '>';
        return markup;
    }
    size_t behind = read_separator(text, at, value);
    bool option = from > 0 && text.at[from - 1] == '-';
    if (behind == 0 && option && tw_base_is_blank(at_or_nul(text, end))) {
        value->separator = ' ';
        behind = skip_blanks(text, end);
        return strchr("-$(|\r\n", at_or_nul(text, behind)) != NULL ? 0 : behind;
    }
    return behind;
}

bool tw_base_redact_find_value(struct tw_span text, size_t from, size_t end,
                               struct tw_redact_value *value)
{
    *value = (struct tw_redact_value){0};
    size_t behind = find_separator(text, from, end, value);
    if (behind == 0) {
        return false;
    }
    value->from = behind;
    if (value->separator != '>') {
        size_t at = skip_blanks(text, behind);
        value->quote = is_doubled(text, at) ? 2 : tw_base_redact_quote(text, at);
        value->from = at + value->quote;
    }
    return true;
}

/* ---- the end of a bare value --------------------------------------------------------------- */

/* Whether `name=` stands at `at`. */
static bool is_parameter(struct tw_span text, size_t at)
{
    size_t i = at;
    while (i < text.length && i - at < LOOK_AHEAD / 4 &&
           (tw_base_redact_is_word(text.at[i]) || strchr("-. ", text.at[i]) != NULL) &&
           text.at[i] != '\0') {
        i++;
    }
    return i > at && at_or_nul(text, i) == '=';
}

/* Whether `&` at `at` ends a value: a further parameter, or an entity. */
static bool is_ampersand_end(struct tw_span text, size_t at)
{
    static const char *const entities[] = {"amp;", "quot;", "lt;", "gt;", "apos;", "#"};
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (tw_base_redact_has(text, at + 1, entities[i])) {
            return true;
        }
    }
    return is_parameter(text, at + 1);
}

static bool ends_bare(struct tw_span text, size_t at, bool encoded)
{
    char c = text.at[at];
    size_t quote;
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case ';':
    case '<':
        return true;
    case '&':
        return is_ampersand_end(text, at);
    case '%':
        return encoded && tw_base_redact_has(text, at, "%26");
    case ',':
        return strchr(" \t\r\n\"'", at_or_nul(text, at + 1)) != NULL;
    case '"':
    case '\'':
    case ')':
    case ']':
    case '}':
    case '>':
        return is_delimited(text, at);
    case '\\':
        quote = tw_base_redact_quote(text, at);
        return quote > 1 && is_delimited(text, at + quote - 1);
    default:
        return false;
    }
}

/* The end of a value with blanks in it: a connection string goes on behind it. */
static size_t connection_end(struct tw_span text, size_t from, size_t end)
{
    for (size_t i = end; i < text.length && i - end < LOOK_AHEAD; i++) {
        char c = text.at[i];
        if (c == ';') {
            return i > from && is_parameter(text, skip_blanks(text, i + 1)) ? i : end;
        }
        if (strchr("\r\n\"'<=", c) != NULL || tw_base_redact_has(text, i, TW_REDACTED)) {
            break;
        }
    }
    return end;
}

size_t tw_base_redact_value_end(struct tw_span text, const struct tw_redact_value *value)
{
    size_t end = value->from;
    if (value->quote > 0) {
        return quoted_end(text, value->from, value->quote);
    }
    if (value->separator == '>') {
        while (end < text.length && strchr("<\r\n", text.at[end]) == NULL &&
               !tw_base_redact_has(text, end, "&lt;")) {
            end++;
        }
        return end;
    }
    while (end < text.length && !ends_bare(text, end, value->encoded)) {
        end++;
    }
    bool blank = end < text.length && tw_base_is_blank(text.at[end]);
    return blank && value->separator == '=' ? connection_end(text, value->from, end) : end;
}

/* ---- what values look like ----------------------------------------------------------------- */

static bool is_hex(char c)
{
    return tw_base_is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

bool tw_base_redact_is_guid(struct tw_span text, size_t at)
{
    at += at_or_nul(text, at) == '{';
    for (size_t i = 0; i < 36; i++) {
        char c = at_or_nul(text, at + i);
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !is_hex(c)) {
            return false;
        }
    }
    return !tw_base_redact_is_word(at_or_nul(text, at + 36));
}

bool tw_base_redact_is_placeholder(struct tw_span text, size_t at)
{
    if (!tw_base_redact_has(text, at, TW_REDACT_USER_PREFIX)) {
        return false;
    }
    at += sizeof TW_REDACT_USER_PREFIX - 1;
    for (size_t i = 0; i < TW_REDACT_USER_DIGITS; i++) {
        char c = at_or_nul(text, at + i);
        if (!is_hex(c) || c < '0' || (c >= 'A' && c <= 'F')) {
            return false;
        }
    }
    return true;
}

bool tw_base_redact_is_token(struct tw_span text, size_t at, size_t minimum)
{
    size_t length = 0;
    bool digit = false;
    while (at + length < text.length && length < 64) {
        char c = text.at[at + length];
        if (!tw_base_redact_is_word(c) && (c == '\0' || strchr("-.~+/%!*", c) == NULL)) {
            break;
        }
        if (tw_base_redact_is_placeholder(text, at + length)) {
            return false;
        }
        digit = digit || tw_base_is_digit(c);
        length++;
    }
    return length >= minimum && digit && !tw_base_redact_is_guid(text, at);
}

bool tw_base_redact_is_trivial(struct tw_span value)
{
    static const char *const words[] = {"null",  "(null)", "none",      "nil", "true",
                                        "false", "n/a",    "undefined", "-",   "{0}",
                                        "{1}",   "{2}",    "%s"};
    size_t stars = 0;
    while (stars < value.length && value.at[stars] == '*') {
        stars++;
    }
    if (stars == value.length) {
        return true; /* empty, too */
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (value.length == strlen(words[i]) && tw_base_redact_has(value, 0, words[i])) {
            return true;
        }
    }
    return false;
}
