/* What must be the same in two studies before their arms' errors can be compared: everything that decides what a trial
 * can reach and how it is chosen, but not the machine, the backend and its precision, the seeds and the numbers of
 * trials, which are what such comparisons are about.
 */
#ifndef BENCH_COMPARE_COMPARE_SETUPS_H
#define BENCH_COMPARE_COMPARE_SETUPS_H

#include "study/study.h"

/* Add what differs, "batch size, steps"; nothing where the arms can be compared. */
void compare_setups(const fl_study *base, const fl_study_arm *base_arm, const fl_study *now,
                    const fl_study_arm *now_arm, fl_text *names);

#endif
