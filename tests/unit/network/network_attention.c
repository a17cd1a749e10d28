/* Products with the curvature of attention that is next to certain of a position keep the digits of each block.
 *
 * One head looks from the second of two positions at both, by scores that are some s apart. The oracle differentiates
 * it in double by a complex step, which subtracts nothing; targets are the outputs, so that H is J^T (2 / N) J as well.
 */
#include "support/probe.h"

#include <complex.h>

enum { T = 2, D = 2, PROJECTED = 3 * D };
enum { PARAMETERS = PROJECTED * (D + 1) + D * (D + 1) };

static const probe_model model = { "certain attention",
                                   { PROBE_EXAMPLES, T, D, 1, FL_TENSOR_SEQUENCE },
                                   { { .kind = FL_LAYER_ATTENTION, .name = "a", .heads = 1 },
                                     { .kind = FL_LAYER_LAST },
                                     { .kind = FL_LAYER_MEAN_SQUARED } } };

/* q = (s, 0) but for little, k begins with the input's first number, v is the input. */
static void set_parameters(float s, float canonical[PARAMETERS])
{
    const float weight[PROJECTED * D] = { 0.5f, -0.25f, 0.75f, 0.5f, 1, 0, 0.25f, 1, 1, 0.5f, -0.5f, 1 };
    const float bias[PROJECTED] = { s, 0.5f, 0.25f, -0.5f, 0.5f, -1 }, last[D * D] = { 1, -0.5f, 0.25f, 1 };
    memset(canonical, 0, PARAMETERS * sizeof *canonical);
    memcpy(canonical, weight, sizeof weight);
    memcpy(canonical + PROJECTED * D, bias, sizeof bias);
    memcpy(canonical + PROJECTED * (D + 1), last, sizeof last);
}

/* The first position's first number is 1.5 above the second's. */
static void set_inputs(fl_network *network, float x[PROBE_EXAMPLES][T][D])
{
    for (size_t e = 0; e < PROBE_EXAMPLES; e++) {
        x[e][1][0] = 0.125f * (float)e - 0.5f;
        x[e][0][0] = x[e][1][0] + 1.5f;
        for (size_t t = 0; t < T; t++) x[e][t][1] = 0.25f * (float)(e * T + t) - 1;
    }
    fl_network_set_input(network, &x[0][0][0]);
}

/* --- the oracle --- */

static void project(const double complex *p, float x[D], double complex to[PROJECTED])
{
    for (size_t o = 0; o < PROJECTED; o++) {
        to[o] = p[PROJECTED * D + o];
        for (size_t i = 0; i < D; i++) to[o] += p[o * D + i] * (double)x[i];
    }
}

/* The outputs of an example, by the second position's part: next to nothing it has all digits, and so has what it
 * makes.
 */
static void outputs(const double complex *p, float x[T][D], double complex y[D])
{
    const double complex *last = p + PROJECTED * (D + 1);
    double complex first[PROJECTED], second[PROJECTED], difference = 0;
    project(p, x[0], first);
    project(p, x[1], second);
    for (size_t i = 0; i < D; i++) difference += second[i] * (second[D + i] - first[D + i]) / sqrt(D);
    double complex of_second = cexp(difference) / (1 + cexp(difference));
    for (size_t o = 0; o < D; o++) {
        y[o] = last[D * D + o];
        for (size_t i = 0; i < D; i++)
            y[o] += last[o * D + i] * (first[2 * D + i] + of_second * (second[2 * D + i] - first[2 * D + i]));
    }
}

/* How the outputs change along v; v NULL: with parameter `which`. */
static void along(const float *canonical, float x[T][D], const float *v, size_t which, double to[D])
{
    const double step = 1e-150;
    double complex p[PARAMETERS], y[D];
    for (size_t i = 0; i < PARAMETERS; i++)
        p[i] = (double)canonical[i] + I * step * (v ? (double)v[i] : (double)(i == which));
    outputs(p, x, y);
    for (size_t o = 0; o < D; o++) to[o] = cimag(y[o]) / step;
}

static void expected(const float *canonical, float x[PROBE_EXAMPLES][T][D], const float *v, float product[PARAMETERS])
{
    double sum[PARAMETERS] = { 0 }, r[D], one[D];
    for (size_t e = 0; e < PROBE_EXAMPLES; e++) {
        along(canonical, x[e], v, 0, r);
        for (size_t i = 0; i < PARAMETERS; i++) {
            along(canonical, x[e], NULL, i, one);
            for (size_t o = 0; o < D; o++) sum[i] += 2 * one[o] * r[o] / PROBE_EXAMPLES;
        }
    }
    for (size_t i = 0; i < PARAMETERS; i++) product[i] = (float)sum[i];
}

/* --- products --- */

static void set_targets(probe *p, const float *canonical, float x[PROBE_EXAMPLES][T][D])
{
    double complex parameters[PARAMETERS], y[D];
    for (size_t i = 0; i < PARAMETERS; i++) parameters[i] = (double)canonical[i];
    for (size_t e = 0; e < PROBE_EXAMPLES; e++) {
        outputs(parameters, x[e], y);
        for (size_t o = 0; o < D; o++) fl_network_targets(p->network)[e * D + o] = (float)creal(y[o]);
    }
}

/* Queries and keys apart from values and the last map, beside which they vanish. */
static void compare(const probe *p, const char *name, float s, const float *ours, const float *theirs)
{
    const size_t halves[] = { 2 * D * D, D * D, 2 * D, D, D * D, D };
    for (size_t b = 0, first = 0; b < sizeof halves / sizeof *halves; first += halves[b++]) {
        double off = probe_distance(ours + first, theirs + first, halves[b]);
        if (!(off < 3e-5)) probe_fail(p, "%s at scores %g: part %zu is off by %g", name, (double)s, b, off);
    }
}

static void check_at(probe *p, float s)
{
    float canonical[PARAMETERS], x[PROBE_EXAMPLES][T][D], v[PARAMETERS], ours[PARAMETERS], theirs[PARAMETERS];
    set_parameters(s, canonical);
    fl_network_import(p->network, canonical);
    set_inputs(p->network, x);
    set_targets(p, canonical, x);
    fl_network_curvature_at(p->curvature, p->network, NULL);
    fl_network_export_of(p->network, p->v, v);
    expected(canonical, x, v, theirs);
    for (fl_network_matrix m = FL_NETWORK_HESSIAN; m <= FL_NETWORK_FISHER; m++) {
        fl_network_curvature_product(p->curvature, m, p->v, p->at_v);
        fl_network_export_of(p->network, p->at_v, ours);
        compare(p, fl_network_matrix_name(m), s, ours, theirs);
    }
}

static void a_certain_position_leaves_queries_and_keys_their_digits(void **state)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        probe p = probe_open(&model, *b);
        for (float s = 1; s < 40; s *= 2) check_at(&p, s);
        probe_close(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certain_position_leaves_queries_and_keys_their_digits),
    };
    return test_run(tests, NULL, NULL);
}
