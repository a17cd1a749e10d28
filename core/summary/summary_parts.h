/* A summary between the files that make it; nobody else includes this. */
#ifndef FL_SUMMARY_SUMMARY_PARTS_H
#define FL_SUMMARY_SUMMARY_PARTS_H

#include "summary/summary.h"

enum { FL_SUMMARY_LEAST_RESAMPLES = 200 }; /* that still give a 5th percentile */

/* The trials of two arms that a draw shuffles: those whose rank has weight in the best of `k`. */
double fl_summary_shuffled(const fl_summary *summary, size_t a, size_t b, size_t k);

/* The tuning playbook's rule of thumb (same authors): below it not even two hyperparameters can be tuned. */
enum { FL_SUMMARY_FEW_TRIALS = 10 };

/* Everything about arm `i` but its warnings. */
void fl_summary_fill_arm(const fl_results *results, size_t i, fl_summary_arm *arm);

/* Find the axes at whose end an arm's best trials crowd. */
void fl_summary_find_cut_offs(const fl_results *results, fl_summary_arm *arm);

/* Compare the declared pairs, or all pairs of comparable arms, once the arms are there; not yet corrected. */
void fl_summary_compare(fl_summary *summary);

/* Correct the tests of these summaries together, and once more after close calls have been drawn on. */
void fl_summary_correct(fl_summary *const *summaries, size_t n);

/* Draw more divisions for a pair whose corrected p could, by chance, have fallen on the other side of the level, as far
 * as a test's share of the time allows; tells whether p is new. */
bool fl_summary_draw_on(const fl_summary *summary, fl_summary_pair *pair);

/* What can be detected of a pair when so many tests are corrected together. */
void fl_summary_detect_again(const fl_summary *summary, fl_summary_pair *pair, size_t n_tests);

/* Give every pair its verdict, once its p is corrected. */
void fl_summary_judge(fl_summary *summary);

/* Judge the declared flips, once the pairs are compared: their level holds here too. */
void fl_summary_find_flips(fl_summary *summary);

/* The same of the studies of one family: corrected together. */
void fl_summary_judge_flips(fl_summary *const *summaries, size_t n);

/* The pairs' efforts and times to the target, where they are declared. */
void fl_summary_measure_further(fl_summary *summary);

/* How steps go with the batch size. */
void fl_summary_scale(fl_summary *summary);

/* All arms over the workloads of these studies, `n` >= 1 of them. */
fl_summary_over *fl_summary_over_of(fl_summary *const *members, size_t n);
void fl_summary_over_free(fl_summary_over *over);

/* A list of texts. New reference. */
json_t *fl_summary_messages_json(char *const *list, size_t n);

/* As JSON, null where it is not declared. New references. */
json_t *fl_summary_effort_json(const fl_summary_effort *effort);
json_t *fl_summary_steps_ratio_json(const fl_summary_pair *pair);
json_t *fl_summary_flips_json(const fl_summary *summary);
json_t *fl_summary_over_json(const fl_summary *summary);
json_t *fl_summary_scalings_json(const fl_summary *summary);

/* Judge all inclusions, once the arms are there. */
void fl_summary_include(fl_summary *summary);

/* Fill every arm's list of warnings. */
void fl_summary_warn_of_arms(fl_summary *summary);

/* Fill the study's, once the pairs are there, `n_tests` of which are corrected together; earlier ones are dropped. */
void fl_summary_warn_of_study(fl_summary *summary, size_t n_tests);

/* Name what was chosen after the fact. */
void fl_summary_warn_of_later(fl_summary *summary);

/* Remark on a pair, or a flip, that has its verdict; earlier remarks are dropped. */
void fl_summary_remark_on_pair(const fl_summary *summary, fl_summary_pair *pair);
void fl_summary_remark_on_flip(const fl_summary *summary, fl_summary_flip *flip);

/* Free the messages of a list. */
void fl_summary_unsay(char **list, size_t n);

/* Add a message to a list. */
void fl_summary_say(char ***list, size_t *n, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
