/* report.h -- shows what was found: one sink, one rendering a format.
 *
 * The caller adds one answer (struct tlswhy_report) after the other in their final order and
 * finishes once. Whatever is needed later is copied; bytes leave through a callback, so that this
 * folder never knows a file. The verdict of the run and its exit status are decided here, whatever
 * the rendering. Calls after a failure, and after tw_report_finish, are mistakes of the caller. */
#ifndef TW_REPORT_REPORT_H
#define TW_REPORT_REPORT_H

#include <tlswhy/tlswhy.h>

#include "base/span.h"
#include "base/status.h"

/** The renderings. */
enum tw_report_format {
    TW_REPORT_TEXT = 0, /**< for people, as it comes */
    TW_REPORT_JSON,     /**< one object, at the end */
    TW_REPORT_NDJSON,   /**< one object a line, as it comes; no bounds */
};

/** A pack, as the report names it. */
struct tw_report_pack {
    const char *name;
    const char *version;
    const char *digest;
    size_t signatures;
};

/** How to show it. Begin with TW_REPORT_OPTIONS_INIT. */
struct tw_report_options {
    enum tw_report_format format;
    bool color;                         /**< text: terminal colours */
    bool all;                           /**< text: every alternative, every term, the whole plan */
    bool verbose;                       /**< text: excerpts, and inputs without findings too */
    int columns;                        /**< text: width; less than 40 counts as 40 */
    const struct tw_report_pack *packs; /**< copied */
    size_t pack_count;
    const char *answers;       /**< digest of the options that change answers, or NULL; copied */
    const char *version;       /**< of the program that made them; NULL: this one; borrowed */
    const char *const *shards; /**< "I/N": the parts of the whole that this is; borrowed */
    size_t shard_count;        /**< 0: it is the whole */
    double min_confidence;     /**< what a family has to reach; only told to the reader */
    bool reached;   /**< a folder that the user named could be read: not all is unreadable */
    bool strict;    /**< incomplete counts even where something was diagnosed */
    bool exit_zero; /**< a diagnosis is no reason for a status of its own */
    bool in_memory; /**< never a temporary file; TW_REPORT_MEMORY_MAX bounds a list */
};

#define TW_REPORT_OPTIONS_INIT ((struct tw_report_options){.columns = 80, .min_confidence = 0.5})

/** Takes bytes of the finished report. Called at least once for each diagnosis (ndjson) or input
 *  (text), so that a caller who flushes in it shows everything that is final. */
typedef enum tw_status (*tw_report_write)(void *payload, struct tw_span bytes,
                                          struct tw_error *error);

/** What the whole run came to. */
struct tw_report_totals {
    uint64_t inputs;     /**< all of them, also ignored and unreadable ones */
    uint64_t ignored;    /**< do not look like a log */
    uint64_t incomplete; /**< could not be looked at, or not as a whole */
    bool reached;        /**< a folder that the user named could be read */
    uint64_t unreadable; /**< of these: nothing of it could be read */
    uint64_t bytes;
    uint64_t hits;
    uint64_t candidates;
    uint64_t diagnoses; /**< conclusive ones */
    uint64_t inconclusive;
    double seconds;
    bool partial; /**< something of the run is missing, such as the rest of a part */
    int exit_status;
};

/** The exit status of a run (contract, section 2). `totals->exit_status` is not looked at. 2 comes
 *  from here only where there was an input and none could be read. */
int tw_report_exit_status(const struct tw_report_totals *totals, bool strict, bool exit_zero);

/** A report under way. Opaque; belongs to one thread at a time. */
struct tw_report;

/** Begins a report. `write` may be NULL: nothing is shown, the totals are still counted. On success
 *  the caller owns `*out` and frees it with tw_report_free. */
enum tw_status tw_report_open(struct tw_report **out, const struct tw_report_options *options,
                              tw_report_write write, void *payload, struct tw_error *error);

/** Adds the answer for one input, also one that could not be opened. Its strings may hold any
 * bytes; nothing of it is referred to after the call. */
enum tw_status tw_report_add(struct tw_report *report, const struct tlswhy_report *answer,
                             struct tw_error *error);

/** Whether a format can show answers before the input ends. */
bool tw_report_can_tell(enum tw_report_format format);

/** Shows answers of an input that goes on, of which tw_report_add brings the whole later. */
enum tw_status tw_report_tell(struct tw_report *report, const struct tlswhy_report *answer,
                              struct tw_error *error);

/** Ends the report and fills `*totals` (may be NULL). Where the exit status is 2 the report stays
 *  without its end (json: nothing at all; ndjson: no summary), so that nobody takes it for whole.
 */
enum tw_status tw_report_finish(struct tw_report *report, double seconds,
                                struct tw_report_totals *totals, struct tw_error *error);

/** Notes that a signal ended the run: the exit status is 128 and its number, whatever was found. */
void tw_report_interrupt(struct tw_report *report, int signal);

/** Frees it; NULL is fine. */
void tw_report_free(struct tw_report *report);

#endif
