/* cli_table.c -- the one table of options and commands. */
#include "cli/cli.h"

#define LOOK (TW_CLI_SCAN | TW_CLI_RECORDS)
#define SHOW (TW_CLI_SCAN | TW_CLI_MERGE)
#define OPEN_PACKS (LOOK | TW_CLI_STREAM | TW_CLI_EXPLAIN | TW_CLI_SERVE)

static const char *const formats[] = {"text", "json", "ndjson", NULL};
static const char *const protocols[] = {"plain", "omprog", NULL};
static const char *const whens[] = {"auto", "always", "never", NULL};
static const char *const input_formats[] = {
    "crm-trace",    "svclog",  "dotnet-trace", "event-text", "event-xml",    "event-csv",
    "event-json",   "evtx",    "netlog",       "har",        "chrome-debug", "moz-log",
    "curl-verbose", "fiddler", "text",         NULL};
static const char *const encodings[] = {"utf-8", "utf-16le", "utf-16be", "windows-1252", NULL};

const struct tw_cli_option tw_cli_options[TW_OPTIONS] = {
    [TW_OPT_FORMAT] = {"format", '\0', "NAME", formats,
                       SHOW | TW_CLI_STREAM | TW_CLI_EXPLAIN | TW_CLI_SIGNATURES, false,
                       "How to show results: text (for people), json (one object), ndjson (one "
                       "object a line)."},
    [TW_OPT_OUTPUT] = {"output", 'o', "FILE", NULL, LOOK | SHOW, false,
                       "Write results to FILE, which is replaced when they are complete."},
    [TW_OPT_APPEND] = {"append", '\0', "FILE", NULL, LOOK | SHOW | TW_CLI_STREAM, false,
                       "Append results to FILE; HUP opens it again."},
    [TW_OPT_COLOR] = {"color", '\0', "WHEN", whens, SHOW, false,
                      "Colours in text: auto (on a terminal, unless NO_COLOR is set), always, "
                      "never."},
    [TW_OPT_ALL] = {"all", '\0', NULL, NULL, SHOW, false,
                    "Show every alternative, every term of the evidence, and the whole plan."},
    [TW_OPT_QUIET] = {"quiet", 'q', NULL, NULL, LOOK | SHOW, false,
                      "Print no results; the exit status tells."},
    [TW_OPT_VERBOSE] = {"verbose", 'v', NULL, NULL, LOOK | SHOW, false,
                        "Show excerpts, and inputs without findings."},
    [TW_OPT_STATS] = {"stats", '\0', NULL, NULL, TW_CLI_SCAN, false,
                      "End with a line about bytes, candidates, hits and time."},
    [TW_OPT_JOBS] = {"jobs", 'j', "N", NULL, LOOK, false,
                     "Worker threads over inputs (default: as many as cores)."},
    [TW_OPT_FILES_FROM] = {"files-from", '\0', "FILE", NULL, LOOK, true,
                           "Read paths from FILE (- is standard input), one a line."},
    [TW_OPT_NULL] = {"null", '0', NULL, NULL, LOOK, false, "Names in --files-from end in NUL."},
    [TW_OPT_INCLUDE] = {"include", '\0', "GLOB", NULL, LOOK, true,
                        "Of folders, look only at files that match GLOB."},
    [TW_OPT_EXCLUDE] = {"exclude", '\0', "GLOB", NULL, LOOK, true,
                        "Of folders, pass over files that match GLOB."},
    [TW_OPT_ALL_FILES] = {"all-files", '\0', NULL, NULL, LOOK, false,
                          "Look into files that do not look like logs, too."},
    [TW_OPT_INPUT_FORMAT] = {"input-format", '\0', "NAME", input_formats, LOOK, false,
                             "Read inputs as this format instead of recognising it."},
    [TW_OPT_ENCODING] = {"encoding", '\0', "NAME", encodings, LOOK, false,
                         "Read inputs in this encoding instead of recognising it."},
    [TW_OPT_MAX_BYTES] = {"max-bytes", '\0', "N", NULL, LOOK | TW_CLI_SERVE, false,
                          "Read at most N decompressed bytes of an input; K, M and G multiply. "
                          "With serve the longest upload, too (default 1G)."},
    [TW_OPT_CLIENT] = {"client", '\0', "ID", NULL, TW_CLI_SCAN | TW_CLI_STREAM, false,
                       "Tell which client it is where the log does not."},
    [TW_OPT_MIN_CONFIDENCE] = {"min-confidence", '\0', "P", NULL, TW_CLI_SCAN | TW_CLI_STREAM,
                               false,
                               "Confidence, from 0 to 1, that a family of causes needs (default "
                               "0.5)."},
    [TW_OPT_NO_REDACT] = {"no-redact", '\0', NULL, NULL, LOOK | TW_CLI_STREAM, false,
                          "Show passwords, tokens and user names as they are in the log."},
    [TW_OPT_SIGNATURES] = {"signatures", '\0', "DIR", NULL, OPEN_PACKS, true,
                           "Add the pack of this folder."},
    [TW_OPT_NO_DEFAULT_SIGNATURES] = {"no-default-signatures", '\0', NULL, NULL, OPEN_PACKS, false,
                                      "Leave the built-in pack out."},
    [TW_OPT_FOLLOW] = {"follow", '\0', NULL, NULL, TW_CLI_SCAN, false,
                       "Go on with what files and folders get, also after a rotation, until a "
                       "signal ends it."},
    [TW_OPT_CHECKPOINT] = {"checkpoint", '\0', "FILE", NULL, TW_CLI_SCAN, false,
                           "With --follow: keep in FILE how far was read, and go on there after a "
                           "restart."},
    [TW_OPT_PROTOCOL] =
        {"protocol", '\0', "NAME", protocols, TW_CLI_STREAM, false,
         "How records come: plain (a line or a JSON object each), omprog (the same, "
         "each confirmed to rsyslog)."},
    [TW_OPT_IDLE] =
        {"idle", '\0', "MS", NULL, TW_CLI_SCAN, false,
         "Of an input that stays open, tell what is known after so many milliseconds of "
         "silence (default 300)."},
    [TW_OPT_REPEAT_AFTER] =
        {"repeat-after", '\0', "S", NULL, TW_CLI_SCAN | TW_CLI_STREAM, false,
         "Of an input that stays open, say how often the same diagnosis came up "
         "after so many seconds (default 60)."},
    [TW_OPT_STRICT] =
        {"strict", '\0', NULL, NULL, SHOW, false,
         "End with 3 where an input was incomplete, even if something was diagnosed."},
    [TW_OPT_EXIT_ZERO] = {"exit-zero", '\0', NULL, NULL, SHOW | TW_CLI_STREAM, false,
                          "End with 0, not 1, where something was diagnosed."},
    [TW_OPT_SHARD] = {"shard", '\0', "I/N", NULL, TW_CLI_SCAN, false,
                      "Look only at part I (from 0) of N: the inputs whose name falls to it. "
                      "Implies --resume."},
    [TW_OPT_RESUME] = {"resume", '\0', NULL, NULL, TW_CLI_SCAN, false,
                       "Do nothing where --output is there and whole (ndjson of the same packs and "
                       "options)."},
    [TW_OPT_NEED] = {"need", '\0', "N", NULL, TW_CLI_MERGE, false,
                     "End with 3 unless there are N whole parts, and none is cut."},
    [TW_OPT_LISTEN] =
        {"listen", '\0', "ADDR:PORT", NULL, TW_CLI_SERVE, false,
         "Where the page is (default 127.0.0.1:8765, this machine only). Port 0 takes "
         "a free one."},
    [TW_OPT_HELP] = {"help", 'h', NULL, NULL, ~0u, false, "Show help and end."},
    [TW_OPT_VERSION] = {"version", 'V', NULL, NULL, ~0u, false,
                        "Show the version and end; with -v, of the libraries and packs, too."},
};

