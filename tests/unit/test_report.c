/* test_report.c -- the text of a report, on answers made by hand.
 *
 * Holds it to its shape: the answer first, 80 columns, no blank at the end of a line, commands
 * whole. test_report_json.c has json, ndjson, and the rules of a run. */
#include <check.h>
#include <stdio.h>

#include "base/visible.h"
#include "report_answers.h"

Suite *tw_suite_report(void);

static struct tw_buffer rendered;
static struct tw_report_totals totals;

enum tw_status tw_test_keep(void *payload, struct tw_span bytes, struct tw_error *error)
{
    (void)error;
    tw_base_buffer_add(payload, bytes);
    return TW_OK;
}

void tw_test_forget(void)
{
    tw_base_buffer_free(&rendered);
    rendered = TW_BUFFER_INIT(1u << 30);
}

const struct tw_report_totals *tw_test_totals(void)
{
    return &totals;
}

const char *tw_test_render(const struct tw_report_options *options,
                           const struct tlswhy_report *const *answers, size_t count)
{
    struct tw_report *report;
    struct tw_error error = {0};
    tw_test_forget();
    ck_assert_int_eq(tw_report_open(&report, options, tw_test_keep, &rendered, &error), TW_OK);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(tw_report_add(report, answers[i], &error), TW_OK);
    }
    ck_assert_int_eq(tw_report_finish(report, 0.25, &totals, &error), TW_OK);
    tw_report_free(report);
    tw_base_buffer_add_char(&rendered, '\0');
    ck_assert_int_eq(rendered.status, TW_OK);
    return rendered.at;
}

static const struct tw_report_pack default_pack = {"default", "2026.11", "00c0ffee00c0ffee", 143};

struct tw_report_options tw_test_options(enum tw_report_format format)
{
    struct tw_report_options options = TW_REPORT_OPTIONS_INIT;
    options.format = format;
    options.packs = &default_pack;
    options.pack_count = 1;
    return options;
}

const char *tw_test_render_one(enum tw_report_format format, const struct tlswhy_report *answer)
{
    struct tw_report_options options = tw_test_options(format);
    return tw_test_render(&options, &answer, 1);
}

void tw_test_expect(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "<%s> is missing in:\n%s", part, text);
}

void tw_test_expect_no(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "<%s> should not be in:\n%s", part, text);
}

/* ---- text ---------------------------------------------------------------------------------- */

/* The example of the design, byte for byte, but for the wording of the packs. */
START_TEST(text_has_its_shape)
{
    static const char want[] =
        "trace.log · CrmServiceClient trace · 31 lines · 1 diagnosis\n"
        "\n"
        "This client does not offer TLS 1.2           confidence 84 % (TLS version: 95 %)\n"
        "  cause    outdated-dynamics-client · this tool is older than its TLS 1.2\n"
        "           version\n"
        "  client   crm-login-control · a tool with the Dynamics login control\n"
        "           (version not in this log)\n"
        "  seen     once, lines 1-24, no times in this log · host org.crm4.dynamics.com\n"
        "\n"
        "What to do\n"
        "  1. Update the developer tools from NuGet; version 9.0 also works with 8.2\n"
        "     Government.\n"
        "  2. Own code: rebuild on .NET Framework 4.6.2 or higher (plug-ins stay on\n"
        "     4.5.2).\n"
        "  Otherwise: Rebuild on .NET Framework 4.6.2 or higher\n"
        "             (tlswhy explain recompile-net462)\n"
        "  Otherwise: Switch strong cryptography on for all .NET programs of the machine\n"
        "             (read the caution: tlswhy explain registry-strong-crypto)\n"
        "  source: KB 4051700, \"For developer tools provided by Microsoft\"\n"
        "\n"
        "Why\n"
        "  line 9  no HTTP response at all: HttpWebResponseWrapper.Close failed  strong\n"
        "  line 2  token request failed at the login control                     moderate\n"
        "  line 1  login control of the developer tools                          client\n"
        "\n"
        "Less likely\n"
        "  11 %  dotnet-legacy-default  if this is your own program, not one of the tools\n"
        "   3 %  proxy-misconfigured    would show a proxy address or 407\n"
        "   1 %  dns                    would show \"could not be resolved\"\n"
        "\n"
        "To be sure\n"
        "  Collect one line: the Schannel events of that minute\n"
        "    wevtutil qe System /q:\"*[System[Provider[@Name='Schannel']]]\" /c:20 /rd:true "
        "/f:text\n"
        "  36871 state 10013 or 36887 alert 70 settles it.\n"
        "\n"
        "Plan for the whole organisation (2 steps): tlswhy --all\n";
    ck_assert_str_eq(tw_test_render_one(TW_REPORT_TEXT, &trace_answer), want);
}
END_TEST

