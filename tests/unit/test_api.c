/* test_api.c -- the public functions: argument checks, options, inputs; and memory that runs out at
 * any moment. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "suites.h"
#include "support_pack.h"

#include <tlswhy/tools.h>

static const char trace[] =
    "Microsoft.Xrm.Tooling.Connector.CrmServiceClient Information: 8 : CrmSvcUtil : CRM Service "
    "Utility [Version 8.2.1.1]\n"
    "Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : Unable to login to Dynamics CRM\n"
    "Source : System\nMethod : GetResponse\n"
    "Error : The underlying connection was closed: An unexpected error occurred on a send.\n"
    "Inner Exception Level 1 :\nSource : System\n"
    "Error : Authentication failed because the remote party has closed the transport stream.\n"
    "host contoso.crm.dynamics.com password=hunter2\n";

static struct tlswhy_pack *pack;
static struct tlswhy_diagnoser *diagnoser;
static const struct tlswhy_report *report;
static struct tlswhy_error error;

static void begin(void)
{
    ck_assert_int_eq(tlswhy_pack_open_default(&pack, &error), TLSWHY_OK);
    ck_assert_int_eq(tlswhy_diagnoser_new(&diagnoser, pack, NULL, &error), TLSWHY_OK);
}

static void end(void)
{
    tlswhy_diagnoser_free(diagnoser);
    tlswhy_pack_free(pack);
}

START_TEST(refuses_missing_arguments)
{
    struct tlswhy_diagnoser *made = NULL;
    enum tlswhy_status usage = TLSWHY_ERR_USAGE;
    ck_assert_int_eq(tlswhy_pack_open_default(NULL, &error), usage);
    ck_assert_int_eq(tlswhy_diagnoser_new(NULL, pack, NULL, &error), usage);
    ck_assert_int_eq(tlswhy_diagnoser_new(&made, NULL, NULL, &error), usage);
    ck_assert_ptr_null(made);
    ck_assert_int_eq(tlswhy_diagnose_memory(NULL, "a", "b", 1, &report, &error), usage);
    ck_assert_int_eq(tlswhy_diagnose_memory(diagnoser, NULL, "b", 1, &report, &error), usage);
    ck_assert_int_eq(tlswhy_diagnose_memory(diagnoser, "a", NULL, 1, &report, &error), usage);
    ck_assert_int_eq(tlswhy_diagnose_memory(diagnoser, "a", "b", 1, NULL, &error), usage);
    ck_assert_int_eq(tlswhy_diagnose_fd(NULL, "a", 0, &report, &error), usage);
    ck_assert_int_eq(tlswhy_diagnose_fd(diagnoser, NULL, 0, &report, &error), usage);
    ck_assert_int_eq(tlswhy_diagnose_fd(diagnoser, "a", -1, &report, &error), usage);
    ck_assert_int_eq(tlswhy_diagnose_fd(diagnoser, "a", 0, NULL, &error), usage);
    ck_assert_int_eq(tlswhy_diagnose_path(NULL, "a", &report, &error), usage);
    ck_assert_int_eq(tlswhy_diagnose_path(diagnoser, NULL, &report, &error), usage);
    ck_assert_int_eq(tlswhy_diagnose_path(diagnoser, "a", NULL, &error), usage);
    ck_assert_int_eq(error.status, usage);
    ck_assert_str_ne(error.message, "");
    /* The error is not needed. */
    ck_assert_int_eq(tlswhy_diagnose_path(diagnoser, NULL, &report, NULL), usage);
    ck_assert_ptr_null(report);
    tlswhy_diagnoser_free(NULL);
    tlswhy_pack_free(NULL);
}
END_TEST

START_TEST(takes_nothing_as_nothing)
{
    ck_assert_int_eq(tlswhy_diagnose_memory(diagnoser, "", NULL, 0, &report, NULL), TLSWHY_OK);
    ck_assert_uint_eq(report->diagnosis_count, 0);
    ck_assert_int_eq(report->input.status, TLSWHY_INPUT_OK);
    ck_assert_str_eq(report->input.path, "");
}
END_TEST

START_TEST(refuses_confidences_that_are_none)
{
    static const double confidences[] = {-0.1, 1.1, -HUGE_VAL, HUGE_VAL, (double)NAN};
    struct tlswhy_options options = TLSWHY_OPTIONS_INIT;
    struct tlswhy_diagnoser *made = NULL;
    options.min_confidence = confidences[_i];
    ck_assert_int_eq(tlswhy_diagnoser_new(&made, pack, &options, &error), TLSWHY_ERR_USAGE);
    ck_assert_str_eq(error.message, "min_confidence must be from 0 to 1");
    ck_assert_ptr_null(made);
}
END_TEST

