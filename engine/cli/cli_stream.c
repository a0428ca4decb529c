/* cli_stream.c -- the subcommand stream: stands behind a log shipper. */
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

int tw_cli_stream(const struct tw_cli_line *line)
{
    struct tlswhy_scan_job job;
    struct tlswhy_pack *pack = NULL;
    struct tw_cli_output output;
    struct tlswhy_error error;
    const char *word = tw_cli_value(line, TW_OPT_PROTOCOL);
    int exit_status = TLSWHY_EXIT_FAILED;
    if (word == NULL || line->rest.count > 0) {
        tw_cli_say("stream reads standard input and needs --protocol plain or omprog");
        return TLSWHY_EXIT_FAILED;
    }
    bool omprog = strcmp(word, "omprog") == 0;
    if (omprog && !tw_cli_has(line, TW_OPT_APPEND)) {
        tw_cli_say("standard output belongs to the protocol omprog; name a file with --append");
        return TLSWHY_EXIT_FAILED;
    }
    tw_cli_catch_signals();
    if (!tw_cli_read_job(line, &job) || !tw_cli_open_pack(line, &pack)) {
        return TLSWHY_EXIT_FAILED;
    }
    if (!tw_cli_output_open(&output, line)) {
        tlswhy_pack_free(pack);
        return TLSWHY_EXIT_FAILED;
    }
    if (!tw_cli_has(line, TW_OPT_FORMAT)) {
        job.format = TLSWHY_FORMAT_NDJSON;
    }
    job.write = tw_cli_output_write;
    job.write_payload = &output;
    enum tlswhy_protocol protocol = omprog ? TLSWHY_PROTOCOL_OMPROG : TLSWHY_PROTOCOL_PLAIN;
    enum tlswhy_status status =
        tlswhy_stream(pack, &job, protocol, STDIN_FILENO, STDOUT_FILENO, &exit_status, &error);
    if (status != TLSWHY_OK && !output.reader_gone) {
        tw_cli_say("%s", error.message);
    }
    bool gone = output.reader_gone;
    bool written = tw_cli_output_close(&output, true);
    tlswhy_pack_free(pack);
    if (gone) {
        return 128 + SIGPIPE;
    }
    if (tw_cli_stopped != 0) {
        return 128 + (int)tw_cli_stopped;
    }
    return status != TLSWHY_OK || !written ? TLSWHY_EXIT_FAILED : omprog ? 0 : exit_status;
}
