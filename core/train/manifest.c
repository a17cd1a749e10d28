/* The manifest repeats what the trial and the model say, in one place and in plain words. */
#include "train/manifest.h"

static json_t *layer_json(const fl_layer *layer)
{
    json_t *object = json_pack("{s:s}", "kind", fl_layer_word(layer->kind));
    if (layer->name) json_object_set_new(object, "name", json_string(layer->name));
    if (layer->n_out) json_object_set_new(object, "out", json_integer((json_int_t)layer->n_out));
    if (layer->kernel) json_object_set_new(object, "kernel", json_integer((json_int_t)layer->kernel));
    if (layer->kind == FL_LAYER_CONVOLUTION) json_object_set_new(object, "pad", json_integer((json_int_t)layer->pad));
    return object;
}

static json_t *loss_json(const fl_layer *layer, const fl_tensor_layout *layout)
{
    json_t *loss = json_pack("{s:s, s:s}", "kind", fl_layer_word(layer->kind), "reduction", "mean over the batch");
    if (layer->kind != FL_LAYER_QUADRATIC) return loss;
    json_t *curvatures = json_array();
    size_t n = layout->n_parameters;
    for (size_t i = 0; i < n; i++) json_array_append_new(curvatures, json_real(fl_layer_curvature(layer, n, i)));
    json_object_set_new(loss, "curvatures", curvatures);
    return loss;
}

static json_t *tensors_json(const fl_tensor_layout *layout)
{
    json_t *tensors = json_array();
    for (size_t i = 0; i < layout->n_tensors; i++) {
        const fl_tensor *tensor = &layout->tensors[i];
        json_t *shape = json_array();
        for (size_t d = 0; d < tensor->n_dims; d++)
            json_array_append_new(shape, json_integer((json_int_t)tensor->shape[d]));
        json_array_append_new(tensors, json_pack("{s:s, s:o}", "name", tensor->name, "shape", shape));
    }
    return tensors;
}

json_t *fl_train_manifest(const fl_trial *trial, const fl_tensor_layout *layout)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n = fl_workload_layers(trial->owners.workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], layers);
    json_t *list = json_array();
    for (size_t i = 0; i + 1 < n; i++) json_array_append_new(list, layer_json(&layers[i]));
    return json_pack("{s:i, s:o, s:o, s:o, s:{s:s, s:o}, s:s, s:I, s:o}", "schema", 1, "layers", list, "tensors",
                     tensors_json(layout), "loss", loss_json(&layers[n - 1], layout), "optimizer", "name",
                     trial->owners.optimizer->entry.name, "hyperparameters", fl_trial_hyperparameters(trial),
                     "schedule", trial->owners.schedule->entry.name, "seed", (json_int_t)trial->seed, "trial",
                     fl_trial_json(trial));
}
