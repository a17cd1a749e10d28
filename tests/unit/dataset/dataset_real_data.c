/* The data sets themselves; each is skipped where FAIRLEAD_DATA does not lead to it. */
#include "dataset/examples.h"
#include "support/test.h"

typedef struct known {
    const char *name;
    size_t n_of_class[10]; /* in the training file */
    int32_t first_label;
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

static fl_dataset *load_or_skip(const char *name)
{
    fl_error error;
    char folder[FL_FILE_PATH_MAX];
    const fl_dataset_kind *kind = fl_dataset_find(name, NULL);
    if (!fl_dataset_folder(kind, folder, &error)) test_skip("%s", error.text);
    fl_dataset *dataset = fl_dataset_load(kind, NULL, &error);
    if (!dataset) fail_msg("%s", error.text);
    assert_int_equal(kind->n_train, dataset->n_train);
    assert_int_equal(kind->n_test, dataset->n_test);
    assert_int_equal(kind->n_validation, dataset->validation);
    assert_int_equal(kind->n_classes, dataset->n_classes);
    assert_memory_equal(&kind->shape, &dataset->shape, sizeof kind->shape);
    return dataset;
}

/* 5,000 and 1,000 of each class (Krizhevsky 2009); channel means and deviations in common use, to their four digits;
 * the first picture is a frog, class 6. */
static void cifar10_is_what_is_known_of_it(void **state)
{
    enum { PLANE = 32 * 32 };
    const double means[] = { 0.4914, 0.4822, 0.4465 }, deviations[] = { 0.2470, 0.2435, 0.2616 };
    fl_dataset *d = load_or_skip("cifar10");
    size_t counts[2][10] = { { 0 } };
    double sums[3] = { 0 }, squares[3] = { 0 }, n = 50000.0 * PLANE;
    for (size_t i = 0; i < 60000; i++) counts[i >= 50000][d->labels[i]]++;
    for (int c = 0; c < 10; c++) assert_true(counts[0][c] == 5000 && counts[1][c] == 1000);
    assert_int_equal(6, d->labels[0]);
    for (size_t v = 0; v < 50000 * 3 * PLANE; v++) {
        double x = d->pixels[v] / 255.0;
        sums[v / PLANE % 3] += x;
        squares[v / PLANE % 3] += x * x;
    }
    for (int c = 0; c < 3; c++) {
        assert_true(fabs(sums[c] / n - means[c]) < 6e-5);
        assert_true(fabs(sqrt(squares[c] / n - sums[c] / n * sums[c] / n) - deviations[c]) < 6e-5);
    }
    assert_contains(d->content, "CIFAR-10");
    fl_dataset_free(d);
}

/* Their tables say how many characters there are, which loading compares; the books' first characters, and the place
 * of the letters among 83 and 65 symbols. */
static void texts_are_what_is_known_of_them(void **state)
{
    fl_dataset *war = load_or_skip("war-and-peace"), *plays = load_or_skip("tiny-shakespeare");
    const int32_t first[] = { 18, 47, 56, 57, 58, 1, 15, 47, 58 }; /* "First Cit", by nanoGPT's prepare.py */
    assert_memory_equal(first, plays->tokens, sizeof first);
    assert_memory_equal(first + 1, plays->labels, sizeof first - sizeof *first);
    assert_int_equal(83, war->vocabulary);
    assert_int_equal(65, plays->vocabulary);
    fl_dataset_free(war);
    fl_dataset_free(plays);
}

int main(void)
{
    setenv("XDG_CACHE_HOME", FL_BUILD_DIR "/cache", 1); /* what is unpacked stays out of the user's */
    if (!getenv("FAIRLEAD_DATA")) {
        return test_skip_all("FAIRLEAD_DATA names no folder with fashion-mnist and mnist");
    }
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_sets_are_what_is_known_of_them),
                                        cmocka_unit_test(cifar10_is_what_is_known_of_it),
                                        cmocka_unit_test(texts_are_what_is_known_of_them) };
    return test_run(tests, NULL, NULL);
}
