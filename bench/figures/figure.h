/* Figures: what can be drawn from summaries.
 *
 * A figure is one const struct in figure_NAME.c, one line in figure_list.h and one gnuplot script, plots/NAME.gp, which
 * may leave the drawing to an arrangement that several figures share: lines, bars, rows. The C side writes the numbers,
 * each row with the trials behind it (NAME.dat); the script draws them and computes nothing.
 */
#ifndef BENCH_FIGURES_FIGURE_H
#define BENCH_FIGURES_FIGURE_H

#include "base/entry.h"
#include "base/file.h"
#include "figures/figure_data.h"

typedef struct figure {
    fl_entry entry;                   /* `about` is the caption */
    const char *columns;              /* of NAME.dat */
    const figure_variable *variables; /* ends with a NULL name */
    const char *arrangement;          /* plots/ARRANGEMENT.gp, read after the figure's own script; NULL without */
    unsigned mixes;                   /* what arms of its panels may differ in: FIGURE_MIXES_... */
    bool shows_claims;                /* drawing it is a look at what the study declares (record/log.h) */
    /* Why it cannot show this panel, a message; NULL when it can. */
    const char *(*refuse)(const figure_panel *panel);
    /* Add the panel's blocks, their rows and variables. */
    void (*add)(figure_data *data, const figure_panel *panel);
    /* Set what is declared once; NULL without. */
    void (*set_once)(figure_data *data, const figure_layout *layout);
} figure;

/* Every figure, NULL-ended, in the order of figure_list.h. */
const figure *const *figures(void);
const figure *figure_find(const char *name, fl_error *error);

extern const char *const figure_formats[]; /* svg, png, pdf and tex, NULL-ended */
bool figure_format_known(const char *format, fl_error *error);

/* What would be drawn: false, with the reason, when there is nothing to show. The caller frees `data` in any case. */
bool figure_fill(const figure *drawn, const figure_layout *layout, bool tex, figure_data *data,
                 char reason[FIGURE_REASON]);

/* Draw one figure: folder/NAME.dat and folder/NAME.FORMAT. When there is nothing to show nothing is written and
 * `reason` says why; it is "" otherwise. `linked`, if not NULL, receives the SVG with the marks that a page makes links
 * of (figure_svg.h), to be freed; NULL where none was drawn. */
bool figure_draw(const figure *drawn, const figure_layout *layout, const char *format, const char *folder,
                 char **linked, char reason[FIGURE_REASON], fl_error *error);

#endif
