/* What speaks against reading more into a study than it shows. */
#include "page/report_parts.h"

static void add_warning(fl_text *page, const char *arm, const char *text)
{
    fl_text_add(page, "<li><b>");
    html_text(page, arm);
    fl_text_add(page, ":</b> ");
    html_text(page, text);
    fl_text_add(page, "\n");
}

void report_warnings(fl_text *page, const fl_summary *summary)
{
    size_t n = summary->n_warnings;
    for (size_t i = 0; i < summary->n_arms; i++) n += summary->arms[i].n_warnings;
    if (!n) return;
    fl_text_add(page, "<section class=\"warning\"><h2>Beware</h2><ul>\n");
    for (size_t i = 0; i < summary->n_warnings; i++) add_warning(page, "study", summary->warnings[i]);
    for (size_t i = 0; i < summary->n_arms; i++)
        for (size_t w = 0; w < summary->arms[i].n_warnings; w++)
            add_warning(page, summary->arms[i].arm->name, summary->arms[i].warnings[w]);
    fl_text_add(page, "</ul></section>\n");
}
