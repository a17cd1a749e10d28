/* --checkpoint-every: trials and runs killed at any moment, also while they write, end as if nothing had happened. */
#include "base/random.h"
#include "support/faults.h"
#include "support/program.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two arms, each with trials of some tenths of a second; 'every' below gives each some twenty checkpoints. */
static const char study[] =
    "{ 'study': 'kept', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 64,"
    "  'budget': { 'trials': 2, 'steps': 20000, 'eval_every': 1500 },"
    "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'schedule': 'plateau',"
    "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-2, 'scaling': 'log' } } },"
    "            { 'arm': 'adam', 'optimizer': 'adam', 'schedule': 'linear',"
    "              'space': { 'learning_rate': { 'min': 1e-4, 'max': 1e-2, 'scaling': 'log' } } } ] }";

#define EVERY "--checkpoint-every", "1000"

static int set_up(void **state)
{
    program_set_up(state);
    program_run_once("kept", study);
    return 0;
}

static void path_of(char path[FL_FILE_PATH_MAX], const char *name)
{
    fl_file_path_join(path, folder, name);
}

static bool exists(const char *name)
{
    char path[FL_FILE_PATH_MAX];
    struct stat facts;
    path_of(path, name);
    return stat(path, &facts) == 0;
}

static void put(const char *name, const char *text)
{
    char path[FL_FILE_PATH_MAX];
    path_of(path, name);
    put_file(path, text, strlen(text));
}

/* When a file was last written, in ns; 0: there is none. */
static int64_t written(const char *name)
{
    char path[FL_FILE_PATH_MAX];
    struct stat facts;
    path_of(path, name);
    return stat(path, &facts) == 0 ? (int64_t)facts.st_mtim.tv_sec * 1000000000 + facts.st_mtim.tv_nsec : 0;
}

/* Wait until a file has been written since `last`. */
static void wait_for_next(const char *name, int64_t last)
{
    for (int i = 0; i < 60000; i++, usleep(500)) {
        int64_t now = written(name);
        if (now && now != last) return;
    }
    fail_msg("%s was never written", name);
}

static void kill_and_wait(command *c)
{
    kill(c->pid, SIGKILL);
    command_wait(c);
    assert_int_equal(c->code, 128 + SIGKILL);
}

/* Before its call number `at` of that kind: the second rename is that of its second checkpoint. */
static command run_and_kill(const char *const *words, const char *call, size_t at)
{
    fault_hold(call, "supervisor", at);
    command c = command_start(folder, words);
    fault_wait_held(1);
    kill_and_wait(&c);
    fault_let_go();
    return c;
}

/* --- a single trial --- */

#define TRIAL                                                                                                          \
    "trial", "--workload", "glyphs/mlp", "--optimizer", "adam", "--schedule", "plateau", "--set",                      \
        "learning_rate=0.001", "--batch", "32", "--steps", "200", "--eval-every", "100", "--json"

/* All that a record says but times. free() */
static char *record_of(const char *out)
{
    json_t *record = json_loads(out, 0, NULL);
    assert_non_null(record);
    json_object_del(record, "seconds");
    json_object_del(record, "examples_per_second");
    char *text = json_dumps(record, JSON_SORT_KEYS);
    json_decref(record);
    return text;
}

static void assert_same_record(const command *a, const command *b)
{
    char *left = record_of(a->out), *right = record_of(b->out);
    assert_string_equal(left, right);
    free(left);
    free(right);
}

/* A checkpoint of 2.8 MB after every step, written piece by piece: it is killed before one of the pieces, whichever. */
static void a_trial_killed_again_and_again_ends_the_same(void **state)
{
    enum { SECOND = 30, FURTHER = 100 }; /* writes: of the second checkpoint or so, and of some more */
    fl_random_stream stream = fl_random_stream_start((uint64_t)getpid(), "kill", 0);
    command alone = command_run(folder, WORDS(TRIAL));
    assert_int_equal(alone.code, 0);
    for (int round = 0; round < 4; round++) {
        command c = run_and_kill(WORDS(TRIAL, "--checkpoint-every", "1", "--checkpoint", "trial.checkpoint"), "write",
                                 SECOND + fl_random_below(&stream, FURTHER));
        if (round) assert_contains(c.err, "trial.checkpoint: the trial goes on from step ");
        command_free(&c);
    }
    command last = command_run(folder, WORDS(TRIAL, "--checkpoint-every", "1", "--checkpoint", "trial.checkpoint"));
    assert_contains(last.err, "trial.checkpoint: the trial goes on from step ");
    assert_same_record(&alone, &last);
    assert_false(exists("trial.checkpoint") || exists("trial.checkpoint.tmp"));
    command_free(&alone);
    command_free(&last);
}

