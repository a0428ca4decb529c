/* test_pipeline_events.c -- event logs through the whole pipeline: sieving a binary log, and
 * passing over records without a candidate, changes no answer. */
#include <stdio.h>
#include <stdlib.h>

#include "pipeline/pipeline.h"
#include "source/source.h"
#include "source/walk.h"
#include "suites.h"
#include "support_pack.h"

/* Everything that a run tells of a file. */
static struct tw_buffer told_of(struct tw_pipeline *pipeline, const char *path)
{
    struct tw_buffer text = TW_BUFFER_INIT((size_t)64 << 20);
    struct tw_stream *source = NULL;
    const struct tlswhy_report *report = NULL;
    struct tw_error error;
    ck_assert_int_eq(tw_source_open_path(&source, path, &error), TW_OK);
    ck_assert_int_eq(tw_pipeline_run(pipeline, "a.evtx", true, source, &report, &error), TW_OK);
    tw_base_buffer_print(&text, "%s, %s\n", report->input.format,
                         report->input.error == NULL ? "whole" : report->input.error);
    tw_support_print(&text, report);
    tw_base_buffer_add_char(&text, '\0');
    ck_assert_int_eq(text.status, TW_OK);
    return text;
}

static const char *const event_logs[] = {"*.evtx", "*.xml",     "*.csv", "*.har",
                                         "*.harp", "records-*", "xml-*"};
static const char *const traces[] = {"*/svclog-*/input.*", "*/dotnet-trace-*/input.*",
                                     "*/system-net-*/input.*", "*/har-*/input.*",
                                     "*/netlog-*/input.*"};

/* Compares both ways on every file below a folder that one of the patterns takes; returns how many
 * there were. */
static size_t compare_below(const char *folder, const char *const *logs, size_t count_of_logs)
{
    const struct tw_source_filter filter = {.include = logs, .include_count = count_of_logs};
    struct tw_source_paths paths = {.count = 0};
    struct tw_pack *pack = NULL;
    struct tw_error error;
    struct tw_pipeline_options all = tw_support_options();
    all.confirm_all = true;
    ck_assert_int_eq(tw_pack_open_default(&pack, &error), TW_OK);
    struct tw_pipeline *quick = tw_support_pipeline(pack, NULL);
    struct tw_pipeline *slow = tw_support_pipeline(pack, &all);
    ck_assert_int_eq(tw_source_walk(&paths, folder, &filter, &error), TW_OK);
    for (size_t i = 0; i < paths.count; i++) {
        struct tw_buffer have = told_of(quick, paths.at[i].path);
        struct tw_buffer want = told_of(slow, paths.at[i].path);
        ck_assert_msg(strcmp(have.at, want.at) == 0, "%s:\n%.600s\nis not\n%.600s",
                      paths.at[i].path, have.at, want.at);
        tw_base_buffer_free(&have);
        tw_base_buffer_free(&want);
    }
    size_t count = paths.count;
    tw_source_paths_free(&paths);
    tw_pipeline_free(quick);
    tw_pipeline_free(slow);
    tw_pack_free(pack);
    return count;
}

START_TEST(sieving_changes_no_answer)
{
    ck_assert_uint_gt(
        compare_below(TW_TEST_ROOT "/corpora/fuzz/evtx", event_logs, TW_N(event_logs)), 0);
}
END_TEST

START_TEST(sieving_changes_no_answer_of_real_logs)
{
    const char *folder = TW_TEST_ROOT "/../shared/corpora/real";
    char *there = realpath(folder, NULL);
    if (there == NULL) {
        printf("SKIP real event logs: ../shared/corpora/real is absent\n");
        return;
    }
    free(there);
    ck_assert_uint_gt(compare_below(folder, event_logs, TW_N(event_logs)), 50);
}
END_TEST

/* Records without a candidate of traces that are decoded. */
START_TEST(passing_over_changes_no_answer_of_traces)
{
    ck_assert_uint_gt(compare_below(TW_TEST_ROOT "/corpora/cases", traces, TW_N(traces)), 20);
}
END_TEST

Suite *tw_suite_pipeline_events(void)
{
    Suite *suite = suite_create("pipeline_events");
    TCase *all = tcase_create("both ways");
    tcase_set_timeout(all, 300);
    tcase_add_test(all, sieving_changes_no_answer);
    tcase_add_test(all, sieving_changes_no_answer_of_real_logs);
    tcase_add_test(all, passing_over_changes_no_answer_of_traces);
    suite_add_tcase(suite, all);
    return suite;
}
