/* fairlead curvature, trial --curvature-every and a study's curvature_every: one file's lines, read by everybody. */
#include "support/program.h"
#include "base/npy.h"
#include "math/eigen.h"

static json_t *json_of(const char *const *words)
{
    command c = command_run(folder, words);
    if (c.code) fail_msg("%s", c.err);
    json_t *object = json_loads(c.out, 0, NULL);
    if (!object) fail_msg("no JSON: %s", c.out);
    command_free(&c);
    return object;
}

static double first(const json_t *object, const char *key)
{
    return json_number_value(json_array_get(json_object_get(object, key), 0));
}

/* A model of 25 x 10 + 10 = 260 parameters, so every figure is exact. */
static void put_small_study(void)
{
    put_study(folder, "small.json",
              "{'study': 'small', 'workload': {'workload': 'small', 'data': 'glyphs', 'layers': [{'kind': "
              "'average_pool', 'kernel': 5, 'stride': 5}, {'kind': 'dense', 'out': 10}], 'loss': {'kind': "
              "'softmax_cross_entropy'}}, 'backend': 'openblas', 'batch_size': 50, 'curvature_every': 10, 'budget': "
              "{'trials': 2, 'steps': 20}, 'arms': [{'arm': 'sgd', 'optimizer': 'sgd', 'space': {'learning_rate': "
              "{'min': 0.1, 'max': 1, 'scaling': 'log'}}}]}");
}

static const char *const trial_words[] = { "trial",
                                           "--workload",
                                           "quadratic/noisy",
                                           "--optimizer",
                                           "momentum",
                                           "--set",
                                           "learning_rate=0.05",
                                           "--set",
                                           "momentum=0.8",
                                           "--batch",
                                           "32",
                                           "--steps",
                                           "20",
                                           "--curvature-every",
                                           "10",
                                           "--export",
                                           "kit",
                                           "--json",
                                           NULL };

static json_t *export_kit(void)
{
    json_t *record = json_of(trial_words);
    assert_int_equal(json_array_size(json_object_get(record, "curvature")), 3);
    return record;
}

/* 2 (1 + .8)/.05 = 72; eight curvatures from 10 to .01. */
static void an_export_is_measured_as_its_trial_was(void **state)
{
    json_t *record = export_kit();
    json_t *train = json_of(WORDS("curvature", "kit", "--data", "train", "--largest", "3", "--density", "--json"));
    json_t *batches = json_of(WORDS("curvature", "kit", "--matrix", "ggn", "--json"));
    const json_t *last = json_array_get(json_object_get(record, "curvature"), 2);
    assert_string_equal(json_string_value(json_object_get(train, "trial")),
                        json_string_value(json_object_get(record, "trial")));
    assert_int_equal(json_integer_value(json_object_get(train, "step")), 20);
    assert_close(first(train, "largest"), first(last, "largest"), 1e-12);
    assert_close(json_number_value(json_object_get(train, "loss")), json_number_value(json_object_get(last, "loss")),
                 1e-12);
    assert_close(json_number_value(json_object_get(train, "limit")), 72, 1e-12);
    assert_int_equal(json_array_size(json_object_get(train, "largest")), 3);
    assert_string_equal(json_string_value(json_object_get(batches, "data")), "batches");
    assert_close(first(batches, "largest"), 10, 1e-4);
    json_decref(record);
    json_decref(train);
    json_decref(batches);
}

/* Adam's limit is of the Hessian between roots of its own state, which is exported: 2 (1 + .9)/((1 - .9) .05) = 760
 * (Cohen et al. 2022, section 3). */
static void the_limit_of_a_rule_with_a_preconditioner_needs_its_state(void **state)
{
    json_t *record =
        json_of(WORDS("trial", "--workload", "quadratic/noisy", "--optimizer", "adam", "--set", "learning_rate=0.05",
                      "--batch", "32", "--steps", "20", "--curvature-every", "20", "--export", "adam", "--json"));
    json_t *train = json_of(WORDS("curvature", "adam", "--data", "train", "--json"));
    const json_t *last = json_array_get(json_object_get(record, "curvature"), 1);
    double there = json_number_value(json_object_get(last, "preconditioned"));
    assert_true(there > 0 && fabs(there / first(last, "largest") - 1) > 0.1);
    assert_close(json_number_value(json_object_get(train, "preconditioned")), there, 1e-12);
    assert_close(json_number_value(json_object_get(train, "limit")), 760, 1e-12);
    json_decref(record);
    json_decref(train);
}

/* One matrix a column. The record of the same trial says what belongs into each; before the first step there is neither
 * a rate nor a preconditioner. */
