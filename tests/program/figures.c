/* The figures, through the command that draws them: the numbers in NAME.dat against closed forms, and drawings that are
 * there. */
#include "support/command.h"
#include "support/fixtures.h"
#include "summary/summary.h"

#define TARGET "\"target\": {\"metric\": \"val_error\", \"value\": 0.05},"
#define MOMENTUM(name)                                                                                                 \
    "{\"arm\": \"" name "\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate/(1-momentum)\": "                \
    "{\"min\": 1e-2, \"max\": 10, \"scaling\": \"log\"}, \"one_minus_momentum\": "                                     \
    "{\"min\": 1e-3, \"max\": 1, \"scaling\": \"log\"}}}"

static const double five[] = { 0.30, 0.20, 0.10, 0.25, 0.15 }; /* the third is selected; test errors are .01 more */

static void finish(fixture *s)
{
    fl_store_close(s->store);
    s->store = NULL;
    read_fixture(s);
}

/* Two arms: five trials of which one reaches the target at step 40; and one that diverged every time. */
static void begin(fixture *s)
{
    fixture_begin(s, BUDGET(5) TARGET, SGD("sgd") "," MOMENTUM("mom_^{x}@ 'd' <e>&"));
    add_errors(s, 0, five, 5);
    add_trial(s, 0, 2, 0, (synthetic){ .val_error = 0.10, .test_error = 0.11, .reached = 40 });
    for (uint64_t i = 0; i < 5; i++) add_trial(s, 1, i, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    finish(s);
}

static char *read_text(const char *folder, const char *name)
{
    char path[FL_FILE_PATH_MAX];
    bytes b;
    fl_error error;
    fl_file_path_join(path, folder, name);
    if (!fl_file_read(path, &b.text, &b.n, &error)) fail_msg("%s", error.text);
    return b.text;
}

/* Draw a figure of the fixture and return its .dat. */
static char *draw(const fixture *s, const char *figure)
{
    char name[80];
    assert_runs(0, s->folder, "plot", s->folder, "--figure", figure, "-o", s->folder);
    snprintf(name, sizeof name, "%s.dat", figure);
    return read_text(s->folder, name);
}

static const char *trial_of(const fixture *s, size_t arm, size_t i)
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

/* The row of final_error of the first arm: `numbers` of the selected trial, then what the summary claims of the best of
 * K new ones. */
static void assert_final_error(const fixture *s, const char *text, const char *numbers, double factor,
                               const char *trial)
{
    char row[300];
    fl_summary *summary = fl_summary_make(s->results);
    const fl_stats_interval *i = &summary->arms[0].interval;
    if (i->claimed)
        snprintf(row, sizeof row, "%s%.10g\t%.10g\t%.10g\t%zu\t", numbers, factor * i->estimate, factor * i->low,
                 factor * i->high, i->k);
    else
        snprintf(row, sizeof row, "%sNaN\tNaN\tNaN\tNaN\t", numbers);
    fl_summary_free(summary);
    assert_row(text, row, trial);
}

/* --- numbers --- */

/* P(rank <= r) = 1 - (1 - r/5)^5 is .67, .92, .990: the 5th percentile is the best trial, the 95th the third
 * (Choi et al. 2019; docs/protocol.md, "The band"). */
static void final_error_shows_the_selected_trial_and_its_band(void **state)
{
    fixture s;
    begin(&s);
    char *text = draw(&s, "final_error");
    assert_final_error(&s, text, "1\t1\t10\t10\t20\t11\t11\t21\t", 100, trial_of(&s, 0, 2));
    assert_row(text, "2\t2\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\t", "-");
    assert_contains(text, "# arm 2: mom_^{x}@ 'd' <e>&\n");
    free(text);
    fixture_end(&s);
}

/* One of five trials reaches it: the best of five draws misses with probability (4/5)^5 = .33, so the 95th percentile
 * is infinite. */
static void steps_to_target_tells_how_many_reached_it(void **state)
{
    fixture s;
    begin(&s);
    char *text = draw(&s, "steps_to_target");
    assert_row(text, "1\t1\t40\t40\tinf\t1\t5\t", trial_of(&s, 0, 2));
    assert_row(text, "2\t2\tinf\tinf\tinf\t0\t5\t", "-");
    free(text);
    fixture_end(&s);
}

/* One draw of five: P(rank <= r) = r/5 passes .05, .5 and .95 at ranks 1, 3 and 5. Two draws: 1 - (1 - r/5)^2 = .36,
 * .64, .84, .96. */
static void budget_follows_the_law_of_the_best_of_k(void **state)
{
    fixture s;
    begin(&s);
    char *text = draw(&s, "budget");
    assert_row(text, "1\t20\t10\t30\t", trial_of(&s, 0, 1));
    assert_row(text, "2\t15\t10\t25\t", trial_of(&s, 0, 4));
    assert_row(text, "5\t10\t10\t20\t", trial_of(&s, 0, 2));
    free(text);
    fixture_end(&s);
}

/* A record holds learning_rate and momentum; the axes are 1 - momentum and their quotient. */
static void axes_show_hyperparameters_as_the_space_names_them(void **state)
{
    fixture s;
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
    fixture_end(&s);
}

static void plane_puts_the_plain_rate_against_its_partner(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd") "," MOMENTUM("momentum"));
    add_errors(&s, 1, five, 5);
    finish(&s);
    fl_record record = fl_results_record(s.results, &s.results->arms[1].search[1]);
    const double *values = record.values.of[FL_TRIAL_OF_OPTIMIZER];
    char numbers[100], *text = draw(&s, "plane");
    snprintf(numbers, sizeof numbers, "%.10g\t%.10g\t20\t0\t", values[0], 1 - values[1]);
    assert_row(text, numbers, record.trial);
    fl_record_free(&record);
    assert_null(strstr(text, "# sgd")); /* one axis makes no plane */
    free(text);
    fixture_end(&s);
}

static void curves_name_the_winner_and_span_its_reruns(void **state)
{
    fixture s;
    char trials[80];
    fixture_begin(&s, BUDGET(5) "\"seeds\": {\"rerun_best\": 2},", SGD("sgd"));
    add_errors(&s, 0, five, 5);
    add_trial(&s, 0, 2, FL_STUDY_RERUN_REPEAT, (synthetic){ .val_error = 0.09, .test_error = 0.1 });
    add_trial(&s, 0, 2, FL_STUDY_RERUN_REPEAT + 1, (synthetic){ .val_error = 0.12, .test_error = 0.1 });
    finish(&s);
    const fl_results_entry *reruns = s.results->arms[0].reruns;
    char *text = draw(&s, "curves");
    snprintf(trials, sizeof trials, "%s,%s,%s", trial_of(&s, 0, 2), reruns[0].trial, reruns[1].trial);
    assert_row(text, "100\t10\t10\t9\t12\t0.1\t0.1\t0.09\t0.12\t", trials);
    assert_row(text, "50\t90\t90\t90\t90\t0.9\t0.9\t0.9\t0.9\t", trials);
    free(text);
    fixture_end(&s);
}

static void errors_that_are_losses_are_not_percent(void **state)
{
    fixture s;
    fl_error error;
    s = (fixture){ .study = fl_study_load_text(
                       "made",
                       "{\"study\": \"q\", \"workload\": \"quadratic/noisy\", \"backend\": \"naive\", "
                       "\"batch_size\": 32, \"budget\": {\"trials\": 1, \"steps\": 100, \"eval_every\": 10}, "
                       "\"arms\": [" SGD("sgd") "]}",
                       NULL, &error) };
    if (!s.study) fail_msg("%s", error.text);
    folder_make(s.folder);
    s.store = open_store(&s, whole);
    add_errors(&s, 0, (const double[]){ 0.25 }, 1);
    finish(&s);
    char *text = draw(&s, "final_error");
    assert_final_error(&s, text, "1\t1\t0.25\t0.25\t0.25\t0.26\t0.26\t0.26\t", 1, trial_of(&s, 0, 0));
    free(text);
    text = read_text(s.folder, "final_error.svg");
    assert_contains(text, ">validation loss<");
    assert_null(strstr(text, " error<"));
    free(text);
    free(draw(&s, "curves"));
    text = read_text(s.folder, "curves.svg");
    assert_non_null(strstr(text, ">loss<"));
    assert_null(strstr(strstr(text, ">loss<") + 1, ">loss<")); /* its errors are its losses: one frame */
    free(text);
    fixture_end(&s);
}

/* --- drawings --- */

static const char *const names[] = { "pairs", "final_error", "steps_to_target", "budget",     "curves",
                                     "axes",  "plane",       "target_sweep",    "train_loss", "win_rate" };
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
    fixture s;
    fixture_begin(&s, BUDGET(5) TARGET, SGD("sgd") "," MOMENTUM("momentum"));
    add_errors(&s, 0, five, 5);
    add_errors(&s, 1, five, 5);
    add_trial(&s, 0, 0, 0, (synthetic){ .val_error = 0.3, .test_error = 0.3, .reached = 30 });
    finish(&s);
    for (size_t f = 0; f < 3; f++) {
        char folder[FL_FILE_PATH_MAX];
        fl_file_path_join(folder, s.folder, formats[f].format);
        assert_runs(0, s.folder, "plot", s.folder, "--format", formats[f].format, "-o", folder);
        for (size_t i = 0; i < N_NAMES; i++) assert_begins(folder, names[i], formats[f].format, formats[f].magic);
        assert_int_equal(folder_count(folder), 2 * N_NAMES); /* with the .dat files; nothing half-drawn is left */
    }
    fixture_end(&s);
}

