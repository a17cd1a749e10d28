#include "support/op_case.h"
#include "base/random.h"

#include <math.h>
#include <string.h>

#define IMAGE(n, c, h, w)                                                                                              \
    {                                                                                                                  \
        n, c, h, w, FL_TENSOR_IMAGE                                                                                    \
    }
#define VECTOR(n, d)                                                                                                   \
    {                                                                                                                  \
        n, d, 1, 1, FL_TENSOR_IMAGE                                                                                    \
    }
#define SEQUENCE(n, t, d)                                                                                              \
    {                                                                                                                  \
        n, t, d, 1, FL_TENSOR_SEQUENCE                                                                                 \
    }
#define TOKENS(n, t)                                                                                                   \
    {                                                                                                                  \
        n, t, 1, 1, FL_TENSOR_TOKENS                                                                                   \
    }
#define LAYER(NAME, ...)                                                                                               \
    {                                                                                                                  \
        .kind = FL_LAYER_##NAME, .name = "layer", __VA_ARGS__                                                          \
    }

const op_case op_cases[] = {
    { "dense", LAYER(DENSE, .n_out = 5), { VECTOR(3, 17) } },
    { "dense of an image", LAYER(DENSE, .n_out = 3), { IMAGE(1, 2, 3, 5) } },
    { "dense without bias", LAYER(DENSE, .n_out = 4, .no_bias = true), { VECTOR(2, 7) } },
    { "dense in groups", LAYER(DENSE, .n_out = 6, .groups = 3), { VECTOR(4, 15) } },
    { "dense of positions", LAYER(DENSE, .n_out = 6, .groups = 2, .no_bias = true), { SEQUENCE(2, 3, 4) } },
    { "convolution", LAYER(CONVOLUTION, .n_out = 3, .kernel = 3, .pad = 1), { IMAGE(2, 3, 4, 5) } },
    { "convolution of a small image", LAYER(CONVOLUTION, .n_out = 2, .kernel = 5, .pad = 2), { IMAGE(3, 1, 2, 3) } },
    { "convolution without padding", LAYER(CONVOLUTION, .n_out = 2, .kernel = 2), { IMAGE(1, 5, 3, 2) } },
    { "convolution of padding", LAYER(CONVOLUTION, .n_out = 2, .kernel = 1, .pad = 2), { IMAGE(1, 2, 1, 2) } },
    { "convolution with stride",
      LAYER(CONVOLUTION, .n_out = 3, .kernel = 3, .stride = 2, .pad = 1, .no_bias = true),
      { IMAGE(2, 2, 7, 6) } },
    { "convolution with gaps",
      LAYER(CONVOLUTION, .n_out = 2, .kernel = 2, .stride = 3, .pad = 2),
      { IMAGE(2, 1, 5, 8) } },
    { "convolution in groups",
      LAYER(CONVOLUTION, .n_out = 6, .kernel = 3, .stride = 2, .pad = 1, .groups = 2),
      { IMAGE(2, 4, 5, 4) } },
    { "convolution by channel",
      LAYER(CONVOLUTION, .n_out = 3, .kernel = 3, .groups = 3, .no_bias = true),
      { IMAGE(2, 3, 4, 3) } },
    { "max_pool", LAYER(MAX_POOL, .kernel = 2), { IMAGE(3, 2, 5, 7) } },
    { "max_pool of three", LAYER(MAX_POOL, .kernel = 3), { IMAGE(1, 5, 8, 4) } },
    { "max_pool that overlaps", LAYER(MAX_POOL, .kernel = 3, .stride = 2, .pad = 1), { IMAGE(2, 3, 7, 6) } },
    { "max_pool with gaps", LAYER(MAX_POOL, .kernel = 2, .stride = 3, .pad = 1), { IMAGE(2, 1, 6, 5) } },
    { "average_pool of the plane", LAYER(AVERAGE_POOL, .kernel = 0), { IMAGE(3, 4, 3, 5) } },
    { "average_pool of positions", LAYER(AVERAGE_POOL, .kernel = 0), { SEQUENCE(2, 5, 3) } },
    { "average_pool", LAYER(AVERAGE_POOL, .kernel = 2), { IMAGE(2, 2, 5, 4) } },
    { "average_pool that overlaps", LAYER(AVERAGE_POOL, .kernel = 3, .stride = 2, .pad = 1), { IMAGE(2, 2, 6, 7) } },
    { "relu", LAYER(RELU, .kernel = 0), { IMAGE(3, 5, 2, 3) } },
    { "sigmoid", LAYER(SIGMOID, .kernel = 0), { VECTOR(3, 37) } },
    { "tanh", LAYER(TANH, .kernel = 0), { SEQUENCE(2, 3, 5) } },
    { "gelu", LAYER(GELU, .kernel = 0), { IMAGE(3, 5, 2, 3) } },
    { "batch_norm", LAYER(BATCH_NORM, .epsilon = 1e-3, .momentum = .3), { IMAGE(3, 4, 2, 3) } },
    { "batch_norm of a vector", LAYER(BATCH_NORM, .epsilon = 1e-5), { VECTOR(5, 7) } },
    { "layer_norm", LAYER(LAYER_NORM, .epsilon = 1e-3), { SEQUENCE(2, 3, 9) } },
    { "layer_norm of an image", LAYER(LAYER_NORM, .epsilon = 1e-5), { IMAGE(2, 3, 2, 2) } },
    { "layer_norm of a vector", LAYER(LAYER_NORM, .epsilon = 1e-5), { VECTOR(4, 6) } },
    { "dropout", LAYER(DROPOUT, .rate = .3), { IMAGE(3, 5, 3, 7) } },
    { "dropout of positions", LAYER(DROPOUT, .rate = .5), { SEQUENCE(7, 5, 13) } },
    { "add", LAYER(ADD, .kernel = 0), { IMAGE(2, 3, 2, 5), IMAGE(2, 3, 2, 5), IMAGE(2, 3, 2, 5) } },
    { "concatenate", LAYER(CONCATENATE, .kernel = 0), { IMAGE(3, 2, 2, 3), IMAGE(3, 1, 2, 3), IMAGE(3, 4, 2, 3) } },
    { "flatten", LAYER(FLATTEN, .kernel = 0), { IMAGE(2, 3, 4, 5) } },
    { "flatten of positions", LAYER(FLATTEN, .kernel = 0), { SEQUENCE(2, 3, 4) } },
    { "sequence of pixels", LAYER(SEQUENCE, .by = FL_LAYER_BY_POSITIONS), { IMAGE(2, 3, 4, 5) } },
    { "sequence of rows", LAYER(SEQUENCE, .by = FL_LAYER_BY_ROWS), { IMAGE(2, 3, 4, 5) } },
    { "last", LAYER(LAST, .kernel = 0), { SEQUENCE(3, 4, 5) } },
    { "subsample", LAYER(SUBSAMPLE, .stride = 2, .n_out = 8), { IMAGE(2, 4, 5, 6) } },
    { "subsample, an odd channel more", LAYER(SUBSAMPLE, .stride = 3, .n_out = 5), { IMAGE(1, 2, 4, 7) } },
    { "embedding", LAYER(EMBEDDING, .vocabulary = 6, .n_out = 5), { TOKENS(3, 4) } },
    { "position", LAYER(POSITION, .length = 7), { SEQUENCE(3, 5, 4) } },
    { "lstm", LAYER(LSTM, .n_out = 5), { SEQUENCE(3, 4, 6) } },
    { "lstm that carries", LAYER(LSTM, .n_out = 6, .carry = true), { SEQUENCE(2, 5, 3) } },
    { "lstm of one position", LAYER(LSTM, .n_out = 2, .carry = true), { SEQUENCE(4, 1, 7) } },
    { "attention", LAYER(ATTENTION, .heads = 2), { SEQUENCE(3, 5, 6) } },
    { "attention to all", LAYER(ATTENTION, .heads = 3, .acausal = true), { SEQUENCE(2, 7, 9) } },
    { "attention of one head", LAYER(ATTENTION, .heads = 1), { SEQUENCE(1, 2, 5) } },
    { "softmax_cross_entropy", LAYER(SOFTMAX_CROSS_ENTROPY, .kernel = 0), { VECTOR(3, 7) } },
    { "softmax_cross_entropy of positions, smoothed",
      LAYER(SOFTMAX_CROSS_ENTROPY, .label_smoothing = .2),
      { SEQUENCE(2, 3, 5) } },
    { "sigmoid_cross_entropy", LAYER(SIGMOID_CROSS_ENTROPY, .kernel = 0), { VECTOR(3, 7) } },
    { "mean_squared", LAYER(MEAN_SQUARED, .kernel = 0), { IMAGE(3, 2, 2, 3) } },
    { "quadratic", LAYER(QUADRATIC, .condition = 30), { VECTOR(4, 5) } },
    { "function rosenbrock", LAYER(FUNCTION, .function = FL_LAYER_ROSENBROCK), { VECTOR(2, 1) } },
    { "function beale", LAYER(FUNCTION, .function = FL_LAYER_BEALE), { VECTOR(2, 1) } },
    { "function branin", LAYER(FUNCTION, .function = FL_LAYER_BRANIN), { VECTOR(3, 2) } },
    { "function saddle", LAYER(FUNCTION, .function = FL_LAYER_SADDLE), { VECTOR(1, 1) } },
    { "function quadratic", LAYER(FUNCTION, .function = FL_LAYER_PARABOLA), { VECTOR(1, 1) } },
    { NULL },
};

