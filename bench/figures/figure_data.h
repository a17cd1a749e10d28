/* What a figure hands to its gnuplot script: rows for NAME.dat, and variables.
 *
 * The .dat is a list of blocks, one per group of rows that is drawn alike; its head says what the columns are. A panel
 * owns a run of blocks. The script finds, counted from 1: titles[p], details[p], first[p], last[p] (blocks) for p <=
 * n_panels; slot[b] for b <= n_blocks; names[s], colours[s], dashes[s] for s <= n_slots; and what the figure sets
 * itself.
 */
#ifndef BENCH_FIGURES_FIGURE_DATA_H
#define BENCH_FIGURES_FIGURE_DATA_H

#include "base/text.h"
#include "figures/figure_sheet.h"

enum { FIGURE_REASON = 200 };

typedef struct figure_data {
    fl_text rows;      /* the .dat file */
    fl_text variables; /* gnuplot commands */
    size_t n_panels, n_blocks;
    char reason[FIGURE_REASON]; /* why there is nothing to show, a sentence */
} figure_data;

void figure_data_free(figure_data *data); /* what it owns, not the struct */

/* Begin with the legend and with what the columns are; then a panel, then blocks in it, then rows. */
void figure_begin(figure_data *data, const figure_sheet *sheet, const char *name, const char *columns);
void figure_begin_panel(figure_data *data, const figure_panel *panel);
void figure_begin_block(figure_data *data, size_t slot, const char *about); /* `about` may be NULL */

/* How long an array over blocks must be: no figure has more than one block per axis of an arm. */
size_t figure_most_blocks(const figure_sheet *sheet);

/* One row: numbers, then the trials behind it. NaN reads "NaN", infinity "inf". */
void figure_add_numbers(figure_data *data, const double *numbers, size_t n);
void figure_add_trials(figure_data *data, const char *const *trials, size_t n);
void figure_add_row(figure_data *data, const double *numbers, size_t n, const char *trial);

/* What the whiskers and bands are, for the legend: "5-95 %, resampling these 20 trials". They claim nothing about new
 * trials. */
void figure_set_band(figure_data *data, const figure_sheet *sheet);

/* The end: tells the script how much there is. True when there is something; else `reason` is kept. */
bool figure_end(figure_data *data, const char *reason);

/* Variables of a figure's own: plain ones, and elements of arrays (from 1) that figure_array makes. */
void figure_set(figure_data *data, const char *name, double value);
void figure_set_text(figure_data *data, const char *name, const char *text);
void figure_array(figure_data *data, const char *name, size_t n);
void figure_set_at(figure_data *data, const char *name, size_t at, double value);
void figure_set_text_at(figure_data *data, const char *name, size_t at, const char *text);

#endif
