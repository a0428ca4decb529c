/* test_match.c -- the matcher against the slow reference that looks everywhere, and the wrapper of
 * PCRE2. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "match/match.h"
#include "suites.h"
#include "support_pack.h"

#define LITERAL(text)                                                                              \
    {                                                                                              \
        TW_SPAN_INIT(text), false                                                                  \
    }
#define CASELESS(text)                                                                             \
    {                                                                                              \
        TW_SPAN_INIT(text), true                                                                   \
    }

/* ---- many literals -----------------------------------------------------------------------------
 */

static struct tw_matcher *matcher_for(const struct tw_match_literal *literals, size_t count)
{
    struct tw_buffer serialized = TW_BUFFER_INIT(TW_BLOB_MAX);
    struct tw_matcher *matcher = NULL;
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(tw_match_compile(literals, count, &serialized, &error), TW_OK);
    enum tw_status status =
        tw_match_open(&matcher, tw_base_buffer_span(&serialized), count, &error);
    ck_assert_msg(status == TW_OK, "%s", error.message);
    tw_base_buffer_free(&serialized);
    return matcher;
}

/* Both find the same in a copy of the block that ends where its memory ends. */
static size_t same_hits(struct tw_matcher *matcher, const struct tw_match_literal *literals,
                        size_t count, struct tw_span block)
{
    struct tw_buffer wanted = TW_BUFFER_INIT((size_t)TW_MATCH_HITS_MAX * 8);
    struct tw_match_hits hits;
    struct tw_error error = {.message = ""};
    char *copy = tw_base_alloc(block.length, 1);
    ck_assert_ptr_nonnull(copy);
    if (block.length > 0) {
        memcpy(copy, block.at, block.length);
    }
    block.at = copy;
    tw_match_reference(literals, count, block, &wanted);
    ck_assert_int_eq(wanted.status, TW_OK);
    enum tw_status status = tw_match_scan(matcher, block, &hits, &error);
    ck_assert_msg(status == TW_OK, "%s", error.message);
    ck_assert(!hits.capped);
    const struct tw_match_hit *want = (const struct tw_match_hit *)(const void *)wanted.at;
    size_t want_count = wanted.length / sizeof *want;
    for (size_t i = 0; i < want_count && i < hits.count; i++) {
        if (hits.at[i].literal != want[i].literal || hits.at[i].end != want[i].end) {
            ck_abort_msg("hit %zu: literal %u ends at %u, wanted literal %u at %u", i,
                         hits.at[i].literal, hits.at[i].end, want[i].literal, want[i].end);
        }
    }
    ck_assert_uint_eq(hits.count, want_count);
    tw_base_buffer_free(&wanted);
    tw_base_free(copy);
    return want_count;
}

static const struct tw_match_literal authored[] = {
    LITERAL("could not create SSL/TLS"),
    LITERAL("SSL/TLS"),    /* ends where the one before ends */
    LITERAL("create SSL"), /* overlaps it */
    CASELESS("handshake"),
    LITERAL("handshake"), /* the same, but for its case */
    CASELESS("shake failed"),
    LITERAL("aaaaaa"), /* overlaps itself */
    LITERAL("\xe6\x8e\xa5\xe7\xb6\x9a"),
    LITERAL("nul\0byte"),
    CASELESS("two\0parts"),
    LITERAL("0123456789abcdef0123456789abcdef"),
};

static const struct {
    struct tw_span block;
    size_t hits;
} authored_blocks[] = {
    {TW_SPAN_INIT(""), 0},
    {TW_SPAN_INIT("x"), 0},
    {TW_SPAN_INIT("could not create SSL/TLS secure channel"), 3},
    {TW_SPAN_INIT("SSL/TLS at the beginning"), 1},
    {TW_SPAN_INIT("at the end SSL/TLS"), 1},
    {TW_SPAN_INIT("SSL/TLS"), 1},
    {TW_SPAN_INIT("SSL/TL"), 0},
    {TW_SPAN_INIT("HandShake failed, handshake FAILED"), 5},
    {TW_SPAN_INIT("aaaaaaaa"), 3},
    {TW_SPAN_INIT("a nul\0byte and \0 SSL/TLS\0"), 2},
    {TW_SPAN_INIT("nul\0by"), 0},
    {TW_SPAN_INIT("TWO\0Parts, two\0other"), 1},
    {TW_SPAN_INIT("\xe6\x8e\xa5\xe7\xb6\x9a \xff\xfe\xe6\x8e\xa5\xe7\xb6\x9a"), 2},
    {TW_SPAN_INIT("0123456789abcdef0123456789abcdef0123456789abcdef"), 2},
    {TW_SPAN_INIT("\x01\x02SSL/TLS\x01\x02"), 1},
};

