/* cli_merge.c -- runs in parts: the subcommand merge, --shard and --resume. */
#include <string.h>

#include "cli/cli.h"

bool tw_cli_read_shard(const struct tw_cli_line *line, struct tlswhy_scan_job *job)
{
    const char *text = tw_cli_value(line, TW_OPT_SHARD);
    size_t numbers[2] = {0, 0};
    size_t digits = 0;
    int which = 0;
    bool good = text != NULL;
    for (; good && *text != '\0'; text++) {
        if (*text == '/' && which == 0 && digits > 0) {
            which = 1;
            digits = 0;
        } else {
            good = *text >= '0' && *text <= '9' && digits < 9;
            numbers[which] = numbers[which] * 10 + (size_t)(*text - '0');
            digits++;
        }
    }
    if (tw_cli_value(line, TW_OPT_SHARD) == NULL) {
        return true;
    }
    if (!good || which == 0 || digits == 0 || numbers[0] >= numbers[1] ||
        numbers[1] > tlswhy_shards_max()) {
        tw_cli_say("--shard cannot be \"%s\"; allowed is I/N with I from 0 and below N, and N up "
                   "to %zu, such as 0/16",
                   tw_cli_value(line, TW_OPT_SHARD), tlswhy_shards_max());
        return false;
    }
    job->shard = numbers[0];
    job->shards = numbers[1];
    return true;
}

bool tw_cli_resume(const struct tw_cli_line *line, const struct tlswhy_pack *pack,
                   const struct tlswhy_scan_job *job, int *exit_status)
{
    const char *path = tw_cli_value(line, TW_OPT_OUTPUT);
    bool lines = job->format == TLSWHY_FORMAT_NDJSON;
    bool asked = tw_cli_has(line, TW_OPT_RESUME);
    struct tlswhy_error error;
    bool done = false;
    if (asked && (path == NULL || strcmp(path, "-") == 0 || !lines)) {
        tw_cli_say("--resume needs --format ndjson and --output FILE: FILE tells what is done");
        *exit_status = TLSWHY_EXIT_FAILED;
        return true;
    }
    if ((!asked && job->shards == 0) || path == NULL || !lines) {
        return false;
    }
    if (tlswhy_resume(pack, job, path, &done, exit_status, &error) != TLSWHY_OK) {
        tw_cli_say("%s", error.message);
        *exit_status = TLSWHY_EXIT_FAILED;
        return true;
    }
    return done;
}

int tw_cli_merge(const struct tw_cli_line *line)
{
    struct tlswhy_scan_job job;
    tw_cli_catch_signals();
    if (!tw_cli_read_job(line, &job)) {
        return TLSWHY_EXIT_FAILED;
    }
    if (line->rest.count == 0) {
        tw_cli_say("merge needs the ndjson reports to unite: tlswhy merge FILE...; - is standard "
                   "input");
        return TLSWHY_EXIT_FAILED;
    }
    job.paths = line->rest.at;
    job.path_count = line->rest.count;
    int exit_status = tw_cli_run_job(line, NULL, &job);
    return tw_cli_stopped != 0 ? 128 + (int)tw_cli_stopped : exit_status;
}
