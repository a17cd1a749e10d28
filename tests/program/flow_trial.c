/* fairlead trial: traces and exports as docs/formats.md describes them, for any other framework to replay. */
#include "support/program.h"
#include "base/hash.h"
#include "base/npy.h"

static json_t *load(const char *name)
{
    char path[FL_FILE_PATH_MAX];
    json_error_t error;
    fl_file_path_join(path, folder, name);
    json_t *value = json_load_file(path, 0, &error);
    if (!value) fail_msg("%s: %s", path, error.text);
    return value;
}

/* A file's lines of JSON as an array. */
static json_t *load_lines(const char *name)
{
    char path[FL_FILE_PATH_MAX], *bytes;
    size_t n;
    json_t *lines = json_array();
    fl_file_path_join(path, folder, name);
    assert_true(fl_file_read(path, &bytes, &n, NULL));
    for (char *line = strtok(bytes, "\n"); line; line = strtok(NULL, "\n")) {
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(object);
        json_array_append_new(lines, object);
    }
    free(bytes);
    return lines;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) fail_msg("'%s' is no number", key);
    return json_number_value(value);
}

/* An array of a known shape; free(). */
static void *load_npy(const char *name, fl_npy_type type, size_t n_dims, const size_t *expected)
{
    char path[FL_FILE_PATH_MAX];
    void *elements;
    size_t shape[8], n;
    fl_error error;
    fl_file_path_join(path, folder, name);
    if (!fl_npy_read(path, type, &elements, shape, &n, &error)) fail_msg("%s", error.text);
    assert_int_equal(n, n_dims);
    for (size_t d = 0; d < n; d++) assert_int_equal(shape[d], expected[d]);
    return elements;
}

static command run_json(const char *const *words)
{
    command c = command_run(folder, words);
    if (c.code) fail_msg("%s", c.err);
    return c;
}

/* The text between `"key":"` and the next quote, in a record printed by --json. */
static void field(const command *c, const char *key, char value[17])
{
    json_t *record = json_loads(c->out, 0, NULL);
    const char *text = json_string_value(json_object_get(record, key));
    assert_non_null(text);
    snprintf(value, 17, "%s", text);
    json_decref(record);
}

static void a_trace_has_a_line_per_step(void **state)
{
    command c =
        run_json(WORDS("trial", "--workload", "glyphs/mlp", "--optimizer", "sgd", "--schedule", "linear", "--set",
                       "learning_rate=0.1", "--set", "schedule.end_factor=0.2", "--batch", "32", "--steps", "5",
                       "--eval-every", "0", "--backend", "naive", "--trace", "trace.jsonl", "--json"));
    json_t *lines = load_lines("trace.jsonl"), *line;
    assert_int_equal(json_array_size(lines), 5);
    size_t i;
    json_array_foreach(lines, i, line)
    {
        assert_int_equal(json_object_size(line), 4);
        assert_int_equal(number(line, "step"), i + 1);
        assert_close(number(line, "rate"), 0.1 * (0.2 + 0.8 * (1 - (double)i / 5)),
                     1e-12); /* linear to 1/5 over 5 steps */
        assert_true(number(line, "gradient_norm") > 0);
    }
    /* Ten classes, weights that know nothing: about ln 10. */
    assert_close(number(json_array_get(lines, 0), "loss"), log(10), 0.15);
    json_decref(lines);
    command_free(&c);
}

static void no_evaluations_give_no_points_and_no_final(void **state)
{
    command c = run_json(WORDS("trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--set",
                               "learning_rate=0.1", "--steps", "5", "--eval-every", "0", "--json"));
    json_t *record = json_loads(c.out, 0, NULL);
    assert_true(json_is_null(json_object_get(record, "final")) && json_is_null(json_object_get(record, "best")));
    assert_true(json_is_string(json_object_get(record, "state_hash")));
    assert_int_equal(number(record, "eval_every"), 0);
    json_decref(record);
    command_free(&c);
}

