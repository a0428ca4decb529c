/* cli_explain.c -- the subcommand explain. */
#include <string.h>

#include "cli/cli.h"

int tw_cli_explain(const struct tw_cli_line *line)
{
    struct tlswhy_pack *pack = NULL;
    struct tw_cli_output output;
    const char *format = tw_cli_value(line, TW_OPT_FORMAT);
    bool json = format != NULL && strcmp(format, "text") != 0;
    int exit_status = TLSWHY_EXIT_NOTHING;
    if (line->rest.count == 0) {
        tw_cli_say("explain needs an id; `tlswhy signatures list` shows all");
        return TLSWHY_EXIT_FAILED;
    }
    if (!tw_cli_open_pack(line, &pack)) {
        return TLSWHY_EXIT_FAILED;
    }
    if (!tw_cli_output_open(&output, line)) {
        tlswhy_pack_free(pack);
        return TLSWHY_EXIT_FAILED;
    }
    for (size_t i = 0; i < line->rest.count && exit_status != TLSWHY_EXIT_FAILED; i++) {
        struct tlswhy_error error;
        if (i > 0 && !json) {
            (void)tw_cli_output_write(&output, "\n", 1, &error);
        }
        enum tlswhy_status status =
            tlswhy_explain(pack, line->rest.at[i], json, tw_cli_output_write, &output, &error);
        if (status != TLSWHY_OK) {
            tw_cli_say("%s", error.message);
            exit_status = status == TLSWHY_ERR_USAGE ? TLSWHY_EXIT_DIAGNOSED : TLSWHY_EXIT_FAILED;
        }
    }
    if (!tw_cli_output_close(&output, true)) {
        exit_status = TLSWHY_EXIT_FAILED;
    }
    tlswhy_pack_free(pack);
    return exit_status;
}
