/* What its options make of a workload. */
#include "workload/workload.h"

#include <string.h>

size_t fl_workload_layers(const fl_workload *workload, const double *options, fl_layer *layers)
{
    const fl_network_architecture *architecture = workload->architecture;
    if (architecture->n_layers > FL_WORKLOAD_LAYERS)
        fl_error_die("workload %s has more than %d layers", workload->entry.name, FL_WORKLOAD_LAYERS);
    memcpy(layers, architecture->layers, architecture->n_layers * sizeof *layers);
    if (workload->shape) workload->shape(options, layers);
    return architecture->n_layers;
}

fl_init fl_workload_init(const fl_workload *workload)
{
    const fl_init_rule *weights = fl_init_find(workload->init, NULL);
    if (!weights) fl_error_die("workload %s asks for initialisation %s", workload->entry.name, workload->init);
    return (fl_init){ .weights = weights, .argument = workload->init_argument, .bias = workload->init_bias };
}