/* --- what is given --- */

static float *draw(fl_arena *arena, size_t n, fl_random_stream *stream)
{
    float *values = fl_arena_floats(arena, n);
    for (size_t i = 0; i < n; i++) values[i] = (float)fl_random_normal(stream);
    return values;
}

/* Weights so that an output is about as large as an input, as networks start. */
static float *draw_tensor(fl_arena *arena, const fl_tensor *tensor, fl_random_stream *stream)
{
    float *values = draw(arena, tensor->n_values, stream);
    double fan_in = tensor->n_dims > 1 ? (double)(tensor->n_values / tensor->shape[0]) : 1;
    for (size_t i = 0; i < tensor->n_values; i++) values[i] = (float)(values[i] / sqrt(fan_in));
    return values;
}

/* Positive: a running variance must be. */
static float *draw_uniform(fl_arena *arena, size_t n, fl_random_stream *stream)
{
    float *values = fl_arena_floats(arena, n);
    for (size_t i = 0; i < n; i++) values[i] = (float)fl_random_uniform(stream);
    return values;
}

static int32_t *draw_below(fl_arena *arena, size_t n, size_t below, fl_random_stream *stream)
{
    int32_t *values = fl_arena_bytes(arena, n * sizeof *values);
    for (size_t i = 0; i < n; i++) values[i] = (int32_t)fl_random_below(stream, below);
    return values;
}

