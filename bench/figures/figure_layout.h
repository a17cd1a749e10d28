/* The layout: what all figures of some summaries share, namely panels and legend.
 *
 * A panel holds the arms that may be compared with each other: one study, workload, backend, precision, batch size and
 * entry of the study's list of parallel methods.
 * A figure about one of these mixes it: its panels hold arms that differ in nothing else. A slot is a place in the
 * legend with its colour, marker and dash; arms of the same label and optimizer share it, in every panel.
 */
#ifndef BENCH_FIGURES_FIGURE_LAYOUT_H
#define BENCH_FIGURES_FIGURE_LAYOUT_H

#include "summary/summary.h"

typedef struct figure_slot {
    char *name;        /* as the legend shows it; owned */
    const char *label; /* as studies name it; borrowed */
    const fl_optimizer *optimizer;
    size_t hue;      /* its place in the palette: its optimizer's, unless all arms have one */
    size_t shade;    /* how many earlier slots have the same hue */
    unsigned colour; /* 0xRRGGBB, from both */
} figure_slot;

typedef struct figure_arm {
    const fl_summary_arm *summary; /* borrowed */
    const fl_summary *of;          /* the study's; borrowed */
    size_t slot;                   /* index into the layout's slots */
} figure_arm;

typedef struct figure_panel {
    const fl_summary *summary; /* of the first arm; borrowed */
    const char *title;         /* the workload; borrowed */
    char *detail;              /* what else sets it apart from the other panels, or ""; owned */
    figure_arm *arms;
    size_t n_arms;
} figure_panel;

/* What arms of one panel may differ in, apart from optimizer, schedule, space and a parallel method of their own. */
enum {
    FIGURE_MIXES_STUDIES = 1,
    FIGURE_MIXES_WORKLOADS = 2,
    FIGURE_MIXES_BATCHES = 4,
    FIGURE_MIXES_BACKENDS = 8, /* precisions as well */
    FIGURE_MIXES_PARALLELS = 16,
};

typedef struct figure_layout {
    const fl_summary *const *summaries; /* borrowed */
    size_t n_summaries;
    figure_panel *panels;
    size_t n_panels;
    figure_slot *slots;
    size_t n_slots;
} figure_layout;

/* The layout of some summaries, whose array stays the caller's for as long as the layout lives; and the same arms in
 * panels that mix something. */
figure_layout *figure_layout_new(const fl_summary *const *summaries, size_t n);
figure_layout *figure_layout_mixed(const figure_layout *layout, unsigned mixes);
void figure_layout_free(figure_layout *layout);

#endif
