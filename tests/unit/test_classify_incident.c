/* test_classify_incident.c -- which hits belong together, which incidents are equal, and their ids.
 */
#include "base/limits.h"
#include "classify/classify_parts.h"
#include "suites.h"
#include "support_pack.h"

static const struct tw_support_signature signatures[] = {
    {"send", "error", "{text: send failure}", ", supports: {old-client: strong}"},
    {"auth", "error", "{text: auth failure}", ", supports: {old-client: moderate}"},
    {"wrap", "error", "{text: wrapped failure}", ""},
    {"host", "error", "{text: cannot reach, pattern: 'reach (?<host>\\S+)'}",
     ", supports: {refused: strong}"},
    {"attempt", "fact", "{text: a new attempt}", ", starts_attempt: true"},
    {"client", "client", "{text: this is the helper}", ", client: helper"},
    {"runtime", "client", "{text: this is the runtime}", ", client: runtime"},
};

static struct tw_pack *pack;
static struct tw_pipeline *pipeline;

static void begin(void)
{
    pack = tw_support_pack_of(signatures, TW_N(signatures));
    pipeline = tw_support_pipeline(pack, NULL);
}

static void end(void)
{
    tw_pipeline_free(pipeline);
    tw_pack_free(pack);
}

/* A trace header, so that the next record begins. */
#define H "Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : "

/* A line of a thread. */
#define T(number) "2024-01-05 11:11:11,123 [" #number "] ERROR x - "

/* More lines than may lie between the parts of one failure. */
#define LINES T(99) "something else entirely, at some length\n" T(99) "and more\n"
#define LINES_8 LINES LINES LINES LINES
#define PAGE LINES_8 LINES_8 LINES_8 LINES_8 LINES_8

/* What the diagnoses of a text are: for each, how often, and the signatures of its errors in order.
 */
static const struct {
    const char *text; /* `~N~` stands for N bytes of other records */
    const char *want;
} rows[] = {
    {"", ""},
    {H "send failure\n", "1:send "},
    /* one record is one failure */
    {H "send failure\nauth failure\n", "1:send,auth "},
    {H "send failure\n~1000~" H "auth failure\n", "1:send,auth "},
    {H "wrapped failure => send failure\n", "1:wrap,send "},
    {H "send failure\nsend failure\nsend failure\n", "1:send "},
    /* near or far */
    {H "send failure\n~1500~" H "auth failure\n", "1:send,auth "},
    {H "send failure\n~2500~" H "auth failure\n", "1:send 1:auth "},
    /* the same again is a retry, and counted where it is equal */
    {H "send failure\n" H "send failure\n", "2:send "},
    {H "send failure\n" H "send failure\n~9000~" H "send failure\n", "3:send "},
    {H "send failure\n" H "auth failure\n" H "send failure\n" H "auth failure\n", "2:send,auth "},
    {H "send failure\n~9000~" H "auth failure\n~9000~" H "send failure\n", "2:send 1:auth "},
    /* context repeats without being a retry */
    {H "wrapped failure\n" H "wrapped failure\n" H "send failure\n", "1:wrap,send "},
    /* another host is another failure */
    {H "cannot reach a.example\n" H "cannot reach b.example\n", "1:host 1:host "},
    {H "cannot reach a.example\n" H "send failure\n", "1:host,send "},
    {H "send failure\n" H "cannot reach a.example\n" H "cannot reach A.example:443\n",
     "1:send,host 1:host "},
    {H "cannot reach a.example\n" H "cannot reach A.EXAMPLE.\n", "2:host "},
    /* a new attempt ends the old failure */
    {H "send failure\n" H "a new attempt\n" H "auth failure\n", "1:send 1:auth "},
    {H "a new attempt\n" H "send failure\n~9000~" H "auth failure\n", "1:send,auth "},
    {H "a new attempt\n" H "send failure\n~70000~" H "auth failure\n", "1:send 1:auth "},
    {H "a new attempt\n" H "send failure\n" H "send failure\n", "1:send "},
    {H "a new attempt\n" H "send failure\n" H "a new attempt\n" H "send failure\n", "2:send "},
    /* the block that the libraries write a second time */
    {H "send failure\n" H "\nSource   : Not Provided\nMethod : x\nError : send failure\n",
     "1:send "},
    {H "send failure\n" H "\nSource   : mscorlib\nMethod : x\nError : send failure\n", "2:send "},
    /* threads: each has its own failure, also where their lines alternate */
    {T(11) "send failure\n" T(12) "auth failure\n", "1:send 1:auth "},
    {T(11) "send failure\n" T(12) "send failure\n" T(11) "auth failure\n" T(12) "auth failure\n",
     "2:send,auth "},
    {T(11) "send failure\n" PAGE T(11) "auth failure\n", "1:send,auth "},
    {T(11) "send failure\n" PAGE "2024-01-05 11:11:12 auth failure\n", "1:send 1:auth "},
    {T(11) "send failure\n" T(12) "wrapped failure\n", "1:send,wrap "},
    {T(11) "wrapped failure\n" T(12) "send failure\n", "1:wrap,send "},
    {T(11) "send failure\n" H "auth failure\n", "1:send,auth "},
    /* the same answer for the same host is the same failure, in other words */
    {H "cannot reach a.example\n~9000~" H "cannot reach a.example\n" H "wrapped failure\n",
     "2:host "},
    /* another client is not an equal incident */
    {H "this is the helper\n" H "send failure\n~9000~" H "send failure\n", "2:send "},
    {H "this is the runtime\n" H "send failure\n~9000~" H "this is the helper\n" H "send failure\n",
     "1:send 1:send "},
};

