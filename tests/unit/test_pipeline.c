/* test_pipeline.c -- one input through all stages, and many inputs in a fixed order. */
#include <pthread.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "pipeline/pipeline_scan.h"
#include "source/source.h"
#include "suites.h"
#include "support_pack.h"

/* ---- logical names -----------------------------------------------------------------------------
 */

static const struct {
    const char *path;
    const char *name;
} names[] = {
    {"", ""},
    {"a", "a"},
    {"trace.log", "trace.log"},
    {"logs/trace.log", "logs/trace.log"},
    {"trace.log.1", "trace.log"},
    {"trace.log.12", "trace.log"},
    {"trace.log.123", "trace.log"},
    {"trace.log.1234", "trace.log.1234"},
    {"trace.log.2.gz", "trace.log"},
    {"trace.log.2.zst", "trace.log"},
    {"trace.log.gz", "trace.log.gz"},
    {"trace.log.1.zip", "trace.log.1.zip"},
    {"trace.log-20261122", "trace.log"},
    {"trace.log-20261122.gz", "trace.log"},
    {"trace.log.2026-11-22", "trace.log"},
    {"trace.log-2026-11-22", "trace.log"},
    {"trace.log.20261122", "trace.log"},
    {"trace.log-2026112", "trace.log-2026112"},
    {"trace-1.log", "trace-1.log"},
    {"trace1", "trace1"},
    {"trace.log.", "trace.log."},
    {"logs/.1", "logs/.1"},
    {"logs/1", "logs/1"},
    {".1", ".1"},
    {"1.1", "1"},
    {"-", "-"},
    {"a.1/trace.log", "a.1/trace.log"},
};

START_TEST(takes_rotation_off_names)
{
    struct tw_span name = tw_pipeline_logical_name(tw_base_span(names[_i].path));
    ck_assert_uint_eq(name.length, strlen(names[_i].name));
    ck_assert(tw_base_span_equal(name, tw_base_span(names[_i].name)));
}
END_TEST

/* ---- one input ---------------------------------------------------------------------------------
 */

#define H "Microsoft.Xrm.Tooling.Connector.CrmServiceClient Error: 2 : "

static const struct tw_support_signature signatures[] = {
    {"send", "error", "{text: send failure}", ", supports: {old-client: strong}"},
    {"tail", "error", "{text: 'anchor here <<<<<<<<<<<<<<<<<<<<'}",
     ", supports: {refused: strong}"},
    {"head", "error", "{text: '>>>>>>>>>>>>>>>>>>>> anchor there'}",
     ", supports: {refused: strong}"},
};

static struct tw_pack *pack;

static void begin(void)
{
    pack = tw_support_pack_of(signatures, TW_N(signatures));
}

static void end(void)
{
    tw_pack_free(pack);
}

static const struct {
    struct tw_span text;
    const char *format;
    uint64_t bytes, lines, hits;
    enum tlswhy_input_status status;
    bool incomplete;
} inputs[] = {
    {TW_SPAN_INIT(""), "text", 0, 0, 0, TLSWHY_INPUT_OK, false},
    {TW_SPAN_INIT("x"), "text", 1, 0, 0, TLSWHY_INPUT_OK, false},
    {TW_SPAN_INIT("send failure\n"), "text", 13, 1, 1, TLSWHY_INPUT_OK, false},
    {TW_SPAN_INIT("send failure"), "text", 12, 0, 1, TLSWHY_INPUT_OK, false},
    {TW_SPAN_INIT(H "send failure\n"), "crm-trace", 73, 1, 1, TLSWHY_INPUT_OK, false},
    {TW_SPAN_INIT("\xef\xbb\xbfsend failure\n"), "text", 16, 1, 1, TLSWHY_INPUT_OK, false},
    {TW_SPAN_INIT("\x89PNG\r\n\x1a\nsend failure"), NULL, 0, 0, 0, TLSWHY_INPUT_IGNORED, true},
    {TW_SPAN_INIT("a\0b\0\0\0send failure"), NULL, 0, 0, 0, TLSWHY_INPUT_IGNORED, true},
    {TW_SPAN_INIT("\x1f\x8b\x08\0\0\0\0\0\0\x03"), "text", 0, 0, 0, TLSWHY_INPUT_TRUNCATED, true},
    {TW_SPAN_INIT("PK\x03\x04 a zip archive"), NULL, 0, 0, 0, TLSWHY_INPUT_ERROR, true},
};

