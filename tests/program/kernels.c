/* The kernel benchmarks as a program: they list themselves, run, and write JSON. */
#include "base/text.h"
#include "backend/backend.h"
#include "math/dense.h"
#include "optimizer/optimizer.h"
#include "support/test.h"

#include <jansson.h>
#include <sys/wait.h>

/* Standard output of fairlead-kernels with `arguments`; *code is its exit code. free(). */
static char *output_of(const char *arguments, int *code)
{
    char command[1000], bytes[4096];
    fl_text text = { 0 };
    snprintf(command, sizeof command, "exec '%s/fairlead-kernels' %s 2>/dev/null", FL_BUILD_DIR, arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, pipe)) > 0;) fl_text_add_bytes(&text, bytes, n);
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    *code = WEXITSTATUS(status);
    return text.bytes ? text.bytes : strdup("");
}

/* Run those that match for one iteration or a few; the file's benchmarks. */
static json_t *measured(const char *filter)
{
    char arguments[500];
    int code;
    json_error_t trouble;
    snprintf(arguments, sizeof arguments, "--benchmark_format=json --benchmark_min_time=0.001 '--benchmark_filter=%s'",
             filter);
    char *text = output_of(arguments, &code);
    assert_int_equal(0, code);
    json_t *file = json_loads(text, 0, &trouble);
    if (!file) fail_msg("no JSON: line %d: %s", trouble.line, trouble.text);
    free(text);
    json_t *benchmarks = json_incref(json_object_get(file, "benchmarks"));
    json_decref(file);
    return benchmarks;
}

static void assert_counters_positive(const json_t *benchmark, const char *const *names)
{
    assert_null(json_object_get(benchmark, "error_occurred"));
    for (; *names; names++)
        if (!(json_number_value(json_object_get(benchmark, *names)) > 0)) fail_msg("no '%s'", *names);
}

/* A pass through a layer, an update, a batch, a step, a trial and a record, for every backend and every optimizer. */
static void every_group_is_listed(void **state)
{
    int code;
    char name[100], *list = output_of("--benchmark_list_tests", &code);
    assert_int_equal(0, code);
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        snprintf(name, sizeof name, "data_gradient/simple_cnn/conv2/%s/f32/256", (*b)->entry.name);
        assert_contains(list, name);
        snprintf(name, sizeof name, "step/glyphs/mlp/adam/%s/f32/32", (*b)->entry.name);
        assert_contains(list, name);
    }
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++) {
        snprintf(name, sizeof name, "update/%s/3300000", (*o)->entry.name);
        bool there = !(*o)->dense || fl_math_usable(NULL);
        if (there && strcmp((*o)->entry.name, "null")) assert_contains(list, name);
    }
    if (fl_math_usable(NULL)) assert_contains(list, "products/muon/1024");
    assert_contains(list, "gather/256");
    assert_contains(list, "init/he_normal/3300000");
    assert_contains(list, "trial/null/1000");
    assert_contains(list, "record/add");
    assert_null(strstr(list, "data_gradient/simple_cnn/conv1")); /* the first layer has none */
    free(list);
}

static void every_pass_of_a_layer_is_measured(void **state)
{
    static const char *const counters[] = { "GFLOP/s", "peak_GFLOP/s", "share_of_peak", NULL };
    size_t i;
    json_t *pass;
    fl_error why;
    if (!fl_backend_find("openblas", NULL)->usable(FL_BACKEND_F32, &why)) test_skip("%s", why.text);
    json_t *passes = measured("/mlp/dense2/openblas/f32/32");
    assert_int_equal(3, json_array_size(passes));
    json_array_foreach(passes, i, pass) assert_counters_positive(pass, counters);
    json_decref(passes);
}

static void an_update_stands_beside_its_probe(void **state)
{
    static const char *const counters[] = { "GB/s", "probe_GB/s", "share_of_probe", NULL };
    json_t *updates = measured("update/adam/10000/");
    assert_int_equal(1, json_array_size(updates));
    assert_counters_positive(json_array_get(updates, 0), counters);
    json_decref(updates);
}

static void dense_algebra_stands_beside_lapack(void **state)
{
    static const char *const counters[] = { "times_lapack", NULL }, *const share[] = { "share_of_peak", NULL };
    fl_error why;
    if (!fl_math_usable(&why)) test_skip("%s", why.text);
    json_t *qr = measured("orthonormalize/1024"), *products = measured("products/shampoo/1024");
    assert_counters_positive(json_array_get(qr, 0), counters);
    assert_counters_positive(json_array_get(products, 0), share);
    json_decref(qr);
    json_decref(products);
}

