/* test_pipeline_quiet.c -- candidates that are passed over change no answer: random logs give the
 * same report as with each candidate confirmed. */
#include <stdio.h>
#include <stdlib.h>

#include "suites.h"
#include "support_pack.h"

static const struct tw_support_signature signatures[] = {
    {"cut", "error", "{text: connection cut}", ", supports: {old-client: strong}"},
    {"at", "error", "{text: failure at, pattern: 'at (?<host>\\S+)'}", ", supports: {dns: strong}"},
    {"host", "fact", "{text: speaks with, pattern: 'with (?<host>[\\w.]+)'}", ", scope: host"},
    {"worked", "fact", "{text: went well, pattern: '(?<host>[\\w.]+) went well'}",
     ", scope: host, rules_out: {tls: strong}"},
    {"machine", "fact", "{text: known of the machine}",
     ", scope: input, supports: {old-system: weak}"},
    {"tool", "client", "{text: this is the tool, pattern: 'tool (?<version>[\\d.]+)'}",
     ", client: tool"},
    {"tool-too", "client", "{text: this is the toolbox}", ", client: tool"},
    {"helper", "client", "{text: this is the helper}", ", client: helper"},
    {"attempt", "fact", "{text: a new attempt}", ", starts_attempt: true"},
    {"better", "client", "{text: this is the helper of all}", ", client: shell, over: [helper]"},
};

/* What a line may say, and how many of a thousand lines say it. */
static const struct {
    const char *text;
    int weight;
} words[] = {
    {"this is the tool 1.5", 200},
    {"this is the tool 2.5", 20},
    {"this is the toolbox", 100},
    {"this is the helper", 100},
    {"this is the helper of all", 5},
    {"speaks with a.svc.example", 150},
    {"speaks with b.example", 20},
    {"a.svc.example went well", 10},
    {"speaks with a.svc.example.org", 5},
    {"b.example went well", 20},
    {"known of the machine", 30},
    {"a new attempt", 3},
    {"connection cut", 3},
    {"failure at b.example", 2},
    {"this is the helpless", 20},
    {"speaks with nobody", 12},
};

static struct tw_buffer random_log(unsigned seed, int lines)
{
    struct tw_buffer text = TW_BUFFER_INIT(16u << 20);
    uint64_t state = 1 + seed * UINT64_C(0x9E3779B97F4A7C15);
    for (int i = 0; i < lines; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int draw = (int)(state >> 33) % 1000;
        size_t word = 0;
        while (word < TW_N(words) && draw >= words[word].weight) {
            draw -= words[word++].weight;
        }
        /* Now and then two things in a line, or a line that goes on. */
        const char *end = state >> 60 == 0 ? " and " : state >> 60 == 1 ? "\n    at " : "\n";
        tw_base_buffer_print(&text, "%s%s", word < TW_N(words) ? words[word].text : "nothing new",
                             end);
    }
    return text;
}

/* Everything that a report says, as text. */
static struct tw_buffer told(const struct tlswhy_report *report)
{
    struct tw_buffer text = TW_BUFFER_INIT(64u << 20);
    tw_base_buffer_print(&text, "%llu hits\n", (unsigned long long)report->input.hits);
    for (size_t i = 0; i < report->diagnosis_count; i++) {
        const struct tlswhy_diagnosis *diagnosis = &report->diagnoses[i];
        tw_base_buffer_print(&text, "%s %llu %s %s %s %.6f\n", diagnosis->id,
                             (unsigned long long)diagnosis->count,
                             diagnosis->conclusive ? diagnosis->cause.id : "-",
                             diagnosis->client_id == NULL ? "-" : diagnosis->client_id,
                             diagnosis->client_version == NULL ? "-" : diagnosis->client_version,
                             diagnosis->family_confidence);
        for (size_t k = 0; k < diagnosis->evidence_count; k++) {
            const struct tlswhy_evidence *evidence = &diagnosis->evidence[k];
            tw_base_buffer_print(&text, "  %s %llu %llu %s\n", evidence->signature,
                                 (unsigned long long)evidence->line,
                                 (unsigned long long)evidence->offset, evidence->excerpt);
        }
    }
    tw_base_buffer_add_char(&text, '\0');
    return text;
}

/* Fails with the first place where the two differ: reports are too long for the message of an
 * assertion. */
static void must_be_same(const char *have, const char *want)
{
    size_t at = 0;
    while (have[at] != '\0' && have[at] == want[at]) {
        at++;
    }
    if (have[at] != want[at]) {
        ck_abort_msg("byte %zu: %.200s\nis not\n%.200s", at, have + (at > 100 ? at - 100 : 0),
                     want + (at > 100 ? at - 100 : 0));
    }
}

START_TEST(changes_no_answer)
{
    struct tw_pack *pack = tw_support_pack_of(signatures, TW_N(signatures));
    struct tw_pipeline_options all = tw_support_options();
    all.confirm_all = true;
    struct tw_pipeline *quick = tw_support_pipeline(pack, NULL);
    struct tw_pipeline *slow = tw_support_pipeline(pack, &all);
    /* Up to several blocks. */
    struct tw_buffer log = random_log((unsigned)_i, 40 << (_i % 10));
    struct tw_buffer want = told(tw_support_run(slow, "a.log", tw_base_buffer_span(&log), 0));
    struct tw_buffer have = told(tw_support_run(quick, "a.log", tw_base_buffer_span(&log), 0));
    must_be_same(have.at, want.at);
    struct tw_buffer cut = told(tw_support_run(quick, "a.log", tw_base_buffer_span(&log), 4099));
    must_be_same(cut.at, want.at);
    tw_base_buffer_free(&log);
    tw_base_buffer_free(&want);
    tw_base_buffer_free(&have);
    tw_base_buffer_free(&cut);
    tw_pipeline_free(quick);
    tw_pipeline_free(slow);
    tw_pack_free(pack);
}
END_TEST

Suite *tw_suite_pipeline_quiet(void)
{
    Suite *suite = suite_create("pipeline_quiet");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 120);
    tcase_add_loop_test(all, changes_no_answer, 0, 60);
    suite_add_tcase(suite, all);
    return suite;
}