START_TEST(finds_what_the_reference_finds)
{
    struct tw_matcher *matcher = matcher_for(authored, TW_N(authored));
    size_t found = same_hits(matcher, authored, TW_N(authored), authored_blocks[_i].block);
    ck_assert_uint_eq(found, authored_blocks[_i].hits);
    tw_match_free(matcher);
}
END_TEST

/* Literals over a small alphabet, so that they overlap and contain one another, in blocks of the
 * same alphabet. */
START_TEST(finds_the_same_in_random_texts)
{
    enum { LITERALS = 60 };
    static char pool[LITERALS][TW_ANCHOR_MAX];
    struct tw_match_literal literals[LITERALS];
    uint32_t state = (uint32_t)_i + 1;
    size_t count = 0;
    for (size_t i = 0; i < LITERALS; i++) {
        size_t length = TW_ANCHOR_MIN + tw_support_random(&state) % (i % 4 == 0 ? 26 : 3);
        for (size_t k = 0; k < length; k++) {
            pool[count][k] = "abAB"[tw_support_random(&state) % 4];
        }
        literals[count] = (struct tw_match_literal){{pool[count], length}, i % 3 == 0};
        bool known = false;
        for (size_t k = 0; k < count; k++) {
            known |= literals[k].caseless == literals[count].caseless &&
                     tw_base_span_equal(literals[k].bytes, literals[count].bytes);
        }
        count += !known;
    }
    struct tw_matcher *matcher = matcher_for(literals, count);
    struct tw_buffer block = TW_BUFFER_INIT(1u << 20);
    for (size_t length = 1; length < 20000; length = length * 3 + 1) {
        tw_base_buffer_clear(&block);
        for (size_t i = 0; i < length; i++) {
            bool strange = tw_support_random(&state) % 64 == 0;
            tw_base_buffer_add_char(&block, strange ? (char)(tw_support_random(&state) % 256)
                                                    : "abAB"[tw_support_random(&state) % 4]);
        }
        (void)same_hits(matcher, literals, count, tw_base_buffer_span(&block));
    }
    tw_base_buffer_free(&block);
    tw_match_free(matcher);
}
END_TEST

/* So many dummies that the block is scanned again without them; nothing may be lost or told twice.
 */
START_TEST(finds_all_among_dummies)
{
    static const size_t dummies[] = {0, 1, 63, 64, 65, 66, 1000, 100000};
    struct tw_matcher *matcher = matcher_for(authored, TW_N(authored));
    struct tw_buffer block = TW_BUFFER_INIT(1u << 20);
    for (size_t turn = 0; turn < 2; turn++) {
        tw_base_buffer_add(&block, TW_SPAN("first SSL/TLS "));
        for (size_t i = 0; i < dummies[_i]; i++) {
            tw_base_buffer_add(&block, TW_SPAN(TW_MATCH_DUMMY));
            if (i % 50 == 0) {
                tw_base_buffer_add(&block, TW_SPAN("HANDSHAKE"));
            }
        }
        tw_base_buffer_add(&block, TW_SPAN("create SSL/TLS"));
        ck_assert_uint_ge(same_hits(matcher, authored, TW_N(authored), tw_base_buffer_span(&block)),
                          3);
    }
    /* And a block without them afterwards. */
    ck_assert_uint_eq(same_hits(matcher, authored, TW_N(authored), TW_SPAN("SSL/TLS")), 1);
    tw_base_buffer_free(&block);
    tw_match_free(matcher);
}
END_TEST