/* gnuplot 5.4 crashes on labels without a place, and never ends on tics ten decades apart. */
static void extreme_studies_are_drawn(void **state)
{
    static const char momentum[] = "{\"arm\": \"wide\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": "
                                   "{\"min\": 1e-300, \"max\": 1e300, \"scaling\": \"log\"}, \"one_minus_momentum\": "
                                   "{\"min\": 1e-9, \"max\": 1, \"scaling\": \"log\"}}}";
    static const char wide[] = "{\"arm\": \"wide\", \"optimizer\": \"adam\", \"space\": {\"learning_rate\": "
                               "{\"min\": 1e-300, \"max\": 1e300, \"scaling\": \"log\"}, \"epsilon\": "
                               "{\"min\": 1e-30, \"max\": 1e30, \"scaling\": \"log\"}}}";
    fixture s;
    fixture_begin(&s, BUDGET(2) TARGET, wide);
    add_errors(&s, 0, (const double[]){ 0, 0 }, 2);
    finish(&s);
    assert_runs(0, s.folder, "plot", s.folder);
    fixture_end(&s);
    fixture_begin(&s, BUDGET(5) TARGET, momentum);
    add_errors(&s, 0, five, 5);
    finish(&s);
    assert_runs(0, s.folder, "plot", s.folder);
    fixture_end(&s);
    fixture_begin(&s, BUDGET(1) TARGET, SGD("alone"));
    add_errors(&s, 0, (const double[]){ 1 }, 1);
    finish(&s);
    assert_runs(0, s.folder, "plot", s.folder);
    fixture_end(&s);
}

