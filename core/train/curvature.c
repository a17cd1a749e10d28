/* A network planned for a chunk of examples, and what it measures as an object. */
#include "train/curvature.h"
#include "base/clock.h"
#include "base/memory.h"
#include "curvature/basis.h"
#include "train/curvature_kit.h"
#include "train/plans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const data_names[] = { "batches", "train", "val", NULL };

struct fl_train_curvature {
    fl_network *network;
    fl_curvature_model *model;
    fl_train_curvature_data data;
    fl_dataset_examples examples; /* of TRAIN and VAL, borrowed */
    fl_dataset_pipeline *pipeline;
    fl_train_curvature_kit *kit; /* of BATCHES */
    size_t chunk, n_chunks;
};

const char *fl_train_curvature_data_name(fl_train_curvature_data data)
{
    return data_names[data];
}

bool fl_train_curvature_data_find(const char *name, fl_train_curvature_data *data, fl_error *error)
{
    size_t index;
    bool found = fl_entry_choose(data_names, "data", name, &index, error);
    *data = (fl_train_curvature_data)index;
    return found;
}

static void load(void *user, size_t chunk, fl_network *network)
{
    fl_train_curvature *c = user;
    fl_dataset_input input = fl_train_plans_input(network);
    input.pipeline = c->pipeline;
    if (c->kit)
        fl_train_curvature_kit_load(c->kit, chunk, network);
    else
        fl_dataset_examples_gather(&c->examples, NULL, chunk * c->chunk, c->chunk, input, fl_network_labels(network));
    fl_network_clear_carry(network);
}

/* Plan a network for chunks of so many examples, and the curvature over it. */
static bool plan(fl_train_curvature *c, const fl_trial *trial, fl_tensor_shape in, fl_error *error)
{
    static fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n = fl_workload_layers(trial->owners.workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], layers);
    const fl_curvature_chunks chunks = { c->n_chunks, load, c };
    in.n = c->chunk;
    c->network = fl_network_new(trial->backend, layers, n, in, FL_BACKEND_F32, true, error);
    if (!c->network) return false;
    fl_network_clear_state(c->network);
    c->model = fl_curvature_model_new(c->network, trial->backend, layers, n, chunks, error);
    return c->model;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static fl_train_curvature *finished(fl_train_curvature *c, bool planned)
{
    if (planned) return c;
    fl_train_curvature_free(c);
    return NULL;
}

fl_train_curvature *fl_train_curvature_new(const fl_train_plans *plans, const fl_trial *trial,
                                           fl_train_curvature_data data, size_t examples, fl_error *error)
{
    fl_train_curvature *c = fl_memory_new(1, sizeof *c);
    const fl_dataset_splits *splits = &plans->splits;
    c->data = data;
    c->pipeline = plans->pipeline;
    c->examples = data == FL_TRAIN_CURVATURE_VAL ? splits->validation : splits->training;
    examples = least(examples, c->examples.count);
    c->chunk = least(examples, FL_TRAIN_EVALUATION_BATCH);
    c->n_chunks = examples / c->chunk;
    return finished(c, plan(c, trial, plans->dataset->shape, error));
}

fl_train_curvature *fl_train_curvature_of_kit(const char *kit, const fl_train_plans *plans, const fl_trial *trial,
                                              fl_train_curvature_data data, size_t examples, fl_error *error)
{
    if (data != FL_TRAIN_CURVATURE_BATCHES) {
        fl_train_curvature *c = fl_train_curvature_new(plans, trial, data, examples, error);
        bool read = c && fl_train_curvature_kit_state(kit, c->network, error);
        if (read) fl_curvature_model_take_state(c->model);
        return c ? finished(c, read) : NULL;
    }
    fl_train_curvature *c = fl_memory_new(1, sizeof *c);
    c->chunk = fl_trial_micro_batch(trial);
    c->kit = fl_train_curvature_kit_open(kit, trial->batch_size, c->chunk, error);
    if (!c->kit) return finished(c, false);
    size_t there = fl_train_curvature_kit_chunks(c->kit), wanted = examples / c->chunk;
    c->n_chunks = least(there, wanted ? wanted : 1);
    bool planned = plan(c, trial, plans->dataset->shape, error) &&
                   fl_train_curvature_kit_fits(c->kit, c->network, error) &&
                   fl_train_curvature_kit_state(kit, c->network, error);
    if (planned) fl_curvature_model_take_state(c->model);
    return finished(c, planned);
}

void fl_train_curvature_free(fl_train_curvature *curvature)
{
    if (!curvature) return;
    fl_curvature_model_free(curvature->model);
    fl_network_free(curvature->network);
    fl_train_curvature_kit_close(curvature->kit);
    free(curvature);
}

