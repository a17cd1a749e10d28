/* How answers are put together; answers.c lists them, answers_cells.c fills them. */
#ifndef BENCH_TABLES_ANSWERS_PARTS_H
#define BENCH_TABLES_ANSWERS_PARTS_H

#include "base/text.h"
#include "tables/answers.h"

/* An answer without rows; its title. */
answer answer_new(const page_column *columns, size_t n, const char *title, ...) __attribute__((format(printf, 3, 4)));

/* A further column, before the first cell: of a number, "1,024". */
void answer_numbered_column(answer *a, size_t number);

/* The next cell, row by row. */
void answer_cell(answer *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Something to be said of the table; takes the text. */
void answer_say(answer *a, bool claimed, fl_text *text);

/* Cells: a difference with its sign and unit; an interval; a p; where an arm of a product stands ("batch_size=64"). */
void answer_signed(answer *a, bool rate, double difference);
void answer_range(answer *a, bool rate, double low, double high);
void answer_p(answer *a, double p);
void answer_where(answer *a, const fl_study_arm *arm);

answer answer_of_levels(const fl_summary *summary);
answer answer_of_pairs(const fl_summary *summary);
answer answer_of_effort(const fl_summary *summary);
answer answer_of_time(const fl_summary *summary);
answer answer_of_flips(const fl_summary *summary);
answer answer_of_scalings(const fl_summary *summary);
answer answer_of_workloads(const fl_summary *summary);

#endif
