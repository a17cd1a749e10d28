/* What tests of summaries share: the folder summed up, and arms with figures that are easily worked out. */
#ifndef FL_TESTS_SUMMED_H
#define FL_TESTS_SUMMED_H

#include "support/fixtures.h"

#include "summary/summary.h"

#define TARGET "\"target\": {\"metric\": \"val_error\", \"value\": 0.05},"

/* Each arm by two methods. */
#define LISTED                                                                                                         \
    "\"parallel\": [{\"method\": \"synchronous\", \"workers\": 2}, {\"method\": \"local\", \"workers\": 2, "           \
    "\"every\": 3}],"

/* An arm whose axis ends elsewhere than SGD's, so that their trials of one index are no pairs. */
#define UNLIKE(name, max)                                                                                              \
    "{\"arm\": \"" name "\", \"optimizer\": \"sgd\", \"space\": {\"learning_rate\": "                                  \
    "{\"min\": 1e-3, \"max\": " #max ", \"scaling\": \"log\"}}}"

extern const synthetic infeasible; /* not finite at step 7 */

/* The folder summed up; the caller frees it. */
fl_summary *sum_up(fixture *s);

/* Five trials of arm `arm`: selected is index 1. */
void five_trials(const fixture *s, size_t arm);

/* Four arms that declare everything beyond pairs. "narrow a" is .2 worse than "narrow b" and "wide a" .2 better than
 * "wide b", so tuning more turns the order round; "narrow a" reaches the target at 20 steps, "narrow b" at 40. */
void begin_further(fixture *s);

/* `n` trials with errors from `low` upwards in steps of .01. */
void add_rising(const fixture *s, size_t arm, size_t n, double low);

#endif