static float *nans(fl_arena *arena, size_t n)
{
    float *values = fl_arena_floats(arena, n);
    for (size_t i = 0; i < n; i++) values[i] = NAN;
    return values;
}

static void draw_inputs(op_run *run, fl_arena *arena, fl_random_stream *stream)
{
    for (size_t k = 0; k < run->n_in; k++) {
        bool tokens = run->of->in[k].form == FL_TENSOR_TOKENS;
        run->n_x[k] = fl_tensor_shape_size(run->of->in[k]);
        run->x[k] = tokens ? (void *)draw_below(arena, run->n_x[k], run->layer.vocabulary, stream)
                           : draw(arena, run->n_x[k], stream);
        if (!tokens) run->d_x[k] = nans(arena, run->n_x[k]);
    }
}

static void draw_tensors(op_run *run, fl_arena *arena, fl_random_stream *stream)
{
    run->n_tensors = fl_layer_tensors(&run->layer, run->of->in[0], run->tensors);
    run->n_states = fl_layer_states(&run->layer, run->of->in[0], run->states);
    for (size_t t = 0; t < run->n_tensors; t++) {
        run->params[t] = draw_tensor(arena, &run->tensors[t], stream);
        run->grads[t] = nans(arena, run->tensors[t].n_values);
    }
    for (size_t t = 0; t < run->n_states; t++) {
        run->before[t] = draw_uniform(arena, run->states[t].n_values, stream);
        run->after[t] = fl_arena_floats(arena, run->states[t].n_values);
    }
}

