/* The parts of a summary as people read it on a terminal; summary_table.c puts them together. */
#ifndef BENCH_TABLES_TABLE_PARTS_H
#define BENCH_TABLES_TABLE_PARTS_H

#include "base/text.h"
#include "stats/detectable.h"
#include "summary/summary.h"
#include "summary/summary_words.h"

/* Is `i` an arm of the group of comparable arms that `first` begins? */
static inline bool summary_in_group(const fl_summary *summary, size_t first, size_t i)
{
    return fl_summary_comparable(summary->arms[first].arm, summary->arms[i].arm);
}

/* Of pairs of which there is little to say so many are named. */
enum { SUMMARY_NAMED = 6 };

/* "; and 394 more pairs", where `n` are more than are named. */
static inline void summary_add_more(fl_text *text, size_t n)
{
    if (n > SUMMARY_NAMED)
        fl_text_add(text, "; and %zu more pair%s", n - SUMMARY_NAMED, n == SUMMARY_NAMED + 1 ? "" : "s");
}

/* What differs within a group: its pairs of arms; its rules that should be no worse than their special cases. */
void summary_print_pairs(const fl_summary *summary, size_t first);
void summary_print_inclusions(const fl_summary *summary, size_t first);

/* What the study declares beyond its pairs (answers.h). */
void summary_print_further(const fl_summary *summary);

/* What the answer cost. */
void summary_print_ledger(const fl_summary *summary);

#endif
