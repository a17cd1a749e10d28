/* Choi et al. 2019, figure 1: the selected trial's final validation error (top) and its test error (bottom), arm by
 * arm. Beside the test error stands what is tested: the expected one of the best of K new trials, with its interval. */
#include "figures/figure.h"

#include <math.h>

enum { VAL = 2, TEST = 5, EXPECTED = 8, K = 11, N_COLUMNS };

static const figure_variable variables[] = {
    { "val", FIGURE_PER_PANEL, FIGURE_VERTICAL },
    { "test", FIGURE_PER_PANEL, FIGURE_VERTICAL },
    { "val_axis", FIGURE_PER_PANEL, FIGURE_TEXT },
    { "test_axis", FIGURE_PER_PANEL, FIGURE_TEXT },
    { "has_expected", FIGURE_ONCE, FIGURE_NUMBER },
    { "has_arrows", FIGURE_ONCE, FIGURE_NUMBER },
    { .name = NULL },
};

static void put_band(double numbers[3], double factor, const fl_summary_band *band)
{
    numbers[0] = factor * band->center;
    numbers[1] = factor * band->low;
    numbers[2] = factor * band->high;
}

static void put_expected(double numbers[3], double factor, const fl_stats_interval *interval)
{
    numbers[0] = factor * interval->estimate;
    numbers[1] = factor * interval->low;
    numbers[2] = factor * interval->high;
}

static void add_arm(figure_data *data, const figure_arm *arm, double place, double factor, figure_scale *val,
                    figure_scale *test)
{
    double row[N_COLUMNS] = { (double)arm->slot + 1, place };
    const fl_summary_arm *summary = arm->summary;
    for (size_t i = VAL; i < N_COLUMNS; i++) row[i] = NAN;
    if (summary->selected) {
        put_band(row + VAL, factor, &summary->val_error);
        put_band(row + TEST, factor, &summary->test_error);
    }
    if (summary->selected && summary->interval.claimed) {
        put_expected(row + EXPECTED, factor, &summary->interval);
        row[K] = (double)summary->k;
    }
    for (size_t i = VAL; i < TEST; i++) figure_scale_add(val, row[i]);
    for (size_t i = TEST; i < K; i++) figure_scale_add(test, row[i]);
    figure_add_row(data, row, N_COLUMNS, summary->selected ? summary->selected->record->trial : NULL);
}

static const char *refuse(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++) {
        const fl_summary_arm *arm = panel->arms[i].summary;
        if (arm->selected && isfinite(arm->val_error.center)) return NULL;
    }
    return "no arm has a feasible trial with a validation error";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale val = figure_scale_none(), test = figure_scale_none();
    figure_unit unit = figure_unit_of(panel, FL_TRIAL_VAL_ERROR);
    figure_begin_block(data, 0, NULL);
    for (size_t i = 0; i < panel->n_arms; i++) add_arm(data, &panel->arms[i], (double)i + 1, unit.factor, &val, &test);
    figure_scale_choose(&val);
    figure_scale_choose(&test);
    figure_set_scale(data, "val", &val);
    figure_set_scale(data, "test", &test);
    figure_set_text(data, "val_axis", unit.axis);
    figure_set_text(data, "test_axis", figure_unit_of(panel, FL_TRIAL_TEST_ERROR).axis);
}

/* What the notes under the figure must explain. */
static void set_notes(figure_data *data, const figure_layout *layout)
{
    bool expected = false, arrows = false;
    for (size_t p = 0; p < layout->n_panels; p++)
        for (size_t i = 0; i < layout->panels[p].n_arms; i++) {
            const fl_summary_arm *arm = layout->panels[p].arms[i].summary;
            expected = expected || (arm->selected && arm->interval.claimed);
            arrows = arrows || (arm->selected && isinf(arm->val_error.high + arm->test_error.high));
        }
    figure_set_number(data, "has_expected", expected);
    figure_set_number(data, "has_arrows", arrows);
}

const figure figure_final_error = {
    .entry = { "final_error",
               "Final validation error of the selected trial (top) and its test error (bottom), with the expected test "
               "error of the best of K new trials. Where its space holds a special case, no optimizer should be worse "
               "than it.",
               "Choi et al. 2019, figure 1" },
    .columns = "arm, its place in the panel, validation error of the selected trial, its 5th and 95th percentile over "
               "resampled trials, the same three of its test error, the expected test error of the best of K new "
               "trials, 5th and 95th percentile of its interval (rates in %), K, trial",
    .variables = variables,
    .refuse = refuse,
    .add = add,
    .set_once = set_notes,
};
