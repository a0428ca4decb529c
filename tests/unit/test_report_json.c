/* test_report_json.c -- json and ndjson of a report, its verdict, bounds and exit status.
 *
 * Holds them to the contract (docs/report.md) on the answers of report_answers.h. */
#include <check.h>
#include <jansson.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/visible.h"
#include "report_answers.h"

/* ---- json ---------------------------------------------------------------------------------- */

/* Whether the object has exactly these keys, in this order (blank-separated). */
static void check_keys(const json_t *object, const char *want)
{
    struct tw_buffer keys = TW_BUFFER_INIT(4096);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        tw_base_buffer_print(&keys, "%s%s", keys.length == 0 ? "" : " ", key);
    }
    tw_base_buffer_add_char(&keys, '\0');
    ck_assert_str_eq(keys.at, want);
    tw_base_buffer_free(&keys);
}

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(value != NULL, "line %d: %s", error.line, error.text);
    return value;
}

START_TEST(json_has_the_keys_of_the_contract)
{
    struct tw_report_options options = tw_test_options(TW_REPORT_JSON);
    json_t *report = parse(tw_test_render(&options, every_answer, COUNT(every_answer)));
    check_keys(report, "schema tool verdict diagnoses inconclusive inputs summary");
    check_keys(json_object_get(report, "tool"), "name version packs");
    check_keys(json_object_get(report, "summary"),
               "inputs ignored incomplete bytes hits diagnoses inconclusive by_family by_cause "
               "by_client exit_status seconds");
    const json_t *one = json_array_get(json_object_get(report, "diagnoses"), 0);
    check_keys(one, "id count path offset first_line last_line hosts headline look_alike cause "
                    "family_confidence alternatives client fixes collect_next next_steps cautions "
                    "evidence");
    check_keys(json_object_get(one, "cause"), "id family title confidence");
    ck_assert(json_real_value(json_object_get(json_object_get(one, "cause"), "confidence")) ==
              0.8412);
    check_keys(json_object_get(one, "client"), "id title");
    check_keys(json_array_get(json_object_get(one, "fixes"), 0),
               "id title steps commands cautions references");
    check_keys(json_array_get(json_object_get(one, "collect_next"), 0),
               "what command settles decides_between");
    const json_t *evidence = json_array_get(json_object_get(one, "evidence"), 2);
    check_keys(evidence, "signature title kind strength supports rules_out path line offset "
                         "record_id captures excerpt terms");
    ck_assert(json_real_value(json_object_get(json_object_get(evidence, "terms"), "dns")) ==
              -1.2346);
    check_keys(
        json_array_get(json_object_get(report, "inconclusive"), 0),
        "id count path offset first_line last_line hosts headline family_confidence alternatives "
        "collect_next next_steps cautions evidence");
    check_keys(json_array_get(json_object_get(report, "inputs"), 4),
               "path format compression repairs bytes lines hits status incomplete limits error");
    json_decref(report);
}
END_TEST

START_TEST(json_without_findings_has_a_null_verdict)
{
    json_t *report = parse(tw_test_render_one(TW_REPORT_JSON, &open_answer));
    ck_assert(json_is_null(json_object_get(report, "verdict")));
    ck_assert_uint_eq(json_array_size(json_object_get(report, "diagnoses")), 0);
    ck_assert_uint_eq(json_array_size(json_object_get(report, "inconclusive")), 1);
    ck_assert_int_eq(tw_test_totals()->exit_status, 0);
    json_decref(report);
}
END_TEST

START_TEST(json_keeps_ten_thousand_and_counts_the_rest)
{
    const size_t count = TW_DIAGNOSES_MAX + 1;
    struct tlswhy_diagnosis *diagnoses = tw_base_alloc(count, sizeof *diagnoses);
    for (size_t i = 0; i < count; i++) {
        diagnoses[i] = password_diagnosis;
    }
    struct tlswhy_report answer = {trace_input, diagnoses, count, 5};
    json_t *report = parse(tw_test_render_one(TW_REPORT_JSON, &answer));
    ck_assert_uint_eq(json_array_size(json_object_get(report, "diagnoses")), TW_DIAGNOSES_MAX);
    check_keys(json_object_get(report, "limits"), "diagnoses");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(report, "limits"), "diagnoses")), 6);
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(report, "summary"), "diagnoses")),
        (int)count);
    json_decref(report);
    struct tw_report_options options = tw_test_options(TW_REPORT_NDJSON);
    const struct tlswhy_report *one = &answer;
    const char *lines = tw_test_render(&options, &one, 1);
    ck_assert_uint_eq(tw_base_count_newlines(lines, strlen(lines)), count + 2);
    tw_base_free(diagnoses);
}
END_TEST

