/* Networks of one plan that pass in step, each on a batch of its own, and meet where an op wants to know of the others
 * (fl_backend_meeting): stage by stage, and in each one network after the other.
 */
#ifndef FL_NETWORK_TOGETHER_H
#define FL_NETWORK_TOGETHER_H

#include "network/network.h"

typedef struct fl_network_together {
    fl_network *const *networks; /* borrowed */
    size_t n;
    double (*mean)(const double *values, size_t n); /* of one number of each network */
    double *values;                                 /* n of them, to work with */
} fl_network_together;

/* As fl_network_forward and fl_network_backward of each. */
void fl_network_together_forward(const fl_network_together *together);
void fl_network_together_backward(const fl_network_together *together);

#endif
