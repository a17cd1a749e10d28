/* The verbs that read result folders, run as programs: what they print, and their exit codes. */
#include "support/page.h"
#include "support/summed.h"

#include <sys/wait.h>

typedef struct answer {
    int code;
    char *text; /* stdout and stderr; owned */
} answer;

/* Run "fairlead ARGUMENTS" with FOLDER in place of %s. */
static answer ask(const fixture *s, const char *arguments)
{
    fl_text command = { 0 }, said = { 0 };
    char line[4096];
    fl_text_add(&command, "%s/fairlead ", FL_BUILD_DIR);
    for (const char *c = arguments; *c; c++)
        fl_text_add(&command, *c == '@' ? "%s" : "%.1s", *c == '@' ? s->folder : c);
    fl_text_add(&command, " 2>&1");
    FILE *pipe = popen(command.bytes, "r");
    assert_non_null(pipe);
    for (size_t n; (n = fread(line, 1, sizeof line, pipe));) fl_text_add_bytes(&said, line, n);
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    fl_text_free(&command);
    return (answer){ WEXITSTATUS(status), said.bytes ? said.bytes : fl_memory_copy_text("") };
}

static void assert_answer(const fixture *s, const char *arguments, int code, const char *part)
{
    answer a = ask(s, arguments);
    if (a.code != code) fail_msg("%s: exit code %d, not %d: %s", arguments, a.code, code, a.text);
    assert_contains(a.text, part);
    free(a.text);
}

static size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += *text == '\n';
    return n;
}

#define ADAM                                                                                                           \
    "{\"arm\": \"adam, \\\"kingma\\\"\", \"optimizer\": \"adam\", \"space\": {\"learning_rate/epsilon\": {\"min\": "   \
    "1e-2, "                                                                                                           \
    "\"max\": 1e7, \"scaling\": \"log\"}, \"epsilon\": {\"min\": 1e-10, \"max\": 1e10, \"scaling\": \"log\"}, "        \
    "\"epsilon_form\": {\"feasible_points\": [\"kingma\", \"choi\"]}}}"

/* Two arms of three trials: one infeasible, one with a comma and quotes in its name. */
static void begin(fixture *s)
{
    const double errors[] = { 0.3, 0.2, 0.1 };
    fixture_begin(s, BUDGET(3) TARGET, SGD("sgd") "," ADAM);
    add_errors(s, 0, errors, 3);
    add_errors(s, 1, errors, 2);
    add_trial(s, 1, 2, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE, .reason = "the loss is not finite at step 7" });
    fl_store_close(s->store);
    s->store = NULL;
}

static void empty_folder(fixture *s)
{
    fixture_begin(s, BUDGET(3), SGD("sgd"));
    fl_store_close(s->store);
    s->store = NULL;
}

/* --- check --- */

static void check_finds_a_sound_folder_whole(void **state)
{
    fixture s;
    begin(&s);
    assert_answer(&s, "check @", 0, "6 trials, no damage");
    fixture_end(&s);
}

static void check_names_every_damaged_line_and_changes_nothing(void **state)
{
    fixture s;
    begin(&s);
    bytes trials = take_file(&s, "trials.jsonl"), points = take_file(&s, "points.jsonl");
    trials.text[line_start(&trials, 2)] = '!';
    trials.text[line_start(&trials, 5) + 50] ^= 1;
    give_file(&s, "trials.jsonl", trials.text, trials.n);
    give_file(&s, "points.jsonl", points.text, points.n - 1);
    assert_answer(&s, "check @", 1, "/trials.jsonl:2: does not match its check");
    assert_answer(&s, "check @", 1, "/trials.jsonl:5: does not match its check");
    assert_answer(&s, "check @", 1, "/points.jsonl:50: is torn off");
    bytes after = take_file(&s, "trials.jsonl");
    assert_memory_equal(trials.text, after.text, trials.n);
    free(after.text);
    free(trials.text);
    free(points.text);
    fixture_end(&s);
}

static void check_finds_damage_beside_the_lines(void **state)
{
    fixture s;
    begin(&s);
    give_file(&s, "host.json", "{\"schema\": 1,", 13);
    assert_answer(&s, "check @", 1, "/host.json:1");
    give_file(&s, "study.json", "{\"study\": ", 10);
    assert_answer(&s, "check @", 1, "/study.json:1");
    fixture_end(&s);
}

static void check_wants_a_result_folder(void **state)
{
    fixture s;
    begin(&s);
    assert_answer(&s, "check @/nowhere", 2, "not a result folder");
    assert_answer(&s, "check", 2, "usage: fairlead check DIR");
    assert_answer(&s, "check --help", 0, "example:");
    fixture_end(&s);
}