START_TEST(refuses_unknown_names)
{
    struct tlswhy_options options = TLSWHY_OPTIONS_INIT;
    struct tlswhy_diagnoser *made = NULL;
    options.encoding = _i == 0 ? "ebcdic" : NULL;
    options.input_format = _i == 1 ? "xml" : NULL;
    options.client = _i == 2 ? "nobody" : NULL;
    ck_assert_int_eq(tlswhy_diagnoser_new(&made, pack, &options, &error), TLSWHY_ERR_USAGE);
    ck_assert_ptr_null(made);
    ck_assert_ptr_nonnull(strstr(error.message, "unknown "));
}
END_TEST

/* A caller of an older header knows fewer fields; what lies behind them is none of ours. */
START_TEST(takes_options_of_a_smaller_size)
{
    struct tlswhy_options options;
    struct tlswhy_diagnoser *made = NULL;
    memset(&options, 0x5a, sizeof options);
    options.size = offsetof(struct tlswhy_options, no_redact);
    options.min_confidence = 0.5;
    ck_assert_int_eq(tlswhy_diagnoser_new(&made, pack, &options, &error), TLSWHY_OK);
    ck_assert_int_eq(tlswhy_diagnose_memory(made, "a", trace, strlen(trace), &report, &error),
                     TLSWHY_OK);
    ck_assert_uint_eq(report->input.bytes, strlen(trace));
    for (size_t i = 0; i < report->diagnoses[0].evidence_count; i++) {
        ck_assert_ptr_null(strstr(report->diagnoses[0].evidence[i].excerpt, "hunter2"));
    }
    tlswhy_diagnoser_free(made);
    options.size = 0;
    ck_assert_int_eq(tlswhy_diagnoser_new(&made, pack, &options, &error), TLSWHY_OK);
    tlswhy_diagnoser_free(made);
}
END_TEST

START_TEST(takes_options_of_a_larger_size)
{
    struct {
        struct tlswhy_options options;
        char later[64];
    } larger = {.options = TLSWHY_OPTIONS_INIT};
    struct tlswhy_diagnoser *made = NULL;
    memset(larger.later, 0x5a, sizeof larger.later);
    larger.options.size = sizeof larger;
    ck_assert_int_eq(tlswhy_diagnoser_new(&made, pack, &larger.options, &error), TLSWHY_OK);
    tlswhy_diagnoser_free(made);
}
END_TEST

/* Memory, descriptor and path answer alike. */
START_TEST(all_ways_in_are_one)
{
    char path[] = "/tmp/tlswhy-unit-api-XXXXXX";
    struct tw_buffer want = TW_BUFFER_INIT(1u << 20);
    struct tw_buffer have = TW_BUFFER_INIT(1u << 20);
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, trace, strlen(trace)), (ssize_t)strlen(trace));
    ck_assert_int_eq(tlswhy_diagnose_memory(diagnoser, path, trace, strlen(trace), &report, &error),
                     TLSWHY_OK);
    ck_assert_uint_eq(report->diagnosis_count, 1);
    ck_assert(report->diagnoses[0].conclusive);
    tw_support_print(&want, report);
    ck_assert_int_eq(tlswhy_diagnose_path(diagnoser, path, &report, &error), TLSWHY_OK);
    tw_support_print(&have, report);
    ck_assert(tw_base_span_equal(tw_base_buffer_span(&have), tw_base_buffer_span(&want)));
    tw_base_buffer_clear(&have);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    ck_assert_int_eq(tlswhy_diagnose_fd(diagnoser, path, fd, &report, &error), TLSWHY_OK);
    tw_support_print(&have, report);
    ck_assert(tw_base_span_equal(tw_base_buffer_span(&have), tw_base_buffer_span(&want)));
    /* The descriptor stays the caller's. */
    ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(unlink(path), 0);
    tw_base_buffer_free(&want);
    tw_base_buffer_free(&have);
}
END_TEST