static void add_other_records(struct tw_buffer *to, size_t count)
{
    size_t from = to->length;
    while (to->length - from < count) {
        size_t rest = count - (to->length - from);
        size_t head = sizeof H "\n" - 1;
        tw_base_buffer_add(to, TW_SPAN(H));
        tw_support_fill(to, rest > 2 * head + 40 ? 40 : rest > head ? rest - head : 0);
        tw_base_buffer_add_char(to, '\n');
    }
}

static struct tw_buffer spread(const char *text)
{
    struct tw_buffer wide = TW_BUFFER_INIT(8u << 20);
    while (*text != '\0') {
        size_t count = 0;
        if (*text != '~') {
            tw_base_buffer_add_char(&wide, *text++);
            continue;
        }
        for (text++; *text != '~'; text++) {
            count = count * 10 + (size_t)(*text - '0');
        }
        text++;
        add_other_records(&wide, count);
    }
    return wide;
}

START_TEST(binds_hits_to_incidents)
{
    struct tw_buffer text = spread(rows[_i].text);
    struct tw_buffer have = TW_BUFFER_INIT(1u << 16);
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a.log", tw_base_buffer_span(&text), 0);
    for (size_t i = 0; i < report->diagnosis_count; i++) {
        const struct tlswhy_diagnosis *diagnosis = &report->diagnoses[i];
        tw_base_buffer_print(&have, "%llu:", (unsigned long long)diagnosis->count);
        size_t errors = 0;
        for (size_t k = 0; k < diagnosis->evidence_count; k++) {
            if (diagnosis->evidence[k].kind == TLSWHY_KIND_ERROR) {
                tw_base_buffer_print(&have, "%s%s", errors++ == 0 ? "" : ",",
                                     diagnosis->evidence[k].signature);
            }
        }
        tw_base_buffer_add_char(&have, ' ');
    }
    tw_base_buffer_add_char(&have, '\0');
    ck_assert_str_eq(have.at, rows[_i].want);
    tw_base_buffer_free(&have);
    tw_base_buffer_free(&text);
}
END_TEST

/* Diagnoses come in the order of their first errors, whatever came between. */
START_TEST(orders_diagnoses_by_offset)
{
    struct tw_buffer text = TW_BUFFER_INIT(1u << 20);
    for (int i = 0; i < 50; i++) {
        tw_base_buffer_print(&text, H "cannot reach h%d.example\n", i);
        add_other_records(&text, i % 3 == 0 ? 3000 : 100);
    }
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a.log", tw_base_buffer_span(&text), 0);
    ck_assert_uint_eq(report->diagnosis_count, 50);
    for (size_t i = 1; i < report->diagnosis_count; i++) {
        ck_assert_uint_gt(report->diagnoses[i].first_line, report->diagnoses[i - 1].first_line);
        ck_assert_str_ne(report->diagnoses[i].id, report->diagnoses[i - 1].id);
    }
    tw_base_buffer_free(&text);
}
END_TEST

