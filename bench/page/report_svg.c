/* One pass over the tags. Ids and references are looked for inside of tags only: text may contain anything, but gnuplot
 * escapes its angle brackets. */
#include "page/report_svg.h"
#include "page/report_html.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
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

static const char hypertext[] = "<g onmousemove=\"gnuplot_svg.showHypertext(evt,'", group_end[] = "</g>";

/* The numbers of "translate(X,Y)". Not by sscanf, which first looks for the end of its whole text: that of a drawing is
 * megabytes away, for each of its thousands of marks. */
static bool read_place(const char *at, double *x, double *y)
{
    char *end;
    *x = strtod(at + strlen("translate("), &end);
    if (*end != ',') return false;
    *y = strtod(end + 1, &end);
    return *end == ')';
}

/* gnuplot's hypertext, <g onmousemove="...showHypertext(evt,'NAMES')" ...> around a mark, becomes a link to the first
 * of the trials it names, or nothing where that is not listed. Who has no mouse finds the list below the figures:
 * hundreds of marks are no stations of the tabulator key. Returns what follows. */
static const char *copy_link(fl_text *page, const char *at, const report_trials *trials)
{
    char trial[17] = "";
    double x, y;
    const char *end = strstr(at, group_end), *place = strstr(at, "translate("), *name = at + strlen(hypertext);
    if (!end) return at + strlen(at);
    memcpy(trial, name, strspn(name, "0123456789abcdef") == 16 ? 16 : 0);
    if (place && place < end && report_trials_have(trials, trial) && read_place(place, &x, &y))
        fl_text_add(page, "<a href=\"#t-%s\" tabindex=\"-1\"><circle cx=\"%.5g\" cy=\"%.5g\" r=\"6\"/></a>\n", trial, x,
                    y);
    return end + strlen(group_end);
}

static const char *past_blanks(const char *at)
{
    return at + strspn(at, " \t\n");
}

/* gnuplot opens a group at every change of its pen: most are empty, and those of hypertext hold nothing else. They are
 * left out, as they would be most of the page. Returns what follows, or `at` where it is no such group. */
static const char *pass_group(fl_text *page, const char *at, const report_trials *trials)
{
    if (begins(at, hypertext)) return copy_link(page, at, trials);
    const char *inner = begins(at, "<g ") ? strchr(at, '>') : NULL, *first, *end;
    if (!inner) return at;
    first = past_blanks(inner + 1);
    if (begins(first, group_end)) return first + strlen(group_end);
    end = begins(first, hypertext) ? strstr(first, group_end) : NULL;
    if (!end || !begins(past_blanks(end + strlen(group_end)), group_end)) return at;
    copy_link(page, first, trials);
    return past_blanks(end + strlen(group_end)) + strlen(group_end);
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
        const char *after = pass_group(page, at, trials);
        if (after == at) after = skipped(at);
        at = after != at ? after : copy_tag(page, at, name);
    }
}
