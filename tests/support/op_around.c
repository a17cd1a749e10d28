#include "support/op_around.h"

#include <math.h>
#include <string.h>

enum { STAGES = 3 * OP_CASE_INPUTS + 3 };

/* An op and its memory; `in` are stages, -1 - k the case's own input k. */
typedef struct stage {
    fl_backend_op *op;
    int in[OP_CASE_INPUTS];
    size_t n_in;
    bool of_case; /* the op under test: its parameters and state are the case's */
    fl_backend_buffers buffers;
} stage;

typedef struct stages {
    op_run *run;
    const fl_backend *backend;
    op_around around;
    fl_arena *arena;
    stage all[STAGES];
    int n;
} stages;

static fl_backend_activation activation_of(const stages *s, int from)
{
    if (from >= 0) return s->all[from].op->out;
    fl_tensor_shape shape = s->run->of->in[-1 - from];
    return (fl_backend_activation){ .shape = shape, .bytes = fl_tensor_shape_size(shape) * sizeof(float) };
}

static fl_backend_request request_for(const stages *s, const fl_layer *layer, size_t n_in, const int *in)
{
    fl_backend_request request = { .layer = layer,
                                   .index = OP_CASE_LAYER,
                                   .n_in = n_in,
                                   .precision = s->around.precision,
                                   .training = s->around.training };
    for (size_t k = 0; k < n_in; k++) {
        request.in[k] = activation_of(s, in[k]);
        request.needs_d_in |= s->around.training && (in[k] >= 0 || s->run->d_x[-1 - in[k]]);
    }
    return request;
}

static int add(stages *s, fl_backend_op *op, size_t n_in, const int *in)
{
    stage *added = &s->all[s->n];
    *added = (stage){ .op = op, .n_in = n_in };
    memcpy(added->in, in, n_in * sizeof *in);
    return s->n++;
}

static int canonical(stages *s, int from)
{
    fl_backend_request request = request_for(s, NULL, 1, &from);
    return request.in[0].layout ? add(s, s->backend->to_canonical(&request), 1, &from) : from;
}

/* A convolution that passes its input on as it is. */
static int convolved(stages *s, int from)
{
    bool fallback;
    fl_tensor_shape shape = activation_of(s, from).shape;
    fl_layer *layer = fl_arena_bytes(s->arena, sizeof *layer);
    *layer = (fl_layer){ .kind = FL_LAYER_CONVOLUTION, .name = "before", .n_out = shape.c, .kernel = 1 };
    layer->no_bias = true;
    fl_layer_fill_defaults(layer);
    fl_backend_request request = request_for(s, layer, 1, &from);
    return shape.form == FL_TENSOR_IMAGE ? add(s, fl_backend_plan(s->backend, &request, &fallback), 1, &from) : from;
}

static void plan(stages *s)
{
    const fl_layer *layer = &s->run->layer;
    bool fallback, wants = fl_backend_wants_canonical(s->backend, layer);
    int in[OP_CASE_INPUTS];
    for (size_t k = 0; k < s->run->n_in; k++) {
        in[k] = s->around.convolution_before ? convolved(s, -1 - (int)k) : -1 - (int)k;
        if (wants) in[k] = canonical(s, in[k]);
    }
    fl_backend_request request = request_for(s, layer, s->run->n_in, in);
    request.relu_next = s->around.relu_after;
    int last = add(s, fl_backend_plan(s->backend, &request, &fallback), s->run->n_in, in);
    s->all[last].of_case = true;
    if (s->around.relu_after && !s->all[last].op->fused_relu) {
        fl_layer *relu = fl_arena_bytes(s->arena, sizeof *relu);
        *relu = (fl_layer){ .kind = FL_LAYER_RELU };
        request = request_for(s, relu, 1, &last);
        last = add(s, fl_backend_plan(s->backend, &request, &fallback), 1, &last);
    }
    canonical(s, last);
}

