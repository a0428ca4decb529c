/* redact_key.c -- which words are keys of secrets or of names.
 *
 * Owns the table, and the ways in which such words are written: `ClientSecret`, `client_secret`,
 * `client-secret`, `ProxyPassword`, `Account Key`. Looks at the last NAME_MAX_LENGTH letters only.
 */
#include "base/redact_value.h"

/* Longest name of a key, without its separators. */
#define NAME_MAX_LENGTH 32u

struct key {
    struct tw_span name; /* small letters, without `_` and `-` */
    bool whole;          /* false: a longer word may end so */
    enum tw_redact_kind kind;
};

static const struct key keys[] = {
    {TW_SPAN_INIT("password"), false, TW_REDACT_SECRET},
    {TW_SPAN_INIT("passwd"), false, TW_REDACT_SECRET},
    {TW_SPAN_INIT("pwd"), false, TW_REDACT_SECRET},
    {TW_SPAN_INIT("passphrase"), false, TW_REDACT_SECRET},
    {TW_SPAN_INIT("secret"), false, TW_REDACT_SECRET},
    {TW_SPAN_INIT("accountkey"), false, TW_REDACT_SECRET},
    {TW_SPAN_INIT("accesskey"), false, TW_REDACT_SECRET},
    {TW_SPAN_INIT("apikey"), false, TW_REDACT_SECRET},
    {TW_SPAN_INIT("subscriptionkey"), false, TW_REDACT_SECRET},
    {TW_SPAN_INIT("functionskey"), false, TW_REDACT_SECRET},
    {TW_SPAN_INIT("accesstoken"), false, TW_REDACT_TOKEN},
    {TW_SPAN_INIT("refreshtoken"), false, TW_REDACT_TOKEN},
    {TW_SPAN_INIT("idtoken"), false, TW_REDACT_TOKEN},
    {TW_SPAN_INIT("authtoken"), false, TW_REDACT_TOKEN},
    {TW_SPAN_INIT("sastoken"), false, TW_REDACT_TOKEN},
    {TW_SPAN_INIT("clientassertion"), false, TW_REDACT_TOKEN},
    {TW_SPAN_INIT("samlresponse"), true, TW_REDACT_TOKEN},
    {TW_SPAN_INIT("assertion"), true, TW_REDACT_CODE},
    {TW_SPAN_INIT("token"), true, TW_REDACT_CODE},
    {TW_SPAN_INIT("code"), true, TW_REDACT_CODE},
    {TW_SPAN_INIT("devicecode"), true, TW_REDACT_CODE},
    {TW_SPAN_INIT("sig"), true, TW_REDACT_SIGNATURE},
    {TW_SPAN_INIT("authorization"), false, TW_REDACT_CREDENTIALS},
    {TW_SPAN_INIT("cookie"), true, TW_REDACT_LINE},
    {TW_SPAN_INIT("setcookie"), true, TW_REDACT_LINE},
    {TW_SPAN_INIT("username"), false, TW_REDACT_USER},
    {TW_SPAN_INIT("userid"), false, TW_REDACT_USER},
    {TW_SPAN_INIT("loginhint"), true, TW_REDACT_USER},
    {TW_SPAN_INIT("upn"), true, TW_REDACT_USER},
    {TW_SPAN_INIT("userprincipalname"), true, TW_REDACT_USER},
    {TW_SPAN_INIT("converttosecurestring"), true, TW_REDACT_SECURE_STRING},
    {TW_SPAN_INIT("bearer"), true, TW_REDACT_SCHEME},
    {TW_SPAN_INIT("basic"), true, TW_REDACT_SCHEME},
    {TW_SPAN_INIT("ntlm"), true, TW_REDACT_SCHEME},
    {TW_SPAN_INIT("negotiate"), true, TW_REDACT_SCHEME},
};

/* The end of a word, in small letters and without separators. */
struct name {
    char text[NAME_MAX_LENGTH];
    size_t length;
    bool whole; /* nothing was left out at its beginning */
};

/* Adds the bytes of [from, end), last one first, before what is there. */
static void add_name(struct name *name, struct tw_span text, size_t from, size_t end)
{
    while (end > from && name->length < NAME_MAX_LENGTH) {
        char c = text.at[--end];
        c = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        if (c != '_' && c != '-') {
            name->text[NAME_MAX_LENGTH - ++name->length] = c;
        }
    }
    name->whole = name->whole && end == from;
}

static enum tw_redact_kind look_up(const struct name *name)
{
    const char *end = name->text + NAME_MAX_LENGTH;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct tw_span key = keys[i].name;
        bool fits = name->length == key.length ? name->whole || !keys[i].whole
                                               : name->length > key.length && !keys[i].whole;
        /* Nearly all words differ in their last letter already. */
        if (fits && end[-1] == key.at[key.length - 1] &&
            memcmp(end - key.length, key.at, key.length) == 0) {
            return keys[i].kind;
        }
    }
    return TW_REDACT_NOTHING;
}

enum tw_redact_kind tw_base_redact_classify(struct tw_span text, size_t from, size_t end)
{
    struct name name = {.whole = true};
    add_name(&name, text, from, end);
    enum tw_redact_kind kind = look_up(&name);
    bool second_word = end - from <= 5 && from >= 2 && text.at[from - 1] == ' ';
    if (kind != TW_REDACT_NOTHING || !second_word) {
        return kind;
    }
    /* `User Id`, `Account Key`, `Access Token`. */
    size_t first = from - 1;
    while (first > 0 && from - first < NAME_MAX_LENGTH &&
           tw_base_redact_is_word(text.at[first - 1])) {
        first--;
    }
    add_name(&name, text, first, from - 1);
    return look_up(&name);
}
