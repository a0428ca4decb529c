/* redact.c -- takes secrets and the names of persons out of text; see redact.h.
 *
 * Goes over the text once. At each word it asks whether it is a key with a value, an address, or a
 * token; besides words it knows private keys and the credentials in URLs. Bytes that are not
 * replaced are copied as they are. What is put in place is recognised, so that redacting again
 * changes nothing. Linear: what is looked at twice is bounded, see redact_value.c. */
#include "base/redact.h"

#include "base/hash.h"
#include "base/redact_value.h"

/* Shortest value that passes for a token where the key alone does not say so. */
#define CODE_MIN 16u
#define TOKEN_MIN 8u
#define SCHEME_TOKEN_MIN 20u

/* Switches of a PowerShell command that are passed over, and their length. */
#define SWITCHES_MAX 6u
#define SWITCH_LENGTH_MAX 32u

/* Longest first line of a private key that is looked at. */
#define PEM_LABEL_MAX 64u

struct scan {
    struct tw_buffer *to;
    struct tw_span text;
    size_t at;           /* where to look next */
    size_t copied;       /* what is before was written */
    size_t boundary;     /* a word may begin here, whatever stands before */
    size_t mail_checked; /* no address begins before this place */
    size_t content;      /* where the content of an element begins whose tag says what it is */
    size_t tag_end;      /* where that tag has its `>` */
    enum tw_redact_kind content_kind;
};

static bool has(const struct scan *scan, size_t at, struct tw_span literal)
{
    return tw_base_span_starts(tw_base_span_skip(scan->text, at), literal);
}

/* Writes what was passed over up to `from`, then `literal` in place of [from, end). */
static void replace(struct scan *scan, size_t from, size_t end, struct tw_span literal)
{
    if (from < scan->tag_end && end > scan->tag_end) {
        end = scan->tag_end; /* no attribute goes on behind its tag */
    }
    tw_base_buffer_add(scan->to,
                       (struct tw_span){scan->text.at + scan->copied, from - scan->copied});
    tw_base_buffer_add(scan->to, literal);
    scan->copied = scan->at = end;
}

static void replace_secret(struct scan *scan, size_t from, size_t end)
{
    if (has(scan, from, TW_SPAN(TW_REDACTED))) {
        scan->at = from + sizeof TW_REDACTED - 1;
    } else if (tw_base_redact_is_trivial((struct tw_span){scan->text.at + from, end - from})) {
        scan->at = end;
    } else {
        replace(scan, from, end, TW_SPAN(TW_REDACTED));
    }
}

/* ---- names --------------------------------------------------------------------------------- */

/* The same for the same person: however the notation wrote case, `@` and backslashes. */
static void replace_name(struct scan *scan, size_t from, size_t end)
{
    uint64_t hash = TW_HASH_START;
    for (size_t i = from; i < end; i++) {
        char c = scan->text.at[i];
        if (c == '\\' && i + 1 < end && scan->text.at[i + 1] == '\\') {
            continue;
        }
        if (tw_base_redact_has(scan->text, i, "%40") && end - i >= 3) {
            c = '@';
            i += 2;
        }
        c = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        hash = tw_base_hash(hash, (struct tw_span){&c, 1});
    }
    char digits[17];
    char name[sizeof TW_REDACT_USER_PREFIX + TW_REDACT_USER_DIGITS] = TW_REDACT_USER_PREFIX;
    tw_base_hash_text(hash, digits);
    memcpy(name + sizeof TW_REDACT_USER_PREFIX - 1, digits, TW_REDACT_USER_DIGITS);
    replace(scan, from, end, (struct tw_span){name, sizeof name - 1});
}

/* ---- addresses ----------------------------------------------------------------------------- */

/* Bytes of the character of a local part at `at`: letters also beyond ASCII (U+00C0 to U+024F); 0:
 * none. */
static size_t local_char(struct tw_span text, size_t at)
{
    char c = text.at[at];
    if (tw_base_redact_is_word(c) || c == '.' || c == '+' || c == '-') {
        return 1;
    }
    if (c == '\'' && at > 0 && at + 1 < text.length) {
        return tw_base_is_letter(text.at[at - 1]) && tw_base_is_letter(text.at[at + 1]);
    }
    bool lead = (unsigned char)c >= 0xC3 && (unsigned char)c <= 0xC9;
    return lead && at + 1 < text.length && ((unsigned char)text.at[at + 1] & 0xC0) == 0x80 ? 2 : 0;
}

/* Bytes of `@`, also percent-encoded, at `at`. */
static size_t at_sign(struct tw_span text, size_t at)
{
    return at < text.length && text.at[at] == '@' ? 1 : tw_base_redact_has(text, at, "%40") ? 3 : 0;
}

