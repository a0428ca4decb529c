/* test_visible.c -- UTF-8, and what a terminal is shown. */
#include <check.h>

#include "base/visible.h"
#include "suites.h"
#include "support_pack.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct row {
    struct tw_span text;
    const char *want;
    bool keep_newlines;
};

#define BYTES(literal)                                                                             \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }
#define ROW(literal, result)                                                                       \
    {                                                                                              \
        BYTES(literal), result, false                                                              \
    }

static const struct row rows[] = {
    {{NULL, 0}, "", false},
    ROW("plain ~ text", "plain ~ text"),
    ROW("tab\there", "tab\there"),
    ROW("a\nb", "a b"),
    ROW("a\r\nb\r\n", "a b "),
    {BYTES("a\r\nb\n"), "a\nb\n", true},
    ROW("a\rb", "a\\u{000D}b"),
    ROW("\x1B[31mred\x07", "\\u{001B}[31mred\\u{0007}"),
    {{"nul\0x", 5}, "nul\\u{0000}x", false},
    ROW("\x7F", "\\u{007F}"),
    ROW("\xC2\x85\xC2\x9B", "\\u{0085}\\u{009B}"),
    ROW("\xE2\x80\xAE"
        "evil\xE2\x80\xAC\xE2\x81\xA6",
        "\\u{202E}evil\\u{202C}\\u{2066}"),
    ROW("zero\xE2\x80\x8Bwidth\xEF\xBB\xBF", "zero\\u{200B}width\\u{FEFF}"),
    ROW("\xE2\x80\xA8\xE2\x80\xA9", "\\u{2028}\\u{2029}"),
    ROW("\xF3\xA0\x81\x81", "\\u{E0041}"),
    ROW("caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80",
        "caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80"),
    ROW("\xE9t\xE9", "\\xE9t\\xE9"),
    ROW("\xC0\xAF", "\\xC0\\xAF"),                   /* overlong */
    ROW("\xED\xA0\x80", "\\xED\\xA0\\x80"),          /* surrogate */
    ROW("\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"), /* beyond U+10FFFF */
    ROW("cut \xE2\x82", "cut \\xE2\\x82"),
    ROW("C:\\Users \\x41", "C:\\Users \\x41"),
};

START_TEST(text_becomes_visible)
{
    struct tw_buffer once = TW_BUFFER_INIT(1000);
    struct tw_buffer twice = TW_BUFFER_INIT(1000);
    tw_base_visible(&once, rows[_i].text, rows[_i].keep_newlines);
    tw_base_visible(&twice, tw_base_buffer_span(&once), rows[_i].keep_newlines);
    tw_base_buffer_add_char(&once, '\0');
    tw_base_buffer_add_char(&twice, '\0');
    ck_assert_str_eq(once.at, rows[_i].want);
    ck_assert_str_eq(twice.at, rows[_i].want);
    tw_base_buffer_free(&once);
    tw_base_buffer_free(&twice);
}
END_TEST

START_TEST(every_code_point_goes_there_and_back)
{
    for (uint32_t code = 0; code <= 0x110010; code++) {
        char text[4];
        uint32_t back = 0;
        size_t length = tw_base_utf8_encode(code, text);
        TW_MUST(tw_base_utf8_decode((struct tw_span){text, length}, &back) == length);
        bool valid = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
        TW_MUST(back == (valid ? code : 0xFFFDu));
        for (size_t cut = 1; cut < length; cut++) {
            struct tw_span part = {text, cut};
            TW_MUST(tw_base_utf8_decode(part, &back) == 0);
            TW_MUST(tw_base_utf8_valid(part, true));
            TW_MUST(!tw_base_utf8_valid(part, false));
        }
    }
}
END_TEST

/* Every pair and triple of bytes is valid as the table of RFC 3629, section 4, says. */
START_TEST(invalid_sequences_are_found)
{
    for (unsigned lead = 0x80; lead < 0x100; lead++) {
        for (unsigned second = 0; second < 0x100; second++) {
            char text[] = {(char)lead, (char)second, '\x80', '\x80'};
            bool continues = second >= 0x80 && second <= 0xBF;
            size_t want = 0;
            if (lead >= 0xC2 && lead <= 0xDF && continues) {
                want = 2;
            } else if (lead >= 0xE0 && lead <= 0xEF && continues &&
                       !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second > 0x9F)) {
                want = 3;
            } else if (lead >= 0xF0 && lead <= 0xF4 && continues &&
                       !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second > 0x8F)) {
                want = 4;
            }
            uint32_t code;
            TW_MUST(tw_base_utf8_decode((struct tw_span){text, 4}, &code) == want);
        }
    }
    ck_assert(!tw_base_utf8_valid(TW_SPAN("a\x80"), true));
    ck_assert(!tw_base_utf8_valid(TW_SPAN("\xE0\x80"), true));
    ck_assert(tw_base_utf8_valid(TW_SPAN("\xC3\xA9 ok"), false));
    ck_assert(tw_base_utf8_valid((struct tw_span){NULL, 0}, false));
}
END_TEST

static const struct {
    const char *text;
    size_t columns;
} widths[] = {
    {"", 0},
    {"abc", 3},
    {"caf\xC3\xA9", 4},
    {"e\xCC\x81", 1},
    {"\xE6\x97\xA5", 2},
    {"\xEF\xBC\xA1", 2},
    {"\xF0\x9F\x98\x80", 2},
    {"\xEA\xB0\x80", 2},
    {"\xD0\xB6", 1},
    {"\xE2\x9D\xA4\xEF\xB8\x8F", 1},
};

START_TEST(columns_are_counted)
{
    ck_assert_uint_eq(tw_base_columns(tw_base_span(widths[_i].text)), widths[_i].columns);
}
END_TEST

START_TEST(the_maximum_is_kept)
{
    struct tw_buffer small = TW_BUFFER_INIT(4);
    tw_base_visible(&small, TW_SPAN("ab\x01xy"), false);
    ck_assert_int_eq(small.status, TW_ERR_LIMIT);
    ck_assert_uint_le(small.length, 4);
    tw_base_buffer_free(&small);
}
END_TEST

Suite *tw_suite_visible(void)
{
    Suite *suite = suite_create("visible");
    TCase *cases = tcase_create("visible");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, text_becomes_visible, 0, COUNT(rows));
    tcase_add_test(cases, every_code_point_goes_there_and_back);
    tcase_add_test(cases, invalid_sequences_are_found);
    tcase_add_loop_test(cases, columns_are_counted, 0, COUNT(widths));
    tcase_add_test(cases, the_maximum_is_kept);
    suite_add_tcase(suite, cases);
    return suite;
}
