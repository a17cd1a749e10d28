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
    { "batch norm of more channels than lie side by side, and of a vector",
      IMAGE,
      { { .kind = FL_LAYER_CONVOLUTION, .name = "c0", .n_out = 20, .kernel = 3, .no_bias = true },
        { .kind = FL_LAYER_BATCH_NORM, .name = "b0" },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_CONVOLUTION, .name = "c1", .n_out = 32, .kernel = 3, .no_bias = true },
        { .kind = FL_LAYER_BATCH_NORM, .name = "b1" },
        { .kind = FL_LAYER_AVERAGE_POOL },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = 18 },
        { .kind = FL_LAYER_BATCH_NORM, .name = "b2" },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_DENSE, .name = "e", .n_out = CLASSES },
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

/* --- Fisher matrices by their definition --- */

/* Each example can be looked at by itself, and its targets are few: a class, or some numbers that are 0 or 1. */
static bool can_enumerate(const model *m)
{
    const fl_layer *loss = &m->layers[n_layers(m) - 1];
    bool few = loss->kind == FL_LAYER_SIGMOID_CROSS_ENTROPY;
    few |= loss->kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY && !loss->label_smoothing && m->in.form == FL_TENSOR_IMAGE;
    for (size_t i = 0; i < n_layers(m); i++)
        few &= m->layers[i].kind != FL_LAYER_BATCH_NORM && m->layers[i].kind != FL_LAYER_DROPOUT;
    return few;
}

/* A network for one example, at the same parameters. */
static fl_network *lone(const probe *p)
{
    fl_tensor_shape in = p->model->in;
    in.n = 1;
    fl_network *one = fl_network_new(p->backend, p->model->layers, n_layers(p->model), in, FL_BACKEND_F32, true, NULL);
    float *canonical = fl_memory_new(fl_network_layout(one)->n_parameters, sizeof *canonical);
    fl_network_export(p->network, canonical);
    fl_network_import(one, canonical);
    free(canonical);
    return one;
}

/* Targets number `which` of all that there can be: a class, or bits. */
static void set_targets(fl_network *one, size_t which)
{
    fl_network_labels(one)[0] = (int32_t)which;
    for (size_t i = 0; i < fl_network_n_targets(one); i++) fl_network_targets(one)[i] = (float)(which >> i & 1);
}

static size_t n_possible(const fl_network *one)
{
    return fl_network_n_targets(one) ? (size_t)1 << fl_network_n_targets(one) : CLASSES;
}

/* The number of the targets that a product drew for an example. */
static size_t drawn(const probe *p, size_t example)
{
    size_t which = 0, n = fl_network_n_targets(p->network) / EXAMPLES;
    const float *targets = fl_network_curvature_drawn_targets(p->curvature) + example * n;
    for (size_t i = 0; i < n; i++) which |= (size_t)(targets[i] > 0.5f) << i;
    return n ? which : (size_t)fl_network_curvature_drawn_labels(p->curvature)[example];
}

/* to += weight g (g . v) / EXAMPLES, in canonical order; the weight is the probability of the targets unless given. */
static void add_outer(fl_network *one, size_t which, const float *v, double weight, double *to)
{
    size_t n = fl_network_layout(one)->n_parameters;
    float *g = fl_memory_new(n, sizeof *g);
    set_targets(one, which);
    fl_network_forward(one);
    fl_network_backward(one, NULL, NULL);
    fl_network_export_of(one, fl_network_gradient(one), g);
    if (isnan(weight)) weight = exp(-fl_network_loss(one));
    double along = weight * dot(g, v, n) / EXAMPLES;
    for (size_t i = 0; i < n; i++) to[i] += along * g[i];
    free(g);
}

/* F v as a mean over examples of what the definition sums over targets. */
static void add_examples(const probe *p, fl_network_matrix matrix, const float *v, double *to)
{
    fl_network *one = lone(p);
    size_t size = fl_tensor_shape_size(fl_network_in(one));
    for (size_t e = 0; e < EXAMPLES; e++) {
        fl_network_set_input(one, (const float *)fl_network_input(p->network) + e * size);
        for (size_t which = 0; matrix == FL_NETWORK_FISHER && which < n_possible(one); which++)
            add_outer(one, which, v, NAN, to);
        if (matrix == FL_NETWORK_FISHER_SAMPLED) add_outer(one, drawn(p, e), v, 1, to);
    }
    fl_network_free(one);
}

