/* Short trainings of a model of a few layers, by several workers or one, and what comes of them. */
#ifndef FL_TESTS_TRAINED_H
#define FL_TESTS_TRAINED_H

#include "support/model.h"
#include "support/training.h"

/* Pixels move and are mirrored by chance. */
void augment(model *m);

/* Ten steps on a hundred of the drawings, by naive, without evaluations. */
fl_trial trial_of(const char *rule, const fl_workload *workload, size_t batch);

/* What a trial came to. */
typedef struct seen {
    double losses[STEPS];
    float *parameters, *statistics; /* canonical; of the first two tensors of the state; freed by `drop` */
    size_t n_parameters, n_statistics, gradients;
    fl_outcome_status status;
    char hash[17];
    json_t *division; /* freed by `drop` */
} seen;

/* Between begin and end one trainer serves all, so that data are loaded once. */
int begin_training(void **state);
int end_training(void **state);
seen train(const fl_trial *trial);
void drop(seen *s);

/* The largest difference of any parameter. */
double apart(const seen *a, const seen *b);

/* Both have the same losses and the same hash. */
void assert_same(const fl_trial *a, const fl_trial *b);

#endif