START_TEST(tells_what_became_of_an_input)
{
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, NULL);
    const struct tlswhy_report *report = tw_support_run(pipeline, "x\x1b", inputs[_i].text, 1);
    ck_assert_str_eq(report->input.path, "x\\u{001B}");
    ck_assert_pstr_eq(report->input.format, inputs[_i].format);
    ck_assert_uint_eq(report->input.bytes, inputs[_i].bytes);
    ck_assert_uint_eq(report->input.lines, inputs[_i].lines);
    ck_assert_uint_eq(report->input.hits, inputs[_i].hits);
    ck_assert_int_eq(report->input.status, inputs[_i].status);
    ck_assert_int_eq(report->input.incomplete, inputs[_i].incomplete);
    ck_assert_int_eq(report->input.error != NULL, report->input.status != TLSWHY_INPUT_OK &&
                                                      report->input.status != TLSWHY_INPUT_IGNORED);
    ck_assert_uint_eq(report->diagnosis_count, inputs[_i].hits);
    tw_pipeline_free(pipeline);
}
END_TEST

START_TEST(refuses_an_input)
{
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, NULL);
    const struct tlswhy_report *report = tw_support_run(pipeline, "a", TW_SPAN("send failure"), 0);
    ck_assert_uint_eq(report->diagnosis_count, 1);
    tw_pipeline_refuse(pipeline, "b\n", "no\x1b", &report);
    ck_assert_str_eq(report->input.path, "b ");
    ck_assert_str_eq(report->input.error, "no\\u{001B}");
    ck_assert_int_eq(report->input.status, TLSWHY_INPUT_ERROR);
    ck_assert(report->input.incomplete);
    ck_assert_uint_eq(report->diagnosis_count, 0);
    ck_assert_ptr_null(report->input.format);
    tw_pipeline_free(pipeline);
    tw_pipeline_free(NULL);
}
END_TEST

/* So many bytes of "12345678\nsend failure\n" (22 bytes). */
static const struct {
    uint64_t most;
    uint64_t bytes, hits;
    bool reached;
} limits[] = {{0, 22, 1, false}, {1, 1, 0, true},    {9, 9, 0, true},   {20, 20, 0, true},
              {21, 21, 1, true}, {22, 22, 1, false}, {23, 22, 1, false}};

START_TEST(stops_at_max_bytes)
{
    struct tw_pipeline_options options = tw_support_options();
    options.max_bytes = limits[_i].most;
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, &options);
    for (size_t piece = 0; piece < 3; piece++) {
        const struct tlswhy_report *report =
            tw_support_run(pipeline, "a", TW_SPAN("12345678\nsend failure\n"), piece);
        ck_assert_uint_eq(report->input.bytes, limits[_i].bytes);
        ck_assert_uint_eq(report->input.hits, limits[_i].hits);
        ck_assert_int_eq(report->input.incomplete, limits[_i].reached);
        ck_assert_uint_eq(report->input.limit_count, limits[_i].reached ? 1 : 0);
        ck_assert(!limits[_i].reached ||
                  strcmp(report->input.limits[0], "max-bytes: the rest was not read") == 0);
        ck_assert_int_eq(report->input.status, TLSWHY_INPUT_OK);
        ck_assert_ptr_null(report->input.error);
    }
    tw_pipeline_free(pipeline);
}
END_TEST

