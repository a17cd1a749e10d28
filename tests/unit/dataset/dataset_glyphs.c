/* The generated drawings: the same bytes everywhere, balanced, and hard enough to tell models apart. */
#include "dataset/examples.h"
#include "support/test.h"

enum { N_CLASSES = 10, N_PIXELS = 784, N_FIT = 10000, N_VALIDATION = 2000 };

static fl_dataset *glyphs;

static int load(void **state)
{
    glyphs = fl_dataset_load(fl_dataset_find("glyphs", NULL), NULL, NULL);
    return glyphs ? 0 : -1;
}

static int unload(void **state)
{
    fl_dataset_free(glyphs);
    return 0;
}

/* From GCC 12 at -O0, -O2, -O3, and -O3 -march=native on an AVX-512 machine; all the same. A change of the generator is
 * a new data set: records made before it are not comparable. */
static void the_bytes_are_the_same_on_every_machine(void **state)
{
    assert_string_equal("1ef2d926fb866b3eac968280e48b094d3f1541f58ab99d2bbaabd80d61f236f2", glyphs->checksum);
}

static void sizes_are_those_of_the_contract(void **state)
{
    fl_dataset_splits splits;
    assert_true(fl_dataset_splits_make(&splits, glyphs, &(fl_dataset_split){ SIZE_MAX, FL_DATASET_FROM_END, 0 }, NULL));
    assert_int_equal(10000, splits.training.count);
    assert_int_equal(2000, splits.validation.count);
    assert_int_equal(2000, splits.test.count);
    assert_int_equal(N_PIXELS, glyphs->shape.c * glyphs->shape.h * glyphs->shape.w);
    fl_dataset_splits_free(&splits);
}

static void assert_balanced(const fl_dataset_examples *examples)
{
    size_t counts[N_CLASSES] = { 0 };
    for (size_t i = 0; i < examples->count; i++) counts[glyphs->labels[examples->index[i]]]++;
    for (int c = 0; c < N_CLASSES; c++) assert_int_equal(examples->count / N_CLASSES, counts[c]);
}

static void every_split_from_an_end_is_balanced(void **state)
{
    for (fl_dataset_split_from from = FL_DATASET_FROM_END; from <= FL_DATASET_FROM_START; from++) {
        fl_dataset_splits splits;
        assert_true(fl_dataset_splits_make(&splits, glyphs, &(fl_dataset_split){ SIZE_MAX, from, 0 }, NULL));
        assert_balanced(&splits.training);
        assert_balanced(&splits.validation);
        assert_balanced(&splits.test);
        fl_dataset_splits_free(&splits);
    }
}

static void no_two_examples_are_alike(void **state)
{
    for (size_t i = 1; i < 200; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(glyphs->pixels + i * N_PIXELS, glyphs->pixels + j * N_PIXELS, N_PIXELS);
}

static int nearest(const double centroids[N_CLASSES][N_PIXELS], const uint8_t *pixels)
{
    int best = 0;
    double least = HUGE_VAL;
    for (int c = 0; c < N_CLASSES; c++) {
        double distance2 = 0;
        for (int q = 0; q < N_PIXELS; q++) distance2 += (pixels[q] - centroids[c][q]) * (pixels[q] - centroids[c][q]);
        if (distance2 < least) best = c;
        if (distance2 < least) least = distance2;
    }
    return best;
}

/* 987 of 2,000, as NumPy 1.24 counts on the same bytes; guessing would be wrong 1,800 times. */
static void the_nearest_centroid_is_wrong_for_half_of_the_validation_set(void **state)
{
    static double centroids[N_CLASSES][N_PIXELS];
    for (size_t i = 0; i < N_FIT; i++)
        for (size_t q = 0; q < N_PIXELS; q++)
            centroids[glyphs->labels[i]][q] += glyphs->pixels[i * N_PIXELS + q] * (10.0 / N_FIT);
    int wrong = 0;
    for (size_t i = N_FIT; i < N_FIT + N_VALIDATION; i++)
        wrong += nearest(centroids, glyphs->pixels + i * N_PIXELS) != glyphs->labels[i];
    assert_int_equal(987, wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_are_the_same_on_every_machine),
        cmocka_unit_test(sizes_are_those_of_the_contract),
        cmocka_unit_test(every_split_from_an_end_is_balanced),
        cmocka_unit_test(no_two_examples_are_alike),
        cmocka_unit_test(the_nearest_centroid_is_wrong_for_half_of_the_validation_set),
    };
    return test_run(tests, load, unload);
}
