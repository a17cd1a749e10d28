/* The shim over Google Benchmark: what it loops, what it counts, and that its output is JSON whatever a body reports.
 */
#include "base/file.h"
#include "support/folder.h"
#include "speed/gbench/gbench.h"
#include "support/test.h"

#include <jansson.h>

enum { REPETITIONS = 3 };

static uint64_t looped, promised; /* of the last call of the body `counts` */
static json_t *output;

static void counts(gbench *run, const void *what)
{
    looped = 0;
    promised = gbench_iterations(run);
    while (gbench_next(run)) looped++;
    gbench_count(run, "given", *(const int *)what);
    gbench_count(run, "nothing", 0);
    gbench_count(run, "no_number", NAN);
    gbench_rate(run, "endless", INFINITY);
    gbench_label(run, "a \"label\"");
}

/* Half a second per iteration, by its own clock. */
static void tells(gbench *run, const void *what)
{
    while (gbench_next(run)) gbench_seconds(run, 0.5);
    gbench_rate(run, "things/s", 10);
}

static void gives_up(gbench *run, const void *what)
{
    gbench_skip(run, "no data");
}

static const json_t *find(const char *name)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(output, "benchmarks"), i,
                       entry) if (!strcmp(json_string_value(json_object_get(entry, "name")), name)) return entry;
    fail_msg("there is no '%s'", name);
    return NULL;
}

static double number(const json_t *entry, const char *key)
{
    const json_t *value = json_object_get(entry, key);
    if (!json_is_number(value)) fail_msg("there is no number '%s'", key);
    return json_number_value(value);
}

static int run_once(void **state)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX], flag[FL_FILE_PATH_MAX + 20];
    json_error_t trouble;
    int given = 7;
    gbench_register("counts", GBENCH_WALL, counts, &given, sizeof given);
    gbench_register("tells", GBENCH_OWN, tells, NULL, 0);
    gbench_register("gives_up", GBENCH_WALL, gives_up, NULL, 0);
    gbench_context("fact", "known");
    given = 8; /* the body's copy must not follow */
    folder_make(folder);
    fl_file_path_join(path, folder, "out.json");
    snprintf(flag, sizeof flag, "--benchmark_out=%s", path);
    char *argv[] = { "test", flag, "--benchmark_min_time=0.001", "--benchmark_repetitions=3", NULL };
    assert_int_equal(0, gbench_main(4, argv, NULL));
    output = json_load_file(path, 0, &trouble);
    if (!output) fail_msg("the output is no JSON: line %d: %s", trouble.line, trouble.text);
    folder_remove(folder);
    return 0;
}

static int free_output(void **state)
{
    json_decref(output);
    return 0;
}

static void the_loop_runs_as_often_as_the_library_says(void **state)
{
    assert_true(looped >= 1); /* how often is the clock's business */
    assert_int_equal(promised, looped);
    const json_t *entry = find("counts/real_time");
    assert_true(number(entry, "iterations") >= 1);
}

static void counters_and_labels_arrive(void **state)
{
    const json_t *entry = find("counts/real_time");
    assert_float_equal(7, number(entry, "given"), 0);
    assert_string_equal("a \"label\"", json_string_value(json_object_get(entry, "label")));
    assert_string_equal("known", json_string_value(json_object_get(json_object_get(output, "context"), "fact")));
}

static void what_is_no_json_number_is_left_out(void **state)
{
    const json_t *entry = find("counts/real_time");
    assert_null(json_object_get(entry, "nothing")); /* its coefficient of variation would be 0/0 */
    assert_null(json_object_get(entry, "no_number"));
    assert_null(json_object_get(entry, "endless"));
}

/* 10 things per half second: 20 per second; 0.5 s are 5e8 ns. */
static void an_own_clock_counts(void **state)
{
    const json_t *entry = find("tells/manual_time");
    assert_close(20, number(entry, "things/s"), 1e-12);
    assert_close(5e8, number(entry, "real_time"), 1e-12);
}

static void giving_up_is_an_error_with_its_sentence(void **state)
{
    const json_t *entry = find("gives_up/real_time");
    assert_true(json_is_true(json_object_get(entry, "error_occurred")));
    assert_string_equal("no data", json_string_value(json_object_get(entry, "error_message")));
}

static void repetitions_are_listed_one_by_one(void **state)
{
    size_t i, n = 0;
    const json_t *entry;
    json_array_foreach(json_object_get(output, "benchmarks"), i, entry) n +=
        !strcmp("tells/manual_time", json_string_value(json_object_get(entry, "name")));
    assert_int_equal(REPETITIONS, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loop_runs_as_often_as_the_library_says),
        cmocka_unit_test(counters_and_labels_arrive),
        cmocka_unit_test(what_is_no_json_number_is_left_out),
        cmocka_unit_test(an_own_clock_counts),
        cmocka_unit_test(giving_up_is_an_error_with_its_sentence),
        cmocka_unit_test(repetitions_are_listed_one_by_one),
    };
    return test_run(tests, run_once, free_output);
}
