/* Products with Fisher matrices against their definition: a mean over examples of a sum over the targets there can be,
 * each example in a network of its own.
 */
#include "support/probe.h"

#include "base/memory.h"

/* Each example can be looked at by itself, and its targets are few: a class, or some numbers that are 0 or 1. */
static bool can_enumerate(const probe_model *m)
{
    const fl_layer *loss = &m->layers[probe_layers(m) - 1];
    bool few = loss->kind == FL_LAYER_SIGMOID_CROSS_ENTROPY;
    few |= loss->kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY && !loss->label_smoothing && m->in.form == FL_TENSOR_IMAGE;
    for (size_t i = 0; i < probe_layers(m); i++)
        few &= m->layers[i].kind != FL_LAYER_BATCH_NORM && m->layers[i].kind != FL_LAYER_DROPOUT;
    return few;
}

/* A network for one example, at the same parameters. */
static fl_network *lone(const probe *p)
{
    fl_tensor_shape in = p->model->in;
    in.n = 1;
    fl_network *one =
        fl_network_new(p->backend, p->model->layers, probe_layers(p->model), in, FL_BACKEND_F32, true, NULL);
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
    return fl_network_n_targets(one) ? (size_t)1 << fl_network_n_targets(one) : PROBE_CLASSES;
}

/* The number of the targets that a product drew for an example: there the gradient is below 0. */
static size_t drawn(const probe *p, size_t example)
{
    size_t which = 0, n = fl_network_n_targets(p->network) / PROBE_EXAMPLES, outputs = n ? n : PROBE_CLASSES;
    const float *e = fl_network_curvature_drawn(p->curvature) + example * outputs;
    for (size_t i = 0; i < outputs; i++)
        if (e[i] < 0) which = n ? which | (size_t)1 << i : i;
    return which;
}

/* to += weight g (g . v) / PROBE_EXAMPLES, in canonical order; the weight is the probability of the targets unless
 * given. */
static void add_outer(fl_network *one, size_t which, const float *v, double weight, double *to)
{
    size_t n = fl_network_layout(one)->n_parameters;
    float *g = fl_memory_new(n, sizeof *g);
    set_targets(one, which);
    fl_network_forward(one);
    fl_network_backward(one, NULL, NULL);
    fl_network_export_of(one, fl_network_gradient(one), g);
    if (isnan(weight)) weight = exp(-fl_network_loss(one));
    double along = weight * probe_dot(g, v, n) / PROBE_EXAMPLES;
    for (size_t i = 0; i < n; i++) to[i] += along * g[i];
    free(g);
}

/* F v as a mean over examples of what the definition sums over targets. */
static void add_examples(const probe *p, fl_network_matrix matrix, const float *v, double *to)
{
    fl_network *one = lone(p);
    size_t size = fl_tensor_shape_size(fl_network_in(one));
    for (size_t e = 0; e < PROBE_EXAMPLES; e++) {
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
        double off = probe_distance(product, defined, n);
        if (!(off < 1e-5)) probe_fail(p, "%s is off by %g", fl_network_matrix_name(m), off);
        free(sum);
    }
    free(v);
    free(product);
    free(defined);
}

static void fisher_matrices_are_sums_over_targets(void **state)
{
    probe_all(check_fisher);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(fisher_matrices_are_sums_over_targets) };
    return test_run(tests, NULL, NULL);
}