/* Passes over the name of a host at `at`. Returns where a name with a top-level domain ends, or 0;
 * `*next` is where the characters of names end. */
static size_t host_end(struct tw_span text, size_t at, size_t *next)
{
    size_t end = at;
    size_t dot = 0;
    while (end < text.length &&
           (tw_base_is_letter(text.at[end]) || tw_base_is_digit(text.at[end]) ||
            text.at[end] == '.' || text.at[end] == '-')) {
        end++;
    }
    *next = end;
    while (end > at && (text.at[end - 1] == '.' || text.at[end - 1] == '-')) {
        end--;
    }
    for (size_t i = at + 1; i < end; i++) {
        dot = text.at[i] == '.' ? i : dot;
    }
    return dot > 0 && end - dot > 2 && tw_base_is_letter(text.at[dot + 1]) ? end : 0;
}

/* An address that begins with the run of characters at scan->at. */
static bool redact_address(struct scan *scan)
{
    struct tw_span text = scan->text;
    size_t from = scan->at;
    size_t end = from;
    for (size_t length = 1; end < text.length && length > 0; end += length) {
        length = local_char(text, end);
    }
    scan->mail_checked = end;
    while (from < end && strchr(".+-_'", text.at[from]) != NULL) {
        from++;
    }
    size_t sign = at_sign(text, end);
    size_t address_end = 0;
    /* `a@b.example@c.example`: all of it, or what is left would be an address to the next run. */
    while (from < end && sign > 0) {
        size_t next;
        size_t host = host_end(text, end + sign, &next);
        address_end = host > 0 ? host : address_end;
        /* Where this run had no host, one that begins inside of it has none either. */
        scan->mail_checked = end + sign;
        end = next;
        sign = at_sign(text, end);
    }
    if (address_end == 0 || tw_base_redact_is_placeholder(scan->text, from)) {
        return false;
    }
    replace_name(scan, from, address_end);
    scan->boundary = scan->at;
    return true;
}

/* ---- tokens, keys, URLs -------------------------------------------------------------------- */

static size_t base64url_end(struct tw_span text, size_t at)
{
    while (at < text.length && (tw_base_redact_is_word(text.at[at]) || text.at[at] == '-')) {
        at++;
    }
    return at;
}

/* `eyJ...` (that is `{"` in base64) with two to five parts: RFC 7515, 7516. */
static bool redact_jwt(struct scan *scan)
{
    size_t from = scan->at;
    if (!has(scan, from, TW_SPAN("eyJ"))) {
        return false;
    }
    size_t end = base64url_end(scan->text, from);
    if (end - from < 10) {
        return false;
    }
    size_t first = end;
    for (int part = 2; part <= 5 && has(scan, end, TW_SPAN(".")); part++) {
        size_t part_end = base64url_end(scan->text, end + 1);
        if (part == 2 && part_end - end < 10) {
            break;
        }
        end = part_end;
    }
    if (end == first) {
        return false;
    }
    replace(scan, from, end, TW_SPAN(TW_REDACTED));
    return true;
}

/* A private key in PEM form, up to its end or the end of the text. */
static bool redact_private_key(struct scan *scan)
{
    size_t from = scan->at;
    if (!has(scan, from, TW_SPAN("-----BEGIN "))) {
        return false;
    }
    struct tw_span rest = tw_base_span_skip(scan->text, from);
    struct tw_span mark = TW_SPAN("PRIVATE KEY-----");
    size_t body = sizeof "-----BEGIN " - 1;
    while (!tw_base_span_starts(tw_base_span_skip(rest, body), mark)) {
        /* RSA, EC, ENCRYPTED ... */
        if (body >= PEM_LABEL_MAX || body >= rest.length ||
            !(tw_base_is_letter(rest.at[body]) || rest.at[body] == ' ')) {
            return false;
        }
        body++;
    }
    body += mark.length;
    struct tw_span inside = tw_base_span_skip(rest, body);
    size_t end = body + tw_base_span_find(inside, mark);
    end = end + mark.length < rest.length ? end + mark.length : rest.length;
    replace(scan, from, from + end, TW_SPAN(TW_REDACTED));
    return true;
}

/* `://user:password@`. */
static bool redact_userinfo(struct scan *scan)
{
    if (!has(scan, scan->at, TW_SPAN("://"))) {
        return false;
    }
    size_t from = scan->at + 3;
    size_t sign = 0;
    for (size_t i = from; i < scan->text.length; i++) {
        char c = scan->text.at[i];
        if (c == '@') {
            sign = i;
        } else if (strchr("/?#\"'<>\\ \t\r\n", c) != NULL ||
                   (i > from && has(scan, i, TW_SPAN(TW_REDACTED)))) {
            break;
        }
    }
    if (sign <= from) {
        return false;
    }
    if (has(scan, from, TW_SPAN(TW_REDACTED))) {
        scan->at = sign;
    } else {
        replace(scan, from, sign, TW_SPAN(TW_REDACTED));
    }
    return true;
}

