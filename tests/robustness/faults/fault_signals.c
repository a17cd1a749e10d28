/* Ctrl-C and SIGTERM at random moments, from the start of the program over its trials to the figures and the page: it
 * ends soon by 130 or 143, the store is consistent and no process stays behind. 12 signals, 100 with "long";
 * SIGNAL_SEED repeats a run's choices. */
#include "fault_study.h"
#include "base/clock.h"
#include "base/random.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

static const char study[] =
    "{ 'study': 'signals', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
    "  'budget': { 'trials': 6, 'steps': 6000, 'eval_every': 500 },"
    "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 1e-3, 'max': 1, 'scaling': "
    "'log' } } },"
    "            { 'arm': 'adam', 'optimizer': 'adam',"
    "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-1, 'scaling': 'log' } } } ] }";
enum { TRIALS = 12, MOST_CHILDREN = 2 };

static size_t wanted = 12;
static fl_random_stream chance;

static int set_up(void **state)
{
    const char *seed = getenv("SIGNAL_SEED"), *path = getenv("PATH");
    uint64_t number = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    char *kept = strdup(path ? path : "");
    chance = fl_random_stream_start(number, "signals", 0);
    print_message("SIGNAL_SEED=%llu\n", (unsigned long long)number);
    fault_begin(study);
    setenv("PATH", kept, 1);
    free(kept);
    return 0;
}

/* Start a run and signal it after `delay` microseconds; true when the signal came before its end. */
static bool interrupt(int signal_number, useconds_t delay)
{
    long children[MOST_CHILDREN];
    command c = command_start(folder, WORDS("run", "study.json", "-o", "out", "-j", "2"));
    usleep(delay);
    size_t n = command_workers(&c, children);
    double sent = fl_clock_seconds();
    kill(c.pid, signal_number);
    command_wait(&c);
    double took = fl_clock_seconds() - sent;
    if (c.code != 0 && c.code != 128 + signal_number) fail_msg("exit code %d: %s", c.code, c.err);
    if (took > command_patience(2)) fail_msg("it took %g s", took); /* docs/formats.md */
    bool interrupted = c.code != 0;
    command_free(&c);
    for (size_t i = 0; i < n; i++) {
        for (int wait = 0; wait < 30000 && !command_is_dead(children[i]); wait++) usleep(1000);
        assert_true(command_is_dead(children[i]));
    }
    assert_int_equal(count_damage(), 0);
    return interrupted;
}

/* What a run takes here, in microseconds. */
static useconds_t length_of_run(void)
{
    double begun = fl_clock_seconds();
    assert_runs(0, folder, "run", "study.json", "-o", "out", "-j", "2");
    return (useconds_t)(1e6 * (fl_clock_seconds() - begun)) + 1;
}

/* Half of the signals come into a run of trials, half into one that has only its figures and page left. */
static void a_signal_ends_a_run_at_any_moment(void **state)
{
    size_t n_interrupted = 0;
    useconds_t whole = length_of_run(), rest = length_of_run();
    for (size_t i = 0; i < wanted; i++) {
        bool early = fl_random_below(&chance, 2);
        if (early) fault_clear();
        useconds_t delay = (useconds_t)fl_random_below(&chance, early ? whole : rest);
        n_interrupted += interrupt(fl_random_below(&chance, 2) ? SIGINT : SIGTERM, delay);
    }
    assert_resumes();
    assert_nothing_doubled(TRIALS);
    assert_true(n_interrupted > 0);
    print_message("%zu of %zu signals came before the end\n", n_interrupted, wanted);
}

/* The supervisor waits in an fsync that does not come back, and cannot look for signals. */
static void a_signal_ends_a_run_that_waits_for_its_disk(void **state)
{
    char met[FL_FILE_PATH_MAX];
    fl_file_path_join(met, folder, "met");
    fault_clear();
    fault_set("stall", "supervisor", 8, 0, false);
    command c = command_start(folder, WORDS("run", "study.json", "-o", "out", "-j", "2"));
    for (int i = 0; i < 60000 && !fl_file_exists(met); i++) usleep(1000);
    assert_true(fault_unset());
    double sent = fl_clock_seconds();
    kill(c.pid, SIGTERM);
    command_wait(&c);
    double took = fl_clock_seconds() - sent;
    assert_true(took < command_patience(2));
    assert_int_equal(c.code, 143);
    command_free(&c);
    assert_resumes();
    assert_nothing_doubled(TRIALS);
}

int main(int argc, char **argv)
{
    if (argc > 1) wanted = 100;
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_signal_ends_a_run_at_any_moment),
                                        cmocka_unit_test(a_signal_ends_a_run_that_waits_for_its_disk) };
    return test_run(tests, set_up, program_tear_down);
}
