/* The parts of the report, each in a file of its own; report.c puts them together. */
#ifndef BENCH_PAGE_REPORT_PARTS_H
#define BENCH_PAGE_REPORT_PARTS_H

#include "figures/figure_sheet.h"
#include "page/report_html.h"

extern const char report_style[]; /* the page's style sheet */

/* Of one study: the arms' table, the pairs and the warnings; within them, of one panel, the rules and their special
 * cases; what was selected, with the commands that run it again. */
void report_results(fl_text *page, const figure_sheet *sheet, const fl_summary *summary);
void report_inclusions(fl_text *page, const fl_summary *summary, const figure_panel *panel);
void report_selected(fl_text *page, const figure_sheet *sheet, const fl_summary *summary);

/* Of one study: what was asked and where it ran. */
void report_study(fl_text *page, const fl_summary *summary);
void report_hosts(fl_text *page, const fl_summary *summary);

/* Every figure that has something to show, or why there is none. */
void report_figures(fl_text *page, const figure_sheet *sheet);

/* Is an arm of the summary, by its index, one of the panel's? */
bool report_in_panel(const fl_summary *summary, const figure_panel *panel, size_t arm);

/* An arm's name behind a square of its colour. */
void report_arm(fl_text *page, const figure_sheet *sheet, const figure_arm *arm);

#endif
