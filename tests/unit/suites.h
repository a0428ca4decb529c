/* suites.h -- the unit test suites; the runner runs all of them. One line a suite. */
#ifndef TW_TESTS_UNIT_SUITES_H
#define TW_TESTS_UNIT_SUITES_H

#include <check.h>

Suite *tw_suite_redact(void);
Suite *tw_suite_visible(void);
Suite *tw_suite_stream(void);
Suite *tw_suite_source(void);
Suite *tw_suite_source_follow(void);
Suite *tw_suite_decode(void);
Suite *tw_suite_encoding(void);
Suite *tw_suite_decode_evtx(void);
Suite *tw_suite_repair(void);
Suite *tw_suite_undamaged(void);
Suite *tw_suite_report(void);
Suite *tw_suite_alloc(void);
Suite *tw_suite_buffer(void);
Suite *tw_suite_timestamp(void);
Suite *tw_suite_span(void);
Suite *tw_suite_format_netlog(void);
Suite *tw_suite_format_svclog(void);
Suite *tw_suite_match(void);
Suite *tw_suite_pack(void);
Suite *tw_suite_pack_load(void);
Suite *tw_suite_pack_anchor(void);
Suite *tw_suite_pack_blob(void);
Suite *tw_suite_format(void);
Suite *tw_suite_format_flatten(void);
Suite *tw_suite_format_dotnet_trace(void);
Suite *tw_suite_format_event(void);
Suite *tw_suite_format_event_csv(void);
Suite *tw_suite_format_event_json(void);
Suite *tw_suite_format_event_text(void);
Suite *tw_suite_format_event_xml(void);
Suite *tw_suite_format_browser(void);
Suite *tw_suite_format_har(void);
Suite *tw_suite_scan(void);
Suite *tw_suite_confirm(void);
Suite *tw_suite_classify(void);
Suite *tw_suite_classify_incident(void);
Suite *tw_suite_classify_when(void);
Suite *tw_suite_pipeline(void);
Suite *tw_suite_pipeline_events(void);
Suite *tw_suite_pipeline_quiet(void);
Suite *tw_suite_walk(void);
Suite *tw_suite_api(void);
Suite *tw_suite_serve_guard(void);
Suite *tw_suite_torture(void);

#endif
