/* Every kind of layer written once more, in double, number by number as its textbook has it. */
#ifndef FL_TESTS_OP_REFERENCE_H
#define FL_TESTS_OP_REFERENCE_H

#include "support/op_case.h"

/* The numbers of a run, widened so that they can be moved a little; owned by the arena. */
typedef struct op_reference {
    const op_run *run;
    bool training;
    double *x[OP_CASE_INPUTS], *params[FL_LAYER_TENSORS], *state[FL_LAYER_STATES]; /* state: as it is before */
    double *y, *errors, *after[FL_LAYER_STATES];
} op_reference;

op_reference op_reference_new(fl_arena *arena, const op_run *run, bool training);

/* Fill y and errors, and after where there is a state. */
void op_reference_compute(op_reference *reference);

#endif
