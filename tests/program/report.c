/* What the page shows of a study, of several, and where something is missing. */
#include "support/command.h"
#include "support/page.h"
#include "support/summed.h"

/* Expected best of 1, K = N/5: the mean test error, of .31, .20, .11, .26 and .16. */
static void the_page_shows_study_results_and_commands(void **state)
{
    char row[400];
    assert_holds(hostile_page, "<title>synthetic – Fairlead</title>");
    assert_holds(hostile_page, "<td>5<td>0<td><b>20.80</b><td class=\"range\">");
    assert_holds(hostile_page, "<small>covers 77 %</small>"); /* an interval from five trials: fl_stats_coverage */
    assert_holds(hostile_page, "<td>10.00<td class=\"range\">10.00–20.00<td>11.00<td class=\"range\">11.00–21.00");
    assert_holds(hostile_page, "<td>30<td class=\"range\">1 of 5"); /* steps to the target, and how many reached it */
    assert_holds(hostile_page, "no difference shown");
    assert_holds(hostile_page, "too few trials to tell");
    snprintf(row, sizeof row,
             "trial <code>%s</code>, index 2, key <code>%s</code></summary><pre>fairlead trial --workload glyphs/mlp",
             hostile.results->arms[0].search[2].trial,
             hostile.results->host_keys[hostile.results->arms[0].search[2].host]);
    assert_holds(hostile_page, row);
    assert_holds(hostile_page, "<code>learning_rate</code> 0.001 to 10, log");
    assert_order(hostile_page, WORDS("<details><summary>Expected test error of the best of K trials", "<th>1<tbody>",
                                     "<th scope=\"row\">plain<td>20.80"));
    assert_holds(hostile_page,
                 "the command runs one again: to the bit where <em>Machine and build</em> below has the same key");
}

static void what_is_tested_comes_first(void **state)
{
    assert_order(hostile_page, WORDS("<h1>synthetic</h1>", "<h2>What is tested</h2>", "<h2>Results</h2>",
                                     "<h2>Beware</h2>", "<h2>Figures</h2>", "<h2>Selected trials</h2>",
                                     "<h2>Trials</h2>", "<h2>Cost</h2>", "<h2>Study</h2>"));
}

/* Twenty trials each, ten thousandths apart; "bad" is .40 above. Its best lie in the middle of its axis. */
static void add_a_difference(fixture *s, const char *fields)
{
    fixture_begin(s, fields, SGD("good") "," SGD("bad"));
    for (uint64_t i = 0; i < 20; i++) {
        double error = 0.10 + 0.001 * (double)i;
        add_trial(s, 0, i, 0, (synthetic){ .val_error = error, .test_error = error });
        add_trial(s, 1, i, 0, (synthetic){ .val_error = 0.4 + error, .test_error = 0.4 + error });
    }
    page_finish(s);
}

static void a_claimed_difference_has_a_direction(void **state)
{
    fixture s;
    add_a_difference(&s, BUDGET(20));
    char *page = write_page(&s);
    assert_holds(page, "<b>Nothing was declared</b>");
    assert_holds(page, "<li>bad worse than good by 40.00 points\n");
    assert_holds(page, "<tr class=\"claimed\"><th scope=\"row\">good − bad<td class=\"verdict\"><b>good is better</b>"
                       "<td>−40.00<td class=\"range\">−"); /* in the study's order */
    assert_holds(page, "<td class=\"words\">paired");      /* both arms have the same axis */
    free(page);
    fixture_end(&s);
}

