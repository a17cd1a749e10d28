/* Inputs: statistics by their definitions, whitening by what it is for, and draws that depend on nothing else. */
#include "base/random.h"
#include "dataset/examples.h"
#include "dataset/inputs.h"
#include "support/folder.h"

enum { N_TRAIN = 40, N_VALIDATION = 10, N_ALL = 60, C = 2, H = 4, W = 5, N = C * H * W };

static uint8_t pixels[N_ALL * N];
static float values[N_ALL * N];
static fl_dataset pictures = { .shape = { 1, C, H, W },
                               .n_train = N_TRAIN + N_VALIDATION,
                               .n_test = N_ALL - N_TRAIN - N_VALIDATION,
                               .pixels = pixels,
                               .validation = N_VALIDATION,
                               .checksum = "pictures" };
static fl_dataset_splits splits;
static char root[FL_FILE_PATH_MAX];

static int set_up(void **state)
{
    fl_random_stream stream = fl_random_stream_start(3, "test", 0);
    for (size_t i = 0; i < N_ALL * N; i++) {
        pixels[i] = (uint8_t)(fl_random_below(&stream, 100) + i % N * 3);
        values[i] = (float)pixels[i];
    }
    folder_make(root);
    setenv("XDG_CACHE_HOME", root, 1);
    return !fl_dataset_splits_make(&splits, &pictures, &(fl_dataset_split){ SIZE_MAX, FL_DATASET_FROM_END, 0 }, NULL);
}

static int tear_down(void **state)
{
    fl_dataset_splits_free(&splits);
    folder_remove(root);
    return 0;
}

static fl_dataset_pipeline *make(size_t n, const fl_dataset_inputs_step *steps)
{
    fl_error error;
    fl_dataset_pipeline *p;
    fl_dataset_inputs inputs = { .n = n };
    memcpy(inputs.steps, steps, n * sizeof *steps);
    if (!fl_dataset_pipeline_new(&p, &inputs, &splits.training, &error)) fail_msg("%s", error.text);
    return p;
}

#define MAKE(...)                                                                                                      \
    make(sizeof((fl_dataset_inputs_step[]){ __VA_ARGS__ }) / sizeof(fl_dataset_inputs_step),                           \
         (fl_dataset_inputs_step[]){ __VA_ARGS__ })

static double raw(size_t example, size_t value)
{
    return (float)(pixels[example * N + value] / 255.0);
}

static void nothing_is_done_where_nothing_is_asked_for(void **state)
{
    assert_null(MAKE({ FL_DATASET_RAW }));
}

static void centring_takes_the_mean_of_each_value_of_the_training_split(void **state)
{
    fl_dataset_pipeline *p = MAKE({ FL_DATASET_CENTRE });
    for (size_t v = 0; v < N; v++) {
        double mean = 0;
        for (size_t i = 0; i < N_TRAIN; i++) mean += raw(i, v) / N_TRAIN;
        for (size_t i = 0; i < N_ALL; i += 7)
            assert_true(fabs(raw(i, v) - mean - (double)fl_dataset_pipeline_run(p, i, NULL)[v]) < 1e-7);
    }
    fl_dataset_pipeline_free(p);
}

/* Mean 0 and deviation 1, by n, in each channel, over the training split alone. */
static void standardizing_makes_channels_alike(void **state)
{
    fl_dataset_pipeline *p = MAKE({ FL_DATASET_STANDARDIZE });
    for (size_t c = 0; c < C; c++) {
        double sum = 0, squares = 0, n = N_TRAIN * H * W;
        for (size_t i = 0; i < N_TRAIN; i++) {
            const float *x = fl_dataset_pipeline_run(p, i, NULL) + c * H * W;
            for (size_t v = 0; v < H * W; v++) {
                sum += (double)x[v];
                squares += (double)x[v] * (double)x[v];
            }
        }
        assert_true(fabs(sum / n) < 1e-6);
        assert_true(fabs(squares / n - 1) < 1e-6);
    }
    fl_dataset_pipeline_free(p);
}

static void a_channel_without_variance_is_only_centred(void **state)
{
    uint8_t kept[N_ALL * N];
    memcpy(kept, pixels, sizeof kept);
    for (size_t i = 0; i < N_ALL; i++) memset(pixels + i * N, 51, H * W);
    fl_dataset_pipeline *p = MAKE({ FL_DATASET_STANDARDIZE });
    for (size_t v = 0; v < H * W; v++) assert_true(fabsf(fl_dataset_pipeline_run(p, 3, NULL)[v]) < 1e-6f);
    fl_dataset_pipeline_free(p);
    memcpy(pixels, kept, sizeof kept);
}

