/* report_sink.c -- the life of a report: opened, added to, finished; see report.h.
 *
 * Owns the copies of the options and the way out through the caller's callback. Knows the
 * renderings by their tables only, and never looks at what they write. */
#include "report/report_sink.h"

#include "base/alloc.h"

static const struct tw_report_type *type_of(enum tw_report_format format)
{
    switch (format) {
    case TW_REPORT_TEXT:
        return &tw_report_text;
    case TW_REPORT_JSON:
        return &tw_report_json;
    case TW_REPORT_NDJSON:
        return &tw_report_ndjson;
    }
    return NULL;
}

static enum tw_status out_of_memory(struct tw_error *error)
{
    return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while writing the report");
}

static bool copy_text(const char **to, const char *text)
{
    *to = text == NULL ? NULL : tw_base_copy(tw_base_span(text));
    return text == NULL || *to != NULL;
}

static void free_packs(struct tw_report *report)
{
    struct tw_report_pack *packs = (struct tw_report_pack *)report->options.packs;
    for (size_t i = 0; packs != NULL && i < report->options.pack_count; i++) {
        tw_base_free((char *)packs[i].name);
        tw_base_free((char *)packs[i].version);
        tw_base_free((char *)packs[i].digest);
    }
    tw_base_free(packs);
    report->options.packs = NULL;
    report->options.pack_count = 0;
}

static enum tw_status copy_packs(struct tw_report *report, const struct tw_report_pack *packs,
                                 size_t count)
{
    struct tw_report_pack *copies = tw_base_alloc(count, sizeof *copies);
    if (copies == NULL) {
        return TW_ERR_MEMORY;
    }
    report->options.packs = copies;
    report->options.pack_count = count;
    for (size_t i = 0; i < count; i++) {
        copies[i].signatures = packs[i].signatures;
        if (!copy_text(&copies[i].name, packs[i].name) ||
            !copy_text(&copies[i].version, packs[i].version) ||
            !copy_text(&copies[i].digest, packs[i].digest)) {
            return TW_ERR_MEMORY;
        }
    }
    return TW_OK;
}

enum tw_status tw_report_open(struct tw_report **out, const struct tw_report_options *options,
                              tw_report_write write, void *payload, struct tw_error *error)
{
    *out = NULL;
    const struct tw_report_type *type = type_of(options->format);
    if (type == NULL) {
        return tw_base_error_set(error, TW_ERR_USAGE, "there is no such format of a report");
    }
    struct tw_report *report = tw_base_alloc(1, sizeof *report);
    if (report == NULL) {
        return out_of_memory(error);
    }
    report->type = type;
    report->write = write;
    report->payload = payload;
    report->out = TW_BUFFER_INIT(TW_REPORT_RENDER_MAX);
    report->options = *options;
    report->options.packs = NULL;
    report->options.pack_count = 0;
    report->options.answers = NULL;
    enum tw_status status = TW_OK;
    if (copy_packs(report, options->packs, options->pack_count) != TW_OK ||
        !copy_text(&report->options.answers, options->answers)) {
        status = out_of_memory(error);
    } else if (type->open != NULL) {
        status = type->open(report, error);
    }
    if (status != TW_OK) {
        tw_report_free(report);
        return status;
    }
    *out = report;
    return TW_OK;
}

/* Turns what became of a buffer into an error of the report. */
static enum tw_status check_buffer(const struct tw_buffer *buffer, struct tw_error *error)
{
    switch (buffer->status) {
    case TW_OK:
        return TW_OK;
    case TW_ERR_LIMIT:
        return tw_base_error_set(error, TW_ERR_LIMIT,
                                 "the report of one input is larger than %zu bytes",
                                 buffer->maximum);
    default:
        return out_of_memory(error);
    }
}

enum tw_status tw_report_flush(struct tw_report *report, struct tw_error *error)
{
    enum tw_status status = check_buffer(&report->out, error);
    if (status == TW_OK && report->out.length > 0) {
        status = report->write(report->payload, tw_base_buffer_span(&report->out), error);
    }
    tw_base_buffer_clear(&report->out);
    return status;
}

/* Adds an answer without the diagnoses that were told. */
static enum tw_status add_untold(struct tw_report *report, const struct tlswhy_report *answer,
                                 struct tw_error *error)
{
    struct tlswhy_diagnosis *left = tw_base_alloc(answer->diagnosis_count + 1, sizeof *left);
    struct tlswhy_report rest = *answer;
    if (left == NULL) {
        return out_of_memory(error);
    }
    rest.diagnoses = left;
    rest.diagnosis_count = 0;
    for (size_t i = 0; i < answer->diagnosis_count; i++) {
        if (!answer->diagnoses[i].reported) {
            left[rest.diagnosis_count++] = answer->diagnoses[i];
        }
    }
    /* For people there is nothing to say of an input of which all was told. */
    bool silent =
        rest.diagnosis_count == 0 && answer->diagnosis_count > 0 && report->type == &tw_report_text;
    enum tw_status status = silent ? TW_OK : report->type->add(report, &rest, error);
    tw_base_free(left);
    return status;
}

enum tw_status tw_report_add(struct tw_report *report, const struct tlswhy_report *answer,
                             struct tw_error *error)
{
    enum tw_status status = tw_report_tally_add(&report->tally, answer, error);
    if (status != TW_OK || report->write == NULL) {
        return status;
    }
    return report->told ? add_untold(report, answer, error)
                        : report->type->add(report, answer, error);
}

bool tw_report_can_tell(enum tw_report_format format)
{
    const struct tw_report_type *type = type_of(format);
    return type != NULL && type->tell != NULL;
}

enum tw_status tw_report_tell(struct tw_report *report, const struct tlswhy_report *answer,
                              struct tw_error *error)
{
    report->told = true;
    return report->write == NULL ? TW_OK : report->type->tell(report, answer, error);
}

enum tw_status tw_report_finish(struct tw_report *report, double seconds,
                                struct tw_report_totals *totals, struct tw_error *error)
{
    struct tw_report_totals *own = &report->tally.totals;
    own->seconds = seconds;
    own->reached = report->options.reached;
    own->exit_status = report->signal != 0 ? 128 + report->signal
                                           : tw_report_exit_status(own, report->options.strict,
                                                                   report->options.exit_zero);
    if (totals != NULL) {
        *totals = *own;
    }
    if (report->write == NULL || report->type->finish == NULL || own->exit_status == 2) {
        return TW_OK;
    }
    return report->type->finish(report, error);
}

void tw_report_interrupt(struct tw_report *report, int signal)
{
    report->signal = signal;
}

void tw_report_free(struct tw_report *report)
{
    if (report == NULL) {
        return;
    }
    if (report->type->free != NULL) {
        report->type->free(report);
    }
    free_packs(report);
    tw_base_free((char *)report->options.answers);
    tw_report_tally_free(&report->tally);
    tw_base_buffer_free(&report->out);
    tw_base_free(report);
}