/* ---- values of keys ------------------------------------------------------------------------ */

/* Where a scheme's credentials begin: `Bearer x`, `SharedKey account:x`; `from` where there is no
 * scheme. `*one_word`: they are one word. */
static size_t skip_scheme(struct tw_span text, size_t from, bool *one_word)
{
    static const char *const schemes[] = {
        "bearer ",        "basic ",  "ntlm ",  "negotiate ",        "sharedkey ",
        "sharedkeylite ", "digest ", "oauth ", "aws4-hmac-sha256 ", "sharedaccesssignature ",
    };
    *one_word = true;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (tw_base_redact_has(text, from, schemes[i])) {
            *one_word = i < 6;
            return from + strlen(schemes[i]);
        }
    }
    return from;
}

static void redact_credentials(struct scan *scan, struct tw_redact_value value)
{
    bool one_word;
    size_t from = skip_scheme(scan->text, value.from, &one_word);
    size_t end;
    if (value.quote == 0 && !one_word) {
        end = tw_base_redact_line_end(scan->text, from);
    } else {
        value.from = value.quote > 0 ? value.from : from;
        end = tw_base_redact_value_end(scan->text, &value);
    }
    if (from < end) {
        replace_secret(scan, from, end);
    }
}

static void redact_user(struct scan *scan, const struct tw_redact_value *value)
{
    struct tw_span text = scan->text;
    if (tw_base_redact_is_guid(text, value->from) ||
        tw_base_redact_is_placeholder(text, value->from) ||
        has(scan, value->from, TW_SPAN(TW_REDACTED))) {
        return;
    }
    size_t end = tw_base_redact_value_end(text, value);
    if (!tw_base_redact_is_trivial((struct tw_span){text.at + value->from, end - value->from})) {
        replace_name(scan, value->from, end);
    }
}

/* Whether the value is a secret, given what kind of key it has. */
static bool is_secret(const struct scan *scan, enum tw_redact_kind kind, size_t key,
                      const struct tw_redact_value *value)
{
    char before = key > 0 ? scan->text.at[key - 1] : ' ';
    bool bare_colon = value->separator == ':' && value->quote == 0;
    bool container = bare_colon && value->from < scan->text.length &&
                     (scan->text.at[value->from] == '{' || scan->text.at[value->from] == '[');
    switch (kind) {
    case TW_REDACT_SECRET:
    case TW_REDACT_LINE:
        return !container;
    case TW_REDACT_TOKEN:
        return !bare_colon || tw_base_redact_is_token(scan->text, value->from, TOKEN_MIN);
    case TW_REDACT_CODE:
        return tw_base_redact_is_token(scan->text, value->from, CODE_MIN);
    case TW_REDACT_SIGNATURE:
        return value->separator == '=' &&
               (before == '?' || before == '&' || before == ';' || key == scan->boundary);
    default:
        return false;
    }
}

/* Redacts a value whose key begins at `key`. */
static void redact_value(struct scan *scan, enum tw_redact_kind kind, size_t key,
                         struct tw_redact_value value)
{
    if (has(scan, value.from, TW_SPAN(TW_REDACTED))) {
        scan->at = value.from + sizeof TW_REDACTED - 1;
    } else if (kind == TW_REDACT_CREDENTIALS) {
        redact_credentials(scan, value);
    } else if (kind == TW_REDACT_USER) {
        redact_user(scan, &value);
    } else if (is_secret(scan, kind, key, &value)) {
        size_t value_end = kind == TW_REDACT_LINE && value.quote == 0
                               ? tw_base_redact_line_end(scan->text, value.from)
                               : tw_base_redact_value_end(scan->text, &value);
        if (value_end > value.from) {
            replace_secret(scan, value.from, value_end);
        }
    }
}

static void redact_key(struct scan *scan, enum tw_redact_kind kind, size_t from, size_t end)
{
    struct tw_redact_value value;
    scan->at = end;
    if (!tw_base_redact_find_value(scan->text, from, end, &value)) {
        return;
    }
    if (from < scan->tag_end && value.from >= scan->tag_end) {
        return;
    }
    if (value.separator == '>') {
        /* First the attributes, which may have secrets of their own. */
        scan->content = value.from;
        scan->tag_end = value.from - (scan->text.at[value.from - 1] == '>' ? 1 : sizeof "&gt;" - 1);
        scan->content_kind = kind;
    } else {
        redact_value(scan, kind, from, value);
    }
}

