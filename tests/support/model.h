/* Networks of a few layers, each of which reads the one before it, on the generated drawings. */
#ifndef FL_TESTS_MODEL_H
#define FL_TESTS_MODEL_H

#include "workload/workload.h"

enum { MODEL_LAYERS = 8, WITH_STATE_LAYERS = 8 };

typedef struct model {
    fl_workload workload;
    fl_layer layers[MODEL_LAYERS];
} model;

/* `layers` of `n`; LAYERS(array) is both. The workload stands in the model, which must not move. */
void make_model(model *m, const fl_layer *layers, size_t n);
#define LAYERS(list) (list), sizeof(list) / sizeof *(list)

/* Batch norm, dropout, and an LSTM that reads the two rows a convolution leaves of a drawing: so few that it remembers
 * what it carried. */
extern const fl_layer with_state[WITH_STATE_LAYERS];

#endif
