/* What a trial is where nobody says otherwise: studies, `fairlead trial` and its --help take every default from here. */
#ifndef FL_TRIAL_DEFAULT_H
#define FL_TRIAL_DEFAULT_H

#define FL_TRIAL_DEFAULT_SCHEDULE "constant"
#define FL_TRIAL_DEFAULT_BACKEND "onednn"
#define FL_TRIAL_DEFAULT_PRECISION FL_BACKEND_F32
#define FL_TRIAL_DEFAULT_BATCH 128
#define FL_TRIAL_DEFAULT_STEPS 1000
#define FL_TRIAL_DEFAULT_EVALUATIONS 20 /* in a trial, evenly spread, the last after the last step */
#define FL_TRIAL_DEFAULT_THREADS 1
#define FL_TRIAL_DEFAULT_SEED 1

/* Steps between evaluations: the fewest that keep to the default's number of them. */
#define FL_TRIAL_DEFAULT_EVAL_EVERY(steps)                                                                             \
    (((steps) + FL_TRIAL_DEFAULT_EVALUATIONS - 1) / FL_TRIAL_DEFAULT_EVALUATIONS)

#endif