static void names_reach_the_drawing_as_they_are(void **state)
{
    fixture s;
    begin(&s);
    free(draw(&s, "final_error"));
    char *svg = read_text(s.folder, "final_error.svg");
    assert_contains(svg, ">mom_^{x}@ 'd' &lt;e>&amp;<");
    free(svg);
    fixture_end(&s);
}

/* gnuplot gives a meaning to file names that begin with < and |, and its strings end at a quote. */
static void folders_may_have_any_name(void **state)
{
    const char *const folders[] = { "with space", "it's \"so\"", "größe", "<true", "|true", "$a`b`", "-o" };
    fixture s;
    begin(&s);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char folder[FL_FILE_PATH_MAX];
        assert_runs(0, s.folder, "plot", s.folder, "--figure", "budget", "-o", folders[i]);
        fl_file_path_join(folder, s.folder, folders[i]);
        assert_begins(folder, "budget", "svg", "<?xml");
    }
    fixture_end(&s);
}

static void folders_stand_side_by_side(void **state)
{
    fixture a, b;
    char part[FL_FILE_PATH_MAX + 20];
    begin(&a);
    fixture_begin(&b, BUDGET(5), MOMENTUM("sgd")); /* another optimizer under the same name */
    add_errors(&b, 0, five, 5);
    finish(&b);
    assert_runs(0, a.folder, "plot", a.folder, b.folder, "--figure", "final_error");
    char *text = read_text(a.folder, "figures/final_error.dat");
    assert_contains(text, "# arm 1: sgd (sgd)\n");
    assert_contains(text, "# arm 3: sgd (momentum)\n");
    snprintf(part, sizeof part, "# panel: glyphs/mlp\n#   %.44s", b.folder);
    assert_contains(text, part);
    assert_final_error(&b, text, "3\t1\t10\t10\t20\t11\t11\t21\t", 100, trial_of(&b, 0, 2));
    free(text);
    fixture_end(&a);
    fixture_end(&b);
}

