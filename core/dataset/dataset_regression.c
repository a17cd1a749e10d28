/* Data set `regression`: two features of very different size and a number to predict, generated.
 *
 *     x = (1e5 a, b),   y = 2 a - 3 b + 1 + e / 10,   a, b, e ~ N(0, 1)
 *
 * The squared error is quadratic in the weights, with curvatures 1e10 apart unless the features are standardised; the
 * least it can be is the noise's 0.01. Example i draws from a stream of its own.
 */
#include "base/hash.h"
#include "base/random.h"
#include "dataset/dataset.h"

enum { N_TRAIN = 2400, N_TEST = 400, N_VALIDATION = 400, N_EXAMPLES = N_TRAIN + N_TEST, N_FEATURES = 2, SEED = 1 };

static void draw_example(size_t example, float values[N_FEATURES], float *target)
{
    fl_random_stream stream = fl_random_stream_start(SEED, "regression", example);
    double a = fl_random_normal(&stream), b = fl_random_normal(&stream), e = fl_random_normal(&stream);
    values[0] = (float)(1e5 * a);
    values[1] = (float)b;
    *target = (float)(2 * a - 3 * b + 1 + e / 10);
}

static fl_dataset *load(const fl_dataset_kind *kind, const char *folder, const double *options, fl_error *error)
{
    fl_dataset *dataset = fl_dataset_new();
    float *values = fl_dataset_array(dataset, N_EXAMPLES * (N_FEATURES + 1), sizeof *values);
    float *targets = values + (size_t)N_EXAMPLES * N_FEATURES;
    for (size_t i = 0; i < N_EXAMPLES; i++) draw_example(i, values + i * N_FEATURES, targets + i);
    dataset->shape = kind->shape;
    dataset->n_train = N_TRAIN;
    dataset->n_test = N_TEST;
    dataset->validation = N_VALIDATION;
    dataset->values = values;
    dataset->targets = targets;
    dataset->n_targets = 1;
    fl_hash_sha256(values, N_EXAMPLES * (N_FEATURES + 1) * sizeof *values, dataset->checksum);
    return dataset;
}

const fl_dataset_kind fl_dataset_regression = {
    .entry = { .name = "regression",
               .about = "2,800 pairs of features of size 1e5 and 1 with a number to predict, generated",
               .source = "" },
    .licence = "none needed, generated",
    .home = "core/dataset/dataset_regression.c",
    .shape = { 1, N_FEATURES, 1, 1 },
    .n_train = N_TRAIN,
    .n_validation = N_VALIDATION,
    .n_test = N_TEST,
    .load = load,
};
