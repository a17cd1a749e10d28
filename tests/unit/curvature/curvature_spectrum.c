/* Spectra of matrices whose eigenvalues are known because they were put in: M = R D R with a reflection R = I - 2 u
 * u^T. Both ways, formed and by products alone, give them. */
#include "support/test.h"

#include "base/random.h"
#include "curvature/spectrum.h"
#include "math/eigen.h"

enum { SMALL = 40, MOST = 1500 };

typedef struct reflected {
    size_t n;
    double values[MOST], u[MOST], work[MOST];
    size_t products;
} reflected;

static void reflect(const reflected *m, double *v)
{
    double part = 0;
    for (size_t i = 0; i < m->n; i++) part += m->u[i] * v[i];
    for (size_t i = 0; i < m->n; i++) v[i] -= 2 * part * m->u[i];
}

static void apply(void *user, const float *v, float *out)
{
    reflected *m = user;
    m->products++;
    for (size_t i = 0; i < m->n; i++) m->work[i] = v[i];
    reflect(m, m->work);
    for (size_t i = 0; i < m->n; i++) m->work[i] *= m->values[i];
    reflect(m, m->work);
    for (size_t i = 0; i < m->n; i++) out[i] = (float)m->work[i];
}

/* Descending by the same factor from `largest` to `smallest`, the last one `negative` if that is not 0. */
static fl_curvature_matrix spread(reflected *m, size_t n, double largest, double smallest, double negative)
{
    fl_random_stream stream = fl_random_stream_start(7, "test", 0);
    double square = 0;
    m->n = n;
    m->products = 0;
    for (size_t i = 0; i < n; i++) {
        m->values[i] = largest * pow(smallest / largest, (double)i / (double)(n - 1));
        m->u[i] = fl_random_normal(&stream);
        square += m->u[i] * m->u[i];
    }
    for (size_t i = 0; i < n; i++) m->u[i] /= sqrt(square);
    if (negative != 0) m->values[n - 1] = negative;
    return (fl_curvature_matrix){ n, apply, m };
}

static double sum(const double *values, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++) total += values[i];
    return total;
}

static reflected known;

static int usable(void **state)
{
    fl_error error;
    if (!fl_math_eigen_usable(&error)) test_skip("%s", error.text);
    return 0;
}

static void a_formed_matrix_gives_every_eigenvalue(void **state)
{
    static double values[SMALL], vectors[SMALL * SMALL];
    fl_error error;
    fl_curvature_matrix matrix = spread(&known, SMALL, 23.85, 0.01385, -1.7);
    assert_true(fl_curvature_form(&matrix, values, vectors, &error));
    assert_close(values[0], -1.7, 1e-6);
    for (size_t i = 1; i < SMALL; i++) assert_close(values[i], known.values[SMALL - 1 - i], 1e-4);
    double length = 0;
    for (size_t i = 0; i < SMALL; i++) length += vectors[i] * vectors[i];
    assert_close(length, 1, 1e-12);
}

/* Both ends to 1e-4, the small end beside the large one as well. */
static void arpack_finds_both_ends(void **state)
{
    enum { K = 3 };
    double largest[K], smallest[K];
    static float vectors[K * MOST], out[MOST];
    fl_error error;
    fl_curvature_matrix matrix = spread(&known, 700, 23.85, 1e-3, -1.7);
    if (!fl_curvature_largest(&matrix, K, 1, largest, vectors, &error)) fail_msg("%s", error.text);
    if (!fl_curvature_smallest(&matrix, K, largest[0], 1, smallest, &error)) fail_msg("%s", error.text);
    for (size_t i = 0; i < K; i++) assert_close(largest[i], known.values[i], 1e-4);
    assert_close(smallest[0], -1.7, 1e-4);
    for (size_t i = 1; i < K; i++) assert_true(fabs(smallest[i] - known.values[699 - i]) < 1e-4 * 23.85);
    apply(&known, vectors, out);
    for (size_t i = 0; i < 700; i++) assert_true(fabs(out[i] - largest[0] * vectors[i]) < 1e-4 * largest[0]);
}

