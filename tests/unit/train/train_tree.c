/* Sums over workers come in the order of their definition, to the bit. */
#include "support/test.h"
#include "base/memory.h"
#include "base/random.h"
#include "train/tree.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT = 37, MOST = 20 };

/* S[a,b) = S[a,m) + S[m,b), m = a + the largest power of two below b - a, as train/tree.h has it. */
static float sum_of(const float *values, size_t a, size_t b)
{
    size_t left = 1;
    if (b - a == 1) return values[a * COUNT];
    while (2 * left < b - a) left *= 2;
    return sum_of(values, a, a + left) + sum_of(values, a + left, b);
}

/* Of many sizes, so that every order rounds differently. */
static void draw(float *values, size_t n)
{
    fl_random_stream stream = fl_random_stream_start(3, "tree", 0);
    for (size_t i = 0; i < n; i++) values[i] = (float)((fl_random_uniform(&stream) - .5) * (double)(1 << (i % 13)));
}

static void a_mean_is_the_sum_of_the_tree_divided_once(void **state)
{
    static float values[MOST * COUNT], to[COUNT];
    draw(values, MOST * COUNT);
    for (size_t n = 2; n <= MOST; n++) {
        fl_arena *arena = fl_arena_new();
        fl_train_tree tree = fl_train_tree_new(arena, NULL, n, COUNT + 16);
        fl_train_tree_mean_of(&tree, values, COUNT, to);
        for (size_t i = 0; i < COUNT; i++) {
            float expected = sum_of(values + i, 0, n) / (float)n;
            assert_memory_equal(&to[i], &expected, sizeof expected);
        }
        fl_arena_free(arena);
    }
}

static double sum_of_numbers(const double *values, size_t a, size_t b)
{
    size_t left = 1;
    if (b - a == 1) return values[a];
    while (2 * left < b - a) left *= 2;
    return sum_of_numbers(values, a, a + left) + sum_of_numbers(values, a + left, b);
}

static void so_is_that_of_numbers(void **state)
{
    fl_random_stream stream = fl_random_stream_start(4, "tree", 0);
    double values[MOST];
    for (size_t i = 0; i < MOST; i++) values[i] = fl_random_uniform(&stream) * (double)(1 << (i % 13));
    for (size_t n = 2; n <= MOST; n++)
        assert_true(fl_train_tree_mean_number(values, n) == sum_of_numbers(values, 0, n) / (double)n);
}

/* -0 stays -0: nothing is added to it. */
static void of_one_worker_it_is_the_value(void **state)
{
    const float values[] = { -0.0f, 1e-45f, 3 };
    float to[3];
    fl_train_tree tree = { .workers = 1 };
    fl_train_tree_mean_of(&tree, values, 3, to);
    assert_memory_equal(to, values, sizeof values);
    assert_true(fl_train_tree_mean_number(&(double){ 0.1 }, 1) == 0.1);
}

/* One row for two, and one more each time their number doubles. */
static void rows_are_as_many_as_digits(void **state)
{
    static const size_t expected[] = { 0, 0, 1, 2, 2, 3, 3, 3, 3, 4 };
    for (size_t n = 1; n < sizeof expected / sizeof *expected; n++)
        assert_int_equal(fl_train_tree_rows(n, 1), expected[n]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mean_is_the_sum_of_the_tree_divided_once),
        cmocka_unit_test(so_is_that_of_numbers),
        cmocka_unit_test(of_one_worker_it_is_the_value),
        cmocka_unit_test(rows_are_as_many_as_digits),
    };
    return test_run(tests, NULL, NULL);
}