/* --- what the drawings say --- */

/* Draw a figure of the fixture and return the drawing. */
static char *draw_svg(const fixture *s, const char *figure)
{
    char name[80];
    free(draw(s, figure));
    snprintf(name, sizeof name, "%s.svg", figure);
    return read_text(s->folder, name);
}

/* One trial of five is feasible: with probability (4/5)^5 = .33 a resample has none, so the band ends at infinity. */
static void an_infinite_band_is_an_arrow_with_its_note(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    add_errors(&s, 0, five, 1);
    for (uint64_t i = 1; i < 5; i++) add_trial(&s, 0, i, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    finish(&s);
    char *text = draw(&s, "final_error"), *svg = draw_svg(&s, "final_error");
    assert_contains(text, "\n1\t1\t30\t30\tinf\t31\t31\tinf\t");
    assert_contains(svg, "arrow: some resamples have no feasible trial");
    free(svg);
    free(text);
    fixture_end(&s);
}

/* The drawing's width in pixels, from its view box. */
static double width_of(const char *svg)
{
    double width;
    const char *box = strstr(svg, "viewBox=\"0 0 ");
    assert_non_null(box);
    assert_int_equal(sscanf(box, "viewBox=\"0 0 %lf", &width), 1);
    return width;
}

/* A letter of the notes takes 5.7 pixels (plots/style.gp). */
static void notes_fit_under_a_single_cell(void **state)
{
    static const char note[] =
        "frame: the search space; ring: the selected trial; crosses in the grey band: trials that "
        "diverged";
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    add_errors(&s, 0, five, 5);
    finish(&s);
    char *svg = draw_svg(&s, "axes");
    assert_contains(svg, note);
    assert_true(width_of(svg) > 5.7 * (double)strlen(note));
    free(svg);
    fixture_end(&s);
}

/* Nobody measured an error, so none stands at the axis. */
static void an_axis_without_values_has_no_labels(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    for (uint64_t i = 0; i < 5; i++) add_trial(&s, 0, i, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    finish(&s);
    char *svg = draw_svg(&s, "axes");
    assert_null(strstr(svg, ">0.5<"));
    assert_null(strstr(svg, ">0.2<"));
    free(svg);
    fixture_end(&s);
}

static void trials_are_labelled_up_to_the_last(void **state)
{
    fixture s;
    begin(&s);
    char *svg = draw_svg(&s, "budget");
    assert_contains(svg, ">5</tspan>");
    free(svg);
    fixture_end(&s);
}

static void panels_of_one_study_have_their_folders_names(void **state)
{
    fixture a, b;
    begin(&a);
    begin(&b);
    assert_runs(0, a.folder, "plot", a.folder, b.folder, b.folder, "--figure", "budget");
    char *text = read_text(a.folder, "figures/budget.dat"), part[80];
    const fixture *both[] = { &a, &b };
    for (size_t i = 0; i < 2; i++) {
        snprintf(part, sizeof part, "#   %.20s", both[i]->folder);
        assert_contains(text, part);
    }
    assert_contains(text, " (2)\n"); /* the same folder again */
    free(text);
    fixture_end(&a);
    fixture_end(&b);
}

static void many_arms_have_turned_counts(void **state)
{
    fixture s;
    fl_text arms = { 0 };
    for (int i = 0; i < 24; i++)
        fl_text_add(&arms, "%s{\"arm\": \"sgd_%d\", \"optimizer\": \"sgd\", \"space\": {\"learning_rate\": 0.1}}",
                    i ? "," : "", i);
    fixture_begin(&s, BUDGET(1) TARGET, arms.bytes);
    for (size_t i = 0; i < 24; i++)
        add_trial(&s, i, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.1, .reached = 40 });
    finish(&s);
    char *svg = draw_svg(&s, "steps_to_target"), *count = strstr(svg, ">1/1<"), *start = count;
    assert_non_null(count);
    while (strncmp(start, "<g transform", 12)) start--;
    *count = 0;
    assert_contains(start, "rotate(270)");
    free(svg);
    svg = draw_svg(&s, "final_error");
    assert_contains(svg, ">24  sgd_23<"); /* more arms than markers: numbers, also below the bars */
    assert_contains(svg, ">24<");
    free(svg);
    fl_text_free(&arms);
    fixture_end(&s);
}

/* Text stays text: it can be searched for, and read aloud. */
static void names_can_be_read_in_a_pdf(void **state)
{
    fixture s;
    char path[FL_FILE_PATH_MAX], order[2 * FL_FILE_PATH_MAX];
    if (system("command -v pdftotext >/dev/null")) test_skip("pdftotext is not installed; no PDF is read");
    fixture_begin(&s, BUDGET(5), SGD("sgd_of_the_paper"));
    add_errors(&s, 0, five, 5);
    finish(&s);
    assert_runs(0, s.folder, "plot", s.folder, "--figure", "final_error", "--format", "pdf", "-o", s.folder);
    fl_file_path_join(path, s.folder, "final_error.pdf");
    snprintf(order, sizeof order, "pdftotext '%s' - | grep -q sgd_of_the_paper", path);
    assert_int_equal(system(order), 0);
    fixture_end(&s);
}

/* Names may hold what LaTeX takes for orders. */
static void tex_is_a_document_of_its_own(void **state)
{
    fixture s;
    char order[2 * FL_FILE_PATH_MAX];
    begin(&s);
    assert_runs(0, s.folder, "plot", s.folder, "--format", "tex", "-o", s.folder);
    char *tex = read_text(s.folder, "final_error.tex");
    assert_contains(tex, "\\documentclass");
    assert_contains(tex, "mom\\_\\textasciicircum{}\\{x\\}@ 'd' \\textless{}e\\textgreater{}\\&");
    free(tex);
    if (!system("kpsewhich transparent.sty >/dev/null 2>&1")) {
        snprintf(order, sizeof order,
                 "cd '%s' && for f in *.tex; do pdflatex -halt-on-error $f >/dev/null || exit 1; done", s.folder);
        assert_int_equal(system(order), 0);
    }
    fixture_end(&s);
}

/* --- more figures --- */

/* Steps 80 at batch 16, so 40 at 32 by perfect scaling. */
static void batch_sizes_are_held_against_perfect_scaling(void **state)
{
    fixture s;
    fl_error error;
    s = (fixture){
        .study = fl_study_load_text(
            "made",
            "{\"study\": \"b\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", \"batch_size\": [16, 32], "
            "\"budget\": {\"trials\": 1, \"steps\": 100, \"eval_every\": 10}, " TARGET "\"arms\": [" SGD("sgd") "]}",
            NULL, &error)
    };
    if (!s.study) fail_msg("%s", error.text);
    folder_make(s.folder);
    s.store = open_store(&s, whole);
    for (size_t arm = 0; arm < 2; arm++)
        add_trial(&s, arm, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.1, .reached = arm ? 60 : 80 });
    finish(&s);
    char *text = draw(&s, "batch_size"), numbers[100];
    assert_row(text, "16\t80\t80\t80\t80\t", trial_of(&s, 0, 0));
    assert_row(text, "32\t60\t60\t60\t40\t", trial_of(&s, 1, 0));
    free(text);
    fl_record record = fl_results_record(s.results, &s.results->arms[0].search[0]);
    double rate = record.values.of[FL_TRIAL_OF_OPTIMIZER][0];
    text = draw(&s, "effective_rate");
    snprintf(numbers, sizeof numbers, "16\t%.10g\tNaN\tNaN\t%.10g\t%.10g\t", rate, rate, rate);
    assert_row(text, numbers, record.trial);
    fl_record_free(&record);
    free(text);
    fixture_end(&s);
}

