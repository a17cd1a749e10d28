/* The noise of the quadratic workload: its moments, and the closed forms that its workload states. */
#include "dataset/dataset.h"
#include "base/exact.h"
#include "dataset/examples.h"
#include "support/test.h"

enum { N_ALL = 14000, N_TRAIN = 10000, DIMENSION = 8 };

static fl_dataset *load(double dimension, double noise)
{
    double options[] = { dimension, noise };
    return fl_dataset_load(fl_dataset_find("quadratic", NULL), options, NULL);
}

/* Within five standard errors of N(0, 1): 1/sqrt(n) for the mean, sqrt(2/n) for the variance, sqrt(24/n) for the fourth
 * moment's excess over 3. */
static void examples_are_standard_normal_times_noise(void **state)
{
    const double noise = 2.5, n = N_ALL * DIMENSION;
    fl_dataset *d = load(DIMENSION, noise);
    double sums[5] = { 0 };
    for (size_t i = 0; i < N_ALL * DIMENSION; i++) {
        double z = d->values[i] / noise;
        for (int k = 1; k <= 4; k++, z *= d->values[i] / noise) sums[k] += z / n;
    }
    assert_true(fabs(sums[1]) < 5 * sqrt(1 / n));
    assert_true(fabs(sums[2] - 1) < 5 * sqrt(2 / n));
    assert_true(fabs(sums[3]) < 5 * sqrt(15 / n));
    assert_true(fabs(sums[4] - 3) < 5 * sqrt(96 / n));
    fl_dataset_free(d);
}

static void dimensions_are_independent(void **state)
{
    fl_dataset *d = load(DIMENSION, 1);
    for (int a = 0; a < DIMENSION; a++)
        for (int b = 0; b < a; b++) {
            double product = 0;
            for (int i = 0; i < N_ALL; i++) product += d->values[i * DIMENSION + a] * d->values[i * DIMENSION + b];
            assert_true(fabs(product / N_ALL) < 5 / sqrt(N_ALL));
        }
    fl_dataset_free(d);
}

static void more_dimensions_change_no_value(void **state)
{
    fl_dataset *few = load(3, 1), *many = load(DIMENSION, 1);
    for (size_t i = 0; i < N_ALL; i++)
        assert_memory_equal(few->values + i * 3, many->values + i * DIMENSION, 3 * sizeof(float));
    assert_string_not_equal(few->checksum, many->checksum);
    fl_dataset_free(few);
    fl_dataset_free(many);
}

static void no_noise_leaves_the_optimum_itself(void **state)
{
    fl_dataset *d = load(DIMENSION, 0);
    for (size_t i = 0; i < N_ALL * DIMENSION; i++) assert_true(d->values[i] == 0);
    fl_dataset_free(d);
}

static void sizes_are_those_of_a_set_without_classes(void **state)
{
    fl_dataset *d = load(DIMENSION, 1);
    fl_dataset_splits splits;
    assert_true(fl_dataset_splits_make(&splits, d, &(fl_dataset_split){ SIZE_MAX, FL_DATASET_FROM_END, 0 }, NULL));
    assert_int_equal(10000, splits.training.count);
    assert_int_equal(2000, splits.validation.count);
    assert_int_equal(2000, splits.test.count);
    assert_int_equal(DIMENSION, d->shape.c);
    assert_int_equal(0, d->n_classes);
    assert_null(d->labels);
    assert_null(d->pixels);
    fl_dataset_splits_free(&splits);
    fl_dataset_free(d);
}

static double curvature(int i)
{
    return 10 / 1000.0 * fl_exact_pow(1000, i / (DIMENSION - 1.0));
}

/* E loss(theta) = 1/2 sum_i c_i (theta_i^2 + s^2), within five standard errors of the mean over all examples; the
 * variance of c/2 (theta - x)^2 is c^2 (theta^2 s^2 + s^4 / 2). */
static void the_mean_loss_has_its_closed_form(void **state)
{
    const double theta = 0.7, s = 1.5;
    fl_dataset *d = load(DIMENSION, s);
    double measured = 0, expected = 0, variance = 0;
    for (int k = 0; k < DIMENSION; k++) {
        double c = curvature(k);
        for (int i = 0; i < N_ALL; i++) measured += c / 2 * pow(theta - d->values[i * DIMENSION + k], 2) / N_ALL;
        expected += c / 2 * (theta * theta + s * s);
        variance += c * c * (theta * theta * s * s + pow(s, 4) / 2);
    }
    assert_true(fabs(measured - expected) < 5 * sqrt(variance / N_ALL));
    fl_dataset_free(d);
}

/* One SGD run over batches of 64: theta of dimension k at the end. */
static double descend(const fl_dataset_examples *examples, int k, double rate, int steps, uint64_t seed)
{
    static float batch[64 * DIMENSION];
    static int32_t none[64];
    double theta = 1;
    fl_dataset_order order;
    fl_dataset_order_start(&order, examples->count, 64, seed);
    for (int t = 0; t < steps; t++) {
        size_t first = fl_dataset_order_batch(&order, (uint64_t)t);
        fl_dataset_examples_gather(examples, order.order, first, 64, (fl_dataset_input){ FL_BACKEND_F32, batch }, none);
        double mean = 0;
        for (int i = 0; i < 64; i++) mean += batch[i * DIMENSION + k] / 64.0;
        theta -= rate * curvature(k) * (theta - mean);
    }
    fl_dataset_order_free(&order);
    return theta;
}

/* E theta_t = (1 - eta c)^t, up to the training examples' own mean, which replaces 0; over 50 seeds, within five
 * standard errors from the stated variance. */
static void sgd_follows_its_expected_path(void **state)
{
    enum { RUNS = 50, STEPS = 30 };
    const double rate = 0.02;
    fl_dataset *d = load(DIMENSION, 1);
    fl_dataset_splits splits;
    assert_true(fl_dataset_splits_make(&splits, d, &(fl_dataset_split){ SIZE_MAX, FL_DATASET_FROM_END, 0 }, NULL));
    for (int k = 0; k < DIMENSION; k++) {
        double end = 0, centre = 0, step = rate * curvature(k), decay = pow(1 - step, STEPS);
        for (uint64_t seed = 0; seed < RUNS; seed++) end += descend(&splits.training, k, rate, STEPS, seed) / RUNS;
        for (int i = 0; i < N_TRAIN; i++) centre += d->values[i * DIMENSION + k] / N_TRAIN;
        double variance = step * step / 64 * (1 - decay * decay) / (1 - (1 - step) * (1 - step));
        assert_true(fabs(end - centre - decay * (1 - centre)) < 5 * sqrt(variance / RUNS));
    }
    fl_dataset_splits_free(&splits);
    fl_dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_are_standard_normal_times_noise),
        cmocka_unit_test(dimensions_are_independent),
        cmocka_unit_test(more_dimensions_change_no_value),
        cmocka_unit_test(no_noise_leaves_the_optimum_itself),
        cmocka_unit_test(sizes_are_those_of_a_set_without_classes),
        cmocka_unit_test(the_mean_loss_has_its_closed_form),
        cmocka_unit_test(sgd_follows_its_expected_path),
    };
    return test_run(tests, NULL, NULL);
}
