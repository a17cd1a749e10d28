/* Choi et al. 2019, figures 6 to 8: the best value among K trials against K. A flat end says that more trials would
 * change little. */
#include "figures/figure.h"
#include "figures/figure_scale.h"

#include <math.h>

enum { N_COLUMNS = 4 };
static const char columns[] =
    "trials K, the best score among K of them: median, 5th and 95th percentile over resampled "
    "trials (rates in %), the trial at the median";

/* The trial whose score is the law's median: what the line passes through. */
static const char *trial_at(const fl_summary_arm *arm, double score)
{
    for (size_t i = 0; i < arm->n_scores; i++)
        if (arm->scores[i].score == score) return arm->scores[i].record->trial;
    return NULL;
}

static void add_arm(figure_data *data, const figure_arm *arm, double factor, figure_scale *scale)
{
    const fl_summary_arm *summary = arm->summary;
    figure_begin_block(data, arm->slot, summary->arm->name);
    for (const fl_stats_distribution *law = summary->laws; law < summary->laws + summary->n_laws; law++) {
        double row[N_COLUMNS] = { (double)law->k, factor * law->median, factor * law->low, factor * law->high };
        figure_scale_add(scale, row[1]);
        figure_scale_add(scale, row[2]);
        figure_add_row(data, row, N_COLUMNS, trial_at(summary, law->median));
    }
}

static void add_panel(figure_data *data, const figure_panel *panel)
{
    figure_unit unit = figure_unit_of(panel, panel->summary->results->study->select);
    figure_scale scale = figure_scale_none();
    size_t most = 1;
    figure_begin_panel(data, panel);
    for (size_t i = 0; i < panel->n_arms; i++) {
        const fl_summary_arm *arm = panel->arms[i].summary;
        if (!arm->selected) continue;
        add_arm(data, &panel->arms[i], unit.factor, &scale);
        most = arm->n_counted > most ? arm->n_counted : most;
    }
    figure_scale_settle(&scale);
    figure_scale_set(data, "value", data->n_panels, &scale);
    figure_set_at(data, "most", data->n_panels, (double)most);
    figure_set_text_at(data, "metric", data->n_panels, unit.axis);
}

static bool shows_anything(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++)
        if (panel->arms[i].summary->selected && panel->arms[i].summary->n_counted > 1) return true;
    return false;
}

static bool write(const figure_sheet *sheet, figure_data *data)
{
    figure_begin(data, sheet, "budget", columns);
    figure_set_band(data, sheet);
    figure_scale_array(data, "value", sheet->n_panels);
    figure_array(data, "most", sheet->n_panels);
    figure_array(data, "metric", sheet->n_panels);
    for (size_t i = 0; i < sheet->n_panels; i++)
        if (shows_anything(&sheet->panels[i])) add_panel(data, &sheet->panels[i]);
    return figure_end(data, "no arm has a feasible trial among two or more");
}

const figure figure_budget = {
    .entry = { "budget",
               "The best score among K trials against K: where a line is flat, more trials would change little.",
               "Choi et al. 2019, figures 6 to 8" },
    .write = write,
};
