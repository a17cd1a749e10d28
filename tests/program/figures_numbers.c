/* The numbers of every figure, NAME.dat, against closed forms. */
#include "support/figures.h"

#include "summary/summary.h"

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

/* P(rank <= r) = 1 - (1 - r/5)^5 is .67, .92, .990: the 5th percentile is the best trial, the 95th the third
 * (Choi et al. 2019; docs/protocol.md, "The band"). */
static void final_error_shows_the_selected_trial_and_its_band(void **state)
{
    fixture s;
    figures_begin(&s);
    char *text = figures_numbers(&s, "final_error");
    assert_final_error(&s, text, "1\t1\t10\t10\t20\t11\t11\t21\t", 100, figures_trial(&s, 0, 2));
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
    figures_begin(&s);
    char *text = figures_numbers(&s, "steps_to_target");
    assert_row(text, "1\t1\t40\t40\tinf\t1\t5\t", figures_trial(&s, 0, 2));
    assert_row(text, "2\t2\tinf\tinf\tinf\t0\t5\t", "-");
    free(text);
    fixture_end(&s);
}

/* One draw of five: P(rank <= r) = r/5 passes .05, .5 and .95 at ranks 1, 3 and 5. Two draws: 1 - (1 - r/5)^2 = .36,
 * .64, .84, .96. */
static void budget_follows_the_distribution_of_the_best_of_k(void **state)
{
    fixture s;
    figures_begin(&s);
    char *text = figures_numbers(&s, "budget");
    assert_row(text, "1\t20\t10\t30\t", figures_trial(&s, 0, 1));
    assert_row(text, "2\t15\t10\t25\t", figures_trial(&s, 0, 4));
    assert_row(text, "5\t10\t10\t20\t", figures_trial(&s, 0, 2));
    free(text);
    fixture_end(&s);
}

/* A record holds learning_rate and momentum; the axes are 1 - momentum and their quotient. */
static void axes_show_hyperparameters_as_the_space_names_them(void **state)
{
    fixture s;
    figures_begin(&s);
    fl_record diverged = fl_results_record(s.results, &s.results->arms[1].search[3]);
    fl_record best = fl_results_record(s.results, &s.results->arms[0].search[2]);
    const double *values = diverged.values.of[FL_TRIAL_OF_OPTIMIZER]; /* learning_rate, momentum */
    char numbers[100], *text = figures_numbers(&s, "axes");
    snprintf(numbers, sizeof numbers, "%.10g\tinf\t1\t", values[0] / (1 - values[1]));
    assert_row(text, numbers, diverged.trial);
    snprintf(numbers, sizeof numbers, "%.10g\tinf\t1\t", 1 - values[1]);
    assert_row(text, numbers, diverged.trial);
    snprintf(numbers, sizeof numbers, "%.10g\t10\t2\t", best.values.of[FL_TRIAL_OF_OPTIMIZER][0]);
    assert_row(text, numbers, figures_trial(&s, 0, 2));
    fl_record_free(&diverged);
    fl_record_free(&best);
    free(text);
    fixture_end(&s);
}

static void plane_puts_the_plain_rate_against_its_partner(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd") "," MOMENTUM("momentum"));
    add_errors(&s, 1, figures_five, 5);
    figures_finish(&s);
    fl_record record = fl_results_record(s.results, &s.results->arms[1].search[1]);
    const double *values = record.values.of[FL_TRIAL_OF_OPTIMIZER];
    char numbers[100], *text = figures_numbers(&s, "plane");
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
    add_errors(&s, 0, figures_five, 5);
    add_trial(&s, 0, 2, FL_STUDY_RERUN_REPEAT, (synthetic){ .val_error = 0.09, .test_error = 0.1 });
    add_trial(&s, 0, 2, FL_STUDY_RERUN_REPEAT + 1, (synthetic){ .val_error = 0.12, .test_error = 0.1 });
    figures_finish(&s);
    const fl_results_entry *reruns = s.results->arms[0].reruns;
    char *text = figures_numbers(&s, "curves");
    snprintf(trials, sizeof trials, "%s,%s,%s", figures_trial(&s, 0, 2), reruns[0].trial, reruns[1].trial);
    assert_row(text, "100\t10\t10\t9\t12\t0.1\t0.1\t0.09\t0.12\t", trials);
    assert_row(text, "50\t90\t90\t90\t90\t0.9\t0.9\t0.9\t0.9\t", trials);
    free(text);
    fixture_end(&s);
}