START_TEST(ndjson_has_a_type_a_line_and_the_summary_last)
{
    static const char *const want[] = {"diagnosis", "input", "diagnosis", "input", "inconclusive",
                                       "input",     "input", "input",     "input", "input",
                                       "error",     "input", "summary"};
    struct tw_report_options options = tw_test_options(TW_REPORT_NDJSON);
    struct tw_span all = tw_base_span(tw_test_render(&options, every_answer, COUNT(every_answer)));
    size_t lines = 0;
    for (size_t at = 0; at < all.length; lines++) {
        struct tw_span line = tw_base_span_line(all, at, &at);
        ck_assert_uint_lt(lines, COUNT(want));
        char begin[64];
        int length = snprintf(begin, sizeof begin, "{\"type\":\"%s\",", want[lines]);
        ck_assert(tw_base_span_starts(line, (struct tw_span){begin, (size_t)length}));
        json_t *value = json_loadb(line.at, line.length, JSON_REJECT_DUPLICATES, NULL);
        ck_assert_ptr_nonnull(value);
        if (lines + 1 == COUNT(want)) {
            check_keys(value, "type schema tool verdict summary");
        }
        json_decref(value);
    }
    ck_assert_uint_eq(lines, COUNT(want));
}
END_TEST

START_TEST(failures_may_hold_any_bytes)
{
    struct tw_report *report;
    struct tw_error error = {0};
    struct tw_report_options options = tw_test_options((enum tw_report_format)_i);
    struct tw_buffer rendered = TW_BUFFER_INIT(1u << 20);
    struct tw_report_totals totals;
    ck_assert_int_eq(tw_report_open(&report, &options, tw_test_keep, &rendered, &error), TW_OK);
    ck_assert_int_eq(tw_report_add(report, &quiet_answer, &error), TW_OK);
    const struct tlswhy_report unreadable = {.input = {.path = "bad\xff\x1b[31m\n",
                                                       .status = TLSWHY_INPUT_ERROR,
                                                       .incomplete = true,
                                                       .error = "No such file"}};
    ck_assert_int_eq(tw_report_add(report, &unreadable, &error), TW_OK);
    ck_assert_int_eq(tw_report_finish(report, 0, &totals, &error), TW_OK);
    tw_report_free(report);
    tw_base_buffer_add_char(&rendered, '\0');
    ck_assert(tw_base_utf8_valid(tw_base_span(rendered.at), false));
    ck_assert_ptr_null(strchr(rendered.at, '\033'));
    tw_test_expect(rendered.at, "No such file");
    ck_assert_int_eq(totals.exit_status, 3);
    tw_base_buffer_free(&rendered);
}
END_TEST

/* ---- rules --------------------------------------------------------------------------------- */

/* The table of the contract, row by row. */
static const struct {
    uint64_t inputs, incomplete, unreadable, diagnoses;
    bool strict, exit_zero;
    int status;
} exit_rows[] = {
    {0, 0, 0, 0, false, false, 0}, /* an empty folder */
    {3, 0, 0, 0, false, false, 0}, /* all looked at, nothing diagnosed */
    {3, 0, 0, 2, false, false, 1}, {3, 1, 0, 2, false, false, 1}, /* also where incomplete */
    {3, 0, 0, 2, false, true, 0},  {3, 1, 0, 2, false, true, 0},
    {3, 3, 3, 0, false, false, 2},                                /* every path missing */
    {1, 1, 1, 0, true, true, 2},   {3, 1, 1, 0, false, false, 3}, /* some path missing */
    {3, 1, 0, 0, false, false, 3}, {3, 1, 0, 0, false, true, 3},
    {3, 1, 0, 2, true, false, 3},  {3, 1, 0, 2, true, true, 3},
    {3, 0, 0, 2, true, false, 1},  {3, 0, 0, 0, true, false, 0},
};

