/* How bytes get from one process of a run to another. Sending never waits: whoever cannot be reached must not hold up
 * those who can. What one process sends another arrives in order, or not at all. */
#ifndef FL_WIRE_TRANSPORT_H
#define FL_WIRE_TRANSPORT_H

#include <stddef.h>

typedef struct fl_wire_transport {
    void *self;
    int rank, size;
    void (*send)(void *self, int to, const void *bytes, size_t n); /* copies them */
    size_t (*receive)(void *self, int *from, const void **bytes);  /* 0: nothing is there. Valid until the next call */
    void (*finish)(void *self);                                    /* all processes call it, each at its end */
    void (*abandon)(void *self, int code); /* end every process of the run that can still be reached, this one too */
} fl_wire_transport;

#endif
