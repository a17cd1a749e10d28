/* The drawings, each with its caption, and why some figures are left out. */
#include "page/report_parts.h"
#include "page/report_svg.h"

#include <stdio.h>
#include <string.h>

enum { HALF = 600 }; /* pixels: half the page */

static void add_caption(fl_text *page, const fl_entry *entry)
{
    fl_text_add(page, "<figcaption>");
    html_text(page, entry->about);
    if (*entry->source) fl_text_add(page, " After ");
    html_text(page, entry->source);
    fl_text_add(page, "%s (<code>%s</code>)</figcaption>", *entry->source ? "." : "", entry->name);
}

/* Narrow figures stand in pairs. */
static bool is_narrow(const char *svg)
{
    int width;
    const char *box = strstr(svg, "viewBox=\"0 0 ");
    return box && sscanf(box, "viewBox=\"0 0 %d", &width) == 1 && width <= HALF;
}

static void add_drawing(fl_text *page, const fl_entry *entry, const char *svg, const report_trials *trials)
{
    fl_text_add(page, "<figure id=\"%s\"%s><div class=\"plate\" tabindex=\"0\">", entry->name,
                is_narrow(svg) ? " class=\"half\"" : "");
    svg_add(page, svg, entry->name, entry->about, trials);
    fl_text_add(page, "</div>");
    add_caption(page, entry);
    fl_text_add(page, "</figure>\n");
}

static void add_reason(fl_text *list, const figure_drawing *one)
{
    fl_text_add(list, "<li>");
    html_element(list, "code", one->drawn->entry.name);
    fl_text_add(list, ": ");
    html_text(list, one->reason);
    fl_text_add(list, "\n");
}

void report_figures(fl_text *page, const figure_drawings *drawings, const report_trials *trials)
{
    fl_text left_out = { 0 };
    fl_text_add(page, "<section id=\"figures\"><h2>Figures</h2>\n<div class=\"figures\">\n");
    for (const figure_drawing *one = drawings->of; one < drawings->of + drawings->n; one++) {
        if (one->svg) add_drawing(page, &one->drawn->entry, one->svg, trials);
        if (*one->reason) add_reason(&left_out, one);
    }
    fl_text_add(page, "</div>\n");
    if (left_out.length)
        fl_text_add(page, "<details class=\"note\"><summary>Left out</summary><ul>\n%s</ul></details>\n",
                    left_out.bytes);
    if (drawings->failed) html_element(page, "p class=\"warning\"", drawings->error.text);
    fl_text_add(page, "</section>\n");
    fl_text_free(&left_out);
}
