/* A user's own arrays under the program: what does not fit them is refused in the words of the file that is wrong, and
 * results outlive them. */
#include "base/npy.h"
#include "support/program.h"

#include <math.h>

enum { N = 30, WIDE = 9, HIGH = 5 };

/* y.npy: the classes of N examples, `n` of them in turn from `first` on. */
static void put_classes(int first, int n)
{
    int32_t labels[N];
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "y.npy");
    for (int i = 0; i < N; i++) labels[i] = (first + i) % n;
    assert_true(fl_npy_write(path, FL_NPY_I32, (size_t[]){ N }, 1, labels, NULL));
}

/* x.npy: pictures of 5 x 9; their classes; nan.npy: a picture with one; v.npy: numbers, one of them a 7. */
static void put_arrays(int n_classes)
{
    static const char *const names[] = { "x.npy", "nan.npy", "v.npy" };
    static float values[N * HIGH * WIDE];
    char path[3][FL_FILE_PATH_MAX];
    for (int i = 0; i < 3; i++) fl_file_path_join(path[i], folder, names[i]);
    put_classes(0, n_classes);
    values[7] = 0;
    assert_true(fl_npy_write(path[0], FL_NPY_F32, (size_t[]){ N, HIGH, WIDE }, 3, values, NULL));
    values[3] = 7;
    assert_true(fl_npy_write(path[2], FL_NPY_F32, (size_t[]){ N, 2 }, 2, values, NULL));
    values[3] = 0;
    values[7] = NAN;
    assert_true(fl_npy_write(path[1], FL_NPY_F32, (size_t[]){ N, HIGH, WIDE }, 3, values, NULL));
}

/* t.txt: 1,000 characters of 8. The last tenths have 99 with a next one, which are 9 windows of 10. */
static void put_text(void)
{
    char text[1000], path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "t.txt");
    for (size_t i = 0; i < sizeof text; i++) text[i] = "abcdefgh"[i % 8];
    assert_true(fl_file_write(path, text, sizeof text, NULL));
}

/* In three lines: data; inputs and layers; loss. */
#define OWN(inputs, targets, more, layers, loss)                                                                       \
    "{ 'workload': 'w', 'data': { 'npy': { 'inputs': '" inputs "', 'targets': '" targets "' } },\n" more               \
    "'layers': [ " layers " ],\n'loss': { 'kind': '" loss "' } }"
#define OWN_STUDY                                                                                                      \
    "{ 'study': 's', 'workload': 'own.json', 'backend': 'naive', 'batch_size': 4, 'budget': { 'trials': 1, 'steps': "  \
    "2 }, 'arms': [ { 'arm': 'a', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.1 } } ] }"
#define DENSE "{ 'kind': 'dense', 'out': 3 }"
#define CARRY "{ 'kind': 'lstm', 'out': 2, 'carry': true }, "
#define TEXT(length)                                                                                                   \
    "{ 'workload': 'w', 'data': { 'text': 't.txt', 'length': " length " },\n"                                          \
    "'layers': [ { 'kind': 'embedding', 'vocabulary': 8, 'out': 2 }, " CARRY "{ 'kind': 'dense', 'out': 8 } ],\n"      \
    "'loss': { 'kind': 'softmax_cross_entropy' } }"

