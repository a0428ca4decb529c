/* report_answers.h -- answers made by hand for the tests of the report, and what renders them.
 *
 * Included by test_report*.c only. */
#ifndef TW_TEST_REPORT_ANSWERS_H
#define TW_TEST_REPORT_ANSWERS_H

#include <check.h>

#include "base/buffer.h"
#include "report/report.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/** Renders the answers; the text is borrowed until the next call. */
const char *tw_test_render(const struct tw_report_options *options,
                           const struct tlswhy_report *const *answers, size_t count);

/** The same for one answer with the default options. */
const char *tw_test_render_one(enum tw_report_format format, const struct tlswhy_report *answer);

/** Default options, with a pack. */
struct tw_report_options tw_test_options(enum tw_report_format format);

/** What the last run came to. */
const struct tw_report_totals *tw_test_totals(void);

/** Frees what the last rendering left; a fixture. */
void tw_test_forget(void);

/** A tw_report_write that appends to a struct tw_buffer. */
enum tw_status tw_test_keep(void *payload, struct tw_span bytes, struct tw_error *error);

/** Fails where the part is not in the text, or where it is. */
void tw_test_expect(const char *text, const char *part);
void tw_test_expect_no(const char *text, const char *part);

/** Adds the tests of json and ndjson, and of the rules of a run (test_report_json.c). */
void tw_test_add_report_json(Suite *suite);

static const char *const tools_steps[] = {
    "Update the developer tools from NuGet; version 9.0 also works with 8.2 Government.",
    "Own code: rebuild on .NET Framework 4.6.2 or higher (plug-ins stay on 4.5.2)."};
static const char *const registry_commands[] = {
    "reg add HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319 /v SchUseStrongCrypto "
    "/t REG_DWORD /d 1"};
static const char *const registry_cautions[] = {"The values hold for the whole machine."};
static const char *const kb_references[] = {
    "KB 4051700, \"For developer tools provided by Microsoft\"",
    "https://learn.microsoft.com/troubleshoot/dynamics-365/tls-1-2-is-required (2021-03-31)"};
static const struct tlswhy_fix tools_fixes[] = {
    {.id = "update-developer-tools",
     .title = "Update the developer tools",
     .steps = tools_steps,
     .step_count = COUNT(tools_steps),
     .references = kb_references,
     .reference_count = COUNT(kb_references)},
    {.id = "recompile-net462", .title = "Rebuild on .NET Framework 4.6.2 or higher"},
    {.id = "registry-strong-crypto",
     .title = "Switch strong cryptography on for all .NET programs of the machine",
     .commands = registry_commands,
     .command_count = COUNT(registry_commands),
     .cautions = registry_cautions,
     .caution_count = COUNT(registry_cautions),
     .discouraged = false},
};
static const char *const tools_decides[] = {"outdated-dynamics-client", "dotnet-legacy-default"};
static const struct tlswhy_collect tools_collect[] = {
    {.what = "one line: the Schannel events of that minute",
     .command = "wevtutil qe System /q:\"*[System[Provider[@Name='Schannel']]]\" /c:20 /rd:true "
                "/f:text",
     .settles = "36871 state 10013 or 36887 alert 70 settles it.",
     .decides_between = tools_decides,
     .decides_between_count = COUNT(tools_decides)},
};
static const char *const plan[] = {"Find hard-coded protocol versions in code.",
                                   "Test everything with TLS 1.0 and 1.1 switched off."};
