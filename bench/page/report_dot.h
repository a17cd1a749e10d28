/* Graphviz, where it is installed. */
#ifndef BENCH_PAGE_REPORT_DOT_H
#define BENCH_PAGE_REPORT_DOT_H

#include "base/text.h"

/* Add what `dot` draws of `graph` to the page as an inline <svg>; false, with nothing added, where it cannot. */
bool dot_add(fl_text *page, const fl_text *graph);

#endif
