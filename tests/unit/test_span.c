/* test_span.c -- searching and cutting borrowed bytes, and counting lines. */
#include "base/span.h"
#include "suites.h"
#include "support_pack.h"

static const struct {
    struct tw_span text, needle;
    size_t at;
} finds[] = {
    {TW_SPAN_INIT("abcabc"), TW_SPAN_INIT("abc"), 0},
    {TW_SPAN_INIT("abcabc"), TW_SPAN_INIT("ca"), 2},
    {TW_SPAN_INIT("abcabc"), TW_SPAN_INIT("x"), 6},
    {TW_SPAN_INIT("abc"), TW_SPAN_INIT("abcd"), 3},
    {TW_SPAN_INIT("abc"), TW_SPAN_INIT(""), 0},
    {TW_SPAN_INIT(""), TW_SPAN_INIT("a"), 0},
    {{NULL, 0}, TW_SPAN_INIT("a"), 0},
    {TW_SPAN_INIT("a\0b"), TW_SPAN_INIT("\0b"), 1},
};

START_TEST(finds_bytes)
{
    ck_assert_uint_eq(tw_base_span_find(finds[_i].text, finds[_i].needle), finds[_i].at);
}
END_TEST

static const struct {
    struct tw_span text, trimmed;
} trims[] = {
    {TW_SPAN_INIT(""), TW_SPAN_INIT("")},
    {TW_SPAN_INIT(" \t\r\n"), TW_SPAN_INIT("")},
    {TW_SPAN_INIT("a"), TW_SPAN_INIT("a")},
    {TW_SPAN_INIT("  a b\r\n"), TW_SPAN_INIT("a b")},
    {TW_SPAN_INIT("\xc2\xa0"
                  "a"),
     TW_SPAN_INIT("\xc2\xa0"
                  "a")},
    {{NULL, 0}, {NULL, 0}},
};

START_TEST(trims_blanks)
{
    ck_assert(tw_base_span_equal(tw_base_span_trim(trims[_i].text), trims[_i].trimmed));
}
END_TEST

static const struct {
    struct tw_span text;
    const char *lines; /* each in brackets */
} lines[] = {
    {TW_SPAN_INIT(""), ""},
    {TW_SPAN_INIT("a"), "[a]"},
    {TW_SPAN_INIT("a\n"), "[a]"},
    {TW_SPAN_INIT("a\nb"), "[a][b]"},
    {TW_SPAN_INIT("\n\n"), "[][]"},
    {TW_SPAN_INIT("a\r\n\r\nb\r"), "[a][][b]"},
    {TW_SPAN_INIT("a\rb\n"), "[a\rb]"},
    {TW_SPAN_INIT("a\r\r\n"), "[a\r]"},
};

START_TEST(cuts_lines)
{
    char have[64] = "";
    size_t n = 0;
    for (size_t at = 0; at < lines[_i].text.length;) {
        size_t from = at;
        struct tw_span line = tw_base_span_line(lines[_i].text, from, &at);
        ck_assert_uint_gt(at, from);
        have[n++] = '[';
        if (line.length > 0) {
            memcpy(have + n, line.at, line.length);
        }
        n += line.length;
        have[n++] = ']';
    }
    ck_assert_str_eq(have, lines[_i].lines);
}
END_TEST

START_TEST(compares_and_skips)
{
    struct tw_span none = {NULL, 0};
    ck_assert(tw_base_span_equal(none, TW_SPAN("")));
    ck_assert(!tw_base_span_equal(TW_SPAN("a"), TW_SPAN("b")));
    ck_assert(!tw_base_span_equal(TW_SPAN("a"), TW_SPAN("ab")));
    ck_assert(tw_base_span_equal(TW_SPAN("a\0b"), TW_SPAN("a\0b")));
    ck_assert(!tw_base_span_equal(TW_SPAN("a\0b"), TW_SPAN("a\0c")));
    ck_assert(tw_base_span_starts(TW_SPAN("abc"), TW_SPAN("ab")));
    ck_assert(tw_base_span_starts(none, none));
    ck_assert(!tw_base_span_starts(TW_SPAN("a"), TW_SPAN("ab")));
    ck_assert_uint_eq(tw_base_span_skip(TW_SPAN("abc"), 2).length, 1);
    ck_assert_uint_eq(tw_base_span_skip(TW_SPAN("abc"), 9).length, 0);
    ck_assert_uint_eq(tw_base_span_skip(none, 3).length, 0);
    ck_assert_uint_eq(tw_base_span(NULL).length, 0);
}
END_TEST

START_TEST(counts_newlines_of_any_length)
{
    enum { BYTES = 3 * 255 * 32 + 5 };
    static char text[BYTES];
    for (size_t every = 1; every < 40; every += 3) {
        for (size_t length = 0; length <= BYTES; length += length < 70 ? 1 : 4079) {
            uint64_t want = 0;
            for (size_t i = 0; i < length; i++) {
                text[i] = i % every == 0 ? '\n' : 'x';
                want += i % every == 0;
            }
            TW_MUST(tw_base_count_newlines(text, length) == want);
        }
    }
}
END_TEST

START_TEST(knows_ascii_only)
{
    for (int c = -128; c < 128; c++) {
        char at = (char)c;
        ck_assert_int_eq(tw_base_is_digit(at), c >= '0' && c <= '9');
        ck_assert_int_eq(tw_base_is_letter(at), (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
        ck_assert_int_eq(tw_base_is_blank(at), c == ' ' || c == '\t');
    }
}
END_TEST

Suite *tw_suite_span(void)
{
    Suite *suite = suite_create("span");
    TCase *all = tcase_create("span");
    tcase_add_loop_test(all, finds_bytes, 0, (int)TW_N(finds));
    tcase_add_loop_test(all, trims_blanks, 0, (int)TW_N(trims));
    tcase_add_loop_test(all, cuts_lines, 0, (int)TW_N(lines));
    tcase_add_test(all, compares_and_skips);
    tcase_add_test(all, counts_newlines_of_any_length);
    tcase_add_test(all, knows_ascii_only);
    suite_add_tcase(suite, all);
    return suite;
}