static const struct tlswhy_ranked_cause tools_alternatives[] = {
    {.id = "dotnet-legacy-default",
     .family = "tls-version",
     .title = "a .NET Framework program whose default offers TLS 1.0",
     .confidence = 0.1099,
     .told_apart_by = "if this is your own program, not one of the tools"},
    {.id = "proxy-misconfigured",
     .family = "network",
     .confidence = 0.031,
     .told_apart_by = "would show a proxy address or 407"},
    {.id = "dns",
     .family = "network",
     .confidence = 0.012,
     .told_apart_by = "would show \"could not be resolved\""},
    {.id = "clock-skew", .family = "authentication", .confidence = 0.0004},
};
static const char *const online_host[] = {"org.crm4.dynamics.com"};
static const char *const tools_supports[] = {"outdated-dynamics-client"};
static const char *const dns_only[] = {"dns"};
static const struct tlswhy_term tools_terms[] = {{"outdated-dynamics-client", 1.6},
                                                 {"dns", -1.23456}};
static const struct tlswhy_capture tools_captures[] = {{"host", "org.crm4.dynamics.com"}};
static const struct tlswhy_evidence tools_evidence[] = {
    {.signature = "client-login-control",
     .title = "login control of the developer tools",
     .kind = TLSWHY_KIND_CLIENT,
     .line = 1,
     .record_id = "00000000000000a1",
     .excerpt = "Microsoft.Xrm.Tooling.CrmConnectControl Information: 8"},
    {.signature = "token-request-failed",
     .title = "token request failed at the login control",
     .kind = TLSWHY_KIND_ERROR,
     .strength = TLSWHY_STRENGTH_MODERATE,
     .supports = tools_supports,
     .supports_count = 1,
     .line = 2,
     .offset = 120,
     .record_id = "00000000000000a2",
     .captures = tools_captures,
     .capture_count = 1},
    {.signature = "adal-no-response",
     .title = "no HTTP response at all: HttpWebResponseWrapper.Close failed",
     .kind = TLSWHY_KIND_ERROR,
     .strength = TLSWHY_STRENGTH_STRONG,
     .supports = tools_supports,
     .supports_count = 1,
     .rules_out = dns_only,
     .rules_out_count = 1,
     .line = 9,
     .offset = 1042,
     .record_id = "00000000000000a3",
     .excerpt = "Object reference not set to an instance of an object. at "
                "Microsoft.IdentityModel.Clients.ActiveDirectory.HttpWebResponseWrapper.Close()",
     .terms = tools_terms,
     .term_count = COUNT(tools_terms)},
};
static const struct tlswhy_diagnosis tools_diagnosis = {
    .id = "0123456789abcdef",
    .count = 1,
    .headline = "This client does not offer TLS 1.2",
    .conclusive = true,
    .cause = {.id = "outdated-dynamics-client",
              .family = "tls-version",
              .title = "this tool is older than its TLS 1.2 version",
              .confidence = 0.84123},
    .family_confidence = 0.95,
    .alternatives = tools_alternatives,
    .alternative_count = COUNT(tools_alternatives),
    .client_id = "crm-login-control",
    .client_title = "a tool with the Dynamics login control",
    .hosts = online_host,
    .host_count = 1,
    .first_line = 1,
    .last_line = 24,
    .fixes = tools_fixes,
    .fix_count = COUNT(tools_fixes),
    .collect_next = tools_collect,
    .collect_count = COUNT(tools_collect),
    .next_steps = plan,
    .next_step_count = COUNT(plan),
    .evidence = tools_evidence,
    .evidence_count = COUNT(tools_evidence),
};

static const char *const password_steps[] = {"Check the user name and the password."};
static const struct tlswhy_fix password_fixes[] = {{.id = "fix-credentials",
                                                    .title = "Check the credentials",
                                                    .steps = password_steps,
                                                    .step_count = 1}};
static const struct tlswhy_evidence password_evidence[] = {
    {.signature = "aadsts50126",
     .title = "AADSTS50126: invalid user name or password",
     .strength = TLSWHY_STRENGTH_DECISIVE,
     .time = "2026-11-24T10:22:31Z",
     .offset = 69632,
     .record_id = "00000000000000b1",
     .excerpt = "AADSTS50126: Error validating credentials due to invalid username or password."},
};
static const struct tlswhy_diagnosis password_diagnosis = {
    .id = "fedcba9876543210",
    .count = 3,
    .headline = "Not a TLS problem: the password was refused",
    .conclusive = true,
    .look_alike = true,
    .cause = {.id = "bad-credentials",
              .family = "authentication",
              .title = "the user name or the password is wrong",
              .confidence = 0.97},
    .family_confidence = 0.991,
    .first_time = "2026-11-24T10:22:31Z",
    .last_time = "2026-11-24T10:25:02Z",
    .fixes = password_fixes,
    .fix_count = 1,
    .evidence = password_evidence,
    .evidence_count = 1,
};