static void watching_a_trial_does_not_change_it(void **state)
{
    char watched[17], alone[17];
    command a =
        run_json(WORDS("trial", "--workload", "quadratic/noisy", "--optimizer", "adam", "--set", "learning_rate=0.1",
                       "--steps", "50", "--export", "watched", "--trace", "w.jsonl", "--json"));
    command b = run_json(WORDS("trial", "--workload", "quadratic/noisy", "--optimizer", "adam", "--set",
                               "learning_rate=0.1", "--steps", "50", "--json"));
    field(&a, "state_hash", watched);
    field(&b, "state_hash", alone);
    assert_string_equal(watched, alone);
    command_free(&a);
    command_free(&b);
}

static const struct {
    const char *name;
    size_t n_dims, shape[2];
} mlp[] = {
    { "dense1.weight", 2, { 256, 784 } }, { "dense1.bias", 1, { 256 } },       { "dense2.weight", 2, { 128, 256 } },
    { "dense2.bias", 1, { 128 } },        { "dense3.weight", 2, { 10, 128 } }, { "dense3.bias", 1, { 10 } },
};

/* Tensors of *\/mlp as docs/protocol.md has them: initial biases are 0, and the hash of the final ones is the record's.
 */
static void check_tensors(const char *state_hash)
{
    float all[235146];
    size_t used = 0;
    char path[80], hash[FL_HASH_TEXT];
    for (size_t i = 0; i < 6; i++) {
        size_t n = mlp[i].shape[0] * (mlp[i].n_dims == 2 ? mlp[i].shape[1] : 1);
        snprintf(path, sizeof path, "export/init/%s.npy", mlp[i].name);
        float *init = load_npy(path, FL_NPY_F32, mlp[i].n_dims, mlp[i].shape);
        for (size_t k = 0; k < n && mlp[i].n_dims == 1; k++) assert_true(init[k] == 0);
        snprintf(path, sizeof path, "export/final/%s.npy", mlp[i].name);
        float *final = load_npy(path, FL_NPY_F32, mlp[i].n_dims, mlp[i].shape);
        assert_true(used + n <= 235146);
        memcpy(all + used, final, n * sizeof(float));
        used += n;
        free(init);
        free(final);
    }
    assert_int_equal(used, 235146);
    fl_hash_text(fl_hash(all, sizeof all), hash);
    assert_string_equal(hash, state_hash);
}

static void check_manifest(void)
{
    json_t *manifest = load("export/manifest.json");
    const json_t *tensors = json_object_get(manifest, "tensors"), *layers = json_object_get(manifest, "layers");
    assert_int_equal(json_array_size(layers), 5); /* dense relu dense relu dense; the loss stands apart */
    assert_string_equal(json_string_value(json_object_get(json_array_get(layers, 2), "name")), "dense2");
    assert_int_equal(json_array_size(tensors), 6);
    for (size_t i = 0; i < 6; i++) {
        const json_t *tensor = json_array_get(tensors, i), *shape = json_object_get(tensor, "shape");
        assert_string_equal(json_string_value(json_object_get(tensor, "name")), mlp[i].name);
        for (size_t d = 0; d < mlp[i].n_dims; d++)
            assert_int_equal(json_integer_value(json_array_get(shape, d)), mlp[i].shape[d]);
    }
    assert_string_equal(json_string_value(json_object_get(json_object_get(manifest, "loss"), "kind")),
                        "softmax_cross_entropy");
    const json_t *optimizer = json_object_get(manifest, "optimizer"),
                 *values = json_object_get(optimizer, "hyperparameters");
    assert_string_equal(json_string_value(json_object_get(optimizer, "name")), "adam");
    assert_true(number(values, "learning_rate") == 0.001 && number(values, "epsilon") == 1e-8 &&
                number(values, "beta2") == 0.999);
    assert_int_equal(number(manifest, "seed"), 5);
    json_decref(manifest);
}