START_TEST(caps_the_hits_of_a_block)
{
    static const struct tw_match_literal one[] = {LITERAL("aaaaaa"), LITERAL("aaaaaaa")};
    struct tw_matcher *matcher = matcher_for(one, TW_N(one));
    struct tw_match_hits hits;
    struct tw_error error;
    size_t length = TW_MATCH_HITS_MAX;
    char *block = malloc(length);
    ck_assert_ptr_nonnull(block);
    memset(block, 'a', length);
    ck_assert_int_eq(tw_match_scan(matcher, (struct tw_span){block, length}, &hits, &error), TW_OK);
    ck_assert(hits.capped);
    ck_assert_uint_eq(hits.count, TW_MATCH_HITS_MAX);
    /* The next block is judged on its own. */
    ck_assert_int_eq(tw_match_scan(matcher, TW_SPAN("aaaaaaa"), &hits, &error), TW_OK);
    ck_assert(!hits.capped);
    ck_assert_uint_eq(hits.count, 3);
    free(block);
    tw_match_free(matcher);
}
END_TEST

START_TEST(needs_no_literal_at_all)
{
    struct tw_matcher *matcher = matcher_for(NULL, 0);
    ck_assert_uint_eq(same_hits(matcher, NULL, 0, TW_SPAN("nothing \x01\x02 to find")), 0);
    tw_match_free(matcher);
    tw_match_free(NULL);
}
END_TEST

START_TEST(refuses_a_strange_database)
{
    struct tw_matcher *matcher = NULL;
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(tw_match_open(&matcher, TW_SPAN("no database"), 1, &error), TW_ERR_DATA);
    ck_assert_ptr_null(matcher);
    ck_assert_ptr_nonnull(strstr(error.message, "does not fit this machine or library"));
}
END_TEST

/* Out of memory is an answer for one block, not for the life of the matcher. */
START_TEST(goes_on_after_memory_ran_out)
{
    struct tw_matcher *matcher = matcher_for(authored, TW_N(authored));
    struct tw_match_hits hits;
    struct tw_error error;
    tw_base_alloc_fail_after(0);
    enum tw_status status = tw_match_scan(matcher, TW_SPAN("SSL/TLS"), &hits, &error);
    tw_base_alloc_fail_after(-1);
    ck_assert_int_eq(status, TW_ERR_MEMORY);
    ck_assert_int_eq(tw_match_scan(matcher, TW_SPAN("SSL/TLS"), &hits, &error), TW_OK);
    ck_assert_uint_eq(hits.count, 1);
    tw_match_free(matcher);
}
END_TEST

/* ---- one pattern -------------------------------------------------------------------------------
 */

static const struct {
    const char *pattern;
    bool caseless;
    struct tw_span subject;
    enum tw_status status;
    const char *captures; /* name=value, in the order of the answer */
} patterns[] = {
    {"plain", false, TW_SPAN_INIT("a plain text"), TW_OK, ""},
    {"plain", false, TW_SPAN_INIT("a PLAIN text"), TW_END, ""},
    {"plain", true, TW_SPAN_INIT("a PLAIN text"), TW_OK, ""},
    {"x", false, TW_SPAN_INIT(""), TW_END, ""},
    {"x?", false, {NULL, 0}, TW_OK, ""},
    {"to (?<host>\\S+) code (?<code>\\d+)", false, TW_SPAN_INIT("to a.example code 17"), TW_OK,
     "code=17 host=a.example "},
    {"a(?<one>x)?(?<two>y)?", false, TW_SPAN_INIT("ay"), TW_OK, "two=y "},
    {"(?:h=(?<host>\\w+)|H:(?<host>\\w+))", false, TW_SPAN_INIT("H:second"), TW_OK, "host=second "},
    {"(?:h=(?<host>\\w+)|H:(?<host>\\w+))", false, TW_SPAN_INIT("h=first"), TW_OK, "host=first "},
    {"a(?<empty>x*)b", false, TW_SPAN_INIT("ab"), TW_OK, ""},
    {"(?<any>b.d)", false, TW_SPAN_INIT("\xff\xfe bed \xff"), TW_OK, "any=bed "},
    {"b.d", false,
     TW_SPAN_INIT("b\xff"
                  "d bed"),
     TW_OK, ""},
    {"b.d", false,
     TW_SPAN_INIT("b\xff"
                  "d"),
     TW_END, ""},
    {"(?<it>\\x{e4}.)", false, TW_SPAN_INIT("\xc3\xa4\xc3\xb6\xc3"), TW_OK, "it=\xc3\xa4\xc3\xb6 "},
    {"a.b", false, TW_SPAN_INIT("a\0b"), TW_OK, ""},
    {"(?:a+)+$", false, TW_SPAN_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"),
     TW_ERR_LIMIT, ""},
    {"(.*)*(.*)*(.*)*x", false, TW_SPAN_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
     TW_END, ""},
    {"(?:1(?<h>a)|2(?<h>a)|3(?<h>a)|4(?<h>a)|5(?<h>a)|6(?<h>a)|7(?<h>a)|8(?<h>a)|9(?<h>a)) "
     "(?<version>\\d)",
     false, TW_SPAN_INIT("9a 5"), TW_OK, "h=a version=5 "},
};

