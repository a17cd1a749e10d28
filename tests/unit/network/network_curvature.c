/* Products with the curvature of networks of every kind of layer, on every backend: the Hessian against differences of
 * the network's own gradient, the Fisher matrix against the sum over classes it is defined by, and what is true of all:
 * symmetric, linear, of one sign.
 */
#include "support/test.h"
#include "base/memory.h"
#include "base/random.h"
#include "network/curvature.h"

#include <math.h>
#include <stdlib.h>

enum { EXAMPLES = 6, CLASSES = 3, MOST = 12 };

typedef struct model {
    const char *name;
    fl_tensor_shape in;
    fl_layer layers[MOST];
} model;

#define LOSS                                                                                                           \
    {                                                                                                                  \
        .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY                                                                         \
    }
#define IMAGE                                                                                                          \
    {                                                                                                                  \
        EXAMPLES, 2, 6, 6                                                                                              \
    }

static const model models[] = {
    { "dense and tanh",
      { EXAMPLES, 5, 1, 1 },
      { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 7 },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_DENSE, .name = "b", .n_out = CLASSES },
        LOSS } },
    { "sigmoid, GELU, groups, no bias, a smoothed loss",
      { EXAMPLES, 6, 1, 1 },
      { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 6, .groups = 2 },
        { .kind = FL_LAYER_SIGMOID },
        { .kind = FL_LAYER_DENSE, .name = "b", .n_out = 8, .no_bias = true },
        { .kind = FL_LAYER_GELU },
        { .kind = FL_LAYER_DENSE, .name = "c", .n_out = CLASSES },
        { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY, .label_smoothing = 0.2 } } },
    { "a residual block of convolutions with batch norm",
      IMAGE,
      { { .kind = FL_LAYER_CONVOLUTION, .name = "c0", .n_out = 4, .kernel = 3, .pad = 1, .no_bias = true },
        { .kind = FL_LAYER_BATCH_NORM, .name = "b0" },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_CONVOLUTION, .name = "c1", .n_out = 4, .kernel = 3, .pad = 1 },
        { .kind = FL_LAYER_BATCH_NORM, .name = "b1" },
        { .kind = FL_LAYER_ADD, .n_from = 2, .from = { 5, 3 } },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_AVERAGE_POOL },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = CLASSES },
        LOSS } },
    { "pools, subsampled and joined channels",
      IMAGE,
      { { .kind = FL_LAYER_CONVOLUTION, .name = "c0", .n_out = 3, .kernel = 3, .pad = 1 },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_AVERAGE_POOL, .kernel = 3, .stride = 1, .pad = 1 },
        { .kind = FL_LAYER_CONCATENATE, .n_from = 2, .from = { 3, 2 } },
        { .kind = FL_LAYER_SUBSAMPLE, .stride = 2, .n_out = 8 },
        { .kind = FL_LAYER_CONVOLUTION, .name = "c1", .n_out = 8, .kernel = 3, .groups = 2 },
        { .kind = FL_LAYER_SIGMOID },
        { .kind = FL_LAYER_FLATTEN },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = CLASSES },
        LOSS } },
    { "ReLU before a max-pool, dropout",
      IMAGE,
      { { .kind = FL_LAYER_CONVOLUTION, .name = "c0", .n_out = 8, .kernel = 3 },
        { .kind = FL_LAYER_RELU },
        { .kind = FL_LAYER_MAX_POOL, .kernel = 3, .stride = 2, .pad = 1 },
        { .kind = FL_LAYER_DROPOUT, .rate = 0.25 },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = CLASSES },
        LOSS } },
    { "layer norm of positions",
      { EXAMPLES, 4, 5, 1, FL_TENSOR_SEQUENCE },
      { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 6 },
        { .kind = FL_LAYER_POSITION, .name = "p", .length = 5 },
        { .kind = FL_LAYER_LAYER_NORM, .name = "n" },
        { .kind = FL_LAYER_GELU },
        { .kind = FL_LAYER_LAST },
        { .kind = FL_LAYER_DENSE, .name = "b", .n_out = CLASSES },
        LOSS } },
    { "attention, causal and not, of tokens",
      { EXAMPLES, 4, 1, 1, FL_TENSOR_TOKENS },
      { { .kind = FL_LAYER_EMBEDDING, .name = "e", .vocabulary = 5, .n_out = 8 },
        { .kind = FL_LAYER_ATTENTION, .name = "a", .heads = 2 },
        { .kind = FL_LAYER_ADD, .n_from = 2, .from = { 2, 1 } },
        { .kind = FL_LAYER_ATTENTION, .name = "b", .heads = 4, .acausal = true },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = CLASSES },
        LOSS } },
    { "LSTMs, one that carries",
      { EXAMPLES, 4, 5, 1, FL_TENSOR_SEQUENCE },
      { { .kind = FL_LAYER_LSTM, .name = "a", .n_out = 6 },
        { .kind = FL_LAYER_LSTM, .name = "b", .n_out = 4, .carry = true },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = CLASSES },
        LOSS } },
    { "an image as a sequence, squared error",
      IMAGE,
      { { .kind = FL_LAYER_SEQUENCE, .by = FL_LAYER_BY_ROWS },
        { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 4 },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_AVERAGE_POOL },
        { .kind = FL_LAYER_DENSE, .name = "b", .n_out = 2 },
        { .kind = FL_LAYER_MEAN_SQUARED } } },
    { "sigmoid cross-entropy",
      { EXAMPLES, 5, 1, 1 },
      { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 7 },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_DENSE, .name = "b", .n_out = 3 },
        { .kind = FL_LAYER_SIGMOID_CROSS_ENTROPY } } },
    { "a quadratic", { EXAMPLES, 5, 1, 1 }, { { .kind = FL_LAYER_QUADRATIC, .name = "q", .condition = 100 } } },
    { "Beale's function",
      { 1, 1, 1, 1 },
      { { .kind = FL_LAYER_FUNCTION, .name = "f", .function = FL_LAYER_BEALE, .start = { 0.5, 0.3 } } } },
    { "Branin's function",
      { 1, 1, 1, 1 },
      { { .kind = FL_LAYER_FUNCTION, .name = "f", .function = FL_LAYER_BRANIN, .start = { 2.5, 3.5 } } } },
};

