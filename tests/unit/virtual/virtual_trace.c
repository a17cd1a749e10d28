/* Files of durations: what is read, what is said of others, and what is drawn. */
#include "support/workspace.h"
#include "virtual/durations.h"

#include <math.h>
#include <string.h>

static const char *put(const char *text)
{
    static char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "trace.txt");
    assert_true(fl_file_write(path, text, strlen(text), NULL));
    return path;
}

static const fl_virtual_trace *loaded(const char *text)
{
    fl_error error;
    const fl_virtual_trace *trace = fl_virtual_trace_load(put(text), "here", &error);
    if (!trace) fail_msg("%s", error.text);
    return trace;
}

static void a_line_holds_a_number_of_seconds(void **state)
{
    const fl_virtual_trace *trace = loaded("# from a cluster\n0.5\n\n  2 # slow\n1e-1\r\n");
    assert_int_equal(trace->n, 3);
    assert_close(trace->seconds[1], 2, 0);
    assert_close(trace->mean, 2.6 / 3, 1e-12);
    assert_string_equal(trace->name, "here");
}

/* By its numbers, not by where they lie; the name is the last one's. */
static void it_is_known_by_its_numbers(void **state)
{
    const fl_virtual_trace *trace = loaded("1\n2\n"), *other = loaded("2\n1\n");
    assert_ptr_equal(loaded("1 # one\n2"), trace);
    assert_ptr_not_equal(other, trace);
    assert_ptr_equal(fl_virtual_trace_of_hash(trace->hash), trace);
    assert_ptr_equal(fl_virtual_trace_named("here"), trace);
    assert_null(fl_virtual_trace_of_hash("0123456789abcdef"));
}

static void bad_files_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "1\n2\nfast\n", "trace.txt:3: 'fast' is no duration" },
        { "1\n-2\n", "trace.txt:2: '-2' is no duration" },
        { "1\nnan\n", "trace.txt:2: 'nan' is no duration" },
        { "86401\n", "trace.txt:1: '86401' is no duration; a line holds a number of seconds from 0 to 86400" },
        { "1 2\n", "trace.txt:1: '1 2' is no duration" },
        { "# nothing\n", "a trace has 1 to 100000 durations, not 0" },
        { "0\n0\n", "all durations of the trace are 0" },
    };
    fl_error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(fl_virtual_trace_load(put(cases[i].text), "here", &error));
        assert_contains(error.text, cases[i].message);
    }
    assert_null(fl_virtual_trace_load("/no/such/file", "here", &error));
}

/* Fractions 1/6, 2/6 and 3/6 of the file's durations 1, 2 and 6 times the mean 3/4 over theirs, 23/6. */
static void durations_are_drawn_from_it_by_their_fractions(void **state)
{
    enum { N = 40000 };
    static const double of[] = { 1, 2, 6 }, expected[] = { 1. / 6, 2. / 6, 3. / 6 };
    const fl_virtual_duration duration = { FL_VIRTUAL_TRACE, 0.75, .trace = loaded("1\n2\n2\n6\n6\n6\n") };
    fl_random_stream stream = fl_random_stream_start(3, "durations", 0);
    size_t counts[3] = { 0 };
    for (size_t i = 0; i < N; i++) {
        double seconds = fl_virtual_seconds(fl_virtual_duration_draw(&duration, &stream));
        for (size_t k = 0; k < 3; k++) counts[k] += fabs(seconds - 0.75 * of[k] / (23. / 6)) < 1e-9;
    }
    assert_int_equal(counts[0] + counts[1] + counts[2], N);
    for (size_t k = 0; k < 3; k++) /* three binomial standard errors */
        assert_true(fabs((double)counts[k] / N - expected[k]) < 3 * sqrt(expected[k] * (1 - expected[k]) / N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_holds_a_number_of_seconds),
        cmocka_unit_test(it_is_known_by_its_numbers),
        cmocka_unit_test(bad_files_are_refused_with_their_place),
        cmocka_unit_test(durations_are_drawn_from_it_by_their_fractions),
    };
    return test_run(tests, workspace_set_up, workspace_tear_down);
}
