/* tools.h -- what the command line needs beyond tlswhy.h: whole runs over many inputs, records,
 * packs from folders, explanations. Not ABI-stable: it changes with the program. The rules of
 * tlswhy.h on strings and errors hold here too. */
#ifndef TLSWHY_TOOLS_H
#define TLSWHY_TOOLS_H

#include <signal.h>

#include <tlswhy/tlswhy.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Exit statuses of a run (contract, section 2). */
enum {
    TLSWHY_EXIT_NOTHING = 0,
    TLSWHY_EXIT_DIAGNOSED = 1,
    TLSWHY_EXIT_FAILED = 2,
    TLSWHY_EXIT_INCOMPLETE = 3,
};

/** Opens the default pack (unless `without_default`) with the packs of folders added, compiling
 * them where no cache has them. Mistakes in a pack are printed to standard error. The caller frees
 * `*out`. */
enum tlswhy_status tlswhy_pack_open(struct tlswhy_pack **out, bool without_default,
                                    const char *const *folders, size_t folder_count,
                                    struct tlswhy_error *error);

/** Takes bytes of a result. Not TLSWHY_OK: the run ends (`error` says why). */
typedef enum tlswhy_status (*tlswhy_write)(void *payload, const char *bytes, size_t length,
                                           struct tlswhy_error *error);

/** Takes a message for standard error: a sentence without a newline. */
typedef void (*tlswhy_message)(void *payload, const char *message);

/** The renderings of a report. */
enum tlswhy_format {
    TLSWHY_FORMAT_TEXT = 0,
    TLSWHY_FORMAT_JSON,
    TLSWHY_FORMAT_NDJSON,
};

/** A run over many inputs. Zero it; unset means the default. */
struct tlswhy_scan_job {
    struct tlswhy_options diagnose; /**< begin with TLSWHY_OPTIONS_INIT */
    const char *const *paths;       /**< files, folders, "-" for standard input */
    size_t path_count;
    const char *const *include; /**< globs: of folders, only these files */
    size_t include_count;
    const char *const *exclude;
    size_t exclude_count;
    int jobs; /**< worker threads; 0: as many as cores */
    enum tlswhy_format format;
    bool color, all, verbose, stats, strict, exit_zero;
    int columns;        /**< 0: 80 */
    tlswhy_write write; /**< NULL: no output, the status only */
    void *write_payload;
    tlswhy_message message;
    void *message_payload;
    const volatile sig_atomic_t *stop; /**< becomes not 0, by a signal or, atomically, by another
                                          thread: end after the record in hand */
    int input;                         /**< the descriptor that "-" is: 0, standard input */
    const char *input_name;            /**< what "-" is called in reports; NULL: "-" */
    bool in_memory;                    /**< keep no part of a report in a temporary file */
    bool live;                         /**< tell answers of a pipe before it ends */
    unsigned idle;          /**< milliseconds of silence that complete an incident; 0: 300 */
    unsigned repeat_after;  /**< seconds after which a repeated answer is counted aloud */
    bool follow;            /**< go on with what files and folders get, until `stop` */
    const char *checkpoint; /**< of follow: where it goes on after a restart; NULL: nowhere */
    bool repeat_given;      /**< repeat_after was given; else it is 60 */
    size_t shard, shards;   /**< only part `shard` of `shards`; 0 of 0: everything */
    size_t need;            /**< merge: parts that there have to be; 0: any number */
};

/** Runs it. `*exit_status` is 0, 1 or 3 (contract), or 2 where no path could be read (told through
 * `message`, nothing was written). Other failures: memory, output. */
enum tlswhy_status tlswhy_scan(const struct tlswhy_pack *pack, const struct tlswhy_scan_job *job,
                               int *exit_status, struct tlswhy_error *error);

/** The ways to stand behind a log shipper. */
enum tlswhy_protocol {
    TLSWHY_PROTOCOL_PLAIN = 0, /**< lines, or JSON objects, one a line */
    TLSWHY_PROTOCOL_OMPROG,    /**< rsyslog's: each line is confirmed on descriptor `confirm` */
};

/** Reads records from descriptor `from` until it ends, one a line, and tells what they show at
 * once: with OMPROG before the record is confirmed. Uses diagnose, format (ndjson or text), write,
 *  message, repeat_after, exit_zero and stop of the job. */
enum tlswhy_status tlswhy_stream(const struct tlswhy_pack *pack, const struct tlswhy_scan_job *job,
                                 enum tlswhy_protocol protocol, int from, int confirm,
                                 int *exit_status, struct tlswhy_error *error);
/** Whether `path` already holds the whole ndjson report that the job would make: `*done`, with the
 * exit status that the run would have. TLSWHY_ERR_USAGE: it holds a whole report of other packs,
 * options, or another shard. What is cut, or no report, is not done. */
enum tlswhy_status tlswhy_resume(const struct tlswhy_pack *pack, const struct tlswhy_scan_job *job,
                                 const char *path, bool *done, int *exit_status,
                                 struct tlswhy_error *error);

/** Unites ndjson reports, the job's paths, into one. `*exit_status` as for tlswhy_scan; 3 also
 * where a part is missing or cut. TLSWHY_ERR_USAGE: they are of different packs or options. */
enum tlswhy_status tlswhy_merge(const struct tlswhy_scan_job *job, int *exit_status,
                                struct tlswhy_error *error);

/** The most shards. */
size_t tlswhy_shards_max(void);

/** Writes every record of the inputs as a line of JSON. Same job, same statuses. */
enum tlswhy_status tlswhy_records(const struct tlswhy_pack *pack, const struct tlswhy_scan_job *job,
                                  int *exit_status, struct tlswhy_error *error);

/** Writes what a signature, cause, client or fix is, for people or as JSON. TLSWHY_ERR_USAGE: no
 * such id; the message names the nearest ones. */
enum tlswhy_status tlswhy_explain(const struct tlswhy_pack *pack, const char *id, bool json,
                                  tlswhy_write write, void *payload, struct tlswhy_error *error);

/** Writes a line for every signature, cause, client and fix, or all of it as JSON. */
enum tlswhy_status tlswhy_list(const struct tlswhy_pack *pack, bool json, tlswhy_write write,
                               void *payload, struct tlswhy_error *error);

/** Writes a line for each part of the pack: name, version, signatures, digest. */
enum tlswhy_status tlswhy_describe(const struct tlswhy_pack *pack, tlswhy_write write,
                                   void *payload, struct tlswhy_error *error);

/** The path of a helper program, "tlswhy-pack" or "tlswhy-serve", to be freed with free(); NULL:
 * missing. */
char *tlswhy_helper(const char *name, struct tlswhy_error *error);

/** A descriptor of the built-in pack that a started helper inherits; -1 on failure. */
int tlswhy_default_pack_fd(struct tlswhy_error *error);

/** Writes `text` so that it is safe on a terminal (no control characters, valid UTF-8), with a NUL,
 * to `room` bytes; what does not fit is cut off. */
void tlswhy_visible(const char *text, char *to, size_t room);

/** Whether `name` may be a misspelling of `known`, and how bad a one: 0 is equal, SIZE_MAX is none.
 */
size_t tlswhy_misspelling(const char *name, const char *known);

/** The version of the matcher's library. */
const char *tlswhy_matcher_version(void);

#ifdef __cplusplus
}
#endif

#endif
