/* What a step of synchronous training takes on several processes: a model, for networks that are not here. Gradients
 * are sent while backward computes the rest, so that the longer of C + N / c and B + M a + N / b counts:
 *
 *   whole      M = (P - 1) m,    N = (P - 1) n          every process sends its sums to every other (train/tree.h)
 *   in parts   M = 2 (P - 1) m,  N = 2 (P - 1) n / P    each sums a P-th of the numbers and sends it round
 *
 * C seconds of a process's own passes and update, B of them that no sending hides (until the larger part of the
 * gradient is there, and after it has come), P processes, n bytes of a gradient in m messages, a seconds a message
 * takes, b bytes a second each way, c bytes a second that the computing core copies. In memory of one host c is b, for
 * sending is copying; where the network's adapter copies, c is infinite. How Fairlead sends is the first; the second is
 * what many processes would need.
 */
#ifndef FL_VIRTUAL_EXCHANGE_H
#define FL_VIRTUAL_EXCHANGE_H

#include <stddef.h>

typedef struct fl_virtual_step {
    double compute, before, bytes, messages;
} fl_virtual_step;

typedef struct fl_virtual_link {
    double latency, bandwidth;
    double copying; /* INFINITY: the computing core copies nothing */
} fl_virtual_link;

double fl_virtual_step_whole(const fl_virtual_step *step, const fl_virtual_link *link, size_t processes);
double fl_virtual_step_in_parts(const fl_virtual_step *step, const fl_virtual_link *link, size_t processes);

#endif
