/* test_classify.c -- the judgement of one incident: versions, hosts, evidence, clients, confidence.
 */
#include <math.h>

#include "base/limits.h"
#include "classify/classify_parts.h"
#include "suites.h"
#include "support_pack.h"

/* ---- versions and hosts ------------------------------------------------------------------------
 */

static const struct {
    const char *a, *b;
    int order;
} versions[] = {
    {"1", "1", 0},
    {"1.0", "1", 0},
    {"1.0.0.0", "1.0", 0},
    {"8.2.2.137", "8.2.1.999", 1},
    {"8.2.2.137", "8.2.2.138", -1},
    {"8.10", "8.9", 1},
    {"9", "10", -1},
    {"v9.1", "9.1", 0},
    {"9.1-beta", "9.1", 0},
    {"09.01", "9.1", 0},
    {"", "", 0},
    {"", "0", 0},
    {"", "0.1", -1},
    {"4.6.2", "4.7", -1},
    {"10.0.19041.1", "10.0.19041", 1},
    {"99999999999999999999999999", "1", 1},
};

START_TEST(compares_versions)
{
    ck_assert_int_eq(tw_classify_compare_versions(versions[_i].a, versions[_i].b),
                     versions[_i].order);
    ck_assert_int_eq(tw_classify_compare_versions(versions[_i].b, versions[_i].a),
                     -versions[_i].order);
}
END_TEST

static const struct {
    const char *text;
    const char *host; /* "": none */
} hosts[] = {
    {"contoso.crm.dynamics.com", "contoso.crm.dynamics.com"},
    {"Contoso.CRM.Dynamics.com", "contoso.crm.dynamics.com"},
    {"contoso.example:443", "contoso.example"},
    {"contoso.example.", "contoso.example"},
    {"contoso.example...", "contoso.example"},
    {" contoso.example ", "contoso.example"},
    {"https://contoso.example/XRMServices/2011", "contoso.example"},
    {"HTTPS://Contoso.Example:8443/a?b", "contoso.example"},
    {"contoso.example/path", "contoso.example"},
    {"a_b.example", "a_b.example"},
    {"10.1.2.3:443", "10.1.2.3"},
    {"", ""},
    {"...", ""},
    {"/", ""},
    {"https://", ""},
};

START_TEST(brings_hosts_into_their_plain_form)
{
    char host[TW_HOST_BYTES];
    bool found = tw_classify_host(tw_base_span(hosts[_i].text), host);
    ck_assert_str_eq(host, hosts[_i].host);
    ck_assert_int_eq(found, hosts[_i].host[0] != '\0');
}
END_TEST

START_TEST(a_host_may_be_too_long)
{
    char text[2 * TW_HOST_BYTES];
    char host[TW_HOST_BYTES];
    memset(text, 'a', sizeof text);
    ck_assert(tw_classify_host((struct tw_span){text, sizeof text}, host));
    ck_assert_uint_eq(strlen(host), TW_HOST_BYTES - 1);
}
END_TEST

static const struct {
    const char *host;
    bool service;
} services[] = {
    {"svc.example", true},
    {"a.svc.example", true},
    {"a.b.svc.example", true},
    {"notsvc.example", false},
    {"svc.example.org", false},
    {"example", false},
    {"", false},
};

START_TEST(knows_the_service)
{
    struct tw_pack *pack = tw_support_pack("  []\n");
    ck_assert_int_eq(tw_classify_is_service(pack, services[_i].host), services[_i].service);
    tw_pack_free(pack);
}
END_TEST

/* ---- one incident ------------------------------------------------------------------------------
 */

#define SIGNATURE(id, kind, words, rest)                                                           \
    {                                                                                              \
        id, kind, "{text: \"" words "\"}", rest                                                    \
    }
#define PATTERN(id, kind, words, pattern, rest)                                                    \
    {                                                                                              \
        id, kind, "{text: \"" words "\", pattern: '" pattern "'}", rest                            \
    }

