/* cli_serve.c -- the subcommand serve: options here, the rest by the helper program tlswhy-serve,
 * which has the web server. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* Fixed arguments at most: program, --listen and --max-bytes with values, --no-default-signatures,
 * the end. */
#define FIXED 7

/* Fills in the helper's arguments. False: a message was printed. */
static bool make_arguments(const struct tw_cli_line *line, const char **arguments, char size[32])
{
    const struct tw_cli_list *folders = &line->values[TW_OPT_SIGNATURES];
    uint64_t max_bytes = 0;
    size_t n = 1;
    if (!tw_cli_read_size(line, TW_OPT_MAX_BYTES, 1, UINT64_C(1) << 40, &max_bytes)) {
        return false;
    }
    if (tw_cli_has(line, TW_OPT_LISTEN)) {
        arguments[n++] = "--listen";
        arguments[n++] = tw_cli_value(line, TW_OPT_LISTEN);
    }
    if (max_bytes != 0) {
        (void)snprintf(size, 32, "%llu", (unsigned long long)max_bytes);
        arguments[n++] = "--max-bytes";
        arguments[n++] = size;
    }
    if (tw_cli_has(line, TW_OPT_NO_DEFAULT_SIGNATURES)) {
        arguments[n++] = "--no-default-signatures";
    }
    for (size_t i = 0; i < folders->count; i++) {
        arguments[n++] = "--signatures";
        arguments[n++] = folders->at[i];
    }
    return true;
}

int tw_cli_serve(const struct tw_cli_line *line)
{
    struct tlswhy_error error = {.message = "out of memory"};
    char size[32];
    if (line->rest.count > 0) {
        tw_cli_say("serve takes no paths; drop files on its page");
        return TLSWHY_EXIT_FAILED;
    }
    char *helper = tlswhy_helper("tlswhy-serve", &error);
    const char **arguments =
        helper == NULL
            ? NULL
            : calloc(FIXED + 2 * line->values[TW_OPT_SIGNATURES].count, sizeof *arguments);
    if (arguments == NULL) {
        tw_cli_say("%s", error.message);
    } else if (make_arguments(line, arguments, size)) {
        arguments[0] = helper;
        (void)execv(helper, (char *const *)(uintptr_t)arguments);
        tw_cli_say("%s: cannot be started: %s", helper, strerror(errno));
    }
    free(arguments);
    free(helper);
    return TLSWHY_EXIT_FAILED;
}
