/* The steps of dataset/inputs.h carried out: statistics once, of the training split, then example by example.
 *
 * What training draws for an example comes from stream (seed, "augment", step and row in the batch), so it depends
 * neither on workers nor on backends, nor on which examples were drawn before.
 */
#ifndef FL_DATASET_PIPELINE_H
#define FL_DATASET_PIPELINE_H

#include "backend/backend.h"
#include "dataset/dataset.h"
#include "dataset/inputs.h"

/* Some examples of a data set, in a fixed order. */
typedef struct fl_dataset_examples {
    const fl_dataset *dataset; /* borrowed */
    uint32_t *index;           /* positions in the data set, owned */
    size_t count;
} fl_dataset_examples;

typedef struct fl_dataset_pipeline fl_dataset_pipeline;

/* Work out the statistics of steps that fit the examples (fl_dataset_inputs_fit). In *pipeline NULL where nothing is to
 * be done. False with a message when a library is missing. The data set is borrowed, the training examples only for
 * this call. */
bool fl_dataset_pipeline_new(fl_dataset_pipeline **pipeline, const fl_dataset_inputs *inputs,
                             const fl_dataset_examples *training, fl_error *error);
void fl_dataset_pipeline_free(fl_dataset_pipeline *pipeline);

/* The example at `position` as floats after every step, in memory of the pipeline's; `moment` is that of its row, NULL
 * outside training. */
const float *fl_dataset_pipeline_run(fl_dataset_pipeline *pipeline, size_t position, const fl_backend_moment *moment);

#endif
