/* Where the stages of a pipeline begin and end: at cuts that the trial lists, or where they share the operations most
 * equally. For this folder only.
 */
#ifndef FL_TRAIN_STAGES_H
#define FL_TRAIN_STAGES_H

#include "network/cut.h"
#include "trial/trial.h"

/* The cuts between the stages of the trial's workers, one less than those; `cuts` has room for them. False with a
 * message where the network cannot be cut so, or a stage would have nothing to multiply. */
bool fl_train_stages_choose(const fl_trial *trial, const fl_network *network, fl_network_cut *cuts, fl_error *error);

/* The stages between them. */
fl_network_part fl_train_stages_part(const fl_network *network, const fl_network_cut *cuts, size_t n_stages,
                                     size_t stage);

#endif
