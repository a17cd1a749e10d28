/* What the MPI module exports: a file of its own, so that the program runs where there is no MPI. It includes nothing
 * of Fairlead's but this, the transport and the size of a piece. */
#ifndef FL_WIRE_MPI_MODULE_H
#define FL_WIRE_MPI_MODULE_H

#include "wire/transport.h"

typedef struct fl_wire_mpi_module {
    int version;         /* FL_WIRE_MPI_VERSION */
    const char *flavour; /* "Open MPI", "MPICH" */
    /* Join the processes that were launched together; NULL, or what went wrong. */
    const char *(*join)(fl_wire_transport *transport);
    const char *(*library)(void); /* its name and version */
} fl_wire_mpi_module;

enum { FL_WIRE_MPI_VERSION = 1 };

/* The one symbol that is looked up. */
extern const fl_wire_mpi_module fl_wire_mpi;

#endif
