/* How several workers train a trial together: a method, how many workers, and the method's numbers.
 *
 *   {"method": "local", "workers": 4, "every": 8}      in a study, an arm, a trial
 *   local:4                                            on a command line; the numbers as --set parallel.NAME=VALUE
 *
 * `synchronous` with one worker is the same trial as one without a method.
 */
#ifndef FL_TRIAL_PARALLEL_H
#define FL_TRIAL_PARALLEL_H

#include "trial/trial.h"

typedef struct fl_trial_parallel {
    const fl_method *method; /* NULL: none */
    size_t workers;
    const struct fl_virtual_trace *trace; /* borrowed; NULL: none */
    double values[FL_HYPER_MAX];          /* in the order of the method's table; NAN where there is none yet */
} fl_trial_parallel;

/* Whether there are as many examples as workers, and whether the method serves the rule, fl_trial_parallel_accepts
 * says. The second reads METHOD:V, which ends at `*end`, and gives a message without a place. */
bool fl_trial_parallel_read(fl_json_node node, fl_trial_parallel *parallel, fl_error *error);
bool fl_trial_parallel_parse(const char *text, fl_trial_parallel *parallel, const char **end, fl_error *error);

/* Give it to a trial that has its defaults. */
void fl_trial_parallel_apply(const fl_trial_parallel *parallel, fl_trial *trial);

/* "local:4,every=8": what is not at its default; of entry `at` of a list, what is not the same in all of its `n`. */
void fl_trial_parallel_text(const fl_trial_parallel *parallel, fl_text *text);
void fl_trial_parallel_text_apart(const fl_trial_parallel *list, size_t n, size_t at, fl_text *text);

/* Do both train by one method, with as many workers and the same numbers? */
bool fl_trial_same_parallel(const fl_trial *a, const fl_trial *b);

/* {"method": "local", "workers": 4}; the numbers are hyperparameters. NULL without a method. New reference. */
json_t *fl_trial_parallel_json(const fl_trial *trial);

/* A trace of durations (virtual/trace.h): a path, beside the study or as it stands, the numbers, or the hash of one
 * that is at hand; the numbers, a new reference; in place of every path in a study's `parallel` the numbers. */
bool fl_trial_trace_read(fl_json_node node, const struct fl_virtual_trace **trace, fl_error *error);
json_t *fl_trial_trace_json(const struct fl_virtual_trace *trace);
void fl_trial_trace_resolve(json_t *parallel);

/* Are the trial's durations those of a trace? And has it one then? Else a message without a place. */
bool fl_trial_is_traced(const fl_trial *trial);
bool fl_trial_trace_accepts(const fl_trial *trial, fl_error *error);

/* Can these workers train it so? Else a message without a place. */
bool fl_trial_parallel_accepts(const fl_trial *trial, fl_error *error);

#endif
