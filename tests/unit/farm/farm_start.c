/* Workers that hang before they are ready, as stand-ins: replaced once, then recorded, and said. */
#include "support/workspace.h"

#include "farm/farm.h"
#include "results/results.h"

static const char study_text[] =
    "{ \"study\": \"s\", \"workload\": \"quadratic/noisy\", \"backend\": \"naive\", \"batch_size\": 16,"
    " \"budget\": { \"trials\": 2, \"steps\": 5 }, \"arms\": [ { \"arm\": \"a\", \"optimizer\": \"sgd\","
    " \"space\": { \"learning_rate\": 0.01 } } ] }";

static size_t n_said;

static void count_said(void *user, const char *sentence)
{
    assert_string_equal(sentence, "a worker hung before it was ready, and is replaced");
    n_said++;
}

/* Run the study with such a worker, which has `start` seconds; its results, to be freed. */
static fl_results *run_with(char *const *command, double start, fl_farm_progress *tally)
{
    fl_error error;
    fl_study *study = fl_study_load_text("s", study_text, NULL, &error);
    fl_farm farm = { .study = study,
                     .folder = folder,
                     .shard = { 1, 1 },
                     .workers = 1,
                     .start = start,
                     .worker_command = command,
                     .interrupt = -1,
                     .leave = -1,
                     .warned = count_said };
    n_said = 0;
    if (fl_farm_run(&farm, tally, &error) != FL_FARM_DONE) fail_msg("%s", error.text);
    fl_results *results = fl_results_read(folder, &error);
    assert_non_null(results);
    fl_study_free(study);
    return results;
}

static void assert_reason(size_t trial)
{
    char path[FL_FILE_PATH_MAX], *bytes, *line;
    size_t n;
    fl_file_path_join(path, folder, "trials.jsonl");
    assert_true(fl_file_read(path, &bytes, &n, NULL));
    for (line = bytes; trial; trial--) line = strchr(line, '\n') + 1;
    line[strcspn(line, "\n")] = 0;
    assert_contains(line, "\"reason\":\"its worker was not ready after 0.2 s, 2 times\"");
    free(bytes);
}

/* The message with its trial is longer than a pipe takes. */
static void a_worker_that_never_reads_holds_nobody_up(void **state)
{
    char *const deaf[] = { "/bin/sh", "-c", "echo '{\"ready\":true}'; exec sleep 1000", NULL };
    fl_text text = { 0 };
    fl_error error;
    fl_farm_progress tally;
    fl_text_add(&text,
                "{ \"study\": \"s\", \"workload\": \"quadratic/noisy\", \"backend\": \"naive\", \"batch_size\": 16,"
                "  \"budget\": { \"trials\": 1, \"steps\": 5 }, \"arms\": [ { \"arm\": \"a\", \"optimizer\": \"sgd\","
                "  \"schedule\": \"list\", \"space\": { \"learning_rate\": 0.01, \"schedule.rates\": [ 1");
    for (int i = 0; i < 20000; i++) fl_text_add(&text, ", 0.2345678901");
    fl_text_add(&text, "] } } ] }");
    fl_study *study = fl_study_load_text("s", text.bytes, NULL, &error);
    if (!study) fail_msg("%s", error.text);
    const fl_farm farm = { .study = study,
                           .folder = folder,
                           .shard = { 1, 1 },
                           .workers = 1,
                           .timeout = 0.3,
                           .worker_command = deaf,
                           .interrupt = -1,
                           .leave = -1 };
    if (fl_farm_run(&farm, &tally, &error) != FL_FARM_DONE) fail_msg("%s", error.text);
    assert_int_equal(tally.failed, 1);
    fl_study_free(study);
    fl_text_free(&text);
}

static void a_worker_that_always_hangs_fails_its_trials(void **state)
{
    char *const sleeper[] = { "/bin/sleep", "1000", NULL };
    fl_farm_progress tally;
    fl_results *results = run_with(sleeper, 0.2, &tally);
    assert_int_equal(tally.failed, 2);
    assert_int_equal(n_said, 4);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(results->arms[0].search[i].status, FL_OUTCOME_FAILED);
        assert_reason(i);
    }
    fl_results_free(results);
}

/* A true worker needs some time, too, and more on a busy machine: where it was not ready either, both have four times
 * as much. */
static void a_worker_that_hangs_once_costs_its_time(void **state)
{
    char script[3 * FL_FILE_PATH_MAX], *const once[] = { "/bin/sh", "-c", script, NULL };
    fl_farm_progress tally = { .complete = 0 };
    for (double start = 1; tally.complete < 2 && start < 100; start *= 4) {
        workspace_tear_down(state);
        workspace_set_up(state);
        snprintf(script, sizeof script,
                 "[ -e '%s/came' ] && exec '%s/fairlead' worker; touch '%s/came'; exec sleep 1000", folder,
                 FL_BUILD_DIR, folder);
        fl_results_free(run_with(once, start, &tally));
    }
    assert_int_equal(tally.complete, 2);
    assert_int_equal(n_said, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_worker_that_never_reads_holds_nobody_up, workspace_set_up,
                                        workspace_tear_down),
        cmocka_unit_test_setup_teardown(a_worker_that_always_hangs_fails_its_trials, workspace_set_up,
                                        workspace_tear_down),
        cmocka_unit_test_setup_teardown(a_worker_that_hangs_once_costs_its_time, workspace_set_up, workspace_tear_down),
    };
    return test_run(tests, NULL, NULL);
}
