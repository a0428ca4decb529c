/* test_classify_when.c -- conclusions: each primitive, where it looks, and what it adds. */
#include "classify/classify_parts.h"
#include "suites.h"
#include "support_pack.h"

#define CONCLUSION(id, when)                                                                       \
    "  - {id: " id ", revision: 1, status: stable, title: the " id                                 \
    ", references: [r], samples: {match: [m], no_match: [n]}, kind: fact, when: {" when            \
    "}, supports: {refused: weak}}\n"
#define READ(id, kind, wording, rest) TW_SUPPORT_SIGNATURE(id, kind, wording, rest)

static const char signatures[] = READ("cut", "error", "{text: connection cut}",
                                      ", supports: {old-client: strong}, tags: [cuts]")
    READ("closed", "error", "{text: closed by peer}",
         ", supports: {old-client: weak}, tags: [cuts]")
        READ("at", "error", "{text: failure at, pattern: 'at (?<host>\\S+)'}",
             ", supports: {dns: strong}") READ("worked", "fact",
                                               "{text: worked with, pattern: 'with (?<host>\\S+)'}",
                                               ", scope: host")
            READ("machine", "fact", "{text: known of the machine}",
                 "") READ("helper-seen", "client", "{text: this is the helper}",
                          ", client: helper") CONCLUSION("c-all", "all: [cut, machine]")
                CONCLUSION("c-any", "any: [cuts]") CONCLUSION("c-not", "any: [cut], not: [machine]")
                    CONCLUSION("c-host", "all: [at, worked], within: host") CONCLUSION(
                        "c-before", "any: [at], before: [worked], within: host")
                        CONCLUSION("c-after", "any: [at], after: [worked], within: host")
                            CONCLUSION("c-input", "all: [at, cut], within: input")
                                CONCLUSION("c-hosts", "count: {of: [at], hosts: 3}") CONCLUSION(
                                    "c-times", "count: {of: [cuts], times: 3}")
                                    CONCLUSION("c-client", "any: [cut], clients: [helper, tool]")
                                        CONCLUSION("c-service", "any: [at], hosts: service")
                                            CONCLUSION(
                                                "c-other",
                                                "any: [at], hosts: other") "tags:\n  - {id: cuts, "
                                                                           "meaning: it was cut}\n";

static struct tw_pack *pack;
static struct tw_pipeline *pipeline;

static void begin(void)
{
    pack = tw_support_pack(signatures);
    pipeline = tw_support_pipeline(pack, NULL);
}

static void end(void)
{
    tw_pipeline_free(pipeline);
    tw_pack_free(pack);
}

/* The conclusions of each diagnosis of a text, in the order of the pack. `~` stands for a page of
 * other lines. */
static const struct {
    const char *text;
    const char *want;
} rows[] = {
    {"nothing\n", ""},
    {"known of the machine\n", ""},
    {"connection cut\n", "any not |"},
    {"closed by peer\n", "any |"},
    {"connection cut\nknown of the machine\n", "all any |"},
    {"known of the machine\nconnection cut\n", "all any |"},
    {"connection cut\n~known of the machine\n", "any not |"},
    /* the same host, wherever it stands */
    {"failure at a.example\n", "other |"},
    {"failure at a.svc.example\n", "service |"},
    {"worked with a.example\n~failure at a.example\n", "host before other |"},
    {"failure at a.example\n~worked with a.example\n", "host after other |"},
    {"worked with a.example\n~failure at a.example\n~worked with a.example\n",
     "host before after other |"},
    {"worked with b.example\n~failure at a.example\n", "other |"},
    {"worked with b.example\nfailure at a.example\n", "other |"},
    /* the whole input */
    {"connection cut\n~failure at a.example\n", "any not input |input other |"},
    /* counts */
    {"failure at a.example\n~failure at b.example\n", "other |other |"},
    {"failure at a.example\n~failure at b.example\n~failure at c.example\n",
     "hosts other |hosts other |hosts other |"},
    {"failure at a.example\n~failure at a.example\n~failure at a.example\n", "other |"},
    {"connection cut\n~connection cut\n", "any not |"},
    {"connection cut\n~connection cut\n~closed by peer\n", "any not times |any times |"},
    /* the client */
    {"this is the helper\nconnection cut\n", "any not client |"},
};

static bool has_evidence(const struct tlswhy_diagnosis *diagnosis, const char *id)
{
    size_t found = 0;
    for (size_t i = 0; i < diagnosis->evidence_count; i++) {
        found += strcmp(diagnosis->evidence[i].signature, id) == 0;
    }
    ck_assert_uint_le(found, 1);
    return found == 1;
}

START_TEST(concludes)
{
    struct tw_buffer text = TW_BUFFER_INIT(8u << 20);
    struct tw_buffer have = TW_BUFFER_INIT(1u << 16);
    for (const char *at = rows[_i].text; *at != '\0'; at++) {
        for (int i = 0; *at == '~' && i < 3000; i++) {
            tw_base_buffer_print(&text, "line %d of something else entirely\n", i);
        }
        if (*at != '~') {
            tw_base_buffer_add_char(&text, *at);
        }
    }
    const struct tlswhy_report *report =
        tw_support_run(pipeline, "a.log", tw_base_buffer_span(&text), 0);
    for (size_t i = 0; i < report->diagnosis_count; i++) {
        for (uint32_t k = 0; k < pack->signature_count; k++) {
            const char *id = tw_pack_text(pack, pack->signatures[k].id);
            if (pack->signatures[k].when != TW_PACK_NONE &&
                has_evidence(&report->diagnoses[i], id)) {
                tw_base_buffer_print(&have, "%s ", id + strlen("c-"));
            }
        }
        tw_base_buffer_add_char(&have, '|');
    }
    tw_base_buffer_add_char(&have, '\0');
    ck_assert_str_eq(have.at, rows[_i].want);
    tw_base_buffer_free(&text);
    tw_base_buffer_free(&have);
}
END_TEST

/* A conclusion adds its terms once, and is shown where what it rests on stands. */
START_TEST(counts_as_evidence)
{
    const struct tlswhy_report *report = tw_support_run(
        pipeline, "a.log", TW_SPAN("worked with a.example\nx\nfailure at a.example\n"), 0);
    ck_assert_uint_eq(report->diagnosis_count, 1);
    const struct tlswhy_diagnosis *diagnosis = &report->diagnoses[0];
    const struct tlswhy_evidence *before = NULL;
    for (size_t i = 0; i < diagnosis->evidence_count; i++) {
        if (strcmp(diagnosis->evidence[i].signature, "c-before") == 0) {
            before = &diagnosis->evidence[i];
        }
    }
    ck_assert_ptr_nonnull(before);
    ck_assert_uint_eq(before->line, 1);
    ck_assert_int_eq(before->kind, TLSWHY_KIND_FACT);
    ck_assert_uint_eq(before->term_count, 1);
    ck_assert_str_eq(before->terms[0].cause, "refused");
    ck_assert_str_eq(before->excerpt, "worked with a.example");
}
END_TEST

Suite *tw_suite_classify_when(void)
{
    Suite *suite = suite_create("classify_when");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_loop_test(all, concludes, 0, (int)TW_N(rows));
    tcase_add_test(all, counts_as_evidence);
    suite_add_tcase(suite, all);
    return suite;
}
