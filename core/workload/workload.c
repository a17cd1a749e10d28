/* What its options make of a workload, and whether that fits the data. */
#include "workload/workload.h"
#include "base/capacity.h"

#include <stdio.h>
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

bool fl_workload_shapes_data(const fl_workload *workload, size_t option)
{
    for (const fl_workload_use *use = workload->uses; use < workload->uses + workload->n_uses; use++)
        if (!use->attribute && use->option == option) return true;
    return false;
}

/* --- does it fit? --- */

/* Shapes of what layers give, as a walk in order finds them; memory in doubles, which do not wrap. */
typedef struct walk {
    const fl_workload *workload;
    fl_layer layers[FL_WORKLOAD_LAYERS];
    fl_tensor_shape input, out[FL_WORKLOAD_LAYERS];
    double parameters, largest; /* numbers: in all tensors, in the largest activation */
} walk;

static fl_tensor_shape shape_of(const walk *w, size_t from)
{
    return from ? w->out[from - 1] : w->input;
}

static double size_of(fl_tensor_shape shape)
{
    return (double)shape.n * (double)shape.c * (double)shape.h * (double)shape.w;
}

static const char *name_of(const fl_layer *layer)
{
    return layer->name ? layer->name : fl_layer_word(layer->kind);
}

/* "dense1 reads 16 x 32 x 32 of relu1: ..." */
static bool misfits(const walk *w, size_t index, const fl_error *why, fl_error *error)
{
    char in[FL_TENSOR_SHAPE_TEXT];
    const fl_layer *layer = &w->layers[index];
    fl_tensor_shape_text(shape_of(w, layer->from[0]), in);
    return fl_error_user(error, "%s: %s, which reads %s: %s", w->workload->places[index], name_of(layer), in,
                         why->text);
}

static void count_tensors(walk *w, const fl_layer *layer, fl_tensor_shape in)
{
    fl_tensor tensors[FL_LAYER_TENSORS];
    size_t n = fl_layer_tensors(layer, in, tensors);
    for (size_t i = 0; i < n; i++) {
        double values = 1;
        for (size_t d = 0; d < tensors[i].n_dims; d++) values *= (double)tensors[i].shape[d];
        w->parameters += values;
    }
}

/* A weight, its gradient and its canonical copy, and the largest value, at 4 bytes each, are the least that training
 * holds. So much is looked at whenever a definition is read, against the machine itself, since what is read need not be
 * trained here; train/memory.c counts all of it against what is left. */
static bool fits_memory(const walk *w, size_t index, fl_error *error)
{
    char what[300];
    snprintf(what, sizeof what, "%s: the model up to %s", w->workload->places[index], name_of(&w->layers[index]));
    return fl_capacity_of_machine(what, 4 * (3 * w->parameters + w->largest), error);
}

static bool add_layer(walk *w, size_t index, fl_error *error)
{
    const fl_layer *layer = &w->layers[index];
    fl_tensor_shape in[FL_LAYER_FROM];
    fl_error why;
    for (size_t k = 0; k < layer->n_from; k++) in[k] = shape_of(w, layer->from[k]);
    if (!fl_layer_spec_of(layer)->shape(layer, in, layer->n_from, &w->out[index], &why))
        return misfits(w, index, &why, error);
    count_tensors(w, layer, in[0]);
    if (size_of(w->out[index]) > w->largest) w->largest = size_of(w->out[index]);
    return fits_memory(w, index, error);
}

/* A class beyond the outputs has no logit. */
static bool fits_classes(const walk *w, size_t n_classes, fl_error *error)
{
    size_t last = w->workload->n_layers - 1;
    size_t outputs = fl_tensor_shape_columns(shape_of(w, w->layers[last].from[0]));
    if (w->layers[last].kind != FL_LAYER_SOFTMAX_CROSS_ENTROPY || outputs >= n_classes) return true;
    return fl_error_user(error, "%s: the last layer gives %zu outputs, and the data have %zu classes",
                         w->workload->places[last], outputs, n_classes);
}

bool fl_workload_fits(const fl_workload *workload, const double *options, fl_tensor_shape in, size_t n_classes,
                      fl_error *error)
{
    walk w = { .workload = workload, .input = in, .largest = size_of(in) };
    fl_workload_layers(workload, options, w.layers);
    for (size_t i = 0; i < workload->n_layers; i++)
        if (!add_layer(&w, i, error)) return false;
    return fits_classes(&w, n_classes, error);
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
