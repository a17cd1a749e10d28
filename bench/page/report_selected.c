/* What validation selected, down to the command that runs it again. */
#include "page/report_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static void add_value(fl_text *page, const fl_hyper *hyper, fl_trial_owner owner, double value)
{
    fl_text_add(page, "<span class=\"value\"><code>%s%s</code> ", fl_trial_owner_prefix(owner), hyper->name);
    if (hyper->scale == FL_HYPER_CHOICE)
        fl_text_add(page, "%s", hyper->choices[(size_t)value]);
    else
        html_number(page, value);
    fl_text_add(page, "</span> ");
}

void report_settings(fl_text *page, const fl_study_arm *arm, const fl_trial_values *values)
{
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n;
        const fl_hyper *table = fl_trial_owner_table(&arm->base.owners, owner, &n);
        for (size_t i = 0; i < n; i++)
            if (fl_search_space_settles(arm->space, owner, i)) add_value(page, &table[i], owner, values->of[owner][i]);
    }
}

static void add_defaults(fl_text *page, const fl_summary_arm *arm)
{
    if (!arm->n_defaults) return;
    fl_text_add(page, "<br><span class=\"soft\">left at default: ");
    for (size_t i = 0; i < arm->n_defaults; i++) {
        if (i) fl_text_add(page, ", ");
        html_text(page, arm->defaults[i]);
    }
    fl_text_add(page, "</span>");
}

static void add_command(fl_text *page, const fl_results *results, const fl_results_entry *entry,
                        const fl_record *record)
{
    fl_text_add(page, "<details><summary>trial <code>%s</code>, index %" PRIu64 ", key <code>%s</code></summary><pre>",
                record->trial, record->slot.index, results->host_keys[entry->host]);
    html_text(page, record->repro ? record->repro : "");
    fl_text_add(page, "</pre></details>");
}

static void add_arm(fl_text *page, const figure_layout *layout, const figure_arm *arm)
{
    const fl_summary_arm *summary = arm->summary;
    fl_text_add(page, "<dt>");
    report_arm(page, layout, arm);
    fl_text_add(page, "<dd>");
    if (summary->selected) {
        report_settings(page, summary->arm, &summary->record.values);
        add_defaults(page, summary);
        add_command(page, arm->of->results, summary->selected->record, &summary->record);
    } else {
        fl_text_add(page, "<span class=\"soft\">nothing: no trial has a finite figure</span>");
    }
    fl_text_add(page, "\n");
}

void report_selected(fl_text *page, const figure_layout *layout, const fl_summary *summary)
{
    fl_text_add(
        page,
        "<section><h2>Selected trials</h2>\n<p class=\"note\">Chosen on validation data alone; the command runs one "
        "again: to the bit where <em>Machine and build</em> below has the same key, elsewhere as closely as "
        "<code>fairlead verify</code> asks (<code>docs/trust.md</code>, “The same bits”). Run it in the result "
        "folder; what stands at its default is left out.</p>\n");
    for (size_t p = 0; p < layout->n_panels; p++) {
        const figure_panel *panel = &layout->panels[p];
        if (panel->summary != summary) continue;
        if (report_several_panels(layout, summary)) report_panel_name(page, panel);
        fl_text_add(page, "<dl class=\"arms\">\n");
        for (size_t i = 0; i < panel->n_arms; i++) add_arm(page, layout, &panel->arms[i]);
        fl_text_add(page, "</dl>\n");
    }
    fl_text_add(page, "</section>\n");
}
