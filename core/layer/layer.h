/* A layer as a model states it: what is computed, nothing of how.
 *
 * A network is a list of layers in topological order; each reads the outputs of layers before it (`from`) and the last
 * one is the loss. The kinds are a registry (list.h): one struct each, which names the kind's attributes and says what
 * it makes of shapes and which tensors it has. A layer's numbers are plain members; which of them a kind has its table
 * of attributes says.
 */
#ifndef FL_LAYER_LAYER_H
#define FL_LAYER_LAYER_H

#include "base/entry.h"
#include "tensor/shape.h"
#include "tensor/tensor.h"
#include <stdint.h>

typedef enum fl_layer_kind {
#define X(NAME, name) FL_LAYER_##NAME,
#include "layer/list.h"
#undef X
    FL_LAYER_KINDS
} fl_layer_kind;

enum { FL_LAYER_TENSORS = 4, FL_LAYER_STATES = 2, FL_LAYER_FROM = 8 };

/* Matrices in one tensor: an LSTM's gates i, f, g and o; self-attention's projections to q, k and v. */
enum { FL_LAYER_GATES = 4, FL_LAYER_PROJECTIONS = 3 };

typedef enum fl_layer_by { FL_LAYER_BY_POSITIONS, FL_LAYER_BY_ROWS } fl_layer_by;
typedef enum fl_layer_targets { FL_LAYER_TARGETS_DATA, FL_LAYER_TARGETS_INPUT } fl_layer_targets;
typedef enum fl_layer_function {
    FL_LAYER_ROSENBROCK,
    FL_LAYER_BEALE,
    FL_LAYER_BRANIN,
    FL_LAYER_SADDLE,
    FL_LAYER_PARABOLA
} fl_layer_function;

/* How workers divide a dense layer, whose weights are outputs x inputs: each computes outputs of its own from all
 * inputs, or all outputs from inputs of its own, whose sum over the workers is what the layer makes. */
typedef enum fl_layer_division { FL_LAYER_WHOLE, FL_LAYER_BY_OUTPUTS, FL_LAYER_BY_INPUTS } fl_layer_division;

typedef struct fl_layer {
    fl_layer_kind kind;
    const char *name;                   /* "conv1"; names its tensors "conv1.weight", "conv1.bias" */
    size_t n_from, from[FL_LAYER_FROM]; /* what it reads: 0 the network's input, i + 1 the output of layer i; n_from 0:
                                           the layer before, for the first one the input */
    size_t n_out;                       /* outputs, channels out, values of a position, dimension */
    size_t kernel, stride, pad, groups; /* of a window, in height and width */
    size_t vocabulary, length, heads;
    bool no_bias, carry, acausal;
    unsigned by, targets, function; /* indices into the attribute's choices */
    double epsilon, momentum, rate, label_smoothing;
    double condition, curvature_max; /* quadratic: largest curvature over smallest, and the largest */
    double start[2];                 /* function: where it begins */
    const struct fl_init *init;      /* its own initialisation, borrowed; NULL: the network's */
    fl_layer_division division;      /* no attribute: a training's, among so many workers */
    size_t workers; /* likewise of batch norm: whose batches its statistics are of, together; 0: its own */
    const struct fl_layer_exchange *exchange; /* of those that divide it (layer/exchange.h), borrowed; NULL: of none */
} fl_layer;

typedef enum fl_layer_value {
    FL_LAYER_COUNT,   /* size_t */
    FL_LAYER_NUMBER,  /* double */
    FL_LAYER_FLAG,    /* bool */
    FL_LAYER_NO_FLAG, /* bool, kept as its opposite */
    FL_LAYER_CHOICE,  /* unsigned */
    FL_LAYER_PAIR     /* double[2]: get and set reach the first */
} fl_layer_value;

typedef struct fl_layer_attribute {
    const char *name, *help;
    fl_layer_value value;
    size_t place;               /* offset in fl_layer */
    double default_value;       /* NAN: it must be given */
    double min, max;            /* both included */
    const char *const *choices; /* NULL-ended */
} fl_layer_attribute;

typedef struct fl_layer_spec {
    fl_entry entry; /* "dense" */
    const fl_layer_attribute *attributes;
    size_t n_attributes;
    size_t most_inputs; /* 0: one */
    bool loss;
    bool positions; /* computes each position of a sequence by itself */
    /* The shape it makes of its inputs, {n, 0, 0, 0} for a loss; a message without a place where they do not fit. */
    bool (*shape)(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error);
    /* Its tensors and the arrays of its state, in canonical layout with offset 0; returns how many. NULL: none. */
    size_t (*tensors)(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS]);
    size_t (*states)(const fl_layer *layer, fl_tensor_shape in, fl_tensor states[FL_LAYER_STATES]);
} fl_layer_spec;

/* The specification of each kind, by fl_layer_kind. */
extern const fl_layer_spec *const fl_layer_specs[FL_LAYER_KINDS];
const fl_layer_spec *fl_layer_spec_of(const fl_layer *layer);

/* A kind by name: false with a message that names what there is. */
bool fl_layer_kind_find(const char *name, fl_layer_kind *kind, fl_error *error);

/* The word for a kind: "convolution". */
const char *fl_layer_word(fl_layer_kind kind);

/* A layer of this kind with every default. */
fl_layer fl_layer_default(fl_layer_kind kind);

/* Zeros that no attribute may hold become its default, so that a layer stated in C names only what differs. */
void fl_layer_fill_defaults(fl_layer *layer);

/* An attribute's value as a number (a choice as its index, a flag as 0 or 1), and back. */
double fl_layer_get(const fl_layer *layer, const fl_layer_attribute *attribute);
void fl_layer_set(fl_layer *layer, const fl_layer_attribute *attribute, double value);

/* What layer `index` of a list reads: places as in `from`. Returns how many. */
size_t fl_layer_inputs(const fl_layer *layers, size_t index, size_t from[FL_LAYER_FROM]);

/* Is this a loss whose targets are numbers, the data's or the input's? */
bool fl_layer_predicts_numbers(const fl_layer *layer);

/* The shape a layer makes of its inputs; dies where they do not fit, which who reads a network has made sure of. */
fl_tensor_shape fl_layer_out_of(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in);
fl_tensor_shape fl_layer_out(const fl_layer *layer, fl_tensor_shape in);

size_t fl_layer_tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS]);
size_t fl_layer_states(const fl_layer *layer, fl_tensor_shape in, fl_tensor states[FL_LAYER_STATES]);

/* A window on an image of this shape: of a convolution, or of a pool, whose window may be the whole plane and whose
 * stride is its size where it has none. */
typedef struct fl_layer_window {
    size_t h, w, stride, pad;
} fl_layer_window;
fl_layer_window fl_layer_window_on(const fl_layer *layer, fl_tensor_shape in);

/* Curvature c_i of a quadratic of n dimensions, i in 0..n-1, log-spaced up to the largest. */
double fl_layer_curvature(const fl_layer *layer, size_t n, size_t i);

#endif
