/* The figures, through the command that draws them: the numbers in NAME.dat against closed forms, and drawings that are
 * there. */
#include "support/command.h"
#include "support/fixtures.h"

#define TARGET "\"target\": {\"metric\": \"val_error\", \"value\": 0.05},"
#define MOMENTUM(name)                                                                                                 \
    "{\"arm\": \"" name "\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate/(1-momentum)\": "                \
    "{\"min\": 1e-2, \"max\": 10, \"scaling\": \"log\"}, \"one_minus_momentum\": "                                     \
    "{\"min\": 1e-3, \"max\": 1, \"scaling\": \"log\"}}}"

static const double five[] = { 0.30, 0.20, 0.10, 0.25, 0.15 }; /* the third is selected; test errors are .01 more */

static void finish(scene *s)
{
    fl_store_close(s->store);
    s->store = NULL;
    read_scene(s);
}

/* Two arms: five trials of which one reaches the target at step 40; and one that diverged every time. */
static void begin(scene *s)
{
    scene_begin(s, BUDGET(5) TARGET, SGD("sgd") "," MOMENTUM("mom_^{x}@ 'd' <e>&"));
    invent_errors(s, 0, five, 5);
    invent(s, 0, 2, 0, (invented){ .val_error = 0.10, .test_error = 0.11, .reached = 40 });
    for (uint64_t i = 0; i < 5; i++) invent(s, 1, i, 0, (invented){ .status = FL_OUTCOME_INFEASIBLE });
    finish(s);
}

static char *read_text(const char *folder, const char *name)
{
    char path[FL_FILE_PATH_MAX], *text;
    size_t n;
    fl_error error;
    fl_file_path_join(path, folder, name);
    if (!fl_file_read(path, &text, &n, &error)) fail_msg("%s", error.text);
    return text;
}

/* Draw a figure of the scene and return its .dat. */
static char *draw(const scene *s, const char *figure)
{
    char name[80];
    assert_runs(0, s->folder, "plot", s->folder, "--figure", figure, "-o", s->folder);
    snprintf(name, sizeof name, "%s.dat", figure);
    return read_text(s->folder, name);
}

static const char *trial_of(const scene *s, size_t arm, size_t i)
{
    return s->results->arms[arm].search[i].trial;
}

/* `text` holds this line: numbers, a tab after each, then the trials. */
static void assert_row(const char *text, const char *numbers, const char *trials)
{
    char row[400];
    snprintf(row, sizeof row, "\n%s%s\n", numbers, trials);
    assert_contains(text, row);
}

/* --- numbers --- */

/* P(rank <= r) = 1 - (1 - r/5)^5 is .67, .92, .990: the 5th percentile is the best trial, the 95th the third
 * (Choi et al. 2019; docs/protocol.md, "The band"). */
static void final_error_shows_the_selected_trial_and_its_band(void **state)
{
    scene s;
    begin(&s);
    char *text = draw(&s, "final_error");
    assert_row(text, "1\t10\t10\t20\t11\t11\t21\t", trial_of(&s, 0, 2));
    assert_row(text, "2\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\t", "-");
    assert_contains(text, "# arm 2: mom_^{x}@ 'd' <e>&\n");
    free(text);
    scene_end(&s);
}

/* One of five trials reaches it: the best of five draws misses with probability (4/5)^5 = .33, so the 95th percentile
 * is infinite. */
static void steps_to_target_tells_how_many_reached_it(void **state)
{
    scene s;
    begin(&s);
    char *text = draw(&s, "steps_to_target");
    assert_row(text, "1\t40\t40\tinf\t1\t5\t", trial_of(&s, 0, 2));
    assert_row(text, "2\tinf\tinf\tinf\t0\t5\t", "-");
    free(text);
    scene_end(&s);
}

/* One draw of five: P(rank <= r) = r/5 passes .05, .5 and .95 at ranks 1, 3 and 5. Two draws: 1 - (1 - r/5)^2 = .36,
 * .64, .84, .96. */
static void budget_follows_the_law_of_the_best_of_k(void **state)
{
    scene s;
    begin(&s);
    char *text = draw(&s, "budget");
    assert_row(text, "1\t20\t10\t30\t", trial_of(&s, 0, 1));
    assert_row(text, "2\t15\t10\t25\t", trial_of(&s, 0, 4));
    assert_row(text, "5\t10\t10\t20\t", trial_of(&s, 0, 2));
    free(text);
    scene_end(&s);
}

