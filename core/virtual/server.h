/* A parameter server and its workers in virtual time (Dean et al. 2012, Downpour SGD). Each worker by itself reads the
 * server's parameters, computes the gradients of some batches and pushes their sum, which the server applies when it
 * arrives. Here is only who does what when; whoever trains asks for the next push, applies it, and lets its worker
 * begin again.
 *
 * Parameters are read when a pull begins and are `pull` late; a push is applied `push` after it was computed. The
 * staleness of a push is the number of pushes that were applied in between. With n workers that all take equally long
 * it is n - 1, from the n-th push on; where nothing takes any time, worker 0 makes every push and it is 0.
 */
#ifndef FL_VIRTUAL_SERVER_H
#define FL_VIRTUAL_SERVER_H

#include "virtual/durations.h"
#include "virtual/events.h"

typedef struct fl_virtual_server_rules {
    size_t workers;
    size_t push_every;  /* batches of a push */
    size_t fetch_every; /* batches from one reading of the parameters to the next; a multiple of push_every */
    fl_virtual_duration compute, pull, push; /* compute: of a batch */
    uint64_t seed;
} fl_virtual_server_rules;

/* A worker and its present push. Times are nanoseconds. */
typedef struct fl_virtual_worker {
    uint64_t version; /* of the parameters it has: how many pushes had been applied */
    uint64_t pushes;  /* it has begun, the present one included */
    uint64_t begun, pulled, computed, arrives;
} fl_virtual_worker;

typedef struct fl_virtual_server_state {
    uint64_t now, applied; /* pushes */
    fl_virtual_worker workers[];
} fl_virtual_server_state;

typedef struct fl_virtual_server {
    fl_virtual_server_rules rules;
    fl_virtual_server_state *state;
    fl_virtual_events *events;
} fl_virtual_server;

/* The memory that a server's state takes, all of it, without pointers; a server whose state lies there, as it is. */
size_t fl_virtual_server_bytes(size_t workers);
fl_virtual_server fl_virtual_server_at(void *memory, const fl_virtual_server_rules *rules);

/* At time 0 every worker reads the parameters and begins. */
void fl_virtual_server_start(fl_virtual_server *server);

/* The next push arrives: whose it is. Its times are in state->workers; it is `*staleness` pushes late. */
size_t fl_virtual_server_next(fl_virtual_server *server, uint64_t *staleness);

/* The push was applied and its worker begins the next one. True: it reads the parameters first, now. */
bool fl_virtual_server_go_on(fl_virtual_server *server, size_t worker);

#endif
