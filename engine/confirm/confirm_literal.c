/* confirm_literal.c -- compares a wording with a text, byte for byte but for typography.
 *
 * Programs, language packs and copies differ in apostrophes, quotes, ellipses and no-break spaces;
 * a wording is written once, in the plain form. */
#include "confirm/confirm.h"

/* A plain form and another one that stands for it. */
struct form {
    struct tw_span plain;
    struct tw_span other;
};

static const struct form forms[] = {
    {TW_SPAN_INIT("..."), TW_SPAN_INIT("\xe2\x80\xa6")},
    {TW_SPAN_INIT("'"), TW_SPAN_INIT("\xe2\x80\x99")},
    {TW_SPAN_INIT("'"), TW_SPAN_INIT("\xe2\x80\x98")},
    {TW_SPAN_INIT("\""), TW_SPAN_INIT("\xe2\x80\x9c")},
    {TW_SPAN_INIT("\""), TW_SPAN_INIT("\xe2\x80\x9d")},
    {TW_SPAN_INIT(" "), TW_SPAN_INIT("\xc2\xa0")},
    {TW_SPAN_INIT(" "), TW_SPAN_INIT("\xe2\x80\xaf")},
};
#define FORMS (sizeof forms / sizeof *forms)

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(char a, char b, bool caseless)
{
    return a == b || (caseless && lower(a) == lower(b));
}

/* Compares forwards from both beginnings; the bytes of `text` taken, or SIZE_MAX where it differs.
 */
static size_t forwards(struct tw_span wording, struct tw_span text, bool caseless)
{
    size_t taken = 0;
    while (wording.length > 0) {
        struct tw_span rest = tw_base_span_skip(text, taken);
        if (rest.length > 0 && same(wording.at[0], rest.at[0], caseless)) {
            wording = tw_base_span_skip(wording, 1);
            taken++;
            continue;
        }
        size_t i = 0;
        while (i < FORMS && !(tw_base_span_starts(wording, forms[i].plain) &&
                              tw_base_span_starts(rest, forms[i].other))) {
            i++;
        }
        if (i == FORMS) {
            return SIZE_MAX;
        }
        wording = tw_base_span_skip(wording, forms[i].plain.length);
        taken += forms[i].other.length;
    }
    return taken;
}

static bool ends_with(struct tw_span text, struct tw_span end)
{
    return text.length >= end.length &&
           memcmp(text.at + text.length - end.length, end.at, end.length) == 0;
}

/* The same backwards from both ends. */
static size_t backwards(struct tw_span wording, struct tw_span text, bool caseless)
{
    size_t taken = 0;
    while (wording.length > 0) {
        struct tw_span rest = {text.at, text.length - taken};
        if (rest.length > 0 &&
            same(wording.at[wording.length - 1], rest.at[rest.length - 1], caseless)) {
            wording.length--;
            taken++;
            continue;
        }
        size_t i = 0;
        while (i < FORMS &&
               !(ends_with(wording, forms[i].plain) && ends_with(rest, forms[i].other))) {
            i++;
        }
        if (i == FORMS) {
            return SIZE_MAX;
        }
        wording.length -= forms[i].plain.length;
        taken += forms[i].other.length;
    }
    return taken;
}

/* Whether a byte of a wording may stand for another form. */
static bool has_forms(char c)
{
    return c == '.' || c == '\'' || c == '"' || c == ' ';
}

enum tw_plainly tw_confirm_plainly(struct tw_span wording, size_t anchor_at, struct tw_span text,
                                   size_t at)
{
    if (at < anchor_at || wording.length > text.length - (at - anchor_at)) {
        return TW_PLAINLY_UNKNOWN;
    }
    const char *have = text.at + at - anchor_at;
    if (memcmp(have, wording.at, wording.length) == 0) {
        return TW_PLAINLY_THERE;
    }
    /* Before a difference both sides walk in step, from the anchor to both ends. */
    for (size_t i = anchor_at; i < wording.length; i++) {
        if (have[i] != wording.at[i]) {
            return has_forms(wording.at[i]) ? TW_PLAINLY_UNKNOWN : TW_PLAINLY_NOT;
        }
    }
    for (size_t i = anchor_at; i-- > 0;) {
        if (have[i] != wording.at[i]) {
            return has_forms(wording.at[i]) ? TW_PLAINLY_UNKNOWN : TW_PLAINLY_NOT;
        }
    }
    return TW_PLAINLY_UNKNOWN;
}

bool tw_confirm_literal(struct tw_span wording, size_t anchor_at, bool caseless,
                        struct tw_span text, size_t at, size_t *start, size_t *end)
{
    size_t before =
        backwards((struct tw_span){wording.at, anchor_at}, (struct tw_span){text.at, at}, caseless);
    size_t after =
        forwards(tw_base_span_skip(wording, anchor_at), tw_base_span_skip(text, at), caseless);
    if (before == SIZE_MAX || after == SIZE_MAX) {
        return false;
    }
    *start = at - before;
    *end = at + after;
    return true;
}
