/* One update rule running on arrays of its own, for the tests of optimizers. Every array lies between guard zones, and
 * run_free fails when one was written to. */
#ifndef FL_TESTS_OPTIMIZER_RUN_H
#define FL_TESTS_OPTIMIZER_RUN_H

#include "support/test.h"
#include "base/memory.h"
#include "optimizer/optimizer.h"

enum { RUN_TENSORS = 8 }; /* room */

typedef struct run run;
struct run {
    const fl_optimizer *rule;
    fl_tensor_layout layout;
    fl_tensor tensors[RUN_TENSORS];
    double hyper[FL_HYPER_MAX];
    fl_optimizer_update update;
    float *gradient; /* what update.gradient points to */
    fl_optimizer_own own;
    /* Fill the gradient at the present parameters, when a step begins and when the rule asks elsewhere, and return the
     * loss; NULL: the test has filled it, and it is the same everywhere. */
    double (*gradient_at)(run *r);
    const float *curvature; /* the diagonal of every matrix that the rule may ask for; NULL: ones */
    unsigned gradients;     /* asked for */
};

void run_set(run *r, const char *name, double value);

void run_choose(run *r, const char *name, const char *choice);

/* The rule on one vector of n parameters, all zero, every hyperparameter at its default; the state begins as zeros and
 * not yet started, so that hyperparameters and tensors can still be set. */
run *run_new(const fl_optimizer *rule, size_t n);

run *run_named(const char *name, size_t n);

/* Lend what the rule has of its own, and start it. */
void run_start(run *r);

void run_step(run *r, double rate);

/* Parameters, state and what is the rule's own, from one run to another of the same rule and length. */
void run_copy(run *to, const run *from);

void run_free(run *r);

#endif
