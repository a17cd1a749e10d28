/* The parts of the report, each in a file of its own; report.c puts them together. */
#ifndef BENCH_PAGE_REPORT_PARTS_H
#define BENCH_PAGE_REPORT_PARTS_H

#include "figures/figure_drawings.h"
#include "page/report_html.h"
#include "page/report_trials.h"

extern const char report_style[]; /* the page's style sheet */

/* Of several studies: a table with a row for each, that leads to it; study i (from 1) has the id "study-i". */
void report_overview(fl_text *page, const fl_summary *const *summaries, size_t n);

/* Of one study, its size and cost in a line. */
void report_glance(fl_text *page, const fl_summary *summary);

/* Of one study, what it tests, before anything else; the arms' tables; the warnings. */
void report_claims(fl_text *page, const figure_layout *layout, const fl_summary *summary);
void report_answers(fl_text *page, const fl_summary *summary); /* in report_claims: what is declared beyond pairs */
void report_levels(fl_text *page, const fl_summary *summary);  /* in report_results: what each reaches by K */
void report_results(fl_text *page, const figure_layout *layout, const fl_summary *summary);
void report_warnings(fl_text *page, const fl_summary *summary);

/* A claimed difference in words, "sgd worse than adam by 3.33 points"; `where` tells of a product's arms which. */
void report_claim(fl_text *page, const fl_summary *summary, const fl_summary_pair *pair, bool where);

/* Of one study: rules and their special cases; what was selected, with the commands that run it again. */
void report_inclusions(fl_text *page, const figure_layout *layout, const fl_summary *summary);
void report_selected(fl_text *page, const figure_layout *layout, const fl_summary *summary);

/* Of one study: what it cost, what was asked and where it ran. */
void report_cost(fl_text *page, const fl_summary *summary);
void report_study(fl_text *page, const fl_summary *summary);
void report_hosts(fl_text *page, const fl_summary *summary);

/* The networks it trains; in report_study, which knows where. */
void report_networks(fl_text *page, const fl_summary *summary);

/* Every drawing, its marks leading to listed trials, and why there are not more. */
void report_figures(fl_text *page, const figure_drawings *drawings, const report_trials *trials);

/* --- panels, in report_panel.c --- */

/* Is an arm of the summary, by its index, one of the panel's? */
bool report_in_panel(const fl_summary *summary, const figure_panel *panel, size_t arm);

bool report_several_panels(const figure_layout *layout, const fl_summary *summary);

/* A heading: the workload, and what else sets the panel apart. */
void report_panel_name(fl_text *page, const figure_panel *panel);

/* An arm's name behind a square of its colour. */
void report_arm(fl_text *page, const figure_layout *layout, const figure_arm *arm);

/* --- in report_selected.c --- */

/* Every hyperparameter that the arm's space settles, with its value. */
void report_settings(fl_text *page, const fl_study_arm *arm, const fl_trial_values *values);

#endif
