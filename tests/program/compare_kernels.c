/* fairlead compare on measurements nobody took: planted regressions are found, two measurements of the same program are
 * not told apart, and every way of comparing nothing says so. Times are drawn from seeded streams, none is measured. */
#include "base/random.h"
#include "base/text.h"
#include "support/command.h"

#include <jansson.h>

/* Benchmark `index` takes (index + 1) milliseconds. A repetition is off by `spread` (lognormal), a process as a whole
 * by `drift`, both in units of a standard deviation; planted[i] multiplies the time of benchmark i. */
typedef struct synthetic_file {
    uint64_t seed;
    size_t n, repetitions;
    double spread, drift;
    const double *planted; /* NULL: nothing */
} synthetic_file;

static void add_entry(fl_text *text, size_t index, size_t repetition, double seconds)
{
    fl_text_add(text,
                "%s{\"name\": \"kernel/%zu\", \"run_type\": \"iteration\", \"repetition_index\": %zu, "
                "\"real_time\": %.17g, \"time_unit\": \"us\"}",
                index + repetition ? ",\n" : "", index, repetition, seconds * 1e6);
}

static void put_benchmarks(const char *folder, const char *name, fl_text *entries)
{
    char path[FL_FILE_PATH_MAX];
    fl_text text = { 0 };
    fl_text_add(&text, "{\"context\": {}, \"benchmarks\": [%s]}\n", entries->bytes ? entries->bytes : "");
    fl_file_path_join(path, folder, name);
    put_file(path, text.bytes, text.length);
    fl_text_free(&text);
    fl_text_free(entries);
}

static void write_synthetic_file(const char *folder, const char *name, synthetic_file what)
{
    fl_text entries = { 0 };
    for (size_t i = 0; i < what.n; i++) {
        fl_random_stream stream = fl_random_stream_start(what.seed, "times", i);
        double seconds = 1e-3 * (double)(i + 1) * exp(what.drift * fl_random_normal(&stream));
        if (what.planted) seconds *= what.planted[i];
        for (size_t r = 0; r < what.repetitions; r++)
            add_entry(&entries, i, r, seconds * exp(what.spread * fl_random_normal(&stream)));
    }
    put_benchmarks(folder, name, &entries);
}

/* One benchmark with given times in `unit`. */
static void put_times(const char *folder, const char *name, const char *unit, const double *times, size_t n)
{
    fl_text entries = { 0 };
    for (size_t i = 0; i < n; i++)
        fl_text_add(&entries, "%s{\"name\": \"kernel\", \"real_time\": %.17g, \"time_unit\": \"%s\"}", i ? "," : "",
                    times[i], unit);
    put_benchmarks(folder, name, &entries);
}

/* What `fairlead compare WORDS --json` prints; its exit code must be `code`. */
static json_t *compared(const char *folder, int code, const char *const *words)
{
    json_error_t trouble;
    command c = command_run(folder, words);
    if (c.code != code) fail_msg("exit code %d, not %d: %s%s", c.code, code, c.out, c.err);
    json_t *found = json_loads(c.out, 0, &trouble);
    if (!found) fail_msg("no JSON: %s in %s", trouble.text, c.out);
    command_free(&c);
    return found;
}

static const json_t *kernel(const json_t *found, size_t i)
{
    return json_array_get(json_object_get(found, "benchmarks"), i);
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) fail_msg("there is no number '%s'", key);
    return json_number_value(value);
}

static const char *verdict(const json_t *found, size_t i)
{
    return json_string_value(json_object_get(kernel(found, i), "verdict"));
}

/* --- known answers --- */

/* Medians 3 and 6: a ratio of 2. All of one sample below all of the other: p = 2 / C(10, 5) = 1/126 (Mann and Whitney
 * 1947), with one benchmark nothing to correct. Quartiles 2 and 4 of the base, type 7: (4 - 2) / 3. */
