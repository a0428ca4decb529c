/* test_confirm.c -- candidates become hits: typography, the window of a pattern, exceptions,
 * replacements. */
#include <stdio.h>

#include "base/limits.h"
#include "confirm/confirm.h"
#include "match/match.h"
#include "suites.h"
#include "support_pack.h"

/* ---- literals ----------------------------------------------------------------------------------
 */

/* The anchor of the wording is what stands in brackets; so does the text's. */
static const struct {
    const char *wording;
    const char *text;
    bool caseless;
    const char *found; /* NULL: it does not stand there */
} literals[] = {
    {"could [not] be", "it could [not] be so", false, "could not be"},
    {"[not] be", "[not] be", false, "not be"},
    {"could [not]", "could [not]", false, "could not"},
    {"could [not] be", "it would [not] be so", false, NULL},
    {"could [not] be", "could [not] b", false, NULL},
    {"could [not] be", "ould [not] be", false, NULL},
    {"Could [not] Be", "cOULD [not] bE", true, "cOULD not bE"},
    {"Could [not] Be", "could [not] be", false, NULL},
    {"it's '[so]'", "it\xe2\x80\x99s \xe2\x80\x98[so]\xe2\x80\x99", false,
     "it\xe2\x80\x99s \xe2\x80\x98so\xe2\x80\x99"},
    {"say \"[so]\"", "say \xe2\x80\x9c[so]\xe2\x80\x9d", false, "say \xe2\x80\x9cso\xe2\x80\x9d"},
    {"[wait]...", "[wait]\xe2\x80\xa6", false, "wait\xe2\x80\xa6"},
    {"...[wait]", "\xe2\x80\xa6[wait]", false, "\xe2\x80\xa6wait"},
    {"[wait]...", "[wait]..", false, NULL},
    {"[wait]..", "[wait]\xe2\x80\xa6", false, NULL},
    {"a [b] c",
     "a\xc2\xa0[b]\xe2\x80\xaf"
     "c",
     false,
     "a\xc2\xa0"
     "b\xe2\x80\xaf"
     "c"},
    {"[b] :", "[b]\xc2\xa0:", false, "b\xc2\xa0:"},
    {"it\xe2\x80\x99s [so]", "it's [so]", false, NULL},
    {"\xc3\x84 [so]", "\xc3\xa4 [so]", true, NULL},
};

/* Takes the brackets out; where the first stood. */
static size_t unwrap(const char *text, char to[128])
{
    size_t at = 0;
    size_t n = 0;
    for (; *text != '\0'; text++) {
        if (*text == '[') {
            at = n;
        } else if (*text != ']') {
            to[n++] = *text;
        }
    }
    to[n] = '\0';
    return at;
}

START_TEST(compares_literals)
{
    char wording[128];
    char text[128];
    size_t start = 0;
    size_t stop = 0;
    size_t wording_at = unwrap(literals[_i].wording, wording);
    size_t text_at = unwrap(literals[_i].text, text);
    bool holds = tw_confirm_literal(tw_base_span(wording), wording_at, literals[_i].caseless,
                                    tw_base_span(text), text_at, &start, &stop);
    ck_assert_int_eq(holds, literals[_i].found != NULL);
    if (holds) {
        text[stop] = '\0';
        ck_assert_str_eq(text + start, literals[_i].found);
    }
}
END_TEST

/* ---- records -----------------------------------------------------------------------------------
 */

static const struct tw_support_signature signatures[] = {
    {"plain", "error", "{text: plain failure}", ""},
    {"twice", "error", "{text: first wording}, {text: second wording}", ""},
    {"typo", "error", "{text: \"it couldn't ... be so\"}", ""},
    {"line", "error",
     "{text: of the line, pattern: '^(?<before>\\w+) of the line (?<after>\\w+)$'}", ""},
    {"record", "error", "{text: of the record, pattern: 'top[^*]*of the record', within: record}",
     ""},
    {"caseless", "error",
     "{text: any case at all, pattern: 'CASE at (?<code>all)', caseless: true}", ""},
    {"except", "error", "{text: but not here}", ", unless: 'elsewhere'"},
    {"better", "error", "{text: plain failure of}", ", over: [plain, worse]"},
    {"worse", "error", "{text: failure of some kind}", ", over: [line]"},
    {"trace-only", "error", "{text: in traces only}", ", seen_in: [crm-trace]"},
    {"costly", "error", "{text: a costly pattern, pattern: 'costly pattern (?:x+x+)+y'}", ""},
};