static const struct {
    const char *format, *encoding, *client;
    const char *message;
} refused[] = {
    {"crm", NULL, NULL,
     "unknown input format \"crm\"; allowed are crm-trace, svclog, dotnet-trace, event-text, "
     "event-xml, event-csv, event-json, evtx, netlog, har, chrome-debug, moz-log, curl-verbose, "
     "fiddler, text"},
    {NULL, "latin1", NULL,
     "unknown encoding \"latin1\"; allowed are utf-8, utf-16le, utf-16be, windows-1252"},
    {NULL, NULL, "tol", "unknown client \"tol\"; did you mean tool; "},
    {NULL, NULL, "something else", "unknown client \"something else\"; `tlswhy"},
};

START_TEST(refuses_unknown_options)
{
    struct tw_pipeline_options options = tw_support_options();
    struct tw_pipeline *pipeline = NULL;
    struct tw_error error = {.message = ""};
    options.input_format = refused[_i].format;
    options.encoding = refused[_i].encoding;
    options.client = refused[_i].client;
    ck_assert_int_eq(tw_pipeline_new(&pipeline, pack, &options, &error), TW_ERR_USAGE);
    ck_assert_ptr_null(pipeline);
    ck_assert_msg(strstr(error.message, refused[_i].message) != NULL, "%s", error.message);
}
END_TEST

/* Told to stop before it begins: the first block is looked at, counted, and told to be not all. */
START_TEST(stops_when_told)
{
    static const volatile sig_atomic_t stop = 1;
    struct tw_pipeline_options options = tw_support_options();
    struct tw_buffer text = TW_BUFFER_INIT(8u << 20);
    options.stop = &stop;
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, &options);
    tw_base_buffer_add(&text, TW_SPAN(H "send failure\n"));
    while (text.length < 8 * TW_BLOCK_SIZE) {
        tw_base_buffer_add(&text, TW_SPAN(H "something else\n"));
    }
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a", tw_base_buffer_span(&text), 0);
    ck_assert_uint_eq(report->diagnosis_count, 1);
    ck_assert_uint_lt(report->input.bytes, text.length);
    ck_assert_msg(report->input.bytes > report->diagnoses[0].evidence[0].offset,
                  "%llu bytes were looked at", (unsigned long long)report->input.bytes);
    ck_assert(report->input.incomplete);
    tw_base_buffer_free(&text);
    tw_pipeline_free(pipeline);
}
END_TEST

/* A wording anywhere around the place where a line of 3 MiB is cut is found once. */
START_TEST(finds_wordings_across_the_cut)
{
    static const char *const wordings[] = {"anchor here <<<<<<<<<<<<<<<<<<<<",
                                           ">>>>>>>>>>>>>>>>>>>> anchor there"};
    const char *wording = wordings[_i % 2];
    size_t step = TW_RECORD_MAX - TW_RECORD_OVERLAP;
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, NULL);
    struct tw_buffer text = TW_BUFFER_INIT(4u << 20);
    tw_support_fill(&text, 3u << 20);
    memcpy(text.at + TW_RECORD_MAX - 40 + 3 * (_i / 2), wording, strlen(wording));
    memcpy(text.at + TW_RECORD_MAX + step - 40 + 3 * (_i / 2), wording, strlen(wording));
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a", tw_base_buffer_span(&text), 0);
    ck_assert_uint_eq(report->input.candidates, 2);
    ck_assert_uint_eq(report->input.hits, 2);
    ck_assert_uint_eq(report->input.limit_count, 1);
    ck_assert_str_eq(report->input.limits[0], "record: longer than 1 MiB, read in pieces");
    tw_base_buffer_free(&text);
    tw_pipeline_free(pipeline);
}
END_TEST

/* ---- records -----------------------------------------------------------------------------------
 */

static enum tw_status keep_record(void *payload, const struct tw_record *record,
                                  struct tw_error *error)
{
    struct tw_buffer *to = payload;
    (void)error;
    tw_base_buffer_print(to, "%llu+%zu ", (unsigned long long)record->at.offset,
                         record->text.length);
    return to->length > 30 ? TW_ERR_IO : TW_OK;
}