static void effect_test_and_noise_have_known_values(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    const double base[] = { 1, 2, 3, 4, 5 }, now[] = { 5.8, 5.9, 6, 6.1, 6.2 };
    folder_make(folder);
    put_times(folder, "base.json", "ms", base, 5);
    put_times(folder, "new.json", "ms", now, 5);
    json_t *found = compared(folder, 1, WORDS("compare", "base.json", "new.json", "--json"));
    assert_close(0.003, number(kernel(found, 0), "base_seconds"), 1e-15);
    assert_close(2, number(kernel(found, 0), "ratio"), 1e-15);
    assert_close(1.0 / 126, number(kernel(found, 0), "p"), 1e-12);
    assert_close(1.0 / 126, number(kernel(found, 0), "p_adjusted"), 1e-12);
    assert_close(2.0 / 3, number(kernel(found, 0), "noise"), 1e-12);
    assert_string_equal("slower", verdict(found, 0));
    json_decref(found);
    folder_remove(folder);
}

/* The reverse comparison of the same times: half the time, and no bad news. */
static void faster_is_no_bad_news(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    const double base[] = { 5.8, 5.9, 6, 6.1, 6.2 }, now[] = { 2.8, 2.9, 3, 3.1, 3.2 };
    folder_make(folder);
    put_times(folder, "base.json", "ms", base, 5);
    put_times(folder, "new.json", "ms", now, 5);
    json_t *found = compared(folder, 0, WORDS("compare", "base.json", "new.json", "--json"));
    assert_string_equal("faster", verdict(found, 0));
    assert_close(0.5, number(kernel(found, 0), "ratio"), 1e-15);
    json_decref(found);
    folder_remove(folder);
}

static void units_of_time_are_converted(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    const double seconds[] = { 0.001, 0.002, 0.004 }, nanoseconds[] = { 1e6, 2e6, 4e6 };
    folder_make(folder);
    put_times(folder, "base.json", "s", seconds, 3);
    put_times(folder, "new.json", "ns", nanoseconds, 3);
    json_t *found = compared(folder, 0, WORDS("compare", "base.json", "new.json", "--json"));
    assert_close(1, number(kernel(found, 0), "ratio"), 1e-12);
    json_decref(found);
    folder_remove(folder);
}

/* A median of repetitions is no repetition, and a benchmark that gave up has no time. */
static void aggregates_and_failures_are_left_out(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    folder_make(folder);
    put_study(folder, "base.json",
              "{'benchmarks': [{'name': 'a', 'run_type': 'iteration', 'real_time': 1, 'time_unit': 'ns'},"
              " {'name': 'a_median', 'run_type': 'aggregate', 'real_time': 1, 'time_unit': 'ns'},"
              " {'name': 'b', 'run_type': 'iteration', 'error_occurred': true, 'error_message': 'no data',"
              "  'real_time': 0, 'time_unit': 'ns'}]}");
    json_t *found = compared(folder, 0, WORDS("compare", "base.json", "base.json", "--json"));
    assert_int_equal(1, number(found, "compared"));
    json_decref(found);
    folder_remove(folder);
}

/* --- planted regressions --- */

enum { KERNELS = 40, REPETITIONS = 12 };

/* Repetitions that differ by .5 % to 2 %. */
static void planted_regressions_are_found(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    double planted[KERNELS];
    folder_make(folder);
    for (size_t i = 0; i < KERNELS; i++) planted[i] = i % 4 == 1 ? 1.1 : i % 4 == 2 ? 1.3 : 1;
    for (double spread = 0.005; spread < 0.03; spread *= 2) {
        write_synthetic_file(folder, "base.json", (synthetic_file){ 1, KERNELS, REPETITIONS, spread, 0.005, NULL });
        write_synthetic_file(folder, "new.json", (synthetic_file){ 2, KERNELS, REPETITIONS, spread, 0.005, planted });
        json_t *found = compared(folder, 1, WORDS("compare", "base.json", "new.json", "--json"));
        for (size_t i = 0; i < KERNELS; i++)
            if (strcmp(verdict(found, i), planted[i] > 1 ? "slower" : "no difference shown"))
                fail_msg("spread %g: kernel %zu, planted %g: %s", spread, i, planted[i], verdict(found, i));
        json_decref(found);
    }
    folder_remove(folder);
}

