/* report_spool.h -- bytes that wait for the end of a run: a little in memory, the rest in a file.
 *
 * The json object begins with its verdict, which is known last. Ten thousand diagnoses may come to
 * hundreds of megabytes, and the memory of a run does not grow with what it finds. */
#ifndef TW_REPORT_REPORT_SPOOL_H
#define TW_REPORT_REPORT_SPOOL_H

#include <stdio.h>

#include "base/buffer.h"
#include "report/report.h"

/** Bytes of one spool that stay in memory: an ordinary report never makes a file. */
#define TW_REPORT_SPOOL_MEMORY (4u << 20)

/** Begin with TW_REPORT_SPOOL_INIT; free with tw_report_spool_free. */
struct tw_report_spool {
    struct tw_buffer memory;
    FILE *file;   /**< without a name, gone with the process; NULL: everything is in memory */
    bool no_file; /**< none could be made: memory has to do */
};

/** Bytes of one spool that must not make a file: a thousand long diagnoses. */
#define TW_REPORT_MEMORY_MAX (32u << 20)

#define TW_REPORT_SPOOL_INIT ((struct tw_report_spool){.memory = TW_BUFFER_INIT(SIZE_MAX / 4)})

/** Keeps what was appended to spool->memory; called after each item. */
enum tw_status tw_report_spool_settle(struct tw_report_spool *spool, struct tw_error *error);

/** Hands all of it to `write`, in order. Nothing may be added afterwards. */
enum tw_status tw_report_spool_replay(struct tw_report_spool *spool, tw_report_write write,
                                      void *payload, struct tw_error *error);

/** Frees what it holds. */
void tw_report_spool_free(struct tw_report_spool *spool);

#endif