/* The covariance of the whitened training split: 1 on the diagonal less what epsilon adds, 0 elsewhere. */
static void assert_white(fl_dataset_pipeline *p, double epsilon)
{
    static double covariance[N][N];
    memset(covariance, 0, sizeof covariance);
    for (size_t i = 0; i < N_TRAIN; i++) {
        const float *x = fl_dataset_pipeline_run(p, i, NULL);
        for (size_t a = 0; a < N; a++)
            for (size_t b = 0; b < N; b++) covariance[a][b] += (double)x[a] * (double)x[b] / N_TRAIN;
    }
    double trace = 0;
    for (size_t a = 0; a < N; a++) trace += covariance[a][a];
    if (epsilon == 0) assert_true(fabs(trace - (N_TRAIN - 1)) < 1e-2); /* 40 examples span 39 dimensions of 40 */
    for (size_t a = 0; a < N; a++)
        for (size_t b = 0; b < N && epsilon > 0; b++)
            if (a != b) assert_true(fabs(covariance[a][b]) < 1e-4);
}

/* Along the principal axes nothing is correlated, whatever epsilon is, and the first axis has the largest variance. */
static void whitening_by_pca_takes_correlations_away(void **state)
{
    fl_dataset_pipeline *p = MAKE({ FL_DATASET_WHITEN_PCA, 0.01 });
    double first = 0, last = 0;
    assert_white(p, 0.01);
    for (size_t i = 0; i < N_TRAIN; i++) {
        const float *x = fl_dataset_pipeline_run(p, i, NULL);
        first += (double)x[0] * (double)x[0] / N_TRAIN;
        last += (double)x[N - 1] * (double)x[N - 1] / N_TRAIN;
    }
    assert_true(first > 0.99 && first < 1); /* l / (l + E mean) */
    assert_true(last < 0.05);               /* the direction that 40 examples leave out */
    fl_dataset_pipeline_free(p);
}

/* ZCA is symmetric: turning the standard basis, W_ab = W_ba. With x = m + e_a it gives column a of W. */
static void whitening_by_zca_is_symmetric_and_white(void **state)
{
    fl_dataset_pipeline *p = MAKE({ FL_DATASET_WHITEN_ZCA, 0 });
    assert_white(p, 0);
    fl_dataset_pipeline_free(p);
    p = MAKE({ FL_DATASET_WHITEN_ZCA, 1e3 }); /* so much epsilon that W is nearly a multiple of one */
    fl_dataset_pipeline *centred = MAKE({ FL_DATASET_CENTRE });
    double most = 0, ratio = 0, least = HUGE_VAL;
    for (size_t i = 0; i < N_ALL; i++)
        for (size_t v = 0; v < N; v++) {
            double x = (double)fl_dataset_pipeline_run(centred, i, NULL)[v];
            if (fabs(x) < 0.1) continue;
            ratio = (double)fl_dataset_pipeline_run(p, i, NULL)[v] / x;
            most = fmax(most, ratio);
            least = fmin(least, ratio);
        }
    assert_true(least > 0 && most / least < 1.1);
    fl_dataset_pipeline_free(centred);
    fl_dataset_pipeline_free(p);
}

static void statistics_are_stored_and_checked(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    float before[N];
    fl_file_path_join(folder, root, "fairlead/arrays");
    fl_dataset_pipeline *p = MAKE({ FL_DATASET_WHITEN_PCA, 0.5 });
    memcpy(before, fl_dataset_pipeline_run(p, 1, NULL), sizeof before);
    fl_dataset_pipeline_free(p);
    size_t n = folder_count(folder);
    p = MAKE({ FL_DATASET_WHITEN_PCA, 0.5 });
    assert_memory_equal(before, fl_dataset_pipeline_run(p, 1, NULL), sizeof before);
    assert_int_equal(n, folder_count(folder));
    fl_dataset_pipeline_free(p);
    char command[FL_FILE_PATH_MAX + 100]; /* damage every file in the middle */
    snprintf(command, sizeof command,
             "for f in '%s'/*; do printf X | dd of=$f bs=1 seek=500 conv=notrunc 2>/dev/null; done", folder);
    assert_int_equal(0, system(command));
    p = MAKE({ FL_DATASET_WHITEN_PCA, 0.5 });
    assert_memory_equal(before, fl_dataset_pipeline_run(p, 1, NULL), sizeof before);
    fl_dataset_pipeline_free(p);
}

static void a_cache_that_cannot_be_written_is_done_without(void **state)
{
    setenv("XDG_CACHE_HOME", "/dev/null", 1);
    fl_dataset_pipeline_free(MAKE({ FL_DATASET_WHITEN_PCA, 0.25 }));
    setenv("XDG_CACHE_HOME", root, 1);
}

static fl_backend_moment at(uint64_t step, size_t row)
{
    return (fl_backend_moment){ 11, step, row };
}

