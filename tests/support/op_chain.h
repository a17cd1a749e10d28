/* A few ops in a row, outside any network: canonical values in, canonical values and gradients out. */
#ifndef FL_TESTS_OP_CHAIN_H
#define FL_TESTS_OP_CHAIN_H

#include "support/test.h"
#include "base/arena.h"
#include "base/random.h"
#include "backend/backend.h"

enum { CHAIN_OPS = 8, CHAIN_TENSORS = CHAIN_OPS * FL_LAYER_TENSORS };

/* What a chain is given and what it makes, all canonical; allocated by the arena. */
typedef struct chain_data {
    fl_tensor_shape in, out;
    float *x, *d_y;                   /* given */
    float *parameters[CHAIN_TENSORS]; /* given, in the order of the layers */
    size_t n_tensors, n_values[CHAIN_TENSORS];
    float *y, *d_x, *gradients[CHAIN_TENSORS]; /* made */
} chain_data;

/* How many of n numbers are not zero. */
size_t chain_nonzeros(const float *values, size_t n);

/* Forward and, when training, backward; fills what `data` makes. */
void chain_run(const fl_backend *backend, const fl_layer *layers, size_t n_layers, fl_backend_precision precision,
               bool training, chain_data *data);

/* Numbers for a chain: whole ones from -1, 0, 1, or normal ones. */
typedef enum chain_numbers { CHAIN_WHOLE, CHAIN_REAL } chain_numbers;

chain_data chain_data_new(fl_arena *arena, const fl_layer *layers, size_t n_layers, fl_tensor_shape in,
                          chain_numbers numbers, uint64_t seed);

/* The same givens with room for other results. */
chain_data chain_twin(fl_arena *arena, const chain_data *data);

/* Each difference is at most `tolerance` times the largest number of `expected`. */
void assert_near(const float *got, const float *expected, size_t n, double tolerance, const char *what);

void assert_chains_near(const chain_data *got, const chain_data *expected, double tolerance, const char *what);

#endif