const struct tw_cli_command_row tw_cli_commands[] = {
    {"scan", TW_CLI_SCAN, "[OPTION...] [PATH...]",
     "Diagnose files and folders; - or a pipe is standard input. The word scan may be left out."},
    {"records", TW_CLI_RECORDS, "[OPTION...] [PATH...]",
     "Print the records as lines of JSON: what was read."},
    {"merge", TW_CLI_MERGE, "[OPTION...] FILE...",
     "Unite the ndjson reports of many runs into one; - is standard input."},
    {"explain", TW_CLI_EXPLAIN, "[OPTION...] ID...",
     "Show what a signature, cause, client or fix is, with its sources."},
    {"signatures", TW_CLI_SIGNATURES, "list | check [DIR] | test [DIR] | profile PATH...",
     "List what is known; lint a pack; run its samples; count its cost on logs."},
    {"stream", TW_CLI_STREAM, "--protocol plain|omprog [OPTION...]",
     "Stand behind a log shipper: records from standard input, answers at once."},
    {"serve", TW_CLI_SERVE, "[OPTION...]",
     "Show a web page on this machine to paste or drop logs on."},
    {"completion", TW_CLI_COMPLETION, "bash | zsh | man",
     "Print a completion script for a shell, or the man page."},
};
const size_t tw_cli_command_count = sizeof tw_cli_commands / sizeof *tw_cli_commands;