static void planted_improvements_are_found(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    double planted[KERNELS];
    folder_make(folder);
    for (size_t i = 0; i < KERNELS; i++) planted[i] = i % 2 ? 1 / 1.1 : 1;
    write_synthetic_file(folder, "base.json", (synthetic_file){ 3, KERNELS, REPETITIONS, 0.02, 0.005, NULL });
    write_synthetic_file(folder, "new.json", (synthetic_file){ 4, KERNELS, REPETITIONS, 0.02, 0.005, planted });
    json_t *found = compared(folder, 0, WORDS("compare", "base.json", "new.json", "--json"));
    assert_int_equal(KERNELS / 2, number(found, "faster"));
    assert_int_equal(0, number(found, "slower"));
    json_decref(found);
    folder_remove(folder);
}

/* --- processes --- */

/* A folder of files, one per process, whose benchmarks are off by `drift` as a whole. */
static void write_processes(const char *folder, const char *name, size_t n, synthetic_file what)
{
    char path[FL_FILE_PATH_MAX], file[24];
    fl_error error;
    fl_file_path_join(path, folder, name);
    assert_true(fl_file_folder_make(path, &error));
    for (size_t i = 0; i < n; i++, what.seed++) {
        snprintf(file, sizeof file, "%zu.json", i);
        write_synthetic_file(path, file, what);
    }
}

enum { PROCESSES = 10 };

/* 10 processes of 3 repetitions: the median of a file is one draw. */
static void planted_regressions_are_found_among_processes(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    double planted[KERNELS];
    folder_make(folder);
    for (size_t i = 0; i < KERNELS; i++) planted[i] = i % 4 == 1 ? 1.1 : i % 4 == 2 ? 1.3 : 1;
    write_processes(folder, "base", PROCESSES, (synthetic_file){ 1000, KERNELS, 3, 0.01, 0.015, NULL });
    write_processes(folder, "new", PROCESSES, (synthetic_file){ 2000, KERNELS, 3, 0.01, 0.015, planted });
    json_t *found = compared(folder, 1, WORDS("compare", "base", "new", "--json"));
    assert_int_equal(PROCESSES, number(kernel(found, 0), "base_repetitions"));
    assert_int_equal(KERNELS / 2, number(found, "slower"));
    for (size_t i = 0; i < KERNELS; i++)
        assert_string_equal(planted[i] > 1 ? "slower" : "no difference shown", verdict(found, i));
    json_decref(found);
    folder_remove(folder);
}

/* --- nothing planted --- */

static void assert_nothing_flagged(const char *folder, const char *const *words)
{
    json_t *found = compared(folder, 0, words);
    assert_int_equal(KERNELS, number(found, "compared"));
    assert_int_equal(0, number(found, "slower") + number(found, "faster"));
    json_decref(found);
}

/* 40 pairs of 40 benchmarks whose processes differ by 1 % and whose repetitions by anything up to 20 %. */
static void the_same_program_twice_is_not_flagged(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    folder_make(folder);
    for (uint64_t pair = 0; pair < 40; pair++) {
        double spread = 0.2 * (double)(pair + 1) / 40;
        write_synthetic_file(folder, "base.json",
                             (synthetic_file){ 100 + 2 * pair, KERNELS, REPETITIONS, spread, 0.01, NULL });
        write_synthetic_file(folder, "new.json",
                             (synthetic_file){ 101 + 2 * pair, KERNELS, REPETITIONS, spread, 0.01, NULL });
        assert_nothing_flagged(folder, WORDS("compare", "base.json", "new.json", "--json"));
    }
    folder_remove(folder);
}

/* Processes that differ by 8 % while their repetitions hardly do: every pair of processes is significantly different.
 */
static void processes_of_the_same_program_are_not_flagged(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    for (uint64_t pair = 0; pair < 10; pair++) {
        folder_make(folder);
        write_processes(folder, "base", PROCESSES,
                        (synthetic_file){ 5000 + 100 * pair, KERNELS, 4, 0.002, 0.08, NULL });
        write_processes(folder, "new", PROCESSES, (synthetic_file){ 5050 + 100 * pair, KERNELS, 4, 0.002, 0.08, NULL });
        assert_nothing_flagged(folder, WORDS("compare", "base", "new", "--json"));
        folder_remove(folder);
    }
}