static size_t n_layers(const model *m)
{
    size_t n = 0;
    while (!fl_layer_specs[m->layers[n].kind]->loss) n++;
    return n + 1;
}

/* A network with a batch, its curvature, and vectors. */
typedef struct probe {
    const model *model;
    const fl_backend *backend;
    fl_network *network;
    fl_network_curvature *curvature;
    size_t count;
    float *u, *v, *at_u, *at_v, *sum;
} probe;

static void draw_vector(const fl_network *network, fl_random_stream *stream, float *to)
{
    float *canonical = fl_memory_new(fl_network_layout(network)->n_parameters, sizeof *canonical);
    for (size_t i = 0; i < fl_network_layout(network)->n_parameters; i++)
        canonical[i] = (float)fl_random_normal(stream);
    fl_network_import_of(network, canonical, to);
    free(canonical);
}

static void draw_batch(fl_network *network, fl_tensor_shape in, fl_random_stream *stream)
{
    size_t n = fl_tensor_shape_size(in);
    float *input = fl_memory_new(n, sizeof *input);
    for (size_t i = 0; i < n; i++) input[i] = (float)fl_random_normal(stream);
    if (in.form == FL_TENSOR_TOKENS)
        for (size_t i = 0; i < n; i++) ((int32_t *)fl_network_input(network))[i] = (int32_t)fl_random_below(stream, 5);
    else
        fl_network_set_input(network, input);
    for (size_t i = 0; i < fl_network_n_losses(network); i++)
        fl_network_labels(network)[i] = (int32_t)fl_random_below(stream, CLASSES);
    for (size_t i = 0; i < fl_network_n_targets(network); i++)
        fl_network_targets(network)[i] = (float)fl_random_uniform(stream);
    free(input);
}

static probe open_probe(const model *m, const fl_backend *backend, bool training)
{
    probe p = { .model = m, .backend = backend };
    fl_init init = { .weights = fl_init_find("he_normal", NULL), .bias = 0.1 };
    fl_random_stream stream = fl_random_stream_start(5, "curvature", 0);
    p.network = fl_network_new(backend, m->layers, n_layers(m), m->in, FL_BACKEND_F32, true, NULL);
    fl_network_init(p.network, &init, 1);
    fl_network_set_moment(p.network, (fl_backend_moment){ 1, 2, 0 });
    draw_batch(p.network, m->in, &stream);
    p.curvature = fl_network_curvature_new(p.network, backend, m->layers, n_layers(m), training, NULL);
    p.count = fl_network_layout(p.network)->count;
    float **const vectors[] = { &p.u, &p.v, &p.at_u, &p.at_v, &p.sum };
    for (size_t i = 0; i < 5; i++) *vectors[i] = fl_memory_new(p.count, sizeof(float));
    draw_vector(p.network, &stream, p.u);
    draw_vector(p.network, &stream, p.v);
    fl_network_curvature_at(p.curvature, p.network, NULL);
    return p;
}

static void close_probe(probe *p)
{
    float *const vectors[] = { p->u, p->v, p->at_u, p->at_v, p->sum };
    for (size_t i = 0; i < 5; i++) free(vectors[i]);
    fl_network_curvature_free(p->curvature);
    fl_network_free(p->network);
}

/* Run a check on every model and backend. */
static void on_all(void (*check)(probe *p))
{
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        for (size_t i = 0; (*b)->usable(FL_BACKEND_F32, NULL) && i < sizeof models / sizeof *models; i++) {
            probe p = open_probe(&models[i], *b, true);
            check(&p);
            close_probe(&p);
        }
}