START_TEST(exit_status_follows_the_table)
{
    struct tw_report_totals given = {.inputs = exit_rows[_i].inputs,
                                     .incomplete = exit_rows[_i].incomplete,
                                     .unreadable = exit_rows[_i].unreadable,
                                     .diagnoses = exit_rows[_i].diagnoses};
    ck_assert_int_eq(tw_report_exit_status(&given, exit_rows[_i].strict, exit_rows[_i].exit_zero),
                     exit_rows[_i].status);
}
END_TEST

/* The same table, from answers to the status. */
static const struct {
    const struct tlswhy_report *answers[2];
    int status;
} run_rows[] = {
    {{&quiet_answer, &ignored_answer}, 0}, {{&trace_answer, &error_answer}, 1},
    {{&error_answer, &error_answer}, 2},   {{&quiet_answer, &cut_answer}, 3},
    {{&quiet_answer, &error_answer}, 3},   {{&quiet_answer, &named_ignored_answer}, 3},
    {{&open_answer, &quiet_answer}, 0},    {{&open_answer, &cut_answer}, 3},
};

START_TEST(runs_end_with_their_status)
{
    for (int format = TW_REPORT_TEXT; format <= TW_REPORT_NDJSON; format++) {
        struct tw_report_options options = tw_test_options((enum tw_report_format)format);
        (void)tw_test_render(&options, run_rows[_i].answers, 2);
        ck_assert_int_eq(tw_test_totals()->exit_status, run_rows[_i].status);
    }
}
END_TEST

START_TEST(nothing_complete_where_nothing_could_be_read)
{
    ck_assert_str_eq(tw_test_render_one(TW_REPORT_JSON, &error_answer), "");
    tw_test_expect_no(tw_test_render_one(TW_REPORT_NDJSON, &error_answer), "\"summary\"");
}
END_TEST

/* Two diagnoses, and which of them is the verdict. */
static const struct {
    struct tlswhy_ranked_cause first, second;
    double first_family, second_family;
    const char *verdict;
} verdict_rows[] = {
    {{.id = "a", .family = "network", .confidence = 0.9},
     {.id = "b", .family = "tls-version", .confidence = 0.9},
     0.9,
     0.8,
     "a"},
    {{.id = "a", .family = "network", .confidence = 0.9},
     {.id = "b", .family = "tls-cipher", .confidence = 0.6},
     0.90001,
     0.9,
     "b"}, /* equal as they are printed */
    {{.id = "a", .family = "tls-version", .confidence = 0.6},
     {.id = "b", .family = "tls-cipher", .confidence = 0.7},
     0.9,
     0.9,
     "b"},
    {{.id = "a", .family = "network", .confidence = 0.7},
     {.id = "b", .family = "service", .confidence = 0.7},
     0.9,
     0.9,
     "a"},
};

START_TEST(verdict_is_the_strongest)
{
    struct tlswhy_diagnosis two[] = {
        {.conclusive = true, .cause = verdict_rows[_i].first},
        {.conclusive = true, .cause = verdict_rows[_i].second},
    };
    two[0].family_confidence = verdict_rows[_i].first_family;
    two[1].family_confidence = verdict_rows[_i].second_family;
    struct tlswhy_report answer = {trace_input, two, 2, 0};
    json_t *report = parse(tw_test_render_one(TW_REPORT_JSON, &answer));
    const json_t *verdict = json_object_get(report, "verdict");
    check_keys(verdict, "family family_confidence cause confidence");
    ck_assert_str_eq(json_string_value(json_object_get(verdict, "cause")),
                     verdict_rows[_i].verdict);
    json_decref(report);
}
END_TEST

static enum tw_status refuse(void *payload, struct tw_span bytes, struct tw_error *error)
{
    (void)payload;
    (void)bytes;
    return tw_base_error_set(error, TW_ERR_IO, "disk full");
}