static void the_file_is_called_after_the_trial(void **state)
{
    char name[40];
    command alone = command_run(folder, WORDS(TRIAL));
    json_t *record = json_loads(alone.out, 0, NULL);
    snprintf(name, sizeof name, "%s.checkpoint", json_string_value(json_object_get(record, "trial")));
    json_decref(record);
    command c = run_and_kill(WORDS(TRIAL, "--checkpoint-every", "2"), "rename", 2);
    command_free(&c);
    c = command_run(folder, WORDS(TRIAL, "--checkpoint-every", "1000"));
    assert_contains(c.err, name);
    assert_same_record(&alone, &c);
    assert_false(exists(name));
    command_free(&alone);
    command_free(&c);
}

/* As the processes of a launch do with --no-mpi. The first waits with its second checkpoint under way. */
static void the_same_trial_begun_twice_is_refused(void **state)
{
    char name[40], expected[120];
    fault_hold("rename", "supervisor", 2);
    command first = command_start(folder, WORDS(TRIAL, "--checkpoint-every", "1", "--checkpoint", "shared"));
    fault_wait_held(1);
    snprintf(name, sizeof name, "%ld", (long)first.pid);
    snprintf(expected, sizeof expected, "shared: process %s keeps this trial's state there; wait for it", name);
    kill(first.pid, SIGSTOP);
    fault_let_go();
    assert_refused(2, expected, folder, TRIAL, "--checkpoint-every", "1", "--checkpoint", "shared");
    kill(first.pid, SIGCONT);
    command_wait(&first);
    assert_int_equal(first.code, 0);
    assert_false(exists("shared") || exists("shared.lock"));
    command_free(&first);
}

/* The points of before are shown as well. */
static void a_table_is_whole_after_a_kill(void **state)
{
    const char *const words[] = { "trial",
                                  "--workload",
                                  "quadratic/noisy",
                                  "--optimizer",
                                  "sgd",
                                  "--set",
                                  "learning_rate=0.001",
                                  "--backend",
                                  "naive",
                                  "--batch",
                                  "64",
                                  "--steps",
                                  "20000",
                                  EVERY,
                                  "--checkpoint",
                                  "table",
                                  NULL };
    command alone = command_run(folder, words), killed = run_and_kill(words, "rename", 2);
    command again = command_run(folder, words);
    char *speed = strstr(alone.out, "speed");
    assert_non_null(speed);
    assert_contains(again.err, "goes on from step");
    assert_memory_equal(alone.out, again.out, (size_t)(speed - alone.out));
    command_free(&alone);
    command_free(&killed);
    command_free(&again);
}

static void mistakes_are_told_before_anything_is_done(void **state)
{
    put("thesis", "the only copy of it");
    assert_refused(2, "thesis: is no checkpoint, and is left alone", folder, TRIAL, "--checkpoint-every", "1",
                   "--checkpoint", "thesis");
    assert_true(exists("thesis"));
    assert_refused(2, "--checkpoint FILE needs --checkpoint-every N", folder, TRIAL, "--checkpoint", "x");
    assert_refused(2, "--checkpoint-every must be a whole number of at least 1, not '0'", folder, TRIAL,
                   "--checkpoint-every", "0");
    assert_refused(2, "not 'often'", folder, "run", "kept.json", "-o", "x", "--checkpoint-every", "often");
    assert_refused(2, "leave out --checkpoint-every", folder, TRIAL, "--checkpoint-every", "1", "--trace", "x");
    assert_refused(2, "leave out --checkpoint-every", folder, TRIAL, "--checkpoint-every", "1", "--export", "x");
    assert_refused(2, "missing/x.lock", folder, TRIAL, "--checkpoint-every", "1", "--checkpoint", "missing/x");
    assert_false(exists("x") || exists("missing"));
}

/* --- a run --- */

static command run_to(const char *out)
{
    return command_start(folder, WORDS("run", "kept.json", "-o", out, "-j", "1", EVERY));
}

/* Its first trial has a checkpoint, and waits before it has another. */
static command run_inside_first_trial(const char *out)
{
    fault_hold("rename", "worker", 2);
    command c = run_to(out);
    fault_wait_held(1);
    return c;
}

static void assert_no_checkpoints(const char *out)
{
    char name[80];
    snprintf(name, sizeof name, "%s/checkpoints", out);
    assert_false(exists(name));
}

static void checkpoints_change_nothing_and_leave_nothing(void **state)
{
    command c = run_to("kept");
    command_wait(&c);
    assert_int_equal(c.code, 0);
    assert_null(strstr(c.err, "checkpoint"));
    assert_same_store(folder, "once", "kept");
    assert_no_checkpoints("kept");
    command_free(&c);
}

