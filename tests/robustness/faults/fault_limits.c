/* Workers that hang or take too much memory are stopped at their limit, and the record says why. */
#include "fault_study.h"

#include <signal.h>
#include <unistd.h>

static const char study[] = "{ 'study': 'limits', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
                            "  'budget': { 'trials': 1, 'steps': 20 },"
                            "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }";

static const char endless[] =
    "{ 'study': 'endless', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 256,"
    "  'budget': { 'trials': 1, 'steps': 3000000, 'eval_every': 3000000 },"
    "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }";

static int set_up(void **state)
{
    fault_begin(study);
    put_study(folder, "endless.json", endless);
    return 0;
}

static void assert_one_failed(const char *why)
{
    json_t *lines = store_lines(folder, "out", "trials");
    const json_t *line = json_array_get(lines, 0);
    assert_int_equal(json_array_size(lines), 1);
    assert_string_equal(json_string_value(json_object_get(line, "status")), "failed");
    assert_contains(json_string_value(json_object_get(line, "reason")), why);
    json_decref(lines);
}

/* Workers that take 600 MiB as they start, where 300 are allowed; those that take what they need stay below. */
static void a_worker_that_takes_too_much_memory_is_stopped(void **state)
{
    fault_clear();
    fault_set("hunger", "worker", 600, 0, false);
    assert_refused(1, "1 trial failed", folder, "run", "study.json", "-o", "out", "--memory", "300");
    fault_unset();
    assert_one_failed("MiB, more than the limit of 300 MiB, 2 times");
    assert_runs(0, folder, "run", "study.json", "-o", "out", "--memory", "300", "--retry-failed");
    assert_same_store(folder, "once", "out");
}

/* Stopped, it receives and sends nothing any more, as one that waits for a disk. Each of its two attempts hangs. */
static void a_worker_that_hangs_is_stopped_at_its_timeout(void **state)
{
    long workers[2] = { 0 };
    fault_clear();
    command c = command_start(folder, WORDS("run", "endless.json", "-o", "out", "-j", "1", "--timeout", "1"));
    for (int hung = 0; hung < 2; hung++) {
        command_wait_workers(&c, 1, workers[0], workers);
        kill((pid_t)workers[0], SIGSTOP);
    }
    command_wait(&c);
    assert_int_equal(c.code, 1);
    command_free(&c);
    assert_one_failed("still running after the timeout of 1 s, 2 times");
    assert_true(command_is_dead(workers[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_that_takes_too_much_memory_is_stopped),
        cmocka_unit_test(a_worker_that_hangs_is_stopped_at_its_timeout),
    };
    return test_run(tests, set_up, program_tear_down);
}
