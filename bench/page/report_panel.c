/* Panels as the page's parts use them: which arms they hold, how they are called. */
#include "page/report_parts.h"

bool report_in_panel(const fl_summary *summary, const figure_panel *panel, size_t arm)
{
    for (size_t i = 0; i < panel->n_arms; i++)
        if (panel->arms[i].summary == &summary->arms[arm]) return true;
    return false;
}

bool report_several_panels(const figure_layout *layout, const fl_summary *summary)
{
    size_t n = 0;
    for (size_t i = 0; i < layout->n_panels; i++) n += layout->panels[i].summary == summary;
    return n > 1;
}

void report_panel_name(fl_text *page, const figure_panel *panel)
{
    fl_text_add(page, "<h3>");
    html_text(page, panel->title);
    fl_text_add(page, " <small>");
    html_text(page, panel->detail);
    fl_text_add(page, "</small></h3>\n");
}

void report_arm(fl_text *page, const figure_layout *layout, const figure_arm *arm)
{
    fl_text_add(page, "<i class=\"swatch\" style=\"color:#%06x\">■</i>\u00a0", layout->slots[arm->slot].colour);
    html_text(page, arm->summary->arm->label);
}
