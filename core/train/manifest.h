/* manifest.json of an export: what another framework needs to rebuild the model and the rule. */
#ifndef FL_TRAIN_MANIFEST_H
#define FL_TRAIN_MANIFEST_H

#include "network/network.h"
#include "trial/trial.h"

/* Layers in order with every attribute and the shape each gives, tensors and state with shapes, loss, optimizer with
 * every hyperparameter, schedule, seed; the trial with its definitions, so that fl_trial_read needs nothing else. New
 * reference. */
json_t *fl_train_manifest(const fl_trial *trial, const fl_network *network);

#endif