static const struct tw_support_signature signatures[] = {
    SIGNATURE("weak", "error", "weak failure", ", supports: {old-client: weak}"),
    SIGNATURE("weak-too", "error", "another weak one", ", supports: {old-client: weak}"),
    SIGNATURE("moderate", "error", "moderate failure", ", supports: {old-client: moderate}"),
    SIGNATURE("strong", "error", "strong failure", ", supports: {old-client: strong}"),
    SIGNATURE("decisive", "error", "decisive failure", ", supports: {old-system: decisive}"),
    SIGNATURE("family", "error", "family failure", ", supports: {tls: strong}"),
    SIGNATURE("even", "error", "an even failure", ", supports: {old-system: weak}"),
    SIGNATURE("refusal", "error", "refused failure", ", supports: {refused: strong}"),
    SIGNATURE("against", "fact", "it was not that", ", rules_out: {tls: decisive}"),
    SIGNATURE("context", "error", "wrapped failure", ""),
    SIGNATURE("needs", "error", "needing failure",
              ", supports: {refused: strong}, needs_any: [weak, strong]"),
    SIGNATURE("needs-none", "error", "lonely failure",
              ", supports: {refused: strong}, needs_none: [weak]"),
    PATTERN("on-host", "error", "failure on host", "on host (?<host>\\S+)",
            ", supports: {tls: strong}"),
    {"coded", "error", "{result: \"0x80090331\", client: shell}",
     ", supports: {old-client: strong}"},
    PATTERN("decided", "error", "decided on host", "on host (?<host>\\S+)",
            ", supports: {old-system: decisive}"),
    PATTERN("went-well", "fact", "went well with", "well with (?<host>\\S+)",
            ", scope: host, rules_out: {tls: decisive}"),
    PATTERN("tool-seen", "client", "this is the tool", "tool (?<version>[\\d.]+)",
            ", client: tool"),
    SIGNATURE("helper-seen", "client", "this is the helper", ", client: helper"),
    SIGNATURE("runtime-seen", "client", "this is the runtime", ", client: runtime"),
    SIGNATURE("shell-seen", "client", "this is the shell", ", client: shell"),
    SIGNATURE("hints", "error", "hinting failure",
              ", supports: {old-client: strong}, client: tool"),
    SIGNATURE("everywhere", "fact", "known of the machine",
              ", supports: {old-client: strong}, scope: input"),
    PATTERN("of-host", "fact", "known of host", "of host (?<host>\\S+)",
            ", supports: {old-client: strong}, scope: host"),
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

/* Blanks out so that records do not stand near one another. */
#define FAR "~"

static const struct {
    const char *text;  /* "~" stands for a page of other lines */
    const char *cause; /* NULL: inconclusive; "": no incident at all */
    const char *client;
    const char *version;
} incidents[] = {
    /* the null hypothesis */
    {"weak failure\n", NULL, NULL, NULL},
    {"weak failure\nanother weak one\n", "old-client", NULL, NULL},
    {"wrapped failure\n", NULL, NULL, NULL},
    {"nothing of the kind\n", "", NULL, NULL},
    {"it was not that\n", "", NULL, NULL},
    /* a result code in its forms, and what only looks like it; the wording names the client */
    {"failed with 0x80090331\n", "old-client", "shell", NULL},
    {"failed with 0X80090331: no\n", "old-client", "shell", NULL},
    {"SEC_E (80090331)\n", "old-client", "shell", NULL},
    {"HResult=-2146893007\n", "old-client", "shell", NULL},
    {"error 2148074289\n", "old-client", "shell", NULL},
    {"id {80090331-1111-2222-3333-444444444444}\n", "", NULL, NULL},
    {"offset 18009033112\n", "", NULL, NULL},
    /* strength */
    {"strong failure\n", "old-client", NULL, NULL},
    {"strong failure\ndecisive failure\n", "old-system", NULL, NULL},
    {"family failure\n", "old-client", NULL, NULL},
    {"strong failure\nit was not that\n", NULL, NULL, NULL},
    {"strong failure\nit was not that\nrefused failure\n", "refused", NULL, NULL},
    /* conditions */
    {"needing failure\n", "", NULL, NULL},
    {"weak failure\nneeding failure\n", "refused", NULL, NULL},
    {"needing failure\nweak failure\n", "refused", NULL, NULL},
    {"lonely failure\n", "refused", NULL, NULL},
    {"weak failure\nlonely failure\n", NULL, NULL, NULL},
    /* the client */
    {"this is the runtime\nstrong failure\n", "old-client", "runtime", NULL},
    {"this is the helper\nthis is the runtime\nstrong failure\n", "old-client", "helper", NULL},
    {"this is the runtime\nthis is the shell\nstrong failure\n", "old-client", "shell", NULL},
    {"this is the tool 1.5\nthis is the shell\nfamily failure\n", "old-client", "tool", "1.5"},
    {"this is the tool 1.5\nthis is the tool 2.5\nfamily failure\nan even failure\n", "old-system",
     "tool", "2.5"},
    {"this is the tool 2.0\nfamily failure\nan even failure\n", "old-system", "tool", "2.0"},
    {"strong failure\nthis is the runtime\n", "old-client", "runtime", NULL},
    {"strong failure\n~this is the runtime\n", "old-client", "runtime", NULL},
    {"this is the runtime\n~strong failure\n", "old-client", "runtime", NULL},
    {"hinting failure\n", "old-client", "tool", NULL},
    {"this is the helper\nhinting failure\n", "old-client", "tool", NULL},
    /* a version speaks for nothing by itself */
    {"this is the tool 1.5\nwrapped failure\n", NULL, "tool", "1.5"},
    /* what the online service means */
    {"failure on host a.svc.example\n", "old-client", NULL, NULL},
    {"this is the tool 2.5\nfailure on host a.svc.example\n", NULL, "tool", "2.5"},
    /* scope */
    {"known of the machine\n~weak failure\n", "old-client", NULL, NULL},
    {"weak failure\n~known of the machine\n", "old-client", NULL, NULL},
    {"known of host a.example\n~failure on host a.example\n", "old-client", NULL, NULL},
    {"it was not that\n~strong failure\n", "old-client", NULL, NULL},
    /* an earlier success with the host clears it, a later one does not settle it */
    {"went well with a.example\n~decided on host a.example\n", NULL, NULL, NULL},
    {"decided on host a.example\n~went well with a.example\n", "old-system", NULL, NULL},
};

static struct tw_buffer spread(const char *text)
{
    struct tw_buffer wide = TW_BUFFER_INIT(8u << 20);
    for (; *text != '\0'; text++) {
        if (*text != FAR[0]) {
            tw_base_buffer_add_char(&wide, *text);
            continue;
        }
        for (int i = 0; i < 3000; i++) {
            tw_base_buffer_print(&wide, "line %d of something else entirely\n", i);
        }
    }
    return wide;
}

/* What holds for every diagnosis. */
static void check_sums(const struct tlswhy_diagnosis *diagnosis)
{
    double sum = diagnosis->conclusive ? diagnosis->cause.confidence : 0;
    double family = 0;
    ck_assert(diagnosis->family_confidence >= 0 && diagnosis->family_confidence <= 0.99);
    ck_assert_int_eq(diagnosis->cause.id != NULL, diagnosis->conclusive);
    bool fallback = diagnosis->conclusive && strcmp(diagnosis->cause.id, "tls-any") == 0;
    sum = fallback ? 0 : sum;
    for (size_t i = 0; i < diagnosis->alternative_count; i++) {
        const struct tlswhy_ranked_cause *cause = &diagnosis->alternatives[i];
        sum += cause->confidence;
        ck_assert(i == 0 || cause->confidence <= diagnosis->alternatives[i - 1].confidence);
        ck_assert(isfinite(cause->confidence) && cause->confidence > 0);
        if (diagnosis->conclusive && strcmp(cause->family, diagnosis->cause.family) == 0) {
            family += cause->confidence;
        }
    }
    ck_assert(sum <= 1.0);
    ck_assert(family <= diagnosis->family_confidence + 1e-9);
    ck_assert_int_eq(diagnosis->fix_count > 0, diagnosis->conclusive);
    ck_assert_uint_eq(strlen(diagnosis->id), 16);
    for (size_t i = 1; i < diagnosis->evidence_count; i++) {
        ck_assert_uint_ge(diagnosis->evidence[i].offset, diagnosis->evidence[i - 1].offset);
    }
}

START_TEST(judges)
{
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, NULL);
    struct tw_buffer text = spread(incidents[_i].text);
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a.log", tw_base_buffer_span(&text), 0);
    if (incidents[_i].cause != NULL && incidents[_i].cause[0] == '\0') {
        ck_assert_uint_eq(report->diagnosis_count, 0);
    } else {
        ck_assert_uint_eq(report->diagnosis_count, 1);
        const struct tlswhy_diagnosis *diagnosis = &report->diagnoses[0];
        check_sums(diagnosis);
        ck_assert_pstr_eq(diagnosis->cause.id, incidents[_i].cause);
        ck_assert_pstr_eq(diagnosis->client_id, incidents[_i].client);
        ck_assert_pstr_eq(diagnosis->client_version, incidents[_i].version);
    }
    tw_base_buffer_free(&text);
    tw_pipeline_free(pipeline);
}
END_TEST