/* Training losses are the errors: .1 is the least of `five`; its percentiles as in final_error. */
static void train_loss_shows_the_lowest_one(void **state)
{
    fixture s;
    begin(&s);
    char *text = draw(&s, "train_loss");
    assert_row(text, "1\t1\t0.1\t0.1\t0.2\tNaN\tNaN\tNaN\t", trial_of(&s, 0, 2));
    free(text);
    fixture_end(&s);
}

/* Validation errors are .9 before step 40 and 0 from there on, then .1: the last target, .9 itself, is passed at 40. */
static void target_sweep_asks_for_every_target(void **state)
{
    fixture s;
    begin(&s);
    char *text = draw(&s, "target_sweep");
    assert_contains(text, "\n90\t40\t40\t100\t");
    free(text);
    fixture_end(&s);
}

/* .1 < .13, .18, .23, .28, .33; .15 < four of them, .2 three, .25 two, .3 one: 15 of 25 pairs. */
static void win_rate_counts_pairs(void **state)
{
    const double later[] = { 0.33, 0.23, 0.13, 0.28, 0.18 };
    fixture s;
    char trials[80];
    fixture_begin(&s, BUDGET(5), SGD("a") "," MOMENTUM("b"));
    add_errors(&s, 0, five, 5);
    add_errors(&s, 1, later, 5);
    finish(&s);
    char *text = draw(&s, "win_rate");
    snprintf(trials, sizeof trials, "%s,%s", trial_of(&s, 0, 2), trial_of(&s, 1, 2));
    assert_row(text, "2\t60\t2\t", trials);
    assert_contains(text, "\n1\t40\t1\t");
    free(text);
    fixture_end(&s);
}

