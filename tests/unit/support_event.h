/* support_event.h -- reads event logs in tests: the records framed as the scanner does it, the
 * events shown as text, so that a test is a log and what should be read of it. */
#ifndef TW_TESTS_SUPPORT_EVENT_H
#define TW_TESTS_SUPPORT_EVENT_H

#include "base/buffer.h"
#include "format/format.h"

/** A log and what is read of it. */
struct tw_test_log {
    const char *format; /**< that recognises it */
    const char *text;
    const char *events; /**< as tw_test_events shows them */
};

/** Shows the events of the first `length` bytes of a log in this format, which has learnt from all
 *  of it. Each property that is known is a line ("provider Schannel", "data AlertDesc=70"), each
 *  event ends with a line of two hyphens. Carriage returns are left out where they are compared.
 * The caller frees the buffer. */
struct tw_buffer tw_test_events(const struct tw_format *format, struct tw_span text, size_t length);

/** Asserts that the log is recognised, by the highest bid of all formats alone, and read as told,
 *  with line ends of both kinds. */
void tw_test_expect_log(const struct tw_test_log *log);

/** Asserts that the log can be cut off anywhere: all events but the last stay as they are. */
void tw_test_expect_cut(const struct tw_test_log *log);

#endif
