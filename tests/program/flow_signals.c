/* Interruptions and lost trials: signals, timeouts, failures tried again, two runs on one folder. */
#include "base/clock.h"
#include "support/program.h"

#include <signal.h>
#include <unistd.h>

/* Trials of about ten minutes each, so that a signal always finds one at work. */
static const char endless[] =
    "{ 'study': 'endless', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 256,"
    "  'budget': { 'trials': 3, 'steps': 30000000, 'eval_every': 30000000 },"
    "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 0.01, 'max': 0.1, 'scaling': "
    "'log' } } } ] }";

/* Its first trial is short work, the others are not: every trial differs by its batch size alone. */
static const char mixed[] =
    "{ 'study': 'mixed', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': [1, 8000],"
    "  'budget': { 'trials': 2, 'steps': 20000, 'eval_every': 20000 },"
    "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }";

static int set_up(void **state)
{
    program_set_up(state);
    put_study(folder, "endless.json", endless);
    put_study(folder, "mixed.json", mixed);
    return 0;
}

static bool holds(const char *out, const char *name)
{
    char within[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    fl_file_path_join(within, folder, out);
    fl_file_path_join(path, within, name);
    return fl_file_exists(path);
}

static void wait_for_file(const char *out, const char *name)
{
    for (int i = 0; i < 20000; i++, usleep(1000))
        if (holds(out, name)) return;
    fail_msg("%s never held %s", out, name);
}

/* A signal ends a run soon; the folder is whole, and the sentence says how to go on. */
static void interrupt_by(int signal_number, const char *out, bool group)
{
    long workers[2];
    command c = command_start(folder, WORDS("run", "endless.json", "-o", out, "-j", "2"));
    wait_for_file(out, "points.jsonl");
    command_wait_workers(&c, 2, 0, workers);
    double sent = fl_clock_seconds();
    kill(group ? -getpgrp() : c.pid, signal_number);
    command_wait(&c);
    double took = fl_clock_seconds() - sent;
    assert_int_equal(c.code, 128 + signal_number);
    assert_true(took < command_patience(2)); /* docs/formats.md */
    assert_contains(c.err, "0 of 3 trials are safe in");
    assert_contains(c.err, "run the same command again to go on");
    assert_int_equal(store_count(folder, out, "trials"), 0);
    command_free(&c);
    assert_runs(0, folder, "check", out);
}

static void ctrl_c_ends_a_run_by_130(void **state)
{
    interrupt_by(SIGINT, "int", false);
}

static void sigterm_ends_a_run_by_143(void **state)
{
    interrupt_by(SIGTERM, "term", false);
}

/* A background job of a shell script starts with SIGINT ignored. */
static void signals_ignored_at_start_are_handled_all_the_same(void **state)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    interrupt_by(SIGINT, "ignored-int", false);
    interrupt_by(SIGTERM, "ignored-term", false);
    interrupt_by(SIGTERM, "group-term", true); /* the workers receive it as well; this process still ignores it */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

static void a_single_trial_ends_by_130_too(void **state)
{
    command c = command_start(folder, WORDS("trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--set",
                                            "learning_rate=0.01", "--backend", "naive", "--steps", "10000000",
                                            "--eval-every", "0", "--trace", "endless.jsonl"));
    wait_for_file(".", "endless.jsonl");
    kill(c.pid, SIGINT);
    command_wait(&c);
    assert_int_equal(c.code, 130);
    command_free(&c);
}

static void a_second_run_on_a_folder_is_refused_while_the_first_lives(void **state)
{
    char pid[40];
    command c = command_start(folder, WORDS("run", "endless.json", "-o", "held"));
    wait_for_file("held", "points.jsonl");
    snprintf(pid, sizeof pid, "process %ld is writing", (long)c.pid);
    assert_refused(2, pid, folder, "run", "endless.json", "-o", "held");
    assert_refused(2, pid, folder, "run", "endless.json", "-o", "held", "--shard", "2/2");
    kill(c.pid, SIGKILL);
    command_wait(&c);
    command_free(&c);
    put_study(
        folder, "short.json",
        "{ 'study': 'endless', 'workload': 'quadratic/noisy', 'batch_size': 256, 'budget': { 'trials': 1, 'steps': 1 },"
        " 'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.1 } } ] }");
    assert_refused(2, "differs", folder, "run", "short.json", "-o",
                   "held"); /* the lock is free: only the study is in the way */
}

static void a_killed_supervisor_takes_its_workers_with_it(void **state)
{
    long workers[2];
    command c = command_start(folder, WORDS("run", "endless.json", "-o", "orphans", "-j", "2"));
    command_wait_workers(&c, 2, 0, workers);
    usleep(300000); /* by then they are at work, and receive nothing but signals */
    kill(c.pid, SIGKILL);
    command_wait(&c);
    command_free(&c);
    for (size_t w = 0; w < 2; w++) {
        for (int i = 0; i < 30000 && !command_is_dead(workers[w]); i++) usleep(1000);
        assert_true(command_is_dead(workers[w]));
    }
}

static size_t count_failed(const char *out, const char *part)
{
    json_t *lines = store_lines(folder, out, "trials"), *line;
    size_t i, n = 0;
    json_array_foreach(lines, i, line)
    {
        if (strcmp(json_string_value(json_object_get(line, "status")), "failed")) continue;
        n++;
        assert_contains(json_string_value(json_object_get(line, "reason")), part);
        assert_true(json_is_null(json_object_get(line, "final")) && json_is_null(json_object_get(line, "state_hash")));
    }
    json_decref(lines);
    return n;
}

static void a_timeout_is_a_failed_trial_with_its_reason(void **state)
{
    assert_refused(1, "2 trials failed", folder, "run", "mixed.json", "-o", "late", "-j", "2", "--timeout", "1");
    assert_int_equal(count_failed("late", "still running after the timeout of 1 s, 2 times"), 2);
    assert_int_equal(store_count(folder, "late", "trials"), 4);
    assert_refused(1, "2 trials failed", folder, "run", "mixed.json", "-o", "late"); /* still so, and nothing is run */
    assert_int_equal(store_count(folder, "late", "trials"), 4);
    assert_refused(1, "--retry-failed", folder, "run", "mixed.json", "-o", "late", "--retry-failed", "--timeout",
                   "0.2");
    assert_int_equal(store_count(folder, "late", "trials"), 6);
}

/* Kills its workers as fast as they come, each while it has a trial. */
static void a_trial_that_loses_two_workers_is_a_failed_trial(void **state)
{
    long workers[2] = { 0 };
    command c = command_start(folder, WORDS("run", "endless.json", "-o", "crash", "-j", "1", "--trials", "1"));
    for (int kills = 0; kills < 2; kills++) {
        command_wait_workers(&c, 1, workers[0], workers);
        kill((pid_t)workers[0], SIGKILL);
    }
    command_wait(&c);
    assert_int_equal(c.code, 1);
    command_free(&c);
    assert_int_equal(count_failed("crash", "killed by signal 9 (Killed), 2 times"), 1);
}

static void a_failed_trial_can_be_tried_again(void **state)
{
    put_study(folder, "retry.json",
              "{ 'study': 'retry', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 4096,"
              " 'budget': { 'trials': 1, 'steps': 2000, 'eval_every': 2000 },"
              " 'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }");
    assert_runs(0, folder, "run", "retry.json", "-o", "straight");
    assert_runs(1, folder, "run", "retry.json", "-o", "retry", "--timeout", "0.01");
    assert_runs(0, folder, "run", "retry.json", "-o", "retry", "--retry-failed");
    assert_int_equal(store_count(folder, "retry", "trials"), 2);
    assert_same_store(folder, "straight", "retry");
    assert_runs(0, folder, "run", "retry.json", "-o", "retry");
}

int main(void)
{
    setpgid(0, 0); /* signals to the group stay in this test */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ctrl_c_ends_a_run_by_130),
        cmocka_unit_test(sigterm_ends_a_run_by_143),
        cmocka_unit_test(signals_ignored_at_start_are_handled_all_the_same),
        cmocka_unit_test(a_single_trial_ends_by_130_too),
        cmocka_unit_test(a_second_run_on_a_folder_is_refused_while_the_first_lives),
        cmocka_unit_test(a_killed_supervisor_takes_its_workers_with_it),
        cmocka_unit_test(a_timeout_is_a_failed_trial_with_its_reason),
        cmocka_unit_test(a_trial_that_loses_two_workers_is_a_failed_trial),
        cmocka_unit_test(a_failed_trial_can_be_tried_again),
    };
    return test_run(tests, set_up, program_tear_down);
}
