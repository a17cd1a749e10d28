/* A model that does not fit is the user's to change: exit code 2 with what it needs and what is there, before anything
 * is allocated or written. What is there is declared by a limit on the address space. */
#include "base/npy.h"
#include "support/program.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HIDDEN "{ 'kind': 'dense', 'out': 8192 }, { 'kind': 'relu' }"

/* Two hidden layers make 67 million parameters, 256 MiB an array, of which Adam trains with six: parameters, gradient,
 * those of the evaluation and those in canonical order, two moments. With one hidden layer they are few, but K-FAC
 * keeps matrices of 8,192 rows. */
#define NET(hidden)                                                                                                    \
    "{ 'workload': 'mine/wide', 'data': 'glyphs', 'layers': [ " hidden ", { 'kind': 'dense', 'out': 10 } ],"           \
    "  'loss': { 'kind': 'softmax_cross_entropy' } }"
#define DEEP NET(HIDDEN ", " HIDDEN)

#define STUDY(net, optimizer, trials)                                                                                  \
    "{ 'study': 's', 'workload': " net ", 'backend': 'openblas', 'batch_size': 4,"                                     \
    "  'budget': { 'trials': " trials ", 'steps': 1 }, 'arms': [ { 'arm': 'a', 'optimizer': '" optimizer               \
    "', 'space': {"                                                                                                    \
    "  'learning_rate': 1e-3 } } ] }"

enum { MIB = 1 << 20 };

static int set_up(void **state)
{
    program_set_up(state);
    command_without_gnuplot();
    put_study(folder, "net.json", DEEP);
    put_study(folder, "adam.json", STUDY(DEEP, "adam", "1"));
    put_study(folder, "many.json", STUDY(DEEP, "adam", "2000"));
    put_study(folder, "kfac.json", STUDY(NET(HIDDEN), "kfac", "1"));
    return 0;
}

/* Programs started from here find so much address space. */
static void declare(rlim_t mib)
{
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = mib ? mib * MIB : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
}

static void assert_does_not_fit(const char *what, const char *const *words)
{
    char path[FL_FILE_PATH_MAX];
    declare(1500);
    command c = command_run(folder, words);
    declare(0);
    if (c.code != 2) fail_msg("exit code %d, not 2: %s%s", c.code, c.out, c.err);
    assert_contains(c.err, what);
    assert_contains(c.err, "GiB of memory (");
    assert_contains(c.err, "bytes), and there are ");
    fl_file_path_join(path, folder, "out");
    assert_int_not_equal(access(path, F_OK), 0);
    command_free(&c);
}

static void need_limits(void)
{
#ifdef __SANITIZE_ADDRESS__
    test_skip("AddressSanitizer reserves address space without end, so it cannot be limited");
#endif
}

static void a_run_that_does_not_fit_is_refused_before_it_begins(void **state)
{
    need_limits();
    const char *sentence = "workload 'mine/wide' with optimizer 'adam' at batch size 4 needs ";
    assert_does_not_fit(sentence, WORDS("plan", "adam.json"));
    assert_does_not_fit(sentence, WORDS("run", "adam.json", "-o", "out"));
    assert_does_not_fit(sentence, WORDS("trial", "--workload", "net.json", "--optimizer", "adam", "--set",
                                        "learning_rate=1e-3", "--batch", "4", "--steps", "1", "--export", "out"));
}

/* One such trial fits, a thousand at once do not. */
static void workers_must_fit_beside_each_other(void **state)
{
    command c = command_run(folder, WORDS("run", "many.json", "-o", "out", "-j", "1000"));
    if (c.code != 2) fail_msg("exit code %d, not 2: %s%s", c.code, c.out, c.err);
    assert_contains(c.err, " for each of 1000 processes; fewer (-j, -np) have more");
    command_free(&c);
}

/* VGG-16, among the built-in workloads, would not fit into what is left. */
static void what_is_not_trained_may_be_as_large_as_it_likes(void **state)
{
    need_limits();
    declare(380);
    command c = command_run(folder, WORDS("list", "workloads"));
    declare(0);
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    command_free(&c);
}

static void what_a_rule_keeps_for_itself_counts(void **state)
{
    need_limits();
    assert_does_not_fit("what optimizer 'kfac' keeps needs ", WORDS("run", "kfac.json", "-o", "out"));
}

/* Ten examples that take 2 GiB, all of it hole, and their classes. */
static void put_large_array(void)
{
    struct stat header;
    const int32_t classes[10] = { 0, 1, 2 };
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "y.npy");
    assert_true(fl_npy_write(path, FL_NPY_I32, (size_t[]){ 10 }, 1, classes, NULL));
    fl_file_path_join(path, folder, "x.npy");
    const size_t shape[] = { 10, 54000000 };
    fl_npy_close(fl_npy_new(path, FL_NPY_F32, shape, 2, NULL), NULL);
    assert_int_equal(stat(path, &header), 0);
    assert_int_equal(truncate(path, header.st_size + (off_t)(shape[0] * shape[1] * sizeof(float))), 0);
}

static void data_that_do_not_fit_are_refused_before_they_are_read(void **state)
{
    need_limits();
    const char *sentence = "x.npy: what it holds needs 2.01 GiB";
    put_large_array();
    put_study(folder, "own.json",
              "{ 'workload': 'w', 'data': { 'npy': { 'inputs': 'x.npy', 'targets': 'y.npy' } }, 'layers': [ { 'kind': "
              "'dense', 'out': 3 } ], 'loss': { 'kind': 'softmax_cross_entropy' } }");
    put_study(folder, "large.json", STUDY("'own.json'", "sgd", "1"));
    assert_does_not_fit(sentence, WORDS("data", "check", "own.json"));
    assert_does_not_fit(sentence, WORDS("run", "large.json", "-o", "out"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_does_not_fit_is_refused_before_it_begins),
        cmocka_unit_test(workers_must_fit_beside_each_other),
        cmocka_unit_test(what_is_not_trained_may_be_as_large_as_it_likes),
        cmocka_unit_test(what_a_rule_keeps_for_itself_counts),
        cmocka_unit_test(data_that_do_not_fit_are_refused_before_they_are_read),
    };
    return test_run(tests, set_up, program_tear_down);
}
