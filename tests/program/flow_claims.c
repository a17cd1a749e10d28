/* What is planned before a run and asked after it: plan, narrow, and the flags of summary that choose after the fact.
 */
#include "support/command.h"
#include "support/fixtures.h"

/* Unlike in their spaces: arms with the same trials would share their points. */
#define ARMS                                                                                                           \
    SGD("sgd")                                                                                                         \
    ",{\"arm\": \"other\", \"optimizer\": \"sgd\", \"space\": {\"learning_rate\": {\"min\": 2e-3, \"max\": 10, "       \
    "\"scaling\": "                                                                                                    \
    "\"log\"}}}"

/* Two arms of ten trials, the second by .3 worse; its validation loss, though, is the lower the higher its error. */
static void begin(fixture *s, const char *fields)
{
    fixture_begin(s, fields, ARMS);
    for (uint64_t i = 0; i < 10; i++) {
        double error = 0.1 + 0.01 * (double)i;
        add_trial(s, 0, i, 0,
                  (synthetic){ .val_error = error, .test_error = error, .val_loss = 2 - error, .reached = 60 });
        add_trial(s, 1, i, 0, (synthetic){ .val_error = error + 0.3, .test_error = error + 0.3 });
    }
    fl_store_close(s->store);
    s->store = NULL;
}

static void assert_says(const fixture *s, int code, const char *part, const char *a, const char *b, const char *d)
{
    command c = command_run("/", WORDS("summary", s->folder, a, b, d));
    if (c.code != code) fail_msg("exit code %d, not %d: %s%s", c.code, code, c.out, c.err);
    if (!strstr(c.out, part) && !strstr(c.err, part)) fail_msg("'%s' is not in:\n%s%s", part, c.out, c.err);
    command_free(&c);
}

static void markdown_has_the_same_tables(void **state)
{
    fixture s;
    begin(&s, BUDGET(10));
    assert_says(&s, 0, "\n| sgd | 10 | 0 | 10.00 | 10.00 | ", "--markdown", NULL, NULL);
    assert_says(&s, 0, "# synthetic\n", "--markdown", NULL, NULL);
    assert_says(&s, 0, "\n| arm | runs | steps | core hours |", "--markdown", NULL, NULL);
    assert_says(&s, 0, "- **sgd** trial 0", "--markdown", NULL, NULL);
    assert_says(&s, 2, "exclude each other", "--markdown", "--json", NULL);
    fixture_end(&s);
}

static void another_selection_is_marked_as_chosen_after_the_fact(void **state)
{
    fixture s;
    begin(&s, BUDGET(10));
    assert_says(&s, 0, "- **sgd** trial 0", "--markdown", "--select", "val_error");
    assert_says(&s, 0, "- **sgd** trial 9", "--markdown", "--select", "val_loss"); /* 2 - .19 is its lowest loss */
    assert_says(&s, 0, "chosen after the fact: selection by val_loss", "--select", "val_loss", NULL);
    assert_says(&s, 2, "'test_error' cannot be used", "--select", "test_error", NULL);
    command c = command_run("/", WORDS("summary", s.folder, "--select", "val_error"));
    assert_null(strstr(c.out, "after the fact")); /* it is the study's own */
    command_free(&c);
    fixture_end(&s);
}

/* Synthetic errors are 0 from step 60 on, until the last evaluation; without a target of the study's own. */
static void another_target_is_looked_up_among_the_points(void **state)
{
    fixture s;
    begin(&s, BUDGET(10));
    assert_says(&s, 0, "\"steps_to_target\": 60", "--json", "--target", "val_error=0.05");
    assert_says(&s, 0, "chosen after the fact: the target val_error below 0.05", "--target", "val_error=0.05", NULL);
    assert_says(&s, 2, "--target is METRIC=VALUE, as val_error=0.1, not 'val_error'", "--target", "val_error", NULL);
    assert_says(&s, 2, "not 'val_error=nan'", "--target", "val_error=nan", NULL);
    assert_says(&s, 2, "not 'val_error=1e400'", "--target", "val_error=1e400", NULL);
    assert_says(&s, 2, "metric 'speed' cannot be used here", "--target", "speed=3", NULL);
    fixture_end(&s);
}

