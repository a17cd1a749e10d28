/* Which arms of a summary a panel shows. */
#include "page/report_parts.h"

bool report_in_panel(const fl_summary *summary, const figure_panel *panel, size_t arm)
{
    for (size_t i = 0; i < panel->n_arms; i++)
        if (panel->arms[i].summary == &summary->arms[arm]) return true;
    return false;
}
