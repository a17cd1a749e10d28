/* Initial parameters: for weights a rule that sees only the tensor's shape, for biases a constant.
 *
 * Each tensor draws from its own stream (seed, "init", its number), in canonical order, so all optimizers, backends and
 * batch sizes meet the same initial weights.
 */
#ifndef FL_INIT_INIT_H
#define FL_INIT_INIT_H

#include "base/entry.h"
#include "base/random.h"
#include "tensor/tensor.h"
#include <stdint.h>

typedef struct fl_init_rule {
    fl_entry entry;
    const char *argument; /* what `argument` in fl_init means here ("deviation", "value"), NULL if it takes none */
    double least;         /* argument that makes sense */
    /* Fill a matrix of n / fan_in rows from the tensor's stream; fan_in and fan_out count connections (kernel area
     * included). */
    void (*fill)(float *values, size_t n, double fan_in, double fan_out, double argument, fl_random_stream *stream);
} fl_init_rule;

typedef struct fl_init {
    const fl_init_rule *weights;
    double argument; /* truncated_normal: the deviation before truncation at two of it; uniform: the bound; constant:
                        the value */
    double bias;     /* every bias starts here */
} fl_init;

/* Every rule, NULL-ended: he_normal he_uniform glorot_normal glorot_uniform truncated_normal uniform orthogonal sparse
 * constant. */
const fl_init_rule *const *fl_init_rules(void);
extern const char *const fl_init_names[]; /* of the same, NULL-ended */
const fl_init_rule *fl_init_find(const char *name, fl_error *error);

/* Can parameters start so? The argument and the bias must be finite in single precision, a deviation or a bound at
 * least 0. */
bool fl_init_accepts(const fl_init *init, fl_error *error);

/* Write the initial values of `tensor`, the one at `index` in the layout, in canonical order: by its
 * `start`, its matrices one after the other. */
void fl_init_tensor(const fl_init *init, const fl_tensor *tensor, size_t index, uint64_t seed, float *canonical);

#endif
