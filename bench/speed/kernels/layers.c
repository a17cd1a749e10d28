/* Dense layers, convolutions and pools of the models, pass by pass, through the ops a backend plans.
 *
 * An op's backward gives the gradients of weights and input in one go. The weight gradient alone is the backward of an
 * op that is not asked for the other; the data gradient is the difference between two such ops, timed in turn.
 */
#include "base/clock.h"
#include "layer/operations.h"
#include "speed/kernels/model.h"
#include "speed/kernels/kernels.h"
#include "speed/kernels/work.h"

#include <math.h>
#include <stdio.h>

typedef struct kernel {
    model_choice choice;
    size_t layer; /* place in the workload */
} kernel;

static const fl_layer *layer_of(const kernel *k)
{
    return &k->choice.workload->layers[k->layer];
}

static fl_tensor_shape input_of(const kernel *k)
{
    fl_tensor_shape in = k->choice.in;
    for (size_t i = 0; i < k->layer; i++) in = fl_layer_out(&k->choice.workload->layers[i], in);
    return in;
}

/* Arithmetic where there is some, else the numbers that come in and go out. */
static void count(gbench *run, const kernel *k, const fl_backend_op *op)
{
    const fl_layer *layer = layer_of(k);
    fl_tensor_shape in = input_of(k);
    double operations = fl_layer_operations(layer, in);
    double moved = (double)(fl_tensor_shape_size(in) + fl_tensor_shape_size(fl_layer_out(layer, in)));
    gbench_label(run, op->implementation);
    if (operations > 0)
        work_count(run, operations, k->choice.precision);
    else
        work_traffic(run, moved * (k->choice.precision == FL_BACKEND_BF16 ? 2 : 4));
}

/* Time one function of an op planned with or without a gradient of its input. */
static void time_op(gbench *run, const kernel *k, bool needs_d_in, bool backward)
{
    fl_arena *arena = fl_arena_new();
    fl_backend_op *op = model_layer(model_get(&k->choice), k->layer, needs_d_in, arena);
    void (*pass)(fl_backend_op *) = backward ? op->backward : op->forward;
    while (gbench_next(run)) pass(op);
    count(run, k, op);
    op->free(op);
    fl_arena_free(arena);
}

static void forward(gbench *run, const void *what)
{
    time_op(run, what, false, false);
}

static void weight_gradient(gbench *run, const void *what)
{
    time_op(run, what, false, true);
}

/* A pool has no weights: its backward is the data gradient. */
static void pool_gradient(gbench *run, const void *what)
{
    time_op(run, what, true, true);
}

static double seconds_of(fl_backend_op *op)
{
    double begun = fl_clock_seconds();
    op->backward(op);
    return fl_clock_seconds() - begun;
}

/* A difference of two noisy times may fall below zero; a hundredth keeps the sum of an iteration's times growing. */
static void data_gradient(gbench *run, const void *what)
{
    const kernel *k = what;
    fl_arena *arena = fl_arena_new();
    const open_model *model = model_get(&k->choice);
    fl_backend_op *both = model_layer(model, k->layer, true, arena),
                  *alone = model_layer(model, k->layer, false, arena);
    while (gbench_next(run)) {
        double seconds = seconds_of(both);
        gbench_seconds(run, fmax(seconds - seconds_of(alone), seconds / 100));
    }
    count(run, k, both);
    both->free(both);
    alone->free(alone);
    fl_arena_free(arena);
}

/* --- the list --- */

static const struct {
    const char *name, *workload;
} models[] = { { "mlp", "mnist/mlp" }, { "simple_cnn", "mnist/simple_cnn" } };

static const size_t batches[] = { 32, 256 };

static void add(const char *pass, const char *model, const kernel *k, gbench_clock clock, gbench_body *body)
{
    char name[200];
    snprintf(name, sizeof name, "%s/%s/%s/%s/%s/%zu", pass, model, layer_of(k)->name, k->choice.backend->entry.name,
             fl_backend_precision_name(k->choice.precision), k->choice.in.n);
    gbench_register(name, clock, body, k, sizeof *k);
}

static void add_passes(const char *model, const kernel *k)
{
    fl_layer_kind kind = layer_of(k)->kind;
    bool weighted = kind == FL_LAYER_DENSE || kind == FL_LAYER_CONVOLUTION;
    if (!weighted && kind != FL_LAYER_MAX_POOL) return;
    add("forward", model, k, GBENCH_WALL, forward);
    if (weighted) add("weight_gradient", model, k, GBENCH_WALL, weight_gradient);
    if (k->layer > 0)
        add("data_gradient", model, k, weighted ? GBENCH_OWN : GBENCH_WALL, weighted ? data_gradient : pool_gradient);
}

static void add_models(const fl_backend *backend, fl_backend_precision precision)
{
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
            const fl_workload *workload = fl_workload_find(models[m].workload, NULL);
            kernel k = { .choice = { workload, backend, precision, { batches[b], 1, 28, 28 } } };
            for (k.layer = 0; k.layer < workload->n_layers; k.layer++) add_passes(models[m].name, &k);
        }
    }
}

void kernels_layers(void)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        for (fl_backend_precision precision = 0; precision < FL_BACKEND_PRECISIONS; precision++)
            if ((*b)->usable(precision, NULL)) add_models(*b, precision);
}