/* A record holds learning_rate and momentum; the axes are 1 - momentum and their quotient. */
static void axes_show_hyperparameters_as_the_space_names_them(void **state)
{
    scene s;
    begin(&s);
    fl_record diverged = fl_results_record(s.results, &s.results->arms[1].search[3]);
    fl_record best = fl_results_record(s.results, &s.results->arms[0].search[2]);
    const double *values = diverged.values.of[FL_TRIAL_OF_OPTIMIZER]; /* learning_rate, momentum */
    char numbers[100], *text = draw(&s, "axes");
    snprintf(numbers, sizeof numbers, "%.10g\tinf\t1\t", values[0] / (1 - values[1]));
    assert_row(text, numbers, diverged.trial);
    snprintf(numbers, sizeof numbers, "%.10g\tinf\t1\t", 1 - values[1]);
    assert_row(text, numbers, diverged.trial);
    snprintf(numbers, sizeof numbers, "%.10g\t10\t2\t", best.values.of[FL_TRIAL_OF_OPTIMIZER][0]);
    assert_row(text, numbers, trial_of(&s, 0, 2));
    fl_record_free(&diverged);
    fl_record_free(&best);
    free(text);
    scene_end(&s);
}

static void plane_puts_the_plain_rate_against_its_partner(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), SGD("sgd") "," MOMENTUM("momentum"));
    invent_errors(&s, 1, five, 5);
    finish(&s);
    fl_record record = fl_results_record(s.results, &s.results->arms[1].search[1]);
    const double *values = record.values.of[FL_TRIAL_OF_OPTIMIZER];
    char numbers[100], *text = draw(&s, "plane");
    snprintf(numbers, sizeof numbers, "%.10g\t%.10g\t20\t0\t", values[0], 1 - values[1]);
    assert_row(text, numbers, record.trial);
    fl_record_free(&record);
    assert_null(strstr(text, "# sgd")); /* one axis makes no plane */
    free(text);
    scene_end(&s);
}

static void curves_name_the_winner_and_span_its_reruns(void **state)
{
    scene s;
    char trials[80];
    scene_begin(&s, BUDGET(5) "\"seeds\": {\"rerun_best\": 2},", SGD("sgd"));
    invent_errors(&s, 0, five, 5);
    invent(&s, 0, 2, FL_STUDY_RERUN_REPEAT, (invented){ .val_error = 0.09, .test_error = 0.1 });
    invent(&s, 0, 2, FL_STUDY_RERUN_REPEAT + 1, (invented){ .val_error = 0.12, .test_error = 0.1 });
    finish(&s);
    const fl_results_entry *reruns = s.results->arms[0].reruns;
    char *text = draw(&s, "curves");
    snprintf(trials, sizeof trials, "%s,%s,%s", trial_of(&s, 0, 2), reruns[0].trial, reruns[1].trial);
    assert_row(text, "100\t10\t10\t9\t12\t0.1\t0.1\t0.09\t0.12\t", trials);
    assert_row(text, "50\t90\t90\t90\t90\t0.9\t0.9\t0.9\t0.9\t", trials);
    free(text);
    scene_end(&s);
}

static void errors_that_are_losses_are_not_percent(void **state)
{
    scene s;
    fl_error error;
    s = (scene){ .study = fl_study_load_text(
                     "made",
                     "{\"study\": \"q\", \"workload\": \"quadratic/noisy\", \"backend\": \"naive\", "
                     "\"batch_size\": 32, \"budget\": {\"trials\": 1, \"steps\": 100, \"eval_every\": 10}, "
                     "\"arms\": [" SGD("sgd") "]}",
                     NULL, &error) };
    if (!s.study) fail_msg("%s", error.text);
    folder_make(s.folder);
    s.store = open_store(&s, whole);
    invent_errors(&s, 0, (const double[]){ 0.25 }, 1);
    finish(&s);
    char *text = draw(&s, "final_error");
    assert_row(text, "1\t0.25\t0.25\t0.25\t0.26\t0.26\t0.26\t", trial_of(&s, 0, 0));
    free(text);
    scene_end(&s);
}

