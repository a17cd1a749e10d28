#include "support/op_chain.h"

typedef struct chain_ops {
    fl_backend_op *ops[CHAIN_OPS];
    size_t n;
    fl_backend_buffers buffers[CHAIN_OPS];
    fl_arena *arena;
} chain_ops;

static void chain_add(chain_ops *chain, fl_backend_op *op)
{
    assert_true(chain->n < CHAIN_OPS);
    chain->ops[chain->n++] = op;
}

static fl_backend_activation chain_end(const chain_ops *chain, fl_tensor_shape in)
{
    if (chain->n) return chain->ops[chain->n - 1]->out;
    return (fl_backend_activation){ .shape = in, .bytes = fl_tensor_shape_size(in) * sizeof(float) };
}

static void chain_plan(chain_ops *chain, const fl_backend *backend, const fl_layer *layers, size_t n_layers,
                       fl_tensor_shape in, fl_backend_precision precision, bool training)
{
    bool fallback;
    for (size_t i = 0; i < n_layers; i++) {
        fl_layer *layer = fl_arena_bytes(chain->arena, sizeof *layer);
        *layer = layers[i];
        fl_layer_fill_defaults(layer);
        fl_backend_request request = { .layer = layer,
                                       .n_in = 1,
                                       .in = { chain_end(chain, in) },
                                       .precision = precision,
                                       .training = training,
                                       .needs_d_in = training,
                                       .relu_next = i + 1 < n_layers && layers[i + 1].kind == FL_LAYER_RELU };
        chain_add(chain, fl_backend_plan(backend, &request, &fallback));
        i += chain->ops[chain->n - 1]->fused_relu;
    }
    fl_backend_activation end = chain_end(chain, in);
    fl_backend_request request = {
        .n_in = 1, .in = { end }, .precision = precision, .training = training, .needs_d_in = training
    };
    if (end.layout) chain_add(chain, backend->to_canonical(&request));
}

/* Memory that a backend must write itself starts as NaNs, so that a forgotten number or padding shows. */
static float *chain_nans(fl_arena *arena, size_t count)
{
    float *values = fl_arena_floats(arena, count);
    for (size_t i = 0; i < count; i++) values[i] = NAN;
    return values;
}

static void chain_bind(chain_ops *chain, chain_data *data, bool training)
{
    const void *in = data->x;
    void *d_in = training ? fl_arena_floats(chain->arena, fl_tensor_shape_size(data->in)) : NULL;
    static const fl_backend_moment moment = { .seed = 1 };
    size_t tensor = 0;
    for (size_t i = 0; i < chain->n; i++) {
        fl_backend_op *op = chain->ops[i];
        fl_backend_buffers *b = &chain->buffers[i];
        *b = (fl_backend_buffers){ .in = { in }, .d_in = { d_in }, .moment = &moment };
        b->out = fl_arena_bytes(chain->arena, op->out.bytes);
        if (training) b->d_out = fl_arena_bytes(chain->arena, op->out.bytes);
        b->workspace = fl_arena_bytes(chain->arena, op->workspace_bytes);
        b->scratch = fl_arena_bytes(chain->arena, op->scratch_bytes);
        for (size_t t = 0; t < op->n_states; t++) b->state[t] = fl_arena_floats(chain->arena, op->states[t].n_values);
        for (size_t t = 0; t < op->n_tensors; t++, tensor++) {
            float *own = chain_nans(chain->arena, op->tensors[t].count);
            op->import(op, t, data->parameters[tensor], own);
            b->param[t] = own;
            if (training) b->grad[t] = chain_nans(chain->arena, op->tensors[t].count);
        }
        op->bind(op, b);
        fl_backend_op_refresh(op);
        in = b->out;
        d_in = b->d_out;
    }
}

size_t chain_nonzeros(const float *values, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += values[i] != 0;
    return count;
}

/* Tensors come back through export; as many of their numbers may differ from zero in the op's layout as in the
 * canonical one: the rest is padding. */
static void chain_export(chain_ops *chain, chain_data *data)
{
    for (size_t i = 0, tensor = 0; i < chain->n; i++) {
        const fl_backend_op *op = chain->ops[i];
        for (size_t t = 0; t < op->n_tensors; t++, tensor++) {
            const fl_tensor *planned = &op->tensors[t];
            float *back = fl_arena_floats(chain->arena, planned->n_values);
            op->export(op, t, chain->buffers[i].param[t], back);
            assert_memory_equal(back, data->parameters[tensor], planned->n_values * sizeof *back);
            assert_int_equal(chain_nonzeros(chain->buffers[i].param[t], planned->count),
                             chain_nonzeros(back, planned->n_values));
            op->export(op, t, chain->buffers[i].grad[t], data->gradients[tensor]);
            assert_int_equal(chain_nonzeros(chain->buffers[i].grad[t], planned->count),
                             chain_nonzeros(data->gradients[tensor], planned->n_values));
        }
    }
}

