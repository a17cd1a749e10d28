/* A real training run inside a test: the data where it is at hand, and the losses of its steps. */
#ifndef FL_TESTS_TRACES_H
#define FL_TESTS_TRACES_H

#include "support/test.h"
#include "train/train.h"

/* simple_cnn on Fashion-MNIST under Adam at a sensible rate. */
fl_trial cnn_trial(const char *backend, size_t batch, size_t steps, size_t eval_every);

/* Skips the test where Fashion-MNIST is not at hand. */
void need_fashion_mnist(void);

#endif