/* ---- the client that the user gives ------------------------------------------------------------
 */

static const struct {
    const char *given;
    const char *text;
    const char *client;
    const char *version;
} given[] = {
    {"helper", "strong failure\n", "helper", NULL},
    {"helper", "this is the runtime\nstrong failure\n", "helper", NULL},
    {"helper", "this is the tool 1.5\nstrong failure\n", "tool", "1.5"},
    {"runtime", "this is the shell\nstrong failure\n", "runtime", NULL},
    {"tool", "this is the tool 1.5\nstrong failure\n", "tool", "1.5"},
    {"tool", "this is the helper\nstrong failure\n", "tool", NULL},
    {"runtime", "hinting failure\n", "tool", NULL},
};

START_TEST(takes_the_given_client_where_the_log_says_less)
{
    struct tw_pipeline_options options = tw_support_options();
    options.client = given[_i].given;
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, &options);
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a.log", tw_base_span(given[_i].text), 0);
    ck_assert_uint_eq(report->diagnosis_count, 1);
    ck_assert_pstr_eq(report->diagnoses[0].client_id, given[_i].client);
    ck_assert_pstr_eq(report->diagnoses[0].client_version, given[_i].version);
    tw_pipeline_free(pipeline);
}
END_TEST

/* ---- confidence --------------------------------------------------------------------------------
 */

