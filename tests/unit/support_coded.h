/* support_coded.h -- reads logs of coded formats that are no events in tests: the records framed as
 * the scanner does it, what is decoded of them shown as text. */
#ifndef TW_TESTS_SUPPORT_CODED_H
#define TW_TESTS_SUPPORT_CODED_H

#include "base/buffer.h"
#include "format/format.h"

/** Shows the records of the first `length` bytes of a log: a line of the fields that are known
 *  ("provider=System.Net severity=Error event=0 ..."), the decoded text, and "--". The caller frees
 *  the buffer, which ends with a NUL beyond its length. */
struct tw_buffer tw_test_coded(const struct tw_format *format, struct tw_span text, size_t length);

/** Asserts that the log is recognised as `format`, by the highest bid of all formats alone, and
 *  shown as told, with line ends of both kinds. */
void tw_test_expect_coded(const char *format, const char *log, const char *shown);

/** Asserts that the log can be cut off anywhere, or, where a line has to be whole to tell whether a
 *  record begins, at any line end: all records but the last stay as they are. */
void tw_test_expect_coded_cut(const char *log);

#endif