static void a_product_with_the_curvature_stands_beside_a_gradient(void **state)
{
    static const char *const counters[] = { "gradients", NULL };
    json_t *found = measured("curvature/glyphs/mlp/hessian/naive/");
    assert_int_equal(1, json_array_size(found));
    assert_counters_positive(json_array_get(found, 0), counters);
    json_decref(found);
}

static void steps_trials_and_records_are_measured(void **state)
{
    static const char *const step[] = { "examples/s", NULL }, *const weights[] = { "weights/s", NULL },
                             *const none[] = { NULL };
    json_t *found = measured("step/quadratic/noisy/momentum/naive/f32/32|gather/32");
    assert_int_equal(2, json_array_size(found));
    assert_counters_positive(json_array_get(found, 0), step);
    assert_counters_positive(json_array_get(found, 1), step);
    json_decref(found);
    found = measured("init/he_normal/");
    assert_int_equal(1, json_array_size(found));
    assert_counters_positive(json_array_get(found, 0), weights);
    json_decref(found);
    found = measured("trial/null/1/|record/add");
    assert_int_equal(2, json_array_size(found));
    assert_counters_positive(json_array_get(found, 0), none);
    assert_counters_positive(json_array_get(found, 1), none);
    json_decref(found);
}

/* Two operations a multiplication, three passes a layer but two for the first; multiplications of one example by hand.
 * A window of 3 with a padding of 1 meets 3n - 2 cells along a side of n, with a stride of 2 3n/2 - 1; of `resnet8` the
 * sides are 28, 14 and 7. Rows of `lstm` are 28 of 28 values; nothing before its LSTM is trained. */
static void a_step_is_as_much_arithmetic_as_its_graph_states(void **state)
{
    static const struct {
        const char *workload;
        double first, others;
    } expected[] = {
        { "resnet8", 16 * 82 * 82,
          2 * 16 * 16 * 82 * 82 + 16 * 32 * 41 * 41 + 32 * 32 * 40 * 40 + 32 * 64 * 20 * 20 + 64 * 64 * 19 * 19 + 640 },
        { "lstm", 28 * 4 * 64 * (28 + 64), 640 },
        { "transformer", 32 * 28 * 28, 2 * (4 * 49 * 32 * 32 + 2 * 49 * 49 * 32 + 2 * 49 * 32 * 64) + 320 },
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        char filter[100];
        snprintf(filter, sizeof filter, "step/glyphs/%s/momentum/naive/f32/32/", expected[i].workload);
        json_t *found = measured(filter), *step = json_array_get(found, 0);
        double per_example = 1e9 * json_number_value(json_object_get(step, "GFLOP/s")) /
                             json_number_value(json_object_get(step, "examples/s"));
        assert_close(per_example, 2 * (2 * expected[i].first + 3 * expected[i].others), 1e-5);
        json_decref(found);
    }
}

/* Exit codes: 2 for arguments, 4 when nothing was measured. */
static void nothing_measured_is_no_success(void **state)
{
    int code;
    free(output_of("--benchmark_filter=no_such_kernel", &code));
    assert_int_equal(4, code);
    static const char *const wrong[] = { "--no_such_flag", "--benchmark_format=xml", "--benchmark_min_time=x",
                                         "'--benchmark_filter=['", "--benchmark_out=/nowhere/x" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        free(output_of(wrong[i], &code));
        if (code != 2) fail_msg("%s: exit code %d", wrong[i], code);
    }
    free(output_of("--benchmark_list_tests > /dev/full", &code));
    assert_int_equal(3, code);
    free(output_of("--help", &code));
    assert_int_equal(0, code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_group_is_listed),
        cmocka_unit_test(every_pass_of_a_layer_is_measured),
        cmocka_unit_test(an_update_stands_beside_its_probe),
        cmocka_unit_test(dense_algebra_stands_beside_lapack),
        cmocka_unit_test(a_product_with_the_curvature_stands_beside_a_gradient),
        cmocka_unit_test(steps_trials_and_records_are_measured),
        cmocka_unit_test(a_step_is_as_much_arithmetic_as_its_graph_states),
        cmocka_unit_test(nothing_measured_is_no_success),
    };
    return test_run(tests, NULL, NULL);
}
