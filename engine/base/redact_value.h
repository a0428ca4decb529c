/* redact_value.h -- keys, and where their values end; for redact.c alone. */
#ifndef TW_BASE_REDACT_VALUE_H
#define TW_BASE_REDACT_VALUE_H

#include "base/span.h"

/** What stands in place of a secret. */
#define TW_REDACTED "[redacted]"

/** What stands in place of a name: this, and hexadecimal digits. */
#define TW_REDACT_USER_PREFIX "user-"
#define TW_REDACT_USER_DIGITS 6u

/** What a key says of its value. */
enum tw_redact_kind {
    TW_REDACT_NOTHING = 0,
    TW_REDACT_SECRET,    /**< the value is a secret, whatever it looks like */
    TW_REDACT_TOKEN,     /**< a secret; but a bare word behind a colon only if it looks like one */
    TW_REDACT_CODE,      /**< a secret only if it looks like a long one: error codes have the same
                              keys */
    TW_REDACT_SIGNATURE, /**< a secret among the parameters of a URL */
    TW_REDACT_CREDENTIALS,   /**< a header: a scheme and what belongs to it */
    TW_REDACT_LINE,          /**< a header that is secret up to its end */
    TW_REDACT_USER,          /**< the name of a person */
    TW_REDACT_SECURE_STRING, /**< PowerShell's ConvertTo-SecureString */
    TW_REDACT_SCHEME,        /**< the name of a scheme, whose credentials may follow */
};

/** Where the value of a key stands, and how it was written. */
struct tw_redact_value {
    size_t from;
    char separator; /**< '=', ':', '>' (markup) or ' ' (an option of a command) */
    bool encoded;   /**< the separator was percent-encoded */
    size_t quote;   /**< bytes of the quote before `from`; 0: bare */
};

/** What the word in `text` from `from` to `end` is as a key. */
enum tw_redact_kind tw_base_redact_classify(struct tw_span text, size_t from, size_t end);

/** Finds the value of the key from `from` to `end`. False: the word is not used as a key. */
bool tw_base_redact_find_value(struct tw_span text, size_t from, size_t end,
                               struct tw_redact_value *value);

/** Bytes of the quote that stands at `at`, in any of the ways in which logs escape quotes; 0: none.
 */
size_t tw_base_redact_quote(struct tw_span text, size_t at);

/** Where the value ends. Looks ahead without bound only over bytes that belong to the value. */
size_t tw_base_redact_value_end(struct tw_span text, const struct tw_redact_value *value);

/** Where the line that `at` is on ends. */
size_t tw_base_redact_line_end(struct tw_span text, size_t at);

/** Whether what stands in place of a name is at `at`. */
bool tw_base_redact_is_placeholder(struct tw_span text, size_t at);

/** Whether the word at `at` has the length and the characters of a token, is no GUID, and has no
 *  placeholder in it. */
bool tw_base_redact_is_token(struct tw_span text, size_t at, size_t minimum);

/** Whether the value is none: empty, null, asterisks, a placeholder of a format. */
bool tw_base_redact_is_trivial(struct tw_span value);

/** Whether a GUID stands at `at`. */
bool tw_base_redact_is_guid(struct tw_span text, size_t at);

/** Whether `c` belongs to a word. */
static inline bool tw_base_redact_is_word(char c)
{
    return tw_base_is_letter(c) || tw_base_is_digit(c) || c == '_';
}

/** Whether `word` stands at `at`, in any case. `word` has small letters. */
bool tw_base_redact_has(struct tw_span text, size_t at, const char *word);

#endif
