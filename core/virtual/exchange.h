/* What a step of synchronous training takes on several processes: a model, for networks that are not here. Gradients
 * are sent while backward computes the rest, so that over a network the longer of C and B + E counts; processes of one
 * host copy them with the cores that compute, so that there it is C + E:
 *
 *   whole      E = (P - 1) (m a + n / b)          every process sends its sums to every other (train/tree.h)
 *   in parts   E = 2 (P - 1) (m a + n / (P b))    each sums a P-th of the numbers and sends it round
 *
 * C seconds of a process's own passes and update, B of them until the larger part of the gradient is there, P
 * processes, n bytes of a gradient in m messages, a seconds a message takes, b bytes a second each way. How Fairlead
 * sends is the first; the second is what many processes would need.
 */
#ifndef FL_VIRTUAL_EXCHANGE_H
#define FL_VIRTUAL_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct fl_virtual_step {
    double compute, before, bytes, messages;
} fl_virtual_step;

typedef struct fl_virtual_link {
    double latency, bandwidth;
    bool shared; /* memory of one host */
} fl_virtual_link;

double fl_virtual_step_whole(const fl_virtual_step *step, const fl_virtual_link *link, size_t processes);
double fl_virtual_step_in_parts(const fl_virtual_step *step, const fl_virtual_link *link, size_t processes);

#endif
