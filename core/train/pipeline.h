/* The passes of a pipeline (train/method_pipeline.c). For this folder only. */
#ifndef FL_TRAIN_PIPELINE_H
#define FL_TRAIN_PIPELINE_H

#include "train/run.h"
#include "train/stages.h"

/* What went forward last, while its memory is as that left it. */
typedef struct fl_train_passed {
    size_t stage, part;
    bool is;
} fl_train_passed;

typedef struct fl_train_pipeline {
    size_t n;              /* stages */
    fl_network_cut *cuts;  /* behind each but the last */
    char **mail;           /* of each cut, a place per micro-batch */
    double *losses;        /* of micro-batches */
    float *before, *after; /* the network's state: as the step began, and while a stage goes forward once more */
    fl_train_passed passed;
} fl_train_pipeline;

/* In run's arena, for the cuts that the trial's method chooses. */
fl_train_pipeline fl_train_pipeline_new(fl_train_run *run);

/* Forward of all micro-batches of the step's batch: their mean loss. Then backward: the gradient of it. */
double fl_train_pipeline_forward(fl_train_run *run, fl_train_pipeline *p);
void fl_train_pipeline_backward(fl_train_run *run, fl_train_pipeline *p);

fl_network_part fl_train_pipeline_part(const fl_train_run *run, const fl_train_pipeline *p, size_t stage);

#endif