static const struct tlswhy_evidence open_evidence[] = {
    {.signature = "socket-10054",
     .title = "an existing connection was forcibly closed",
     .strength = TLSWHY_STRENGTH_WEAK,
     .line = 12,
     .time_local = "2026-11-24T10:22:31"},
};
static const struct tlswhy_diagnosis open_diagnosis = {
    .id = "1111111111111111",
    .count = 1,
    .headline = "A connection was cut; nothing says why",
    .family_confidence = 0.38,
    .alternatives = tools_alternatives,
    .alternative_count = 2,
    .first_line = 12,
    .last_line = 12,
    .collect_next = tools_collect,
    .collect_count = 1,
    .evidence = open_evidence,
    .evidence_count = 1,
};

static const char *const gzip_only[] = {"gzip"};
#define TRACE_INPUT                                                                                \
    {                                                                                              \
        .path = "trace.log", .format = "crm-trace", .format_title = "CrmServiceClient trace",      \
        .encoding = "utf-8", .bytes = 4096, .lines = 31, .hits = 3, .candidates = 5                \
    }
static const struct tlswhy_input trace_input = TRACE_INPUT;
static const struct tlswhy_report trace_answer = {TRACE_INPUT, &tools_diagnosis, 1, 0};
static const struct tlswhy_report event_answer = {{.path = "System.evtx",
                                                   .format = "evtx",
                                                   .format_title = "Windows event log",
                                                   .bytes = 1118208,
                                                   .records = 1412},
                                                  &password_diagnosis,
                                                  1,
                                                  0};
static const struct tlswhy_report open_answer = {
    {.path = "mail.txt", .format = "text", .bytes = 900, .lines = 20, .encoding = "windows-1252"},
    &open_diagnosis,
    1,
    0};
static const struct tlswhy_report quiet_answer = {
    {.path = "quiet.txt", .format = "text", .bytes = 900, .lines = 31}, NULL, 0, 0};
static const struct tlswhy_report cut_answer = {{.path = "old/trace.log.3.gz",
                                                 .format = "crm-trace",
                                                 .format_title = "CrmServiceClient trace",
                                                 .compression = gzip_only,
                                                 .compression_count = 1,
                                                 .bytes = 81920,
                                                 .lines = 1204,
                                                 .status = TLSWHY_INPUT_TRUNCATED,
                                                 .incomplete = true,
                                                 .error = "the gzip data ends at byte 12345"},
                                                NULL,
                                                0,
                                                0};
static const struct tlswhy_report ignored_answer = {
    {.path = "photo.jpg", .bytes = 65536, .status = TLSWHY_INPUT_IGNORED}, NULL, 0, 0};
static const struct tlswhy_report named_ignored_answer = {
    {.path = "photo.jpg", .bytes = 65536, .status = TLSWHY_INPUT_IGNORED, .incomplete = true},
    NULL,
    0,
    0};
static const struct tlswhy_report error_answer = {{.path = "locked.log",
                                                   .status = TLSWHY_INPUT_ERROR,
                                                   .incomplete = true,
                                                   .error = "locked.log: open: Permission denied"},
                                                  NULL,
                                                  0,
                                                  0};
static const struct tlswhy_report *const every_answer[] = {
    &trace_answer, &event_answer, &open_answer,  &quiet_answer,
    &cut_answer,   &quiet_answer, &error_answer, &ignored_answer};

#endif
