/* cli.h -- the command line: what the files of this folder share. Sees the public headers only. */
#ifndef TW_CLI_CLI_H
#define TW_CLI_CLI_H

#include <tlswhy/tools.h>

/** The subcommands. Bits, so that an option can belong to several. */
enum tw_cli_command {
    TW_CLI_SCAN = 1,
    TW_CLI_RECORDS = 2,
    TW_CLI_EXPLAIN = 4,
    TW_CLI_SIGNATURES = 8,
    TW_CLI_COMPLETION = 16,
    TW_CLI_MERGE = 32,
    TW_CLI_STREAM = 64,
    TW_CLI_SERVE = 128,
};

/** Options, in the order of the table. */
enum tw_cli_id {
    TW_OPT_FORMAT,
    TW_OPT_OUTPUT,
    TW_OPT_APPEND,
    TW_OPT_COLOR,
    TW_OPT_ALL,
    TW_OPT_QUIET,
    TW_OPT_VERBOSE,
    TW_OPT_STATS,
    TW_OPT_JOBS,
    TW_OPT_FILES_FROM,
    TW_OPT_NULL,
    TW_OPT_INCLUDE,
    TW_OPT_EXCLUDE,
    TW_OPT_ALL_FILES,
    TW_OPT_INPUT_FORMAT,
    TW_OPT_ENCODING,
    TW_OPT_MAX_BYTES,
    TW_OPT_CLIENT,
    TW_OPT_MIN_CONFIDENCE,
    TW_OPT_NO_REDACT,
    TW_OPT_SIGNATURES,
    TW_OPT_NO_DEFAULT_SIGNATURES,
    TW_OPT_FOLLOW,
    TW_OPT_CHECKPOINT,
    TW_OPT_PROTOCOL,
    TW_OPT_IDLE,
    TW_OPT_REPEAT_AFTER,
    TW_OPT_STRICT,
    TW_OPT_EXIT_ZERO,
    TW_OPT_SHARD,
    TW_OPT_RESUME,
    TW_OPT_NEED,
    TW_OPT_LISTEN,
    TW_OPT_HELP,
    TW_OPT_VERSION,
    TW_OPTIONS,
};

/** One row of the option table: parser, help, man page and completions are made of it. */
struct tw_cli_option {
    const char *name;         /**< without the dashes */
    char letter;              /**< '\0': none */
    const char *argument;     /**< NULL: takes none */
    const char *const *words; /**< what the argument may be; NULL: anything */
    unsigned commands;
    bool repeatable;
    const char *help; /**< a sentence */
};
extern const struct tw_cli_option tw_cli_options[TW_OPTIONS];

/** One row of the command table. */
struct tw_cli_command_row {
    const char *name;
    enum tw_cli_command command;
    const char *usage; /**< what follows the name */
    const char *help;
};
extern const struct tw_cli_command_row tw_cli_commands[];
extern const size_t tw_cli_command_count;

/** A list of strings that belong to argv or to itself. */
struct tw_cli_list {
    const char **at;
    size_t count;
};

/** A parsed command line. */
struct tw_cli_line {
    enum tw_cli_command command;
    struct tw_cli_list
        values[TW_OPTIONS];  /**< what was given, in order; flags have an empty string */
    struct tw_cli_list rest; /**< paths, ids */
};

/** Parses. False: a message with a suggestion was printed to standard error. */
bool tw_cli_parse(struct tw_cli_line *line, int argc, char **argv);
void tw_cli_line_free(struct tw_cli_line *line);

/** Adds a string to a list; exits with status 2 where memory is gone. */
void tw_cli_list_add(struct tw_cli_list *list, const char *text);

/** Whether an option was given, and its last value (NULL: not given). */
bool tw_cli_has(const struct tw_cli_line *line, enum tw_cli_id id);
const char *tw_cli_value(const struct tw_cli_line *line, enum tw_cli_id id);

/** Prints "tlswhy: " and a message with a newline to standard error; never fails. */
void tw_cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Reads a whole number with an optional K, M or G; `*to` stays where the option was not given.
 * False: a message was printed. */
bool tw_cli_read_size(const struct tw_cli_line *line, enum tw_cli_id id, uint64_t least,
                      uint64_t most, uint64_t *to);

/** Opens the packs that the command line asks for. False: a message was printed. */
bool tw_cli_open_pack(const struct tw_cli_line *line, struct tlswhy_pack **pack);

/** The subcommands; each returns an exit status. */
int tw_cli_scan(const struct tw_cli_line *line);
int tw_cli_merge(const struct tw_cli_line *line);
int tw_cli_explain(const struct tw_cli_line *line);
int tw_cli_signatures(const struct tw_cli_line *line);
int tw_cli_stream(const struct tw_cli_line *line);
int tw_cli_serve(const struct tw_cli_line *line);
int tw_cli_completion(const struct tw_cli_line *line);

/** Reads the options of a job. False: a message was printed. */
bool tw_cli_read_job(const struct tw_cli_line *line, struct tlswhy_scan_job *job);

/** Reads --shard to the job. False: a message was printed. */
bool tw_cli_read_shard(const struct tw_cli_line *line, struct tlswhy_scan_job *job);

/** Whether nothing is left to do: the output is there as a whole, or may not be replaced (a message
 * was printed). Then `*exit_status` says how to end. */
bool tw_cli_resume(const struct tw_cli_line *line, const struct tlswhy_pack *pack,
                   const struct tlswhy_scan_job *job, int *exit_status);

/** Runs a job with its output; the exit status. `pack` NULL: merge. */
int tw_cli_run_job(const struct tw_cli_line *line, const struct tlswhy_pack *pack,
                   struct tlswhy_scan_job *job);

/** Prints the help of a command (0: all) to standard output. */
void tw_cli_help(enum tw_cli_command command);
void tw_cli_version(bool verbose);

/** Where results go: standard output, a file that is replaced when it is complete, or one that is
 * appended to. */
struct tw_cli_output {
    int fd;
    bool flush;      /**< not a regular file: every write goes out at once */
    char *path;      /**< of the file to be replaced, or NULL */
    char *temporary; /**< beside it */
    char *held;      /**< bytes not yet written */
    size_t held_length;
    const char *appended; /**< path of the file that is appended to, or NULL */
    bool reader_gone;     /**< standard output was closed by its reader */
};
bool tw_cli_output_open(struct tw_cli_output *output, const struct tw_cli_line *line);
/** A tlswhy_write; `payload` is the output. */
enum tlswhy_status tw_cli_output_write(void *payload, const char *bytes, size_t length,
                                       struct tlswhy_error *error);
/** Ends it: with `keep` the file takes its place, else it is removed. False: it could not be
 * written. */
bool tw_cli_output_close(struct tw_cli_output *output, bool keep);

/** Reads what a person pastes into the terminal. Returns a descriptor to read it from, or -1 where
 * the person left. Lines may have any length. */
int tw_cli_paste(void);

/** Set by TERM and INT; the number of the signal. */
extern volatile sig_atomic_t tw_cli_stopped;
/** Set by HUP: a file that is appended to is to be opened again. */
extern volatile sig_atomic_t tw_cli_reopen;
void tw_cli_catch_signals(void);

#endif
