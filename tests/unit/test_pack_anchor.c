/* test_pack_anchor.c -- the literal that is chosen from a wording stands in every form of the text.
 */
#include "base/limits.h"
#include "suites.h"
#include "support_pack.h"

/* A wording, and whether it has an anchor. */
static const struct {
    const char *text;
    bool usable;
} rows[] = {
    {"", false},
    {"abcde", false},
    {"abcdef", true},
    {"     a", false},
    {"      abcdef", true},
    {"abcdef      ", true},
    {"a b c d", true},
    {"it's a 'short' one", false},
    {"it's not that short", true},
    {"Could not create SSL/TLS secure channel.", true},
    {"The underlying connection was closed: An unexpected error occurred on a send.", true},
    {"<Data Name=\"ErrorState\">10013</Data>", true},
    {"a&b&c&d\\e\\f", false},
    {"snake_case_name *bold* `code`", true}, /* nothing but the underscores is in the way */
    {"s_c_n *bold* `code`", false},
    {"SEC_E_TIME_SKEW", true},
    {"\"proxy_server\":\"PROXY", true},
    {"wait ... for it", true},
    {"......", false},
    {"no-break : before : a mark", true},
    {"x : y : z : u : v", false},
    {"one two three four five six seven eight nine ten eleven twelve", true},
    {"12345678901234567890123456789012345678901234567890", true},
    {"                                        x", false},
    {"\xe6\x8e\xa5\xe7\xb6\x9a\xe3\x81\x8c\xe9\x96\x89\xe3\x81\x98\xe3\x82\x89\xe3\x82\x8c"
     "\xe3\x81\xbe\xe3\x81\x97\xe3\x81\x9f\xe3\x80\x82",
     true}, /* Japanese */
    {"\xe5\x9f\xba\xe7\xa1\x80\xe8\xbf\x9e\xe6\x8e\xa5\xe5\xb7\xb2\xe5\x85\xb3\xe9\x97\xad:"
     "\xe5\x8f\x91\xe9\x80\x81\xe6\x97\xb6\xe5\x8f\x91\xe7\x94\x9f\xe9\x94\x99\xe8\xaf\xaf",
     true},
    {"\xd0\x91\xd0\xb0\xd0\xb7\xd0\xbe\xd0\xb2\xd0\xbe\xd0\xb5 "
     "\xd1\x81\xd0\xbe\xd0\xb5\xd0\xb4\xd0\xb8\xd0\xbd\xd0\xb5\xd0\xbd\xd0\xb8\xd0\xb5 "
     "\xd0\xb7\xd0\xb0\xd0\xba\xd1\x80\xd1\x8b\xd1\x82\xd0\xbe",
     true}, /* Russian */
    {"\xe6\x8e\xa5", false},
    {"\xe6\x8e\xa5\xe7\xb6\x9a", true},
    {"\xf0\x9f\x94\x92\xf0\x9f\x94\x92\xf0\x9f\x94\x92\xf0\x9f\x94\x92\xf0\x9f\x94\x92"
     "\xf0\x9f\x94\x92\xf0\x9f\x94\x92\xf0\x9f\x94\x92\xf0\x9f\x94\x92",
     true},
    {"Die zugrunde liegende Verbindung wurde geschlossen: F\xc3\xbcr den SSL/TLS-Kanal", true},
    {"La connexion sous-jacente a \xc3\xa9t\xc3\xa9 ferm\xc3\xa9"
     "e : Une erreur",
     true},
    {"a\xc3\xa9"
     "b\xc3\xa9"
     "c\xc3\xa9",
     true},
};

static void check_anchor(struct tw_span text, size_t at, size_t length)
{
    TW_MUST(at <= text.length && length <= text.length - at);
    TW_MUST(length >= TW_ANCHOR_MIN && length <= TW_ANCHOR_MAX);
    for (size_t i = at; i < at + length; i++) {
        TW_MUST(text.at[i] != '\0' && strchr("'\"`/\\<>&*\r\n\t", text.at[i]) == NULL);
    }
    TW_MUST(text.at[at] != ' ');
    TW_MUST(text.at[at + length - 1] != ' ');
    TW_MUST((text.at[at] & 0xc0) != 0x80);
    TW_MUST(at + length == text.length || (text.at[at + length] & 0xc0) != 0x80);
    /* Three dots may have become an ellipsis, and a blank before a mark another blank. */
    struct tw_span anchor = {text.at + at, length};
    TW_MUST(tw_base_span_find(anchor, TW_SPAN("..")) == length);
    TW_MUST(tw_base_span_find(anchor, TW_SPAN(" :")) == length);
}

START_TEST(chooses_what_survives)
{
    struct tw_span text = tw_base_span(rows[_i].text);
    size_t at = 0;
    size_t length = tw_pack_choose_anchor(text, &at);
    ck_assert_msg((length > 0) == rows[_i].usable, "%zu bytes at %zu", length, at);
    if (length > 0) {
        check_anchor(text, at, length);
    }
}
END_TEST

/* Where there is enough ASCII, the anchor is of it: other characters are written in more than one
 * way. */
START_TEST(prefers_ascii)
{
    struct tw_span text = TW_SPAN("\xe6\x8e\xa5\xe7\xb6\x9a\xe3\x81\x8c schannel "
                                  "\xe9\x96\x89\xe3\x81\x98\xe3\x82\x89");
    size_t at = 0;
    size_t length = tw_pack_choose_anchor(text, &at);
    ck_assert_uint_eq(length, 8);
    ck_assert_mem_eq(text.at + at, "schannel", 8);
}
END_TEST

/* Any text at all: what is chosen keeps the rules. */
START_TEST(keeps_the_rules_in_random_texts)
{
    static const char *const parts[] = {"a",
                                        "b ",
                                        " : ",
                                        "...",
                                        ".",
                                        "'",
                                        "/",
                                        "SSL",
                                        "error",
                                        "\xc3\xa9",
                                        "\xe6\x8e\xa5",
                                        "\xf0\x9f\x94\x92",
                                        "  ",
                                        "_"};
    uint32_t state = (uint32_t)_i;
    for (int turn = 0; turn < 2000; turn++) {
        struct tw_buffer text = TW_BUFFER_INIT(4096);
        size_t count = tw_support_random(&state) % 40;
        for (size_t i = 0; i < count; i++) {
            const char *part = parts[tw_support_random(&state) % TW_N(parts)];
            tw_base_buffer_add(&text, tw_base_span(part));
        }
        size_t at = 0;
        size_t length = tw_pack_choose_anchor(tw_base_buffer_span(&text), &at);
        if (length > 0) {
            check_anchor(tw_base_buffer_span(&text), at, length);
        }
        tw_base_buffer_free(&text);
    }
}
END_TEST

Suite *tw_suite_pack_anchor(void)
{
    Suite *suite = suite_create("pack_anchor");
    TCase *all = tcase_create("anchor");
    tcase_set_timeout(all, 30);
    tcase_add_loop_test(all, chooses_what_survives, 0, (int)TW_N(rows));
    tcase_add_test(all, prefers_ascii);
    tcase_add_loop_test(all, keeps_the_rules_in_random_texts, 0, 4);
    suite_add_tcase(suite, all);
    return suite;
}
