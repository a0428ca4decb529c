/* cli_main.c -- the program tlswhy: parses, and hands over to the subcommand. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static int run(const struct tw_cli_line *line)
{
    if (tw_cli_has(line, TW_OPT_HELP)) {
        tw_cli_help(line->command);
        return TLSWHY_EXIT_NOTHING;
    }
    if (tw_cli_has(line, TW_OPT_VERSION)) {
        tw_cli_version(tw_cli_has(line, TW_OPT_VERBOSE));
        return TLSWHY_EXIT_NOTHING;
    }
    switch (line->command) {
    case TW_CLI_SCAN:
    case TW_CLI_RECORDS:
        return tw_cli_scan(line);
    case TW_CLI_MERGE:
        return tw_cli_merge(line);
    case TW_CLI_EXPLAIN:
        return tw_cli_explain(line);
    case TW_CLI_SIGNATURES:
        return tw_cli_signatures(line);
    case TW_CLI_STREAM:
        return tw_cli_stream(line);
    case TW_CLI_SERVE:
        return tw_cli_serve(line);
    case TW_CLI_COMPLETION:
        return tw_cli_completion(line);
    }
    return TLSWHY_EXIT_FAILED;
}

/* Opens what the caller left closed of the first three descriptors, so that no file that is opened
 * later takes the place of standard error and gets its messages. */
static void reserve_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0) {
            (void)open("/dev/null", O_RDWR);
        }
    }
}

int main(int argc, char **argv)
{
    struct tw_cli_line line;
    reserve_descriptors();
    int exit_status = tw_cli_parse(&line, argc, argv) ? run(&line) : TLSWHY_EXIT_FAILED;
    tw_cli_line_free(&line);
    /* Help and completions are printed with stdio; a full disk must not look like success. */
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        exit_status = TLSWHY_EXIT_FAILED;
    }
    return exit_status;
}