static void draw_ends(op_run *run, fl_arena *arena, fl_random_stream *stream)
{
    fl_tensor_shape in = run->of->in[0];
    bool classes = run->layer.kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY;
    run->loss = fl_layer_spec_of(&run->layer)->loss;
    run->n_y = !run->loss ? fl_tensor_shape_size(run->out) : classes ? fl_tensor_shape_rows(in) : in.n;
    run->d_y = draw(arena, run->n_y, stream);
    for (size_t i = 0; run->loss && i < run->n_y; i++) run->d_y[i] = 1 / (float)run->n_y;
    run->labels = draw_below(arena, run->n_y, fl_tensor_shape_columns(in), stream);
    run->targets = draw_uniform(arena, fl_tensor_shape_size(in), stream);
    run->y = nans(arena, run->n_y);
    run->errors = nans(arena, run->n_y);
}

op_run op_run_new(fl_arena *arena, const op_case *of, uint64_t seed)
{
    fl_random_stream stream = fl_random_stream_start(seed, "case", 0);
    op_run run = { .of = of, .layer = of->layer, .moment = { .seed = seed, .step = 3, .row = 2 } };
    while (run.n_in < OP_CASE_INPUTS && of->in[run.n_in].n) run.n_in++;
    fl_layer_fill_defaults(&run.layer);
    run.out = fl_layer_out_of(&run.layer, of->in, run.n_in);
    draw_inputs(&run, arena, &stream);
    draw_tensors(&run, arena, &stream);
    draw_ends(&run, arena, &stream);
    return run;
}

/* --- what a backend makes of it --- */

static fl_backend_request request_of(const op_run *run, bool training)
{
    fl_backend_request request = { .layer = &run->layer,
                                   .index = OP_CASE_LAYER,
                                   .n_in = run->n_in,
                                   .training = training,
                                   .needs_d_in = training && run->d_x[0],
                                   .curvature = run->curvature };
    for (size_t k = 0; k < run->n_in; k++)
        request.in[k] = (fl_backend_activation){ .shape = run->of->in[k], .bytes = run->n_x[k] * sizeof(float) };
    return request;
}

static fl_backend_buffers buffers_of(op_run *run, fl_arena *arena, const fl_backend_op *op)
{
    fl_backend_buffers b = { .out = run->y,
                             .d_out = run->d_y,
                             .workspace = fl_arena_bytes(arena, op->workspace_bytes),
                             .scratch = nans(arena, (op->scratch_bytes + sizeof(float) - 1) / sizeof(float)),
                             .moment = &run->moment,
                             .labels = run->labels,
                             .targets = run->targets,
                             .losses = run->y,
                             .errors = run->errors };
    for (size_t k = 0; k < run->n_in; k++) b.in[k] = run->x[k], b.d_in[k] = run->d_x[k];
    for (size_t t = 0; t < run->n_tensors; t++) b.param[t] = run->params[t], b.grad[t] = run->grads[t];
    for (size_t t = 0; t < run->n_states; t++) b.state[t] = run->after[t];
    return b;
}

/* A sum passes its gradient on without a call. */
static void run_backward(op_run *run, fl_backend_op *op)
{
    if (!op->passes) op->backward(op);
    for (size_t k = 0; op->passes && k < run->n_in; k++) memcpy(run->d_x[k], run->d_y, run->n_y * sizeof *run->d_y);
}

void op_run_compute(op_run *run, const fl_backend *backend, bool training)
{
    bool fallback;
    fl_arena *arena = fl_arena_new();
    fl_backend_request request = request_of(run, training);
    fl_backend_op *op = fl_backend_plan(backend, &request, &fallback);
    fl_backend_buffers buffers = buffers_of(run, arena, op);
    for (size_t t = 0; t < run->n_states; t++)
        memcpy(run->after[t], run->before[t], run->states[t].n_values * sizeof(float));
    op->bind(op, &buffers);
    fl_backend_op_refresh(op);
    op->forward(op);
    if (training) run_backward(run, op);
    op->free(op);
    fl_arena_free(arena);
}
