/* Figures are drawn into a folder that lives as long as it takes to read them back. */
#include "base/folder.h"
#include "figures/figure.h"
#include "page/report_parts.h"
#include "page/report_svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "page" /* SVG whose marks name their trials (plots/style.gp) */

enum { HALF = 600 }; /* pixels: half the page */

static void add_caption(fl_text *page, const fl_entry *entry)
{
    fl_text_add(page, "<figcaption>");
    html_text(page, entry->about);
    if (*entry->source) fl_text_add(page, " After ");
    html_text(page, entry->source);
    fl_text_add(page, "%s <code>%s</code></figcaption>", *entry->source ? "." : "", entry->name);
}

/* Narrow figures stand in pairs. */
static bool is_narrow(const char *svg)
{
    int width;
    const char *box = strstr(svg, "viewBox=\"0 0 ");
    return box && sscanf(box, "viewBox=\"0 0 %d", &width) == 1 && width <= HALF;
}

static bool add_drawing(fl_text *page, const fl_entry *entry, const report_trials *trials, const char *folder,
                        fl_error *error)
{
    char path[FL_FILE_PATH_MAX], file[120], *svg;
    size_t n;
    snprintf(file, sizeof file, "%s." FORMAT, entry->name);
    fl_file_path_join(path, folder, file);
    if (!fl_file_read(path, &svg, &n, error)) return false;
    fl_text_add(page, "<figure id=\"%s\"%s><div class=\"plate\" tabindex=\"0\">", entry->name,
                is_narrow(svg) ? " class=\"half\"" : "");
    svg_add(page, svg, entry->name, entry->about, trials);
    fl_text_add(page, "</div>");
    add_caption(page, entry);
    fl_text_add(page, "</figure>\n");
    free(svg);
    return true;
}

/* What cannot be drawn goes to `left_out`, with its reason. */
static bool add_figure(fl_text *page, fl_text *left_out, const figure *one, const figure_sheet *sheet,
                       const report_trials *trials, const char *folder, fl_error *error)
{
    char reason[FIGURE_REASON];
    if (!figure_draw(one, sheet, FORMAT, folder, reason, error)) return false;
    if (!*reason) return add_drawing(page, &one->entry, trials, folder, error);
    fl_text_add(left_out, "<li>");
    html_element(left_out, "code", one->entry.name);
    fl_text_add(left_out, ": ");
    html_text(left_out, reason);
    fl_text_add(left_out, "\n");
    return true;
}

void report_figures(fl_text *page, const figure_sheet *sheet, const report_trials *trials)
{
    char folder[FL_FILE_PATH_MAX];
    fl_error error;
    fl_text left_out = { 0 };
    bool made = fl_folder_temporary(folder, "fairlead-page", &error), good = made;
    fl_text_add(page, "<section id=\"figures\"><h2>Figures</h2>\n<div class=\"figures\">\n");
    for (const figure *const *one = figures(); *one && good; one++)
        good = add_figure(page, &left_out, *one, sheet, trials, folder, &error);
    if (made) fl_folder_remove(folder, NULL);
    fl_text_add(page, "</div>\n");
    if (left_out.length)
        fl_text_add(page, "<details class=\"note\"><summary>Left out</summary><ul>\n%s</ul></details>\n",
                    left_out.bytes);
    if (!good) html_element(page, "p class=\"warning\"", error.text);
    fl_text_add(page, "</section>\n");
    fl_text_free(&left_out);
}