/* --- drawings --- */

static const char *const names[] = { "final_error", "steps_to_target", "budget", "curves", "axes", "plane" };
enum { N_NAMES = sizeof names / sizeof *names };

static void assert_begins(const char *folder, const char *name, const char *format, const char *magic)
{
    char file[80], path[FL_FILE_PATH_MAX], *drawing;
    size_t n;
    fl_error error;
    snprintf(file, sizeof file, "%s.%s", name, format);
    fl_file_path_join(path, folder, file);
    if (!fl_file_read(path, &drawing, &n, &error)) fail_msg("%s", error.text);
    if (n < 1000 || memcmp(drawing, magic, strlen(magic))) fail_msg("%s is no drawing", path);
    free(drawing);
}

static void every_figure_is_drawn_in_every_format(void **state)
{
    const struct {
        const char *format, *magic;
    } formats[] = { { "svg", "<?xml" }, { "png", "\x89PNG" }, { "pdf", "%PDF" } };
    scene s;
    scene_begin(&s, BUDGET(5) TARGET, SGD("sgd") "," MOMENTUM("momentum"));
    invent_errors(&s, 0, five, 5);
    invent_errors(&s, 1, five, 5);
    invent(&s, 0, 0, 0, (invented){ .val_error = 0.3, .test_error = 0.3, .reached = 30 });
    finish(&s);
    for (size_t f = 0; f < 3; f++) {
        char folder[FL_FILE_PATH_MAX];
        fl_file_path_join(folder, s.folder, formats[f].format);
        assert_runs(0, s.folder, "plot", s.folder, "--format", formats[f].format, "-o", folder);
        for (size_t i = 0; i < N_NAMES; i++) assert_begins(folder, names[i], formats[f].format, formats[f].magic);
        assert_int_equal(folder_count(folder), 2 * N_NAMES); /* with the .dat files; nothing half-drawn is left */
    }
    scene_end(&s);
}

/* gnuplot 5.4 crashes on labels without a place, and never ends on tics ten decades apart. */
static void extreme_studies_are_drawn(void **state)
{
    static const char wide[] = "{\"arm\": \"wide\", \"optimizer\": \"adam\", \"space\": {\"learning_rate\": "
                               "{\"min\": 1e-300, \"max\": 1e300, \"scaling\": \"log\"}, \"epsilon\": "
                               "{\"min\": 1e-30, \"max\": 1e30, \"scaling\": \"log\"}}}";
    scene s;
    scene_begin(&s, BUDGET(2) TARGET, wide);
    invent_errors(&s, 0, (const double[]){ 0, 0 }, 2);
    finish(&s);
    assert_runs(0, s.folder, "plot", s.folder);
    scene_end(&s);
    scene_begin(&s, BUDGET(1) TARGET, SGD("alone"));
    invent_errors(&s, 0, (const double[]){ 1 }, 1);
    finish(&s);
    assert_runs(0, s.folder, "plot", s.folder);
    scene_end(&s);
}

static void names_reach_the_drawing_as_they_are(void **state)
{
    scene s;
    begin(&s);
    free(draw(&s, "final_error"));
    char *svg = read_text(s.folder, "final_error.svg");
    assert_contains(svg, ">mom_^{x}@ 'd' &lt;e>&amp;<");
    free(svg);
    scene_end(&s);
}

/* gnuplot gives a meaning to file names that begin with < and |, and its strings end at a quote. */
static void folders_may_have_any_name(void **state)
{
    const char *const folders[] = { "with space", "it's \"so\"", "größe", "<true", "|true", "$a`b`", "-o" };
    scene s;
    begin(&s);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char folder[FL_FILE_PATH_MAX];
        assert_runs(0, s.folder, "plot", s.folder, "--figure", "budget", "-o", folders[i]);
        fl_file_path_join(folder, s.folder, folders[i]);
        assert_begins(folder, "budget", "svg", "<?xml");
    }
    scene_end(&s);
}

