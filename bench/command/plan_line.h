/* What a plan says in a line or two: before a run, and when it has ended. */
#ifndef BENCH_COMMAND_PLAN_LINE_H
#define BENCH_COMMAND_PLAN_LINE_H

#include "plan/plan.h"

/* "198 runs, 0.02 core-hours (evaluation 34 %), 40 s on 2 cores, 0.3 MB; ..." */
void plan_line_cost(const fl_plan *plan, size_t workers, fl_text *text);

/* "detectable difference 2.1 points in the best of 6 of 30 (80 % power, 1 pair)", or that it cannot be said yet. */
void plan_line_detectable(const fl_plan *plan, fl_text *text);

/* "12 points" of a rate, "0.4" of a loss. */
void plan_line_difference(const fl_plan *plan, double difference, fl_text *text);

/* "40 s", "2 min 05 s", "3 h 20 min". */
void plan_line_duration(double seconds, fl_text *text);

#endif
