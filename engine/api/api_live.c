/* api_live.c -- the functions of tools.h for inputs that go on. */
#include "api/api_parts.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "api/api_envelope.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "pipeline/pipeline_stream.h"
#include "report/report.h"

/* Contract, section 2. */
#define IDLE_MS 300u
#define REPEAT_AFTER_S 60u

struct tw_live_options tw_api_live_options(const struct tlswhy_scan_job *job)
{
    return (struct tw_live_options){
        .idle = job->idle > 0 ? job->idle : IDLE_MS,
        .repeat_after = (job->repeat_given ? job->repeat_after : REPEAT_AFTER_S) * UINT64_C(1000)};
}

/* ---- a stream of records -----------------------------------------------------------------------
 */

/* Lines longer than this are taken in pieces; what a shipper sends is shorter. */
#define LINE_MAX TW_RECORD_MAX

struct stream_run {
    const struct tlswhy_scan_job *job;
    enum tlswhy_protocol protocol;
    int from, confirm;
    struct tw_stream_sources *sources;
    struct tw_report *report;
    struct tw_buffer text, name;
    bool diagnosed;
};

static enum tw_status write_report(void *payload, struct tw_span bytes, struct tw_error *error)
{
    const struct stream_run *run = payload;
    struct tlswhy_error failure;
    if (run->job->write == NULL ||
        run->job->write(run->job->write_payload, bytes.at, bytes.length, &failure) == TLSWHY_OK) {
        return TW_OK;
    }
    return tw_base_error_set(error, TW_ERR_IO, "%s", failure.message);
}

static enum tw_status tell(void *payload, const struct tlswhy_report *report,
                           struct tw_error *error)
{
    struct stream_run *run = payload;
    for (size_t i = 0; i < report->diagnosis_count; i++) {
        run->diagnosed |= report->diagnoses[i].conclusive;
    }
    return tw_report_tell(run->report, report, error);
}

/* Answers the shipper. One that is gone sends the record again, to the next of us. */
static enum tw_status confirm(const struct stream_run *run, struct tw_error *error)
{
    static const char ok[] = "OK\n";
    size_t done = 0;
    while (run->protocol == TLSWHY_PROTOCOL_OMPROG && done < sizeof ok - 1) {
        ssize_t wrote = write(run->confirm, ok + done, sizeof ok - 1 - done);
        if (wrote < 0 && errno == EAGAIN) {
            struct pollfd writable = {.fd = run->confirm, .events = POLLOUT};
            (void)poll(&writable, 1, -1);
        } else if (wrote < 0 && errno != EINTR) {
            return tw_base_error_system(error, "cannot confirm to", "standard output", errno);
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return TW_OK;
}

static enum tw_status take_line(struct stream_run *run, struct tw_span line, struct tw_error *error)
{
    struct tw_envelope envelope;
    if (line.length > 0 && line.at[line.length - 1] == '\r') {
        line.length--;
    }
    tw_api_envelope(&envelope, line, &run->text, &run->name);
    if (run->text.status != TW_OK || run->name.status != TW_OK) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    enum tw_status status = tw_pipeline_stream_take(run->sources, run->name.at, envelope.offset,
                                                    envelope.record, error);
    return status == TW_OK ? confirm(run, error) : status;
}

static bool is_stopped(const struct stream_run *run)
{
    return run->job->stop != NULL && *run->job->stop != 0;
}

/* Takes the lines of `held`; what is left over stays. At the end a line without its end is one, but
 * not for a shipper that has not finished sending it. */
static enum tw_status take_lines(struct stream_run *run, char *held, size_t *length, bool ended,
                                 struct tw_error *error)
{
    enum tw_status status = TW_OK;
    size_t from = 0;
    while (status == TW_OK && from < *length && !is_stopped(run)) {
        const char *end = memchr(held + from, '\n', *length - from);
        bool whole = end != NULL || (ended && run->protocol == TLSWHY_PROTOCOL_PLAIN) ||
                     (from == 0 && *length == LINE_MAX);
        if (!whole) {
            break;
        }
        size_t line = end == NULL ? *length - from : (size_t)(end - held) - from;
        status = take_line(run, (struct tw_span){held + from, line}, error);
        from += line + (end != NULL);
    }
    memmove(held, held + from, *length - from);
    *length -= from;
    return status;
}

static enum tw_status read_stream(struct stream_run *run, struct tw_error *error)
{
    char *held = tw_base_alloc(LINE_MAX, 1);
    size_t length = 0;
    if (held == NULL) {
        return tw_base_error_set(error, TW_ERR_MEMORY, "out of memory");
    }
    enum tw_status status = confirm(run, error); /* ready */
    while (status == TW_OK && !is_stopped(run)) {
        ssize_t got = read(run->from, held + length, LINE_MAX - length);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            struct pollfd readable = {.fd = run->from, .events = POLLIN};
            (void)poll(&readable, 1, errno == EAGAIN ? -1 : 0);
            continue;
        }
        if (got < 0) {
            status = tw_base_error_system(error, "cannot read", "standard input", errno);
            break;
        }
        length += (size_t)got;
        status = take_lines(run, held, &length, got == 0, error);
        if (got == 0) {
            break;
        }
    }
    tw_base_free(held);
    return status;
}

enum tlswhy_status tlswhy_stream(const struct tlswhy_pack *pack, const struct tlswhy_scan_job *job,
                                 enum tlswhy_protocol protocol, int from, int confirm_fd,
                                 int *exit_status, struct tlswhy_error *error)
{
    struct stream_run run = {.job = job,
                             .protocol = protocol,
                             .from = from,
                             .confirm = confirm_fd,
                             .text = TW_BUFFER_INIT(2 * LINE_MAX),
                             .name = TW_BUFFER_INIT(LINE_MAX)};
    struct tw_live_options live = tw_api_live_options(job);
    struct tw_pipeline_options options;
    struct tw_report_options shown = TW_REPORT_OPTIONS_INIT;
    struct tw_error why = {.status = TW_OK};
    *exit_status = TLSWHY_EXIT_FAILED;
    tw_api_pipeline_options(&job->diagnose, &options);
    options.stop = job->stop;
    shown.format = (enum tw_report_format)job->format;
    shown.min_confidence = options.min_confidence;
    enum tw_status status = tw_report_open(&run.report, &shown, write_report, &run, &why);
    if (status == TW_OK) {
        status = tw_pipeline_stream_new(&run.sources, tw_api_const_pack_of(pack), &options, &live,
                                        tell, &run, &why);
    }
    if (status == TW_OK) {
        status = read_stream(&run, &why);
    }
    if (status == TW_OK) {
        *exit_status = run.diagnosed && !job->exit_zero ? TLSWHY_EXIT_DIAGNOSED : 0;
    }
    tw_pipeline_stream_free(run.sources);
    tw_report_free(run.report);
    tw_base_buffer_free(&run.text);
    tw_base_buffer_free(&run.name);
    return tw_api_status(status, &why, error);
}
