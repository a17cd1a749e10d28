/* Changes drawn at random, of one example in canonical order. */
#ifndef FL_DATASET_AUGMENT_H
#define FL_DATASET_AUGMENT_H

#include "base/random.h"
#include "tensor/shape.h"

/* Shift by -most..most pixels each way, zeros where nothing was; `room` holds as many floats as the example. */
void fl_dataset_augment_crop(fl_random_stream *stream, fl_tensor_shape shape, size_t most, float *values, float *room);

/* Exchange left and right in one of two cases. */
void fl_dataset_augment_flip(fl_random_stream *stream, fl_tensor_shape shape, float *values);

/* Add normal numbers of this deviation. */
void fl_dataset_augment_noise(fl_random_stream *stream, size_t n, double deviation, float *values);

/* Add one number from -most to most to all. */
void fl_dataset_augment_brightness(fl_random_stream *stream, size_t n, double most, float *values);

#endif
