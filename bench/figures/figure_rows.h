/* Figures with a row per block, a value between two texts, drawn by plots/rows.gp. The columns begin with row, value,
 * low, high, mark. */
#ifndef BENCH_FIGURES_FIGURE_ROWS_H
#define BENCH_FIGURES_FIGURE_ROWS_H

#include "figures/figure_data.h"

enum { FIGURE_ROW_COLUMNS = 5 };

/* How a row is drawn; of an unknown one only its texts. */
typedef enum figure_row_mark {
    FIGURE_ROW_CLAIMED,
    FIGURE_ROW_OPEN,
    FIGURE_ROW_BAR,
    FIGURE_ROW_UNKNOWN
} figure_row_mark;

#define FIGURE_ROW_VARIABLES                                                                                           \
    { "x", FIGURE_PER_PANEL, FIGURE_HORIZONTAL }, { "x_axis", FIGURE_PER_PANEL, FIGURE_TEXT },                         \
        { "n_rows", FIGURE_PER_PANEL, FIGURE_NUMBER }, { "left_text", FIGURE_PER_BLOCK, FIGURE_TEXT },                 \
        { "left_width", FIGURE_PER_BLOCK, FIGURE_NUMBER }, { "right_text", FIGURE_PER_BLOCK, FIGURE_TEXT },            \
        { "right_width", FIGURE_PER_BLOCK, FIGURE_NUMBER },                                                            \
    {                                                                                                                  \
        "right_strong", FIGURE_PER_BLOCK, FIGURE_NUMBER                                                                \
    }

/* The rows of a panel being written. */
typedef struct figure_rows {
    size_t n;
    figure_scale scale; /* holds 0 */
} figure_rows;

figure_rows figure_rows_new(void);

/* The next row: its texts and numbers; the caller adds the trials behind it. */
void figure_rows_add(figure_rows *rows, figure_data *data, size_t slot, const char *left, const char *right,
                     const double range[3], figure_row_mark mark);

void figure_rows_end(figure_rows *rows, figure_data *data, const char *axis);

#endif