static void arpack_gives_the_same_bits_again(void **state)
{
    double once[2], again[2], other[2];
    fl_error error;
    fl_curvature_matrix matrix = spread(&known, 300, 5, 1e-3, 0);
    assert_true(fl_curvature_largest(&matrix, 2, 3, once, NULL, &error));
    assert_true(fl_curvature_largest(&matrix, 1, 4, other, NULL, &error)); /* moves ARPACK's own random numbers */
    assert_true(fl_curvature_largest(&matrix, 2, 3, again, NULL, &error));
    assert_memory_equal(once, again, sizeof once);
}

/* Gauss quadrature of k nodes is exact to the power 2k - 1: here sums over w m^p against v^T M^p v for the start v, all
 * of whose numbers have the size 1/sqrt(n). */
static void lanczos_is_a_gauss_quadrature(void **state)
{
    enum { STEPS = 6, N = 500 };
    double nodes[STEPS], weights[STEPS], moments[4] = { 0 };
    fl_curvature_matrix matrix = spread(&known, N, 4, 0.25, 0);
    assert_int_equal(fl_curvature_lanczos(&matrix, STEPS, 11, 0, nodes, weights), STEPS);
    assert_close(sum(weights, STEPS), 1, 1e-6);
    for (size_t i = 0; i < STEPS; i++)
        for (int p = 0; p < 4; p++) moments[p] += weights[i] * pow(nodes[i], p);
    static float v[N], w[N];
    fl_random_stream stream = fl_random_stream_start(11, "curvature density", 0);
    for (size_t i = 0; i < N; i++) v[i] = (fl_random_u32(&stream) & 1 ? 1.0f : -1.0f) / sqrtf(N);
    for (int p = 1; p < 4; p++) {
        apply(&known, p == 1 ? v : w, w);
        double expected = 0;
        for (size_t i = 0; i < N; i++) expected += (double)v[i] * w[i];
        assert_close(moments[p], expected, 1e-5);
    }
}

/* Run to its end it has every eigenvalue once, without ghosts. */
static void lanczos_ends_with_all_eigenvalues(void **state)
{
    double nodes[SMALL], weights[SMALL];
    fl_curvature_matrix matrix = spread(&known, 20, 8, 1, 0);
    assert_int_equal(fl_curvature_lanczos(&matrix, SMALL, 11, 0, nodes, weights), 20);
    for (size_t i = 0; i < 20; i++) assert_close(nodes[i], known.values[19 - i], 1e-4);
}

static void lanczos_ends_where_the_space_does(void **state)
{
    double nodes[SMALL], weights[SMALL];
    fl_curvature_matrix matrix = spread(&known, 200, 3, 3, 0); /* 3 I: every vector is an eigenvector */
    assert_int_equal(fl_curvature_lanczos(&matrix, SMALL, 11, 0, nodes, weights), 1);
    assert_close(nodes[0], 3, 1e-6);
}

static void hutch_sums_a_low_rank_exactly(void **state)
{
    double error;
    fl_curvature_matrix matrix = spread(&known, 900, 6, 1, 0);
    for (size_t i = 8; i < 900; i++) known.values[i] = 0;
    double trace = fl_curvature_trace(&matrix, 36, 5, &error);
    assert_close(trace, sum(known.values, 8), 1e-4);
    assert_true(error < 1e-4 * trace);
    assert_true(known.products <= 36);
}

static void hutch_knows_its_error(void **state)
{
    double error, total = 0;
    fl_curvature_matrix matrix = spread(&known, 900, 6, 1e-2, 0);
    for (uint64_t seed = 0; seed < 10; seed++) {
        double off = fl_curvature_trace(&matrix, 60, seed, &error) - sum(known.values, 900);
        total += off * off / (error * error);
    }
    assert_true(total / 10 > 0.2 && total / 10 < 4); /* the mean square of a standardised error is about 1 */
}

