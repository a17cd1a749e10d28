/* What a product with a network's curvature costs, in gradients of the same batch. The two take turns; of both the
 * least counts, and the point's own forward is not counted. A thread's own time, so that a neighbour on its core counts
 * little. */
#include "base/arena.h"
#include "init/init.h"
#include "network/curvature.h"
#include "speed/gbench/gbench.h"
#include "speed/kernels/kernels.h"
#include "workload/workload.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *workload;
    size_t batch;
} networks[] = { { "glyphs/mlp", 256 },
                 { "fashion_mnist/mlp", 256 },
                 { "mnist/autoencoder", 256 },
                 { "fashion_mnist/simple_cnn", 64 },
                 { "cifar10/resnet8", 64 },
                 { "tiny_shakespeare/char_lstm", 32 },
                 { "tiny_shakespeare/transformer", 16 } };

typedef struct product {
    const fl_workload *workload;
    size_t batch;
    const fl_backend *backend;
    fl_network_matrix matrix;
} product;

/* Numbers between 0 and 1, the first tokens and classes in turn. */
static void fill(fl_arena *arena, fl_network *network)
{
    size_t n = fl_tensor_shape_size(fl_network_in(network)), n_targets = fl_network_n_targets(network);
    fl_random_stream stream = fl_random_stream_start(1, "pixels", 0);
    float *values = fl_arena_floats(arena, n);
    bool tokens = fl_network_in(network).form == FL_TENSOR_TOKENS;
    for (size_t i = 0; i < n; i++) values[i] = (float)fl_random_uniform(&stream);
    for (size_t i = 0; i < n && tokens; i++) ((int32_t *)fl_network_input(network))[i] = (int32_t)(i % 20);
    if (!tokens) fl_network_set_input(network, values);
    for (size_t i = 0; i < fl_network_n_losses(network); i++) fl_network_labels(network)[i] = (int32_t)(i % 10);
    for (size_t i = 0; i < n_targets; i++) fl_network_targets(network)[i] = values[i % n];
}

/* Of the batch's shape, and initialised; NULL with a message. */
static fl_network *network_of(const product *p, fl_layer *layers, size_t *n_layers, fl_error *error)
{
    double options[FL_HYPER_MAX];
    const fl_init init = { .weights = fl_init_find("he_normal", NULL) };
    for (size_t i = 0; i < p->workload->n_options; i++) options[i] = p->workload->options[i].default_value;
    fl_dataset *data = fl_workload_load(p->workload, options, error);
    if (!data) return NULL;
    fl_tensor_shape in = data->shape;
    fl_dataset_free(data);
    in.n = p->batch;
    *n_layers = fl_workload_layers(p->workload, options, layers);
    fl_network *network = fl_network_new(p->backend, layers, *n_layers, in, FL_BACKEND_F32, true, error);
    if (network) fl_network_init(network, &init, 1);
    if (network) fl_network_clear_state(network);
    return network;
}

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double gradient_seconds(fl_network *network)
{
    double begun = thread_seconds();
    fl_network_forward(network);
    fl_network_backward(network, NULL, NULL);
    return thread_seconds() - begun;
}

static void take_turns(gbench *run, const product *p, fl_network *network, fl_network_curvature *curvature,
                       fl_arena *arena)
{
    size_t count = fl_network_layout(network)->count;
    float *v = fl_arena_floats(arena, count), *out = fl_arena_floats(arena, count);
    double least = HUGE_VAL, gradient = HUGE_VAL;
    fl_network_curvature_at(curvature, network, NULL);
    memcpy(v, fl_network_gradient(network), count * sizeof *v); /* some direction */
    while (gbench_next(run)) {
        gradient = fmin(gradient, gradient_seconds(network));
        double begun = thread_seconds();
        fl_network_curvature_product(curvature, p->matrix, v, out);
        double seconds = thread_seconds() - begun;
        least = fmin(least, seconds);
        gbench_seconds(run, seconds);
    }
    gbench_count(run, "gradients", least / gradient);
}

static void measure(gbench *run, const void *what)
{
    static fl_layer layers[FL_WORKLOAD_LAYERS];
    const product *p = what;
    size_t n_layers;
    fl_error error;
    fl_network *network = network_of(p, layers, &n_layers, &error);
    fl_network_curvature *curvature =
        network ? fl_network_curvature_new(network, p->backend, layers, n_layers, true, &error) : NULL;
    fl_arena *arena = fl_arena_new();
    if (curvature) {
        fill(arena, network);
        gradient_seconds(network);
        take_turns(run, p, network, curvature, arena);
    } else {
        gbench_skip(run, error.text);
    }
    fl_arena_free(arena);
    fl_network_curvature_free(curvature);
    fl_network_free(network);
}

static void add(const product *p)
{
    char name[200];
    snprintf(name, sizeof name, "curvature/%s/%s/%s/%zu", p->workload->entry.name, fl_network_matrix_name(p->matrix),
             p->backend->entry.name, p->batch);
    gbench_register(name, GBENCH_OWN, measure, p, sizeof *p);
}

void kernels_curvature(void)
{
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        for (const fl_backend *const *b = fl_backends(); *b; b++)
            for (int matrix = FL_NETWORK_HESSIAN; matrix <= FL_NETWORK_FISHER; matrix++)
                if ((*b)->usable(FL_BACKEND_F32, NULL))
                    add(&(product){ fl_workload_find(networks[i].workload, NULL), networks[i].batch, *b,
                                    (fl_network_matrix)matrix });
}
