/* tlswhy.h -- tells from a log why a secure connection failed, and what to do about it.
 *
 * INTRODUCTION
 *   A *pack* holds what is known: signatures of documented errors, causes, clients, fixes. It is
 *   immutable and may be shared by threads. A *diagnoser* belongs to one thread; it is fed one
 *   input after another (bytes, a descriptor, or a path) and answers with one *report* for each:
 *   the diagnoses with their evidence, and what became of the input.
 *
 *       struct tlswhy_error error;
 *       struct tlswhy_pack *pack;
 *       struct tlswhy_diagnoser *diagnoser;
 *       const struct tlswhy_report *report;
 *       if (tlswhy_pack_open_default(&pack, &error) != TLSWHY_OK) ...
 *       if (tlswhy_diagnoser_new(&diagnoser, pack, NULL, &error) != TLSWHY_OK) ...
 *       if (tlswhy_diagnose_memory(diagnoser, "trace.log", text, length, &report, &error) == 0)
 *           for (size_t i = 0; i < report->diagnosis_count; i++)
 *               puts(report->diagnoses[i].cause.title);
 *       tlswhy_diagnoser_free(diagnoser);
 *       tlswhy_pack_free(pack);
 *
 * STRINGS are NUL-terminated, valid UTF-8, without control characters, and secrets are redacted
 * unless the options say otherwise. A string that is unknown is NULL. Everything reached from a
 * report is borrowed until the next call on its diagnoser.
 *
 * ERRORS: functions return a status; where it is not TLSWHY_OK, `error` (may be NULL) says what and
 * where. A damaged or truncated *input* is no error: the report's `input` says so, and what could
 * be read is diagnosed.
 *
 * This header is stable: structs only grow at their end. */
#ifndef TLSWHY_H
#define TLSWHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of this header and of the library. */
#define TLSWHY_VERSION_MAJOR 0
#define TLSWHY_VERSION_MINOR 1
#define TLSWHY_VERSION_PATCH 0
#define TLSWHY_VERSION "0.1.0"

/** What came of a call. */
enum tlswhy_status {
    TLSWHY_OK = 0,
    TLSWHY_ERR_MEMORY = -1, /**< out of memory */
    TLSWHY_ERR_IO = -2,     /**< a file cannot be read or written */
    TLSWHY_ERR_DATA = -4,   /**< a pack is damaged or does not fit this library */
    TLSWHY_ERR_LIMIT = -5,  /**< a limit was reached */
    TLSWHY_ERR_USAGE = -6,  /**< the arguments make no sense */
};

/** Why a call failed: one sentence, NUL-terminated. */
struct tlswhy_error {
    enum tlswhy_status status;
    char message[512];
};

/** Signatures, causes, clients and fixes. Opaque, immutable, shared between threads. */
struct tlswhy_pack;

/** Diagnoses inputs one after another. Opaque; belongs to one thread at a time. */
struct tlswhy_diagnoser;

/* ---- results ------------------------------------------------------------------------------- */

/** How strongly a signature speaks (taxonomy of evidence; docs/classifier.md has the numbers). */
enum tlswhy_strength {
    TLSWHY_STRENGTH_NONE = 0,
    TLSWHY_STRENGTH_WEAK,
    TLSWHY_STRENGTH_MODERATE,
    TLSWHY_STRENGTH_STRONG,
    TLSWHY_STRENGTH_DECISIVE,
};

/** What kind of thing a signature recognises. */
enum tlswhy_kind {
    TLSWHY_KIND_ERROR = 0, /**< a failure */
    TLSWHY_KIND_CLIENT,    /**< the component that was connecting */
    TLSWHY_KIND_FACT,      /**< something true about the environment */
};

/** A name with its value: a capture of a signature's pattern. */
struct tlswhy_capture {
    const char *name;
    const char *value;
};

/** What one piece of evidence adds to one cause, in log-odds. */
struct tlswhy_term {
    const char *cause; /**< cause id */
    double value;      /**< positive: speaks for it */
};

