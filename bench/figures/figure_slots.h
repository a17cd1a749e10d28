/* The legend's slots: one for each label and optimizer, told apart by colour, and by marker and dash in print. */
#ifndef BENCH_FIGURES_FIGURE_SLOTS_H
#define BENCH_FIGURES_FIGURE_SLOTS_H

#include "figures/figure_layout.h"

enum { FIGURE_NAME_WIDTH = 48 }; /* columns of a name that a legend shows */

/* How many markers and dashes plots/style.gp has. Slot i takes marker i modulo one and dash i modulo the other; they
 * have no common factor, so the first 70 slots differ in print too. */
enum { FIGURE_MARKERS = 10, FIGURE_DASHES = 7 };

/* The arm's slot, made where there is none yet. */
size_t figure_slot_of(figure_layout *layout, const fl_study_arm *arm);

/* Once every arm has one: names, and colours of their own where all arms have one optimizer. */
void figure_slots_end(figure_layout *layout);

#endif
