/* Which dense layers of a trial's model its workers divide, and what crosses between them for that. For this folder
 * only. */
#ifndef FL_TRAIN_DIVIDE_H
#define FL_TRAIN_DIVIDE_H

#include "trial/trial.h"

/* Write it into the layers (fl_layer.division), by the method's table; nothing where there is one worker. `exchange`:
 * where the workers' parts come together; NULL: for a plan that nobody runs. */
void fl_train_divide(const fl_trial *trial, const struct fl_layer_exchange *exchange, fl_layer *layers, size_t n);

/* The first layer that is divided; their number where there is none. `layers` holds FL_WORKLOAD_LAYERS and gets the
 * divided model, of *n layers. */
size_t fl_train_divided_layers(const fl_trial *trial, fl_layer *layers, size_t *n);

/* Numbers that cross between the workers for one example of shape `in`, forward and backward: a sum that all need takes
 * V - 1 on the way to it and as many back, outputs that all need V - 1 copies. */
double fl_train_divided_numbers(const fl_trial *trial, fl_tensor_shape in);

/* {"by_outputs": [layers], "by_inputs": [...], "whole": [...]}; the last are dense layers that the workers do not
 * divide. New reference. */
json_t *fl_train_divided_json(const fl_trial *trial);

#endif