START_TEST(what_cannot_be_read_is_told)
{
    static const char *const paths[] = {"/nonexistent/x.log", "/tmp"};
    ck_assert_int_eq(tlswhy_diagnose_path(diagnoser, paths[_i], &report, &error), TLSWHY_OK);
    ck_assert_int_eq(report->input.status, TLSWHY_INPUT_ERROR);
    ck_assert(report->input.incomplete);
    ck_assert_ptr_nonnull(strstr(report->input.error, paths[_i]));
    ck_assert_str_eq(report->input.path, paths[_i]);
    ck_assert_int_eq(tlswhy_diagnose_fd(diagnoser, "closed", 1000000, &report, &error), TLSWHY_OK);
    ck_assert_int_eq(report->input.status, TLSWHY_INPUT_ERROR);
}
END_TEST

START_TEST(knows_misspellings)
{
    ck_assert_uint_eq(tlswhy_misspelling("plain", "plain"), 0);
    ck_assert_uint_eq(tlswhy_misspelling("plian", "plain") == SIZE_MAX, 0);
    ck_assert_uint_eq(tlswhy_misspelling("something", "plain"), SIZE_MAX);
    char shown[8];
    tlswhy_visible("a\x1b[31m b", shown, sizeof shown);
    ck_assert_uint_lt(strlen(shown), sizeof shown);
    ck_assert_ptr_null(strchr(shown, '\x1b'));
}
END_TEST

/* ---- memory that runs out ----------------------------------------------------------------------
 */

static struct tw_buffer full_report(void)
{
    struct tw_buffer text = TW_BUFFER_INIT(1u << 20);
    tw_support_print(&text, report);
    return text;
}

/* After each number of allocations: out of memory, or the whole report. */
START_TEST(diagnosing_may_run_out_of_memory)
{
    ck_assert_int_eq(
        tlswhy_diagnose_memory(diagnoser, "a.log", trace, strlen(trace), &report, &error),
        TLSWHY_OK);
    struct tw_buffer want = full_report();
    enum tlswhy_status status = TLSWHY_ERR_MEMORY;
    for (int64_t n = 0; status != TLSWHY_OK; n++) {
        struct tlswhy_diagnoser *made = NULL;
        ck_assert_int_eq(tlswhy_diagnoser_new(&made, pack, NULL, &error), TLSWHY_OK);
        error = (struct tlswhy_error){.message = ""};
        tw_base_alloc_fail_after(n);
        status = tlswhy_diagnose_memory(made, "a.log", trace, strlen(trace), &report, &error);
        tw_base_alloc_fail_after(-1);
        if (status == TLSWHY_OK) {
            struct tw_buffer have = full_report();
            ck_assert_msg(
                tw_base_span_equal(tw_base_buffer_span(&have), tw_base_buffer_span(&want)),
                "after %d allocations:\n%.*s\nwanted:\n%.*s", (int)n, (int)have.length, have.at,
                (int)want.length, want.at);
            tw_base_buffer_free(&have);
        } else {
            ck_assert_msg(status == TLSWHY_ERR_MEMORY, "status %d after %d allocations: %s", status,
                          (int)n, error.message);
            ck_assert_str_ne(error.message, "");
        }
        tlswhy_diagnoser_free(made);
        ck_assert_int_lt(n, 2000);
    }
    tw_base_buffer_free(&want);
}
END_TEST

/* A diagnoser that ran out of memory once is as good as new when there is some again. */
START_TEST(a_diagnoser_survives_running_out_of_memory)
{
    ck_assert_int_eq(
        tlswhy_diagnose_memory(diagnoser, "a.log", trace, strlen(trace), &report, &error),
        TLSWHY_OK);
    struct tw_buffer want = full_report();
    struct tlswhy_diagnoser *made = NULL;
    ck_assert_int_eq(tlswhy_diagnoser_new(&made, pack, NULL, &error), TLSWHY_OK);
    enum tlswhy_status status = TLSWHY_ERR_MEMORY;
    for (int64_t n = 0; status != TLSWHY_OK; n++) {
        tw_base_alloc_fail_after(n);
        status = tlswhy_diagnose_memory(made, "a.log", trace, strlen(trace), &report, &error);
        tw_base_alloc_fail_after(-1);
        enum tlswhy_status again =
            tlswhy_diagnose_memory(made, "a.log", trace, strlen(trace), &report, &error);
        ck_assert_msg(again == TLSWHY_OK, "after %d allocations: %s", (int)n, error.message);
        struct tw_buffer have = full_report();
        ck_assert(tw_base_span_equal(tw_base_buffer_span(&have), tw_base_buffer_span(&want)));
        tw_base_buffer_free(&have);
        ck_assert_int_lt(n, 2000);
    }
    tlswhy_diagnoser_free(made);
    tw_base_buffer_free(&want);
}
END_TEST

