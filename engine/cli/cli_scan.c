/* cli_scan.c -- the subcommands scan and records: from what was typed to a job. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* Longest list of paths that --files-from may have: 64 MiB of names. */
#define NAMES_MAX (64u << 20)

/* Lists of paths read from files, kept until the end. */
struct names {
    char *bytes;
    size_t length;
};

static void on_message(void *payload, const char *message)
{
    (void)payload;
    tw_cli_say("%s", message);
}

bool tw_cli_open_pack(const struct tw_cli_line *line, struct tlswhy_pack **pack)
{
    struct tlswhy_error error;
    const struct tw_cli_list *folders = &line->values[TW_OPT_SIGNATURES];
    bool without_default = tw_cli_has(line, TW_OPT_NO_DEFAULT_SIGNATURES);
    if (without_default && folders->count == 0) {
        tw_cli_say(
            "--no-default-signatures leaves no signatures; add a pack with --signatures DIR");
        return false;
    }
    if (tlswhy_pack_open(pack, without_default, folders->at, folders->count, &error) != TLSWHY_OK) {
        tw_cli_say("%s", error.message);
        return false;
    }
    return true;
}

/* ---- values ------------------------------------------------------------------------------------
 */

bool tw_cli_read_size(const struct tw_cli_line *line, enum tw_cli_id id, uint64_t least,
                      uint64_t most, uint64_t *to)
{
    const char *text = tw_cli_value(line, id);
    char *end = NULL;
    if (text == NULL) {
        return true;
    }
    errno = 0;
    unsigned long long value = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    unsigned shift = 0;
    if (end != NULL && *end != '\0') {
        shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
        end += shift != 0;
    }
    if (end == NULL || end == text || *end != '\0' || errno != 0 || value > UINT64_MAX >> shift ||
        value << shift < least || value << shift > most) {
        tw_cli_say("--%s cannot be \"%s\"; allowed is a number from %llu to %llu",
                   tw_cli_options[id].name, text, (unsigned long long)least,
                   (unsigned long long)most);
        return false;
    }
    *to = value << shift;
    return true;
}

static bool read_confidence(const struct tw_cli_line *line, double *to)
{
    const char *text = tw_cli_value(line, TW_OPT_MIN_CONFIDENCE);
    char *end = NULL;
    if (text == NULL) {
        return true;
    }
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= 0) || !(value <= 1)) {
        tw_cli_say("--min-confidence cannot be \"%s\"; allowed is a number from 0 to 1, such as "
                   "0.8",
                   text);
        return false;
    }
    *to = value;
    return true;
}

