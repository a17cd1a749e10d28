/* Networks of every kind of layer with a batch, their curvature and vectors to multiply by it: what tests of curvature
 * look at. */
#ifndef FL_TESTS_PROBE_H
#define FL_TESTS_PROBE_H

#include "support/test.h"

#include "network/curvature.h"

enum { PROBE_EXAMPLES = 6, PROBE_CLASSES = 3, PROBE_LAYERS = 12 };

typedef struct probe_model {
    const char *name;
    fl_tensor_shape in;
    fl_layer layers[PROBE_LAYERS];
} probe_model;

enum { PROBE_RESIDUAL = 2 }; /* of the models: convolutions with batch norm */
extern const probe_model probe_models[];

typedef struct probe {
    const probe_model *model;
    const fl_backend *backend;
    fl_network *network;
    fl_network_curvature *curvature;
    size_t count; /* of each vector, in the network's layout */
    float *u, *v, *at_u, *at_v, *sum;
} probe;

size_t probe_layers(const probe_model *model);

/* u and v are drawn, the curvature is that at the network's parameters; probe_close frees what this makes. */
probe probe_open(const probe_model *model, const fl_backend *backend);
void probe_close(probe *p);

/* Run a check on every model and backend. */
void probe_all(void (*check)(probe *p));

double probe_dot(const float *a, const float *b, size_t n);

/* The largest difference over the largest number. */
double probe_distance(const float *a, const float *b, size_t n);

#define probe_fail(p, ...)                                                                                             \
    do {                                                                                                               \
        char text_[200];                                                                                               \
        snprintf(text_, sizeof text_, __VA_ARGS__);                                                                    \
        fail_msg("%s on %s: %s", (p)->model->name, (p)->backend->entry.name, text_);                                   \
    } while (0)

#endif
