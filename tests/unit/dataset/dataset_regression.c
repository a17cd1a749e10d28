/* The regression's numbers: least squares on standardised features finds 2, -3 and 1, and what is left is the noise. */
#include "dataset/dataset.h"
#include "support/test.h"

/* The least squares estimate of one coefficient from independent draws is its mean product; of 2,800 draws it lies
 * within 5 standard deviations, sqrt((4 + 9 + 1 + .01) / 2800) = 0.07, of its value. */
static void the_numbers_are_those_of_the_formula(void **state)
{
    fl_dataset *d = fl_dataset_load(fl_dataset_find("regression", NULL), NULL, NULL);
    size_t n = d->n_train + d->n_test;
    double first = 0, second = 0, mean = 0, squares[2] = { 0 }, left = 0;
    for (size_t i = 0; i < n; i++) {
        double a = (double)d->values[2 * i] / 1e5, b = (double)d->values[2 * i + 1], y = (double)d->targets[i];
        first += a * y / (double)n;
        second += b * y / (double)n;
        mean += y / (double)n;
        squares[0] += a * a / (double)n;
        squares[1] += b * b / (double)n;
        left += pow(y - (2 * a - 3 * b + 1), 2) / (double)n;
    }
    assert_true(fabs(first - 2) < 0.35 && fabs(second + 3) < 0.35 && fabs(mean - 1) < 0.35);
    for (int i = 0; i < 2; i++) assert_true(fabs(squares[i] - 1) < 5 * sqrt(2.0 / (double)n));
    assert_true(fabs(left / 0.01 - 1) < 5 * sqrt(2.0 / (double)n));
    fl_dataset_free(d);
}

/* From GCC 12 at -O3 on an AVX-512 machine. */
static void the_bytes_are_the_same_on_every_machine(void **state)
{
    fl_dataset *d = fl_dataset_load(fl_dataset_find("regression", NULL), NULL, NULL);
    assert_string_equal("1010e847a4c4de41b387065ddd8c93230c2cd9a110843f51734ba4f3d2c5345a", d->checksum);
    fl_dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_numbers_are_those_of_the_formula),
                                        cmocka_unit_test(the_bytes_are_the_same_on_every_machine) };
    return test_run(tests, NULL, NULL);
}
