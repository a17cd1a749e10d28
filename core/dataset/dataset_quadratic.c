/* Data set `quadratic`: the noise that a quadratic loss is seen through, x_i ~ N(0, noise^2) independently. Example i
 * draws its values from a stream of its own, so more dimensions add values and change none. */
#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"
#include "dataset/dataset.h"

#include <math.h>
#include <stdlib.h>

enum { N_TRAIN = 12000, N_TEST = 2000, N_VALIDATION = 2000, N_EXAMPLES = N_TRAIN + N_TEST, AT_ONCE = 100 };
enum { SEED = 1 };
enum { DIMENSION, NOISE, N_OPTIONS };

static void draw_examples(size_t dimension, double noise, float *values)
{
    double *draws = fl_memory_new(AT_ONCE * dimension, sizeof *draws);
    for (size_t i = 0; i < N_EXAMPLES; i += AT_ONCE) {
        fl_random_normals_of_each(SEED, "quadratic", i, AT_ONCE, dimension, draws);
        for (size_t k = 0; k < AT_ONCE * dimension; k++) values[i * dimension + k] = (float)(noise * draws[k]);
    }
    free(draws);
}

static fl_dataset *load(const fl_dataset_kind *kind, const char *folder, const double *options, fl_error *error)
{
    size_t dimension = (size_t)options[DIMENSION], bytes = N_EXAMPLES * dimension * sizeof(float);
    fl_dataset *dataset = fl_dataset_new();
    float *values = fl_dataset_array(dataset, N_EXAMPLES * dimension, sizeof *values);
    draw_examples(dimension, options[NOISE], values);
    dataset->shape = (fl_tensor_shape){ 1, dimension, 1, 1 };
    dataset->n_train = N_TRAIN;
    dataset->n_test = N_TEST;
    dataset->validation = N_VALIDATION;
    dataset->values = values;
    fl_hash_sha256(values, bytes, dataset->checksum);
    return dataset;
}

/* 1,024 dimensions are 57 MB of examples. */
static const fl_hyper options[N_OPTIONS] = {
    [DIMENSION] = { .name = "dimension",
                    .help = "values of an example",
                    .scale = FL_HYPER_INTEGER,
                    .default_value = 8,
                    .min = 1,
                    .max = 1024 },
    [NOISE] = { .name = "noise",
                .help = "standard deviation of each value",
                .default_value = 1,
                .min = 0,
                .max = HUGE_VAL },
};

const fl_dataset_kind fl_dataset_quadratic = {
    .entry = { .name = "quadratic", .about = "14,000 vectors of Gaussian noise, generated", .source = "" },
    .licence = "none needed, generated",
    .home = "core/dataset/dataset_quadratic.c",
    .n_train = N_TRAIN,
    .n_validation = N_VALIDATION,
    .n_test = N_TEST,
    .options = options,
    .n_options = N_OPTIONS,
    .load = load,
};
