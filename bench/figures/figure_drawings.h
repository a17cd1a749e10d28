/* Every figure drawn once, for the files of a folder and for a page. */
#ifndef BENCH_FIGURES_FIGURE_DRAWINGS_H
#define BENCH_FIGURES_FIGURE_DRAWINGS_H

#include "figures/figure.h"

/* What became of a figure. */
typedef struct figure_drawing {
    const figure *drawn;
    char *svg;                  /* with the marks that a page makes links of; NULL where none was drawn; owned */
    char reason[FIGURE_REASON]; /* why there is nothing to show, or "" */
} figure_drawing;

typedef struct figure_drawings {
    figure_drawing *of; /* in the order of figures() */
    size_t n;
    bool failed;
    fl_error error; /* the first failure */
} figure_drawings;

/* Draw every figure that has something to show into NAME.svg and NAME.dat of `folder`, or for a page alone where that
 * is NULL. One that fails does not keep the others from being drawn. */
figure_drawings *figure_drawings_new(const fl_summary *const *summaries, size_t n, const char *folder);
void figure_drawings_free(figure_drawings *drawings);

#endif
