/* packtool_samples.c -- runs samples through the pipeline, and the command `test`. */
#include "packtool/packtool_samples.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "pipeline/pipeline.h"
#include "source/source.h"

struct tw_sampler {
    const struct tw_pack *pack;
    struct tw_pipeline *pipeline;
    uint64_t *before;                   /* hits of each signature before the last sample */
    const struct tlswhy_report *report; /* of the last sample */
};

struct tw_sampler *tw_packtool_sampler(const struct tw_pack *pack)
{
    struct tw_pipeline_options options = {.min_confidence = 0.5};
    struct tw_error error = {.message = "out of memory"};
    struct tw_sampler *sampler = tw_base_alloc(1, sizeof *sampler);
    if (sampler != NULL) {
        sampler->pack = pack;
        sampler->before = tw_base_alloc(pack->signature_count, sizeof *sampler->before);
    }
    if (sampler == NULL || sampler->before == NULL ||
        tw_pipeline_new(&sampler->pipeline, pack, &options, &error) != TW_OK) {
        (void)fprintf(stderr, "tlswhy: %s\n", error.message);
        tw_packtool_sampler_free(sampler);
        return NULL;
    }
    return sampler;
}

void tw_packtool_sampler_free(struct tw_sampler *sampler)
{
    if (sampler != NULL) {
        tw_pipeline_free(sampler->pipeline);
        tw_base_free(sampler->before);
        tw_base_free(sampler);
    }
}

bool tw_packtool_sampler_run(struct tw_sampler *sampler, const char *sample)
{
    struct tw_error error = {.message = "out of memory"};
    struct tw_stream *source = NULL;
    const struct tw_pipeline_counts *counts = tw_pipeline_profile(sampler->pipeline);
    for (uint32_t i = 0; i < sampler->pack->signature_count; i++) {
        sampler->before[i] = counts[i].hits;
    }
    enum tw_status status = tw_source_open_memory(&source, tw_base_span(sample), 0, &error);
    if (status == TW_OK) {
        status =
            tw_pipeline_run(sampler->pipeline, "sample", false, source, &sampler->report, &error);
    }
    if (status != TW_OK) {
        (void)fprintf(stderr, "tlswhy: %s\n", error.message);
    }
    return status == TW_OK;
}

/* Whether a conclusion was drawn in any incident of the last sample. */
static bool is_concluded(const struct tlswhy_report *report, const char *id)
{
    for (size_t i = 0; i < report->diagnosis_count; i++) {
        const struct tlswhy_diagnosis *diagnosis = &report->diagnoses[i];
        for (size_t k = 0; k < diagnosis->evidence_count; k++) {
            if (strcmp(diagnosis->evidence[k].signature, id) == 0) {
                return true;
            }
        }
    }
    return false;
}

bool tw_packtool_sampler_hit(const struct tw_sampler *sampler, uint32_t signature)
{
    const struct tw_pack_signature *asked = &sampler->pack->signatures[signature];
    if (asked->when != TW_PACK_NONE) {
        return is_concluded(sampler->report, tw_pack_text(sampler->pack, asked->id));
    }
    return tw_pipeline_profile(sampler->pipeline)[signature].hits > sampler->before[signature];
}

void tw_packtool_say(const struct tw_pack *pack, uint32_t signature, const char *format, ...)
{
    const struct tw_pack_signature *about = &pack->signatures[signature];
    va_list arguments;
    (void)printf("%s:%u:1: signature %s: ", tw_pack_text(pack, about->file), about->line,
                 tw_pack_text(pack, about->id));
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)putchar('\n');
}

uint32_t tw_packtool_first(const struct tw_pack *pack, const struct tw_packtool_job *job)
{
    uint32_t first = 0;
    /* Packs follow one another in the tables; the last is the folder's (the only one where it
     * replaces the default). */
    for (uint32_t i = 0; job->base != NULL && job->path_count > 0 && i + 1 < pack->info_count;
         i++) {
        first += pack->infos[i].signatures;
    }
    return first;
}

/* Mistakes of one signature's samples, or -1 where one could not be run. */
static int test_signature(struct tw_sampler *sampler, uint32_t index)
{
    const struct tw_pack *pack = sampler->pack;
    const struct tw_pack_signature *signature = &pack->signatures[index];
    const struct tw_list lists[] = {signature->match_samples, signature->no_match_samples};
    int mistakes = 0;
    for (int kind = 0; kind < 2; kind++) {
        for (uint32_t i = 0; i < lists[kind].count; i++) {
            const char *sample = tw_pack_text(pack, tw_pack_number(pack, lists[kind], i));
            if (!tw_packtool_sampler_run(sampler, sample)) {
                return -1;
            }
            if (tw_packtool_sampler_hit(sampler, index) != (kind == 0)) {
                tw_packtool_say(pack, index, "%s sample %u %s", kind == 0 ? "match" : "no_match",
                                i + 1, kind == 0 ? "is not found" : "is taken for it");
                mistakes++;
            }
        }
    }
    return mistakes;
}

int tw_packtool_test(int argc, char **argv)
{
    struct tw_packtool_job job;
    struct tw_pack *pack = NULL;
    uint32_t samples = 0;
    int mistakes = 0;
    if (!tw_packtool_arguments(argc, argv, &job)) {
        return TW_PACKTOOL_FAILED;
    }
    int result = tw_packtool_open(&job, job.paths, job.path_count, &pack);
    struct tw_sampler *sampler = result == TW_PACKTOOL_FINE ? tw_packtool_sampler(pack) : NULL;
    if (result == TW_PACKTOOL_FINE && sampler == NULL) {
        result = TW_PACKTOOL_FAILED;
    }
    uint32_t first = sampler == NULL ? 0 : tw_packtool_first(pack, &job);
    for (uint32_t i = first; sampler != NULL && i < pack->signature_count; i++) {
        int found = test_signature(sampler, i);
        if (found < 0) {
            result = TW_PACKTOOL_FAILED;
            break;
        }
        mistakes += found;
        samples +=
            pack->signatures[i].match_samples.count + pack->signatures[i].no_match_samples.count;
    }
    if (result == TW_PACKTOOL_FINE) {
        (void)printf("%u signatures, %u samples: %d wrong\n", pack->signature_count - first,
                     samples, mistakes);
        result = mistakes > 0 ? TW_PACKTOOL_FINDINGS : TW_PACKTOOL_FINE;
    }
    tw_packtool_sampler_free(sampler);
    tw_pack_free(pack);
    return result;
}