/* The family is sure, its causes are not: its fallback is named, with the confidence of the family.
 */
START_TEST(names_the_fallback_where_no_cause_is_likely)
{
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, NULL);
    /* Without a client the priors are 3 to 1, and the shape of the evidence adds ln 3 to the other.
     */
    const struct tlswhy_report *report = tw_support_run(
        pipeline, "a.log", TW_SPAN("family failure\nan even failure\nrefused failure\n"), 0);
    ck_assert_uint_eq(report->diagnosis_count, 1);
    const struct tlswhy_diagnosis *diagnosis = &report->diagnoses[0];
    check_sums(diagnosis);
    ck_assert(diagnosis->conclusive);
    ck_assert_str_eq(diagnosis->cause.id, "tls-any");
    ck_assert_double_eq_tol(diagnosis->cause.confidence, diagnosis->family_confidence, 1e-9);
    ck_assert_uint_ge(diagnosis->alternative_count, 2);
    ck_assert_str_eq(diagnosis->fixes[0].id, "fix-a");
    tw_pipeline_free(pipeline);
}
END_TEST

START_TEST(holds_the_family_against_the_wanted_confidence)
{
    struct tw_pipeline_options options = tw_support_options();
    for (int i = 0; i <= 10; i++) {
        options.min_confidence = i / 10.0;
        struct tw_pipeline *pipeline = tw_support_pipeline(pack, &options);
        const struct tlswhy_report *report =
            tw_support_run(pipeline, "a.log", TW_SPAN("moderate failure\n"), 0);
        ck_assert_uint_eq(report->diagnosis_count, 1);
        const struct tlswhy_diagnosis *diagnosis = &report->diagnoses[0];
        ck_assert_int_eq(diagnosis->conclusive,
                         diagnosis->family_confidence >= options.min_confidence);
        ck_assert_str_eq(diagnosis->conclusive ? "headline old-client"
                                               : "Not enough evidence for a verdict",
                         diagnosis->headline);
        tw_pipeline_free(pipeline);
    }
}
END_TEST