START_TEST(opening_may_run_out_of_memory)
{
    enum tlswhy_status status = TLSWHY_ERR_MEMORY;
    for (int64_t n = 0; status != TLSWHY_OK; n++) {
        struct tlswhy_pack *opened = NULL;
        struct tlswhy_diagnoser *made = NULL;
        tw_base_alloc_fail_after(n);
        status = tlswhy_pack_open_default(&opened, &error);
        if (status == TLSWHY_OK) {
            status = tlswhy_diagnoser_new(&made, opened, NULL, &error);
        }
        tw_base_alloc_fail_after(-1);
        ck_assert(status == TLSWHY_OK || (status == TLSWHY_ERR_MEMORY && made == NULL));
        tlswhy_diagnoser_free(made);
        tlswhy_pack_free(opened);
        ck_assert_int_lt(n, 100);
    }
}
END_TEST

/* A whole run: a failure or the whole output. */
static enum tlswhy_status keep(void *payload, const char *bytes, size_t length,
                               struct tlswhy_error *failure)
{
    (void)failure;
    char *to = payload;
    size_t have = strlen(to);
    size_t room = (1u << 16) - 1 - have;
    memcpy(to + have, bytes, length < room ? length : room);
    return TLSWHY_OK;
}

START_TEST(a_run_may_run_out_of_memory)
{
    static const enum tlswhy_format formats[] = {TLSWHY_FORMAT_TEXT, TLSWHY_FORMAT_NDJSON};
    char folder[TW_SUPPORT_PATH];
    static char want[1u << 16];
    static char have[1u << 16];
    enum tlswhy_status status = TLSWHY_ERR_MEMORY;
    int exit_status = -1;
    tw_support_folder(folder);
    tw_support_write(folder, "a.log", tw_base_span(trace));
    const char *const paths[] = {folder};
    struct tlswhy_scan_job job = {.diagnose = TLSWHY_OPTIONS_INIT,
                                  .paths = paths,
                                  .path_count = 1,
                                  .jobs = 1,
                                  .format = formats[_i],
                                  .write = keep,
                                  .write_payload = want};
    ck_assert_int_eq(tlswhy_scan(pack, &job, &exit_status, &error), TLSWHY_OK);
    ck_assert_int_eq(exit_status, TLSWHY_EXIT_DIAGNOSED);
    job.write_payload = have;
    for (int64_t n = 0; status != TLSWHY_OK; n++) {
        memset(have, 0, sizeof have);
        tw_base_alloc_fail_after(n);
        status = tlswhy_scan(pack, &job, &exit_status, &error);
        tw_base_alloc_fail_after(-1);
        ck_assert_msg(status == TLSWHY_OK || status == TLSWHY_ERR_MEMORY,
                      "status %d after %d allocations: %s", status, (int)n, error.message);
        ck_assert_int_lt(n, 4000);
        if (status == TLSWHY_OK) {
            ck_assert_int_eq(exit_status, TLSWHY_EXIT_DIAGNOSED);
            /* Not the bytes: the run's seconds are among them. */
            ck_assert_uint_eq(tw_base_count_newlines(have, strlen(have)),
                              tw_base_count_newlines(want, strlen(want)));
        }
    }
    tw_support_remove(folder);
}
END_TEST

Suite *tw_suite_torture(void)
{
    Suite *suite = suite_create("torture");
    TCase *all = tcase_create("memory");
    tcase_set_timeout(all, 300);
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_test(all, diagnosing_may_run_out_of_memory);
    tcase_add_test(all, a_diagnoser_survives_running_out_of_memory);
    tcase_add_test(all, opening_may_run_out_of_memory);
    tcase_add_loop_test(all, a_run_may_run_out_of_memory, 0, 2);
    suite_add_tcase(suite, all);
    return suite;
}

Suite *tw_suite_api(void)
{
    Suite *suite = suite_create("api");
    TCase *all = tcase_create("api");
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_test(all, refuses_missing_arguments);
    tcase_add_test(all, takes_nothing_as_nothing);
    tcase_add_loop_test(all, refuses_confidences_that_are_none, 0, 5);
    tcase_add_loop_test(all, refuses_unknown_names, 0, 3);
    tcase_add_test(all, takes_options_of_a_smaller_size);
    tcase_add_test(all, takes_options_of_a_larger_size);
    tcase_add_test(all, all_ways_in_are_one);
    tcase_add_loop_test(all, what_cannot_be_read_is_told, 0, 2);
    tcase_add_test(all, knows_misspellings);
    suite_add_tcase(suite, all);
    return suite;
}
