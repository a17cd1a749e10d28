/* The rule that moves nothing: what a trial costs without an optimizer, and a test of everything around one. */
#include "optimizer/rule.h"

static void step(fl_optimizer_update *update) {}

static const fl_hyper hypers[] = { FL_OPTIMIZER_LEARNING_RATE };

const fl_optimizer fl_optimizer_null = {
    .entry = { "null", "moves nothing; tests and times the harness", "" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .elementwise = true,
    .step = step,
};
