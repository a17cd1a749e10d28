/* Products with curvature keep their digits where outputs are large, and where they are all but certain of a target.
 *
 * The weights are 0, so that the outputs z are the biases to the last digit. Each row's matrix is written down in
 * double, with what is next to 1 as what is missing of it: p_j p_i (r_j - r_i), s(z) s(-z).
 */
#include "support/probe.h"

#include "base/memory.h"
#include "base/random.h"

enum { INPUTS = 4, OUTPUTS = 3, PARAMETERS = OUTPUTS * (INPUTS + 1) };

static const double pi = 3.14159265358979323846;

/* A loss in double: its second derivative times r; the gradient of a row's loss by drawn targets or true ones. */
typedef struct loss {
    fl_layer_kind kind;
    double outputs[OUTPUTS];
    void (*second)(const double *z, const double *r, double *to);
    void (*residual)(const double *z, size_t row, bool drawn, double *e);
} loss;

/* Draw `i` of the moment that a probe has. */
static double draw(const char *purpose, size_t i)
{
    uint32_t bits;
    const fl_random_stream stream = fl_random_stream_start(1, purpose, 2);
    fl_random_u32s(&stream, i, &bits, 1);
    return bits * 0x1p-32;
}

/* --- softmax cross-entropy; the first class is certain, and true --- */

static void probabilities(const double *z, double *p)
{
    double sum = 0;
    for (size_t j = 0; j < OUTPUTS; j++) sum += exp(z[j] - z[0]);
    for (size_t j = 0; j < OUTPUTS; j++) p[j] = exp(z[j] - z[0]) / sum;
}

static void softmax_second(const double *z, const double *r, double *to)
{
    double p[OUTPUTS];
    probabilities(z, p);
    for (size_t j = 0; j < OUTPUTS; j++) {
        to[j] = 0;
        for (size_t i = 0; i < OUTPUTS; i++) to[j] += p[j] * p[i] * (r[j] - r[i]);
    }
}

static void softmax_residual(const double *z, size_t row, bool drawn, double *e)
{
    size_t label = 0;
    probabilities(z, e);
    if (drawn)
        for (double left = draw("targets", row); label + 1 < OUTPUTS && (left -= e[label]) >= 0;) label++;
    e[label] = 0;
    for (size_t j = 0; j < OUTPUTS; j++)
        if (j != label) e[label] -= e[j];
}

/* --- sigmoid cross-entropy; the likely target is the true one --- */

static double sigmoid(double z)
{
    return 1 / (1 + exp(-z));
}

static void sigmoid_second(const double *z, const double *r, double *to)
{
    for (size_t k = 0; k < OUTPUTS; k++) to[k] = sigmoid(z[k]) * sigmoid(-z[k]) * r[k];
}

static void sigmoid_residual(const double *z, size_t row, bool drawn, double *e)
{
    for (size_t k = 0; k < OUTPUTS; k++) {
        bool one = drawn ? draw("targets", row * OUTPUTS + k) < sigmoid(z[k]) : z[k] > 0;
        e[k] = one ? -sigmoid(-z[k]) : sigmoid(z[k]);
    }
}

/* --- squared error; the true targets are the outputs' distance of 1 away --- */

static void squared_second(const double *z, const double *r, double *to)
{
    for (size_t k = 0; k < OUTPUTS; k++) to[k] = 2 * r[k];
}

/* A target drawn is z + normal / sqrt(2). */
static void squared_residual(const double *z, size_t row, bool drawn, double *e)
{
    for (size_t k = 0; k < OUTPUTS; k++) {
        size_t i = row * OUTPUTS + k;
        double normal = sqrt(-2 * log(draw("target sizes", i) + 0x1p-33)) * cos(2 * pi * draw("targets", i));
        e[k] = drawn ? -sqrt(2) * normal : 2;
    }
}

/* --- products --- */

/* The probe at parameters whose biases are the outputs, with their true targets. */
static void set_outputs(probe *p, const loss *of, const float z[OUTPUTS])
{
    float canonical[PARAMETERS] = { 0 };
    memcpy(canonical + OUTPUTS * INPUTS, z, OUTPUTS * sizeof *z);
    fl_network_import(p->network, canonical);
    memset(fl_network_labels(p->network), 0, fl_network_n_losses(p->network) * sizeof(int32_t));
    for (size_t i = 0; i < fl_network_n_targets(p->network); i++)
        fl_network_targets(p->network)[i] =
            of->kind == FL_LAYER_MEAN_SQUARED ? z[i % OUTPUTS] - 1 : (float)(z[i % OUTPUTS] > 0);
    fl_network_curvature_at(p->curvature, p->network, NULL);
}