static void people_see_both_matrices_of_such_a_rule(void **state)
{
    const char *words[] = { "trial",
                            "--workload",
                            "quadratic/noisy",
                            "--optimizer",
                            "adam",
                            "--set",
                            "learning_rate=0.05",
                            "--batch",
                            "32",
                            "--steps",
                            "20",
                            "--curvature-every",
                            "20",
                            "--eval-every",
                            "0",
                            "--json",
                            NULL };
    char row[200], *start;
    json_t *record = json_of(words);
    const json_t *last = json_array_get(json_object_get(record, "curvature"), 1);
    words[15] = NULL;
    command c = command_run(folder, words);
    assert_contains(c.out, "    step     largest    smallest  preconditioned       limit       trace  noise scale\n");
    assert_non_null(start = strstr(c.out, "       0  "));
    assert_memory_equal(start + 32, "               -           -", 28);
    snprintf(row, sizeof row, "      20  %10.4g  %10.4g  %14.4g  %10.4g  ", first(last, "largest"),
             first(last, "smallest"), json_number_value(json_object_get(last, "preconditioned")), 760.);
    assert_contains(c.out, row);
    assert_null(strstr(c.out, "nan"));
    command_free(&c);
    json_decref(record);
}

/* What the measurements took is no evaluation, and slows no training. */
static void measurements_have_their_own_seconds(void **state)
{
    json_t *record = export_kit();
    const json_t *seconds = json_object_get(record, "seconds"), *m;
    double took = 0, training = 0;
    size_t i;
    json_array_foreach(json_object_get(record, "curvature"), i, m) took +=
        json_number_value(json_object_get(m, "seconds"));
    assert_true(json_number_value(json_object_get(seconds, "curvature")) >= took);
    static const char *const parts[] = { "data", "forward_backward", "update" };
    for (i = 0; i < 3; i++) training += json_number_value(json_object_get(seconds, parts[i]));
    assert_close(json_number_value(json_object_get(record, "examples_per_second")) * training, 20 * 32, 1e-6);
    json_decref(record);
}

/* 1,970 parameters, too many for the matrix to be formed. Which products the largest eigenvalue takes is its own. */
static void an_export_may_be_measured_by_fewer_products(void **state)
{
    put_study(folder, "wide.json",
              "{'workload': 'wide', 'data': 'glyphs', 'layers': [{'kind': 'average_pool', 'kernel': 2, 'stride': 2}, "
              "{'kind': 'dense', 'out': 10}], 'loss': {'kind': 'softmax_cross_entropy'}}");
    assert_runs(0, folder, "trial", "--workload", "wide.json", "--optimizer", "sgd", "--set", "learning_rate=0.1",
                "--batch", "50", "--steps", "1", "--eval-every", "0", "--backend", "openblas", "--export", "wide");
    json_t *few = json_of(WORDS("curvature", "wide", "--smallest", "0", "--products", "30", "--json"));
    json_t *many = json_of(WORDS("curvature", "wide", "--smallest", "0", "--json"));
    assert_int_equal(json_array_size(json_object_get(few, "nodes")), 30);
    assert_int_equal(json_array_size(json_object_get(many, "nodes")), 80);
    assert_int_equal(json_integer_value(json_object_get(many, "products")) -
                         json_integer_value(json_object_get(few, "products")),
                     60 - 30 + 80 - 30);
    assert_close(first(few, "largest"), first(many, "largest"), 0);
    json_decref(few);
    json_decref(many);
}

/* On the quadratic the plane of the two leading eigenvectors has its path, whose end is the origin. */
static void a_landscape_has_the_path(void **state)
{
    json_t *record = export_kit();
    json_t *measured = json_of(WORDS("curvature", "kit", "--landscape", "--json"));
    const json_t *landscape = json_object_get(measured, "landscape"), *path = json_object_get(landscape, "path");
    size_t side = (size_t)json_integer_value(json_object_get(landscape, "side"));
    assert_int_equal(json_array_size(json_object_get(landscape, "losses")), side * side);
    assert_int_equal(json_array_size(path), 3);
    for (size_t k = 0; k < 2; k++) {
        double start = json_number_value(json_array_get(json_array_get(path, 0), k));
        assert_true(fabs(json_number_value(json_array_get(json_array_get(path, 2), k))) < 1e-5);
        assert_true(start >= json_number_value(json_array_get(json_object_get(landscape, "low"), k)) &&
                    start <= json_number_value(json_array_get(json_object_get(landscape, "high"), k)));
    }
    json_decref(measured);
    json_decref(record);
}

enum { PARAMETERS = 8 }; /* of the quadratic */

/* Where the training of `kit` ended, less `origin`. */
static void end_of(const char *kit, const double *origin, double end[PARAMETERS])
{
    char path[FL_FILE_PATH_MAX], name[64];
    float *values;
    size_t shape[FL_NPY_DIMS], n_dims;
    snprintf(name, sizeof name, "%s/final/quadratic.theta.npy", kit);
    fl_file_path_join(path, folder, name);
    assert_true(fl_npy_read(path, FL_NPY_F32, (void **)&values, shape, &n_dims, NULL));
    assert_int_equal(shape[0], PARAMETERS);
    for (size_t i = 0; i < PARAMETERS; i++) end[i] = values[i] - (origin ? origin[i] : 0);
    free(values);
}

