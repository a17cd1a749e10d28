/* Figures: what can be drawn from summaries.
 *
 * A figure is one const struct in figure_NAME.c, one line in figure_list.h and one gnuplot script, plots/NAME.gp. The C
 * side writes the numbers, each row with the trials behind it (NAME.dat); the script draws them and computes nothing.
 */
#ifndef BENCH_FIGURES_FIGURE_H
#define BENCH_FIGURES_FIGURE_H

#include "base/entry.h"
#include "figures/figure_data.h"
#include "figures/figure_sheet.h"

typedef struct figure {
    fl_entry entry; /* `about` is the caption */
    /* Fill `data`; false, with data->reason, when there is nothing to show. */
    bool (*write)(const figure_sheet *sheet, figure_data *data);
} figure;

/* Every figure, NULL-ended, in the order of figure_list.h. */
const figure *const *figures(void);
const figure *figure_find(const char *name, fl_error *error);

/* True for svg, png and pdf. */
bool figure_format_known(const char *format, fl_error *error);

/* Draw one figure: folder/NAME.dat and folder/NAME.FORMAT. When there is nothing to show nothing is written and
 * `reason` says why; it is "" otherwise. */
bool figure_draw(const figure *drawn, const figure_sheet *sheet, const char *format, const char *folder,
                 char reason[FIGURE_REASON], fl_error *error);

/* Draw every figure that has something to show. */
bool figures_draw(const fl_summary *const *summaries, size_t n, const char *format, const char *folder,
                  fl_error *error);

#endif
