/* What tests of summaries share: the folder summed up, and arms with figures that are easily worked out. */
#ifndef FL_TESTS_SUMMED_H
#define FL_TESTS_SUMMED_H

#include "support/fixtures.h"

#include "summary/summary.h"

#define TARGET "\"target\": {\"metric\": \"val_error\", \"value\": 0.05},"

/* An arm whose axis ends elsewhere than SGD's, so that their trials of one index are no pairs. */
#define UNLIKE(name, max)                                                                                              \
    "{\"arm\": \"" name "\", \"optimizer\": \"sgd\", \"space\": {\"learning_rate\": "                                  \
    "{\"min\": 1e-3, \"max\": " #max ", \"scaling\": \"log\"}}}"

static const invented infeasible = { .status = FL_OUTCOME_INFEASIBLE, .reason = "not finite at step 7" };

/* The folder summed up; the caller frees it. */
static inline fl_summary *sum_up(scene *s)
{
    return fl_summary_make(read_scene(s));
}

/* Five trials of arm `arm`: selected is index 1. */
static inline void five_trials(const scene *s, size_t arm)
{
    const double errors[] = { 0.30, 0.10, 0.20, 0.40, 0.50 };
    invent_errors(s, arm, errors, 5); /* test errors .31, .11, .21, .41, .51 */
}

/* `n` trials from `low` upwards in steps of .01. */
static inline void ladder(const scene *s, size_t arm, size_t n, double low)
{
    for (uint64_t i = 0; i < n; i++) {
        double error = low + 0.01 * (double)i;
        invent(s, arm, i, 0, (invented){ .val_error = error, .test_error = error });
    }
}

#endif
