/* api.c -- the stable functions of tlswhy.h: argument checks over the pipeline, nothing else. */
#include "api/api_parts.h"

#include <string.h>

#include "base/alloc.h"
#include "pipeline/pipeline_scan.h"
#include "source/source.h"

struct tlswhy_diagnoser {
    struct tw_pipeline *pipeline;
};

enum tlswhy_status tw_api_status(enum tw_status status, const struct tw_error *from,
                                 struct tlswhy_error *error)
{
    enum tlswhy_status to = TLSWHY_OK;
    switch (status) {
    case TW_OK:
    case TW_END:
        return TLSWHY_OK;
    case TW_ERR_MEMORY:
        to = TLSWHY_ERR_MEMORY;
        break;
    case TW_ERR_IO:
        to = TLSWHY_ERR_IO;
        break;
    case TW_ERR_TRUNCATED:
    case TW_ERR_DATA:
        to = TLSWHY_ERR_DATA;
        break;
    case TW_ERR_LIMIT:
        to = TLSWHY_ERR_LIMIT;
        break;
    case TW_ERR_USAGE:
        to = TLSWHY_ERR_USAGE;
        break;
    }
    if (error != NULL) {
        error->status = to;
        memset(error->message, 0, sizeof error->message);
        memcpy(error->message, from->message, sizeof from->message);
        error->message[sizeof error->message - 1] = '\0';
    }
    return to;
}

_Static_assert(sizeof(((struct tw_error *)0)->message) ==
                   sizeof(((struct tlswhy_error *)0)->message),
               "messages are copied whole");

static enum tlswhy_status refuse(struct tlswhy_error *error, const char *message)
{
    struct tw_error from;
    return tw_api_status(tw_base_error_set(&from, TW_ERR_USAGE, "%s", message), &from, error);
}

enum tlswhy_status tlswhy_pack_open_default(struct tlswhy_pack **out, struct tlswhy_error *error)
{
    struct tw_pack *pack = NULL;
    struct tw_error from;
    if (out == NULL) {
        return refuse(error, "no place for the pack");
    }
    enum tw_status status = tw_pack_open_default(&pack, &from);
    *out = tw_api_pack_handle(pack);
    return tw_api_status(status, &from, error);
}

void tlswhy_pack_free(struct tlswhy_pack *pack)
{
    tw_pack_free(tw_api_pack_of(pack));
}

void tw_api_pipeline_options(const struct tlswhy_options *options, struct tw_pipeline_options *to)
{
    const struct tlswhy_options defaults = TLSWHY_OPTIONS_INIT;
    /* A caller compiled against an older header knows fewer fields; the rest keep their defaults.
     */
    struct tlswhy_options known = defaults;
    if (options != NULL && options->size != 0) {
        memcpy(&known, options, options->size < sizeof known ? options->size : sizeof known);
    }
    *to = (struct tw_pipeline_options){.min_confidence = known.min_confidence,
                                       .no_redact = known.no_redact,
                                       .all_files = known.all_files,
                                       .input_format = known.input_format,
                                       .encoding = known.encoding,
                                       .client = known.client,
                                       .max_bytes = known.max_bytes};
}

enum tlswhy_status tlswhy_diagnoser_new(struct tlswhy_diagnoser **out,
                                        const struct tlswhy_pack *pack,
                                        const struct tlswhy_options *options,
                                        struct tlswhy_error *error)
{
    struct tw_pipeline_options wanted;
    struct tw_error from;
    if (out == NULL || pack == NULL) {
        return refuse(error, "a diagnoser needs a pack");
    }
    *out = NULL;
    tw_api_pipeline_options(options, &wanted);
    if (!(wanted.min_confidence >= 0) || wanted.min_confidence > 1) {
        return refuse(error, "min_confidence must be from 0 to 1");
    }
    struct tlswhy_diagnoser *made = tw_base_alloc(1, sizeof *made);
    enum tw_status status =
        made == NULL ? tw_base_error_set(&from, TW_ERR_MEMORY, "out of memory")
                     : tw_pipeline_new(&made->pipeline, tw_api_const_pack_of(pack), &wanted, &from);
    if (status != TW_OK) {
        tw_base_free(made);
        return tw_api_status(status, &from, error);
    }
    *out = made;
    return TLSWHY_OK;
}

void tlswhy_diagnoser_free(struct tlswhy_diagnoser *diagnoser)
{
    if (diagnoser != NULL) {
        tw_pipeline_free(diagnoser->pipeline);
        tw_base_free(diagnoser);
    }
}

/* Runs an opened source, or tells in the report why it could not be opened. */
static enum tlswhy_status run(struct tlswhy_diagnoser *diagnoser, const char *name,
                              enum tw_status opened, struct tw_stream *source,
                              const struct tw_error *why, const struct tlswhy_report **report,
                              struct tlswhy_error *error)
{
    struct tw_error from;
    if (opened == TW_ERR_MEMORY) {
        return tw_api_status(opened, why, error);
    }
    if (opened != TW_OK) {
        tw_pipeline_refuse(diagnoser->pipeline, name, why->message, report);
        return TLSWHY_OK;
    }
    return tw_api_status(tw_pipeline_run(diagnoser->pipeline, name, true, source, report, &from),
                         &from, error);
}

enum tlswhy_status tlswhy_diagnose_memory(struct tlswhy_diagnoser *diagnoser, const char *name,
                                          const void *bytes, size_t length,
                                          const struct tlswhy_report **report,
                                          struct tlswhy_error *error)
{
    struct tw_stream *source = NULL;
    struct tw_error why;
    if (diagnoser == NULL || name == NULL || report == NULL || (bytes == NULL && length > 0)) {
        return refuse(error, "diagnoser, name, bytes and report are needed");
    }
    enum tw_status opened =
        tw_source_open_memory(&source, (struct tw_span){bytes, length}, 0, &why);
    return run(diagnoser, name, opened, source, &why, report, error);
}

enum tlswhy_status tlswhy_diagnose_fd(struct tlswhy_diagnoser *diagnoser, const char *name, int fd,
                                      const struct tlswhy_report **report,
                                      struct tlswhy_error *error)
{
    struct tw_stream *source = NULL;
    struct tw_error why;
    if (diagnoser == NULL || name == NULL || report == NULL || fd < 0) {
        return refuse(error, "diagnoser, name, descriptor and report are needed");
    }
    enum tw_status opened = tw_source_open_fd(&source, fd, TW_SOURCE_BORROW, name, &why);
    return run(diagnoser, name, opened, source, &why, report, error);
}

enum tlswhy_status tlswhy_diagnose_path(struct tlswhy_diagnoser *diagnoser, const char *path,
                                        const struct tlswhy_report **report,
                                        struct tlswhy_error *error)
{
    struct tw_stream *source = NULL;
    struct tw_error why;
    if (diagnoser == NULL || path == NULL || report == NULL) {
        return refuse(error, "diagnoser, path and report are needed");
    }
    enum tw_status opened = tw_source_open_path(&source, path, &why);
    return run(diagnoser, path, opened, source, &why, report, error);
}
