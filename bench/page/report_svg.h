/* A figure's SVG, made fit to stand in a page beside others. */
#ifndef BENCH_PAGE_REPORT_SVG_H
#define BENCH_PAGE_REPORT_SVG_H

#include "base/text.h"
#include "page/report_trials.h"

/* Add gnuplot's `svg` as an inline element: no prolog, no tool tips, its width left to the page, `label` for who cannot
 * see it, and every id and reference prefixed by "NAME-", because two of gnuplot's drawings share every id. Marks that
 * name a listed trial become links to it. */
void svg_add(fl_text *page, const char *svg, const char *name, const char *label, const report_trials *trials);

#endif