static void check_batches(void)
{
    static const size_t in[] = { 4, 16, 1, 28, 28 };
    float *inputs = load_npy("export/inputs.npy", FL_NPY_F32, 5, in);
    int64_t *labels = load_npy("export/labels.npy", FL_NPY_I64, 2, in);
    bool varied = false, met[10] = { false };
    for (size_t i = 0; i < 4 * 16; i++) {
        assert_true(labels[i] >= 0 && labels[i] <= 9);
        met[labels[i]] = true;
    }
    for (size_t k = 0; k < 10; k++) assert_true(met[k]); /* a class misses 64 draws of ten with probability 0.001 */
    for (size_t i = 0; i < 4 * 16 * 784; i++) {
        assert_true(inputs[i] >= 0 && inputs[i] <= 1 &&
                    (float)(int)(inputs[i] * 255 + 0.5f) / 255 == inputs[i]); /* pixel / 255 */
        varied = varied || inputs[i] > 0;
    }
    assert_true(varied);
    free(inputs);
    free(labels);
}

static void an_export_is_complete(void **state)
{
    char hash[17];
    command c = run_json(WORDS("trial", "--workload", "glyphs/mlp", "--optimizer", "adam", "--set",
                               "learning_rate=0.001", "--batch", "16", "--steps", "4", "--seed", "5", "--eval-every",
                               "0", "--export", "export", "--json"));
    field(&c, "state_hash", hash);
    check_tensors(hash);
    check_manifest();
    check_batches();
    json_t *lines = load_lines("export/trace.jsonl");
    assert_int_equal(json_array_size(lines), 4);
    json_decref(lines);
    command_free(&c);
}

/* What was exported is enough to repeat the first steps: SGD on the quadratic, theta' = theta - eta c (theta - mean x).
 */
static void an_export_can_be_replayed(void **state)
{
    enum { STEPS = 30, BATCH = 8, N = 8 };
    static const size_t in[] = { STEPS, BATCH, N }, values[] = { N };
    command c = run_json(WORDS("trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--set",
                               "learning_rate=0.05", "--batch", "8", "--steps", "30", "--eval-every", "0", "--backend",
                               "naive", "--export", "replay", "--json"));
    json_t *manifest = load("replay/manifest.json"), *trace = load_lines("replay/trace.jsonl");
    const json_t *curvatures = json_object_get(json_object_get(manifest, "loss"), "curvatures");
    float *inputs = load_npy("replay/inputs.npy", FL_NPY_F32, 3, in);
    float *start = load_npy("replay/init/quadratic.theta.npy", FL_NPY_F32, 1, values);
    float *end = load_npy("replay/final/quadratic.theta.npy", FL_NPY_F32, 1, values);
    double theta[N];
    for (size_t i = 0; i < N; i++) assert_true((theta[i] = start[i]) == 1);
    for (size_t t = 0; t < STEPS; t++) {
        double loss = 0, norm = 0;
        for (size_t i = 0; i < N; i++) {
            double c_i = json_number_value(json_array_get(curvatures, i)), mean = 0;
            for (size_t b = 0; b < BATCH; b++) {
                double x = inputs[(t * BATCH + b) * N + i];
                mean += x / BATCH;
                loss += c_i * (theta[i] - x) * (theta[i] - x) / 2 / BATCH;
            }
            norm += c_i * (theta[i] - mean) * c_i * (theta[i] - mean);
            theta[i] -= 0.05 * c_i * (theta[i] - mean);
        }
        assert_close(number(json_array_get(trace, t), "loss"), loss, 1e-5);
        assert_close(number(json_array_get(trace, t), "gradient_norm"), sqrt(norm), 1e-5);
    }
    for (size_t i = 0; i < N; i++) assert_true(fabs(theta[i] - end[i]) < 1e-5);
    free(inputs);
    free(start);
    free(end);
    json_decref(manifest);
    json_decref(trace);
    command_free(&c);
}

