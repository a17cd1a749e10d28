/* The same study gives the same records, however it is run: with other workers, in shards, killed and resumed. */
#include "support/faults.h"
#include "support/program.h"

/* Two arms on the quadratic, half of whose trials diverge. */
static const char study[] =
    "{ 'study': 'same', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
    "  'budget': { 'trials': 6, 'steps': 20000, 'eval_every': 4000 },"
    "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 1e-3, 'max': 1, 'scaling': "
    "'log' } } },"
    "            { 'arm': 'adam', 'optimizer': 'adam', 'schedule': 'linear',"
    "              'space': { 'learning_rate/epsilon': { 'min': 1e-2, 'max': 1e7, 'scaling': 'log' },"
    "                         'epsilon': { 'min': 1e-10, 'max': 1e10, 'scaling': 'log' } } } ] }";

static int set_up(void **state)
{
    program_set_up(state);
    program_run_once("same", study);
    return 0;
}

static void two_runs_and_two_workers_give_the_same_records(void **state)
{
    assert_int_equal(store_count(folder, "once", "trials"), 12);
    assert_runs(0, folder, "run", "same.json", "-o", "twice", "-j", "2");
    assert_same_store(folder, "once", "twice");
}

static void every_backend_repeats_itself(void **state)
{
    static const char *const backends[] = { "naive", "openblas", "onednn" };
    put_study(folder, "glyphs.json",
              "{ 'study': 'glyphs', 'workload': 'glyphs/mlp', 'batch_size': 32, 'budget': { 'trials': 2, 'steps': 6, "
              "'eval_every': 6 },"
              "  'arms': [ { 'arm': 'adam', 'optimizer': 'adam',"
              "              'space': { 'learning_rate': { 'min': 1e-4, 'max': 1e-2, 'scaling': 'log' } } } ] }");
    for (size_t i = 0; i < 3; i++) {
        char one[40], two[40];
        snprintf(one, sizeof one, "%s-j1", backends[i]);
        snprintf(two, sizeof two, "%s-j2", backends[i]);
        assert_runs(0, folder, "run", "glyphs.json", "--backend", backends[i], "-o", one, "-j", "1");
        assert_runs(0, folder, "run", "glyphs.json", "--backend", backends[i], "-o", two, "-j", "2");
        assert_same_store(folder, one, two);
    }
}

static void shards_together_are_the_whole(void **state)
{
    assert_runs(0, folder, "run", "same.json", "-o", "shards", "--shard", "1/2", "-j", "1");
    assert_runs(0, folder, "run", "same.json", "-o", "shards", "--shard", "2/2", "-j", "1");
    assert_same_store(folder, "once", "shards");
    assert_int_equal(store_count(folder, "shards", "trials.1-of-2"), 6);
    assert_runs(0, folder, "run", "same.json", "-o", "shards");
    assert_int_equal(store_count(folder, "shards", "trials"), 12); /* nothing was missing */
}

/* A run of all but one shard, then without --shard: it does the rest. */
static void the_whole_does_what_a_shard_left(void **state)
{
    assert_runs(0, folder, "run", "same.json", "-o", "rest", "--shard", "2/3");
    assert_int_equal(store_count(folder, "rest", "trials"), 4);
    assert_runs(0, folder, "run", "same.json", "-o", "rest");
    assert_int_equal(store_count(folder, "rest", "trials"), 12);
    assert_same_store(folder, "once", "rest");
}

static void a_finished_folder_does_not_grow(void **state)
{
    size_t trials = store_count(folder, "once", "trials"), points = store_count(folder, "once", "points");
    assert_runs(0, folder, "run", "same.json", "-o", "once");
    assert_int_equal(store_count(folder, "once", "trials"), trials);
    assert_int_equal(store_count(folder, "once", "points"), points);
}

