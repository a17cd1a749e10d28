/* What messages cost between the first two processes of a launch, by the wire that trainings use: checksums, copies and
 * all. */
#ifndef BENCH_SPEED_ROOFLINE_EXCHANGE_H
#define BENCH_SPEED_ROOFLINE_EXCHANGE_H

#include "virtual/exchange.h"
#include "wire/wire.h"

/* All processes call it; the others only wait. Measures as medians of many rounds and prints them on process 0: half
 * the time of a small message there and back, and bytes a second each way of large ones that cross. */
fl_virtual_link roofline_exchange(fl_wire *wire);

/* A step of synchronous training on this link and on others, for more and more processes: a model, not measured. Over
 * a network the computing core copies `copying` bytes a second. */
void roofline_model(const fl_virtual_step *step, double copying, const fl_virtual_link *here);

#endif