/* The score of the report can be added up from its terms. */
START_TEST(shows_every_term)
{
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, NULL);
    const struct tlswhy_report *report = tw_support_run(
        pipeline, "a.log", TW_SPAN("this is the tool 1.5\nfamily failure\nweak failure\n"), 0);
    ck_assert_uint_eq(report->diagnosis_count, 1);
    const struct tlswhy_diagnosis *diagnosis = &report->diagnoses[0];
    double client_score = 0;
    double system_score = 0;
    for (size_t i = 0; i < diagnosis->evidence_count; i++) {
        for (size_t k = 0; k < diagnosis->evidence[i].term_count; k++) {
            const struct tlswhy_term *term = &diagnosis->evidence[i].terms[k];
            client_score += strcmp(term->cause, "old-client") == 0 ? term->value : 0;
            system_score += strcmp(term->cause, "old-system") == 0 ? term->value : 0;
        }
    }
    /* Priors of the tool are 8 and 1; the softmax gives their ratio back. */
    double ratio = log(8.0) + client_score - system_score;
    ck_assert_str_eq(diagnosis->cause.id, "old-client");
    double rival = 0;
    for (size_t i = 0; i < diagnosis->alternative_count; i++) {
        if (strcmp(diagnosis->alternatives[i].id, "old-system") == 0) {
            rival = diagnosis->alternatives[i].confidence;
        }
    }
    if (rival > 0) {
        ck_assert_double_eq_tol(log(diagnosis->cause.confidence / rival), ratio, 1e-3);
    } else {
        ck_assert(ratio > 5);
    }
    ck_assert_str_eq(diagnosis->fixes[0].id, "fix-c");
    tw_pipeline_free(pipeline);
}
END_TEST

START_TEST(cautions_where_the_host_is_not_of_the_service)
{
    struct tw_pipeline *pipeline = tw_support_pipeline(pack, NULL);
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a.log", TW_SPAN("failure on host other.example\n"), 0);
    ck_assert_uint_eq(report->diagnoses[0].caution_count, 1);
    ck_assert_str_eq(report->diagnoses[0].cautions[0], "not the service");
    report = tw_support_run(pipeline, "a.log", TW_SPAN("failure on host a.svc.example\n"), 0);
    ck_assert_uint_eq(report->diagnoses[0].caution_count, 0);
    ck_assert_uint_eq(report->diagnoses[0].host_count, 1);
    ck_assert_str_eq(report->diagnoses[0].hosts[0], "a.svc.example");
    tw_pipeline_free(pipeline);
}
END_TEST

Suite *tw_suite_classify(void)
{
    Suite *suite = suite_create("classify");
    TCase *parts = tcase_create("parts");
    tcase_add_loop_test(parts, compares_versions, 0, (int)TW_N(versions));
    tcase_add_loop_test(parts, brings_hosts_into_their_plain_form, 0, (int)TW_N(hosts));
    tcase_add_test(parts, a_host_may_be_too_long);
    tcase_add_loop_test(parts, knows_the_service, 0, (int)TW_N(services));
    suite_add_tcase(suite, parts);
    TCase *all = tcase_create("incident");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_loop_test(all, judges, 0, (int)TW_N(incidents));
    tcase_add_loop_test(all, takes_the_given_client_where_the_log_says_less, 0, (int)TW_N(given));
    tcase_add_test(all, names_the_fallback_where_no_cause_is_likely);
    tcase_add_test(all, holds_the_family_against_the_wanted_confidence);
    tcase_add_test(all, shows_every_term);
    tcase_add_test(all, cautions_where_the_host_is_not_of_the_service);
    suite_add_tcase(suite, all);
    return suite;
}
