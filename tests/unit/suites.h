/* suites.h -- the unit test suites; the runner runs all of them. One line a suite. */
#ifndef TW_TESTS_UNIT_SUITES_H
#define TW_TESTS_UNIT_SUITES_H

#include <check.h>

Suite *tw_suite_redact(void);
Suite *tw_suite_visible(void);
Suite *tw_suite_stream(void);
Suite *tw_suite_source(void);
Suite *tw_suite_decode(void);
Suite *tw_suite_repair(void);
Suite *tw_suite_report(void);

#endif