/* What the row's matrix makes of the tangents r of its outputs. */
static void apply(const loss *of, fl_network_matrix matrix, const double *z, size_t row, const double *r, double *to)
{
    double e[OUTPUTS], along = 0;
    if (matrix < FL_NETWORK_FISHER_SAMPLED) {
        of->second(z, r, to);
        return;
    }
    of->residual(z, row, matrix == FL_NETWORK_FISHER_SAMPLED, e);
    for (size_t k = 0; k < OUTPUTS; k++) along += e[k] * r[k];
    for (size_t k = 0; k < OUTPUTS; k++) to[k] = e[k] * along;
}

static void expected(const probe *p, const loss *of, fl_network_matrix matrix, const float *z, float *product)
{
    float v[PARAMETERS];
    double sum[PARAMETERS] = { 0 }, outputs[OUTPUTS], r[OUTPUTS], d[OUTPUTS];
    fl_network_export_of(p->network, p->v, v);
    for (size_t k = 0; k < OUTPUTS; k++) outputs[k] = z[k];
    for (size_t row = 0; row < PROBE_EXAMPLES; row++) {
        const float *x = (const float *)fl_network_input(p->network) + row * INPUTS;
        for (size_t k = 0; k < OUTPUTS; k++) r[k] = v[OUTPUTS * INPUTS + k] + probe_dot(v + k * INPUTS, x, INPUTS);
        apply(of, matrix, outputs, row, r, d);
        for (size_t k = 0; k < OUTPUTS; k++) {
            for (size_t i = 0; i < INPUTS; i++) sum[k * INPUTS + i] += d[k] * x[i] / PROBE_EXAMPLES;
            sum[OUTPUTS * INPUTS + k] += d[k] / PROBE_EXAMPLES;
        }
    }
    for (size_t i = 0; i < PARAMETERS; i++) product[i] = (float)sum[i];
}

static void compare(probe *p, const loss *of, const float z[OUTPUTS])
{
    float ours[PARAMETERS], theirs[PARAMETERS];
    set_outputs(p, of, z);
    for (int m = 0; m < FL_NETWORK_MATRICES; m++) {
        fl_network_matrix matrix = (fl_network_matrix)m;
        fl_network_curvature_product(p->curvature, matrix, p->v, p->at_v);
        fl_network_export_of(p->network, p->at_v, ours);
        expected(p, of, matrix, z, theirs);
        double off = probe_distance(ours, theirs, PARAMETERS);
        if (!(off < 3e-6))
            probe_fail(p, "%s at outputs %g, %g, %g is off by %g", fl_network_matrix_name(matrix), (double)z[0],
                       (double)z[1], (double)z[2], off);
    }
}

/* At `outputs` times each factor, which no longer are round numbers. */
static void compare_at(const loss *of, const double *factors, size_t n)
{
    const probe_model model = { "a dense layer",
                                { PROBE_EXAMPLES, INPUTS, 1, 1 },
                                { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = OUTPUTS }, { .kind = of->kind } } };
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        probe p = probe_open(&model, *b);
        for (size_t f = 0; f < n; f++) {
            float z[OUTPUTS];
            for (size_t k = 0; k < OUTPUTS; k++) z[k] = (float)(of->outputs[k] * factors[f]);
            compare(&p, of, z);
        }
        probe_close(&p);
    }
}

static const double certain[] = { 0.1, 10, 20.3, 30.1, 40.7 }; /* what lies between the outputs */

static void a_certain_class_leaves_its_digits(void **state)
{
    const loss of = { FL_LAYER_SOFTMAX_CROSS_ENTROPY, { 0.6, -0.4, -0.43 }, softmax_second, softmax_residual };
    compare_at(&of, certain, sizeof certain / sizeof *certain);
}

static void a_certain_bit_leaves_its_digits(void **state)
{
    const loss of = { FL_LAYER_SIGMOID_CROSS_ENTROPY, { 1, -1.01, 1.02 }, sigmoid_second, sigmoid_residual };
    compare_at(&of, certain, sizeof certain / sizeof *certain);
}

static void large_outputs_leave_drawn_targets_their_digits(void **state)
{
    const double factors[] = { 1, 3e2, 3e4, 1e6 };
    const loss of = { FL_LAYER_MEAN_SQUARED, { 1, -0.7, 0.3 }, squared_second, squared_residual };
    compare_at(&of, factors, sizeof factors / sizeof *factors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certain_class_leaves_its_digits),
        cmocka_unit_test(a_certain_bit_leaves_its_digits),
        cmocka_unit_test(large_outputs_leave_drawn_targets_their_digits),
    };
    return test_run(tests, NULL, NULL);
}
