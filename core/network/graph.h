/* The ops of a network in the order in which they run, and the values between them; planned but not yet bound.
 *
 * A graph exists while planning alone: what is left of it is a flat list of stages, walked forward and backward.
 */
#ifndef FL_NETWORK_GRAPH_H
#define FL_NETWORK_GRAPH_H

#include "base/arena.h"
#include "backend/backend.h"

/* What a stage writes and others read; number 0 is the network's input. */
typedef struct fl_network_value {
    fl_backend_activation activation;
    size_t producer; /* its stage; not for number 0 */
    size_t
        canonical; /* the value that holds it in canonical layout: its own number, another's, 0 where none does yet */
    bool trained;  /* something before it is, so its gradient is wanted */
} fl_network_value;

typedef struct fl_network_stage {
    fl_backend_op *op;
    const fl_layer *layer; /* a copy in the arena; NULL for the reorder to canonical layout before a fallback */
    size_t n_in, in[FL_LAYER_FROM], out; /* values */
    bool trained;                        /* it takes part in backward */
    fl_backend_request request;          /* what the op was planned for */
} fl_network_stage;

typedef struct fl_network_graph {
    fl_network_stage *stages; /* owned by the arena, the ops by the graph */
    fl_network_value *values;
    size_t n_stages, n_values;
    size_t n_tensors, n_states;                /* of all ops */
    bool keeps;                                /* values stay until the next forward (fl_network_keep_values) */
    const char *fallbacks[FL_LAYER_KINDS + 1]; /* words for the kinds that naive computes, NULL-ended */
} fl_network_graph;

/* What a graph is planned for; a curvature has the passes of training, each layer for itself, and canonical activations
 * where tangents want them (backend/tangent.h). */
typedef enum fl_network_purpose {
    FL_NETWORK_EVALUATION,
    FL_NETWORK_TRAINING,
    FL_NETWORK_CURVATURE,           /* of the loss that training sees */
    FL_NETWORK_EVALUATION_CURVATURE /* with running statistics, and nothing dropped */
} fl_network_purpose;

/* Plan `layers` for a backend that is usable, on batches of shape `in`. The layers need not outlive the call, their
 * names must outlive the graph. */
fl_network_graph fl_network_graph_plan(fl_arena *arena, const fl_backend *backend, const fl_layer *layers,
                                       size_t n_layers, fl_tensor_shape in, fl_backend_precision precision,
                                       fl_network_purpose purpose);

/* Free the ops. */
void fl_network_graph_free(fl_network_graph *graph);

/* The stage in words: the layer's name or kind, and what runs. */
void fl_network_stage_describe(const fl_network_stage *stage, fl_text *text);

#endif
