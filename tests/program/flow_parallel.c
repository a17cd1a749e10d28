/* Trials of several workers through the program: a study that lists methods, its records, its commands, mistakes. */
#include "support/program.h"

static const char study[] =
    "{ 'study': 'parallel', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
    "  'parallel': [ { 'method': 'synchronous', 'workers': 1 }, { 'method': 'synchronous', 'workers': 4 },"
    "                { 'method': 'local', 'workers': 2, 'every': 3, 'state': 'averaged' } ],"
    "  'budget': { 'trials': 2, 'steps': 20, 'eval_every': 7 },"
    "  'arms': [ { 'arm': 'momentum', 'optimizer': 'momentum',"
    "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-1, 'scaling': 'log' } } } ] }";

static int set_up(void **state)
{
    program_set_up(state);
    program_run_once("parallel", study);
    return 0;
}

/* As its own command has it, in a process of its own. */
static void assert_repeats(const json_t *record, const char *where)
{
    char words[1000];
    const char *argv[COMMAND_WORDS] = { NULL };
    size_t n = 0;
    snprintf(words, sizeof words, "%s --json", json_string_value(json_object_get(record, "repro")));
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) argv[n++] = word;
    command c = command_run(where, argv + 1);
    json_error_t trouble;
    json_t *again = json_loads(c.out, 0, &trouble);
    if (!again) fail_msg("%s%s", c.out, c.err);
    assert_true(json_equal(json_object_get(again, "state_hash"), json_object_get(record, "state_hash")));
    assert_true(json_equal(json_object_get(again, "trial"), json_object_get(record, "trial")));
    json_decref(again);
    command_free(&c);
}

static void records_say_how_they_were_trained_and_their_commands_repeat_them(void **state)
{
    char path[FL_FILE_PATH_MAX], within[FL_FILE_PATH_MAX];
    size_t i, several = 0;
    json_t *lines = json_array(), *record;
    fl_file_path_join(within, folder, "once");
    fl_file_path_join(path, within, "trials.jsonl");
    store_add_lines(lines, path);
    assert_int_equal(json_array_size(lines), 6);
    json_array_foreach(lines, i, record)
    {
        const json_t *parallel = json_object_get(record, "parallel");
        several += parallel != NULL;
        if (parallel && !strcmp(json_string_value(json_object_get(parallel, "method")), "local"))
            assert_int_equal(
                json_integer_value(json_object_get(json_object_get(record, "hyperparameters"), "parallel.every")), 3);
        assert_repeats(record, folder);
    }
    assert_int_equal(several, 4);
    json_decref(lines);
}

static void results_are_verified_and_continued(void **state)
{
    assert_runs(0, folder, "verify", "once");
    assert_runs(0, folder, "run", "parallel.json", "-o", "once", "-j", "1");
    assert_runs(0, folder, "summary", "once");
    assert_runs(0, folder, "export", "once", "--to", "csv");
}

/* Arms by unlike methods are not rivals, and each table says whose it is. */
static void every_method_of_the_list_has_a_table_of_its_own(void **state)
{
    static const char *const methods[] = { "synchronous:1", "synchronous:4", "local:2,every=3,state=averaged" };
    char path[FL_FILE_PATH_MAX], *page;
    size_t n;
    command summary = command_run(folder, WORDS("summary", "once")),
            latex = command_run(folder, WORDS("export", "once", "--to", "latex"));
    assert_runs(0, folder, "report", "once", "-o", "page.html");
    fl_file_path_join(path, folder, "page.html");
    assert_true(fl_file_read(path, &page, &n, NULL));
    for (size_t i = 0; i < 3; i++) {
        char heading[120];
        snprintf(heading, sizeof heading, "batch 16, naive f32, 20 steps, %s", methods[i]);
        assert_contains(summary.out, heading);
        assert_contains(page, heading);
        snprintf(heading, sizeof heading, "quadratic/noisy, %s, batch size 16", methods[i]);
        assert_contains(latex.out, heading);
    }
    assert_null(strstr(summary.out, "differences in the best of"));
    free(page);
    command_free(&latex);
    command_free(&summary);
}

/* The folder keeps the durations, in the study and in a file that its commands name, so that theirs may go. */
static void a_trace_of_durations_is_kept_with_the_results(void **state)
{
    static const char traced[] =
        "{ 'study': 'traced', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
        "  'parallel': { 'method': 'asynchronous', 'workers': 3, 'durations': 'trace', 'trace': 'times.txt' },"
        "  'budget': { 'trials': 1, 'steps': 20, 'eval_every': 20 },"
        "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }";
    char path[FL_FILE_PATH_MAX], within[FL_FILE_PATH_MAX];
    json_t *lines = json_array();
    fl_file_path_join(path, folder, "times.txt");
    assert_true(fl_file_write(path, "1\n1\n5 # slow\n", 13, NULL));
    put_study(folder, "traced.json", traced);
    assert_runs(0, folder, "run", "traced.json", "-o", "traced", "-j", "1");
    assert_int_equal(remove(path), 0);
    assert_runs(0, folder, "verify", "traced");
    fl_file_path_join(within, folder, "traced");
    fl_file_path_join(path, within, "trials.jsonl");
    store_add_lines(lines, path);
    assert_repeats(json_array_get(lines, 0), within);
    json_decref(lines);
    assert_refused(2, "times.txt: ", folder, "run", "traced.json", "-o", "other");
    assert_refused(2, "parallel.durations = trace wants a file of them", folder, "trial", "--workload",
                   "quadratic/noisy", "--optimizer", "sgd", "--set", "learning_rate=0.01", "--parallel",
                   "asynchronous:2,durations=trace");
}

