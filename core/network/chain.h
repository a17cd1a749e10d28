/* The ops of a model in the order in which they run, planned but not yet bound. */
#ifndef FL_NETWORK_CHAIN_H
#define FL_NETWORK_CHAIN_H

#include "base/arena.h"
#include "backend/backend.h"

typedef struct fl_network_stage {
    fl_backend_op *op;
    const fl_layer *layer; /* a copy in the arena; NULL for the reorder to canonical layout before a fallback */
} fl_network_stage;

typedef struct fl_network_chain {
    fl_backend_activation in; /* canonical */
    fl_network_stage *stages; /* owned by the arena, the ops by the chain */
    size_t n_stages;
    size_t n_tensors;                          /* of all ops */
    size_t first_trained;                      /* the first stage with tensors: no gradient is needed before it */
    const char *fallbacks[FL_LAYER_KINDS + 1]; /* words for the kinds that naive computes, NULL-ended */
} fl_network_chain;

/* Plan `layers` for a backend that is usable, on batches of shape `in`. The layers need not outlive the call, their
 * names must outlive the chain. */
fl_network_chain fl_network_chain_plan(fl_arena *arena, const fl_backend *backend, const fl_layer *layers,
                                       size_t n_layers, fl_tensor_shape in, fl_backend_precision precision,
                                       bool training);

/* Free the ops. */
void fl_network_chain_free(fl_network_chain *chain);

/* The stage in words: the layer's name or kind, and what runs. */
void fl_network_stage_describe(const fl_network_stage *stage, fl_text *text);

#endif