/* `Bearer x` without a header's name. */
static void redact_scheme(struct scan *scan, size_t end)
{
    struct tw_redact_value value = {.from = end + 1, .separator = ' '};
    scan->at = end;
    if (has(scan, end, TW_SPAN(" ")) &&
        tw_base_redact_is_token(scan->text, end + 1, SCHEME_TOKEN_MIN)) {
        replace_secret(scan, end + 1, tw_base_redact_value_end(scan->text, &value));
    }
}

/* `ConvertTo-SecureString [-String] "x" -AsPlainText -Force`, the switches in any order. */
static void redact_secure_string(struct scan *scan, size_t end)
{
    struct tw_span text = scan->text;
    scan->at = end;
    size_t i = end;
    for (unsigned passed = 0; i < text.length && tw_base_is_blank(text.at[i]); passed++) {
        while (i < text.length && tw_base_is_blank(text.at[i])) {
            i++;
        }
        if (i < text.length && text.at[i] == '-' && passed < SWITCHES_MAX) {
            size_t from = i++;
            while (i < text.length && i - from < SWITCH_LENGTH_MAX &&
                   tw_base_is_letter(text.at[i])) {
                i++;
            }
            continue;
        }
        struct tw_redact_value value = {.separator = ' ', .quote = tw_base_redact_quote(text, i)};
        value.from = i + value.quote;
        size_t value_end = tw_base_redact_value_end(text, &value);
        if (value_end > value.from && strchr("$(|)", text.at[i]) == NULL) {
            replace_secret(scan, value.from, value_end);
        }
        return;
    }
}

/* ---- the scan ------------------------------------------------------------------------------ */

static void redact_word(struct scan *scan)
{
    struct tw_span text = scan->text;
    size_t from = scan->at;
    size_t end = base64url_end(text, from);
    while (end > from && text.at[end - 1] == '-') {
        end--;
    }
    enum tw_redact_kind kind = tw_base_redact_classify(text, from, end);
    if (kind == TW_REDACT_NOTHING) {
        scan->at = end;
    } else if (kind == TW_REDACT_SCHEME) {
        redact_scheme(scan, end);
    } else if (kind == TW_REDACT_SECURE_STRING) {
        redact_secure_string(scan, end);
    } else {
        redact_key(scan, kind, from, end);
    }
}

/* Steps over an escape (`%3F`, `\n`, `\u0026`), behind which a word may begin. */
static bool skip_escape(struct scan *scan)
{
    struct tw_span rest = tw_base_span_skip(scan->text, scan->at);
    size_t length = 0;
    if (rest.length > 2 && rest.at[0] == '%') {
        length = 3;
    } else if (rest.length > 1 && rest.at[0] == '\\') {
        length = rest.at[1] == 'u' && rest.length > 5                          ? 6
                 : rest.at[1] == 'n' || rest.at[1] == 'r' || rest.at[1] == 't' ? 2
                                                                               : 0;
    }
    for (size_t i = length == 3 ? 1 : 2; i < length; i++) {
        char c = (char)(rest.at[i] | 0x20);
        if (!tw_base_is_digit(rest.at[i]) && !(c >= 'a' && c <= 'f')) {
            return false;
        }
    }
    scan->at += length;
    scan->boundary = scan->at;
    return length > 0;
}

static void step(struct scan *scan)
{
    struct tw_span text = scan->text;
    if (scan->at == scan->content) {
        struct tw_redact_value value = {.from = scan->at, .separator = '>'};
        scan->content = scan->tag_end = SIZE_MAX;
        redact_value(scan, scan->content_kind, scan->at, value);
        return;
    }
    char c = text.at[scan->at];
    bool begins = scan->at == 0 || scan->at == scan->boundary ||
                  !tw_base_redact_is_word(text.at[scan->at - 1]);
    if (scan->at >= scan->mail_checked && local_char(text, scan->at) > 0 && redact_address(scan)) {
        return;
    }
    if (begins && (tw_base_is_letter(c) || c == '_')) {
        if (!redact_jwt(scan)) {
            redact_word(scan);
        }
        return;
    }
    if ((c == '-' && redact_private_key(scan)) || (c == ':' && redact_userinfo(scan)) ||
        ((c == '%' || c == '\\') && skip_escape(scan))) {
        return;
    }
    scan->at++;
}

void tw_base_redact(struct tw_buffer *to, struct tw_span text)
{
    struct scan scan = {
        .to = to, .text = text, .boundary = SIZE_MAX, .content = SIZE_MAX, .tag_end = SIZE_MAX};
    while (scan.at < text.length && to->status == TW_OK) {
        step(&scan);
    }
    tw_base_buffer_add(to, tw_base_span_skip(text, scan.copied));
}
