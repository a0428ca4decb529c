/* report_json.h -- the json objects of a report, one call an object; for this folder only.
 *
 * Both json renderings write the same objects: the keys of contract section 3 in its order. Jansson
 * stays behind this header. */
#ifndef TW_REPORT_REPORT_JSON_H
#define TW_REPORT_REPORT_JSON_H

#include "report/report_sink.h"

/** The name and version of the layout. */
#define TW_REPORT_SCHEMA "tlswhy.report/1"

/** How an object is laid out. */
struct tw_report_layout {
    bool line;  /**< without any blank, and with a leading "type" (ndjson) */
    int margin; /**< else: blanks before each line but the first */
};

/** Appends a diagnosis of the input; one that is not conclusive lacks cause and fixes. */
void tw_report_json_diagnosis(struct tw_buffer *to, struct tw_report_layout layout,
                              const struct tlswhy_report *answer,
                              const struct tlswhy_diagnosis *diagnosis);

/** The word for what became of an input. */
const char *tw_report_json_status(enum tlswhy_input_status status);

/** Appends the line that says how often an answer that was told came up so far. */
void tw_report_json_repeat(struct tw_buffer *to, const struct tlswhy_report *answer,
                           const struct tlswhy_diagnosis *diagnosis);

/** Appends what became of the input. */
void tw_report_json_input(struct tw_buffer *to, struct tw_report_layout layout,
                          const struct tlswhy_report *answer);

/** Appends the line that names an input that could not be read. */
void tw_report_json_error(struct tw_buffer *to, const struct tlswhy_input *input);

/** Appends the tool with its packs. */
void tw_report_json_tool(struct tw_buffer *to, struct tw_report_layout layout,
                         const struct tw_report *report);

/** Appends the verdict, or null. */
void tw_report_json_verdict(struct tw_buffer *to, struct tw_report_layout layout,
                            const struct tw_report *report);

/** Appends the summary: in a line with schema, tool and verdict around it, else the counters. */
void tw_report_json_summary(struct tw_buffer *to, struct tw_report_layout layout,
                            const struct tw_report *report);

/** Appends an object of counters; those that are 0 are left out. */
void tw_report_json_counters(struct tw_buffer *to, struct tw_report_layout layout,
                             const char *const *names, const uint64_t *counters, size_t count);

#endif