static const struct {
    const char *workload, *message;
} misfits[] = {
    { OWN("x.npy", "y.npy", "", "{ 'kind': 'dense', 'out': 2 }", "softmax_cross_entropy"),
      "own.json:3:9: the last layer gives 2 outputs, and the data have 3 classes" },
    { OWN("x.npy", "y.npy", "", "{ 'kind': 'max_pool', 'kernel': 6 }, " DENSE, "softmax_cross_entropy"),
      "own.json:2:13: max_pool1, which reads 1 x 5 x 9: a window of 6 x 6 does not fit" },
    { OWN("x.npy", "y.npy", "'inputs': [ 'centre', { 'crop': 5 } ], ", DENSE, "softmax_cross_entropy"),
      "own.json:2:23: 'crop' shifts by up to 5 pixels, but a picture is 1 x 5 x 9" },
    { OWN("v.npy", "y.npy", "'inputs': [ 'flip' ], ", DENSE, "softmax_cross_entropy"),
      "own.json:2:13: 'flip' is for pictures; an example is 2" },
    { OWN("x.npy", "y.npy", "", DENSE, "mean_squared"),
      "own.json:3:9: the model predicts 3 numbers per example, and data 'x.npy' has 0 to predict" },
    { OWN("x.npy", "v.npy", "", DENSE, "mean_squared"), "and data 'x.npy' has 2 to predict" },
    { OWN("x.npy", "v.npy", "", "{ 'kind': 'dense', 'out': 2 }", "sigmoid_cross_entropy"),
      "own.json:3:9: this loss asks for targets from 0 to 1, and data 'x.npy' has 7 among them" },
    { OWN("x.npy", "v.npy", "", DENSE, "softmax_cross_entropy"),
      "own.json:3:9: this loss asks for classes, of which data 'x.npy' has none" },
    { OWN("x.npy", "y.npy", "", CARRY "{ 'kind': 'last' }, " DENSE, "softmax_cross_entropy"),
      "own.json:2:13: lstm1 carries its state from example to example, which go on only in a text; data 'x.npy' are "
      "none, so leave 'carry' away" },
    { TEXT("10"), "own.json:2:65: lstm1 carries its state along 10 streams in evaluation, and data 't.txt' have 9 "
                  "examples to validate and 9 to test; a shorter 'length' gives more" },
    { OWN("nan.npy", "y.npy", "", DENSE, "softmax_cross_entropy"), "nan.npy: byte 156: value 7 of example 0 is nan" },
    { OWN("nowhere.npy", "y.npy", "", DENSE, "softmax_cross_entropy"), "nowhere.npy: cannot be read" },
};

static void data_that_do_not_fit_are_refused_before_anything_is_written(void **state)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "never");
    put_arrays(3);
    put_text();
    for (size_t i = 0; i < sizeof misfits / sizeof *misfits; i++) {
        put_study(folder, "own.json", misfits[i].workload);
        assert_refused(2, misfits[i].message, folder, "data", "check", "own.json");
        assert_refused(2, misfits[i].message, folder, "run", "own_study.json", "-o", "never");
        assert_false(fl_file_folder_exists(path));
    }
}

/* As many as there are streams are enough. */
static void what_fills_the_streams_is_carried(void **state)
{
    put_text();
    put_study(folder, "own.json", TEXT("9"));
    assert_runs(0, folder, "data", "check", "own.json");
    assert_runs(0, folder, "run", "own_study.json", "-o", "carried");
}

static void results_stay_readable_when_their_data_have_changed(void **state)
{
    put_arrays(3);
    put_study(folder, "own.json", OWN("x.npy", "y.npy", "", DENSE, "softmax_cross_entropy"));
    assert_runs(0, folder, "run", "own_study.json", "-o", "changed");
    put_arrays(4);
    assert_runs(0, folder, "summary", "changed");
    assert_runs(0, folder, "report", "changed");
    assert_refused(2, "own.json:3:9: the last layer gives 3 outputs, and the data have 4 classes", folder, "run",
                   "own_study.json", "-o", "changed");
}

static void a_run_does_not_go_on_with_other_data(void **state)
{
    static const char *const sentence = "mixed: its trials were made on other data than w has now; put those back";
    put_arrays(3);
    put_study(folder, "own.json", OWN("x.npy", "y.npy", "", DENSE, "softmax_cross_entropy"));
    assert_runs(0, folder, "run", "own_study.json", "-o", "mixed");
    put_classes(1, 3);
    assert_refused(2, sentence, folder, "run", "own_study.json", "-o", "mixed");
    assert_refused(2, sentence, folder, "run", "own_study.json", "-o", "mixed", "--trials", "2");
    assert_runs(0, folder, "summary", "mixed");
    put_classes(0, 3);
    assert_runs(0, folder, "run", "own_study.json", "-o", "mixed", "--trials", "2");
}

static int set_up(void **state)
{
    program_set_up(state);
    command_without_gnuplot();
    put_study(folder, "own_study.json", OWN_STUDY);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_that_do_not_fit_are_refused_before_anything_is_written),
        cmocka_unit_test(what_fills_the_streams_is_carried),
        cmocka_unit_test(results_stay_readable_when_their_data_have_changed),
        cmocka_unit_test(a_run_does_not_go_on_with_other_data),
    };
    return test_run(tests, set_up, program_tear_down);
}
