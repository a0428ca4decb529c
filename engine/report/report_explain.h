/* report_explain.h -- one element of a pack on a page; for this folder only. */
#ifndef TW_REPORT_EXPLAIN_H
#define TW_REPORT_EXPLAIN_H

#include "pack/pack.h"
#include "report/report_json_value.h"
#include "report/report_wrap.h"

/** For people. */
void tw_report_explain_signature(struct tw_report_page *page, const struct tw_pack *pack,
                                 uint32_t index);
void tw_report_explain_family(struct tw_report_page *page, const struct tw_pack *pack,
                              uint32_t index);
void tw_report_explain_cause(struct tw_report_page *page, const struct tw_pack *pack,
                             uint32_t index);
void tw_report_explain_client(struct tw_report_page *page, const struct tw_pack *pack,
                              uint32_t index);
void tw_report_explain_fix(struct tw_report_page *page, const struct tw_pack *pack, uint32_t index);
void tw_report_explain_collect(struct tw_report_page *page, const struct tw_pack *pack,
                               uint32_t index);

/** For programs. */
struct tw_json tw_report_json_signature(const struct tw_pack *pack, uint32_t index);
struct tw_json tw_report_json_family(const struct tw_pack *pack, uint32_t index);
struct tw_json tw_report_json_cause(const struct tw_pack *pack, uint32_t index);
struct tw_json tw_report_json_client(const struct tw_pack *pack, uint32_t index);
struct tw_json tw_report_json_fix(const struct tw_pack *pack, uint32_t index);
struct tw_json tw_report_json_collect(const struct tw_pack *pack, uint32_t index);

#endif