/* A schedule that decays is not the constant one's equal, and a comma does not end a name. */
static void what_differs_beside_the_optimizer_is_told_where_arms_are_compared(void **state)
{
    static const double errors[] = { 0.30, 0.20, 0.10, 0.25, 0.15 };
    fixture s;
    fixture_begin(&s, BUDGET(5),
                  SGD("rate, constant") ",{\"arm\": \"all\", \"optimizer\": \"sgd\", \"schedule\": \"linear\", "
                                        "\"space\": {\"learning_rate\": {\"min\": 1e-3, \"max\": 10, \"scaling\": "
                                        "\"log\"}}}");
    add_errors(&s, 0, errors, 5);
    add_errors(&s, 1, errors, 5);
    page_finish(&s);
    char *page = write_page(&s);
    assert_holds(page, "<tr><th scope=\"row\">&#39;rate, constant&#39; − all<td class=\"verdict\">");
    assert_holds(page, "<li>unlike schedules: &#39;rate, constant&#39; has constant, all has linear");
    assert_order(page, WORDS("<th class=\"words\">Schedule", "rate, constant<td class=\"words\">constant</td>",
                             "all<td class=\"words\">linear</td>"));
    free(page);
    fixture_end(&s);
}

static void declared_claims_are_said_to_be(void **state)
{
    fixture s;
    add_a_difference(&s, BUDGET(20) "\"claims\": {\"baseline\": \"good\", \"margin\": 0.02, \"k\": 3},");
    char *page = write_page(&s);
    assert_holds(page, "Declared before the first trial: 1 difference in the expected test error of the best of 3 "
                       "trials, out of 20 per arm.");
    assert_holds(page, "A difference below 2.00 points was declared not to matter.");
    assert_holds(page, "after Holm’s correction over 1 test, is below 0.05");
    assert_holds(page, "<li>bad worse than good by 40.00 points\n");
    assert_null(strstr(page, "Nothing was declared"));
    assert_null(strstr(page, "nothing is claimed, whatever")); /* all pairs are tested */
    assert_holds(page,
                 "<p class=\"note\">Going by the first 10 trials"); /* what it could have found, also where it did */
    assert_order(page,
                 WORDS("<b>good is better</b>", "<li>the whole interval is beyond the 2.00 points declared to matter"));
    free(page);
    fixture_end(&s);
}

static void what_is_declared_beyond_pairs_stands_with_them(void **state)
{
    fixture s;
    begin_further(&s);
    char *page = write_page(&s);
    assert_order(
        page,
        WORDS("<h2>What is tested</h2>", "Of the other 5 pairs of arms nothing is claimed",
              "<h3>Declared flips in the best of 1: ", "<td class=\"words\">narrow a minus narrow b<td>+20.00 points",
              "<td class=\"words\">wide a minus wide b<td>−20.00 points",
              "<li><b>flip: narrow b is better in the narrow space, wide a in the wide one; "
              "interaction</b>",
              "<li><span>the best of 1 along 1 tuned axis measures the space more than the optimizer",
              "<h3>What more tuning brings", "<h3>Time to the target",
              "<td>20<td>100 %<td>40<td>100 %<td>0.5<td class=\"words\">[0.25, 0.667]", "<h2>Results</h2>"));
    free(page);
    fixture_end(&s);
}

/* The worse arm's best trials are those with the greatest rates. */
static void a_search_that_is_cut_off_is_not_claimed(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(20), SGD("good") "," SGD("bad"));
    for (uint64_t i = 0; i < 20; i++) {
        fl_trial trial = fl_study_trial(s.study, &s.study->arms[1], i, 0);
        double error = 0.6 - 0.02 * log10(trial.values.of[FL_TRIAL_OF_OPTIMIZER][0]);
        add_trial(&s, 0, i, 0, (synthetic){ .val_error = 0.10 + 0.001 * (double)i, .test_error = 0.1 });
        add_trial(&s, 1, i, 0, (synthetic){ .val_error = error, .test_error = error });
        fl_trial_free(&trial);
    }
    page_finish(&s);
    char *page = write_page(&s);
    assert_holds(page, "No difference is claimed");
    assert_holds(page, "good is better in this space; the space of bad is cut off at learning_rate");
    assert_holds(page, "cut off at <code>learning_rate</code>"); /* in the arms' table, too */
    free(page);
    fixture_end(&s);
}