static bool wants_color(const struct tw_cli_line *line)
{
    const char *when = tw_cli_value(line, TW_OPT_COLOR);
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (when != NULL && strcmp(when, "auto") != 0) {
        return strcmp(when, "always") == 0;
    }
    return !tw_cli_has(line, TW_OPT_OUTPUT) && !tw_cli_has(line, TW_OPT_APPEND) &&
           isatty(STDOUT_FILENO) == 1 && (no_color == NULL || no_color[0] == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

/* ---- paths -------------------------------------------------------------------------------------
 */

static bool read_names(const char *path, struct names *names)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    size_t room = 4096;
    names->bytes = file == NULL ? NULL : malloc(room + 1);
    names->length = 0;
    while (names->bytes != NULL) {
        names->length += fread(names->bytes + names->length, 1, room - names->length, file);
        if (names->length < room) {
            break;
        }
        char *grown = room >= NAMES_MAX ? NULL : realloc(names->bytes, room * 2 + 1);
        if (grown == NULL) {
            free(names->bytes);
            names->bytes = NULL;
            errno = E2BIG;
            break;
        }
        names->bytes = grown;
        room *= 2;
    }
    bool failed = names->bytes == NULL || ferror(file) != 0;
    if (failed) {
        tw_cli_say("%s: cannot be read: %s", path, strerror(errno));
        free(names->bytes);
        names->bytes = NULL;
    }
    if (file != NULL && file != stdin) {
        (void)fclose(file);
    }
    return !failed;
}

/* Adds the names to the paths; they stay in the bytes. */
static void add_names(struct names *names, bool null, struct tw_cli_list *paths)
{
    char separator = null ? '\0' : '\n';
    names->bytes[names->length] = separator;
    for (size_t at = 0; at < names->length;) {
        char *name = names->bytes + at;
        char *end = memchr(name, separator, names->length - at + 1);
        size_t length = (size_t)(end - name);
        at += length + 1;
        *end = '\0';
        if (!null && length > 0 && name[length - 1] == '\r') {
            name[length - 1] = '\0';
        }
        if (name[0] != '\0') {
            tw_cli_list_add(paths, name);
        }
    }
}

/* With no path standard input is meant: a pipe, or what a person pastes. */
static bool take_standard_input(struct tw_cli_list *paths)
{
    if (isatty(STDIN_FILENO) == 1) {
        int paste = tw_cli_paste();
        if (paste < 0) {
            return false;
        }
        (void)dup2(paste, STDIN_FILENO);
        (void)close(paste);
    }
    tw_cli_list_add(paths, "-");
    return true;
}

static bool collect_paths(const struct tw_cli_line *line, struct names *names,
                          struct tw_cli_list *paths)
{
    const struct tw_cli_list *lists = &line->values[TW_OPT_FILES_FROM];
    for (size_t i = 0; i < line->rest.count; i++) {
        tw_cli_list_add(paths, line->rest.at[i]);
    }
    for (size_t i = 0; i < lists->count; i++) {
        if (!read_names(lists->at[i], &names[i])) {
            return false;
        }
        add_names(&names[i], tw_cli_has(line, TW_OPT_NULL), paths);
    }
    if (paths->count == 0 && lists->count == 0) {
        return take_standard_input(paths);
    }
    return true;
}

/* ---- the job -----------------------------------------------------------------------------------
 */

bool tw_cli_read_job(const struct tw_cli_line *line, struct tlswhy_scan_job *job)
{
    const struct tlswhy_options defaults = TLSWHY_OPTIONS_INIT;
    const char *format = tw_cli_value(line, TW_OPT_FORMAT);
    uint64_t jobs = 0;
    uint64_t idle = 0;
    uint64_t repeat_after = 0;
    uint64_t need = 0;
    *job = (struct tlswhy_scan_job){.diagnose = defaults};
    if (!tw_cli_read_size(line, TW_OPT_JOBS, 1, 64, &jobs) ||
        !tw_cli_read_size(line, TW_OPT_IDLE, 1, 3600000, &idle) ||
        !tw_cli_read_size(line, TW_OPT_REPEAT_AFTER, 0, 31536000, &repeat_after) ||
        !tw_cli_read_size(line, TW_OPT_MAX_BYTES, 1, UINT64_MAX >> 1, &job->diagnose.max_bytes) ||
        !tw_cli_read_size(line, TW_OPT_NEED, 1, UINT32_MAX, &need) ||
        !tw_cli_read_shard(line, job) || !read_confidence(line, &job->diagnose.min_confidence)) {
        return false;
    }
    job->jobs = (int)jobs;
    job->live = line->command == TW_CLI_SCAN && !tw_cli_has(line, TW_OPT_OUTPUT);
    job->idle = (unsigned)idle;
    job->follow = tw_cli_has(line, TW_OPT_FOLLOW);
    job->checkpoint = tw_cli_value(line, TW_OPT_CHECKPOINT);
    job->repeat_after = (unsigned)repeat_after;
    job->repeat_given = tw_cli_has(line, TW_OPT_REPEAT_AFTER);
    job->need = (size_t)need;
    job->diagnose.no_redact = tw_cli_has(line, TW_OPT_NO_REDACT);
    job->diagnose.all_files = tw_cli_has(line, TW_OPT_ALL_FILES);
    job->diagnose.input_format = tw_cli_value(line, TW_OPT_INPUT_FORMAT);
    job->diagnose.encoding = tw_cli_value(line, TW_OPT_ENCODING);
    job->diagnose.client = tw_cli_value(line, TW_OPT_CLIENT);
    job->include = line->values[TW_OPT_INCLUDE].at;
    job->include_count = line->values[TW_OPT_INCLUDE].count;
    job->exclude = line->values[TW_OPT_EXCLUDE].at;
    job->exclude_count = line->values[TW_OPT_EXCLUDE].count;
    job->format = format != NULL && strcmp(format, "json") == 0     ? TLSWHY_FORMAT_JSON
                  : format != NULL && strcmp(format, "ndjson") == 0 ? TLSWHY_FORMAT_NDJSON
                                                                    : TLSWHY_FORMAT_TEXT;
    job->all = tw_cli_has(line, TW_OPT_ALL);
    job->verbose = tw_cli_has(line, TW_OPT_VERBOSE);
    job->stats = tw_cli_has(line, TW_OPT_STATS);
    job->strict = tw_cli_has(line, TW_OPT_STRICT);
    job->exit_zero = tw_cli_has(line, TW_OPT_EXIT_ZERO);
    job->color = wants_color(line);
    job->message = on_message;
    job->stop = &tw_cli_stopped;
    return true;
}

/* What --follow cannot be combined with. */
static bool can_follow(const struct tw_cli_line *line)
{
    const char *format = tw_cli_value(line, TW_OPT_FORMAT);
    if (!tw_cli_has(line, TW_OPT_FOLLOW)) {
        if (tw_cli_has(line, TW_OPT_CHECKPOINT)) {
            tw_cli_say("--checkpoint needs --follow");
            return false;
        }
        return true;
    }
    if (tw_cli_has(line, TW_OPT_OUTPUT) || (format != NULL && strcmp(format, "json") == 0)) {
        tw_cli_say("what is followed has no end: use --append, and --format text or ndjson");
        return false;
    }
    for (size_t i = 0; i < line->rest.count; i++) {
        if (strcmp(line->rest.at[i], "-") == 0) {
            tw_cli_say("standard input is followed without --follow");
            return false;
        }
    }
    if (line->rest.count == 0 && !tw_cli_has(line, TW_OPT_FILES_FROM)) {
        tw_cli_say("--follow needs a file or a folder");
        return false;
    }
    return true;
}

int tw_cli_run_job(const struct tw_cli_line *line, const struct tlswhy_pack *pack,
                   struct tlswhy_scan_job *job)
{
    struct tw_cli_output output;
    struct tlswhy_error error;
    int exit_status = TLSWHY_EXIT_FAILED;
    bool quiet = tw_cli_has(line, TW_OPT_QUIET);
    if (quiet) {
        output = (struct tw_cli_output){.fd = -1};
    } else if (!tw_cli_output_open(&output, line)) {
        return TLSWHY_EXIT_FAILED;
    }
    output.flush |= job->follow;
    job->write = quiet ? NULL : tw_cli_output_write;
    job->write_payload = &output;
    enum tlswhy_status status =
        line->command == TW_CLI_RECORDS ? tlswhy_records(pack, job, &exit_status, &error)
        : line->command == TW_CLI_MERGE ? tlswhy_merge(job, &exit_status, &error)
                                        : tlswhy_scan(pack, job, &exit_status, &error);
    bool failed = status != TLSWHY_OK;
    if (failed && !output.reader_gone) {
        tw_cli_say("%s", error.message);
    }
    bool complete = !failed && exit_status != TLSWHY_EXIT_FAILED && tw_cli_stopped == 0;
    bool written = tw_cli_output_close(&output, complete);
    if (output.reader_gone) {
        /* The reader has what it wanted: end as if SIGPIPE had not been ignored, quietly. */
        (void)signal(SIGPIPE, SIG_DFL);
        (void)raise(SIGPIPE);
    }
    return failed || !written ? TLSWHY_EXIT_FAILED : exit_status;
}

int tw_cli_scan(const struct tw_cli_line *line)
{
    struct tlswhy_scan_job job;
    struct tlswhy_pack *pack = NULL;
    struct tw_cli_list paths = {NULL, 0};
    size_t lists = line->values[TW_OPT_FILES_FROM].count;
    struct names *names = calloc(lists + 1, sizeof *names);
    int exit_status = TLSWHY_EXIT_FAILED;
    tw_cli_catch_signals();
    if (names != NULL && tw_cli_read_job(line, &job) && can_follow(line) &&
        tw_cli_open_pack(line, &pack) && !tw_cli_resume(line, pack, &job, &exit_status) &&
        collect_paths(line, names, &paths)) {
        job.paths = paths.at;
        job.path_count = paths.count;
        exit_status = tw_cli_run_job(line, pack, &job);
    }
    for (size_t i = 0; names != NULL && i < lists; i++) {
        free(names[i].bytes);
    }
    free(names);
    free(paths.at);
    tlswhy_pack_free(pack);
    return tw_cli_stopped != 0 ? 128 + (int)tw_cli_stopped : exit_status;
}
