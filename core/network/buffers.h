/* Which memory the stages of a graph work on: where values and their gradients lie, and how the gradients of a value
 * with several readers are added up. */
#ifndef FL_NETWORK_BUFFERS_H
#define FL_NETWORK_BUFFERS_H

#include "network/graph.h"

/* After a stage's backward: what it wrote for an input goes to where that input's gradient is, or is added to it. */
typedef struct fl_network_sum {
    void *to;
    const void *from;
    size_t n; /* numbers */
    fl_backend_precision precision;
    bool add; /* else copied */
} fl_network_sum;

typedef struct fl_network_stage_buffers {
    void *out, *d_out, *d_in[FL_LAYER_FROM], *workspace;
    fl_network_sum sums[FL_LAYER_FROM];
    size_t n_sums;
} fl_network_stage_buffers;

typedef struct fl_network_buffers {
    fl_network_stage_buffers *stages;
    void *input;
    size_t bytes; /* of all values and gradients together */
} fl_network_buffers;

/* Bytes of all values and gradients together. */
size_t fl_network_buffers_bytes(const fl_network_graph *graph, bool training);

/* In `memory` of as many, aligned to 64. */
fl_network_buffers fl_network_buffers_lay_out(fl_arena *arena, const fl_network_graph *graph, bool training,
                                              void *memory);

/* Carry out a sum. */
void fl_network_sum_run(const fl_network_sum *sum);

#endif
