/* The manifest repeats what the trial and the model say, in one place and in plain words. */
#include "train/manifest.h"

static json_t *sizes_json(const size_t *sizes, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, json_integer((json_int_t)sizes[i]));
    return list;
}

/* Of one example: channels, height and width; positions and values; a vector's or tokens' number. */
static json_t *shape_json(fl_tensor_shape shape)
{
    const size_t sizes[] = { shape.c, shape.h, shape.w };
    bool image = shape.form == FL_TENSOR_IMAGE && shape.h * shape.w > 1;
    return sizes_json(sizes, image ? 3 : shape.form == FL_TENSOR_SEQUENCE ? 2 : 1);
}

static json_t *layers_json(const fl_trial *trial, fl_tensor_shape in)
{
    const fl_workload *workload = trial->owners.workload;
    fl_layer layers[FL_WORKLOAD_LAYERS];
    fl_tensor_shape out[FL_WORKLOAD_LAYERS];
    json_t *list = json_array();
    fl_trial_layers(trial, layers);
    fl_workload_shapes(workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], in, out);
    for (size_t i = 0; i + 1 < workload->n_layers; i++) {
        json_t *layer = fl_workload_layer_json(workload, i, layers);
        json_object_set_new(layer, "shape", shape_json(out[i]));
        json_array_append_new(list, layer);
    }
    return list;
}

static json_t *loss_json(const fl_trial *trial, size_t n_parameters)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t last = fl_trial_layers(trial, layers) - 1;
    json_t *loss = fl_workload_layer_json(trial->owners.workload, last, layers);
    json_object_set_new(loss, "reduction", json_string("mean over the batch"));
    if (layers[last].kind != FL_LAYER_QUADRATIC) return loss;
    json_t *curvatures = json_array();
    for (size_t i = 0; i < n_parameters; i++)
        json_array_append_new(curvatures, json_real(fl_layer_curvature(&layers[last], n_parameters, i)));
    json_object_set_new(loss, "curvatures", curvatures);
    return loss;
}

static json_t *tensors_json(const fl_tensor_layout *layout)
{
    json_t *tensors = json_array();
    for (size_t i = 0; i < layout->n_tensors; i++) {
        const fl_tensor *tensor = &layout->tensors[i];
        json_array_append_new(
            tensors, json_pack("{s:s, s:o}", "name", tensor->name, "shape", sizes_json(tensor->shape, tensor->n_dims)));
    }
    return tensors;
}

/* What a rule that looks at matrices goes by. */
static json_t *parameters_json(const fl_tensor_layout *layout)
{
    json_t *tensors = tensors_json(layout), *tensor;
    size_t i;
    json_array_foreach(tensors, i, tensor)
    {
        size_t matrices = layout->tensors[i].n_matrices;
        json_object_set_new(tensor, "role", json_string(fl_tensor_role_name(layout->tensors[i].role)));
        json_object_set_new(tensor, "matrices", json_integer(matrices ? (json_int_t)matrices : 1));
    }
    return tensors;
}

/* Whoever reads it may know neither the workload nor the rule by name. */
static json_t *trial_json(const fl_trial *trial)
{
    json_t *object = fl_trial_json(trial);
    fl_trial_add_definitions(trial, object);
    return object;
}

json_t *fl_train_manifest(const fl_trial *trial, const fl_network *network)
{
    const fl_tensor_layout *layout = fl_network_layout(network);
    fl_tensor_shape in = fl_network_in(network);
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:{s:s, s:o}, s:s, s:I, s:o}", "schema", 1, "input",
                     shape_json(in), "layers", layers_json(trial, in), "tensors", parameters_json(layout), "state",
                     tensors_json(fl_network_state_layout(network)), "loss", loss_json(trial, layout->n_parameters),
                     "optimizer", "name", trial->owners.optimizer->entry.name, "hyperparameters",
                     fl_trial_hyperparameters(trial), "schedule", trial->owners.schedule->entry.name, "seed",
                     (json_int_t)trial->seed, "trial", trial_json(trial));
}
