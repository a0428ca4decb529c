/* report_text.h -- the parts of the text report; for this folder only. */
#ifndef TW_REPORT_REPORT_TEXT_H
#define TW_REPORT_REPORT_TEXT_H

#include "report/report_sink.h"
#include "report/report_wrap.h"

/** Shows the diagnosis `index` of the answer, without a gap before or behind. One that repeats an
 *  earlier one of the same input is shown in short, unless everything was asked for. */
void tw_report_show_diagnosis(struct tw_report_page *page, const struct tw_report_options *options,
                              const struct tlswhy_report *answer, size_t index);

/** Shows the rows that say why: the heading is the caller's. */
void tw_report_show_evidence(struct tw_report_page *page, const struct tw_report_options *options,
                             const struct tlswhy_diagnosis *diagnosis);

/** Shows what to do: the fixes, their commands, cautions and sources, with a gap and a heading
 *  before; nothing where there are none. */
void tw_report_show_fixes(struct tw_report_page *page, const struct tw_report_options *options,
                          const struct tlswhy_diagnosis *diagnosis);

/** Shows what to collect, with a gap and a heading before; nothing where there is nothing. */
void tw_report_show_collect(struct tw_report_page *page, const struct tw_report_options *options,
                            const struct tlswhy_diagnosis *diagnosis);

/** Shows the plan of the first diagnosis that has one, with a gap before: a line that says how to
 *  see it, or all of it where everything was asked for. Returns whether there was one. */
bool tw_report_show_plan(struct tw_report_page *page, const struct tw_report_options *options,
                         const struct tlswhy_report *answer);

#endif