/* Every result is the picture shifted by one of 25 offsets, with zeros outside; all of them turn up. */
static void crops_shift_by_every_offset(void **state)
{
    enum { MOST = 2, SIDE = 2 * MOST + 1 };
    fl_dataset_pipeline *p = MAKE({ FL_DATASET_CROP, MOST });
    int seen[SIDE * SIDE] = { 0 };
    for (uint64_t step = 0; step < 400; step++) {
        fl_backend_moment moment = at(step, 0);
        const float *x = fl_dataset_pipeline_run(p, 5, &moment);
        int found = 0;
        for (int offset = 0; offset < SIDE * SIDE; offset++) {
            int down = offset / SIDE - MOST, right = offset % SIDE - MOST;
            bool same = true;
            for (int v = 0; v < N; v++) {
                int c = v / (H * W), y = v / W % H + down, w = v % W + right;
                bool inside = y >= 0 && y < H && w >= 0 && w < W;
                same &= (double)x[v] == (inside ? raw(5, (size_t)((c * H + y) * W + w)) : 0);
            }
            seen[offset] += same;
            found += same;
        }
        assert_int_equal(1, found);
    }
    for (int offset = 0; offset < SIDE * SIDE; offset++) assert_true(seen[offset] > 3 && seen[offset] < 40);
    fl_dataset_pipeline_free(p);
}

static void half_of_the_pictures_are_flipped(void **state)
{
    fl_dataset_pipeline *p = MAKE({ FL_DATASET_FLIP });
    int flipped = 0;
    for (uint64_t step = 0; step < 400; step++) {
        fl_backend_moment moment = at(step, 3);
        const float *x = fl_dataset_pipeline_run(p, 5, &moment);
        bool now = (double)x[0] != raw(5, 0);
        for (size_t v = 0; v < N; v++) assert_true((double)x[v] == raw(5, now ? v / W * W + W - 1 - v % W : v));
        flipped += now;
    }
    assert_true(flipped > 160 && flipped < 240); /* 4 standard deviations of a fair coin */
    fl_dataset_pipeline_free(p);
}

static void noise_has_its_deviation_and_brightness_its_range(void **state)
{
    fl_dataset_pipeline *noise = MAKE({ FL_DATASET_NOISE, 0.3 }), *light = MAKE({ FL_DATASET_BRIGHTNESS, 0.2 });
    double squares = 0, most = 0, least = 0;
    for (uint64_t step = 0; step < 500; step++) {
        fl_backend_moment moment = at(step, 0);
        const float *x = fl_dataset_pipeline_run(noise, 2, &moment), *y = fl_dataset_pipeline_run(light, 2, &moment);
        for (size_t v = 0; v < N; v++) {
            squares += pow((double)x[v] - raw(2, v), 2) / (500 * N);
            assert_true(fabs(((double)y[v] - raw(2, v)) - ((double)y[0] - raw(2, 0))) < 1e-6);
        }
        most = fmax(most, (double)y[0] - raw(2, 0));
        least = fmin(least, (double)y[0] - raw(2, 0));
    }
    assert_true(fabs(sqrt(squares) / 0.3 - 1) < 0.02); /* 20,000 draws: a deviation of 0.005 */
    assert_true(most > 0.19 && most < 0.2 && least < -0.19 && least > -0.2);
    fl_dataset_pipeline_free(noise);
    fl_dataset_pipeline_free(light);
}

/* The same step and row give the same bits, in whatever order and batch they are asked for; others differ. */
static void draws_depend_on_seed_step_and_row_alone(void **state)
{
    fl_dataset_pipeline *p = MAKE({ FL_DATASET_STANDARDIZE }, { FL_DATASET_CROP, 1 }, { FL_DATASET_NOISE, 0.1 });
    float whole[8 * N], part[4 * N];
    int32_t labels[8];
    fl_backend_moment moment = at(9, 0);
    fl_dataset_input input = { .values = whole, .pipeline = p, .moment = &moment };
    fl_dataset_examples_gather(&splits.training, NULL, 0, 8, input, labels);
    moment = at(9, 4);
    input.values = part;
    fl_dataset_examples_gather(&splits.training, NULL, 4, 4, input, labels);
    assert_memory_equal(whole + 4 * N, part, sizeof part);
    moment = at(9, 5); /* the same examples, one row further down */
    fl_dataset_examples_gather(&splits.training, NULL, 4, 4, input, labels);
    assert_memory_not_equal(whole + 4 * N, part, sizeof part);
    moment = at(10, 4);
    fl_dataset_examples_gather(&splits.training, NULL, 4, 4, input, labels);
    assert_memory_not_equal(whole + 4 * N, part, sizeof part);
    moment = (fl_backend_moment){ 12, 9, 4 };
    fl_dataset_examples_gather(&splits.training, NULL, 4, 4, input, labels);
    assert_memory_not_equal(whole + 4 * N, part, sizeof part);
    input.moment = NULL; /* an evaluation: nothing is drawn */
    fl_dataset_examples_gather(&splits.training, NULL, 4, 4, input, labels);
    fl_dataset_pipeline *still = MAKE({ FL_DATASET_STANDARDIZE });
    assert_memory_equal(fl_dataset_pipeline_run(still, 4, NULL), part, N * sizeof(float));
    fl_dataset_pipeline_free(still);
    fl_dataset_pipeline_free(p);
}