/* Workers write one line when they are ready and one for each outcome, before which they wait. */
static void a_killed_supervisor_is_taken_over(void **state)
{
    char out[40];
    for (size_t n = 0; n <= 8; n += 4) {
        snprintf(out, sizeof out, "killed-%zu", n);
        fault_hold("write", "worker", 2 + n / 2);
        command c = command_start(folder, WORDS("run", "same.json", "-o", out, "-j", "2"));
        fault_wait_held(2);
        store_wait(folder, out, n);
        kill(c.pid, SIGKILL);
        command_wait(&c);
        assert_int_equal(c.code, 128 + SIGKILL);
        command_free(&c);
        fault_let_go();
        assert_int_equal(store_count(folder, out, "trials"), n);
        assert_runs(0, folder, "run", "same.json", "-o", out, "-j", "2");
        assert_same_store(folder, "once", out);
        assert_int_equal(store_count(folder, out, "trials"), 12); /* no trial was run twice once it was written */
    }
}

/* Each at its second trial, which the next one then does first: no trial is met twice, so none fails. */
static void a_killed_worker_costs_only_its_time(void **state)
{
    long workers[2];
    fault_hold("write", "worker", 3);
    command c = command_start(folder, WORDS("run", "same.json", "-o", "worker", "-j", "1"));
    for (size_t n = 1; n <= 3; n++) {
        fault_wait_held(n);
        assert_int_equal(command_workers(&c, workers), 1);
        kill((pid_t)workers[0], SIGKILL);
    }
    fault_let_go();
    command_wait(&c);
    assert_int_equal(c.code, 0);
    command_free(&c);
    assert_same_store(folder, "once", "worker");
}

static void a_torn_line_is_mended_and_its_trial_run_again(void **state)
{
    char path[FL_FILE_PATH_MAX], *bytes;
    size_t n;
    assert_runs(0, folder, "run", "same.json", "-o", "torn");
    fl_file_path_join(path, folder, "torn/trials.jsonl");
    assert_true(fl_file_read(path, &bytes, &n, NULL));
    put_file(path, bytes, n - 100);
    free(bytes);
    assert_runs(0, folder, "run", "same.json", "-o", "torn");
    assert_int_equal(store_count(folder, "torn", "trials"), 12);
    assert_same_store(folder, "once", "torn");
}

static void another_seed_gives_other_trials(void **state)
{
    assert_runs(0, folder, "run", "same.json", "-o", "seed", "--seed", "2");
    json_t *one = store_record(folder, "once", "sgd", 0, 0), *two = store_record(folder, "seed", "sgd", 0, 0);
    assert_false(json_equal(json_object_get(one, "seed"), json_object_get(two, "seed")));
    assert_false(json_equal(json_object_get(one, "hyperparameters"), json_object_get(two, "hyperparameters")));
    json_decref(one);
    json_decref(two);
}

static void arms_are_paired_by_index(void **state)
{
    for (json_int_t index = 0; index < 6; index++) {
        json_t *sgd = store_record(folder, "once", "sgd", index, 0),
               *adam = store_record(folder, "once", "adam", index, 0);
        assert_true(json_equal(json_object_get(sgd, "seed"), json_object_get(adam, "seed")));
        json_decref(sgd);
        json_decref(adam);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_runs_and_two_workers_give_the_same_records),
        cmocka_unit_test(every_backend_repeats_itself),
        cmocka_unit_test(shards_together_are_the_whole),
        cmocka_unit_test(the_whole_does_what_a_shard_left),
        cmocka_unit_test(a_finished_folder_does_not_grow),
        cmocka_unit_test(a_killed_supervisor_is_taken_over),
        cmocka_unit_test(a_killed_worker_costs_only_its_time),
        cmocka_unit_test(a_torn_line_is_mended_and_its_trial_run_again),
        cmocka_unit_test(another_seed_gives_other_trials),
        cmocka_unit_test(arms_are_paired_by_index),
    };
    return test_run(tests, set_up, program_tear_down);
}