START_TEST(lists_records)
{
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, NULL);
    struct tw_stream *source = NULL;
    const struct tlswhy_report *report = NULL;
    struct tw_buffer have = TW_BUFFER_INIT(4096);
    struct tw_error error = {.message = ""};
    ck_assert_int_eq(tw_source_open_memory(&source, TW_SPAN("a\n  b\nc\nd"), 1, &error), TW_OK);
    ck_assert_int_eq(
        tw_pipeline_records(pipeline, "a", true, source, keep_record, &have, &report, &error),
        TW_OK);
    ck_assert_uint_eq(report->input.records, 3);
    tw_base_buffer_add_char(&have, '\0');
    ck_assert_str_eq(have.at, "0+6 6+2 8+1 ");
    /* Who takes them may have enough. */
    ck_assert_int_eq(tw_source_open_memory(&source, TW_SPAN("a\nb\nc\nd\ne\nf\ng\nh\n"), 0, &error),
                     TW_OK);
    ck_assert_int_eq(
        tw_pipeline_records(pipeline, "a", true, source, keep_record, &have, &report, &error),
        TW_ERR_IO);
    tw_base_buffer_free(&have);
    tw_pipeline_free(pipeline);
}
END_TEST

/* ---- many inputs -------------------------------------------------------------------------------
 */

struct taken {
    struct tw_buffer paths;
    size_t stop_after; /* 0: never */
    size_t count;
};

static enum tw_status take(void *payload, const struct tlswhy_report *report,
                           struct tw_error *error)
{
    struct taken *taken = payload;
    const char *slash = strrchr(report->input.path, '/');
    tw_base_buffer_print(&taken->paths, "%s:%zu%s ", slash == NULL ? "?" : slash + 1,
                         report->diagnosis_count,
                         report->input.status == TLSWHY_INPUT_ERROR ? "!" : "");
    taken->count++;
    return taken->stop_after == taken->count ? tw_base_error_set(error, TW_ERR_IO, "enough")
                                             : TW_OK;
}

static void make_inputs(const char *folder, struct tw_source_paths *paths)
{
    struct tw_source_filter all = {.include = NULL};
    struct tw_error error;
    char path[256];
    for (int i = 0; i < 40; i++) {
        struct tw_buffer text = TW_BUFFER_INIT(4u << 20);
        char name[32];
        /* Of very different lengths, so that workers finish out of order. */
        tw_support_fill(&text, i % 5 == 0 ? 1u << 20 : 10);
        tw_base_buffer_add(&text, i % 2 == 0 ? TW_SPAN("\nsend failure\n") : TW_SPAN("\n"));
        (void)snprintf(name, sizeof name, "f%02d.log", i);
        tw_support_write(folder, name, tw_base_buffer_span(&text));
        tw_base_buffer_free(&text);
    }
    ck_assert_int_eq(tw_source_walk(paths, folder, &all, &error), TW_OK);
    (void)snprintf(path, sizeof path, "%s/f17x.log", folder);
    ck_assert_int_eq(tw_source_walk(paths, path, &all, &error), TW_OK);
    tw_pipeline_sort(paths);
    ck_assert_uint_eq(paths->count, 41);
}