static void errors_that_are_losses_are_not_percent(void **state)
{
    fixture s;
    fixture_begin_text(&s, "{\"study\": \"q\", \"workload\": \"quadratic/noisy\", \"backend\": \"naive\", "
                           "\"batch_size\": 32, " BUDGET(1) "\"arms\": [" SGD("sgd") "]}");
    add_errors(&s, 0, (const double[]){ 0.25 }, 1);
    figures_finish(&s);
    char *text = figures_numbers(&s, "final_error");
    assert_final_error(&s, text, "1\t1\t0.25\t0.25\t0.25\t0.26\t0.26\t0.26\t", 1, figures_trial(&s, 0, 0));
    free(text);
    text = figures_svg(&s, "final_error");
    assert_contains(text, ">validation loss<");
    assert_null(strstr(text, " error<"));
    free(text);
    text = figures_svg(&s, "curves");
    assert_non_null(strstr(text, ">loss<"));
    assert_null(strstr(strstr(text, ">loss<") + 1, ">loss<")); /* its errors are its losses: one frame */
    free(text);
    fixture_end(&s);
}

/* Steps 80 at batch 16, so 40 at 32 by perfect scaling. */
static void batch_sizes_are_held_against_perfect_scaling(void **state)
{
    fixture s;
    fixture_begin_text(&s, "{\"study\": \"b\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", "
                           "\"batch_size\": [16, 32], " BUDGET(1) TARGET "\"arms\": [" SGD("sgd") "]}");
    for (size_t arm = 0; arm < 2; arm++)
        add_trial(&s, arm, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.1, .reached = arm ? 60 : 80 });
    figures_finish(&s);
    char *text = figures_numbers(&s, "batch_size"), numbers[100];
    assert_row(text, "16\t80\t80\t80\t80\t", figures_trial(&s, 0, 0));
    assert_row(text, "32\t60\t60\t60\t40\t", figures_trial(&s, 1, 0));
    free(text);
    fl_record record = fl_results_record(s.results, &s.results->arms[0].search[0]);
    double rate = record.values.of[FL_TRIAL_OF_OPTIMIZER][0];
    text = figures_numbers(&s, "effective_rate");
    snprintf(numbers, sizeof numbers, "16\t%.10g\tNaN\tNaN\t%.10g\t%.10g\t", rate, rate, rate);
    assert_row(text, numbers, record.trial);
    fl_record_free(&record);
    free(text);
    fixture_end(&s);
}

/* Training losses are the errors: .1 is the least of the five; its percentiles as in final_error. */
static void train_loss_shows_the_lowest_one(void **state)
{
    fixture s;
    figures_begin(&s);
    char *text = figures_numbers(&s, "train_loss");
    assert_row(text, "1\t1\t0.1\t0.1\t0.2\tNaN\tNaN\tNaN\t", figures_trial(&s, 0, 2));
    free(text);
    fixture_end(&s);
}

/* Validation errors are .9 before step 40 and 0 from there on, then .1: the last target, .9 itself, is passed at 40. */
static void target_sweep_asks_for_every_target(void **state)
{
    fixture s;
    figures_begin(&s);
    char *text = figures_numbers(&s, "target_sweep");
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
    add_errors(&s, 0, figures_five, 5);
    add_errors(&s, 1, later, 5);
    figures_finish(&s);
    char *text = figures_numbers(&s, "win_rate");
    snprintf(trials, sizeof trials, "%s,%s", figures_trial(&s, 0, 2), figures_trial(&s, 1, 2));
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
    add_errors(&s, 0, figures_five, 5);
    add_errors(&s, 1, (const double[]){ 0.33, 0.23, 0.13, 0.28, 0.18 }, 5);
    figures_finish(&s);
    fl_summary *summary = fl_summary_make(s.results);
    const fl_summary_pair *pair = &summary->pairs[0];
    char *text = figures_numbers(&s, "pairs"), *svg = figures_svg(&s, "pairs");
    snprintf(row, sizeof row, "1\t%.10g\t%.10g\t%.10g\t1\t", 100 * pair->difference, 100 * pair->low, 100 * pair->high);
    snprintf(trials, sizeof trials, "%s,%s", figures_trial(&s, 0, 2), figures_trial(&s, 1, 2));
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
    figures_finish(&s);
    char *text = figures_numbers(&s, "importance");
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
    static const size_t reached[] = { 40, 80, 60, 40 }; /* arm by arm, workload by workload */
    fixture_begin_text(&s, "{\"study\": \"w\", \"workload\": [\"glyphs/mlp\", \"fashion_mnist/mlp\"], "
                           "\"backend\": \"naive\", \"batch_size\": 32, " BUDGET(1) TARGET
                       "\"arms\": [" SGD("a") "," MOMENTUM("b") "]}");
    for (size_t arm = 0; arm < 4; arm++)
        add_trial(&s, arm, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.1, .reached = reached[arm] });
    figures_finish(&s);
    char *text = figures_numbers(&s, "profile"), *svg = figures_svg(&s, "profile");
    assert_row(text, "1\t50\t50\t50\t", figures_trial(&s, 0, 0));
    assert_row(text, "2\t100\t100\t100\t", figures_trial(&s, 1, 0));
    assert_row(text, "1.5\t100\t100\t100\t", figures_trial(&s, 2, 0));
    assert_row(text, "1\t50\t50\t50\t", figures_trial(&s, 3, 0));
    assert_contains(svg, "2 workloads, best of 1");
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
    add_errors(&s, 0, figures_five, 5);
    add_errors(&s, 1, figures_five, 5);
    figures_finish(&s);
    char *text = figures_numbers(&s, "search_space");
    assert_contains(text, "\n# learning rate\n2\t1\t11\t11\t21\t");
    assert_contains(text, "\n# learning rate momentum\n1\t2\t11\t11\t21\t");
    free(text);
    fixture_end(&s);
}

