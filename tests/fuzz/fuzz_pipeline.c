/* fuzz_pipeline.c -- any bytes through all stages with the default pack: the same diagnoses whole
 * and in small pieces, and only text that is safe to print. */
#include <stdio.h>

#include "base/visible.h"
#include "fuzz.h"
#include "pipeline/pipeline.h"
#include "source/source.h"

static struct tw_pipeline *new_pipeline(void)
{
    struct tw_pipeline_options options = {.min_confidence = 0.5};
    struct tw_pack *pack = NULL;
    struct tw_pipeline *pipeline = NULL;
    struct tw_error error;
    TW_FUZZ_MUST(tw_pack_open_default(&pack, &error) == TW_OK);
    TW_FUZZ_MUST(tw_pipeline_new(&pipeline, pack, &options, &error) == TW_OK);
    return pipeline;
}

static const struct tlswhy_report *run(struct tw_pipeline *pipeline, struct tw_span text,
                                       size_t piece)
{
    const struct tlswhy_report *report = NULL;
    struct tw_stream *source = NULL;
    struct tw_error error;
    TW_FUZZ_MUST(tw_source_open_memory(&source, text, piece, &error) == TW_OK);
    TW_FUZZ_MUST(tw_pipeline_run(pipeline, "fuzz", true, source, &report, &error) == TW_OK);
    return report;
}

static void check_text(const char *text)
{
    for (const char *at = text; at != NULL && *at != '\0'; at++) {
        TW_FUZZ_MUST((unsigned char)*at >= ' ' || *at == '\t');
    }
    TW_FUZZ_MUST(text == NULL || tw_base_utf8_valid(tw_base_span(text), false));
}

static void check(const struct tlswhy_report *report)
{
    check_text(report->input.error);
    for (size_t i = 0; i < report->diagnosis_count; i++) {
        const struct tlswhy_diagnosis *diagnosis = &report->diagnoses[i];
        TW_FUZZ_MUST(diagnosis->evidence_count > 0);
        TW_FUZZ_MUST(diagnosis->family_confidence >= 0 && diagnosis->family_confidence < 1);
        for (size_t k = 0; k < diagnosis->evidence_count; k++) {
            check_text(diagnosis->evidence[k].excerpt);
            for (size_t c = 0; c < diagnosis->evidence[k].capture_count; c++) {
                check_text(diagnosis->evidence[k].captures[c].value);
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tw_pipeline *whole;
    static struct tw_pipeline *cut;
    if (whole == NULL) {
        whole = new_pipeline();
        cut = new_pipeline();
    }
    struct tw_span text = tw_fuzz_text(data, size);
    const struct tlswhy_report *a = run(whole, text, 0);
    const struct tlswhy_report *b = run(cut, text, 1 + size % 7);
    check(a);
    TW_FUZZ_MUST(a->diagnosis_count == b->diagnosis_count && a->input.hits == b->input.hits &&
                 a->input.bytes == b->input.bytes && a->input.lines == b->input.lines &&
                 a->input.status == b->input.status);
    for (size_t i = 0; i < a->diagnosis_count; i++) {
        TW_FUZZ_MUST(strcmp(a->diagnoses[i].id, b->diagnoses[i].id) == 0);
    }
    return 0;
}
