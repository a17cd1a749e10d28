/* Fashion-MNIST and MNIST themselves; skipped where FAIRLEAD_DATA is not set. */
#include "dataset/examples.h"
#include "support/test.h"

typedef struct known {
    const char *name;
    size_t n_of_class[10]; /* in the training file */
    uint8_t first_label;
    double mean, deviation; /* of pixel / 255 over the training file, to four digits */
} known;

/* Class counts: 6,000 each (Xiao et al. 2017); LeCun's MNIST by its label file. Mean and deviation: the constants that
 * PyTorch's examples normalise with. First labels: an ankle boot, a five. */
static const known sets[] = {
    { "fashion-mnist", { 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000 }, 9, 0.2860, 0.3530 },
    { "mnist", { 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 }, 5, 0.1307, 0.3081 },
};

static fl_dataset *load(const known *set)
{
    fl_error error;
    fl_dataset *dataset = fl_dataset_load(fl_dataset_find(set->name, NULL), NULL, &error);
    if (!dataset) fail_msg("%s", error.text);
    return dataset;
}

static void assert_split(const fl_dataset *dataset)
{
    fl_dataset_splits splits;
    assert_true(
        fl_dataset_splits_make(&splits, dataset, &(fl_dataset_split){ SIZE_MAX, FL_DATASET_FROM_END, 0 }, NULL));
    assert_int_equal(55000, splits.training.count);
    assert_int_equal(5000, splits.validation.count);
    assert_int_equal(10000, splits.test.count);
    assert_int_equal(55000, splits.validation.index[0]);
    assert_int_equal(60000, splits.test.index[0]);
    fl_dataset_splits_free(&splits);
}

static void assert_labels(const fl_dataset *dataset, const known *set)
{
    size_t counts[10] = { 0 };
    for (size_t i = 0; i < dataset->n_train; i++) counts[dataset->labels[i]]++;
    for (int c = 0; c < 10; c++) assert_int_equal(set->n_of_class[c], counts[c]);
    assert_int_equal(set->first_label, dataset->labels[0]);
}

static void assert_moments(const fl_dataset *dataset, const known *set)
{
    double sum = 0, squares = 0, n = (double)dataset->n_train * 784;
    for (size_t i = 0; i < dataset->n_train * 784; i++) {
        double value = dataset->pixels[i] / 255.0;
        sum += value;
        squares += value * value;
    }
    assert_true(fabs(sum / n - set->mean) < 5e-5);
    assert_true(fabs(sqrt(squares / n - sum / n * sum / n) - set->deviation) < 5e-5);
}

static void the_sets_are_what_is_known_of_them(void **state)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        fl_dataset *dataset = load(&sets[i]);
        assert_split(dataset);
        assert_labels(dataset, &sets[i]);
        assert_moments(dataset, &sets[i]);
        fl_dataset_free(dataset);
    }
}

int main(void)
{
    if (!getenv("FAIRLEAD_DATA")) {
        return test_skip_all("FAIRLEAD_DATA names no folder with fashion-mnist and mnist");
    }
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_sets_are_what_is_known_of_them) };
    return test_run(tests, NULL, NULL);
}
