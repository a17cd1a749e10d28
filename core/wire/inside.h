/* A transport inside one process: its ends pass messages through queues. For tests and simulations; a pair of ends can
 * be cut, and what is sent meanwhile is lost. */
#ifndef FL_WIRE_INSIDE_H
#define FL_WIRE_INSIDE_H

#include "wire/transport.h"

#include <stdbool.h>

typedef struct fl_wire_inside fl_wire_inside;

fl_wire_inside *fl_wire_inside_new(int size);
void fl_wire_inside_free(fl_wire_inside *inside);

/* The end of process `rank`; borrowed. */
fl_wire_transport fl_wire_inside_end(fl_wire_inside *inside, int rank);

/* From now on nothing reaches the process or leaves it, or everything does again. */
void fl_wire_inside_cut(fl_wire_inside *inside, int rank, bool cut);

#endif
