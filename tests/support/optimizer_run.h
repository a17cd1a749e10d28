/* One update rule running on arrays of its own, for the tests of optimizers: the course of core/promise, where a test
 * fails when a zone around an array was written to. */
#ifndef FL_TESTS_OPTIMIZER_RUN_H
#define FL_TESTS_OPTIMIZER_RUN_H

#include "support/test.h"
#include "base/memory.h"
#include "optimizer/optimizer.h"
#include "promise/course.h"

typedef fl_promise_course run;

void run_set(run *r, const char *name, double value);

void run_choose(run *r, const char *name, const char *choice);

/* The rule on one vector of n parameters, all zero, every hyperparameter at its default; the state begins as zeros and
 * not yet started, so that hyperparameters and tensors can still be set. */
run *run_new(const fl_optimizer *rule, size_t n);

run *run_named(const char *name, size_t n);

void run_free(run *r);

#endif
