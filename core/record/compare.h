/* A recorded trial beside a run of the same trial: bit for bit, or, where another machine or build made the record,
 * within what rounding can explain. */
#ifndef FL_RECORD_COMPARE_H
#define FL_RECORD_COMPARE_H

#include "record/record.h"

enum { FL_RECORD_DIFFERENCE_SIZE = 240 };

/* True when hyperparameters, seed, status, reason, the first losses the record holds, state hash and every figure of
 * every point are the same; else `difference` names the first that is not. Seconds are not compared. */
bool fl_record_same(const fl_record *record, const fl_trial_point *points, size_t n_points, const fl_trial *trial,
                    const fl_outcome *outcome, char difference[FL_RECORD_DIFFERENCE_SIZE]);

/* True when hyperparameters, seed and status are the same, the first losses the record holds agree to 1e-4 of
 * themselves (in bf16 also within 2^-8 of the way they have gone since the first), and the last errors within three
 * binomial standard errors (the last losses within a tenth where a workload counts no errors); else `difference` names
 * the first that does not. */
bool fl_record_close(const fl_record *record, const fl_trial_point *points, size_t n_points, const fl_trial *trial,
                     const fl_outcome *outcome, char difference[FL_RECORD_DIFFERENCE_SIZE]);

#endif