#define TRIAL                                                                                                          \
    "trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--set", "learning_rate=0.01", "--steps", "2"

static void mistakes_are_said(void **state)
{
    assert_refused(2, "--parallel wants METHOD:WORKERS", folder, TRIAL, "--parallel", "synchronous");
    assert_refused(2, "unknown parallel method 'sync'", folder, TRIAL, "--parallel", "sync:2");
    assert_refused(2, "5 workers do not divide a batch of 128", folder, TRIAL, "--parallel", "synchronous:5");
    assert_refused(2, "'parallel.every' has no value", folder, TRIAL, "--parallel", "local:2");
    assert_refused(2, "has no hyperparameter 'parallel.evry'", folder, TRIAL, "--parallel", "local:2,evry=3");
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "unused.txt");
    assert_true(fl_file_write(path, "1\n", 2, NULL));
    assert_refused(2, "--durations is for --parallel with durations=trace", folder, TRIAL, "--parallel",
                   "synchronous:2", "--durations", "unused.txt");
    assert_refused(2, "every is set twice", folder, TRIAL, "--parallel", "local:2,every=3", "--set",
                   "parallel.every=3");
    assert_refused(2, "parallel.cut_2 = 1 must follow a smaller parallel.cut_1, not 2", folder, TRIAL, "--parallel",
                   "pipeline:3,cut_1=2,cut_2=1");
    assert_refused(2, "cannot be cut into 4 stages that all have layers to multiply", folder, "trial", "--workload",
                   "glyphs/mlp", "--optimizer", "sgd", "--set", "learning_rate=0.01", "--parallel", "pipeline:4");
    assert_refused(2, "'tensor' does not serve optimizer 'lamb', which looks at more than one number", folder, "trial",
                   "--workload", "glyphs/mlp", "--optimizer", "lamb", "--set", "learning_rate=0.01", "--parallel",
                   "tensor:2");
    assert_refused(2, "GiB beside the network", folder, "trial", "--workload", "glyphs/simple_cnn", "--optimizer",
                   "adam", "--set", "learning_rate=0.01", "--batch", "4096", "--parallel", "local:4096,every=3");
}

/* The model of the first arm can be cut in two, that of the second has no three parts: told before anything is written,
 * also where no plan is shown. */
static void a_method_that_does_not_fit_the_model_is_refused_before_the_run(void **state)
{
    put_study(folder, "misfit.json",
              "{ 'study': 'misfit', 'workload': 'glyphs/mlp', 'backend': 'naive', 'batch_size': 6,"
              "  'budget': { 'trials': 1, 'steps': 1 },"
              "  'parallel': [ { 'method': 'pipeline', 'workers': 2 }, { 'method': 'tensor', 'workers': 3 } ],"
              "  'arms': [ { 'arm': 'a', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.1 } } ] }");
    const char *sentence = "misfit.json:1:180: arm 'a parallel=tensor:3': 3 workers divide the outputs of no dense "
                           "layer of workload 'glyphs/mlp'";
    assert_refused(2, sentence, folder, "run", "misfit.json", "-o", "misfit");
    assert_refused(2, sentence, folder, "run", "misfit.json", "-o", "misfit", "--progress", "none");
    assert_refused(2, sentence, folder, "run", "misfit.json", "-o", "misfit", "--shard", "1/2");
    /* also where the command line changes the study */
    assert_refused(2, sentence, folder, "run", "misfit.json", "-o", "misfit", "--steps", "2");
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "misfit");
    assert_false(fl_file_exists(path));
}

static void a_study_by_the_real_clock_is_planned_without_its_processes(void **state)
{
    put_study(folder, "real.json",
              "{ 'study': 'real', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
              "  'parallel': { 'method': 'asynchronous', 'workers': 2, 'clock': 'real', 'shards': 2 },"
              "  'budget': { 'trials': 2, 'steps': 20, 'eval_every': 10 },"
              "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd',"
              "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-1, 'scaling': 'log' } } } ] }");
    assert_runs(0, folder, "plan", "real.json");
}

static void methods_are_listed(void **state)
{
    command c = command_run(folder, WORDS("list", "methods"));
    assert_contains(c.out, "synchronous");
    assert_contains(c.out, "parallel.every");
    command_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_say_how_they_were_trained_and_their_commands_repeat_them),
        cmocka_unit_test(results_are_verified_and_continued),
        cmocka_unit_test(every_method_of_the_list_has_a_table_of_its_own),
        cmocka_unit_test(a_trace_of_durations_is_kept_with_the_results),
        cmocka_unit_test(mistakes_are_said),
        cmocka_unit_test(a_method_that_does_not_fit_the_model_is_refused_before_the_run),
        cmocka_unit_test(a_study_by_the_real_clock_is_planned_without_its_processes),
        cmocka_unit_test(methods_are_listed),
    };
    return test_run(tests, set_up, program_tear_down);
}
