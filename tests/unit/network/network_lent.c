/* A curvature that works on what the network's pass left, beside one that computes all of it again: the same bits, of
 * every kind of layer on every backend.
 */
#include "support/probe.h"

#include "base/memory.h"

/* ReLUs that backends fuse; behind a batch norm too. */
static const probe_model with_relu = {
    "fused ReLUs",
    { PROBE_EXAMPLES, 2, 6, 6 },
    { { .kind = FL_LAYER_CONVOLUTION, .name = "c", .n_out = 8, .kernel = 3 },
      { .kind = FL_LAYER_RELU },
      { .kind = FL_LAYER_CONVOLUTION, .name = "e", .n_out = 4, .kernel = 3, .no_bias = true },
      { .kind = FL_LAYER_BATCH_NORM, .name = "b" },
      { .kind = FL_LAYER_RELU },
      { .kind = FL_LAYER_FLATTEN },
      { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 16 },
      { .kind = FL_LAYER_RELU },
      { .kind = FL_LAYER_DENSE, .name = "d", .n_out = PROBE_CLASSES },
      { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY } },
};
static const probe_model rows_with_relu = {
    "fused ReLUs of rows",
    { PROBE_EXAMPLES, 32, 1, 1 },
    { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 48 },
      { .kind = FL_LAYER_RELU },
      { .kind = FL_LAYER_DENSE, .name = "b", .n_out = 16, .no_bias = true },
      { .kind = FL_LAYER_RELU },
      { .kind = FL_LAYER_DENSE, .name = "c", .n_out = PROBE_CLASSES },
      { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY } },
};

/* The probe's network once more, with its values kept, after a step's passes from `state`. */
static fl_network *pass(const probe *p, float *state)
{
    const probe_model *m = p->model;
    fl_network *network = fl_network_plan(p->backend, m->layers, probe_layers(m), m->in, FL_BACKEND_F32, true, NULL);
    fl_network_keep_values(network);
    fl_network_allocate(network, NULL);
    memcpy(fl_network_parameters(network), fl_network_parameters(p->network), p->count * sizeof(float));
    fl_network_refresh(network, 0, p->count);
    fl_network_set_moment(network, fl_network_moment(p->network));
    memcpy(fl_network_input(network), fl_network_input(p->network), fl_tensor_shape_size(m->in) * sizeof(float));
    memcpy(fl_network_labels(network), fl_network_labels(p->network), fl_network_n_losses(network) * sizeof(int32_t));
    if (fl_network_targets(network))
        memcpy(fl_network_targets(network), fl_network_targets(p->network),
               fl_network_n_targets(network) * sizeof(float));
    size_t bytes = fl_network_state_layout(network)->count * sizeof(float);
    memcpy(fl_network_state(network), fl_network_state(p->network), bytes);
    memcpy(state, fl_network_state(network), bytes);
    fl_network_forward(network);
    fl_network_backward(network, NULL, NULL);
    return network;
}

static void compare_products(const probe *p, fl_network_curvature *lent)
{
    for (int m = 0; m < FL_NETWORK_MATRICES; m++) {
        fl_network_matrix matrix = (fl_network_matrix)m;
        if (!fl_network_curvature_offers(lent, matrix, NULL)) continue;
        fl_network_curvature_product(p->curvature, matrix, p->v, p->at_u);
        fl_network_curvature_product(lent, matrix, p->v, p->at_v);
        if (memcmp(p->at_u, p->at_v, p->count * sizeof(float)))
            probe_fail(p, "%s: other products of a pass's values", fl_network_matrix_name(matrix));
    }
}

/* A and G of all blocks behind each other; returns how many floats. */
static size_t factors_of(fl_network_curvature *curvature, float *to)
{
    enum { MOST = 32 };
    float *a[MOST], *g[MOST];
    size_t n = 0;
    assert_true(fl_network_curvature_n_factors(curvature) <= MOST);
    for (size_t i = 0; i < fl_network_curvature_n_factors(curvature); i++) {
        const fl_network_factor *f = fl_network_curvature_factor(curvature, i);
        size_t in = f->in + f->has_bias;
        a[i] = to ? to + n : NULL;
        g[i] = to ? to + n + in * in : NULL;
        n += in * in + f->out * f->out;
    }
    if (to) fl_network_curvature_factors(curvature, FL_NETWORK_FISHER_SAMPLED, a, g);
    return n;
}