static void pairs_show_what_the_summary_says(void **state)
{
    fixture s;
    char trials[80], row[200];
    fixture_begin(&s, BUDGET(5), SGD("a") "," MOMENTUM("b"));
    add_errors(&s, 0, five, 5);
    add_errors(&s, 1, (const double[]){ 0.33, 0.23, 0.13, 0.28, 0.18 }, 5);
    finish(&s);
    fl_summary *summary = fl_summary_make(s.results);
    const fl_summary_pair *pair = &summary->pairs[0];
    char *text = draw(&s, "pairs"), *svg = draw_svg(&s, "pairs");
    snprintf(row, sizeof row, "1\t%.10g\t%.10g\t%.10g\t1\t", 100 * pair->difference, 100 * pair->low, 100 * pair->high);
    snprintf(trials, sizeof trials, "%s,%s", trial_of(&s, 0, 2), trial_of(&s, 1, 2));
    assert_row(text, row, trials);
    assert_contains(svg, pair->verdict);
    assert_close(pair->difference, -0.03, 1e-12); /* of the means, K = 1 */
    fl_summary_free(summary);
    free(svg);
    free(text);
    fixture_end(&s);
}

/* The score grows with the rate alone, so the first axis explains most and the second next to nothing. */
static void importance_finds_the_axis_that_matters(void **state)
{
    fixture s;
    double first, second;
    fixture_begin(&s, BUDGET(60), MOMENTUM("m"));
    for (uint64_t i = 0; i < 60; i++) {
        fl_trial trial = fl_study_trial(s.study, &s.study->arms[0], i, 0);
        const double *values = trial.values.of[FL_TRIAL_OF_OPTIMIZER];
        double effective = values[0] / (1 - values[1]);
        add_trial(&s, 0, i, 0, (synthetic){ .val_error = 0.5 + 0.1 * log10(effective), .test_error = 0.5 });
        fl_trial_free(&trial);
    }
    finish(&s);
    char *text = draw(&s, "importance");
    assert_contains(text, "# m: learning_rate/(1-momentum)\n");
    assert_int_equal(sscanf(strstr(text, "\n1\t"), "\n1\t%lf", &first), 1);
    assert_int_equal(sscanf(strstr(text, "\n2\t"), "\n2\t%lf", &second), 1);
    assert_true(first > 90 && second < 20);
    free(text);
    fixture_end(&s);
}

