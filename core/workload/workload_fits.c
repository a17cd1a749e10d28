/* Whether a model fits data and memory: what would be read beyond the end of an array, or mean nothing, is refused with
 * its place before anything is made of it. */
#include "base/capacity.h"
#include "workload/reading.h"

#include <stdio.h>

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

static fl_tensor_shape loss_reads(const walk *w)
{
    return shape_of(w, w->layers[w->workload->n_layers - 1].from[0]);
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

/* A class beyond the outputs has no logit; an output that is no class's is only never right. */
static bool fits_classes(const walk *w, size_t n_classes, fl_error *error)
{
    size_t last = w->workload->n_layers - 1;
    size_t outputs = fl_tensor_shape_columns(loss_reads(w));
    if (w->layers[last].kind != FL_LAYER_SOFTMAX_CROSS_ENTROPY || outputs >= n_classes) return true;
    return fl_error_user(error, "%s: the last layer gives %zu outputs, and the data have %zu classes",
                         w->workload->places[last], outputs, n_classes);
}

static bool fits_tokens(const walk *w, size_t vocabulary, fl_error *error)
{
    for (size_t i = 0; i < w->workload->n_layers; i++)
        if (w->layers[i].kind == FL_LAYER_EMBEDDING && w->layers[i].vocabulary < vocabulary)
            return fl_error_user(error, "%s: %s has %zu rows, and the data have tokens up to %zu",
                                 w->workload->places[i], name_of(&w->layers[i]), w->layers[i].vocabulary,
                                 vocabulary - 1);
    return true;
}

/* A loss with parameters of its own is a function of those alone. */
static bool trains_what_stands_there(const walk *w, fl_error *error)
{
    size_t last = w->workload->n_layers - 1;
    fl_tensor own[FL_LAYER_TENSORS];
    if (last && fl_layer_tensors(&w->layers[last], loss_reads(w), own))
        return fl_error_user(error, "%s: %s reads no layer; leave the layers before it out", w->workload->places[0],
                             name_of(&w->layers[last]));
    return w->parameters > 0 ||
           fl_error_user(error, "%s: the model has no parameters; a layer such as dense is to be trained",
                         w->workload->places[last]);
}

bool fl_workload_inputs_fit(const fl_workload *workload, fl_tensor_shape shape, fl_error *error)
{
    fl_error why;
    for (size_t i = 0; i < workload->inputs.n; i++)
        if (!fl_dataset_inputs_fit(&workload->inputs, i, shape, &why))
            return fl_error_user(error, "%s: %s", workload->input_places[i], why.text);
    return true;
}

static bool fits(walk *w, const double *options, const fl_workload_batch *batch, fl_error *error)
{
    w->input = batch->in;
    w->largest = size_of(batch->in);
    if (!fl_workload_inputs_fit(w->workload, batch->in, error)) return false;
    fl_workload_layers(w->workload, options, w->layers);
    for (size_t i = 0; i < w->workload->n_layers; i++)
        if (!add_layer(w, i, error)) return false;
    return trains_what_stands_there(w, error) && fits_classes(w, batch->n_classes, error) &&
           fits_tokens(w, batch->vocabulary, error);
}

bool fl_workload_fits(const fl_workload *workload, const double *options, const fl_workload_batch *batch,
                      fl_error *error)
{
    walk w = { .workload = workload };
    return fits(&w, options, batch, error);
}

/* --- what is carried from batch to batch --- */

/* The first layer that carries its state, n_layers where none does. */
static size_t carrying(const fl_workload *workload)
{
    size_t i = 0;
    while (i < workload->n_layers && !workload->layers[i].carry) i++;
    return i;
}

bool fl_workload_carries(const fl_workload *workload)
{
    return carrying(workload) < workload->n_layers;
}

bool fl_workload_fills_streams(const fl_workload *workload, size_t n_validation, size_t n_test, fl_error *error)
{
    size_t at = carrying(workload);
    if (at == workload->n_layers || (n_validation >= FL_WORKLOAD_STREAMS && n_test >= FL_WORKLOAD_STREAMS)) return true;
    return fl_error_user(error,
                         "%s: %s carries its state along %d streams in evaluation, and data '%s' have %zu examples to "
                         "validate and %zu to test; a shorter 'length' gives more",
                         workload->places[at], name_of(&workload->layers[at]), FL_WORKLOAD_STREAMS,
                         workload->dataset->entry.name, n_validation, n_test);
}

bool fl_workload_carries_text(const fl_workload *workload, fl_error *error)
{
    size_t at = carrying(workload);
    if (at == workload->n_layers || workload->source.text || workload->dataset->characters) return true;
    return fl_error_user(error,
                         "%s: %s carries its state from example to example, which go on only in a text; data '%s' are "
                         "none, so leave 'carry' away",
                         workload->places[at], name_of(&workload->layers[at]), workload->dataset->entry.name);
}

/* --- what the loss is measured against --- */

static bool has_classes(const walk *w, const fl_dataset *dataset, const char *place, fl_error *error)
{
    size_t rows = fl_tensor_shape_rows(loss_reads(w)) / w->input.n;
    if (!dataset->n_classes)
        return fl_error_user(error, "%s: this loss asks for classes, of which data '%s' has none", place,
                             w->workload->dataset->entry.name);
    return rows == dataset->n_labels ||
           fl_error_user(error, "%s: the model predicts %zu classes per example, and data '%s' has %zu", place, rows,
                         w->workload->dataset->entry.name, dataset->n_labels);
}

static bool has_numbers(const walk *w, const fl_dataset *dataset, bool inputs, const char *place, fl_error *error)
{
    size_t wanted = fl_tensor_shape_size(loss_reads(w)) / w->input.n;
    size_t there = inputs ? fl_tensor_shape_size(dataset->shape) : dataset->n_targets;
    if (inputs && dataset->tokens)
        return fl_error_user(error, "%s: the tokens of data '%s' cannot be predicted as numbers", place,
                             w->workload->dataset->entry.name);
    return there == wanted ||
           fl_error_user(error, "%s: the model predicts %zu numbers per example, and data '%s' has %zu to predict",
                         place, wanted, w->workload->dataset->entry.name, there);
}

/* Beyond 0 and 1 the cross-entropy of a sigmoid has no lower bound. */
static bool has_probabilities(const walk *w, const fl_dataset *dataset, const char *place, fl_error *error)
{
    size_t n = (dataset->n_train + dataset->n_test) * dataset->n_targets;
    for (size_t i = 0; i < n; i++)
        if (dataset->targets[i] < 0 || dataset->targets[i] > 1)
            return fl_error_user(error, "%s: this loss asks for targets from 0 to 1, and data '%s' has %g among them",
                                 place, w->workload->dataset->entry.name, (double)dataset->targets[i]);
    return true;
}

bool fl_workload_takes(const fl_workload *workload, const double *options, const fl_dataset *dataset, size_t batch,
                       fl_error *error)
{
    walk w = { .workload = workload };
    fl_workload_batch of = { dataset->shape, dataset->n_classes, dataset->vocabulary };
    of.in.n = batch;
    if (!fits(&w, options, &of, error)) return false;
    const fl_layer *loss = &w.layers[workload->n_layers - 1];
    const char *place = workload->places[workload->n_layers - 1];
    bool inputs = loss->targets == FL_LAYER_TARGETS_INPUT;
    if (loss->kind == FL_LAYER_SIGMOID_CROSS_ENTROPY && !inputs && !has_probabilities(&w, dataset, place, error))
        return false;
    if (fl_layer_predicts_numbers(loss)) return has_numbers(&w, dataset, inputs, place, error);
    return loss->kind != FL_LAYER_SOFTMAX_CROSS_ENTROPY || has_classes(&w, dataset, place, error);
}
