/* The parts of a summary as people read it on a terminal; summary_table.c puts them together. */
#ifndef BENCH_TABLES_TABLE_PARTS_H
#define BENCH_TABLES_TABLE_PARTS_H

#include "stats/detectable.h"
#include "summary/summary.h"

typedef struct summary_figure {
    char text[48];
} summary_figure;

/* An error: percent where it is a rate, four digits where it is a loss. NaN is no figure at all. */
summary_figure summary_error(bool rate, double error);

/* "[7.80, 9.10]", or nothing where `low` is no finite figure. */
summary_figure summary_range(bool rate, double low, double high);

/* A difference of errors with its unit, without its sign. */
summary_figure summary_difference(bool rate, double difference);

/* Is `i` an arm of the group of comparable arms that `first` begins? */
bool summary_in_group(const fl_summary *summary, size_t first, size_t i);

/* What differs within a group: its pairs of arms; its rules that should be no worse than their special cases. */
void summary_print_pairs(const fl_summary *summary, size_t first);
void summary_print_inclusions(const fl_summary *summary, size_t first);

/* What the study declares beyond its pairs (answers.h). */
void summary_print_further(const fl_summary *summary);

/* What the answer cost. */
void summary_print_ledger(const fl_summary *summary);

#endif
