/* What a trainer may do around every rule: penalties and clipping of a gradient before the rule sees it, and batches
 * that grow. These names belong to no rule, and every arm and trial takes them. At their defaults they do nothing.
 *
 *   g  <- g + l2 theta + l1 sign(theta)           sign(0) = 0; `decay` says on which tensors
 *   g  <- max(-clip_value, min(clip_value, g))    0: none
 *   g  <- g min(1, clip_norm / (norm(g) + 1e-6))  one norm over all parameters; 0: none
 *
 *   batch of step t = batch_size min(round(factor^floor(t / every)), floor(n / batch_size))
 *                                                 n training examples (Smith et al. 2018)
 */
#ifndef FL_TRIAL_AROUND_H
#define FL_TRIAL_AROUND_H

#include "base/hyper.h"

enum {
    FL_TRIAL_L2,
    FL_TRIAL_L1,
    FL_TRIAL_DECAY, /* FL_TRIAL_DECAY_ALL or _MATRICES, for l2, l1 and the rule's own weight_decay */
    FL_TRIAL_CLIP_VALUE,
    FL_TRIAL_CLIP_NORM,
    FL_TRIAL_BATCH_FACTOR,
    FL_TRIAL_BATCH_EVERY,
    FL_TRIAL_AROUND_HYPERS
};

enum { FL_TRIAL_DECAY_ALL, FL_TRIAL_DECAY_MATRICES };

extern const fl_hyper fl_trial_around[FL_TRIAL_AROUND_HYPERS];

#endif
