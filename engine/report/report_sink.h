/* report_sink.h -- what a rendering is made of; for this folder only. */
#ifndef TW_REPORT_REPORT_SINK_H
#define TW_REPORT_REPORT_SINK_H

#include "base/buffer.h"
#include "report/report.h"
#include "report/report_tally.h"

/** Most bytes rendered before they are handed to the caller: one diagnosis. 64 pieces of evidence
 *  with 8 captures of 4 KiB each come to 2 MiB; the rest is for texts that a pack makes long. */
#define TW_REPORT_RENDER_MAX (64u << 20)

/** What a rendering can do. One constant a rendering, at the bottom of its file. Any of the
 *  functions but `add` may be NULL. */
struct tw_report_type {
    /** Makes report->state. Leaves nothing behind where it fails. */
    enum tw_status (*open)(struct tw_report *report, struct tw_error *error);
    /** Renders one input; it is counted already. */
    enum tw_status (*add)(struct tw_report *report, const struct tlswhy_report *answer,
                          struct tw_error *error);
    /** Renders answers of an input that goes on; nothing is counted. NULL: cannot. */
    enum tw_status (*tell)(struct tw_report *report, const struct tlswhy_report *answer,
                           struct tw_error *error);
    /** Renders the end; tally.totals is complete. Not called where the exit status is 2. */
    enum tw_status (*finish)(struct tw_report *report, struct tw_error *error);
    /** Frees report->state, which may be NULL. */
    void (*free)(struct tw_report *report);
};

/** A report under way. */
struct tw_report {
    const struct tw_report_type *type;
    struct tw_report_options options; /**< packs: owned copies */
    tw_report_write write;            /**< NULL: nothing is shown */
    void *payload;
    struct tw_report_tally tally;
    struct tw_buffer out; /**< rendered, not yet handed over */
    void *state;          /**< the rendering's own */
    bool told;            /**< something was told of an input that went on */
    int signal;           /**< that ended the run early; 0: none */
};

extern const struct tw_report_type tw_report_text;
extern const struct tw_report_type tw_report_json;
extern const struct tw_report_type tw_report_ndjson;

/** Hands over report->out and empties it; fails where it did not take all that was appended. */
enum tw_status tw_report_flush(struct tw_report *report, struct tw_error *error);

#endif