static void a_killed_run_goes_on_inside_its_trials(void **state)
{
    command c = run_inside_first_trial("killed");
    kill_and_wait(&c);
    command_free(&c);
    fault_let_go();
    assert_int_equal(store_count(folder, "killed", "trials"), 0);
    assert_runs(0, folder, "check", "killed"); /* readers see nothing of it */
    c = run_to("killed");
    command_wait(&c);
    assert_int_equal(c.code, 0);
    assert_contains(c.err, "killed/checkpoints/0-0-0.checkpoint: the trial goes on from step ");
    assert_same_store(folder, "once", "killed");
    assert_no_checkpoints("killed");
    command_free(&c);
}

static void a_killed_worker_costs_what_came_after_its_checkpoint(void **state)
{
    long workers[2];
    command c = run_inside_first_trial("worker");
    assert_int_equal(command_workers(&c, workers), 1);
    kill((pid_t)workers[0], SIGKILL);
    fault_let_go();
    command_wait(&c);
    assert_int_equal(c.code, 0);
    assert_contains(c.err, "0-0-0.checkpoint: the trial goes on from step ");
    assert_same_store(folder, "once", "worker");
    command_free(&c);
}

/* A trial that takes too long does so however often it is saved: no attempt goes on from another's checkpoint. */
static void a_timeout_is_not_stretched(void **state)
{
    put_study(folder, "endless.json",
              "{ 'study': 'endless', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 256,"
              "  'budget': { 'trials': 1, 'steps': 3000000, 'eval_every': 3000000 },"
              "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }");
    command c = command_run(
        folder, WORDS("run", "endless.json", "-o", "late", "--timeout", "0.5", "--checkpoint-every", "100"));
    assert_int_equal(c.code, 1);
    assert_null(strstr(c.err, "goes on from"));
    json_t *record = store_record(folder, "late", "sgd", 0, 0);
    assert_contains(json_string_value(json_object_get(record, "reason")), "still running after the timeout of 0.5 s");
    json_decref(record);
    assert_no_checkpoints("late");
    command_free(&c);
}

/* Kill the run's worker, another than `last`, once it has written a checkpoint. */
static long kill_worker_inside(const command *c, const char *checkpoint, long last)
{
    long workers[2] = { 0 };
    int64_t before = written(checkpoint);
    for (int i = 0; i < 60000 && (!command_workers(c, workers) || workers[0] == last); i++) usleep(500);
    wait_for_next(checkpoint, before);
    kill((pid_t)workers[0], SIGKILL);
    return workers[0];
}

/* The second worker goes on, and the time of the first counts: one second and more. */
static void a_trial_that_loses_two_workers_leaves_a_record_and_no_checkpoint(void **state)
{
    static const char checkpoint[] = "crash/checkpoints/0-0-0.checkpoint";
    command c = command_start(folder, WORDS("run", "endless.json", "-o", "crash", "--checkpoint-every", "100"));
    wait_for_next(checkpoint, 0);
    usleep(1000000);
    kill_worker_inside(&c, checkpoint, kill_worker_inside(&c, checkpoint, 0));
    command_wait(&c);
    assert_int_equal(c.code, 1);
    assert_contains(c.err, "goes on from step");
    json_t *record = store_record(folder, "crash", "sgd", 0, 0);
    const json_t *seconds = json_object_get(record, "seconds");
    assert_contains(json_string_value(json_object_get(record, "reason")), "killed by signal 9 (Killed), 2 times");
    assert_true(json_number_value(json_object_get(seconds, "total")) > 1);
    json_decref(record);
    assert_no_checkpoints("crash");
    command_free(&c);
}

/* A kill between record and removal leaves one. */
static void what_a_recorded_trial_left_is_removed(void **state)
{
    assert_runs(0, folder, "run", "kept.json", "-o", "stale");
    char path[FL_FILE_PATH_MAX];
    path_of(path, "stale/checkpoints");
    assert_true(fl_file_folder_make(path, NULL));
    put("stale/checkpoints/0-0-0.checkpoint", "stale");
    put("stale/checkpoints/1-0-0.checkpoint.tmp", "half");
    assert_runs(0, folder, "run", "kept.json", "-o", "stale", EVERY);
    assert_no_checkpoints("stale");
    assert_same_store(folder, "once", "stale");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_killed_again_and_again_ends_the_same),
        cmocka_unit_test(the_file_is_called_after_the_trial),
        cmocka_unit_test(the_same_trial_begun_twice_is_refused),
        cmocka_unit_test(a_table_is_whole_after_a_kill),
        cmocka_unit_test(mistakes_are_told_before_anything_is_done),
        cmocka_unit_test(checkpoints_change_nothing_and_leave_nothing),
        cmocka_unit_test(a_killed_run_goes_on_inside_its_trials),
        cmocka_unit_test(a_killed_worker_costs_what_came_after_its_checkpoint),
        cmocka_unit_test(a_timeout_is_not_stretched),
        cmocka_unit_test(a_trial_that_loses_two_workers_leaves_a_record_and_no_checkpoint),
        cmocka_unit_test(what_a_recorded_trial_left_is_removed),
    };
    return test_run(tests, set_up, program_tear_down);
}
