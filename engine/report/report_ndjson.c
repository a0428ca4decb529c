/* report_ndjson.c -- the report as one json object a line, each as soon as it is final.
 *
 * Owns the order of the lines: the diagnoses of an input, the input, the summary last. Keeps
 * nothing, so it has no bounds. */
#include "report/report_json.h"

static const struct tw_report_layout line_layout = {.line = true};

static enum tw_status ndjson_tell(struct tw_report *report, const struct tlswhy_report *answer,
                                  struct tw_error *error)
{
    for (size_t i = 0; i < answer->diagnosis_count; i++) {
        if (answer->diagnoses[i].repeats) {
            tw_report_json_repeat(&report->out, answer, &answer->diagnoses[i]);
        } else {
            tw_report_json_diagnosis(&report->out, line_layout, answer, &answer->diagnoses[i]);
        }
        enum tw_status status = tw_report_flush(report, error);
        if (status != TW_OK) {
            return status;
        }
    }
    return TW_OK;
}

static enum tw_status ndjson_add(struct tw_report *report, const struct tlswhy_report *answer,
                                 struct tw_error *error)
{
    enum tw_status status = ndjson_tell(report, answer, error);
    if (status != TW_OK) {
        return status;
    }
    tw_report_json_input(&report->out, line_layout, answer);
    if (answer->input.status == TLSWHY_INPUT_ERROR) {
        tw_report_json_error(&report->out, &answer->input);
    }
    return tw_report_flush(report, error);
}

static enum tw_status ndjson_finish(struct tw_report *report, struct tw_error *error)
{
    tw_report_json_summary(&report->out, line_layout, report);
    return tw_report_flush(report, error);
}

const struct tw_report_type tw_report_ndjson = {NULL, ndjson_add, ndjson_tell, ndjson_finish, NULL};
