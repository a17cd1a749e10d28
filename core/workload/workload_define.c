/* The normalised definition: every default written out, so that two texts that mean the same are the same; and its
 * hash. */
#include "workload/reading.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *attribute_json(const fl_layer *layer, const fl_layer_attribute *attribute)
{
    double value = fl_layer_get(layer, attribute);
    const double *pair = (const double *)((const char *)layer + attribute->place);
    switch (attribute->value) {
    case FL_LAYER_COUNT:
        return json_integer((json_int_t)value);
    case FL_LAYER_NUMBER:
        return json_real(value);
    case FL_LAYER_FLAG:
    case FL_LAYER_NO_FLAG:
        return json_boolean(value != 0);
    case FL_LAYER_CHOICE:
        return json_string(attribute->choices[(size_t)value]);
    case FL_LAYER_PAIR:
        return json_pack("[f, f]", pair[0], pair[1]);
    }
    return NULL;
}

static json_t *from_json(const fl_workload *workload, const fl_layer *layer)
{
    json_t *from = json_array();
    for (size_t i = 0; i < layer->n_from; i++)
        json_array_append_new(from, json_string(layer->from[i] ? workload->layers[layer->from[i] - 1].name : "input"));
    return from;
}

json_t *fl_workload_layer_json(const fl_workload *workload, size_t index, const fl_layer *layers)
{
    const fl_layer *layer = layers ? &layers[index] : &workload->layers[index];
    const fl_layer_spec *spec = fl_layer_spec_of(layer);
    json_t *object = json_pack("{s:s}", "kind", spec->entry.name);
    if (layer->name) json_object_set_new(object, "name", json_string(layer->name));
    if (!spec->loss) json_object_set_new(object, "from", from_json(workload, layer));
    for (size_t i = 0; i < spec->n_attributes; i++) {
        const fl_layer_attribute *attribute = &spec->attributes[i];
        const fl_hyper *option = layers ? NULL : fl_workload_option_of(workload, attribute, index);
        json_object_set_new(object, attribute->name,
                            option ? fl_workload_option_json(option) : attribute_json(layer, attribute));
    }
    if (layer->init) json_object_set_new(object, "init", fl_workload_init_json(layer->init));
    return object;
}

/* The workloads of release 0.1 and the hashes of what they are. */
static const struct {
    const char *name, *hash;
} first_release[] = {
    { "fashion_mnist/mlp", "445deb6ca2dc7948" }, { "fashion_mnist/simple_cnn", "49bb5e9b14725c14" },
    { "glyphs/mlp", "c55258e82adb164c" },        { "mnist/mlp", "d69ed6ff6e7c147f" },
    { "mnist/simple_cnn", "128a32040618efb8" },  { "quadratic/noisy", "3aff21534446a4e3" },
};

static bool is_of_first_release(const fl_workload *workload)
{
    for (size_t i = 0; i < sizeof first_release / sizeof *first_release; i++)
        if (!strcmp(workload->entry.name, first_release[i].name)) return !strcmp(workload->hash, first_release[i].hash);
    return false;
}

void fl_workload_define(fl_workload *workload, json_t *hypers)
{
    json_t *layers = json_array();
    size_t last = workload->n_layers - 1;
    for (size_t i = 0; i < last; i++) json_array_append_new(layers, fl_workload_layer_json(workload, i, NULL));
    workload->definition = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o}", "workload", workload->entry.name, "data", fl_workload_data_json(workload),
        "inputs", fl_workload_inputs_json(&workload->inputs), "layers", layers, "loss",
        fl_workload_layer_json(workload, last, NULL), "init", fl_workload_init_json(&workload->init));
    if (json_object_size(hypers)) json_object_set(workload->definition, "hyperparameters", hypers);
    char *text = json_dumps(workload->definition, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    fl_hash_text(fl_hash(text, strlen(text)), workload->hash);
    free(text);
    workload->by_name = is_of_first_release(workload);
}

json_t *fl_workload_json(const fl_workload *workload)
{
    json_t *object = json_deep_copy(workload->definition);
    json_object_set_new(object, "about", json_string(workload->entry.about));
    json_object_set_new(object, "source", json_string(workload->entry.source));
    return object;
}