/* The space of the general rule does not hold the special one's; its errors begin .2 above the special one's. */
static void a_contradicted_special_case_comes_with_its_reason(void **state)
{
    fixture s;
    fixture_begin(
        &s, BUDGET(10),
        SGD("sgd") ",{\"arm\": \"momentum\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": 0.1, "
                   "\"one_minus_momentum\": {\"min\": 1e-3, \"max\": 1, \"scaling\": \"log\"}}}");
    for (uint64_t i = 0; i < 20; i++) {
        double error = 0.1 + 0.001 * (double)(i % 10) + (i < 10 ? 0 : 0.2);
        add_trial(&s, i / 10, i % 10, 0, (synthetic){ .val_error = error, .test_error = error });
    }
    page_finish(&s);
    char *page = write_page(&s);
    assert_holds(page, "<p>0 shown, 0 not shown, 1 contradicted.</p>");
    assert_holds(page, "momentum is not worse than sgd<td>+20.00<td class=\"range\">+1");
    assert_holds(page, "<b>contradicted</b><td class=\"prose\">its space is too narrow to hold what sgd selected (");
    free(page);
    fixture_end(&s);
}

static void several_folders_begin_with_an_overview(void **state)
{
    fixture b;
    char path[FL_FILE_PATH_MAX], *page;
    size_t n;
    add_a_difference(&b, BUDGET(20));
    fl_file_path_join(path, hostile.folder, "both \"ü\".html");
    assert_runs(0, hostile.folder, "report", hostile.folder, b.folder, "-o", "both \"ü\".html");
    assert_true(fl_file_read(path, &page, &n, NULL));
    assert_holds(page, "<title>synthetic, synthetic – Fairlead</title>");
    assert_order(page, WORDS("<h1>2 studies</h1>", "<a href=\"#study-1\">synthetic</a>",
                             "no difference claimed<small>0 of 1 pairs, undeclared</small>",
                             "<a href=\"#study-2\">synthetic</a>", "bad worse than good by 40.00 points<small>1 of 1",
                             "<header id=\"study-1\">", "<h2>What is tested</h2>", "<header id=\"study-2\">"));
    free(page);
    fixture_end(&b);
}

static void without_gnuplot_the_page_says_so(void **state)
{
    fixture s;
    hostile_begin(&s);
    char *path = strdup(getenv("PATH"));
    setenv("PATH", s.folder, 1);
    char *page = write_page(&s);
    setenv("PATH", path, 1);
    assert_holds(page, "gnuplot is not installed");
    assert_holds(page, "too few trials to tell");
    free(page);
    free(path);
    fixture_end(&s);
}

static void an_empty_folder_is_no_success(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    page_finish(&s);
    assert_runs(4, s.folder, "report", s.folder);
    assert_refused(2, "not a result folder", s.folder, "report", "/nonexistent");
    fixture_end(&s);
}

static void only_an_earlier_page_is_written_over(void **state)
{
    fixture s;
    hostile_begin(&s);
    page_finish(&s);
    assert_runs(0, s.folder, "report", s.folder, "-o", "page.html");
    assert_runs(0, s.folder, "report", s.folder, "-o", "page.html");
    assert_refused(2, "trials.jsonl: exists and is no earlier page", s.folder, "report", s.folder, "-o",
                   "trials.jsonl");
    assert_runs(0, s.folder, "check", s.folder);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_shows_study_results_and_commands),
        cmocka_unit_test(only_an_earlier_page_is_written_over),
        cmocka_unit_test(what_is_tested_comes_first),
        cmocka_unit_test(a_claimed_difference_has_a_direction),
        cmocka_unit_test(what_differs_beside_the_optimizer_is_told_where_arms_are_compared),
        cmocka_unit_test(declared_claims_are_said_to_be),
        cmocka_unit_test(what_is_declared_beyond_pairs_stands_with_them),
        cmocka_unit_test(a_search_that_is_cut_off_is_not_claimed),
        cmocka_unit_test(a_contradicted_special_case_comes_with_its_reason),
        cmocka_unit_test(several_folders_begin_with_an_overview),
        cmocka_unit_test(without_gnuplot_the_page_says_so),
        cmocka_unit_test(an_empty_folder_is_no_success),
    };
    if (!page_has_gnuplot()) return test_skip_all(PAGE_NO_GNUPLOT);
    return test_run(tests, page_set_up, page_tear_down);
}