/* A third process of the base's program shows that processes differ by 12 %; the two alone do not. */
static void another_measurement_of_the_base_tells_the_noise(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    const double base[] = { 1, 1.001, 1.002, 1.003, 1.004, 1.005 }, now[] = { 1.09, 1.091, 1.092, 1.093, 1.094, 1.095 };
    const double again[] = { 1.12, 1.121, 1.122, 1.123, 1.124, 1.125 };
    folder_make(folder);
    put_times(folder, "base.json", "ms", base, 6);
    put_times(folder, "new.json", "ms", now, 6);
    put_times(folder, "again.json", "ms", again, 6);
    json_decref(compared(folder, 1, WORDS("compare", "base.json", "new.json", "--json")));
    json_t *found = compared(folder, 0, WORDS("compare", "base.json", "new.json", "--noise", "again.json", "--json"));
    assert_close(1.1225 / 1.0025 - 1, number(kernel(found, 0), "noise"), 1e-12); /* of the medians */
    json_decref(found);
    folder_remove(folder);
}

/* --- nothing to say --- */

/* 3 repetitions of each: the smallest p is 2 / C(6, 3) = .1. For 40 benchmarks 2 / C(2n, n) must stay below .01 / 40,
 * which n = 8 (2/12870) does and n = 7 (2/3432) does not. */
static void too_few_repetitions_are_named(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    double planted[KERNELS];
    folder_make(folder);
    for (size_t i = 0; i < KERNELS; i++) planted[i] = 2;
    write_synthetic_file(folder, "base.json", (synthetic_file){ 5, KERNELS, 3, 0.01, 0, NULL });
    write_synthetic_file(folder, "new.json", (synthetic_file){ 6, KERNELS, 3, 0.01, 0, planted });
    command c = command_run(folder, WORDS("compare", "base.json", "new.json"));
    assert_int_equal(0, c.code);
    assert_contains(c.out, "40 have too few repetitions to show any difference among 40 benchmarks: 8 of each do");
    command_free(&c);
    folder_remove(folder);
}

static void nothing_compared_is_no_success(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    const double times[] = { 1 };
    folder_make(folder);
    put_times(folder, "base.json", "ms", times, 1);
    put_times(folder, "empty.json", "ms", times, 0);
    assert_refused(4, "nothing was compared", folder, "compare", "base.json", "empty.json");
    assert_refused(4, "nothing was compared", folder, "compare", "empty.json", "base.json", "--json");
    folder_remove(folder);
}

static void mistakes_have_their_place(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    folder_make(folder);
    put_study(folder, "good.json", "{'benchmarks': [{'name': 'a', 'real_time': 1, 'time_unit': 'ns'}]}");
    put_study(folder, "unit.json", "{'benchmarks': [\n {'name': 'a', 'real_time': 1, 'time_unit': 'h'}]}");
    put_study(folder, "torn.json", "{'benchmarks': [");
    put_study(folder, "other.json", "{'trials': []}");
    assert_refused(2, "unit.json:2:45: unknown unit of time 'h'; use ns, us, ms or s", folder, "compare", "good.json",
                   "unit.json");
    assert_refused(2, "torn.json:1:", folder, "compare", "torn.json", "good.json");
    assert_refused(2, "other.json:1:1: ", folder, "compare", "other.json", "good.json");
    assert_refused(2, "absent.json", folder, "compare", "absent.json", "good.json");
    assert_refused(2, "", folder, "compare", "good.json");
    assert_refused(2, "holds neither", folder, "compare", "/dev/fd", "good.json");
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effect_test_and_noise_have_known_values),
        cmocka_unit_test(faster_is_no_bad_news),
        cmocka_unit_test(units_of_time_are_converted),
        cmocka_unit_test(aggregates_and_failures_are_left_out),
        cmocka_unit_test(planted_regressions_are_found),
        cmocka_unit_test(planted_improvements_are_found),
        cmocka_unit_test(planted_regressions_are_found_among_processes),
        cmocka_unit_test(the_same_program_twice_is_not_flagged),
        cmocka_unit_test(processes_of_the_same_program_are_not_flagged),
        cmocka_unit_test(another_measurement_of_the_base_tells_the_noise),
        cmocka_unit_test(too_few_repetitions_are_named),
        cmocka_unit_test(nothing_compared_is_no_success),
        cmocka_unit_test(mistakes_have_their_place),
    };
    return test_run(tests, NULL, NULL);
}