static void a_diverging_trial_is_exported_as_far_as_it_went(void **state)
{
    command c =
        run_json(WORDS("trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--set", "learning_rate=1e6",
                       "--batch", "8", "--steps", "30", "--eval-every", "0", "--export", "diverged", "--json"));
    json_t *record = json_loads(c.out, 0, NULL), *trace = load_lines("diverged/trace.jsonl");
    assert_string_equal(json_string_value(json_object_get(record, "status")), "infeasible");
    size_t n = json_array_size(trace);
    const size_t in[] = { n, 8, 8 };
    assert_true(n > 1 && n < 30);
    assert_int_equal(n, number(record, "gradient_evaluations"));
    free(load_npy("diverged/inputs.npy", FL_NPY_F32, 3, in));
    free(load_npy("diverged/labels.npy", FL_NPY_I64, 2, in));
    json_decref(trace);
    json_decref(record);
    command_free(&c);
}

/* Rates may come from a file: an array of JSON, or numbers in lines. */
static void rates_are_read_from_a_file(void **state)
{
    static const char *const files[] = { "[0.5, 0.25,\n 0.125]\n", "0.5\n0.25\n0.125\n" };
    for (size_t f = 0; f < 2; f++) {
        char path[FL_FILE_PATH_MAX];
        fl_file_path_join(path, folder, "rates");
        put_file(path, files[f], strlen(files[f]));
        command c = run_json(WORDS("trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--schedule", "list",
                                   "--set", "schedule.rates=@rates", "--steps", "3", "--eval-every", "0", "--trace",
                                   "rates.jsonl", "--json"));
        json_t *trace = load_lines("rates.jsonl");
        for (size_t t = 0; t < 3; t++) assert_true(number(json_array_get(trace, t), "rate") == 0.5 / (double)(1 << t));
        json_decref(trace);
        command_free(&c);
    }
    assert_refused(2, "has 3 rates for 4 steps", folder, "trial", "--workload", "quadratic/noisy", "--optimizer", "sgd",
                   "--schedule", "list", "--set", "schedule.rates=@rates", "--steps", "4");
}

static void hash_of(const char *option, const char *value, char hash[17])
{
    command c = run_json(WORDS("trial", "--workload", "glyphs/mlp", "--optimizer", "sgd", "--set", "learning_rate=0.1",
                               "--steps", "2", "--eval-every", "0", "--json", option, value));
    field(&c, "state_hash", hash);
    command_free(&c);
}

static void splits_and_initialisations_change_the_result(void **state)
{
    static const struct {
        const char *option, *value;
    } choices[] = {
        { "--seed", "1" },
        { "--seed", "2" },
        { "--validation", "100" },
        { "--validation-from", "start" },
        { "--validation-from", "seeded" },
        { "--init", "glorot_uniform" },
        { "--init", "truncated_normal:0.1" },
        { "--init", "uniform:0.05" },
        { "--init", "orthogonal" },
        { "--init", "sparse" },
        { "--init", "constant:0.01" },
        { "--init-bias", "0.1" },
    };
    enum { N = sizeof choices / sizeof *choices };
    char hashes[N][17], standard[17];
    for (size_t i = 0; i < N; i++) {
        hash_of(choices[i].option, choices[i].value, hashes[i]);
        for (size_t k = 0; k < i; k++) assert_string_not_equal(hashes[i], hashes[k]);
    }
    hash_of("--validation", "2000", standard); /* the data set's own */
    assert_string_equal(standard, hashes[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_has_a_line_per_step),
        cmocka_unit_test(no_evaluations_give_no_points_and_no_final),
        cmocka_unit_test(watching_a_trial_does_not_change_it),
        cmocka_unit_test(an_export_is_complete),
        cmocka_unit_test(an_export_can_be_replayed),
        cmocka_unit_test(a_diverging_trial_is_exported_as_far_as_it_went),
        cmocka_unit_test(rates_are_read_from_a_file),
        cmocka_unit_test(splits_and_initialisations_change_the_result),
    };
    return test_run(tests, program_set_up, program_tear_down);
}