/* --- summary --- */

static void the_table_speaks_plainly_to_a_pipe(void **state)
{
    fixture s;
    begin(&s);
    answer a = ask(&s, "summary @");
    assert_int_equal(0, a.code);
    assert_null(strchr(a.text, '\033')); /* no colour */
    assert_contains(a.text, "glyphs/mlp, batch 32, naive f32, 100 steps");
    assert_contains(a.text, "10.00    11.00  [11.00, 21.00]"); /* of sgd; K = N = 3: P(rank <= 2) = 26/27 */
    assert_contains(a.text, "left at default: schedule.warmup_steps = 0");
    assert_contains(a.text, "no difference shown");
    assert_contains(a.text, "too few trials");
    free(a.text);
    fixture_end(&s);
}

/* BOLD's code, to a pipe. */
static void assert_coloured(const fixture *s, bool expected)
{
    answer a = ask(s, "summary @");
    assert_int_equal(a.code, 0);
    assert_int_equal(strstr(a.text, "\033[1m") != NULL, expected);
    free(a.text);
}

static void the_table_has_colours_for_who_asks(void **state)
{
    fixture s;
    begin(&s);
    setenv("CLICOLOR_FORCE", "0", 1);
    assert_coloured(&s, false);
    setenv("CLICOLOR_FORCE", "1", 1);
    assert_coloured(&s, true);
    setenv("NO_COLOR", "1", 1);
    assert_coloured(&s, false);
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
    fixture_end(&s);
}

/* Twelve equal trials each: nothing is contradicted, and no difference at all is within any margin. */
static void the_table_names_special_cases_and_the_coverage_of_intervals_from_few_trials(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(12),
                  SGD("sgd") ", {\"arm\": \"momentum\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": "
                             "{\"min\": 1e-3, \"max\": 10, \"scaling\": \"log\"}, \"one_minus_momentum\": "
                             "{\"min\": 1e-3, \"max\": 1, \"scaling\": \"log\"}}}, " ADAM);
    for (uint64_t i = 0; i < 36; i++)
        add_trial(&s, i / 12, i % 12, 0, (synthetic){ .val_error = 0.2, .test_error = 0.2 });
    fl_store_close(s.store);
    s.store = NULL;
    assert_answer(&s, "summary @", 0, "[20.00, 20.00] 86 %"); /* fl_stats_coverage of 12 */
    assert_answer(&s, "summary @", 0, "momentum is not worse than sgd: shown, +0.00 points [0.00, 0.00]");
    assert_answer(&s, "summary @", 0,
                  "not an inclusion here: 'adam, \"kingma\"' and sgd (beta1 would be 0, left at 0.9)");
    assert_answer(&s, "summary @ --json", 0, "\"finding\": \"shown\"");
    fixture_end(&s);
}

/* Intervals of differences cover less than those of arms: fl_stats_paired_coverage of 12. */
static void the_table_names_the_coverage_of_a_difference_from_few_trials(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(12), SGD("a") "," SGD("b"));
    add_rising(&s, 0, 12, 0.10);
    add_rising(&s, 1, 12, 0.12);
    fl_store_close(s.store);
    s.store = NULL;
    assert_answer(&s, "summary @", 0, "] 83 %; p = ");
    fixture_end(&s);
}

