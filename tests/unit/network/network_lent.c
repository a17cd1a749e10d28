/* A curvature that works on what the network's pass left, beside one that computes all of it again: the same bits, of
 * every kind of layer on every backend.
 */
#include "support/probe.h"

#include "base/memory.h"

/* The probe's network once more, with its values kept, after a step's passes from `state`. */
static fl_network *pass(const probe *p, float *state)
{
    const probe_model *m = p->model;
    fl_network *network = fl_network_plan(p->backend, m->layers, probe_layers(m), m->in, FL_BACKEND_F32, true, NULL);
    fl_network_keep_values(network);
    fl_network_allocate(network);
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
    probe_all(check_bits);
}

/* Dense layers and tanh are planned alike on every backend; the values, 6 x (5 + 7 + 7 + 3) floats, are there once. */
static void values_are_there_once(void **state)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        float none;
        probe p = probe_open(&probe_models[0], *b);
        fl_network *network = pass(&p, &none);
        fl_network_curvature *lent =
            fl_network_curvature_new(network, *b, p.model->layers, probe_layers(p.model), true, NULL);
        size_t less = fl_network_curvature_bytes(p.curvature) - fl_network_curvature_bytes(lent);
        assert_in_range(less, 6 * (5 + 7 + 7 + 3) * sizeof(float), SIZE_MAX / 2);
        fl_network_curvature_free(lent);
        fl_network_free(network);
        probe_close(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_pass_left_gives_the_same_bits),
        cmocka_unit_test(values_are_there_once),
    };
    return test_run(tests, NULL, NULL);
}
