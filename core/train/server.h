/* A parameter server's rule and its workers' gradients, whatever clock pushes arrive by (train/method_asynchronous.c,
 * train/real.h). For this folder only. */
#ifndef FL_TRAIN_SERVER_H
#define FL_TRAIN_SERVER_H

#include "train/run.h"

/* Workers compute one batch at a time, of the push_every of a push, which run->sharing says from now on. Returns room
 * for their sum; NULL: a push is one gradient, and the parameters are read before each. */
float *fl_train_server_allocate(fl_train_run *run);

/* Arrays like the parameters that this takes. */
size_t fl_train_server_copies(const fl_trial *trial);

/* The gradient of the batches of run->step at the parameters in the network, by their mean loss, which is returned: the
 * gradient's worth is nothing where that is not finite. The network's parameters move on where `pushed` is not NULL. */
double fl_train_server_gradient(fl_train_run *run, float *pushed);

/* A push that is so many late is to be applied by run->rate; then, of a push that lies in the network's gradient, apply
 * what is in `extent`: all, or by a rule that moves each number by itself some. `read`: what its worker had of the
 * parameters there; used where the delay is compensated for. */
void fl_train_server_begin(fl_train_run *run, uint64_t staleness);
void fl_train_server_apply(fl_train_run *run, fl_tensor_extent extent, const float *read);
bool fl_train_server_compensates(const fl_trial *trial);

/* How late pushes were since the last point: count one; tell a point, and begin anew. */
enum { FL_TRAIN_SERVER_PUSHES, FL_TRAIN_SERVER_SUM, FL_TRAIN_SERVER_MOST, FL_TRAIN_SERVER_LATE };
void fl_train_server_count(double late[FL_TRAIN_SERVER_LATE], uint64_t staleness);
void fl_train_server_note(double late[FL_TRAIN_SERVER_LATE], fl_trial_point *point);

#endif