#define MOMENTUM(name)                                                                                                 \
    "{\"arm\": \"" name                                                                                                \
    "\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": {\"min\": 1e-3, \"max\": 10, "                    \
    "\"scaling\": \"log\"}}}"

/* Of two rules and three special cases six pairs are no inclusions, and all have their name; of four cases eight are.
 */
static void the_table_names_six_pairs_that_were_not_judged_and_counts_the_rest(void **state)
{
    const double error = 0.1;
    const char *const arms[] = { MOMENTUM("m") "," MOMENTUM("n") "," SGD("a") "," SGD("b") "," SGD("c"),
                                 MOMENTUM("m") "," MOMENTUM("n") "," SGD("a") "," SGD("b") "," SGD("c") "," SGD("d") };
    for (size_t more = 0; more < 2; more++) {
        fixture s;
        fixture_begin(&s, BUDGET(1), arms[more]);
        for (size_t i = 0; i < 5 + more; i++) add_errors(&s, i, &error, 1);
        fl_store_close(s.store);
        s.store = NULL;
        answer a = ask(&s, "summary @");
        assert_int_equal(6, count_of(a.text, "(momentum would be 0,"));
        assert_contains(a.text, more ? "and 2 more pairs\n\ncost" : "0.9)\n\ncost");
        free(a.text);
        fixture_end(&s);
    }
}

static void the_table_tells_what_is_declared_beyond_pairs(void **state)
{
    fixture s;
    begin_further(&s);
    assert_answer(&s, "summary @", 0, "Declared flips in the best of 1: whether tuning more turns an order round\n");
    fixture_end(&s);
}

static void summary_prints_json(void **state)
{
    fixture s;
    begin(&s);
    answer a = ask(&s, "summary @ --json");
    json_t *json = json_loads(a.text, 0, NULL);
    assert_int_equal(2, json_array_size(json_object_get(json, "arms")));
    json_decref(json);
    free(a.text);
    fixture other;
    fl_text both = { 0 };
    begin(&other);
    fl_text_add(&both, "summary --json @ %s", other.folder);
    a = ask(&s, both.bytes);
    json = json_loads(a.text, 0, NULL);
    assert_int_equal(2, json_array_size(json));
    json_decref(json);
    free(a.text);
    fl_text_free(&both);
    fixture_end(&other);
    fixture_end(&s);
}

static void summary_prints_a_row_per_arm_as_csv(void **state)
{
    fixture s;
    begin(&s);
    answer a = ask(&s, "summary @ --csv");
    assert_int_equal(3, count_lines(a.text));
    assert_contains(a.text, ",val_error,val_error_low,val_error_high,test_error,");
    assert_contains(a.text, ",synthetic,\"adam, \"\"kingma\"\"\",glyphs/mlp,adam,constant,naive,f32,32,3,2,1,0,1,");
    free(a.text);
    fixture_end(&s);
}

static void summary_never_calls_nothing_a_success(void **state)
{
    fixture s;
    empty_folder(&s);
    assert_answer(&s, "summary @", 4, "synthetic");
    fixture_end(&s);
}

static void summary_refuses_what_it_cannot_do(void **state)
{
    fixture s;
    empty_folder(&s);
    assert_answer(&s, "summary @/nowhere", 2, "not a result folder");
    assert_answer(&s, "summary @ --json --csv", 2, "exclude each other");
    assert_answer(&s, "summary", 2, "usage: fairlead summary");
    assert_answer(&s, "summary --help", 0, "example:");
    fixture_end(&s);
}

/* --- export --- */

/* The `n`th field, from 0, of line `line` of simple CSV. */
static char *field(const char *text, size_t line, size_t n)
{
    for (; line; line--) text = strchr(text, '\n') + 1;
    for (; n; n--) text = strchr(text, ',') + 1;
    return strndup(text, strcspn(text, ",\n"));
}

static size_t column(const char *text, const char *name)
{
    for (size_t n = 0;; n++) {
        char *heading = field(text, 0, n);
        bool found = !strcmp(heading, name);
        free(heading);
        if (found) return n;
    }
}

static void csv_has_a_row_per_trial(void **state)
{
    fixture s;
    begin(&s);
    answer a = ask(&s, "export @ --to csv");
    assert_int_equal(0, a.code);
    assert_int_equal(7, count_lines(a.text));
    char *error = field(a.text, 2, column(a.text, "final_val_error")),
         *beta = field(a.text, 2, column(a.text, "beta1"));
    assert_string_equal("0.2", error); /* of sgd's trial 1 */
    assert_string_equal("", beta);     /* which sgd does not have */
    assert_contains(a.text, "synthetic,\"adam, \"\"kingma\"\"\",2,0,");
    assert_contains(a.text, ",infeasible,the loss is not finite at step 7,");
    free(error);
    free(beta);
    free(a.text);
    fixture_end(&s);
}

/* What Optuna 3.1.0's JournalStorage wants of each line; loaded there by hand, the numbers were the same. */
static void optuna_gets_a_journal_with_a_study_per_arm(void **state)
{
    fixture s;
    size_t n_studies = 0, n_trials = 0, n_pruned = 0;
    begin(&s);
    answer a = ask(&s, "export @ --to optuna");
    assert_int_equal(0, a.code);
    for (char *rest = a.text, *line; (line = strsep(&rest, "\n")) && *line;) {
        json_t *operation = json_loads(line, 0, NULL);
        assert_non_null(operation);
        assert_non_null(json_object_get(operation, "worker_id"));
        bool study = json_integer_value(json_object_get(operation, "op_code")) == 0;
        n_studies += study;
        n_trials += !study;
        n_pruned += json_integer_value(json_object_get(operation, "state")) == 2;
        json_decref(operation);
    }
    assert_int_equal(2, n_studies);
    assert_int_equal(6, n_trials);
    assert_int_equal(1, n_pruned);
    free(a.text);
    fixture_end(&s);
}

/* Axes as they were sampled: a quotient within its ends, a choice as its place. */
static void optuna_gets_the_axes_that_were_sampled(void **state)
{
    fixture s;
    begin(&s);
    answer a = ask(&s, "export @ --to optuna | tail -1");
    json_t *trial = json_loads(a.text, 0, NULL), *params = json_object_get(trial, "params");
    double quotient = json_real_value(json_object_get(params, "learning_rate/epsilon"));
    json_t *hypers = json_object_get(json_object_get(trial, "user_attrs"), "hyperparameters");
    assert_close(quotient,
                 json_real_value(json_object_get(hypers, "learning_rate")) /
                     json_real_value(json_object_get(hypers, "epsilon")),
                 1e-8); /* sampled to 9 digits */
    assert_true(quotient >= 1e-2 && quotient <= 1e7);
    assert_true(json_is_integer(json_object_get(params, "epsilon_form")));
    const char *distribution =
        json_string_value(json_object_get(json_object_get(trial, "distributions"), "epsilon_form"));
    assert_string_equal(
        "{\"name\":\"CategoricalDistribution\",\"attributes\":{\"choices\":[\"choi\",\"kingma\",\"inside\"]}}",
        distribution);
    assert_int_equal(3, json_object_size(params));
    json_decref(trial);
    free(a.text);
    fixture_end(&s);
}

static void benchmark_action_gets_names_units_and_values(void **state)
{
    fixture s;
    begin(&s);
    answer a = ask(&s, "export @ --to benchmark-action");
    json_t *list = json_loads(a.text, 0, NULL);
    assert_int_equal(4, json_array_size(list)); /* per arm error and time; nobody reached the target */
    for (size_t i = 0; i < 4; i++) {
        const json_t *entry = json_array_get(list, i);
        assert_true(json_is_string(json_object_get(entry, "name")));
        assert_true(json_is_string(json_object_get(entry, "unit")));
        assert_true(json_is_number(json_object_get(entry, "value")));
    }
    assert_close(json_number_value(json_object_get(json_array_get(list, 0), "value")), 11, 1e-14); /* per cent */
    json_decref(list);
    free(a.text);
    fixture_end(&s);
}

static void export_writes_to_a_file(void **state)
{
    fixture s;
    begin(&s);
    answer a = ask(&s, "export @ --to csv -o @/out.csv");
    assert_int_equal(0, a.code);
    free(a.text);
    bytes b = take_file(&s, "out.csv");
    assert_memory_equal("study,arm,index", b.text, 15);
    free(b.text);
    assert_answer(&s, "export @ --to csv -o /dev/full", 3, "No space left");
    assert_answer(&s, "export @ --to csv -o @/nowhere/out.csv", 2, "cannot be written");
    fixture_end(&s);
}

static void export_refuses_what_it_cannot_do(void **state)
{
    fixture s;
    empty_folder(&s);
    assert_answer(&s, "export @ --to csv", 4, "study,arm");
    assert_answer(&s, "export @ --to parquet", 2, "use csv, optuna, benchmark-action, sqlite or latex");
    assert_answer(&s, "export @", 2, "--to is missing");
    assert_answer(&s, "export @/nowhere --to csv", 2, "not a result folder");
    assert_answer(&s, "export --help", 0, "example:");
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_finds_a_sound_folder_whole),
        cmocka_unit_test(check_names_every_damaged_line_and_changes_nothing),
        cmocka_unit_test(check_finds_damage_beside_the_lines),
        cmocka_unit_test(check_wants_a_result_folder),
        cmocka_unit_test(the_table_speaks_plainly_to_a_pipe),
        cmocka_unit_test(the_table_has_colours_for_who_asks),
        cmocka_unit_test(the_table_names_special_cases_and_the_coverage_of_intervals_from_few_trials),
        cmocka_unit_test(the_table_names_the_coverage_of_a_difference_from_few_trials),
        cmocka_unit_test(the_table_names_six_pairs_that_were_not_judged_and_counts_the_rest),
        cmocka_unit_test(the_table_tells_what_is_declared_beyond_pairs),
        cmocka_unit_test(summary_prints_json),
        cmocka_unit_test(summary_prints_a_row_per_arm_as_csv),
        cmocka_unit_test(summary_never_calls_nothing_a_success),
        cmocka_unit_test(summary_refuses_what_it_cannot_do),
        cmocka_unit_test(csv_has_a_row_per_trial),
        cmocka_unit_test(optuna_gets_a_journal_with_a_study_per_arm),
        cmocka_unit_test(optuna_gets_the_axes_that_were_sampled),
        cmocka_unit_test(benchmark_action_gets_names_units_and_values),
        cmocka_unit_test(export_writes_to_a_file),
        cmocka_unit_test(export_refuses_what_it_cannot_do),
    };
    return test_run(tests, NULL, NULL);
}