static void another_baseline_is_not_declared(void **state)
{
    fixture s;
    begin(&s, BUDGET(10) "\"claims\": {\"baseline\": \"sgd\"},");
    assert_says(&s, 0, "chosen after the fact: other as the baseline", "--baseline", "other", NULL);
    assert_says(&s, 2, "unknown arm 'adam'; the study has sgd, other", "--baseline", "adam", NULL);
    assert_says(&s, 2, "unknown arm 'ohter' (did you mean other?); the study has", "--baseline", "ohter", NULL);
    command c = command_run("/", WORDS("summary", s.folder, "--baseline", "sgd"));
    assert_null(strstr(c.out, "after the fact")); /* it was declared */
    command_free(&c);
    fixture_end(&s);
}

/* A look at declared claims is noted where the folder can be written, and `check` says what it said before. */
static void looks_are_noted_and_harm_nothing(void **state)
{
    fixture s;
    begin(&s, BUDGET(10) "\"claims\": {\"baseline\": \"sgd\"},");
    command c = command_run("/", WORDS("summary", s.folder));
    assert_int_equal(0, c.code);
    command_free(&c);
    bytes log = take_file(&s, "log.jsonl");
    assert_non_null(strstr(log.text, "\"event\":\"look\",\"trials\":10"));
    free(log.text);
    give_file(&s, "log.jsonl", "nonsense", 8);
    c = command_run("/", WORDS("check", s.folder));
    assert_int_equal(0, c.code);
    assert_contains(c.out, "no damage");
    command_free(&c);
    fixture_end(&s);
}

static void assert_logged(const fixture *s, bool looked, const char *const *words)
{
    give_file(s, "log.jsonl", "", 0);
    command c = command_run(s->folder, words);
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    command_free(&c);
    bytes log = take_file(s, "log.jsonl");
    if (looked != (strstr(log.text, "\"event\":\"look\",\"trials\":10") != NULL))
        fail_msg("%s: '%s'", *words, log.text);
    free(log.text);
}

/* Whatever shows a verdict on a declared pair, in whichever form, is a look; what shows none is not. */
static void every_way_to_see_a_verdict_is_a_look(void **state)
{
    fixture s;
    bool has_gnuplot = !system("command -v gnuplot >/dev/null");
    bool has_sqlite = system(FL_BUILD_DIR "/fairlead export . --to sqlite 2>&1 | grep -q 'has no SQLite'");
    begin(&s, BUDGET(10) "\"claims\": {\"baseline\": \"sgd\"},");
    assert_logged(&s, true, WORDS("summary", s.folder, "--json"));
    assert_logged(&s, true, WORDS("report", s.folder, "-o", "page.html"));
    if (has_gnuplot) {
        assert_logged(&s, true, WORDS("plot", s.folder, "--figure", "pairs"));
        assert_logged(&s, true, WORDS("plot", s.folder));
        assert_logged(&s, false, WORDS("plot", s.folder, "--figure", "curves"));
    }
    if (has_sqlite) assert_logged(&s, true, WORDS("export", s.folder, "--to", "sqlite", "-o", "a.db"));
    assert_logged(&s, true, WORDS("export", s.folder, "--to", "latex", "-o", "a.tex"));
    assert_logged(&s, false, WORDS("export", s.folder, "--to", "csv", "-o", "a.csv"));
    assert_logged(&s, false, WORDS("watch", s.folder, "--once"));
    fixture_end(&s);
}

/* A wrapped paragraph as one line. */
static void unwrap(char *text)
{
    char *to = text;
    for (const char *c = text; *c; c++) {
        bool blank = *c == '\n' || *c == ' ';
        if (!blank || (to > text && to[-1] != ' ')) *to++ = blank ? ' ' : *c;
    }
    *to = 0;
}

/* --- plan --- */

static const char study[] =
    "{\"study\": \"planned\", \"workload\": \"quadratic/noisy\", \"backend\": \"naive\", "
    "\"batch_size\": 4, \"budget\": {\"trials\": 10, \"steps\": 40}, "
    "\"claims\": {\"pairs\": [[\"other\", \"sgd\"]], \"family\": \"twins\"}, \"arms\": [" ARMS "]}";

static json_t *planned(const char *folder, const char *option, const char *value)
{
    command c = command_run(folder, WORDS("plan", "study.json", "--json", option, value));
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    json_t *plan = json_loads(c.out, 0, NULL);
    assert_non_null(plan);
    command_free(&c);
    return plan;
}

static void put_planned(char folder[FL_FILE_PATH_MAX])
{
    char path[FL_FILE_PATH_MAX];
    folder_make(folder);
    fl_file_path_join(path, folder, "study.json");
    put_file(path, study, strlen(study));
}