START_TEST(confirms_and_captures)
{
    struct tw_pattern *pattern = NULL;
    struct tw_match_found found;
    struct tw_error error = {.message = ""};
    struct tw_buffer captures = TW_BUFFER_INIT(4096);
    struct tw_span text = tw_base_span(patterns[_i].pattern);
    ck_assert_msg(tw_match_pattern_new(&pattern, text, patterns[_i].caseless, &error) == TW_OK,
                  "%s", error.message);
    /* Twice: the second must not see what the first left. */
    for (int turn = 0; turn < 2; turn++) {
        ck_assert_int_eq(tw_match_pattern_find(pattern, patterns[_i].subject, &found),
                         patterns[_i].status);
    }
    for (size_t i = 0; i < found.group_count; i++) {
        tw_base_buffer_print(&captures, "%s=%.*s ", found.groups[i].name,
                             (int)found.groups[i].text.length, found.groups[i].text.at);
    }
    tw_base_buffer_add_char(&captures, '\0');
    ck_assert_str_eq(captures.at, patterns[_i].captures);
    tw_base_buffer_free(&captures);
    tw_match_pattern_free(pattern);
}
END_TEST

static const struct {
    const char *pattern;
    const char *message;
} bad_patterns[] = {
    {"a(b", "(at character 4 of the pattern)"},
    {"a[b", "(at character 4 of the pattern)"},
    {"+a", "quantifier does not follow a repeatable item"},
    {"\\C", "(at character "},
    {"(?<1a>x)", "(at character "},
};

START_TEST(says_what_is_wrong_with_a_pattern)
{
    struct tw_pattern *pattern = NULL;
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(
        tw_match_pattern_new(&pattern, tw_base_span(bad_patterns[_i].pattern), false, &error),
        TW_ERR_DATA);
    ck_assert_ptr_null(pattern);
    ck_assert_msg(strstr(error.message, bad_patterns[_i].message) != NULL, "%s", error.message);
}
END_TEST

START_TEST(knows_patterns_that_match_nothing)
{
    struct tw_pattern *pattern = NULL;
    struct tw_error error;
    ck_assert_int_eq(tw_match_pattern_new(&pattern, TW_SPAN("a*"), false, &error), TW_OK);
    ck_assert(tw_match_pattern_may_be_empty(pattern));
    tw_match_pattern_free(pattern);
    ck_assert_int_eq(tw_match_pattern_new(&pattern, TW_SPAN("a+"), false, &error), TW_OK);
    ck_assert(!tw_match_pattern_may_be_empty(pattern));
    tw_match_pattern_free(pattern);
    tw_match_pattern_free(NULL);
}
END_TEST

Suite *tw_suite_match(void)
{
    Suite *suite = suite_create("match");
    TCase *literals = tcase_create("literals");
    tcase_set_timeout(literals, 60);
    tcase_add_loop_test(literals, finds_what_the_reference_finds, 0, (int)TW_N(authored_blocks));
    tcase_add_loop_test(literals, finds_the_same_in_random_texts, 0, 8);
    tcase_add_loop_test(literals, finds_all_among_dummies, 0, 8);
    tcase_add_test(literals, caps_the_hits_of_a_block);
    tcase_add_test(literals, needs_no_literal_at_all);
    tcase_add_test(literals, refuses_a_strange_database);
    tcase_add_test(literals, goes_on_after_memory_ran_out);
    suite_add_tcase(suite, literals);
    TCase *pattern = tcase_create("pattern");
    tcase_add_loop_test(pattern, confirms_and_captures, 0, (int)TW_N(patterns));
    tcase_add_loop_test(pattern, says_what_is_wrong_with_a_pattern, 0, (int)TW_N(bad_patterns));
    tcase_add_test(pattern, knows_patterns_that_match_nothing);
    suite_add_tcase(suite, pattern);
    return suite;
}
