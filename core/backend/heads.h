/* What happens between the two dense layers of self-attention: in each head the mean of v weighted by
 * P = softmax(q k^T / sqrt(values of a head)) over the positions that a position sees. */
#ifndef FL_BACKEND_HEADS_H
#define FL_BACKEND_HEADS_H

#include "backend/canonical.h"

typedef struct fl_backend_heads {
    fl_backend_product *product; /* for the heads */
    size_t n, t, d, heads;       /* examples, positions, values of all heads, heads */
    bool causal;                 /* a position sees itself and those before it alone */
} fl_backend_heads;

fl_backend_heads fl_backend_heads_of(const fl_layer *layer, fl_tensor_shape in, fl_backend_product *product);

/* Floats: of P in all heads; of P in one. */
size_t fl_backend_heads_weights(const fl_backend_heads *h);
size_t fl_backend_heads_one(const fl_backend_heads *h);

/* `qkv` has rows of q, k, v for all heads (3 d); `mixed` rows of d; `weights` keeps P for backward. */
void fl_backend_heads_forward(const fl_backend_heads *h, float *qkv, float *mixed, float *weights);
/* `d_one` has room for the gradient at P in one head. */
void fl_backend_heads_backward(const fl_backend_heads *h, float *qkv, const float *weights, float *d_mixed,
                               float *d_qkv, float *d_one);

#endif