/* Which part of which answer stands in the text. */
static const struct {
    const struct tlswhy_report *answer;
    const char *part;
} text_rows[] = {
    {&event_answer, "System.evtx · Windows event log · 1,412 records · 1 diagnosis\n"},
    /* a look-alike keeps one line: the number of its family goes where there is no room */
    {&event_answer, "\nNot a TLS problem: the password was refused                      "
                    "confidence 97 %\n"},
    {&event_answer, "  client   not named in this log\n"},
    {&event_answer, "  seen     3 times, from 2026-11-24T10:22:31Z to 2026-11-24T10:25:02Z\n"},
    {&event_answer, "  2026-11-24T10:22:31Z  AADSTS50126: invalid user name or password      "
                    "decisive\n"},
    /* nobody can look up an event by its line, so its text comes along */
    {&event_answer, "                        | AADSTS50126: Error validating credentials"},
    {&open_answer, "mail.txt · text · 20 lines · no verdict\n\nNot enough evidence for a verdict\n"
                   "  A connection was cut; nothing says why\n"},
    {&open_answer, "  seen     once, line 12, at 2026-11-24T10:22:31 (local time)\n"},
    {&open_answer, "What was seen\n  line 12  an existing connection was forcibly closed"},
    {&open_answer, "It may be (no family of causes reaches 50 %)\n  11 %  dotnet-legacy-default"},
    {&open_answer, "To be sure\n  Collect one line: the Schannel"},
    {&quiet_answer, "quiet.txt · no known error in 31 lines of text; a trace of the program"},
    {&cut_answer, "old/trace.log.3.gz · CrmServiceClient trace · 1,204 lines · nothing found\n"
                  "  incomplete  it ends in the middle; what came before was looked at · the gzip\n"
                  "              data ends at byte 12345\n"},
    {&ignored_answer, "photo.jpg · does not look like a log; not looked at (--all-files"},
    {&named_ignored_answer, "photo.jpg · does not look like a log; not looked at (--all-files"},
    {&error_answer, "locked.log · cannot be read: open: Permission denied\n"},
};

START_TEST(text_says)
{
    tw_test_expect(tw_test_render_one(TW_REPORT_TEXT, text_rows[_i].answer), text_rows[_i].part);
}
END_TEST

START_TEST(text_sums_up_many_inputs)
{
    struct tw_report_options options = tw_test_options(TW_REPORT_TEXT);
    const char *text = tw_test_render(&options, every_answer, COUNT(every_answer));
    tw_test_expect(text, "\nlocked.log · cannot be read: open: Permission denied\n"
                         "2 more inputs: nothing found; 1 ignored (no logs)\n"
                         "8 inputs · 2 diagnoses (1 bad-credentials, 1 outdated-dynamics-client)\n"
                         "· 1 without verdict · 2 not wholly looked at\n");
    tw_test_expect_no(text, "quiet.txt");
    options.verbose = true;
    text = tw_test_render(&options, every_answer, COUNT(every_answer));
    tw_test_expect(text, "quiet.txt · no known error");
    tw_test_expect(text, "  read as  windows-1252\n");
}
END_TEST

START_TEST(text_tells_all_on_request)
{
    struct tw_report_options options = tw_test_options(TW_REPORT_TEXT);
    options.all = true;
    const struct tlswhy_report *answer = &trace_answer;
    const char *text = tw_test_render(&options, &answer, 1);
    tw_test_expect(text, "          outdated-dynamics-client +1.60, dns -1.23\n");
    tw_test_expect(text, "          signature adal-no-response\n");
    tw_test_expect(text, "          | Object reference not set");
    tw_test_expect(text, "  <1 %  clock-skew");
    tw_test_expect(text, "Plan for the whole organisation\n  1. Find hard-coded");
    tw_test_expect_no(text, "tlswhy --all");
}
END_TEST

