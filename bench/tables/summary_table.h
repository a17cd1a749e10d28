/* The summary as people read it. */
#ifndef BENCH_TABLES_SUMMARY_TABLE_H
#define BENCH_TABLES_SUMMARY_TABLE_H

#include "summary/summary.h"

/* Print the arms' tables, the pairs in words and the warnings to stdout. */
void summary_print_table(const fl_summary *const *summaries, size_t n);

#endif
