/* packtool_check.c -- the command `check`: what is wrong with a pack although it loads.
 *
 * Patterns that do not compile or match nothing at all, anchors that stand in every log, references
 * that lead nowhere, causes without a way out, samples that a signature of a contradicting cause
 * catches too. */
#include <stdio.h>

#include "base/alloc.h"
#include "match/match.h"
#include "packtool/packtool_samples.h"

#include <tlswhy/tlswhy.h>

/* How often the anchor of an error may stand in a mebibyte of ordinary logs. Ten cost a hundredth
 * of the scan; three everyday phrases of some thousands cost a fifth (measured). */
#define EVERYDAY_MAX 10.0

struct checker {
    const struct tw_pack *pack;
    struct tw_sampler *sampler;
    uint32_t *everyday; /* hits of each anchor in ordinary text */
    int findings;
    bool failed;
};

__asm__(".section .rodata\n"
        "tw_packtool_everyday_start:\n"
        ".incbin \"" TW_PACKTOOL_EVERYDAY_PATH "\"\n"
        "tw_packtool_everyday_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const char tw_packtool_everyday_start[];
extern const char tw_packtool_everyday_end[];

/* Ordinary log text, for measuring how common an anchor is. Embedded by the build from
 * corpora/clean. */
static struct tw_span everyday(void)
{
    return (struct tw_span){tw_packtool_everyday_start,
                            (size_t)(tw_packtool_everyday_end - tw_packtool_everyday_start)};
}

static void check_pattern(struct checker *checker, uint32_t signature, tw_text text, bool caseless)
{
    struct tw_pattern *pattern = NULL;
    struct tw_error error;
    if (text == 0) {
        return;
    }
    enum tw_status status = tw_match_pattern_new(
        &pattern, tw_base_span(tw_pack_text(checker->pack, text)), caseless, &error);
    if (status != TW_OK) {
        tw_packtool_say(checker->pack, signature, "the pattern is wrong: %s", error.message);
        checker->findings++;
    } else if (tw_match_pattern_may_be_empty(pattern)) {
        tw_packtool_say(checker->pack, signature,
                        "the pattern matches the empty text; it must need something");
        checker->findings++;
    }
    tw_match_pattern_free(pattern);
}

static void check_wording(struct checker *checker, uint32_t index)
{
    const struct tw_pack *pack = checker->pack;
    const struct tw_pack_wording *wording = &pack->wordings[index];
    const struct tw_pack_signature *signature = &pack->signatures[wording->signature];
    check_pattern(checker, wording->signature, wording->pattern, wording->caseless != 0);
    double mebibytes = (double)everyday().length / (1024.0 * 1024.0);
    double rate = checker->everyday[wording->anchor] / mebibytes;
    /* One chance find in a small sample is no rate. */
    if (signature->kind == TLSWHY_KIND_ERROR && rate > EVERYDAY_MAX &&
        checker->everyday[wording->anchor] > 1) {
        const struct tw_pack_anchor *anchor = &pack->anchors[wording->anchor];
        tw_packtool_say(pack, wording->signature,
                        "the anchor \"%.*s\" stands %.0f times in a mebibyte of ordinary logs; "
                        "allowed are %.0f: choose a rarer text",
                        (int)anchor->length, tw_pack_text(pack, anchor->bytes), rate, EVERYDAY_MAX);
        checker->findings++;
    }
}

static bool has_strong(const struct tw_pack *pack, struct tw_terms terms, uint32_t cause)
{
    for (uint32_t i = 0; i < terms.count; i++) {
        const struct tw_pack_term *term = &pack->terms[terms.first + i];
        if (term->cause == cause && term->strength >= TLSWHY_STRENGTH_STRONG) {
            return true;
        }
    }
    return false;
}

/* Whether b strongly denies what a strongly says. */
static bool contradicts(const struct tw_pack *pack, const struct tw_pack_signature *a,
                        const struct tw_pack_signature *b)
{
    for (uint32_t i = 0; i < a->supports.count; i++) {
        const struct tw_pack_term *term = &pack->terms[a->supports.first + i];
        if (term->strength >= TLSWHY_STRENGTH_STRONG &&
            has_strong(pack, b->rules_out, term->cause)) {
            return true;
        }
    }
    return false;
}

static void check_samples(struct checker *checker, uint32_t index)
{
    const struct tw_pack *pack = checker->pack;
    const struct tw_pack_signature *signature = &pack->signatures[index];
    if (signature->kind != TLSWHY_KIND_ERROR) {
        return;
    }
    for (uint32_t i = 0; i < signature->match_samples.count; i++) {
        const char *sample = tw_pack_text(pack, tw_pack_number(pack, signature->match_samples, i));
        if (!tw_packtool_sampler_run(checker->sampler, sample)) {
            checker->failed = true;
            return;
        }
        for (uint32_t k = 0; k < pack->signature_count; k++) {
            if (k != index && pack->signatures[k].kind == TLSWHY_KIND_ERROR &&
                tw_packtool_sampler_hit(checker->sampler, k) &&
                contradicts(pack, signature, &pack->signatures[k])) {
                tw_packtool_say(pack, index,
                                "match sample %u is caught by %s too, which contradicts it; give "
                                "one of them the key \"over\"",
                                i + 1, tw_pack_text(pack, pack->signatures[k].id));
                checker->findings++;
            }
        }
    }
}

static void check_tables(struct checker *checker)
{
    const struct tw_pack *pack = checker->pack;
    for (uint32_t i = 0; i < pack->reference_count; i++) {
        const struct tw_pack_reference *reference = &pack->references[i];
        if (reference->section == 0 && reference->url == 0) {
            (void)printf("reference %s: leads nowhere; it needs a section or a url\n",
                         tw_pack_text(pack, reference->id));
            checker->findings++;
        }
    }
    for (uint32_t i = 0; i < pack->cause_count; i++) {
        if (pack->causes[i].fixes.count == 0) {
            (void)printf("cause %s: has no fix; an answer must end in an action\n",
                         tw_pack_text(pack, pack->causes[i].id));
            checker->findings++;
        }
    }
}

static bool measure(struct checker *checker)
{
    const struct tw_pack *pack = checker->pack;
    struct tw_matcher *matcher = NULL;
    struct tw_match_hits hits;
    struct tw_error error = {.message = "out of memory"};
    checker->everyday = tw_base_alloc(pack->anchor_count, sizeof *checker->everyday);
    bool done = checker->everyday != NULL &&
                tw_match_open(&matcher, pack->database, pack->anchor_count, &error) == TW_OK &&
                tw_match_scan(matcher, everyday(), &hits, &error) == TW_OK;
    for (size_t i = 0; done && i < hits.count; i++) {
        checker->everyday[hits.at[i].literal]++;
    }
    if (!done) {
        (void)fprintf(stderr, "tlswhy: %s\n", error.message);
    }
    tw_match_free(matcher);
    return done;
}

int tw_packtool_check(int argc, char **argv)
{
    struct tw_packtool_job job;
    struct tw_pack *pack = NULL;
    if (!tw_packtool_arguments(argc, argv, &job)) {
        return TW_PACKTOOL_FAILED;
    }
    int result = tw_packtool_open(&job, job.paths, job.path_count, &pack);
    if (result != TW_PACKTOOL_FINE) {
        return result;
    }
    struct checker checker = {.pack = pack, .sampler = tw_packtool_sampler(pack)};
    checker.failed = checker.sampler == NULL || !measure(&checker);
    uint32_t first = tw_packtool_first(pack, &job);
    if (!checker.failed) {
        check_tables(&checker);
    }
    for (uint32_t i = first; !checker.failed && i < pack->signature_count; i++) {
        struct tw_list wordings = pack->signatures[i].wordings;
        int before = checker.findings;
        check_pattern(&checker, i, pack->signatures[i].unless, false);
        for (uint32_t k = 0; k < wordings.count; k++) {
            check_wording(&checker, wordings.first + k);
        }
        if (checker.findings == before) {
            check_samples(&checker, i);
        }
    }
    if (!checker.failed) {
        (void)printf("%u signatures, %u wordings, %u anchors: %d findings\n",
                     pack->signature_count - first, pack->wording_count, pack->anchor_count,
                     checker.findings);
    }
    result = checker.failed         ? TW_PACKTOOL_FAILED
             : checker.findings > 0 ? TW_PACKTOOL_FINDINGS
                                    : TW_PACKTOOL_FINE;
    tw_packtool_sampler_free(checker.sampler);
    tw_base_free(checker.everyday);
    tw_pack_free(pack);
    return result;
}
