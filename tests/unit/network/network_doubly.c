/* Doubly factored inputs beside the direct factor of the same layer: equal where the inputs share their left part of
 * rank one, and how far apart elsewhere. */
#include "base/memory.h"
#include "base/random.h"
#include "network/curvature.h"
#include "support/test.h"

#include <math.h>

enum { EXAMPLES = 40, C = 3, P = 4, IN = C * P, CLASSES = 3, DIRECT = (IN + 1) * (IN + 1), DOUBLY = C * C + P * P + 1 };

static const fl_layer layers[] = {
    { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = CLASSES },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

typedef struct found {
    float direct[DIRECT], doubly[DIRECT], g[CLASSES * CLASSES], same_g[CLASSES * CLASSES];
} found;

/* Both factors at one point. */
static found factors_of(const fl_backend *backend, const float *input)
{
    found f = { { 0 } };
    fl_init init = { .weights = fl_init_find("he_normal", NULL) };
    const fl_tensor_shape in = { EXAMPLES, IN, 1, 1 };
    fl_network *network = fl_network_new(backend, layers, 2, in, FL_BACKEND_F32, true, NULL);
    fl_network_init(network, &init, 1);
    fl_network_set_input(network, input);
    for (size_t i = 0; i < EXAMPLES; i++) fl_network_labels(network)[i] = (int32_t)(i % CLASSES);
    fl_network_curvature *curvature = fl_network_curvature_new(network, backend, layers, 2, true, NULL);
    fl_network_curvature_at(curvature, network, NULL);
    fl_network_curvature_factors(curvature, FL_NETWORK_FISHER_EMPIRICAL, (float *[]){ f.direct }, (float *[]){ f.g });
    assert_int_equal(fl_network_curvature_factor(curvature, 0)->channels, 0);
    fl_network_curvature_factor_doubly(curvature, IN);
    assert_int_equal(fl_network_curvature_factor(curvature, 0)->channels, 0); /* no more than that */
    fl_network_curvature_factor_doubly(curvature, IN - 1);
    assert_int_equal(fl_network_curvature_factor(curvature, 0)->channels, C);
    fl_network_curvature_factors(curvature, FL_NETWORK_FISHER_EMPIRICAL, (float *[]){ f.doubly },
                                 (float *[]){ f.same_g });
    assert_memory_equal(f.g, f.same_g, sizeof f.g);
    assert_true(f.doubly[DOUBLY - 1] == 1);
    fl_network_curvature_free(curvature);
    fl_network_free(network);
    return f;
}

/* ||K (x) Psi - A|| / ||A||, the weight's part of A. */
static double error_of(const found *f)
{
    const float *k = f->doubly, *psi = k + C * C;
    double off = 0, all = 0;
    for (size_t i = 0; i < IN; i++)
        for (size_t j = 0; j < IN; j++) {
            double a = f->direct[i * (IN + 1) + j], product = k[i / P * C + j / P] * psi[i % P * P + j % P];
            off += (a - product) * (a - product);
            all += a * a;
        }
    return sqrt(off / all);
}

static double trace_of(size_t n, size_t step, const float *m)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += m[i * step + i];
    return sum;
}

static void on_all(void (*check)(const fl_backend *backend))
{
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        if ((*b)->usable(FL_BACKEND_F32, NULL)) check(*b);
}

/* kappa psi^T of one kappa and a psi for each example: the mean of products is the product of means. */
static void check_equal(const fl_backend *backend)
{
    static const float kappa[C] = { 1, -2, 0.5f };
    float input[EXAMPLES * IN];
    fl_random_stream stream = fl_random_stream_start(2, "doubly", 0);
    for (size_t e = 0; e < EXAMPLES; e++)
        for (size_t p = 0; p < P; p++) {
            float psi = (float)fl_random_normal(&stream);
            for (size_t c = 0; c < C; c++) input[e * IN + c * P + p] = kappa[c] * psi;
        }
    found f = factors_of(backend, input);
    assert_true(error_of(&f) < 1e-5);
}

static void inputs_that_share_their_left_part_lose_nothing(void **state)
{
    on_all(check_equal);
}

/* As a ReLU leaves them. K has trace 1, and Psi what rank one keeps of A's. */
static void check_apart(const fl_backend *backend)
{
    float input[EXAMPLES * IN];
    fl_random_stream stream = fl_random_stream_start(2, "doubly", 1);
    for (size_t i = 0; i < EXAMPLES * IN; i++) input[i] = fmaxf(0, (float)fl_random_normal(&stream));
    found f = factors_of(backend, input);
    double all = trace_of(IN, IN + 1, f.direct), kept = trace_of(P, P, f.doubly + C * C) / all, error = error_of(&f);
    print_message("%s: rectified noise of %d inputs as %d x %d: rank one keeps %.3f of A's trace, and K (x) Psi is "
                  "%.3f of A away\n",
                  backend->entry.name, IN, C, P, kept, error);
    assert_close(trace_of(C, C, f.doubly), 1, 1e-5);
    assert_true(kept < 1 && kept > 1.0 / C); /* of C singular values the largest */
    assert_true(error > 0.05 && error < 1);
}

static void others_lose_what_is_told(void **state)
{
    on_all(check_apart);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_that_share_their_left_part_lose_nothing),
        cmocka_unit_test(others_lose_what_is_told),
    };
    return test_run(tests, NULL, NULL);
}