fl_network *fl_train_curvature_network(fl_train_curvature *curvature)
{
    return curvature->network;
}

fl_curvature_model *fl_train_curvature_model(fl_train_curvature *curvature)
{
    return curvature->model;
}

size_t fl_train_curvature_examples(const fl_train_curvature *curvature)
{
    return curvature->chunk * curvature->n_chunks;
}

/* --- the record --- */

static json_t *numbers(const double *values, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(array, fl_json_finite(values[i]));
    return array;
}

static void add_spectrum(json_t *record, const fl_curvature_spectrum *s)
{
    json_object_set_new(record, "largest", numbers(s->largest, s->n_largest));
    json_object_set_new(record, "smallest", numbers(s->smallest, s->n_smallest));
    json_object_set_new(record, "trace", fl_json_finite(s->trace));
    json_object_set_new(record, "trace_error", fl_json_finite(s->trace_error));
    json_object_set_new(record, "condition", fl_json_finite(s->condition));
    json_object_set_new(record, "condition_mean", fl_json_finite(s->condition_mean));
    json_object_set_new(record, "nodes", numbers(s->nodes, s->n_nodes));
    json_object_set_new(record, "weights", numbers(s->weights, s->n_nodes));
    json_object_set_new(record, "exact", json_boolean(s->exact));
    json_object_set_new(record, "products", json_integer((json_int_t)s->products));
}

/* The largest eigenvalue of D M D alone. */
static bool preconditioned(fl_train_curvature *c, const fl_train_curvature_request *request, double *largest,
                           fl_error *error)
{
    fl_curvature_matrix matrix = fl_curvature_model_matrix(c->model, request->matrix, request->factors);
    if (matrix.n > FL_CURVATURE_FORMED)
        return fl_curvature_largest(&matrix, 1, request->spectrum.seed, largest, NULL, error);
    const fl_curvature_request one = { .n_largest = 1 };
    fl_curvature_spectrum spectrum;
    bool measured = fl_curvature_measure(&matrix, &one, &spectrum, error);
    if (measured) *largest = spectrum.largest[0];
    fl_curvature_spectrum_free(&spectrum);
    return measured;
}

static void add_gradient(json_t *record, fl_train_curvature *c, const float *parameters, double share)
{
    size_t n = fl_network_layout(c->network)->n_parameters;
    fl_curvature_noise noise = fl_curvature_model_noise(c->model);
    double radius = share * sqrt(fl_curvature_dot(n, parameters, parameters));
    json_object_set_new(record, "gradient_square", fl_json_finite(noise.gradient_square));
    json_object_set_new(record, "gradient_covariance", fl_json_finite(noise.covariance));
    json_object_set_new(record, "noise_scale", fl_json_finite(noise.scale));
    if (!(share > 0)) return;
    json_object_set_new(record, "radius", fl_json_finite(radius));
    json_object_set_new(record, "worst_loss", fl_json_finite(fl_curvature_model_worst(c->model, radius)));
}

static json_t *begin(const fl_train_curvature *c, fl_network_matrix matrix, double loss)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:o}", "matrix", fl_network_matrix_name(matrix), "data", data_names[c->data],
                     "examples", (json_int_t)fl_train_curvature_examples(c), "n_parameters",
                     (json_int_t)fl_network_layout(c->network)->n_parameters, "loss", fl_json_finite(loss));
}

json_t *fl_train_curvature_record(fl_train_curvature *curvature, const float *parameters,
                                  const fl_train_curvature_request *request, float **vectors, fl_error *error)
{
    double started = fl_clock_seconds(), largest;
    fl_curvature_spectrum spectrum;
    if (!fl_curvature_model_offers(curvature->model, request->matrix, error)) return NULL;
    json_t *record = begin(curvature, request->matrix, fl_curvature_model_at(curvature->model, parameters));
    fl_curvature_matrix matrix = fl_curvature_model_matrix(curvature->model, request->matrix, NULL);
    bool measured = fl_curvature_measure(&matrix, &request->spectrum, &spectrum, error);
    if (measured) add_spectrum(record, &spectrum);
    if (measured && request->factors && (measured = preconditioned(curvature, request, &largest, error)))
        json_object_set_new(record, "preconditioned", fl_json_finite(largest));
    if (measured) add_gradient(record, curvature, parameters, request->radius);
    if (measured && vectors) {
        *vectors = spectrum.vectors;
        spectrum.vectors = NULL;
    }
    fl_curvature_spectrum_free(&spectrum);
    json_object_set_new(record, "seconds", json_real(fl_clock_seconds() - started));
    if (measured) return record;
    json_decref(record);
    return NULL;
}
