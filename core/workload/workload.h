/* Workloads: data set + model + loss + initialisation, one const struct each. A workload cannot see which
 * optimizer it serves (core/LAYERS).
 */
#ifndef FL_WORKLOAD_WORKLOAD_H
#define FL_WORKLOAD_WORKLOAD_H

#include "base/hyper.h"
#include "network/architecture.h"
#include "init/init.h"
#include "dataset/dataset.h"
#include "dataset/inputs.h"

enum { FL_WORKLOAD_LAYERS = 64 };

typedef struct fl_workload {
    fl_entry entry; /* "fashion_mnist/simple_cnn" */
    const fl_dataset_kind *dataset;
    fl_dataset_inputs inputs; /* what is done to an example before the model sees it */
    const fl_network_architecture *architecture;
    const char *init; /* the name of its rule in model/init.h */
    double init_argument, init_bias;
    const fl_hyper *options; /* named without the "workload." prefix; NULL if it has none */
    size_t n_options;
    /* Copy the layers as the options want them; NULL: the architecture as it stands. */
    void (*shape)(const double *options, fl_layer *layers);
} fl_workload;

const fl_workload *const *fl_workloads(void);
const fl_workload *fl_workload_find(const char *name, fl_error *error);

/* The layers of a workload under `options`; `layers` holds FL_WORKLOAD_LAYERS. Returns how many. */
size_t fl_workload_layers(const fl_workload *workload, const double *options, fl_layer *layers);

/* Its initialisation as it stands. */
fl_init fl_workload_init(const fl_workload *workload);

#endif
