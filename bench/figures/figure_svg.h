/* gnuplot's SVG, group by group.
 *
 * Every SVG is drawn with invisible marks that name the trials behind what is seen (plots/style.gp): a page makes links
 * of them, a file goes without. So each figure is drawn once for both.
 */
#ifndef BENCH_FIGURES_FIGURE_SVG_H
#define BENCH_FIGURES_FIGURE_SVG_H

#include "base/text.h"

/* What follows the element at `at` where it is a group that shows nothing, else `at`. Such a group is empty, or holds a
 * mark: `found`, if not NULL, is called with the first of its trials and its place. */
typedef void figure_svg_found(void *user, const char *trial, double x, double y);
const char *figure_svg_pass(const char *at, figure_svg_found *found, void *user);

/* Add the drawing without groups that show nothing. */
void figure_svg_add_plain(fl_text *plain, const char *svg);

#endif