static const struct {
    struct tw_span record;
    const char *want; /* signature@start-end, captures, in order */
} records[] = {
    {TW_SPAN_INIT("nothing"), ""},
    {TW_SPAN_INIT("a plain failure"), "plain@2-15 "},
    {TW_SPAN_INIT("plain failure plain failure"), "plain@0-13 "},
    {TW_SPAN_INIT("plain\nfailure"), ""},
    {TW_SPAN_INIT("second wording first wording"), "twice@0-14 "},
    {TW_SPAN_INIT("second wordin, first wording"), "twice@15-28 "},
    {TW_SPAN_INIT("it couldn\xe2\x80\x99t\xc2\xa0\xe2\x80\xa6 be so"), "typo@0-24 "},
    /* within a line, or the record */
    {TW_SPAN_INIT("a of the line b"), "line@0-15 after=b before=a "},
    {TW_SPAN_INIT("x\na of the line b\ny"), "line@2-17 after=b before=a "},
    {TW_SPAN_INIT("x\r\na of the line b\r\ny"), "line@3-18 after=b before=a "},
    {TW_SPAN_INIT("a\n of the line b"), ""},
    {TW_SPAN_INIT("x a of the line b\na of the line b"), "line@18-33 after=b before=a "},
    {TW_SPAN_INIT("top\nx\nof the record"), "record@0-19 "},
    {TW_SPAN_INIT("top\n*\nof the record"), ""},
    {TW_SPAN_INIT("AnY cAsE aT aLl"), "caseless@4-15 code=aLl "},
    /* exceptions */
    {TW_SPAN_INIT("but not here"), "except@0-12 "},
    {TW_SPAN_INIT("but not here\nelsewhere"), ""},
    /* replacements: judged before any is dropped */
    {TW_SPAN_INIT("plain failure of"), "better@0-16 "},
    {TW_SPAN_INIT("plain failure of some kind"), "better@0-16 "},
    {TW_SPAN_INIT("plain failure of some kind\na of the line b"), "better@0-16 "},
    {TW_SPAN_INIT("failure of some kind, plain failure"), "worse@0-20 plain@22-35 "},
    /* the order of places */
    {TW_SPAN_INIT("first wording, but not here, plain failure"),
     "twice@0-13 except@15-27 plain@29-42 "},
    /* another format's */
    {TW_SPAN_INIT("in traces only"), ""},
    /* strange bytes */
    {TW_SPAN_INIT("\xff\xfeplain failure\0\xff"), "plain@2-15 "},
    {TW_SPAN_INIT("\xff of the line b\na of the line b"), "line@16-31 after=b before=a "},
};

static struct tw_pack *pack;
static struct tw_confirmer *confirmer;

static void begin(void)
{
    struct tw_error error;
    pack = tw_support_pack_of(signatures, TW_N(signatures));
    ck_assert_int_eq(tw_confirm_new(&confirmer, pack, &error), TW_OK);
    tw_confirm_begin(confirmer, "text");
}

static void end(void)
{
    tw_confirm_free(confirmer);
    tw_confirm_free(NULL);
    tw_pack_free(pack);
}

/* Finds the candidates by looking everywhere, and confirms them. */
static void confirm(struct tw_span text, struct tw_buffer *have)
{
    struct tw_match_literal literals_of[16];
    struct tw_buffer candidates = TW_BUFFER_INIT(1u << 20);
    struct tw_record record = {.text = text};
    struct tw_error error = {.message = ""};
    ck_assert_uint_le(pack->anchor_count, TW_N(literals_of));
    for (uint32_t i = 0; i < pack->anchor_count; i++) {
        literals_of[i] = (struct tw_match_literal){
            {tw_pack_text(pack, pack->anchors[i].bytes), pack->anchors[i].length},
            pack->anchors[i].caseless != 0};
    }
    tw_match_reference(literals_of, pack->anchor_count, text, &candidates);
    const struct tw_match_hit *at = (const void *)candidates.at;
    tw_confirm_record(confirmer, &record, 0);
    for (size_t i = 0; i < candidates.length / sizeof *at; i++) {
        ck_assert_int_eq(tw_confirm_candidate(confirmer, at[i].literal, at[i].end, &error), TW_OK);
    }
    size_t count = 0;
    const struct tw_hit *hits = tw_confirm_hits(confirmer, &count);
    for (size_t i = 0; i < count; i++) {
        tw_base_buffer_print(have, "%s@%zu-%zu ",
                             tw_pack_text(pack, pack->signatures[hits[i].signature].id),
                             hits[i].start, hits[i].end);
        for (size_t k = 0; k < hits[i].capture_count; k++) {
            tw_base_buffer_print(have, "%s=%.*s ", hits[i].captures[k].name,
                                 (int)hits[i].captures[k].value.length,
                                 hits[i].captures[k].value.at);
        }
    }
    tw_base_buffer_add_char(have, '\0');
    tw_base_buffer_free(&candidates);
}

START_TEST(confirms_records)
{
    /* Twice: one record leaves nothing for the next. */
    for (int turn = 0; turn < 2; turn++) {
        struct tw_buffer have = TW_BUFFER_INIT(1u << 16);
        confirm(records[_i].record, &have);
        ck_assert_str_eq(have.at, records[_i].want);
        tw_base_buffer_free(&have);
    }
}
END_TEST