static void check_fisher(probe *p)
{
    size_t n = fl_network_layout(p->network)->n_parameters;
    float *v = fl_memory_new(n, sizeof *v), *product = fl_memory_new(n, sizeof *product);
    float *defined = fl_memory_new(n, sizeof *defined);
    fl_network_export_of(p->network, p->v, v);
    for (fl_network_matrix m = FL_NETWORK_FISHER; can_enumerate(p->model) && m <= FL_NETWORK_FISHER_SAMPLED; m++) {
        double *sum = fl_memory_new(n, sizeof *sum);
        fl_network_curvature_product(p->curvature, m, p->v, p->at_v);
        fl_network_export_of(p->network, p->at_v, product);
        add_examples(p, m, v, sum);
        for (size_t i = 0; i < n; i++) defined[i] = (float)sum[i];
        double off = distance(product, defined, n);
        if (!(off < 1e-5)) fail_of(p, "%s is off by %g", fl_network_matrix_name(m), off);
        free(sum);
    }
    free(v);
    free(product);
    free(defined);
}

static void fisher_matrices_are_sums_over_targets(void **state)
{
    on_all(check_fisher);
}

/* bf16's parameters may lie otherwise, and its gradient is not compared: products are of the f32 loss. */
static void a_bf16_network_has_the_products_of_f32(void **state)
{
    const fl_backend *onednn = fl_backend_find("onednn", NULL);
    if (!onednn->usable(FL_BACKEND_BF16, NULL)) test_skip("no processor with AVX512_BF16");
    probe p = open_probe(&models[2], onednn, true);
    fl_network *halves =
        fl_network_new(onednn, p.model->layers, n_layers(p.model), p.model->in, FL_BACKEND_BF16, true, NULL);
    size_t n = fl_network_layout(p.network)->n_parameters;
    float *canonical = fl_memory_new(n, sizeof *canonical), *other = fl_memory_new(n, sizeof *other);
    float *v = fl_memory_new(fl_network_layout(halves)->count, sizeof *v);
    float *rounded = fl_memory_new(fl_tensor_shape_size(p.model->in), sizeof *rounded);
    fl_network_export(p.network, canonical);
    fl_network_import(halves, canonical);
    fl_network_set_input(halves, fl_network_input(p.network));
    fl_network_input_floats(halves, rounded, fl_tensor_shape_size(p.model->in));
    fl_network_set_input(p.network, rounded); /* the input as bf16 has it */
    memcpy(fl_network_labels(halves), fl_network_labels(p.network), EXAMPLES * sizeof(int32_t));
    fl_network_curvature *curvature =
        fl_network_curvature_new(halves, onednn, p.model->layers, n_layers(p.model), true, NULL);
    fl_network_curvature_at(curvature, halves, NULL);
    fl_network_curvature_at(p.curvature, p.network, NULL);
    fl_network_export_of(p.network, p.v, canonical);
    fl_network_import_of(halves, canonical, v);
    fl_network_curvature_product(curvature, FL_NETWORK_HESSIAN, v, v);
    fl_network_curvature_product(p.curvature, FL_NETWORK_HESSIAN, p.v, p.v);
    fl_network_export_of(halves, v, other);
    fl_network_export_of(p.network, p.v, canonical);
    assert_true(distance(other, canonical, n) < 1e-6);
    float *const arrays[] = { canonical, other, v, rounded };
    for (size_t i = 0; i < 4; i++) free(arrays[i]);
    fl_network_curvature_free(curvature);
    fl_network_free(halves);
    close_probe(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hessians_are_the_change_of_the_gradient),
        cmocka_unit_test(matrices_are_symmetric_linear_and_of_one_sign),
        cmocka_unit_test(fisher_matrices_are_sums_over_targets),
        cmocka_unit_test(a_bf16_network_has_the_products_of_f32),
    };
    return test_run(tests, NULL, NULL);
}
