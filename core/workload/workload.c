/* What its options make of a workload. */
#include "workload/workload.h"

#include <string.h>

size_t fl_workload_layers(const fl_workload *workload, const double *options, fl_layer *layers)
{
    memcpy(layers, workload->layers, workload->n_layers * sizeof *layers);
    for (const fl_workload_use *use = workload->uses; use < workload->uses + workload->n_uses; use++)
        if (use->attribute) fl_layer_set(&layers[use->at], use->attribute, options[use->option]);
    return workload->n_layers;
}

void fl_workload_data(const fl_workload *workload, const double *options, double data[FL_HYPER_MAX])
{
    memcpy(data, workload->data, sizeof workload->data);
    for (const fl_workload_use *use = workload->uses; use < workload->uses + workload->n_uses; use++)
        if (!use->attribute) data[use->at] = options[use->option];
}

fl_dataset *fl_workload_load(const fl_workload *workload, const double *options, fl_error *error)
{
    double data[FL_HYPER_MAX];
    fl_workload_data(workload, options, data);
    return fl_dataset_load(workload->dataset, data, error);
}

fl_workload_error fl_workload_error_of(const fl_workload *workload)
{
    fl_layer_kind loss = workload->layers[workload->n_layers - 1].kind;
    if (loss == FL_LAYER_SIGMOID_CROSS_ENTROPY) return FL_WORKLOAD_NUMBER;
    return loss == FL_LAYER_SOFTMAX_CROSS_ENTROPY ? FL_WORKLOAD_SHARE : FL_WORKLOAD_LOSS;
}

bool fl_workload_shapes_data(const fl_workload *workload, size_t option)
{
    for (const fl_workload_use *use = workload->uses; use < workload->uses + workload->n_uses; use++)
        if (!use->attribute && use->option == option) return true;
    return false;
}

void fl_workload_shapes(const fl_workload *workload, const double *options, fl_tensor_shape in,
                        fl_tensor_shape out[FL_WORKLOAD_LAYERS])
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n = fl_workload_layers(workload, options, layers);
    for (size_t i = 0; i < n; i++) {
        fl_tensor_shape read[FL_LAYER_FROM];
        for (size_t k = 0; k < layers[i].n_from; k++) read[k] = layers[i].from[k] ? out[layers[i].from[k] - 1] : in;
        out[i] = fl_layer_out_of(&layers[i], read, layers[i].n_from);
    }
}