/* An autoencoder predicts the example as it is in the files. */
static void targets_that_are_inputs_are_raw(void **state)
{
    fl_dataset_pipeline *p = MAKE({ FL_DATASET_STANDARDIZE }, { FL_DATASET_FLIP });
    float inputs[2 * N], targets[2 * N];
    int32_t labels[2];
    fl_backend_moment moment = at(0, 0);
    fl_dataset_examples_gather(
        &splits.training, NULL, 6, 2,
        (fl_dataset_input){
            .values = inputs, .pipeline = p, .moment = &moment, .targets = targets, .targets_are_inputs = true },
        labels);
    for (size_t v = 0; v < 2 * N; v++) assert_true((double)targets[v] == raw(6 + v / N, v % N));
    fl_dataset_pipeline_free(p);
}

static void assert_refused(fl_tensor_shape shape, size_t n, const fl_dataset_inputs_step *steps, const char *part)
{
    fl_error error;
    fl_dataset_inputs inputs = { .n = n };
    memcpy(inputs.steps, steps, n * sizeof *steps);
    for (size_t i = 0; i + 1 < n; i++) assert_true(fl_dataset_inputs_fit(&inputs, i, shape, &error));
    if (fl_dataset_inputs_fit(&inputs, n - 1, shape, &error)) fail_msg("accepted, but: %s", part);
    assert_contains(error.text, part);
}

static void steps_that_do_not_fit_are_refused(void **state)
{
    const fl_tensor_shape vector = { 1, N, 1, 1 }, text = { 1, N, 1, 1, FL_TENSOR_TOKENS }, wide = { 1, 1, 3, 9 };
    assert_refused(vector, 1, &(fl_dataset_inputs_step){ FL_DATASET_FLIP }, "'flip' is for pictures; an example is 40");
    assert_refused(text, 1, &(fl_dataset_inputs_step){ FL_DATASET_CENTRE }, "tokens are no quantities");
    assert_refused(pictures.shape, 1, &(fl_dataset_inputs_step){ FL_DATASET_CROP, H },
                   "'crop' shifts by up to 4 pixels");
    assert_refused(wide, 1, &(fl_dataset_inputs_step){ FL_DATASET_CROP, 3 }, "but a picture is 1 x 3 x 9");
    assert_refused(pictures.shape, 2,
                   (fl_dataset_inputs_step[]){ { FL_DATASET_NOISE, 1 }, { FL_DATASET_WHITEN_PCA, 1 } },
                   "'whiten' comes before 'noise'");
}

static void every_kind_is_found_by_its_word(void **state)
{
    fl_dataset_inputs_kind kind;
    fl_error error;
    for (int i = 0; i < FL_DATASET_INPUTS_KINDS; i++) {
        const fl_dataset_inputs_spec *spec = &fl_dataset_inputs_specs[i];
        assert_true(fl_dataset_inputs_find(spec->word, spec->method, &kind, NULL));
        assert_int_equal(i, kind);
    }
    assert_false(fl_dataset_inputs_find("whiten", "ica", &kind, &error));
    assert_contains(error.text, "unknown input step 'whiten ica'; there is raw, centre");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_done_where_nothing_is_asked_for),
        cmocka_unit_test(centring_takes_the_mean_of_each_value_of_the_training_split),
        cmocka_unit_test(standardizing_makes_channels_alike),
        cmocka_unit_test(a_channel_without_variance_is_only_centred),
        cmocka_unit_test(whitening_by_pca_takes_correlations_away),
        cmocka_unit_test(whitening_by_zca_is_symmetric_and_white),
        cmocka_unit_test(statistics_are_stored_and_checked),
        cmocka_unit_test(a_cache_that_cannot_be_written_is_done_without),
        cmocka_unit_test(crops_shift_by_every_offset),
        cmocka_unit_test(half_of_the_pictures_are_flipped),
        cmocka_unit_test(noise_has_its_deviation_and_brightness_its_range),
        cmocka_unit_test(draws_depend_on_seed_step_and_row_alone),
        cmocka_unit_test(targets_that_are_inputs_are_raw),
        cmocka_unit_test(steps_that_do_not_fit_are_refused),
        cmocka_unit_test(every_kind_is_found_by_its_word),
    };
    return test_run(tests, set_up, tear_down);
}
