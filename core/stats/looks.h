/* Looking again: a study is extended because of what was seen, and its claims are tested once more. */
#ifndef FL_STATS_LOOKS_H
#define FL_STATS_LOOKS_H

#include <stddef.h>

/* Differences are claimed below it, after Holm's correction, when they are looked at once. */
#define FL_STATS_LEVEL 0.05

/* The level of the look number `look`, from 1: .05 at the first, which most studies have alone, and .05 / (n (n + 1))
 * at the n-th, which add up to .025 over any number of looks. That equal arms are ever called different has a chance of
 * .075 at most; looked at after 20, 30, ..., 100 trials of 100 it is .054, for later looks mostly see what earlier ones
 * saw. .05 / n at each would make it .083. */
double fl_stats_level_of_look(size_t look);

#endif