/* Two batch sizes of one arm. The lowest loss both reach is the greater of their last ones, .2, from .9 at the first
 * evaluation: ln 4.5 = 1.504077 nats over 100 steps of 32 and over 100 of 64 examples. */
static void progress_counts_what_an_example_buys(void **state)
{
    fixture s;
    fixture_begin_text(&s, "{\"study\": \"made\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", "
                           "\"batch_size\": [32, 64]," BUDGET(1) "\"arms\": [" SGD("sgd") "]}");
    for (size_t arm = 0; arm < 2; arm++)
        add_trial(&s, arm, 0, 0, (synthetic){ .val_error = arm ? 0.2 : 0.1, .test_error = 0.3 });
    figures_finish(&s);
    char *text = figures_numbers(&s, "progress");
    assert_row(text, "10\t320\t10\t0.9\tNaN\tNaN\t", figures_trial(&s, 0, 0));
    assert_row(text, "100\t6400\t100\t0.2\tNaN\tNaN\t", figures_trial(&s, 1, 0));
    assert_row(text, "NaN\tNaN\tNaN\tNaN\t32\t470.0241865\t", figures_trial(&s, 0, 0));
    assert_row(text, "NaN\tNaN\tNaN\tNaN\t64\t235.0120932\t", figures_trial(&s, 1, 0));
    free(text);
    fixture_end(&s);
}

/* From where Beale's function starts, (1, 1), along the points' parameters; its value at (1, 1) is 1.5^2 + 2.25^2 +
 * 2.625^2 = 14.203125, which the grid has a point close to. */
static void trajectory_begins_where_the_function_does(void **state)
{
    fixture s;
    fixture_begin_text(&s, "{\"study\": \"made\", \"workload\": \"function/beale\", \"backend\": \"naive\", "
                           "\"batch_size\": 1," BUDGET(1) "\"arms\": [" SGD("sgd") "]}");
    add_trial(&s, 0, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.1 });
    figures_finish(&s);
    char *text = figures_numbers(&s, "trajectory");
    assert_row(text, "1\t1\t0\t", figures_trial(&s, 0, 0));
    assert_row(text, "3\t0.5\t100\t", figures_trial(&s, 0, 0));
    double near = HUGE_VAL, value = 0;
    for (char *line = strstr(text, "# the loss"); line; line = strchr(line + 1, '\n')) {
        double x, y, loss;
        if (sscanf(line, "%lf %lf %lf -", &x, &y, &loss) != 3 || hypot(x - 1, y - 1) >= near) continue;
        near = hypot(x - 1, y - 1);
        value = loss;
    }
    assert_true(near < 0.02);
    assert_close(value, 14.203125, 0.02);
    free(text);
    fixture_end(&s);
}

#define LATE(workers) "{\"method\": \"asynchronous\", \"workers\": " #workers "}"

