/* What is done to an example before the model sees it, as a workload states it: a list of steps, in order.
 *
 * The first kinds change examples the same way wherever they are used, by statistics of the training split alone; the
 * others belong to training and draw at random. dataset/pipeline.h carries the steps out.
 */
#ifndef FL_DATASET_INPUTS_H
#define FL_DATASET_INPUTS_H

#include "base/error.h"
#include "tensor/shape.h"

#include <stddef.h>

typedef enum fl_dataset_inputs_kind {
    FL_DATASET_RAW, /* pixels / 255, numbers as they are: nothing is done */
    FL_DATASET_CENTRE,
    FL_DATASET_STANDARDIZE,
    FL_DATASET_WHITEN_PCA,
    FL_DATASET_WHITEN_ZCA,
    FL_DATASET_CROP,
    FL_DATASET_FLIP,
    FL_DATASET_NOISE,
    FL_DATASET_BRIGHTNESS,
    FL_DATASET_INPUTS_KINDS
} fl_dataset_inputs_kind;

/* One row per kind. In a workload a kind without `key` is the text `word` ("flip"); one with a number is an object of
 * that key, {"crop": 4}; whitening names its method there, {"whiten": "zca", "epsilon": 0.01}. */
typedef struct fl_dataset_inputs_spec {
    const char *word, *about;
    const char *method;    /* whitening: "pca", "zca" */
    const char *number;    /* the key of its number; NULL: it has none */
    double default_number; /* NAN: it must be given */
    double min, max;       /* both included */
    bool whole;
    bool training; /* drawn anew for each example of each step, in training alone */
    bool pictures; /* of images alone */
} fl_dataset_inputs_spec;

extern const fl_dataset_inputs_spec fl_dataset_inputs_specs[FL_DATASET_INPUTS_KINDS];

enum { FL_DATASET_INPUTS = 16 };

typedef struct fl_dataset_inputs_step {
    fl_dataset_inputs_kind kind;
    double number;
} fl_dataset_inputs_step;

/* Zeros are what is done where a workload says nothing: raw. */
typedef struct fl_dataset_inputs {
    size_t n;
    fl_dataset_inputs_step steps[FL_DATASET_INPUTS];
} fl_dataset_inputs;

/* The kind called `word`, of whitening with `method` (else NULL); false with a message that lists what there is. */
bool fl_dataset_inputs_find(const char *word, const char *method, fl_dataset_inputs_kind *kind, fl_error *error);

/* Can step `at` be done to examples of this shape, after the steps before it? Else a message. */
bool fl_dataset_inputs_fit(const fl_dataset_inputs *inputs, size_t at, fl_tensor_shape shape, fl_error *error);

#endif
