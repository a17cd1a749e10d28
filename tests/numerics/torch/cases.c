/* What naive makes of every case of support/op_case.h, in training and in evaluation, as JSON on stdout: a list of
 * objects with the layer's attributes and every array, given and made; for compare.py to ask PyTorch for the same.
 */
#include "support/op_case.h"
#include "base/denormals.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static json_t *array(const float *values, const size_t *shape, size_t n_dims)
{
    size_t n = 1;
    json_t *numbers = json_array(), *sizes = json_array();
    for (size_t d = 0; d < n_dims; d++) json_array_append_new(sizes, json_integer((json_int_t)shape[d])), n *= shape[d];
    for (size_t i = 0; i < n; i++) json_array_append_new(numbers, json_real((double)values[i]));
    return json_pack("{s:o, s:o}", "shape", sizes, "values", numbers);
}

static json_t *numbers(const float *values, size_t n)
{
    return array(values, &n, 1);
}

static json_t *integers(const int32_t *values, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, json_integer(values[i]));
    return list;
}

/* An array as PyTorch has its shape: N,D; N,T; N,T,D; N,C,H,W. */
static json_t *activation(const op_run *run, const float *values, fl_tensor_shape s)
{
    size_t shape[] = { s.n, s.c, s.h, s.w };
    bool two = s.form == FL_TENSOR_TOKENS || (s.form == FL_TENSOR_IMAGE && s.h * s.w == 1);
    return array(values, shape, s.form == FL_TENSOR_SEQUENCE ? 3 : two ? 2 : 4);
}

static void put_attributes(const op_run *run, json_t *object)
{
    const fl_layer_spec *spec = fl_layer_spec_of(&run->layer);
    for (size_t i = 0; i < spec->n_attributes; i++) {
        const fl_layer_attribute *attribute = &spec->attributes[i];
        double value = fl_layer_get(&run->layer, attribute);
        json_object_set_new(object, attribute->name,
                            attribute->choices                     ? json_string(attribute->choices[(int)value])
                            : attribute->value == FL_LAYER_COUNT   ? json_integer((json_int_t)value)
                            : attribute->value == FL_LAYER_FLAG    ? json_boolean(value)
                            : attribute->value == FL_LAYER_NO_FLAG ? json_boolean(value)
                                                                   : json_real(value));
    }
}

static void put_inputs(const op_run *run, json_t *object)
{
    json_t *x = json_array(), *d_x = json_array();
    for (size_t k = 0; k < run->n_in; k++) {
        bool tokens = run->of->in[k].form == FL_TENSOR_TOKENS;
        json_array_append_new(x,
                              tokens ? integers(run->x[k], run->n_x[k]) : activation(run, run->x[k], run->of->in[k]));
        if (!tokens) json_array_append_new(d_x, activation(run, run->d_x[k], run->of->in[k]));
    }
    json_object_set_new(object, "x", x);
    json_object_set_new(object, "d_x", d_x);
}

static json_t *tensors(const fl_tensor *tensors, size_t n, float *const *values)
{
    json_t *list = json_object();
    for (size_t t = 0; t < n; t++) {
        const char *name = tensors[t].name + sizeof "layer";
        json_object_set_new(list, name, array(values[t], tensors[t].shape, tensors[t].n_dims));
    }
    return list;
}

static json_t *described(const op_run *run, bool training)
{
    json_t *object = json_pack("{s:s, s:s, s:b, s:b}", "case", run->of->name, "kind", fl_layer_word(run->layer.kind),
                               "training", training, "loss", run->loss);
    json_t *attributes = json_object();
    put_attributes(run, attributes);
    json_object_set_new(object, "attributes", attributes);
    put_inputs(run, object);
    json_object_set_new(object, "params", tensors(run->tensors, run->n_tensors, run->params));
    json_object_set_new(object, "grads", tensors(run->tensors, run->n_tensors, run->grads));
    json_object_set_new(object, "before", tensors(run->states, run->n_states, run->before));
    json_object_set_new(object, "after", tensors(run->states, run->n_states, run->after));
    json_object_set_new(object, "labels", integers(run->labels, run->n_y));
    json_object_set_new(object, "targets", numbers(run->targets, run->n_x[0]));
    json_object_set_new(object, "d_y", run->loss ? numbers(run->d_y, run->n_y) : activation(run, run->d_y, run->out));
    json_object_set_new(object, "y", run->loss ? numbers(run->y, run->n_y) : activation(run, run->y, run->out));
    json_object_set_new(object, "errors", run->loss ? numbers(run->errors, run->n_y) : json_null());
    return object;
}

/* What PyTorch cannot draw: where the mask is zero. */
static void put_mask(const op_run *run, json_t *object)
{
    float *kept = malloc(run->n_x[0] * sizeof *kept);
    for (size_t i = 0; i < run->n_x[0]; i++) kept[i] = run->y[i] != 0;
    if (run->layer.kind == FL_LAYER_DROPOUT) json_object_set_new(object, "kept", activation(run, kept, run->of->in[0]));
    free(kept);
}

static json_t *answer(const op_case *c, bool training)
{
    fl_arena *arena = fl_arena_new();
    op_run run = op_run_new(arena, c, 12);
    op_run_compute(&run, fl_backends()[0], training);
    if (!training) /* nothing is written */
        for (size_t k = 0; k < run.n_in; k++)
            for (size_t i = 0; run.d_x[k] && i < run.n_x[k]; i++) run.d_x[k][i] = 0;
    for (size_t t = 0; !training && t < run.n_tensors; t++)
        for (size_t i = 0; i < run.tensors[t].n_values; i++) run.grads[t][i] = 0;
    json_t *object = described(&run, training);
    put_mask(&run, object);
    fl_arena_free(arena);
    return object;
}

int main(void)
{
    json_t *list = json_array();
    fl_denormals_flush(); /* as a trial computes */
    for (const op_case *c = op_cases; c->name; c++) {
        json_array_append_new(list, answer(c, true));
        json_array_append_new(list, answer(c, false));
    }
    json_dumpf(list, stdout, JSON_COMPACT);
    json_decref(list);
    return 0;
}