START_TEST(text_shows_a_repetition_in_short)
{
    struct tlswhy_diagnosis diagnoses[3] = {tools_diagnosis, password_diagnosis, tools_diagnosis};
    diagnoses[2].first_line = 100;
    diagnoses[2].last_line = 124;
    struct tlswhy_report answer = {trace_input, diagnoses, 3, 0};
    const char *text = tw_test_render_one(TW_REPORT_TEXT, &answer);
    tw_test_expect(text, "· 31 lines · 3 diagnoses\n\n--- 1 of 3 ---\nThis client");
    const char *third = strstr(text, "--- 3 of 3 ---\n");
    ck_assert_ptr_nonnull(third);
    tw_test_expect(third, "· the same answer as diagnosis 1\n");
    tw_test_expect(third, "lines 100-124");
    tw_test_expect_no(third, "What to do");
}
END_TEST

START_TEST(text_is_bold_only_on_request)
{
    struct tw_report_options options = tw_test_options(TW_REPORT_TEXT);
    const struct tlswhy_report *answer = &trace_answer;
    tw_test_expect_no(tw_test_render(&options, &answer, 1), "\033");
    options.color = true;
    tw_test_expect(tw_test_render(&options, &answer, 1),
                   "\n\033[1mThis client does not offer TLS 1.2\033[0m  ");
}
END_TEST

/* No line ends in a blank, and none is longer than the page but for a word that has no blank, or
 * that is to be copied. */
static void check_lines(const char *text, size_t columns)
{
    struct tw_span all = tw_base_span(text);
    for (size_t at = 0; at < all.length;) {
        struct tw_span line = tw_base_span_line(all, at, &at);
        ck_assert_msg(line.length == 0 || !tw_base_is_blank(line.at[line.length - 1]),
                      "a blank ends <%.*s>", (int)line.length, line.at);
        struct tw_span words = tw_base_span_trim(line);
        bool is_command = tw_base_span_find(line, TW_SPAN("wevtutil")) < line.length ||
                          tw_base_span_find(words, TW_SPAN(" ")) == words.length;
        ck_assert_msg(is_command || tw_base_columns(line) <= columns, "too long: <%.*s>",
                      (int)line.length, line.at);
    }
}

START_TEST(text_keeps_to_the_page)
{
    static const int widths[] = {60, 80, 132};
    struct tw_report_options options = tw_test_options(TW_REPORT_TEXT);
    for (unsigned bits = 0; bits < 4; bits++) {
        options.columns = widths[_i];
        options.all = (bits & 1) != 0;
        options.verbose = (bits & 2) != 0;
        check_lines(tw_test_render(&options, every_answer, COUNT(every_answer)),
                    (size_t)widths[_i]);
    }
}
END_TEST

START_TEST(text_of_nothing)
{
    struct tw_report_options options = tw_test_options(TW_REPORT_TEXT);
    ck_assert_str_eq(tw_test_render(&options, NULL, 0),
                     "No input: there was nothing to look at.\n");
    ck_assert_int_eq(totals.exit_status, 0);
}
END_TEST

Suite *tw_suite_report(void)
{
    Suite *suite = suite_create("report");
    TCase *text = tcase_create("text");
    tcase_add_checked_fixture(text, NULL, tw_test_forget);
    tcase_add_test(text, text_has_its_shape);
    tcase_add_loop_test(text, text_says, 0, (int)COUNT(text_rows));
    tcase_add_test(text, text_sums_up_many_inputs);
    tcase_add_test(text, text_tells_all_on_request);
    tcase_add_test(text, text_shows_a_repetition_in_short);
    tcase_add_test(text, text_is_bold_only_on_request);
    tcase_add_loop_test(text, text_keeps_to_the_page, 0, 3);
    tcase_add_test(text, text_of_nothing);
    suite_add_tcase(suite, text);
    tw_test_add_report_json(suite);
    return suite;
}
