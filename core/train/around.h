/* What is done to a gradient before the rule sees it (trial/around.h). For this folder only. */
#ifndef FL_TRAIN_AROUND_H
#define FL_TRAIN_AROUND_H

#include "trial/trial.h"

typedef struct fl_train_around {
    float l2, l1, clip_value; /* 0: none */
    double clip_norm;         /* 0: none */
    bool matrices_only;       /* l2, l1 and the rule's weight decay */
} fl_train_around;

fl_train_around fl_train_around_of(const fl_trial *trial);

/* Add the penalties to the gradient of numbers first..first+count-1. */
void fl_train_around_add(const fl_train_around *around, const fl_tensor_layout *layout, const float *parameters,
                         float *gradient, size_t first, size_t count);

/* What the penalties add to the loss. */
double fl_train_around_penalty(const fl_train_around *around, const fl_tensor_layout *layout, const float *parameters);

/* Limit `count` numbers to clip_value. */
void fl_train_around_clip(const fl_train_around *around, float *gradient, size_t count);

/* Limit the norm of the whole gradient to clip_norm. */
void fl_train_around_clip_norm(const fl_train_around *around, float *gradient, size_t count);

/* The sum of squares, in double and in order. */
double fl_train_around_square(const float *gradient, size_t count);

#endif
