/* Figures are drawn into a folder that lives as long as it takes to read them back. */
#include "base/folder.h"
#include "figures/figure.h"
#include "page/report_parts.h"
#include "page/report_svg.h"

#include <stdio.h>
#include <stdlib.h>

static void add_caption(fl_text *page, const fl_entry *entry)
{
    fl_text_add(page, "<figcaption>");
    html_text(page, entry->about);
    if (*entry->source) fl_text_add(page, " After ");
    html_text(page, entry->source);
    fl_text_add(page, "%s <code>%s</code></figcaption>", *entry->source ? "." : "", entry->name);
}

static bool add_drawing(fl_text *page, const fl_entry *entry, const char *folder, fl_error *error)
{
    char path[FL_FILE_PATH_MAX], file[120], *svg;
    size_t n;
    snprintf(file, sizeof file, "%s.svg", entry->name);
    fl_file_path_join(path, folder, file);
    if (!fl_file_read(path, &svg, &n, error)) return false;
    fl_text_add(page, "<figure id=\"%s\"><div class=\"plate\">", entry->name);
    svg_add(page, svg, entry->name, entry->about);
    fl_text_add(page, "</div>");
    add_caption(page, entry);
    fl_text_add(page, "</figure>\n");
    free(svg);
    return true;
}

static bool add_figure(fl_text *page, const figure *one, const figure_sheet *sheet, const char *folder, fl_error *error)
{
    char reason[FIGURE_REASON];
    if (!figure_draw(one, sheet, "svg", folder, reason, error)) return false;
    if (!*reason) return add_drawing(page, &one->entry, folder, error);
    fl_text_add(page, "<p class=\"note\">");
    html_element(page, "code", one->entry.name);
    fl_text_add(page, " is left out: ");
    html_text(page, reason);
    fl_text_add(page, ".</p>\n");
    return true;
}

void report_figures(fl_text *page, const figure_sheet *sheet)
{
    char folder[FL_FILE_PATH_MAX];
    fl_error error;
    bool made = fl_folder_temporary(folder, "fairlead-page", &error), good = made;
    fl_text_add(page, "<section><h2>Figures</h2>\n");
    for (const figure *const *one = figures(); *one && good; one++)
        good = add_figure(page, *one, sheet, folder, &error);
    if (made) fl_folder_remove(folder, NULL);
    if (!good) html_element(page, "p class=\"warning\"", error.text);
    fl_text_add(page, "</section>\n");
}
