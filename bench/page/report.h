/* The report: one self-contained page of several summaries. It needs no network and no scripts, and every text of a
 * study is escaped. */
#ifndef BENCH_PAGE_REPORT_H
#define BENCH_PAGE_REPORT_H

#include "summary/summary.h"

/* Write the page. Without gnuplot it holds no figures and says so. */
bool report_write(const fl_summary *const *summaries, size_t n, const char *path, fl_error *error);

#endif
