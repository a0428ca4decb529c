/* packtool_profile.c -- the command `profile`: what each signature costs on given logs. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "packtool/packtool.h"
#include "pipeline/pipeline.h"
#include "source/source.h"
#include "source/walk.h"

struct row {
    uint32_t signature;
    struct tw_pipeline_counts counts;
};

static int by_candidates(const void *left, const void *right)
{
    const struct row *a = left;
    const struct row *b = right;
    if (a->counts.candidates != b->counts.candidates) {
        return a->counts.candidates > b->counts.candidates ? -1 : 1;
    }
    return a->signature < b->signature ? -1 : a->signature > b->signature;
}

/* Runs all inputs; the decompressed bytes, or a negative number where memory ran out. */
static double run_all(struct tw_pipeline *pipeline, const struct tw_source_paths *paths)
{
    double bytes = 0;
    for (size_t i = 0; i < paths->count; i++) {
        const struct tw_source_path *path = &paths->at[i];
        const struct tlswhy_report *report;
        struct tw_stream *source = NULL;
        struct tw_error error;
        if (path->failure != NULL || tw_source_open_path(&source, path->path, &error) != TW_OK) {
            (void)fprintf(stderr, "tlswhy: %s: %s\n", path->path,
                          path->failure != NULL ? path->failure : error.message);
            continue;
        }
        if (tw_pipeline_run(pipeline, path->path, path->named, source, &report, &error) != TW_OK) {
            (void)fprintf(stderr, "tlswhy: %s\n", error.message);
            return -1;
        }
        bytes += (double)report->input.bytes;
    }
    return bytes;
}

static bool print_rows(const struct tw_pack *pack, const struct tw_pipeline *pipeline, double bytes)
{
    const struct tw_pipeline_counts *counts = tw_pipeline_profile(pipeline);
    struct row *rows = tw_base_alloc(pack->signature_count, sizeof *rows);
    if (rows == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < pack->signature_count; i++) {
        rows[i] = (struct row){i, counts[i]};
    }
    qsort(rows, pack->signature_count, sizeof *rows, by_candidates);
    (void)printf("%.1f MiB; signatures with candidates, costliest first\n",
                 bytes / (1024.0 * 1024.0));
    (void)printf("%12s %12s %12s  %s\n", "candidates", "a MiB", "hits", "signature");
    for (uint32_t i = 0; i < pack->signature_count && rows[i].counts.candidates > 0; i++) {
        double rate = bytes > 0 ? (double)rows[i].counts.candidates / bytes * 1024.0 * 1024.0 : 0;
        (void)printf("%12llu %12.1f %12llu  %s\n", (unsigned long long)rows[i].counts.candidates,
                     rate, (unsigned long long)rows[i].counts.hits,
                     tw_pack_text(pack, pack->signatures[rows[i].signature].id));
    }
    tw_base_free(rows);
    return true;
}

int tw_packtool_profile(int argc, char **argv)
{
    struct tw_packtool_job job;
    struct tw_pack *pack = NULL;
    struct tw_pipeline *pipeline = NULL;
    struct tw_source_paths paths = {.at = NULL};
    struct tw_source_filter filter = {.include_count = 0};
    struct tw_pipeline_options options = {.min_confidence = 0.5};
    struct tw_error error = {.message = "out of memory"};
    if (!tw_packtool_arguments(argc, argv, &job)) {
        return TW_PACKTOOL_FAILED;
    }
    int result = tw_packtool_open(&job, NULL, 0, &pack);
    if (result != TW_PACKTOOL_FINE) {
        return result;
    }
    enum tw_status status = tw_pipeline_new(&pipeline, pack, &options, &error);
    for (int i = 0; status == TW_OK && i < job.path_count; i++) {
        status = tw_source_walk(&paths, job.paths[i], &filter, &error);
    }
    if (status != TW_OK) {
        (void)fprintf(stderr, "tlswhy: %s\n", error.message);
    }
    double bytes = status == TW_OK ? run_all(pipeline, &paths) : -1;
    if (bytes < 0 || !print_rows(pack, pipeline, bytes)) {
        result = TW_PACKTOOL_FAILED;
    }
    tw_source_paths_free(&paths);
    tw_pipeline_free(pipeline);
    tw_pack_free(pack);
    return result;
}
