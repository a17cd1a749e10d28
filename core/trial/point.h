/* A point: one evaluation inside a trial. */
#ifndef FL_TRIAL_POINT_H
#define FL_TRIAL_POINT_H

#include "base/json.h"
#include <stddef.h>

/* Losses are means in nats (or the workload's own unit), errors shares of examples. */
typedef enum fl_trial_metric {
    FL_TRIAL_TRAIN_LOSS,
    FL_TRIAL_TRAIN_ERROR,
    FL_TRIAL_VAL_LOSS,
    FL_TRIAL_VAL_ERROR,
    FL_TRIAL_TEST_LOSS,
    FL_TRIAL_TEST_ERROR,
    FL_TRIAL_METRICS
} fl_trial_metric;

const char *fl_trial_metric_name(fl_trial_metric metric); /* "val_error" */

/* A metric by name; FL_TRIAL_METRICS when there is none of that name. */
fl_trial_metric fl_trial_metric_find(const char *name);

/* Models of so few parameters have their points' parameters written down, so that a path can be drawn. */
enum { FL_TRIAL_PATH_PARAMETERS = 2 };

typedef struct fl_trial_point {
    size_t step; /* after so many steps */
    double of[FL_TRIAL_METRICS];
    bool has_averaged;
    double averaged[FL_TRIAL_METRICS]; /* of the averaged weights, where the trial averages them */
    size_t n_parameters; /* of `parameters`, canonical; 0: the model has more than FL_TRIAL_PATH_PARAMETERS */
    double parameters[FL_TRIAL_PATH_PARAMETERS];
    double rate;    /* of the last step before the evaluation */
    double seconds; /* since the trial's start */
    bool has_negative_curvature;
    size_t negative_curvature; /* directions of it that the last step met, where the rule looks for it */
    bool has_staleness;
    double staleness, staleness_max; /* of asynchronous trials, since the point before: the mean, and the most (below 0:
                                        an old record has none) */
    bool has_inverse_staleness;
    double inverse_staleness, inverse_staleness_max; /* of distributed K-FAC, the mean since the point before */
    double virtual_seconds;                          /* of trials that have such a clock, since their start; else 0 */
} fl_trial_point;

/* A metric of the last weights, or of the averaged ones where there are any. */
double fl_trial_point_get(const fl_trial_point *point, fl_trial_metric metric, bool averaged);

/* From now on the metrics are those of the averaged weights. */
void fl_trial_point_take_averaged(fl_trial_point *point);

/* {"step": .., "train_loss": .., ..., "averaged": {..}, "parameters": [..]}; metrics that are not finite become null
 * and come back as infinity. New reference. */
json_t *fl_trial_point_json(const fl_trial_point *point);
bool fl_trial_point_read(const json_t *object, fl_trial_point *point);

#endif