static void folders_stand_side_by_side(void **state)
{
    scene a, b;
    char part[FL_FILE_PATH_MAX + 20];
    begin(&a);
    scene_begin(&b, BUDGET(5), MOMENTUM("sgd")); /* another optimizer under the same name */
    invent_errors(&b, 0, five, 5);
    finish(&b);
    assert_runs(0, a.folder, "plot", a.folder, b.folder, "--figure", "final_error");
    char *text = read_text(a.folder, "figures/final_error.dat");
    assert_contains(text, "# arm 1: sgd (sgd)\n");
    assert_contains(text, "# arm 3: sgd (momentum)\n");
    snprintf(part, sizeof part, "# panel: glyphs/mlp\n#   %.44s", b.folder);
    assert_contains(text, part);
    assert_row(text, "3\t10\t10\t20\t11\t11\t21\t", trial_of(&b, 0, 2));
    free(text);
    scene_end(&a);
    scene_end(&b);
}

/* --- what cannot be drawn --- */

static void a_figure_without_anything_to_show_is_left_out_with_a_reason(void **state)
{
    scene s;
    char path[FL_FILE_PATH_MAX];
    scene_begin(&s, BUDGET(5), SGD("sgd"));
    invent_errors(&s, 0, five, 5);
    finish(&s);
    command c = command_run(s.folder, WORDS("plot", s.folder));
    assert_int_equal(c.code, 0);
    assert_contains(c.err, "steps_to_target: nothing to show: the study sets no target\n");
    assert_contains(c.err,
                    "plane: nothing to show: no arm searches the learning rate together with epsilon or momentum\n");
    assert_contains(c.out, "/figures/budget.svg\n");
    fl_file_path_join(path, s.folder, "figures/steps_to_target.dat");
    assert_false(fl_file_exists(path));
    command_free(&c);
    scene_end(&s);
}

static void nothing_drawn_is_no_success(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), SGD("sgd"));
    finish(&s);
    assert_refused(4, "no arm has a feasible trial", s.folder, "plot", s.folder);
    scene_end(&s);
}

static void mistakes_are_told_before_anything_is_drawn(void **state)
{
    scene s;
    begin(&s);
    size_t before = folder_count(s.folder);
    assert_refused(2, "final_error, steps_to_target, budget", s.folder, "plot", s.folder, "--figure", "budget",
                   "--figure", "pie");
    assert_refused(2, "it is svg, png or pdf", s.folder, "plot", s.folder, "--format", "gif");
    assert_refused(2, "is no result folder", s.folder, "plot", s.folder, "/nonexistent");
    assert_refused(2, "usage: fairlead plot DIR", s.folder, "plot");
    assert_int_equal(folder_count(s.folder), before);
    scene_end(&s);
}

static void a_missing_gnuplot_is_said(void **state)
{
    scene s;
    begin(&s);
    char *path = strdup(getenv("PATH"));
    setenv("PATH", s.folder, 1);
    assert_refused(3, "gnuplot is not installed", s.folder, "plot", s.folder);
    setenv("PATH", path, 1);
    free(path);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(final_error_shows_the_selected_trial_and_its_band),
        cmocka_unit_test(steps_to_target_tells_how_many_reached_it),
        cmocka_unit_test(budget_follows_the_law_of_the_best_of_k),
        cmocka_unit_test(axes_show_hyperparameters_as_the_space_names_them),
        cmocka_unit_test(plane_puts_the_plain_rate_against_its_partner),
        cmocka_unit_test(curves_name_the_winner_and_span_its_reruns),
        cmocka_unit_test(errors_that_are_losses_are_not_percent),
        cmocka_unit_test(every_figure_is_drawn_in_every_format),
        cmocka_unit_test(extreme_studies_are_drawn),
        cmocka_unit_test(names_reach_the_drawing_as_they_are),
        cmocka_unit_test(folders_may_have_any_name),
        cmocka_unit_test(folders_stand_side_by_side),
        cmocka_unit_test(a_figure_without_anything_to_show_is_left_out_with_a_reason),
        cmocka_unit_test(nothing_drawn_is_no_success),
        cmocka_unit_test(mistakes_are_told_before_anything_is_drawn),
        cmocka_unit_test(a_missing_gnuplot_is_said),
    };
    if (system("command -v gnuplot >/dev/null")) {
        return test_skip_all("gnuplot is not installed, so figures are not tested");
    }
    return test_run(tests, NULL, NULL);
}
