/* Ticks: where an axis is labelled, and how, as gnuplot's list "'1' 1, '10^{3}' 1000".
 *
 * gnuplot's own ticks know nothing of the room there is, and its scripts cannot make text of numbers that are very
 * small or lie close together. Labels hold nothing but digits and the marks of numbers, so they may be enhanced text.
 */
#ifndef BENCH_FIGURES_FIGURE_TICKS_H
#define BENCH_FIGURES_FIGURE_TICKS_H

#include "base/text.h"

typedef struct figure_ticks {
    fl_text list;
    size_t n;
    size_t widest;  /* columns of the widest label */
    size_t columns; /* of all labels, one between each two */
    double last;    /* where the last one is */
    size_t last_width;
    double room; /* of the two that are closest on a log axis: decades for each column that they and a blank need */
} figure_ticks;

void figure_ticks_free(figure_ticks *ticks);

/* At most `most` labels in at most `columns` columns (0: as many as it takes) from `low` to `high`, on a log axis where
 * `log` says so. There are two at least where that can be. */
figure_ticks figure_ticks_of(double low, double high, bool log, size_t most, size_t columns);

/* Powers of two, and `high` itself where it is a whole number, in place of a power that lies too close to it; low > 0.
 * Other numbers where there are not two of these. The last two arguments as above. */
figure_ticks figure_ticks_of_two(double low, double high, size_t most, size_t columns);

#endif
