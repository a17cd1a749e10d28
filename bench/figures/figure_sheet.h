/* The sheet: what all figures of some summaries share, namely panels and legend.
 *
 * A panel holds the arms that may be compared with each other: one study, workload, backend, precision and batch size.
 * A slot is a place in the legend with its colour; arms of the same label and optimizer share it, in every panel.
 */
#ifndef BENCH_FIGURES_FIGURE_SHEET_H
#define BENCH_FIGURES_FIGURE_SHEET_H

#include "summary/summary.h"

typedef struct figure_slot {
    char *name;        /* as the legend shows it; owned */
    const char *label; /* as studies name it; borrowed */
    const fl_optimizer *optimizer;
    size_t hue;      /* its optimizer's place in the palette */
    size_t shade;    /* how many earlier slots have the same optimizer */
    unsigned colour; /* 0xRRGGBB, from both */
} figure_slot;

typedef struct figure_arm {
    const fl_summary_arm *summary; /* borrowed */
    size_t slot;                   /* index into the sheet's slots */
} figure_arm;

typedef struct figure_panel {
    const fl_summary *summary; /* borrowed */
    const char *title;         /* the workload; borrowed */
    char *detail;              /* what else sets it apart from the other panels, or ""; owned */
    figure_arm *arms;
    size_t n_arms;
} figure_panel;

typedef struct figure_sheet {
    figure_panel *panels;
    size_t n_panels;
    figure_slot *slots;
    size_t n_slots;
} figure_sheet;

figure_sheet *figure_sheet_new(const fl_summary *const *summaries, size_t n);
void figure_sheet_free(figure_sheet *sheet);

#endif
