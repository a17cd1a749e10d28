/* The table of what is done around every rule. */
#include "trial/around.h"

#include <math.h>

static const char *const tensors[] = { "all", "matrices", NULL };

const fl_hyper fl_trial_around[FL_TRIAL_AROUND_HYPERS] = {
    [FL_TRIAL_L2] = { "l2", "times the parameters, added to the gradient", FL_HYPER_LOG, 0, .min = 0, .max = HUGE_VAL },
    [FL_TRIAL_L1] = { "l1", "times the parameters' signs, added to the gradient", FL_HYPER_LOG, 0, .min = 0,
                      .max = HUGE_VAL },
    [FL_TRIAL_DECAY] = { "decay", "what l2, l1 and weight_decay act on; matrices spares biases and gains",
                         FL_HYPER_CHOICE, FL_TRIAL_DECAY_ALL, .min = FL_TRIAL_DECAY_ALL, .max = FL_TRIAL_DECAY_MATRICES,
                         .choices = tensors },
    [FL_TRIAL_CLIP_VALUE] = { "clip_value", "no number of the gradient is larger; 0: no limit", FL_HYPER_LOG, 0,
                              .min = 0, .max = HUGE_VAL },
    [FL_TRIAL_CLIP_NORM] = { "clip_norm", "the gradient is no longer than this; 0: no limit", FL_HYPER_LOG, 0, .min = 0,
                             .max = HUGE_VAL },
    [FL_TRIAL_BATCH_FACTOR] = { "batch.factor", "by how much the batch grows every batch.every steps", FL_HYPER_LOG, 1,
                                .min = 1, .max = HUGE_VAL },
    [FL_TRIAL_BATCH_EVERY] = { "batch.every", "steps from one growth of the batch to the next; 0: it does not grow",
                               FL_HYPER_INTEGER, 0, .min = 0, .max = HUGE_VAL },
};
