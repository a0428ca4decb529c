/* report_spool.c -- bytes kept until the end; see report_spool.h.
 *
 * Owns the nameless temporary file. Where none can be made it goes on in memory: a full /tmp is no
 * reason to lose a report. Never looks at the bytes. */
#include "report/report_spool.h"

#include <errno.h>

/* Read back at a time. */
#define PIECE (64u << 10)

static enum tw_status failed(int errno_value, struct tw_error *error)
{
    return tw_base_error_system(error, "cannot be used", "temporary file", errno_value);
}

static enum tw_status spill(struct tw_report_spool *spool, struct tw_error *error)
{
    struct tw_span bytes = tw_base_buffer_span(&spool->memory);
    if (bytes.length > 0 && fwrite(bytes.at, 1, bytes.length, spool->file) != bytes.length) {
        return failed(errno, error);
    }
    tw_base_buffer_clear(&spool->memory);
    return TW_OK;
}

enum tw_status tw_report_spool_settle(struct tw_report_spool *spool, struct tw_error *error)
{
    if (spool->memory.status != TW_OK) {
        return tw_base_error_set(error, spool->memory.status,
                                 "out of memory while keeping the report");
    }
    if (spool->memory.length < TW_REPORT_SPOOL_MEMORY || spool->no_file) {
        return TW_OK;
    }
    if (spool->file == NULL) {
        spool->file = tmpfile();
        spool->no_file = spool->file == NULL;
    }
    return spool->file == NULL ? TW_OK : spill(spool, error);
}

static enum tw_status replay_file(struct tw_report_spool *spool, tw_report_write write,
                                  void *payload, struct tw_error *error)
{
    enum tw_status status = spill(spool, error);
    if (status == TW_OK && fseek(spool->file, 0, SEEK_SET) != 0) {
        status = failed(errno, error);
    }
    char *piece = tw_base_buffer_reserve(&spool->memory, PIECE);
    if (status == TW_OK && piece == NULL) {
        status = tw_base_error_set(error, TW_ERR_MEMORY, "out of memory while writing the report");
    }
    while (status == TW_OK) {
        size_t length = fread(piece, 1, PIECE, spool->file);
        if (length == 0) {
            return ferror(spool->file) ? failed(errno, error) : TW_OK;
        }
        status = write(payload, (struct tw_span){piece, length}, error);
    }
    return status;
}

enum tw_status tw_report_spool_replay(struct tw_report_spool *spool, tw_report_write write,
                                      void *payload, struct tw_error *error)
{
    if (spool->file != NULL) {
        return replay_file(spool, write, payload, error);
    }
    struct tw_span bytes = tw_base_buffer_span(&spool->memory);
    return bytes.length == 0 ? TW_OK : write(payload, bytes, error);
}

void tw_report_spool_free(struct tw_report_spool *spool)
{
    tw_base_buffer_free(&spool->memory);
    if (spool->file != NULL) {
        (void)fclose(spool->file);
        spool->file = NULL;
    }
}
