/* From a figure to a trial: marks lead to rows, and rows hold commands. */
#include "support/command.h"
#include "support/page.h"

/* In `axes` each of the five trials of two arms has a mark; both arms share them, so a trial's row is led to once. */
static void every_mark_leads_to_its_trial_and_command(void **state)
{
    char link[100], row[100];
    char *axes = strstr(hostile_page, "<figure id=\"axes\""), *end = strstr(axes, "</figure>");
    *end = 0;
    for (size_t i = 0; i < 5; i++) {
        snprintf(link, sizeof link,
                 "<a href=\"#t-%s\" tabindex=\"-1\"><circle cx=", hostile.results->arms[0].search[i].trial);
        assert_int_equal(count_of(axes, link), 2);
    }
    assert_int_equal(count_of(axes, "<a href=\"#t-"), 10);
    *end = '<';
    assert_null(strstr(hostile_page, "gnuplot_svg")); /* the script that gnuplot would call */
    snprintf(row, sizeof row, "<tr id=\"t-%s\">", hostile.results->arms[0].search[2].trial);
    assert_int_equal(count_of(hostile_page, row), 1);
    assert_order(strstr(hostile_page, row),
                 WORDS("<b>selected</b>", "<pre class=\"command\">fairlead trial --workload glyphs/mlp"));
}

/* Marks of an arm without any feasible trial stand in the band of `axes`, and nowhere else. */
static void diverged_trials_have_marks_and_rows(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(3), SGD("good") "," SGD("gone"));
    add_errors(&s, 0, (const double[]){ 0.30, 0.20, 0.10 }, 3);
    for (uint64_t i = 0; i < 3; i++)
        add_trial(&s, 1, i, 0,
                  (synthetic){ .status = FL_OUTCOME_INFEASIBLE, .reason = "the loss at step 7 is not finite" });
    page_finish(&s);
    char *page = write_page(&s);
    assert_holds(page, "<figure id=\"axes\"");
    assert_holds(page, "gone diverged");
    assert_int_equal(count_of(page, "the loss at step 7 is not finite"), 3);
    free(page);
    fixture_end(&s);
}

/* 1,100 trials: the page lists 500 of each arm, the selected one among them, and says what is left out. */
static void large_studies_stay_small_pages(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(550), SGD("a") "," SGD("b"));
    for (uint64_t i = 0; i < 1100; i++)
        add_trial(&s, i / 550, i % 550, 0,
                  (synthetic){ .val_error = 0.9 - 0.001 * (double)(i % 550), .test_error = 0.5 });
    page_finish(&s);
    char *page = write_page(&s), row[100];
    assert_int_equal(count_of(page, "<pre class=\"command\">"), 1000);
    assert_holds(page, " 100 trials are left out");
    snprintf(row, sizeof row, "<tr id=\"t-%s\">", s.results->arms[0].search[549].trial);
    assert_holds(page, row);
    snprintf(row, sizeof row, "#t-%s\"", s.results->arms[0].search[0].trial); /* the worst */
    assert_null(strstr(page, row));
    assert_true(strlen(page) < 4000000);
    free(page);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mark_leads_to_its_trial_and_command),
        cmocka_unit_test(diverged_trials_have_marks_and_rows),
        cmocka_unit_test(large_studies_stay_small_pages),
    };
    if (!page_has_gnuplot()) return test_skip_all(PAGE_NO_GNUPLOT);
    return test_run(tests, page_set_up, page_tear_down);
}