static void a_plan_says_what_it_costs_and_what_cannot_be_said(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    put_planned(folder);
    json_t *plan = planned(folder, NULL, NULL), *arm = json_array_get(json_object_get(plan, "arms"), 0);
    double step = json_number_value(json_object_get(arm, "step_seconds")),
           evaluation = json_number_value(json_object_get(arm, "evaluation_seconds")),
           setup = json_number_value(json_object_get(arm, "setup_seconds"));
    assert_true(step > 0 && evaluation > 0);
    assert_close(json_number_value(json_object_get(arm, "core_hours")), /* 10 runs of 40 steps, 20 evaluations */
                 10 * (setup + 40 * step + 20 * evaluation) / 3600, 1e-9);
    assert_true(json_is_null(json_object_get(plan, "detectable_difference")));
    assert_int_equal(1, json_integer_value(json_object_get(plan, "pairs")));
    assert_int_equal(2, json_integer_value(json_object_get(plan, "k")));
    json_decref(plan);
    command c = command_run(folder, WORDS("plan", "study.json"));
    assert_contains(c.out, "detectable difference: cannot be said yet");
    command_free(&c);
    folder_remove(folder);
}

static void a_pilot_says_what_can_be_detected(void **state)
{
    fixture s;
    char folder[FL_FILE_PATH_MAX];
    begin(&s, BUDGET(10));
    put_planned(folder);
    json_t *plan = planned(folder, "--pilot", s.folder);
    double found = json_number_value(json_object_get(plan, "detectable_difference"));
    assert_true(found > 0.005 && found < 0.1); /* ten errors a point apart, their best of two of ten */
    const json_t *pair = json_array_get(json_object_get(plan, "comparisons"), 0);
    assert_int_equal(10, json_integer_value(json_object_get(pair, "pilot_trials")));
    assert_close(json_number_value(json_object_get(pair, "detectable_difference")), found, 0);
    json_decref(plan);
    command c = command_run(folder, WORDS("plan", "study.json", "--pilot", s.folder));
    unwrap(c.out);
    assert_contains(c.out, "with 1 comparison, corrected without the other studies of twins");
    command_free(&c);
    c = command_run(folder, WORDS("plan", "study.json", "--pilot", "nowhere"));
    assert_int_equal(2, c.code);
    assert_contains(c.err, "not a result folder");
    command_free(&c);
    folder_remove(folder);
    fixture_end(&s);
}

/* One folder under two names would count as two studies of its family. */
static void a_folder_named_twice_is_refused(void **state)
{
    fixture s;
    char again[FL_FILE_PATH_MAX];
    begin(&s, BUDGET(10));
    fl_file_path_join(again, s.folder, ".");
    command c = command_run(s.folder, WORDS("summary", s.folder, again));
    assert_int_equal(2, c.code);
    assert_contains(c.err, "are one folder; name it once");
    command_free(&c);
    fixture_end(&s);
}

/* The plan's line comes first, and at the end stands beside it what the run took. */
static void a_run_begins_with_its_plan_and_ends_beside_it(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    put_planned(folder);
    command c = command_run(folder, WORDS("run", "study.json", "-o", "out", "-j", "1"));
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    assert_true(!strncmp(c.err, "plan: 20 runs, ", 15));
    assert_null(strstr(c.err, "best")); /* progress shows counts and time, no results */
    unwrap(c.out);
    assert_contains(c.out, "core-hours planned, ");
    assert_contains(c.out, "other and sgd: detectable, by the first 10 trials of each, ");
    command_free(&c);
    c = command_run(folder, WORDS("run", "study.json", "-o", "out", "-j", "1"));
    assert_int_equal(0, c.code);
    assert_null(strstr(c.err, "plan: ")); /* nothing is left to plan */
    command_free(&c);
    folder_remove(folder);
}

static json_t *claims_of(const char *folder)
{
    command c = command_run(folder, WORDS("summary", "out", "--json"));
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    json_t *summary = json_loads(c.out, 0, NULL), *claims = json_incref(json_object_get(summary, "claims"));
    json_decref(summary);
    command_free(&c);
    return claims;
}