/** One confirmed signature in one place. */
struct tlswhy_evidence {
    const char *signature; /**< id, or "client" for what is known of the client itself */
    const char *title;
    enum tlswhy_kind kind;
    enum tlswhy_strength strength; /**< the strongest word among what it supports or rules out */
    const char *const *supports;   /**< cause ids */
    size_t supports_count;
    const char *const *rules_out; /**< cause ids */
    size_t rules_out_count;
    uint64_t line;             /**< 1 is the first; 0: the format has no lines */
    uint64_t offset;           /**< bytes in the decompressed input */
    const char *record_id;     /**< 16 hexadecimal digits */
    const char *record_number; /**< the number that the log itself gives the record, or NULL */
    const char *provider;
    const char *event_id;   /**< decimal digits, or NULL */
    const char *direction;  /**< "as-client", "as-server": what this machine was; NULL: not told */
    const char *time;       /**< RFC 3339, or NULL */
    const char *time_local; /**< the same without offset, where the zone is unknown */
    const struct tlswhy_capture *captures;
    size_t capture_count;
    const char *excerpt;
    const struct tlswhy_term *terms;
    size_t term_count;
};

/** A cause with its probability. */
struct tlswhy_ranked_cause {
    const char *id;
    const char *family;
    const char *title;
    const char *meaning;
    double confidence;
    const char *told_apart_by; /**< what to look at to decide for or against it, or NULL */
};

/** Something that a person should do. */
struct tlswhy_fix {
    const char *id;
    const char *title;
    const char *const *steps;
    size_t step_count;
    const char *const *commands;
    size_t command_count;
    const char *const *cautions;
    size_t caution_count;
    const char *const *references;
    size_t reference_count;
    bool discouraged; /**< it works, but the documents advise against it */
};

/** A piece of evidence that would settle the question. */
struct tlswhy_collect {
    const char *what;
    const char *command;                /**< or NULL */
    const char *settles;                /**< what the answer would mean, or NULL */
    const char *const *decides_between; /**< cause ids */
    size_t decides_between_count;
};

/** An incident with its ranked causes, its client and its fixes. */
struct tlswhy_diagnosis {
    const char *id; /**< 16 hexadecimal digits; the same for the same bytes under the same name */
    uint64_t count; /**< how often the same failure stands in the input */
    const char *headline;             /**< the answer in one sentence */
    bool conclusive;                  /**< false: no family reaches the wanted confidence */
    bool look_alike;                  /**< true: TLS 1.2 is *not* the problem */
    struct tlswhy_ranked_cause cause; /**< id NULL where not conclusive */
    double family_confidence;
    const struct tlswhy_ranked_cause *alternatives; /**< likeliest first */
    size_t alternative_count;
    const char *client_id; /**< NULL: unknown */
    const char *client_title;
    const char *client_version;
    const char *const *hosts;
    size_t host_count;
    const char *first_time;
    const char *last_time;
    uint64_t first_line, last_line; /**< of the first occurrence; 0: no lines */
    const struct tlswhy_fix *fixes; /**< best first; empty where not conclusive */
    size_t fix_count;
    const struct tlswhy_collect *collect_next;
    size_t collect_count;
    const char *const *next_steps;
    size_t next_step_count;
    const char *const *cautions; /**< about the diagnosis itself, such as an on-premises host */
    size_t caution_count;
    const struct tlswhy_evidence *evidence; /**< in the order of the input */
    size_t evidence_count;
    uint64_t evidence_dropped; /**< further pieces, counted only */
    uint64_t offset; /**< where the record of its first error begins, in the decompressed input */
    const char *supersedes; /**< of a live input: the id of the answer that this one replaces */
    bool repeats;           /**< of a live input: an answer told before, with a new count */
    bool reported;          /**< of a live input that ended: told before, just so */
};

/** What became of an input. */
enum tlswhy_input_status {
    TLSWHY_INPUT_OK = 0,
    TLSWHY_INPUT_TRUNCATED, /**< it ends in the middle; what came before was looked at */
    TLSWHY_INPUT_DAMAGED,   /**< a part could not be decoded; the rest was looked at */
    TLSWHY_INPUT_IGNORED,   /**< does not look like a log */
    TLSWHY_INPUT_ERROR,     /**< could not be read */
};

