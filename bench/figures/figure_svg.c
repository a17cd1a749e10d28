/* gnuplot's hypertext is <g onmousemove="...showHypertext(evt,'NAMES')" ...> around a mark. It opens a group at every
 * change of its pen: most are empty, and those of hypertext hold nothing else, so they would be most of a file. */
#include "figures/figure_svg.h"

#include <stdlib.h>
#include <string.h>

static const char hypertext[] = "<g onmousemove=\"gnuplot_svg.showHypertext(evt,'", group_end[] = "</g>";

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static const char *past_blanks(const char *at)
{
    return at + strspn(at, " \t\n");
}

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

/* What follows the mark at `at`. */
static const char *pass_mark(const char *at, figure_svg_found *found, void *user)
{
    char trial[17] = "";
    double x, y;
    const char *name = at + strlen(hypertext);
    const char *end = strstr(at, group_end), *place = strstr(at, "translate(");
    if (!end) return at + strlen(at);
    memcpy(trial, name, strspn(name, "0123456789abcdef") == 16 ? 16 : 0);
    if (found && *trial && place && place < end && read_place(place, &x, &y)) found(user, trial, x, y);
    return end + strlen(group_end);
}

const char *figure_svg_pass(const char *at, figure_svg_found *found, void *user)
{
    if (begins(at, hypertext)) return pass_mark(at, found, user);
    const char *inner = begins(at, "<g ") ? strchr(at, '>') : NULL, *first, *end;
    if (!inner) return at;
    first = past_blanks(inner + 1);
    if (begins(first, group_end)) return first + strlen(group_end);
    end = begins(first, hypertext) ? strstr(first, group_end) : NULL;
    if (!end || !begins(past_blanks(end + strlen(group_end)), group_end)) return at;
    pass_mark(first, found, user);
    return past_blanks(end + strlen(group_end)) + strlen(group_end);
}

void figure_svg_add_plain(fl_text *plain, const char *svg)
{
    while (*svg) {
        const char *after = figure_svg_pass(svg, NULL, NULL);
        size_t n = after == svg ? 1 + strcspn(svg + 1, "<") : 0;
        fl_text_add_bytes(plain, svg, n);
        svg = after + n;
    }
}
