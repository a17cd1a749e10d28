/* What a figure hands to its gnuplot script: rows for NAME.dat, and variables.
 *
 * The .dat is a list of blocks, one per group of rows that is drawn alike; its head says what the columns are. A panel
 * owns a run of blocks. The script finds, counted from 1: titles[p], details[p], first[p], last[p] (blocks), places[p]
 * (arms side by side) for p <= n_panels; slot[b] for b <= n_blocks; names[s], widths[s], colours[s] for s <= n_slots;
 * ends_1[b], labels_1[b] and so on, where a figure sets them; and the variables that the figure's table declares. Only
 * those can be set, each as what it was declared, and none can be left out: anything else is our own mistake and ends
 * the program with a message.
 */
#ifndef BENCH_FIGURES_FIGURE_DATA_H
#define BENCH_FIGURES_FIGURE_DATA_H

#include "base/text.h"
#include "figures/figure_scale.h"

enum { FIGURE_REASON = 200, FIGURE_VARIABLES = 12, FIGURE_ENDS_COLUMNS = 8 };

typedef enum figure_scope { FIGURE_ONCE, FIGURE_PER_PANEL, FIGURE_PER_BLOCK } figure_scope;

/* Of the last three each NAME is a scale and becomes NAME_low, NAME_high, NAME_log (0, or the base) and NAME_ticks,
 * whose labels stand one below the other, or side by side under a panel or a narrow cell. */
typedef enum figure_kind {
    FIGURE_NUMBER,
    FIGURE_TEXT,
    FIGURE_VERTICAL,
    FIGURE_HORIZONTAL,
    FIGURE_NARROW,
    FIGURE_KINDS
} figure_kind;

typedef struct figure_variable {
    const char *name;
    figure_scope scope;
    figure_kind kind;
} figure_variable;

typedef struct figure_data {
    fl_text rows;                    /* the .dat file */
    fl_text variables;               /* gnuplot commands */
    fl_text elements;                /* those that set elements of arrays, whose sizes come at the end */
    const figure_variable *declared; /* ends with a NULL name; borrowed */
    size_t n_set[FIGURE_VARIABLES];  /* how often each was set */
    const figure_panel *panel;       /* that blocks belong to; borrowed */
    bool panel_begun;
    size_t panel_first; /* blocks before the panel's */
    size_t n_panels, n_blocks;
    bool tex; /* texts are shown by LaTeX */
    size_t rows_begun, column,
        columns;   /* of cells: rows begun, the last one's last column taken, the most of any row */
    size_t widest; /* label of a vertical axis, in columns */
    double (*last_of)[FIGURE_ENDS_COLUMNS]; /* of each block, each column's last number, NaN if none is finite; owned */
} figure_data;

void figure_data_free(figure_data *data); /* what it owns, not the struct */

/* Begin with the legend and with what the columns are; then a panel, then blocks in it, then rows. A panel without a
 * block leaves no trace. `tex`: LaTeX will show its texts. */
void figure_begin(figure_data *data, const figure_layout *layout, const char *name, const char *columns,
                  const figure_variable *declared, bool tex);
void figure_begin_panel(figure_data *data, const figure_panel *panel);
void figure_begin_block(figure_data *data, size_t slot, const char *about); /* `about` may be NULL */

/* The title in place of the panel's own, after the panel's first block. */
void figure_set_title(figure_data *data, const char *title);

/* Once the blocks of a panel are there: where the lines in column `column` (from 0) end on a scale, as ends_1[b] for
 * `which` 0, ends_2[b] for 1, and beside them the heights of their labels, labels_1[b] and labels_2[b]: shares of the
 * panel's height. */
void figure_set_ends(figure_data *data, size_t which, size_t column, const figure_scale *scale);

/* The same of the blocks from number `from` (0 the figure's first) to before `to`; the panel's others end nowhere. */
void figure_set_ends_among(figure_data *data, size_t which, size_t column, const figure_scale *scale, size_t from,
                           size_t to);

/* One row: numbers, then the trials behind it. NaN reads "NaN", infinity "inf". */
void figure_add_numbers(figure_data *data, const double *numbers, size_t n);
void figure_add_trials(figure_data *data, const char *const *trials, size_t n);
void figure_add_row(figure_data *data, const double *numbers, size_t n, const char *trial);

/* End a row of a grid within a block. */
void figure_add_gap(figure_data *data);

/* The end: tells the script how much there is. True when there is something. */
bool figure_end(figure_data *data);

/* A declared variable, of the present panel or block where it is declared so. */
void figure_set_number(figure_data *data, const char *name, double value);
void figure_set_text(figure_data *data, const char *name, const char *text);
void figure_set_scale(figure_data *data, const char *name, const figure_scale *scale);

/* What every script knows: `output`, `format`, and such. */
void figure_set_plain(figure_data *data, const char *name, const char *text);

#endif