/* Three trainings of one arm. The first two are 1.5 and 3 pushes late; the third is not asynchronous. */
static void begin_late(fixture *s)
{
    fixture_begin_text(s, "{\"study\": \"made\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", "
                          "\"batch_size\": 32, \"parallel\": [" LATE(2) "," LATE(4) ", {\"method\": \"synchronous\", "
                                                                                    "\"workers\": 1}]," BUDGET(1) TARGET
                       "\"arms\": [" SGD("sgd") "]}");
    add_trial(s, 0, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.2, .reached = 40, .staleness = 1.5 });
    add_trial(s, 1, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.3, .reached = 60, .staleness = 3 });
    add_trial(s, 2, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.1, .reached = 80 });
    figures_finish(s);
}

static void staleness_shows_asynchronous_trials_by_how_late_they_are(void **state)
{
    fixture s;
    begin_late(&s);
    char *text = figures_numbers(&s, "staleness");
    assert_row(text, "2.5\t20\t20\t20\tNaN\t", figures_trial(&s, 0, 0));
    assert_row(text, "4\t30\t30\t30\tNaN\t", figures_trial(&s, 1, 0));
    assert_row(text, "2.5\t40\t40\t40\tNaN\t", figures_trial(&s, 0, 0));
    assert_row(text, "4\t60\t60\t60\tNaN\t", figures_trial(&s, 1, 0));
    assert_null(strstr(text, figures_trial(&s, 2, 0)));
    free(text);
    fixture_end(&s);
}

/* 100 steps of 32 examples in 200 virtual seconds. By the model all take one worker's 80 steps, as their batches are
 * alike, and four make twice the examples of two. */
static void scaling_holds_workers_against_a_model(void **state)
{
    fixture s;
    begin_late(&s);
    char *text = figures_numbers(&s, "scaling"), *svg = figures_svg(&s, "scaling");
    assert_row(text, "1\t80\t80\t80\t80\t", figures_trial(&s, 2, 0));
    assert_row(text, "2\t40\t40\t40\t80\t", figures_trial(&s, 0, 0));
    assert_row(text, "4\t60\t60\t60\t80\t", figures_trial(&s, 1, 0));
    assert_row(text, "2\t16\t16\t16\t16\t", figures_trial(&s, 0, 0));
    assert_row(text, "4\t16\t16\t16\t32\t", figures_trial(&s, 1, 0));
    assert_contains(svg, "model, not measured");
    assert_contains(svg, "a line leaves the frame where no trial reached the target");
    free(svg);
    free(text);
    fixture_end(&s);
}

#define SHARED(workers) "{\"method\": \"synchronous\", \"workers\": " #workers "}"

/* One process makes 1234.5 examples a second of a model of 235,146 parameters: of 32 examples two workers compute
 * 12.96 ms each and send 940,584 bytes in 7.54 ms at 1 Gbit/s, which is hidden; four compute 6.48 ms and send three
 * times as much, 22.634016 ms, which is not; at 10 Gbit/s it is 2.317 ms. */
static void scaling_of_synchronous_workers_is_measured_and_foretold(void **state)
{
    fixture s;
    char foretold[100];
    fixture_begin_text(&s, "{\"study\": \"made\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", "
                           "\"batch_size\": 32, \"parallel\": [" SHARED(1) "," SHARED(2) "," SHARED(4) "]," BUDGET(
                               1) "\"arms\": [" SGD("sgd") "]}");
    for (size_t arm = 0; arm < 3; arm++)
        add_trial(&s, arm, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.2, .processes = arm == 1 ? 2 : 0 });
    figures_finish(&s);
    char *text = figures_numbers(&s, "scaling"), *svg = figures_svg(&s, "scaling");
    assert_contains(svg, "glyphs/mlp"); /* above the only cell with something to show */
    assert_null(strstr(svg, "the target"));
    assert_row(text, "1\t1234.5\t1234.5\t1234.5\tNaN\t", figures_trial(&s, 0, 0));
    assert_row(text, "2\t1234.5\t1234.5\t1234.5\tNaN\t", figures_trial(&s, 1, 0));
    assert_row(text, "4\tNaN\tNaN\tNaN\tNaN\t", figures_trial(&s, 2, 0));
    assert_row(text, "2\tNaN\tNaN\tNaN\t2469\t", "-");
    snprintf(foretold, sizeof foretold, "4\tNaN\tNaN\tNaN\t%.10g\t", 32 / .022634016);
    assert_row(text, foretold, "-");
    assert_row(text, "4\tNaN\tNaN\tNaN\t4938\t", "-");
    free(svg);
    free(text);
    fixture_end(&s);
}