/* Whoever looked at 10 trials and then asks for 20 is tested at .05 / (2 * 3), on the K he declared. */
static void an_extension_after_a_look_is_tested_more_strictly(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    put_planned(folder);
    command c = command_run(folder, WORDS("run", "study.json", "-o", "out", "--progress", "none"));
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    command_free(&c);
    json_t *claims = claims_of(folder);
    assert_int_equal(1, json_integer_value(json_object_get(claims, "looks")));
    assert_int_equal(2, json_integer_value(json_object_get(claims, "k")));
    json_decref(claims);
    c = command_run(folder, WORDS("run", "study.json", "-o", "out", "--trials", "20", "--progress", "none"));
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    command_free(&c);
    claims = claims_of(folder);
    assert_int_equal(2, json_integer_value(json_object_get(claims, "looks")));
    assert_close(json_number_value(json_object_get(claims, "level")), 0.05 / 6, 1e-15);
    assert_int_equal(2, json_integer_value(json_object_get(claims, "k"))); /* not 4 */
    assert_int_equal(10, json_integer_value(json_object_get(claims, "trials")));
    json_decref(claims);
    folder_remove(folder);
}

/* --- narrow --- */

static void narrow_writes_a_study_that_runs(void **state)
{
    fixture s;
    begin(&s, BUDGET(10));
    command c = command_run(s.folder, WORDS("narrow", s.folder, "-o", "narrow.json"));
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    assert_contains(c.out, "sgd: learning_rate [0.001, 10] -> [");
    command_free(&c);
    c = command_run(s.folder, WORDS("narrow", s.folder, "-o", "narrow.json"));
    assert_int_equal(2, c.code);
    assert_contains(c.err, "narrow.json: exists");
    command_free(&c);
    c = command_run(s.folder,
                    WORDS("run", "narrow.json", "-o", "out", "--trials", "2", "--steps", "2", "--progress", "none"));
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    assert_contains(c.out, "and the wide search that chose the axes");
    command_free(&c);
    c = command_run(s.folder, WORDS("run", "narrow.json", "-o", "again", "--seed", "1"));
    assert_int_equal(2, c.code);
    assert_contains(c.err, "as in the wide study whose trials chose these axes");
    command_free(&c);
    c = command_run(s.folder, WORDS("narrow", s.folder));
    assert_int_equal(2, c.code);
    assert_contains(c.err, "-o STUDY is missing");
    command_free(&c);
    fixture_end(&s);
}

/* --- carry --- */

/* Two rates at each of two batch sizes, trained for six steps. */
static void carry_writes_a_study_that_runs(void **state)
{
    char folder[FL_FILE_PATH_MAX];
    folder_make(folder);
    put_study(
        folder, "batches.json",
        "{ 'study': 'batches', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': [16, 64],"
        "  'budget': { 'trials': 2, 'steps': { '16': 8, '64': 6 } }, 'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd',"
        "  'space': { 'learning_rate': { 'feasible_points': [0.01, 0.02] } } } ] }");
    assert_refused(2, "results/batches", folder, "carry", "results/batches", "-o", "carry.json");
    assert_runs(0, folder, "run", "batches.json", "--progress", "none");
    command c = command_run(folder, WORDS("carry", "results/batches", "-o", "carry.json", "--seeds", "5"));
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    assert_contains(c.out, "sgd, square-root rule: learning_rate ");
    command_free(&c);
    c = command_run(folder, WORDS("run", "carry.json", "--progress", "none"));
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    assert_contains(c.out, "quadratic/noisy, batch 64, naive f32, 6 steps");
    assert_contains(c.out, "declared differences in the best of 1, with 90 % intervals; 2 tests");
    command_free(&c);
    assert_refused(2, "--seeds must be at least 5, not 4", folder, "carry", "results/batches", "-o", "x.json",
                   "--seeds", "4");
    assert_refused(2, "-o STUDY is missing", folder, "carry", "results/batches");
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest drawing[] = { cmocka_unit_test(every_way_to_see_a_verdict_is_a_look) };
    int of_drawing = test_run(drawing, NULL, NULL);
    command_without_gnuplot();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markdown_has_the_same_tables),
        cmocka_unit_test(another_selection_is_marked_as_chosen_after_the_fact),
        cmocka_unit_test(another_target_is_looked_up_among_the_points),
        cmocka_unit_test(another_baseline_is_not_declared),
        cmocka_unit_test(looks_are_noted_and_harm_nothing),
        cmocka_unit_test(a_plan_says_what_it_costs_and_what_cannot_be_said),
        cmocka_unit_test(a_pilot_says_what_can_be_detected),
        cmocka_unit_test(a_folder_named_twice_is_refused),
        cmocka_unit_test(a_run_begins_with_its_plan_and_ends_beside_it),
        cmocka_unit_test(an_extension_after_a_look_is_tested_more_strictly),
        cmocka_unit_test(narrow_writes_a_study_that_runs),
        cmocka_unit_test(carry_writes_a_study_that_runs),
    };
    int of_others = test_run(tests, NULL, NULL);
    return of_drawing ? of_drawing : of_others;
}
