/* gnuplot as a child process. */
#ifndef BENCH_FIGURES_FIGURE_GNUPLOT_H
#define BENCH_FIGURES_FIGURE_GNUPLOT_H

#include "base/error.h"
#include "base/text.h"

/* Run each plots/SCRIPT.gp of the NULL-ended `scripts`, at most GNUPLOT_SCRIPTS, in `folder` after `variables` (gnuplot
 * commands). gnuplot reads no start-up file. A missing gnuplot or script is the machine's trouble, and so is what
 * gnuplot complains about. */
enum { GNUPLOT_SCRIPTS = 4 };
bool gnuplot_run(const char *const *scripts, const char *folder, const fl_text *variables, fl_error *error);

#endif