/* --- memory: what an op must write itself starts as NaNs --- */

static void *nans(fl_arena *arena, size_t bytes)
{
    void *memory = fl_arena_bytes(arena, bytes);
    memset(memory, 0xff, bytes);
    return memory;
}

static void bind_tensors(stages *s, stage *at)
{
    for (size_t t = 0; t < at->op->n_tensors; t++) {
        size_t count = at->op->tensors[t].count, side = at->op->tensors[t].shape[0];
        float *identity = fl_arena_floats(s->arena, side * side), *native = nans(s->arena, count * sizeof *native);
        for (size_t i = 0; i < side; i++) identity[i * side + i] = 1;
        at->op->import(at->op, t, at->of_case ? s->run->params[t] : identity, native);
        at->buffers.param[t] = native;
        if (s->around.training) at->buffers.grad[t] = nans(s->arena, count * sizeof *native);
    }
    for (size_t t = 0; t < at->op->n_states; t++) {
        size_t bytes = s->run->states[t].n_values * sizeof(float);
        at->buffers.state[t] = memcpy(s->run->after[t], s->run->before[t], bytes);
    }
}

static void bind_inputs(stages *s, stage *at)
{
    for (size_t k = 0; k < at->n_in; k++) {
        bool given = at->in[k] < 0;
        const fl_backend_buffers *from = given ? NULL : &s->all[at->in[k]].buffers;
        at->buffers.in[k] = given ? s->run->x[-1 - at->in[k]] : from->out;
        if (s->around.training) at->buffers.d_in[k] = given ? (void *)s->run->d_x[-1 - at->in[k]] : from->d_out;
    }
}

static void bind(stages *s, stage *at)
{
    op_run *run = s->run;
    fl_backend_op *op = at->op;
    at->buffers = (fl_backend_buffers){ .out = nans(s->arena, op->out.bytes),
                                        .d_out = s->around.training ? nans(s->arena, op->out.bytes) : NULL,
                                        .workspace = fl_arena_bytes(s->arena, op->workspace_bytes),
                                        .scratch = nans(s->arena, op->scratch_bytes),
                                        .moment = &run->moment,
                                        .labels = run->labels,
                                        .targets = run->targets,
                                        .losses = run->y,
                                        .errors = run->errors };
    bind_inputs(s, at);
    bind_tensors(s, at);
    op->bind(op, &at->buffers);
    fl_backend_op_refresh(op);
}

/* --- passes --- */

static void backward(stages *s, stage *at)
{
    if (at->op->backward) at->op->backward(at->op);
    for (size_t k = 0; at->op->passes && k < at->n_in; k++)
        memcpy(at->buffers.d_in[k], at->buffers.d_out, at->op->out.bytes);
    for (size_t t = 0; at->of_case && t < at->op->n_tensors; t++)
        at->op->export(at->op, t, at->buffers.grad[t], s->run->grads[t]);
}

static void run_all(stages *s)
{
    op_run *run = s->run;
    stage *last = &s->all[s->n - 1];
    for (int i = 0; i < s->n; i++) s->all[i].op->forward(s->all[i].op);
    if (!run->loss) memcpy(run->y, last->buffers.out, run->n_y * sizeof *run->y);
    if (!s->around.training) return;
    if (!run->loss) memcpy(last->buffers.d_out, run->d_y, run->n_y * sizeof *run->d_y);
    for (int i = s->n; i-- > 0;) backward(s, &s->all[i]);
}

void op_around_compute(op_run *run, const fl_backend *backend, op_around around)
{
    stages s = { .run = run, .backend = backend, .around = around, .arena = fl_arena_new() };
    plan(&s);
    for (int i = 0; i < s.n; i++) bind(&s, &s.all[i]);
    run_all(&s);
    for (int i = 0; i < s.n; i++) s.all[i].op->free(s.all[i].op);
    fl_arena_free(s.arena);
}