/** An input as it was understood. */
struct tlswhy_input {
    const char *path;   /**< as given */
    const char *format; /**< such as "crm-trace"; NULL where nothing was recognised */
    const char *format_title;
    const char *encoding;           /**< such as "utf-8" */
    const char *const *compression; /**< outermost first */
    size_t compression_count;
    const char *const *repairs;
    size_t repair_count;
    uint64_t bytes; /**< decompressed */
    uint64_t lines;
    uint64_t records; /**< 0: not counted */
    uint64_t hits;
    uint64_t candidates;
    enum tlswhy_input_status status;
    bool incomplete; /**< not everything could be looked at */
    const char *const *limits;
    size_t limit_count;
    const char *error;
};

/** The answer for one input. `diagnoses` are ordered by offset, then by id. */
struct tlswhy_report {
    struct tlswhy_input input;
    const struct tlswhy_diagnosis *diagnoses;
    size_t diagnosis_count;
    uint64_t diagnoses_dropped; /**< beyond the limit, counted only */
};

/* ---- packs --------------------------------------------------------------------------------- */

/** Opens the pack that is built into the library. On success the caller owns `*out` and frees it
 *  with tlswhy_pack_free. Errors: MEMORY, DATA. */
enum tlswhy_status tlswhy_pack_open_default(struct tlswhy_pack **out, struct tlswhy_error *error);

/** Frees the pack; no diagnoser may be using it. NULL is fine. */
void tlswhy_pack_free(struct tlswhy_pack *pack);

/* ---- diagnosing ---------------------------------------------------------------------------- */

/** How to diagnose. Begin with TLSWHY_OPTIONS_INIT; unset strings are NULL. */
struct tlswhy_options {
    size_t size;              /**< sizeof(struct tlswhy_options): which fields the caller knows */
    double min_confidence;    /**< 0 to 1, held against the family; 0.5 */
    bool no_redact;           /**< show secrets */
    const char *input_format; /**< a format's name: do not recognise */
    const char *encoding;     /**< "utf-8", "utf-16le", "utf-16be", "windows-1252" */
    const char *client;       /**< a client id that the log does not tell */
    uint64_t max_bytes;       /**< decompressed bytes of one input; 0: no limit */
    bool all_files;           /**< look into what does not look like a log */
};

/* clang-format off */
#define TLSWHY_OPTIONS_INIT \
    {sizeof(struct tlswhy_options), 0.5, false, NULL, NULL, NULL, 0, false}
/* clang-format on */

/** Makes a diagnoser on a pack that must live longer. `options` NULL: the defaults. On success the
 *  caller owns `*out`. Errors: MEMORY, USAGE (an unknown name in the options), DATA. */
enum tlswhy_status tlswhy_diagnoser_new(struct tlswhy_diagnoser **out,
                                        const struct tlswhy_pack *pack,
                                        const struct tlswhy_options *options,
                                        struct tlswhy_error *error);

/** Frees it, and what its reports point to. NULL is fine. */
void tlswhy_diagnoser_free(struct tlswhy_diagnoser *diagnoser);

/** Diagnoses `length` bytes. `name` stands for the path in the report. `*report` is borrowed until
 *  the next call on the diagnoser. Errors: MEMORY. */
enum tlswhy_status tlswhy_diagnose_memory(struct tlswhy_diagnoser *diagnoser, const char *name,
                                          const void *bytes, size_t length,
                                          const struct tlswhy_report **report,
                                          struct tlswhy_error *error);

/** Diagnoses all that can be read from a descriptor, which stays the caller's. Errors: MEMORY. What
 *  cannot be read is told in the report. */
enum tlswhy_status tlswhy_diagnose_fd(struct tlswhy_diagnoser *diagnoser, const char *name, int fd,
                                      const struct tlswhy_report **report,
                                      struct tlswhy_error *error);

/** Diagnoses a file. Errors: MEMORY. A file that cannot be opened is told in the report
 *  (TLSWHY_INPUT_ERROR). */
enum tlswhy_status tlswhy_diagnose_path(struct tlswhy_diagnoser *diagnoser, const char *path,
                                        const struct tlswhy_report **report,
                                        struct tlswhy_error *error);

#ifdef __cplusplus
}
#endif

#endif
