/* What a study tests and declares, as tables of words: the terminal, the page and LaTeX set them, and compute nothing.
 */
#ifndef BENCH_TABLES_ANSWERS_H
#define BENCH_TABLES_ANSWERS_H

#include "say/wrap.h"
#include "summary/summary.h"

typedef struct answer_note {
    char *text; /* owned */
    bool claimed;
} answer_note;

/* A table that answers one question, and what is to be said of it. Cells stand row by row; "" where there is nothing.
 * Signs are hyphens. */
typedef struct answer {
    char *title;                           /* owned */
    page_column *columns;                  /* owned, and so are the headings of the last n_numbered of them */
    size_t n_columns, n_numbered, n_cells; /* a whole number of rows */
    char **cells;                          /* owned, and so is each */
    answer_note *notes;
    size_t n_notes;
} answer;

typedef struct answers {
    answer *items; /* those with rows or notes; owned */
    size_t n;
} answers;

/* The pairs that the study tests, in its order. */
answers answers_tested(const fl_summary *summary);

/* What it declares beyond pairs: flips, tuning effort, the time to the target, arms over workloads; and how steps go
 * with the batch size. */
answers answers_further(const fl_summary *summary);

/* What each arm is expected to reach with more and more trials to choose from. */
answers answers_levels(const fl_summary *summary);

void answers_free(answers *all);

/* Has any cell of the column something to say? */
bool answer_has(const answer *a, size_t column);

/* Both lines of a column's heading as one. */
void answer_heading(const page_column *column, char text[80]);

#endif
