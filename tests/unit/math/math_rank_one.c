/* The part of rank one beside LAPACK's singular value decomposition of the same matrix. */
#include "base/random.h"
#include "math/dense.h"
#include "math/rank_one.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

enum { MOST = 256 * 36, WORK = 1 << 16 };

/* OpenBLAS's own; it reads columns, so that our matrix is its transpose. */
void sgesvd_(const char *u, const char *vt, const int *m, const int *n, float *a, const int *lda, float *s, float *us,
             const int *ldu, float *vts, const int *ldvt, float *work, const int *n_work, int *info, size_t, size_t)
    __attribute__((weak));

static double square(size_t n, const float *v)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)v[i] * (double)v[i];
    return sum;
}

/* ||M - left right^T||^2 */
static double residual(size_t rows, size_t columns, const float *m, const float *left, const float *right)
{
    double sum = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double off = (double)m[i * columns + j] - (double)left[i] * (double)right[j];
            sum += off * off;
        }
    return sum;
}

/* The singular values, the largest first, of `columns` x `rows` in LAPACK's eyes. */
static void singular_values(size_t rows, size_t columns, const float *m, float *s)
{
    static float copy[MOST], work[WORK], none[1];
    int wide = (int)columns, high = (int)rows, n_work = WORK, one = 1, info = 1;
    memcpy(copy, m, rows * columns * sizeof *copy);
    sgesvd_("N", "N", &wide, &high, copy, &wide, s, none, &one, none, &one, work, &n_work, &info, 1, 1);
    assert_int_equal(info, 0);
}

/* Eckart and Young 1936: nothing of rank one is closer, and what is left are the other singular values. */
static void it_is_the_best_there_is(void **state)
{
    static const size_t shapes[][2] = { { 1, 1 }, { 1, 9 }, { 9, 1 }, { 4, 5 }, { 28, 28 }, { 96, 96 }, { 256, 36 } };
    static float m[MOST], left[256], right[256], s[256];
    fl_random_stream stream = fl_random_stream_start(4, "rank one", 0);
    if (!fl_math_usable(NULL) || !sgesvd_) test_skip("there is no LAPACK");
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        size_t rows = shapes[k][0], columns = shapes[k][1], n = rows < columns ? rows : columns;
        for (size_t i = 0; i < rows * columns; i++) m[i] = fmaxf(0, (float)fl_random_normal(&stream)) + (i % 7 == 0);
        singular_values(rows, columns, m, s);
        fl_math_rank_one(rows, columns, m, left, right);
        double others = square(n, s) - (double)s[0] * (double)s[0];
        assert_close(square(rows, left), 1, 1e-5);
        assert_close(sqrt(square(columns, right)), s[0], 1e-5);
        assert_true(residual(rows, columns, m, left, right) <= others * (1 + 1e-4) + 1e-9);
    }
}

/* Two singular values as good as alike: the plane is right where the direction cannot be. */
static void close_singular_values_do_no_harm(void **state)
{
    const float m[] = { 1, 0, 0, 1.0001f };
    float left[2], right[2];
    fl_math_rank_one(2, 2, m, left, right);
    assert_true(residual(2, 2, m, left, right) < 1.001);
}

static void a_matrix_of_rank_one_is_itself(void **state)
{
    static const float u[] = { 0.5f, -1.5f, 2 }, v[] = { 3, 0, -0.25f, 1 };
    float m[12], left[3], right[4];
    for (size_t i = 0; i < 12; i++) m[i] = u[i / 4] * v[i % 4];
    fl_math_rank_one(3, 4, m, left, right);
    for (size_t i = 0; i < 12; i++) assert_true(fabsf(left[i / 4] * right[i % 4] - m[i]) < 1e-6f);
    assert_close(square(3, left), 1, 1e-6);
}

static void zeros_have_zeros(void **state)
{
    const float m[6] = { 0 };
    float left[2] = { 9, 9 }, right[3] = { 9, 9, 9 };
    fl_math_rank_one(2, 3, m, left, right);
    assert_true(square(2, left) == 0);
    assert_true(square(3, right) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_best_there_is),
        cmocka_unit_test(close_singular_values_do_no_harm),
        cmocka_unit_test(a_matrix_of_rank_one_is_itself),
        cmocka_unit_test(zeros_have_zeros),
    };
    return test_run(tests, NULL, NULL);
}
