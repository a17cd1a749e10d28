/* One pass over the tags. Ids and references are looked for inside of tags only: text may contain anything, but gnuplot
 * escapes its angle brackets. */
#include "page/report_svg.h"
#include "figures/figure_svg.h"
#include "page/report_html.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* How long the beginning of an id or of a reference at `at` is, up to where the prefix goes; 0 when there is none. */
static size_t reference(const char *at)
{
    static const char *const beginnings[] = { " id='", " id=\"", "href='#", "href=\"#", "url(#", "url('#", "url(\"#" };
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (begins(at, beginnings[i])) return strlen(beginnings[i]);
    return 0;
}

/* Copy one tag with prefixed ids; returns what follows it. */
static const char *copy_tag(fl_text *page, const char *at, const char *name)
{
    while (*at && *at != '>') {
        size_t n = reference(at);
        fl_text_add_bytes(page, at, n ? n : 1);
        if (n) fl_text_add(page, "%s-", name);
        at += n ? n : 1;
    }
    if (*at) fl_text_add_bytes(page, at++, 1);
    return at;
}

/* What follows the element at `at` if it is to be left out (tool tips say "gnuplot_plot_1"), else `at`. */
static const char *skipped(const char *at)
{
    static const struct {
        const char *from, *to;
    } unwanted[] = { { "<title>", "</title>" }, { "<desc>", "</desc>" } };
    for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++) {
        const char *end = begins(at, unwanted[i].from) ? strstr(at, unwanted[i].to) : NULL;
        if (end) return end + strlen(unwanted[i].to);
    }
    return at;
}

/* The <svg> tag of our own; returns what follows gnuplot's. */
static const char *open_svg(fl_text *page, const char *svg, const char *label)
{
    int width = 0, height = 0;
    const char *box = strstr(svg, "viewBox=\"0 0 "), *end = box ? strchr(box, '>') : NULL;
    if (!end || sscanf(box, "viewBox=\"0 0 %d %d", &width, &height) != 2) return svg + strlen(svg);
    fl_text_add(page, "<svg viewBox=\"0 0 %d %d\" style=\"width:%dpx;min-width:%dpx\" role=\"img\" aria-label=\"",
                width, height, width, width < 600 ? width / 2 : width * 2 / 3);
    html_text(page, label);
    fl_text_add(page, "\" xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">");
    return end + 1;
}

/* Marks become links to their trials' rows, where those are listed. Who has no mouse finds the list below the figures:
 * hundreds of marks are no stations of the tabulator key. */
typedef struct links {
    fl_text *page;
    const report_trials *trials;
} links;

static void add_link(void *user, const char *trial, double x, double y)
{
    const links *l = user;
    if (report_trials_have(l->trials, trial))
        fl_text_add(l->page, "<a href=\"#t-%s\" tabindex=\"-1\"><circle cx=\"%.5g\" cy=\"%.5g\" r=\"6\"/></a>\n", trial,
                    x, y);
}

/* Text between tags; the blanks that only set out gnuplot's lines are left out. */
static void add_text(fl_text *page, const char *text, size_t n)
{
    bool layout = *text == '\n' && strspn(text, " \t\n") >= n;
    if (!layout) fl_text_add_bytes(page, text, n);
}

void svg_add(fl_text *page, const char *svg, const char *name, const char *label, const report_trials *trials)
{
    for (const char *at = open_svg(page, svg, label); *at;) {
        size_t text = strcspn(at, "<");
        add_text(page, at, text);
        at += text;
        if (!*at) break;
        const char *after = figure_svg_pass(at, add_link, &(links){ page, trials });
        if (after == at) after = skipped(at);
        at = after != at ? after : copy_tag(page, at, name);
    }
}
