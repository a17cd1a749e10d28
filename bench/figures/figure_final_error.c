/* Choi et al. 2019, figure 1: the selected trial's final validation error (top) and its test error (bottom), arm by
 * arm. */
#include "figures/figure.h"
#include "figures/figure_scale.h"

#include <math.h>

enum { VAL = 1, TEST = 4, N_COLUMNS = 7 };
static const char columns[] = "arm, validation error of the selected trial, its 5th and 95th percentile over resampled "
                              "trials, the same three of its test error (rates in %), trial";

static void put_band(double numbers[3], double factor, const fl_summary_band *band)
{
    numbers[0] = factor * band->center;
    numbers[1] = factor * band->low;
    numbers[2] = factor * band->high;
}

static void add_band(figure_scale *scale, const double numbers[3])
{
    for (size_t i = 0; i < 3; i++) figure_scale_add(scale, numbers[i]);
}

static void add_arm(figure_data *data, const figure_arm *arm, double factor, figure_scale *val, figure_scale *test)
{
    double row[N_COLUMNS] = { (double)arm->slot + 1, NAN, NAN, NAN, NAN, NAN, NAN };
    const fl_summary_arm *summary = arm->summary;
    if (summary->selected) {
        put_band(row + VAL, factor, &summary->val_error);
        put_band(row + TEST, factor, &summary->test_error);
    }
    add_band(val, row + VAL);
    add_band(test, row + TEST);
    figure_add_row(data, row, N_COLUMNS, summary->selected ? summary->selected->record->trial : NULL);
}

static bool shows_anything(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++) {
        const fl_summary_arm *arm = panel->arms[i].summary;
        if (arm->selected && isfinite(arm->val_error.center)) return true;
    }
    return false;
}

static void add_panel(figure_data *data, const figure_panel *panel)
{
    figure_scale val = figure_scale_none(), test = figure_scale_none();
    figure_unit unit = figure_unit_of(panel, FL_TRIAL_VAL_ERROR);
    figure_begin_panel(data, panel);
    figure_begin_block(data, 0, NULL);
    for (size_t i = 0; i < panel->n_arms; i++) add_arm(data, &panel->arms[i], unit.factor, &val, &test);
    figure_scale_settle(&val);
    figure_scale_settle(&test);
    figure_scale_set(data, "val", data->n_panels, &val);
    figure_scale_set(data, "test", data->n_panels, &test);
    figure_set_text_at(data, "val_axis", data->n_panels, unit.axis);
    figure_set_text_at(data, "test_axis", data->n_panels, figure_unit_of(panel, FL_TRIAL_TEST_ERROR).axis);
}

static bool write(const figure_sheet *sheet, figure_data *data)
{
    figure_begin(data, sheet, "final_error", columns);
    figure_set_band(data, sheet);
    figure_scale_array(data, "val", sheet->n_panels);
    figure_scale_array(data, "test", sheet->n_panels);
    figure_array(data, "val_axis", sheet->n_panels);
    figure_array(data, "test_axis", sheet->n_panels);
    for (size_t i = 0; i < sheet->n_panels; i++)
        if (shows_anything(&sheet->panels[i])) add_panel(data, &sheet->panels[i]);
    return figure_end(data, "no arm has a feasible trial with a validation error");
}

const figure figure_final_error = {
    .entry = { "final_error",
               "Final validation error of the selected trial (top) and its test error (bottom). No optimizer should be "
               "worse than one it contains as a special case.",
               "Choi et al. 2019, figure 1" },
    .write = write,
};
