/* Products with the curvature of networks of every kind of layer, on every backend: the Hessian against differences of
 * the network's own gradient, and what is true of all matrices: symmetric, linear, of one sign.
 */
#include "support/probe.h"

#include "base/memory.h"

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
static bool has_kinks(const probe_model *m)
{
    for (size_t i = 0; i < probe_layers(m); i++)
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
    double off = probe_distance(p->at_v, p->sum, p->count);
    if (!(off < 2e-4)) probe_fail(p, "the Hessian is off by %g", off);
    free(start);
    free(sum);
}

static void hessians_are_the_change_of_the_gradient(void **state)
{
    probe_all(check_differences);
}

static void check_form(probe *p)
{
    for (int m = 0; m < FL_NETWORK_MATRICES; m++) {
        fl_network_matrix matrix = (fl_network_matrix)m;
        if (!fl_network_curvature_offers(p->curvature, matrix, NULL)) continue;
        fl_network_curvature_product(p->curvature, matrix, p->u, p->at_u);
        fl_network_curvature_product(p->curvature, matrix, p->v, p->at_v);
        double uv = probe_dot(p->u, p->at_v, p->count), vu = probe_dot(p->v, p->at_u, p->count);
        double uu = probe_dot(p->u, p->at_u, p->count), vv = probe_dot(p->v, p->at_v, p->count);
        if (!(fabs(uv - vu) < 1e-5 * (fabs(uu) + fabs(vv))))
            probe_fail(p, "%s: u.Mv is %g, v.Mu %g", fl_network_matrix_name(matrix), uv, vu);
        if (matrix != FL_NETWORK_HESSIAN && !(uu > 0 && vv > 0))
            probe_fail(p, "%s: u.Mu is %g, v.Mv %g", fl_network_matrix_name(matrix), uu, vv);
        for (size_t i = 0; i < p->count; i++) p->sum[i] = 2 * p->u[i] - p->v[i];
        fl_network_curvature_product(p->curvature, matrix, p->sum, p->sum);
        for (size_t i = 0; i < p->count; i++) p->at_u[i] = 2 * p->at_u[i] - p->at_v[i];
        double off = probe_distance(p->sum, p->at_u, p->count);
        if (!(off < 1e-5)) probe_fail(p, "%s: M(2u - v) is off by %g", fl_network_matrix_name(matrix), off);
    }
}

static void matrices_are_symmetric_linear_and_of_one_sign(void **state)
{
    probe_all(check_form);
}

/* bf16's parameters may lie otherwise, and its gradient is not compared: products are of the f32 loss. */
static void a_bf16_network_has_the_products_of_f32(void **state)
{
    const fl_backend *onednn = fl_backend_find("onednn", NULL);
    if (!onednn->usable(FL_BACKEND_BF16, NULL)) test_skip("no processor with AVX512_BF16");
    probe p = probe_open(&probe_models[PROBE_RESIDUAL], onednn);
    fl_network *halves =
        fl_network_new(onednn, p.model->layers, probe_layers(p.model), p.model->in, FL_BACKEND_BF16, true, NULL);
    size_t n = fl_network_layout(p.network)->n_parameters;
    float *canonical = fl_memory_new(n, sizeof *canonical), *other = fl_memory_new(n, sizeof *other);
    float *v = fl_memory_new(fl_network_layout(halves)->count, sizeof *v);
    float *rounded = fl_memory_new(fl_tensor_shape_size(p.model->in), sizeof *rounded);
    fl_network_export(p.network, canonical);
    fl_network_import(halves, canonical);
    fl_network_set_input(halves, fl_network_input(p.network));
    fl_network_input_floats(halves, rounded, fl_tensor_shape_size(p.model->in));
    fl_network_set_input(p.network, rounded); /* the input as bf16 has it */
    memcpy(fl_network_labels(halves), fl_network_labels(p.network), PROBE_EXAMPLES * sizeof(int32_t));
    fl_network_curvature *curvature =
        fl_network_curvature_new(halves, onednn, p.model->layers, probe_layers(p.model), true, NULL);
    fl_network_curvature_at(curvature, halves, NULL);
    fl_network_curvature_at(p.curvature, p.network, NULL);
    fl_network_export_of(p.network, p.v, canonical);
    fl_network_import_of(halves, canonical, v);
    fl_network_curvature_product(curvature, FL_NETWORK_HESSIAN, v, v);
    fl_network_curvature_product(p.curvature, FL_NETWORK_HESSIAN, p.v, p.v);
    fl_network_export_of(halves, v, other);
    fl_network_export_of(p.network, p.v, canonical);
    assert_true(probe_distance(other, canonical, n) < 1e-6);
    float *const arrays[] = { canonical, other, v, rounded };
    for (size_t i = 0; i < 4; i++) free(arrays[i]);
    fl_network_curvature_free(curvature);
    fl_network_free(halves);
    probe_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hessians_are_the_change_of_the_gradient),
        cmocka_unit_test(matrices_are_symmetric_linear_and_of_one_sign),
        cmocka_unit_test(a_bf16_network_has_the_products_of_f32),
    };
    return test_run(tests, NULL, NULL);
}