static void export_seed(const char *seed, const char *to)
{
    json_decref(
        json_of(WORDS("trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--set", "learning_rate=0.05",
                      "--batch", "32", "--steps", "20", "--seed", seed, "--export", to, "--json")));
}

static double dot(const double a[PARAMETERS], const double b[PARAMETERS])
{
    double total = 0;
    for (size_t i = 0; i < PARAMETERS; i++) total += a[i] * b[i];
    return total;
}

/* With a and b the ways to them: one lies on the first axis at |a|, the other at a.b/|a| and what is left of |b|. */
static void a_plane_goes_through_two_more_exports(void **state)
{
    double origin[PARAMETERS], a[PARAMETERS], b[PARAMETERS];
    json_decref(export_kit());
    export_seed("2", "second");
    export_seed("3", "third");
    json_t *measured = json_of(WORDS("curvature", "kit", "--through", "second", "--through", "third", "--json"));
    const json_t *landscape = json_object_get(measured, "landscape"), *through = json_object_get(landscape, "through");
    end_of("kit", NULL, origin);
    end_of("second", origin, a);
    end_of("third", origin, b);
    double length = sqrt(dot(a, a)), along = dot(a, b) / length;
    const double expected[2][2] = { { length, 0 }, { along, sqrt(dot(b, b) - along * along) } };
    assert_int_equal(json_array_size(through), 2);
    for (size_t k = 0; k < 2; k++)
        for (size_t d = 0; d < 2; d++) {
            double place = json_number_value(json_array_get(json_array_get(through, k), d));
            assert_float_equal(place, expected[k][d], 1e-5 * length);
        }
    assert_string_equal(json_string_value(json_array_get(json_object_get(landscape, "axes"), 1)), "third");
    json_decref(measured);
}

static void a_study_writes_lines_that_readers_check(void **state)
{
    char path[FL_FILE_PATH_MAX], *bytes;
    size_t n, lines = 0;
    put_small_study();
    command_without_gnuplot();
    assert_runs(0, folder, "run", "small.json", "-o", "out", "-j", "1", "--progress", "none");
    assert_runs(0, folder, "check", "out");
    fl_file_path_join(path, folder, "out/curvature.jsonl");
    assert_true(fl_file_read(path, &bytes, &n, NULL));
    for (size_t i = 0; i < n; i++) lines += bytes[i] == '\n';
    assert_int_equal(lines, 2 * 3);
    assert_memory_equal(bytes, "{\"trial\":\"", 10);
    bytes[n / 2] ^= 1;
    assert_true(fl_file_write(path, bytes, n, NULL));
    free(bytes);
    assert_refused(1, "", folder, "check", "out");
}

static void a_plan_says_that_it_leaves_the_curvature_out(void **state)
{
    put_small_study();
    command c = command_run(folder, WORDS("plan", "small.json", "-o", "planned"));
    assert_int_equal(c.code, 0);
    for (char *end; (end = strchr(c.out, '\n'));) *end = ' ';
    assert_contains(c.out, "without the curvature, which is measured every 10 steps");
    command_free(&c);
}

static void mistakes_are_told(void **state)
{
    json_decref(export_kit());
    assert_refused(2, "is no export: it has no manifest.json", folder, "curvature", "nowhere");
    assert_refused(2, "unknown matrix 'jacobian'; use hessian, ggn, fisher", folder, "curvature", "kit", "--matrix",
                   "jacobian");
    assert_refused(2, "unknown data 'test'; use batches, train or val", folder, "curvature", "kit", "--data", "test");
    assert_refused(2, "--products wants at least 3", folder, "curvature", "kit", "--products", "2");
    assert_refused(2, "--through wants two exports, not 1", folder, "curvature", "kit", "--through", "kit");
    assert_refused(2, "the directions of the plane are one and the same", folder, "curvature", "kit", "--through",
                   "kit", "--through", "kit");
    assert_refused(2, "leave out --checkpoint-every", folder, "trial", "--workload", "quadratic/noisy", "--optimizer",
                   "sgd", "--curvature-every", "5", "--checkpoint-every", "5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_export_is_measured_as_its_trial_was),
        cmocka_unit_test(the_limit_of_a_rule_with_a_preconditioner_needs_its_state),
        cmocka_unit_test(people_see_both_matrices_of_such_a_rule),
        cmocka_unit_test(measurements_have_their_own_seconds),
        cmocka_unit_test(an_export_may_be_measured_by_fewer_products),
        cmocka_unit_test(a_landscape_has_the_path),
        cmocka_unit_test(a_plane_goes_through_two_more_exports),
        cmocka_unit_test(a_study_writes_lines_that_readers_check),
        cmocka_unit_test(a_plan_says_that_it_leaves_the_curvature_out),
        cmocka_unit_test(mistakes_are_told),
    };
    fl_error error;
    return fl_math_eigen_usable(&error) ? test_run(tests, program_set_up, program_tear_down)
                                        : test_skip_all(error.text);
}
