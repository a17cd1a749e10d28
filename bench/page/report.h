/* The report: one self-contained page of several summaries. It needs no network and no scripts, and every text of a
 * study is escaped. */
#ifndef BENCH_PAGE_REPORT_H
#define BENCH_PAGE_REPORT_H

#include "figures/figure_drawings.h"

#define REPORT_MARK "<!doctype html>\n" /* with which a page begins */

/* Write the page with these drawings of the same summaries; it says why one is missing. */
bool report_write(const fl_summary *const *summaries, size_t n, const figure_drawings *drawings, const char *path,
                  fl_error *error);

#endif