START_TEST(answers_in_order_with_any_number_of_workers)
{
    struct tw_pipeline_options options = tw_support_options();
    struct tw_source_paths paths = {.at = NULL};
    struct tw_error error = {.message = ""};
    char folder[TW_SUPPORT_PATH];
    struct tw_buffer want = TW_BUFFER_INIT(1u << 16);
    tw_support_folder(folder);
    make_inputs(folder, &paths);
    for (int i = 0; i < 40; i++) {
        tw_base_buffer_print(&want, "f%02d.log:%d ", i, i % 2 == 0);
        if (i == 17) {
            tw_base_buffer_print(&want, "f17x.log:0! ");
        }
    }
    for (int jobs = 0; jobs <= 4; jobs++) {
        struct taken taken = {.paths = TW_BUFFER_INIT(1u << 16)};
        ck_assert_int_eq(tw_pipeline_scan(pack, &options, &paths, jobs, take, &taken, &error),
                         TW_OK);
        ck_assert(
            tw_base_span_equal(tw_base_buffer_span(&taken.paths), tw_base_buffer_span(&want)));
        tw_base_buffer_free(&taken.paths);
    }
    for (int jobs = 1; jobs <= 4; jobs++) {
        struct taken taken = {.paths = TW_BUFFER_INIT(1u << 16), .stop_after = 7};
        ck_assert_int_eq(tw_pipeline_scan(pack, &options, &paths, jobs, take, &taken, &error),
                         TW_ERR_IO);
        ck_assert_str_eq(error.message, "enough");
        ck_assert_uint_eq(taken.count, 7);
        tw_base_buffer_free(&taken.paths);
    }
    tw_base_buffer_free(&want);
    tw_source_paths_free(&paths);
    tw_support_remove(folder);
}
END_TEST

START_TEST(scans_nothing_at_all)
{
    struct tw_pipeline_options options = tw_support_options();
    struct tw_source_paths none = {.at = NULL};
    struct taken taken = {.paths = TW_BUFFER_INIT(1u << 16)};
    ck_assert_int_eq(tw_pipeline_scan(pack, &options, &none, 4, take, &taken, NULL), TW_OK);
    ck_assert_uint_eq(taken.count, 0);
}
END_TEST

static const char *const unsorted[] = {"b.log.1", "b.log", "a.log.10",      "b.log",
                                       "a.log.2", "a.log", "a.log-20261122"};

START_TEST(sorts_by_logical_name)
{
    struct tw_source_paths paths = {.at = NULL};
    struct tw_buffer have = TW_BUFFER_INIT(4096);
    paths.at = tw_base_alloc(TW_N(unsorted), sizeof *paths.at);
    ck_assert_ptr_nonnull(paths.at);
    for (size_t i = 0; i < TW_N(unsorted); i++) {
        paths.at[paths.count++] =
            (struct tw_source_path){tw_base_copy(tw_base_span(unsorted[i])), i == 3, NULL};
    }
    tw_pipeline_sort(&paths);
    for (size_t i = 0; i < paths.count; i++) {
        tw_base_buffer_print(&have, "%s%s ", paths.at[i].path, paths.at[i].named ? "!" : "");
    }
    tw_base_buffer_add_char(&have, '\0');
    ck_assert_str_eq(have.at, "a.log a.log-20261122 a.log.10 a.log.2 b.log! b.log.1 ");
    tw_base_buffer_free(&have);
    tw_source_paths_free(&paths);
}
END_TEST

Suite *tw_suite_pipeline(void)
{
    Suite *suite = suite_create("pipeline");
    TCase *name = tcase_create("names");
    tcase_add_loop_test(name, takes_rotation_off_names, 0, (int)TW_N(names));
    tcase_add_test(name, sorts_by_logical_name);
    suite_add_tcase(suite, name);
    TCase *all = tcase_create("inputs");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_loop_test(all, tells_what_became_of_an_input, 0, (int)TW_N(inputs));
    tcase_add_test(all, refuses_an_input);
    tcase_add_loop_test(all, stops_at_max_bytes, 0, (int)TW_N(limits));
    tcase_add_loop_test(all, refuses_unknown_options, 0, (int)TW_N(refused));
    tcase_add_test(all, stops_when_told);
    tcase_add_loop_test(all, finds_wordings_across_the_cut, 0, 28);
    tcase_add_test(all, lists_records);
    tcase_add_test(all, answers_in_order_with_any_number_of_workers);
    tcase_add_test(all, scans_nothing_at_all);
    suite_add_tcase(suite, all);
    return suite;
}