void chain_run(const fl_backend *backend, const fl_layer *layers, size_t n_layers, fl_backend_precision precision,
               bool training, chain_data *data)
{
    chain_ops chain = { .arena = fl_arena_new() };
    chain_plan(&chain, backend, layers, n_layers, data->in, precision, training);
    chain_bind(&chain, data, training);
    fl_backend_buffers *last = &chain.buffers[chain.n - 1];
    size_t n_out = fl_tensor_shape_size(data->out);
    for (size_t i = 0; i < chain.n; i++) chain.ops[i]->forward(chain.ops[i]);
    memcpy(data->y, last->out, n_out * sizeof(float));
    if (training) {
        memcpy(last->d_out, data->d_y, n_out * sizeof(float));
        for (size_t i = chain.n; i-- > 0;) chain.ops[i]->backward(chain.ops[i]);
        memcpy(data->d_x, chain.buffers[0].d_in[0], fl_tensor_shape_size(data->in) * sizeof(float));
        chain_export(&chain, data);
    }
    for (size_t i = 0; i < chain.n; i++) chain.ops[i]->free(chain.ops[i]);
    fl_arena_free(chain.arena);
}

static float *chain_draw(fl_arena *arena, size_t n, chain_numbers numbers, fl_random_stream *stream)
{
    float *values = fl_arena_floats(arena, n);
    for (size_t i = 0; i < n; i++)
        values[i] = numbers == CHAIN_WHOLE ? (float)fl_random_below(stream, 3) - 1 : (float)fl_random_normal(stream);
    return values;
}

chain_data chain_data_new(fl_arena *arena, const fl_layer *layers, size_t n_layers, fl_tensor_shape in,
                          chain_numbers numbers, uint64_t seed)
{
    fl_random_stream stream = fl_random_stream_start(seed, "chain", 0);
    chain_data data = { .in = in, .out = in };
    data.x = chain_draw(arena, fl_tensor_shape_size(in), numbers, &stream);
    for (size_t i = 0; i < n_layers; i++) {
        fl_tensor tensors[FL_LAYER_TENSORS];
        fl_layer layer = layers[i];
        fl_layer_fill_defaults(&layer);
        size_t n = fl_layer_tensors(&layer, data.out, tensors);
        for (size_t t = 0; t < n; t++) {
            data.n_values[data.n_tensors] = tensors[t].n_values;
            data.gradients[data.n_tensors] = fl_arena_floats(arena, tensors[t].n_values);
            data.parameters[data.n_tensors++] = chain_draw(arena, tensors[t].n_values, numbers, &stream);
        }
        data.out = fl_layer_out(&layer, data.out);
    }
    data.d_y = chain_draw(arena, fl_tensor_shape_size(data.out), numbers, &stream);
    data.y = fl_arena_floats(arena, fl_tensor_shape_size(data.out));
    data.d_x = fl_arena_floats(arena, fl_tensor_shape_size(in));
    return data;
}

chain_data chain_twin(fl_arena *arena, const chain_data *data)
{
    chain_data twin = *data;
    twin.y = fl_arena_floats(arena, fl_tensor_shape_size(data->out));
    twin.d_x = fl_arena_floats(arena, fl_tensor_shape_size(data->in));
    for (size_t t = 0; t < data->n_tensors; t++) twin.gradients[t] = fl_arena_floats(arena, data->n_values[t]);
    return twin;
}

void assert_near(const float *got, const float *expected, size_t n, double tolerance, const char *what)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs((double)expected[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - expected[i]) <= tolerance * largest))
            fail_msg("%s: number %zu of %zu is %.9g, not %.9g; the largest is %.3g, the tolerance %.3g", what, i, n,
                     got[i], expected[i], largest, tolerance);
}

void assert_chains_near(const chain_data *got, const chain_data *expected, double tolerance, const char *what)
{
    char name[200];
    snprintf(name, sizeof name, "%s: output", what);
    assert_near(got->y, expected->y, fl_tensor_shape_size(got->out), tolerance, name);
    snprintf(name, sizeof name, "%s: gradient of the input", what);
    assert_near(got->d_x, expected->d_x, fl_tensor_shape_size(got->in), tolerance, name);
    for (size_t t = 0; t < got->n_tensors; t++) {
        snprintf(name, sizeof name, "%s: gradient of tensor %zu", what, t);
        assert_near(got->gradients[t], expected->gradients[t], got->n_values[t], tolerance, name);
    }
}
