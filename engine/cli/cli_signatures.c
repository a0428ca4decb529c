/* cli_signatures.c -- the subcommand signatures: list here, the rest by the helper program
 * tlswhy-pack, which has what compiling packs needs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static int list(const struct tw_cli_line *line)
{
    struct tlswhy_pack *pack = NULL;
    struct tlswhy_error error;
    struct tw_cli_output output;
    const char *format = tw_cli_value(line, TW_OPT_FORMAT);
    bool json = format != NULL && strcmp(format, "text") != 0;
    const char *const *folders = line->rest.at + 1;
    int exit_status = TLSWHY_EXIT_NOTHING;
    if (tlswhy_pack_open(&pack, false, folders, line->rest.count - 1, &error) != TLSWHY_OK) {
        tw_cli_say("%s", error.message);
        return TLSWHY_EXIT_FAILED;
    }
    if (!tw_cli_output_open(&output, line)) {
        tlswhy_pack_free(pack);
        return TLSWHY_EXIT_FAILED;
    }
    if (tlswhy_list(pack, json, tw_cli_output_write, &output, &error) != TLSWHY_OK) {
        tw_cli_say("%s", error.message);
        exit_status = TLSWHY_EXIT_FAILED;
    }
    if (!tw_cli_output_close(&output, true)) {
        exit_status = TLSWHY_EXIT_FAILED;
    }
    tlswhy_pack_free(pack);
    return exit_status;
}

/* Becomes the helper. Returns only where it cannot be started. */
static int become_helper(const struct tw_cli_line *line)
{
    struct tlswhy_error error = {.message = "out of memory"};
    char base[64];
    char *helper = tlswhy_helper("tlswhy-pack", &error);
    int fd = helper == NULL ? -1 : tlswhy_default_pack_fd(&error);
    const char **arguments = fd < 0 ? NULL : calloc(line->rest.count + 4, sizeof *arguments);
    if (arguments == NULL) {
        tw_cli_say("%s", error.message);
        free(helper);
        return TLSWHY_EXIT_FAILED;
    }
    (void)snprintf(base, sizeof base, "/proc/self/fd/%d", fd);
    size_t n = 0;
    arguments[n++] = helper;
    arguments[n++] = line->rest.at[0];
    arguments[n++] = "--base";
    arguments[n++] = base;
    for (size_t i = 1; i < line->rest.count; i++) {
        arguments[n++] = line->rest.at[i];
    }
    (void)execv(helper, (char *const *)(uintptr_t)arguments);
    tw_cli_say("%s: cannot be started: %s", helper, strerror(errno));
    free(arguments);
    free(helper);
    return TLSWHY_EXIT_FAILED;
}

int tw_cli_signatures(const struct tw_cli_line *line)
{
    const char *what = line->rest.count == 0 ? "" : line->rest.at[0];
    if (strcmp(what, "list") == 0) {
        return list(line);
    }
    if (strcmp(what, "check") == 0 || strcmp(what, "test") == 0 ||
        (strcmp(what, "profile") == 0 && line->rest.count > 1)) {
        return become_helper(line);
    }
    if (strcmp(what, "profile") == 0) {
        tw_cli_say("signatures profile needs the logs to count on: tlswhy signatures profile "
                   "PATH...");
    } else {
        tw_cli_say("signatures needs one of list, check, test, profile");
    }
    return TLSWHY_EXIT_FAILED;
}