static double dot(const float *a, const float *b, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++) total += (double)a[i] * b[i];
    return total;
}

/* The largest difference over the largest number. */
static double distance(const float *a, const float *b, size_t n)
{
    double most = 0, off = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs((double)b[i]));
        off = fmax(off, fabs((double)a[i] - b[i]));
    }
    return most > 0 ? off / most : off;
}

#define fail_of(p, ...)                                                                                                \
    do {                                                                                                               \
        char text_[200];                                                                                               \
        snprintf(text_, sizeof text_, __VA_ARGS__);                                                                    \
        fail_msg("%s on %s: %s", (p)->model->name, (p)->backend->entry.name, text_);                                   \
    } while (0)

/* sum += weight * (gradient at the parameters + step * v). */
static void add_gradient(probe *p, const float *start, double step, double weight, double *sum)
{
    float *parameters = fl_network_parameters(p->network);
    for (size_t i = 0; i < p->count; i++) parameters[i] = (float)(start[i] + step * p->v[i]);
    fl_network_refresh(p->network, 0, p->count);
    fl_network_clear_carry(p->network);
    fl_network_forward(p->network);
    fl_network_backward(p->network, NULL, NULL);
    for (size_t i = 0; i < p->count; i++) sum[i] += weight * fl_network_gradient(p->network)[i];
}

/* Where the largest or the sign of a number may change within a step, only a small one stays on one side. */
static bool has_kinks(const model *m)
{
    for (size_t i = 0; i < n_layers(m); i++)
        if (m->layers[i].kind == FL_LAYER_RELU) return true;
    return false;
}

/* By differences of fourth order, whose error is h^4 beside the float's rounding over h. The bound is theirs: PyTorch's
 * double backward (tests/numerics/parity) is the sharp oracle. */
static void check_differences(probe *p)
{
    const double h = has_kinks(p->model) ? 5e-4 : 3e-3;
    float *start = fl_memory_new(p->count, sizeof *start);
    double *sum = fl_memory_new(p->count, sizeof *sum);
    memcpy(start, fl_network_parameters(p->network), p->count * sizeof *start);
    fl_network_curvature_product(p->curvature, FL_NETWORK_HESSIAN, p->v, p->at_v);
    add_gradient(p, start, h, 8 / (12 * h), sum);
    add_gradient(p, start, -h, -8 / (12 * h), sum);
    add_gradient(p, start, 2 * h, -1 / (12 * h), sum);
    add_gradient(p, start, -2 * h, 1 / (12 * h), sum);
    for (size_t i = 0; i < p->count; i++) p->sum[i] = (float)sum[i];
    double off = distance(p->at_v, p->sum, p->count);
    if (!(off < 2e-4)) fail_of(p, "the Hessian is off by %g", off);
    free(start);
    free(sum);
}

static void hessians_are_the_change_of_the_gradient(void **state)
{
    on_all(check_differences);
}

static void check_form(probe *p)
{
    for (int m = 0; m < FL_NETWORK_MATRICES; m++) {
        fl_network_matrix matrix = (fl_network_matrix)m;
        if (!fl_network_curvature_offers(p->curvature, matrix, NULL)) continue;
        fl_network_curvature_product(p->curvature, matrix, p->u, p->at_u);
        fl_network_curvature_product(p->curvature, matrix, p->v, p->at_v);
        double uv = dot(p->u, p->at_v, p->count), vu = dot(p->v, p->at_u, p->count);
        double uu = dot(p->u, p->at_u, p->count), vv = dot(p->v, p->at_v, p->count);
        if (!(fabs(uv - vu) < 1e-5 * (fabs(uu) + fabs(vv))))
            fail_of(p, "%s: u.Mv is %g, v.Mu %g", fl_network_matrix_name(matrix), uv, vu);
        if (matrix != FL_NETWORK_HESSIAN && !(uu > 0 && vv > 0))
            fail_of(p, "%s: u.Mu is %g, v.Mv %g", fl_network_matrix_name(matrix), uu, vv);
        for (size_t i = 0; i < p->count; i++) p->sum[i] = 2 * p->u[i] - p->v[i];
        fl_network_curvature_product(p->curvature, matrix, p->sum, p->sum);
        for (size_t i = 0; i < p->count; i++) p->at_u[i] = 2 * p->at_u[i] - p->at_v[i];
        double off = distance(p->sum, p->at_u, p->count);
        if (!(off < 1e-5)) fail_of(p, "%s: M(2u - v) is off by %g", fl_network_matrix_name(matrix), off);
    }
}

static void matrices_are_symmetric_linear_and_of_one_sign(void **state)
{
    on_all(check_form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hessians_are_the_change_of_the_gradient),
        cmocka_unit_test(matrices_are_symmetric_linear_and_of_one_sign),
    };
    return test_run(tests, NULL, NULL);
}
