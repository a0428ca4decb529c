/* packtool_job.c -- arguments of tlswhy-pack, and compiling folders to an open pack. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "pack/pack_compile.h"
#include "packtool/packtool.h"

bool tw_packtool_arguments(int argc, char **argv, struct tw_packtool_job *job)
{
    *job = (struct tw_packtool_job){.path_count = 0};
    int at = 0;
    while (at < argc && strncmp(argv[at], "--", 2) == 0) {
        const char **value = strcmp(argv[at], "--base") == 0     ? &job->base
                             : strcmp(argv[at], "--output") == 0 ? &job->output
                                                                 : NULL;
        if (strcmp(argv[at], "--json") == 0) {
            job->json = true;
            at++;
            continue;
        }
        if (value == NULL || at + 1 == argc) {
            (void)fprintf(stderr, "tlswhy-pack: unknown or incomplete option %s\n", argv[at]);
            return false;
        }
        *value = argv[at + 1];
        at += 2;
    }
    job->paths = argv + at;
    job->path_count = argc - at;
    return true;
}

/* Compiles to `blob`, printing mistakes. */
static int compile(const struct tw_packtool_job *job, char **folders, int count,
                   struct tw_buffer *blob)
{
    struct tw_pack_messages messages = {.text = TW_BUFFER_INIT(1u << 20)};
    struct tw_error error = {.status = TW_OK};
    struct tw_pack *base = NULL;
    enum tw_status status = job->base == NULL ? TW_OK : tw_pack_open_file(&base, job->base, &error);
    if (status == TW_OK) {
        status = tw_pack_compile(base, (const char *const *)folders, (size_t)count, blob, &messages,
                                 &error);
    }
    if (messages.count > 0) {
        (void)fwrite(messages.text.at, 1, messages.text.length, stderr);
    }
    if (messages.count > TW_PACK_MESSAGES_MAX) {
        (void)fprintf(stderr, "and %zu more\n", messages.count - TW_PACK_MESSAGES_MAX);
    }
    if (status != TW_OK) {
        (void)fprintf(stderr, "tlswhy: %s\n", error.message);
    }
    bool mistakes = messages.count > 0 || status == TW_ERR_DATA;
    tw_base_buffer_free(&messages.text);
    tw_pack_free(base);
    return status == TW_OK ? TW_PACKTOOL_FINE
           : mistakes      ? TW_PACKTOOL_FINDINGS
                           : TW_PACKTOOL_FAILED;
}

int tw_packtool_open(const struct tw_packtool_job *job, char **folders, int count,
                     struct tw_pack **pack)
{
    struct tw_buffer blob = TW_BUFFER_INIT(TW_BLOB_MAX);
    struct tw_error error;
    int result = compile(job, folders, count, &blob);
    if (result == TW_PACKTOOL_FINE &&
        tw_pack_open(pack, tw_base_buffer_span(&blob), &error) != TW_OK) {
        (void)fprintf(stderr, "tlswhy: %s\n", error.message);
        result = TW_PACKTOOL_FAILED;
    }
    if (result != TW_PACKTOOL_FINE) {
        tw_base_buffer_free(&blob);
        return result;
    }
    (*pack)->owned = blob.at;
    return TW_PACKTOOL_FINE;
}

int tw_packtool_compile(int argc, char **argv)
{
    struct tw_packtool_job job;
    struct tw_buffer blob = TW_BUFFER_INIT(TW_BLOB_MAX);
    if (!tw_packtool_arguments(argc, argv, &job) || job.output == NULL) {
        return TW_PACKTOOL_FAILED;
    }
    int result = compile(&job, job.paths, job.path_count, &blob);
    FILE *file = result == TW_PACKTOOL_FINE ? fopen(job.output, "wb") : NULL;
    if (file != NULL) {
        bool written = fwrite(blob.at, 1, blob.length, file) == blob.length;
        if (fclose(file) != 0 || !written) {
            result = TW_PACKTOOL_FAILED;
        }
    } else if (result == TW_PACKTOOL_FINE) {
        result = TW_PACKTOOL_FAILED;
    }
    if (result == TW_PACKTOOL_FAILED) {
        (void)fprintf(stderr, "tlswhy: %s: cannot be written: %s\n", job.output, strerror(errno));
    }
    tw_base_buffer_free(&blob);
    return result;
}