static void compare_factors(const probe *p, fl_network_curvature *lent)
{
    if (!fl_network_curvature_offers(lent, FL_NETWORK_FISHER_SAMPLED, NULL)) return;
    size_t n = factors_of(lent, NULL);
    float *one = fl_memory_new(n, sizeof *one), *other = fl_memory_new(n, sizeof *other);
    factors_of(p->curvature, one);
    factors_of(lent, other);
    if (memcmp(one, other, n * sizeof *one)) probe_fail(p, "other factors of a pass's values");
    free(one);
    free(other);
}

/* Of the pass; and of a pass of its own, which works on the same memory. */
static void check_bits(probe *p)
{
    float *state = fl_memory_new(fl_network_state_layout(p->network)->count + 1, sizeof *state);
    fl_network *network = pass(p, state);
    fl_network_curvature *lent =
        fl_network_curvature_new(network, p->backend, p->model->layers, probe_layers(p->model), true, NULL);
    double loss = fl_network_curvature_at(p->curvature, p->network, NULL);
    for (int again = 0; again < 2; again++) {
        double found = (again ? fl_network_curvature_at : fl_network_curvature_at_pass)(lent, network, state);
        if (!(found == loss)) probe_fail(p, "the loss is %.9g, and %.9g of a pass's values", loss, found);
        compare_products(p, lent);
        compare_factors(p, lent);
    }
    fl_network_curvature_free(lent);
    fl_network_free(network);
    free(state);
}

static void what_a_pass_left_gives_the_same_bits(void **state)
{
    const probe_model *const models[] = { &with_relu, &rows_with_relu };
    probe_all(check_bits);
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        for (size_t i = 0; (*b)->usable(FL_BACKEND_F32, NULL) && i < 2; i++) {
            probe p = probe_open(models[i], *b);
            check_bits(&p);
            probe_close(&p);
        }
}

/* How much smaller a curvature is that is lent its values. */
static size_t saved(const probe_model *m, const fl_backend *backend)
{
    probe p = probe_open(m, backend);
    float *state = fl_memory_new(fl_network_state_layout(p.network)->count + 1, sizeof *state);
    fl_network *network = pass(&p, state);
    fl_network_curvature *lent = fl_network_curvature_new(network, backend, m->layers, probe_layers(m), true, NULL);
    size_t less = fl_network_curvature_bytes(p.curvature) - fl_network_curvature_bytes(lent);
    fl_network_curvature_free(lent);
    fl_network_free(network);
    free(state);
    probe_close(&p);
    return less;
}

/* Dense layers are planned alike on every backend, and without layouts of its own a backend plans all alike. What is
 * there once: 6 x (5 + 7 + 7 + 3) floats of the first model; of the others inputs and outputs of ReLUs that are fused,
 * 6 x (32 + 48 + 16) and 6 x (72 + 128 + 16 + 16). Naive's curvature sums in double and so has values of its own. */
static void values_are_there_once(void **state)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        if (b == fl_backends()) {
            assert_int_equal(saved(&rows_with_relu, *b), 0);
            continue;
        }
        assert_in_range(saved(&probe_models[0], *b), 6 * (5 + 7 + 7 + 3) * sizeof(float), SIZE_MAX / 2);
        assert_in_range(saved(&rows_with_relu, *b), 6 * (32 + 48 + 16) * sizeof(float), SIZE_MAX / 2);
        if (!(*b)->canonical) continue;
        assert_in_range(saved(&with_relu, *b), 6 * (72 + 128 + 16 + 16) * sizeof(float), SIZE_MAX / 2);
    }
}

/* Of the first model what a tanh reads, 6 x 7 floats, would else give its memory to a gradient; at most all values do,
 * in whole lines of 16. */
static void kept_values_are_counted(void **state)
{
    const probe_model *m = &probe_models[0];
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        double missing[2];
        size_t taken[2];
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        for (int keeps = 0; keeps < 2; keeps++) {
            fl_network *n = fl_network_plan(*b, m->layers, probe_layers(m), m->in, FL_BACKEND_F32, true, NULL);
            if (keeps) fl_network_keep_values(n);
            missing[keeps] = fl_network_missing_bytes(n);
            fl_network_allocate(n, NULL);
            taken[keeps] = fl_network_working_bytes(n);
            fl_network_free(n);
        }
        assert_in_range(taken[1] - taken[0], 6 * 7 * sizeof(float), (48 + 48 + 32) * sizeof(float));
        assert_true(missing[1] - missing[0] == (double)(taken[1] - taken[0]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_pass_left_gives_the_same_bits),
        cmocka_unit_test(values_are_there_once),
        cmocka_unit_test(kept_values_are_counted),
    };
    return test_run(tests, NULL, NULL);
}