START_TEST(begins_with_a_format)
{
    struct tw_buffer have = TW_BUFFER_INIT(1u << 16);
    tw_confirm_begin(confirmer, "crm-trace");
    confirm(TW_SPAN("in traces only, plain failure"), &have);
    ck_assert_str_eq(have.at, "trace-only@0-14 plain@16-29 ");
    tw_base_buffer_free(&have);
}
END_TEST

/* The window of a pattern ends TW_CONFIRM_WINDOW bytes from the anchor. */
START_TEST(looks_so_far_and_no_farther)
{
    static const struct {
        size_t before, after;
        bool found;
    } rows[] = {
        {0, 0, true}, {4000, 4000, true}, {4090, 0, true}, {6000, 0, false}, {0, 6000, false}};
    struct tw_pack *wide = tw_support_pack(TW_SUPPORT_SIGNATURE(
        "wide", "error", "{text: of the line, pattern: 'from[^!]*of the line[^!]*to'}", ""));
    struct tw_pipeline *pipeline = tw_support_pipeline(wide, NULL);
    struct tw_buffer text = TW_BUFFER_INIT(1u << 20);
    tw_base_buffer_add(&text, TW_SPAN("from"));
    tw_support_fill(&text, rows[_i].before);
    tw_base_buffer_add(&text, TW_SPAN("of the line"));
    tw_support_fill(&text, rows[_i].after);
    tw_base_buffer_add(&text, TW_SPAN("to"));
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a", tw_base_buffer_span(&text), 0);
    ck_assert_uint_eq(report->input.hits, rows[_i].found ? 1 : 0);
    ck_assert_uint_eq(report->input.candidates, 1);
    tw_base_buffer_free(&text);
    tw_pipeline_free(pipeline);
    tw_pack_free(wide);
}
END_TEST

START_TEST(counts_what_was_given_up)
{
    struct tw_buffer have = TW_BUFFER_INIT(1u << 16);
    ck_assert_uint_eq(tw_confirm_given_up(confirmer), 0);
    confirm(
        TW_SPAN(
            "a costly pattern xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx plain failure"),
        &have);
    ck_assert_str_eq(have.at, "plain@71-84 ");
    ck_assert_uint_eq(tw_confirm_given_up(confirmer), 1);
    tw_confirm_begin(confirmer, "text");
    ck_assert_uint_eq(tw_confirm_given_up(confirmer), 0);
    tw_base_buffer_free(&have);
}
END_TEST

/* The quick answer is never another one than the full one: random texts of few letters, among them
 * the typographic forms. */
START_TEST(answers_plainly_what_is_true)
{
    static const char *const pieces[] = {
        "a", "b", " ", ".", "...", "'", "\xe2\x80\xa6", "\xc2\xa0", "\xe2\x80\x99"};
    uint64_t state = 1 + (uint64_t)_i;
    size_t told[3] = {0};
    for (int round = 0; round < 20000; round++) {
        char wording[64] = "";
        char text[96] = "";
        for (int i = 0; i < 8; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            strcat(wording, pieces[(state >> 33) % 6]);
            strcat(text, pieces[(state >> 40) % TW_N(pieces)]);
        }
        /* Often the text is the wording, perhaps with one letter changed. */
        if (state >> 62 != 0) {
            (void)snprintf(text, sizeof text, "xx%sxx", wording);
            text[2 + (state >> 20) % strlen(wording)] =
                state >> 62 == 1 ? 'b' : text[2 + (state >> 20) % strlen(wording)];
        }
        for (size_t at = 0; at < strlen(wording) && at < strlen(text); at++) {
            size_t start;
            size_t end;
            struct tw_span words = tw_base_span(wording);
            bool full =
                tw_confirm_literal(words, at, false, tw_base_span(text), at + 2, &start, &end);
            enum tw_plainly quick = tw_confirm_plainly(words, at, tw_base_span(text), at + 2);
            TW_MUST(quick != TW_PLAINLY_THERE || full);
            TW_MUST(quick != TW_PLAINLY_NOT || !full);
            told[quick]++;
        }
    }
    ck_assert_uint_gt(told[TW_PLAINLY_NOT], 0);
    ck_assert_uint_gt(told[TW_PLAINLY_THERE], 0);
}
END_TEST

Suite *tw_suite_confirm(void)
{
    Suite *suite = suite_create("confirm");
    TCase *literal = tcase_create("literal");
    tcase_add_loop_test(literal, compares_literals, 0, (int)TW_N(literals));
    tcase_add_loop_test(literal, answers_plainly_what_is_true, 0, 4);
    suite_add_tcase(suite, literal);
    TCase *record = tcase_create("record");
    tcase_set_timeout(record, 30);
    tcase_add_checked_fixture(record, begin, end);
    tcase_add_loop_test(record, confirms_records, 0, (int)TW_N(records));
    tcase_add_test(record, begins_with_a_format);
    tcase_add_loop_test(record, looks_so_far_and_no_farther, 0, 5);
    tcase_add_test(record, counts_what_was_given_up);
    suite_add_tcase(suite, record);
    return suite;
}
