/* The transport over MPI: two-sided messages only, of one thread. Built as a file of its own where an MPI is found.
 *
 * Sends are non-blocking and kept until they are through: a blocking one would wait for ever on a process that is gone,
 * and neither Open MPI nor MPICH reports one that is.
 */
#include "wire/mpi_module.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TAG = 1, FINISH_SECONDS = 5 };

typedef struct sending {
    struct sending *next;
    MPI_Request request;
    char bytes[];
} sending;

static struct {
    sending *first; /* what is not through yet */
    char *received;
    int capacity;
} state;

static void *need(void *memory)
{
    if (memory) return memory;
    MPI_Abort(MPI_COMM_WORLD, 3); /* the machine's trouble */
    abort();
}

/* Forget what is through. Of what failed the library may still read the bytes, so those are never freed. */
static void progress(void)
{
    for (sending **at = &state.first; *at;) {
        int done = 0;
        sending *s = *at;
        bool failed = MPI_Test(&s->request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS;
        if (failed || done)
            *at = s->next;
        else
            at = &s->next;
        if (done && !failed) free(s);
    }
}

static void send(void *self, int to, const void *bytes, size_t n)
{
    sending *s = need(malloc(sizeof *s + n));
    memcpy(s->bytes, bytes, n);
    if (MPI_Isend(s->bytes, (int)n, MPI_BYTE, to, TAG, MPI_COMM_WORLD, &s->request) != MPI_SUCCESS) {
        free(s);
        return;
    }
    s->next = state.first;
    state.first = s;
}

static size_t receive(void *self, int *from, const void **bytes)
{
    int there = 0, n = 0;
    MPI_Status status;
    progress();
    if (MPI_Iprobe(MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &there, &status) != MPI_SUCCESS || !there) return 0;
    MPI_Get_count(&status, MPI_BYTE, &n);
    if (n > state.capacity) {
        state.received = need(realloc(state.received, (size_t)n));
        state.capacity = n;
    }
    *from = status.MPI_SOURCE;
    *bytes = state.received;
    if (MPI_Recv(state.received, n, MPI_BYTE, *from, TAG, MPI_COMM_WORLD, &status) != MPI_SUCCESS) return 0;
    return (size_t)n;
}

/* Who has finished receives nothing any more, and a large message to it would never be through: what its receiver did
 * not wait for is lost by then. */
static void finish(void *self)
{
    int from;
    const void *bytes;
    for (double begun = MPI_Wtime(); state.first && MPI_Wtime() - begun < FINISH_SECONDS;) receive(self, &from, &bytes);
    MPI_Finalize();
}

static void abandon(void *self, int code)
{
    MPI_Abort(MPI_COMM_WORLD, code);
}

static const char *join(fl_wire_transport *transport)
{
    int provided;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) return "MPI_Init_thread failed";
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    *transport = (fl_wire_transport){ .send = send, .receive = receive, .finish = finish, .abandon = abandon };
    MPI_Comm_rank(MPI_COMM_WORLD, &transport->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &transport->size);
    return NULL;
}

static const char *library(void)
{
    static char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int n = 0;
    MPI_Get_library_version(version, &n);
    version[strcspn(version, ",\n")] = 0;
    return version;
}

const fl_wire_mpi_module fl_wire_mpi = {
    .version = FL_WIRE_MPI_VERSION,
#if defined OPEN_MPI
    .flavour = "Open MPI",
#elif defined MPICH_VERSION
    .flavour = "MPICH",
#else
    .flavour = "another MPI",
#endif
    .join = join,
    .library = library,
};
