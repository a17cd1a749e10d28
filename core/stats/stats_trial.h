/* A trial as the statistics of comparisons see it: three numbers, and the order in which selection prefers trials.
 *
 * The caller maps records to these. A trial that never got a figure (infeasible, or a target never reached) has
 * +infinity there; NaN is not allowed. For steps to a target, score and value are both the steps.
 */
#ifndef FL_STATS_STATS_TRIAL_H
#define FL_STATS_STATS_TRIAL_H

#include <stddef.h>

typedef struct fl_stats_trial {
    double score;    /* what selection looks at; the lowest wins */
    double val_loss; /* breaks ties of the score; the lower index breaks those of both */
    double value;    /* what is reported of the trial once it is selected */
} fl_stats_trial;

/* The numbers of `n` trials, given in index order, from the one selection likes best to the one it likes least. */
void fl_stats_rank(const fl_stats_trial *trials, size_t n, size_t *order);

/* The values of `n` trials in that order. */
void fl_stats_ranked_values(const fl_stats_trial *trials, size_t n, double *values);

#endif