/* Steps 40 and 60 on one workload, 80 and 40 on the other: ratios 1 and 1.5, 2 and 1. */
static void profile_counts_workloads_within_tau(void **state)
{
    fixture s;
    fl_error error;
    static const size_t reached[] = { 40, 80, 60, 40 }; /* arm by arm, workload by workload */
    s = (fixture){ .study =
                       fl_study_load_text("made",
                                          "{\"study\": \"w\", \"workload\": [\"glyphs/mlp\", \"fashion_mnist/mlp\"], "
                                          "\"backend\": \"naive\", \"batch_size\": 32, " BUDGET(1) TARGET
                                          "\"arms\": [" SGD("a") "," MOMENTUM("b") "]}",
                                          NULL, &error) };
    if (!s.study) fail_msg("%s", error.text);
    folder_make(s.folder);
    s.store = open_store(&s, whole);
    for (size_t arm = 0; arm < 4; arm++)
        add_trial(&s, arm, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.1, .reached = reached[arm] });
    finish(&s);
    char *text = draw(&s, "profile"), *svg = draw_svg(&s, "profile");
    assert_row(text, "1\t50\tNaN\tNaN\t", trial_of(&s, 0, 0));
    assert_row(text, "2\t100\tNaN\tNaN\t", trial_of(&s, 1, 0));
    assert_row(text, "1.5\t100\tNaN\tNaN\t", trial_of(&s, 2, 0));
    assert_row(text, "1\t50\tNaN\tNaN\t", trial_of(&s, 3, 0));
    assert_contains(svg, "2 workloads");
    free(svg);
    free(text);
    fixture_end(&s);
}

static void search_space_groups_by_what_is_tuned(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5),
                  MOMENTUM("all") ",{\"arm\": \"rate\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": "
                                  "{\"min\": 1e-3, \"max\": 10, \"scaling\": \"log\"}}}");
    add_errors(&s, 0, five, 5);
    add_errors(&s, 1, five, 5);
    finish(&s);
    char *text = draw(&s, "search_space");
    assert_contains(text, "\n# learning rate\n2\t1\t11\t11\t21\t");
    assert_contains(text, "\n# learning rate momentum\n1\t2\t11\t11\t21\t");
    free(text);
    fixture_end(&s);
}

/* --- what cannot be drawn --- */

static void a_figure_without_anything_to_show_is_left_out_with_a_reason(void **state)
{
    fixture s;
    char path[FL_FILE_PATH_MAX];
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    add_errors(&s, 0, five, 5);
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
    fixture_end(&s);
}

static void nothing_drawn_is_no_success(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    finish(&s);
    assert_refused(4, "no arm has a feasible trial", s.folder, "plot", s.folder);
    fixture_end(&s);
}

static void mistakes_are_told_before_anything_is_drawn(void **state)
{
    fixture s;
    begin(&s);
    size_t before = folder_count(s.folder);
    assert_refused(2, "final_error, steps_to_target, budget", s.folder, "plot", s.folder, "--figure", "budget",
                   "--figure", "pie");
    assert_refused(2, "it is svg, png, pdf or tex", s.folder, "plot", s.folder, "--format", "gif");
    assert_refused(2, "is no result folder", s.folder, "plot", s.folder, "/nonexistent");
    assert_refused(2, "usage: fairlead plot DIR", s.folder, "plot");
    assert_int_equal(folder_count(s.folder), before);
    fixture_end(&s);
}

static void a_missing_gnuplot_is_said(void **state)
{
    fixture s;
    begin(&s);
    char *path = strdup(getenv("PATH"));
    setenv("PATH", s.folder, 1);
    assert_refused(3, "gnuplot is not installed", s.folder, "plot", s.folder);
    setenv("PATH", path, 1);
    free(path);
    fixture_end(&s);
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
        cmocka_unit_test(an_infinite_band_is_an_arrow_with_its_note),
        cmocka_unit_test(notes_fit_under_a_single_cell),
        cmocka_unit_test(an_axis_without_values_has_no_labels),
        cmocka_unit_test(trials_are_labelled_up_to_the_last),
        cmocka_unit_test(panels_of_one_study_have_their_folders_names),
        cmocka_unit_test(many_arms_have_turned_counts),
        cmocka_unit_test(names_can_be_read_in_a_pdf),
        cmocka_unit_test(tex_is_a_document_of_its_own),
        cmocka_unit_test(batch_sizes_are_held_against_perfect_scaling),
        cmocka_unit_test(train_loss_shows_the_lowest_one),
        cmocka_unit_test(target_sweep_asks_for_every_target),
        cmocka_unit_test(win_rate_counts_pairs),
        cmocka_unit_test(pairs_show_what_the_summary_says),
        cmocka_unit_test(importance_finds_the_axis_that_matters),
        cmocka_unit_test(profile_counts_workloads_within_tau),
        cmocka_unit_test(search_space_groups_by_what_is_tuned),
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
