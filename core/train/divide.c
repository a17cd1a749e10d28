/* Dense layers in pairs, as Shoeybi et al. (2019) have them: the first is divided by its outputs, and the only one that
 * reads these, through functions of one number, by its inputs. A first one whose outputs the workers do not divide
 * stays whole; one without a second has its outputs gathered.
 */
#include "train/divide.h"

#include <string.h>

static bool is_dense(const fl_layer *layer)
{
    return layer->kind == FL_LAYER_DENSE && layer->groups <= 1;
}

/* Functions of one number, which every worker computes for its own. */
static bool is_elementwise(fl_layer_kind kind)
{
    static const bool elementwise[FL_LAYER_KINDS] = {
        [FL_LAYER_RELU] = true, [FL_LAYER_SIGMOID] = true, [FL_LAYER_TANH] = true,
        [FL_LAYER_GELU] = true, [FL_LAYER_DROPOUT] = true,
    };
    return elementwise[kind];
}

/* The only layer that reads what layer `index` makes; n where there are more. */
static size_t only_reader(const fl_layer *layers, size_t n, size_t index)
{
    size_t from[FL_LAYER_FROM], found = n, readers = 0;
    for (size_t i = index + 1; i < n; i++)
        for (size_t k = fl_layer_inputs(layers, i, from); k-- > 0;)
            if (from[k] == index + 1) {
                found = i;
                readers++;
            }
    return readers == 1 ? found : n;
}

/* The second layer of the pair that `first` begins; n where there is none. */
static size_t second_of(const fl_layer *layers, size_t n, size_t first)
{
    size_t i = only_reader(layers, n, first);
    while (i < n && is_elementwise(layers[i].kind)) i = only_reader(layers, n, i);
    return i < n && is_dense(&layers[i]) ? i : n;
}

static void divide(fl_layer *layer, fl_layer_division how, size_t workers, const struct fl_layer_exchange *exchange)
{
    layer->division = how;
    layer->workers = workers;
    layer->exchange = exchange;
}

void fl_train_divide(const fl_trial *trial, const struct fl_layer_exchange *exchange, fl_layer *layers, size_t n)
{
    const fl_method *method = trial->owners.method;
    if (!method || method->dense == FL_METHOD_DENSE_WHOLE || trial->workers == 1) return;
    for (size_t i = 0; i < n; i++) {
        if (!is_dense(&layers[i]) || layers[i].division || layers[i].n_out % trial->workers) continue;
        divide(&layers[i], FL_LAYER_BY_OUTPUTS, trial->workers, exchange);
        size_t second = method->dense == FL_METHOD_DENSE_PAIRS ? second_of(layers, n, i) : n;
        if (second < n) divide(&layers[second], FL_LAYER_BY_INPUTS, trial->workers, exchange);
    }
}

size_t fl_train_divided_layers(const fl_trial *trial, fl_layer *layers, size_t *n)
{
    size_t first = 0;
    *n = fl_trial_layers(trial, layers);
    fl_train_divide(trial, NULL, layers, *n);
    while (first < *n && !layers[first].division) first++;
    return first;
}

/* Is layer `index` the first of a pair? */
static bool begins_pair(const fl_layer *layers, size_t n, size_t index)
{
    size_t second = second_of(layers, n, index);
    return second < n && layers[second].division == FL_LAYER_BY_INPUTS;
}

/* For one example, in numbers per worker but one; `trained`: a gradient of the inputs is wanted. */
static double numbers_of(const fl_layer *layers, size_t n, size_t index, fl_tensor_shape in, bool trained)
{
    const fl_layer *layer = &layers[index];
    double rows = (double)fl_tensor_shape_rows(in), n_in = (double)fl_tensor_shape_columns(in);
    double n_out = (double)layer->n_out;
    if (layer->division == FL_LAYER_BY_INPUTS) return 2 * rows * n_out;
    if (layer->division != FL_LAYER_BY_OUTPUTS) return 0;
    return rows * ((trained ? 2 * n_in : 0) + (begins_pair(layers, n, index) ? 0 : n_out));
}

double fl_train_divided_numbers(const fl_trial *trial, fl_tensor_shape in)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    fl_tensor_shape out[FL_WORKLOAD_LAYERS + 1] = { in };
    size_t n;
    double numbers = 0;
    bool trained = false;
    fl_train_divided_layers(trial, layers, &n);
    out[0].n = in.n = 1;
    fl_workload_shapes(trial->owners.workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], in, out + 1);
    for (size_t i = 0; i < n; i++) {
        size_t from[FL_LAYER_FROM];
        fl_layer_inputs(layers, i, from);
        numbers += numbers_of(layers, n, i, out[from[0]], trained);
        trained |= fl_layer_spec_of(&layers[i])->tensors != NULL;
    }
    return (double)(trial->workers - 1) * numbers;
}

static json_t *names_of(const fl_layer *layers, size_t n, fl_layer_division division)
{
    json_t *names = json_array();
    for (size_t i = 0; i < n; i++)
        if (layers[i].kind == FL_LAYER_DENSE && layers[i].division == division)
            json_array_append_new(names, json_string(layers[i].name ? layers[i].name : "dense"));
    return names;
}

json_t *fl_train_divided_json(const fl_trial *trial)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n;
    fl_train_divided_layers(trial, layers, &n);
    return json_pack("{s:o, s:o, s:o}", "by_outputs", names_of(layers, n, FL_LAYER_BY_OUTPUTS), "by_inputs",
                     names_of(layers, n, FL_LAYER_BY_INPUTS), "whole", names_of(layers, n, FL_LAYER_WHOLE));
}
