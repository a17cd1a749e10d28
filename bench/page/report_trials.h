/* The trials a page lists, so that figures can lead to them. */
#ifndef BENCH_PAGE_REPORT_TRIALS_H
#define BENCH_PAGE_REPORT_TRIALS_H

#include "base/text.h"
#include "summary/summary.h"

typedef struct report_trials report_trials;

/* Choose what is listed: every trial of small studies, else of each arm the best and an equal part of the page. */
report_trials *report_trials_new(const fl_summary *const *summaries, size_t n);
void report_trials_free(report_trials *trials);

/* Is a trial listed, by its identity (16 digits and the NUL)? Its row has the id "t-IDENTITY". */
bool report_trials_have(const report_trials *trials, const char *trial);

/* The list of one study, a table per arm. */
void report_trials_add(fl_text *page, report_trials *trials, const fl_summary *summary);

#endif