/* The same bytes under the same logical name have the same ids, in every run and however they come.
 */
static const struct {
    const char *name;
    bool same;
} names[] = {
    {"logs/a.log", true},          {"logs/a.log.1", true}, {"logs/a.log.2.gz", true},
    {"logs/a.log-20261122", true}, {"logs/b.log", false},  {"a.log", false},
};

START_TEST(ids_do_not_depend_on_rotation)
{
    static const char text[] = "before\n" H "send failure\n" H "cannot reach a.example\n";
    char id[17];
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "logs/a.log", tw_base_span(text), 0);
    ck_assert_uint_eq(report->diagnosis_count, 1);
    memcpy(id, report->diagnoses[0].id, sizeof id);
    report = tw_support_run(pipeline, names[_i].name, tw_base_span(text), 5);
    ck_assert_int_eq(strcmp(report->diagnoses[0].id, id) == 0, names[_i].same);
    ck_assert_str_eq(report->input.path, names[_i].name);
}
END_TEST

START_TEST(ids_depend_on_place_and_text)
{
    static const char *const texts[] = {H "send failure\n", "x\n" H "send failure\n",
                                        H "send failure.\n", H "auth failure\n"};
    char ids[TW_N(texts)][17];
    for (size_t i = 0; i < TW_N(texts); i++) {
        const struct tlswhy_report *report =
            tw_support_run(pipeline, "a.log", tw_base_span(texts[i]), 0);
        memcpy(ids[i], report->diagnoses[0].id, sizeof ids[i]);
        for (size_t k = 0; k < i; k++) {
            ck_assert_str_ne(ids[i], ids[k]);
        }
    }
}
END_TEST

/* More hits than are kept: the rest is counted. */
START_TEST(counts_evidence_beyond_the_limit)
{
    struct tw_buffer text = TW_BUFFER_INIT(1u << 20);
    tw_base_buffer_add(&text, TW_SPAN(H "a new attempt\n" H "send failure\n"));
    for (unsigned i = 0; i < TW_EVIDENCE_MAX + 10; i++) {
        /* The first host is taken; records that name another would be other failures. */
        tw_base_buffer_print(&text, H "this is the helper\n" H "wrapped failure\n");
    }
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a.log", tw_base_buffer_span(&text), 0);
    ck_assert_uint_eq(report->diagnosis_count, 1);
    ck_assert_uint_le(report->diagnoses[0].evidence_count, TW_EVIDENCE_MAX);
    /* Each error, the attempt, and the helper once. */
    ck_assert_uint_eq(report->input.hits, 1 + 1 + (TW_EVIDENCE_MAX + 10) + 1);
    tw_base_buffer_free(&text);
}
END_TEST

START_TEST(counts_diagnoses_beyond_the_limit)
{
    struct tw_buffer text = TW_BUFFER_INIT(16u << 20);
    for (unsigned i = 0; i < TW_DIAGNOSES_MAX + 5; i++) {
        tw_base_buffer_print(&text, H "cannot reach h%u.example\n", i);
    }
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a.log", tw_base_buffer_span(&text), 0);
    ck_assert_uint_eq(report->diagnosis_count, TW_DIAGNOSES_MAX);
    ck_assert_uint_eq(report->diagnoses_dropped, 5);
    ck_assert_uint_eq(report->input.limit_count, 1);
    tw_base_buffer_free(&text);
}
END_TEST

Suite *tw_suite_classify_incident(void)
{
    Suite *suite = suite_create("classify_incident");
    TCase *all = tcase_create("incident");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_loop_test(all, binds_hits_to_incidents, 0, (int)TW_N(rows));
    tcase_add_test(all, orders_diagnoses_by_offset);
    tcase_add_loop_test(all, ids_do_not_depend_on_rotation, 0, (int)TW_N(names));
    tcase_add_test(all, ids_depend_on_place_and_text);
    tcase_add_test(all, counts_evidence_beyond_the_limit);
    tcase_add_test(all, counts_diagnoses_beyond_the_limit);
    suite_add_tcase(suite, all);
    return suite;
}
