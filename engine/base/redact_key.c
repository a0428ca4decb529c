/* redact_key.c -- which words are keys of secrets or of names.
 *
 * Owns the table, and the ways in which such words are written: `ClientSecret`, `client_secret`,
 * `client-secret`, `ProxyPassword`, `Account Key`. Looks at the last NAME_MAX_LENGTH letters only.
 */
#include "base/redact_value.h"

/* Longest name of a key, without its separators. */
#define NAME_MAX_LENGTH 32u

struct key {
    const char *name; /* small letters, without `_` and `-` */
    bool whole;       /* false: a longer word may end so */
    enum tw_redact_kind kind;
};

static const struct key keys[] = {
    {"password", false, TW_REDACT_SECRET},
    {"passwd", false, TW_REDACT_SECRET},
    {"pwd", false, TW_REDACT_SECRET},
    {"passphrase", false, TW_REDACT_SECRET},
    {"secret", false, TW_REDACT_SECRET},
    {"accountkey", false, TW_REDACT_SECRET},
    {"accesskey", false, TW_REDACT_SECRET},
    {"apikey", false, TW_REDACT_SECRET},
    {"subscriptionkey", false, TW_REDACT_SECRET},
    {"functionskey", false, TW_REDACT_SECRET},
    {"accesstoken", false, TW_REDACT_TOKEN},
    {"refreshtoken", false, TW_REDACT_TOKEN},
    {"idtoken", false, TW_REDACT_TOKEN},
    {"authtoken", false, TW_REDACT_TOKEN},
    {"sastoken", false, TW_REDACT_TOKEN},
    {"clientassertion", false, TW_REDACT_TOKEN},
    {"samlresponse", true, TW_REDACT_TOKEN},
    {"assertion", true, TW_REDACT_CODE},
    {"token", true, TW_REDACT_CODE},
    {"code", true, TW_REDACT_CODE},
    {"devicecode", true, TW_REDACT_CODE},
    {"sig", true, TW_REDACT_SIGNATURE},
    {"authorization", false, TW_REDACT_CREDENTIALS},
    {"cookie", true, TW_REDACT_LINE},
    {"setcookie", true, TW_REDACT_LINE},
    {"username", false, TW_REDACT_USER},
    {"userid", false, TW_REDACT_USER},
    {"loginhint", true, TW_REDACT_USER},
    {"upn", true, TW_REDACT_USER},
    {"userprincipalname", true, TW_REDACT_USER},
    {"converttosecurestring", true, TW_REDACT_SECURE_STRING},
    {"bearer", true, TW_REDACT_SCHEME},
    {"basic", true, TW_REDACT_SCHEME},
    {"ntlm", true, TW_REDACT_SCHEME},
    {"negotiate", true, TW_REDACT_SCHEME},
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
        size_t length = strlen(keys[i].name);
        bool fits = name->length == length ? name->whole || !keys[i].whole
                                           : name->length > length && !keys[i].whole;
        if (fits && memcmp(end - length, keys[i].name, length) == 0) {
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