static const fl_curvature_request request = { .n_largest = 3,
                                              .n_smallest = 2,
                                              .n_vectors = 2,
                                              .trace_products = 120,
                                              .lanczos_starts = 2,
                                              .lanczos_steps = 60,
                                              .seed = 9 };

static void small_and_large_matrices_are_measured_alike(void **state)
{
    fl_curvature_spectrum s[2];
    fl_error error;
    const size_t n[2] = { 900, 1200 };
    for (size_t i = 0; i < 2; i++) {
        fl_curvature_matrix matrix = spread(&known, n[i], 20, 0.2, 0);
        if (!fl_curvature_measure(&matrix, &request, &s[i], &error)) fail_msg("%s", error.text);
        assert_int_equal(s[i].exact, i == 0);
        assert_int_equal(s[i].products, known.products);
        assert_close(s[i].largest[0], 20, 1e-4);
        assert_close(s[i].smallest[0], 0.2, i ? 1e-2 : 1e-4);
        assert_close(s[i].condition, 100, i ? 2e-2 : 1e-4);
        assert_close(s[i].trace, sum(known.values, n[i]), i ? 2e-2 : 1e-5);
        assert_close(s[i].condition_mean, 20 * (double)n[i] / sum(known.values, n[i]), i ? 2e-2 : 1e-4);
        assert_close(sum(s[i].weights, s[i].n_nodes), 1, 1e-6);
        fl_curvature_spectrum_free(&s[i]);
    }
}

/* 2e-4 beside 20: known to 4e-3, it tells nothing of a condition of 1e5; the next one is 0.2. */
static void what_is_not_known_of_a_large_matrix_makes_no_condition(void **state)
{
    fl_curvature_spectrum s;
    fl_error error;
    fl_curvature_matrix matrix = spread(&known, 1200, 20, 0.2, 2e-4);
    if (!fl_curvature_measure(&matrix, &request, &s, &error)) fail_msg("%s", error.text);
    assert_true(s.condition > 50 && s.condition <= 1000);
    fl_curvature_spectrum_free(&s);
    matrix = spread(&known, 900, 20, 0.2, 2e-4);
    if (!fl_curvature_measure(&matrix, &request, &s, &error)) fail_msg("%s", error.text);
    assert_close(s.condition, 1e5, 0.1);
    fl_curvature_spectrum_free(&s);
}

static void a_matrix_that_is_not_finite_is_refused(void **state)
{
    fl_curvature_spectrum s;
    fl_error error;
    const size_t n[2] = { SMALL, 1200 };
    for (size_t i = 0; i < 2; i++) {
        fl_curvature_matrix matrix = spread(&known, n[i], 20, 0.2, NAN);
        assert_false(fl_curvature_measure(&matrix, &request, &s, &error));
        assert_contains(error.text, "not finite");
        fl_curvature_spectrum_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_formed_matrix_gives_every_eigenvalue),
        cmocka_unit_test(arpack_finds_both_ends),
        cmocka_unit_test(arpack_gives_the_same_bits_again),
        cmocka_unit_test(lanczos_is_a_gauss_quadrature),
        cmocka_unit_test(lanczos_ends_with_all_eigenvalues),
        cmocka_unit_test(lanczos_ends_where_the_space_does),
        cmocka_unit_test(hutch_sums_a_low_rank_exactly),
        cmocka_unit_test(hutch_knows_its_error),
        cmocka_unit_test(small_and_large_matrices_are_measured_alike),
        cmocka_unit_test(what_is_not_known_of_a_large_matrix_makes_no_condition),
        cmocka_unit_test(a_matrix_that_is_not_finite_is_refused),
    };
    return test_run(tests, usable, NULL);
}