START_TEST(failing_writes_are_passed_on)
{
    struct tw_report *report;
    struct tw_error error = {0};
    struct tw_report_options options = tw_test_options((enum tw_report_format)_i);
    ck_assert_int_eq(tw_report_open(&report, &options, refuse, NULL, &error), TW_OK);
    enum tw_status status = tw_report_add(report, &trace_answer, &error);
    if (status == TW_OK) {
        status = tw_report_finish(report, 0, NULL, &error);
    }
    ck_assert_int_eq(status, TW_ERR_IO);
    ck_assert_str_eq(error.message, "disk full");
    tw_report_free(report);
}
END_TEST

START_TEST(failing_allocations_leave_nothing_behind)
{
    struct tw_report_options options = tw_test_options((enum tw_report_format)_i);
    struct tw_error error = {0};
    enum tw_status status = TW_ERR_MEMORY;
    for (int64_t after = 0; status != TW_OK; after++) {
        struct tw_report *report = NULL;
        struct tw_buffer rendered = TW_BUFFER_INIT(1u << 20);
        (void)tw_base_buffer_reserve(&rendered, 1u << 20);
        tw_base_alloc_fail_after(after);
        status = tw_report_open(&report, &options, tw_test_keep, &rendered, &error);
        for (size_t i = 0; i < COUNT(every_answer) && status == TW_OK; i++) {
            status = tw_report_add(report, every_answer[i], &error);
        }
        if (status == TW_OK) {
            status = tw_report_finish(report, 0, NULL, &error);
        }
        tw_base_alloc_fail_after(-1);
        ck_assert(status == TW_OK || status == TW_ERR_MEMORY);
        tw_report_free(report);
        tw_base_buffer_free(&rendered);
    }
}
END_TEST

START_TEST(without_a_writer_it_only_counts)
{
    struct tw_report *report;
    struct tw_report_totals totals;
    struct tw_error error = {0};
    struct tw_report_options options = tw_test_options(TW_REPORT_TEXT);
    ck_assert_int_eq(tw_report_open(&report, &options, NULL, NULL, &error), TW_OK);
    ck_assert_int_eq(tw_report_add(report, &trace_answer, &error), TW_OK);
    ck_assert_int_eq(tw_report_finish(report, 0, &totals, &error), TW_OK);
    ck_assert_int_eq(totals.exit_status, 1);
    ck_assert_uint_eq(totals.diagnoses, 1);
    tw_report_free(report);
}
END_TEST

static void add_json(Suite *suite)
{
    TCase *json = tcase_create("json");
    tcase_add_checked_fixture(json, NULL, tw_test_forget);
    tcase_set_timeout(json, 60);
    tcase_add_test(json, json_has_the_keys_of_the_contract);
    tcase_add_test(json, json_without_findings_has_a_null_verdict);
    tcase_add_test(json, json_keeps_ten_thousand_and_counts_the_rest);
    tcase_add_test(json, ndjson_has_a_type_a_line_and_the_summary_last);
    suite_add_tcase(suite, json);
}

static void add_rules(Suite *suite)
{
    TCase *rules = tcase_create("rules");
    tcase_add_checked_fixture(rules, NULL, tw_test_forget);
    tcase_add_loop_test(rules, exit_status_follows_the_table, 0, (int)COUNT(exit_rows));
    tcase_add_loop_test(rules, runs_end_with_their_status, 0, (int)COUNT(run_rows));
    tcase_add_test(rules, nothing_complete_where_nothing_could_be_read);
    tcase_add_loop_test(rules, verdict_is_the_strongest, 0, (int)COUNT(verdict_rows));
    tcase_add_loop_test(rules, failures_may_hold_any_bytes, 0, 3);
    tcase_add_loop_test(rules, failing_writes_are_passed_on, 0, 3);
    tcase_add_loop_test(rules, failing_allocations_leave_nothing_behind, 0, 3);
    tcase_add_test(rules, without_a_writer_it_only_counts);
    suite_add_tcase(suite, rules);
}

void tw_test_add_report_json(Suite *suite)
{
    add_json(suite);
    add_rules(suite);
}