static void panels_are_called_by_the_method_of_a_studys_list(void **state)
{
    fixture s;
    begin_late(&s);
    char *text = figures_numbers(&s, "final_error");
    assert_contains(text, "# panel: glyphs/mlp\n#   asynchronous:2\n");
    assert_contains(text, "# panel: glyphs/mlp\n#   asynchronous:4\n");
    assert_contains(text, "# panel: glyphs/mlp\n#   synchronous:1\n");
    free(text);
    fixture_end(&s);
}

static void timeline_gives_each_worker_a_row(void **state)
{
    fixture s;
    begin_late(&s);
    figures_add_timeline(&s, 1, 0);
    char *text = figures_numbers(&s, "timeline"), *svg = figures_svg(&s, "timeline");
    assert_row(text, "1\t0\t1\t0\t0\t1\t", figures_trial(&s, 1, 0));
    assert_row(text, "1\t1\t1.5\t1\t0\t1\t", figures_trial(&s, 1, 0));
    assert_row(text, "2\t0\t2\t0\t1\t2\t", figures_trial(&s, 1, 0));
    assert_contains(svg, "worker 1 of 4");
    assert_contains(svg, ">sgd asynchronous:4<");
    free(svg);
    free(text);
    fixture_end(&s);
}

/* One worker shares the batches, a second measures and a third inverts. */
static void timeline_calls_workers_by_what_they_do(void **state)
{
    fixture s;
    begin_late(&s);
    figures_add_work(&s, 2, 0, "'step': 1, 'worker': 0, 'spans': [{'what': 'compute', 'from': 0, 'to': 1}]");
    figures_add_work(&s, 2, 0, "'step': 1, 'worker': 1, 'spans': [{'what': 'statistics', 'from': 0, 'to': 1}]");
    figures_add_work(&s, 2, 0, "'step': 1, 'worker': 2, 'spans': [{'what': 'inverse', 'from': 1, 'to': 3}]");
    char *svg = figures_svg(&s, "timeline");
    assert_contains(svg, "worker 0 of 3");
    assert_contains(svg, "statistics 1 of 3");
    assert_contains(svg, "inverse 2 of 3");
    free(svg);
    fixture_end(&s);
}

static void seconds_of_the_real_clock_are_not_called_virtual(void **state)
{
    fixture s;
    begin_late(&s);
    figures_add_timeline(&s, 1, 0);
    char *before = figures_svg(&s, "timeline");
    assert_contains(before, "virtual seconds");
    figures_add_work(&s, 0, 0,
                     "'step': 1, 'worker': 0, 'clock': 'real', 'spans': [{'what': 'compute', 'from': 0, "
                     "'to': 1}]");
    char *svg = figures_svg(&s, "timeline");
    assert_null(strstr(svg, "virtual"));
    assert_contains(svg, "seconds");
    free(before);
    free(svg);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(final_error_shows_the_selected_trial_and_its_band),
        cmocka_unit_test(steps_to_target_tells_how_many_reached_it),
        cmocka_unit_test(budget_follows_the_distribution_of_the_best_of_k),
        cmocka_unit_test(axes_show_hyperparameters_as_the_space_names_them),
        cmocka_unit_test(plane_puts_the_plain_rate_against_its_partner),
        cmocka_unit_test(curves_name_the_winner_and_span_its_reruns),
        cmocka_unit_test(errors_that_are_losses_are_not_percent),
        cmocka_unit_test(batch_sizes_are_held_against_perfect_scaling),
        cmocka_unit_test(train_loss_shows_the_lowest_one),
        cmocka_unit_test(target_sweep_asks_for_every_target),
        cmocka_unit_test(win_rate_counts_pairs),
        cmocka_unit_test(pairs_show_what_the_summary_says),
        cmocka_unit_test(importance_finds_the_axis_that_matters),
        cmocka_unit_test(profile_counts_workloads_within_tau),
        cmocka_unit_test(search_space_groups_by_what_is_tuned),
        cmocka_unit_test(progress_counts_what_an_example_buys),
        cmocka_unit_test(trajectory_begins_where_the_function_does),
        cmocka_unit_test(staleness_shows_asynchronous_trials_by_how_late_they_are),
        cmocka_unit_test(scaling_holds_workers_against_a_model),
        cmocka_unit_test(scaling_of_synchronous_workers_is_measured_and_foretold),
        cmocka_unit_test(panels_are_called_by_the_method_of_a_studys_list),
        cmocka_unit_test(timeline_gives_each_worker_a_row),
        cmocka_unit_test(timeline_calls_workers_by_what_they_do),
        cmocka_unit_test(seconds_of_the_real_clock_are_not_called_virtual),
    };
    return figures_run(tests);
}
