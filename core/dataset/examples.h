/* Examples in use: the splits of a data set, the order of an epoch, and batches.
 *
 * Which examples validate depends on the split alone; the order on (seed, "order", epoch) alone: neither knows which
 * optimizer it serves.
 */
#ifndef FL_DATASET_EXAMPLES_H
#define FL_DATASET_EXAMPLES_H

#include "backend/backend.h"
#include "dataset/dataset.h"
#include "dataset/pipeline.h"

typedef enum fl_dataset_split_from {
    FL_DATASET_FROM_END,
    FL_DATASET_FROM_START,
    FL_DATASET_FROM_SEEDED,
    FL_DATASET_SPLITS_FROM
} fl_dataset_split_from;
const char *fl_dataset_split_from_name(fl_dataset_split_from from); /* "end", "start", "seeded" */

typedef struct fl_dataset_split {
    size_t validation; /* examples of the training file that validate; SIZE_MAX: the data set's default */
    fl_dataset_split_from
        from; /* seeded: drawn without replacement from stream (seed, "split", 0), kept in file order */
    uint64_t seed;
} fl_dataset_split;

typedef struct fl_dataset_splits {
    fl_dataset_examples training, validation, test;
} fl_dataset_splits;

/* Split a data set; false when the validation size leaves nothing to train on or is 0. */
bool fl_dataset_splits_make(fl_dataset_splits *splits, const fl_dataset *dataset, const fl_dataset_split *split,
                            fl_error *error);
void fl_dataset_splits_free(fl_dataset_splits *splits);

/* Where a batch goes, and what is done to it on the way. */
typedef struct fl_dataset_input {
    fl_backend_precision precision;  /* floats, or bf16; tokens are int32 whatever it says */
    void *values;                    /* n examples */
    fl_dataset_pipeline *pipeline;   /* NULL: raw */
    const fl_backend_moment *moment; /* of the first example, in training; NULL: nothing is drawn */
    float *targets;                  /* numbers to be predicted, of n examples; NULL: none are wanted */
    bool targets_are_inputs;         /* the examples themselves, raw; else the data's own */
} fl_dataset_input;

/* Copy examples first..first+n-1 of `examples` in the order `order` (NULL: as they stand) into a batch: `input` n
 * examples in canonical order (pixels as pixel / 255), `labels` n_labels classes each (one 0 without classes). Examples
 * wait as pixels and take the first layer's precision here: a byte is read from memory instead of four. */
void fl_dataset_examples_gather(const fl_dataset_examples *examples, const uint32_t *order, size_t first, size_t n,
                                fl_dataset_input input, int32_t *labels);

/* The order of the training examples: one seeded permutation per epoch, without replacement; the examples that do not
 * fill the last batch of an epoch are dropped for that epoch. */
typedef struct fl_dataset_order {
    uint32_t *order; /* owned; the present epoch's permutation */
    size_t count, batch;
    uint64_t seed, epoch; /* epoch: the one in `order`, UINT64_MAX before the first */
    bool streams;         /* every epoch has the same order */
} fl_dataset_order;

void fl_dataset_order_start(fl_dataset_order *order, size_t count, size_t batch, uint64_t seed);
void fl_dataset_order_free(fl_dataset_order *order);

/* For models that carry state from batch to batch: the examples cut into `batch` equal streams, of which step t reads
 * window t mod W of each, W = count / batch; the remainder is dropped. */
void fl_dataset_order_start_streams(fl_dataset_order *order, size_t count, size_t batch);
void fl_dataset_stream_rows(size_t count, size_t batch, size_t window, uint32_t *rows); /* one such window */

/* Where in `order->order` the batch of `step` (from 0) begins; makes the epoch's permutation when it is another epoch.
 * A pure function of (seed, count, batch, step). */
size_t fl_dataset_order_batch(fl_dataset_order *order, uint64_t step);

#endif
