/* The transport over MPI: two-sided messages only, of one thread. Built as a file of its own where an MPI is found.
 *
 * Sends and receives are non-blocking and kept until they are through: a blocking one would wait for ever on a process
 * that is gone, and neither Open MPI nor MPICH reports one that is; and over a slow network it would wait for what can
 * come while this process computes.
 */
#include "wire/mpi_module.h"
#include "wire/piece.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAG = 1, FINISH_SECONDS = 5 };

typedef struct sending {
    struct sending *next;
    MPI_Request request;
    char bytes[];
} sending;

typedef struct receiving {
    struct receiving *next;
    MPI_Request request;
    int from, n;
    bool lost;
    char bytes[];
} receiving;

static struct {
    sending *first;              /* what is not through yet */
    receiving *coming, **newest; /* what has been announced, the oldest first */
    receiving *handed;           /* what was given out last */
    unsigned round, *seen;       /* by sender, the round in which a message of it was met */
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

/* Give what has been announced room to come to. */
static void welcome(void)
{
    int there = 0, n = 0;
    MPI_Message message;
    MPI_Status status;
    while (MPI_Improbe(MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &there, &message, &status) == MPI_SUCCESS && there) {
        MPI_Get_count(&status, MPI_BYTE, &n);
        receiving *r = need(malloc(sizeof *r + (size_t)n));
        r->next = NULL;
        r->from = status.MPI_SOURCE;
        r->n = n;
        r->lost = MPI_Imrecv(r->bytes, n, MPI_BYTE, &message, &r->request) != MPI_SUCCESS;
        *state.newest = r;
        state.newest = &r->next;
    }
}

/* A message that is lost holds up what its sender sent after it: in order, or not at all. */
static bool is_whole(receiving *r)
{
    int done = 0;
    if (!r->lost) r->lost = MPI_Test(&r->request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS;
    return done && !r->lost;
}

/* The first that is whole, of the oldest of each sender. */
static receiving *take_whole(void)
{
    state.round++;
    for (receiving **at = &state.coming; *at; at = &(*at)->next) {
        receiving *r = *at;
        bool oldest = state.seen[r->from] != state.round;
        state.seen[r->from] = state.round;
        if (!oldest || !is_whole(r)) continue;
        *at = r->next;
        if (!r->next) state.newest = at;
        return r;
    }
    return NULL;
}

static size_t receive(void *self, int *from, const void **bytes)
{
    free(state.handed);
    progress();
    welcome();
    state.handed = take_whole();
    if (!state.handed) return 0;
    *from = state.handed->from;
    *bytes = state.handed->bytes;
    return (size_t)state.handed->n;
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

/* Of Open MPI over TCP: a thread moves bytes while this one computes, and a piece goes as it is. By default nothing
 * moves outside calls, and pieces above 64 KiB are asked for by messages that wait behind the pieces of the other
 * direction, which halves what a network carries both ways (bench/NOTES.md). What the environment says stays, and with
 * it what was said to `mpirun --mca`, which puts it there; what a file of parameters says does not, for the environment
 * goes before it. */
static void tune(void)
{
    enum { ENVELOPE = 1024 }; /* more than the library's header */
    char piece[20];
    snprintf(piece, sizeof piece, "%d", FL_WIRE_PIECE_HEADER + FL_WIRE_PIECE_MOST + ENVELOPE);
    setenv("OMPI_MCA_btl_tcp_progress_thread", "1", 0);
    setenv("OMPI_MCA_btl_tcp_eager_limit", piece, 0);
    setenv("OMPI_MCA_btl_tcp_max_send_size", piece, 0);
}

static const char *join(fl_wire_transport *transport)
{
    int provided;
    tune();
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) return "MPI_Init_thread failed";
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    *transport = (fl_wire_transport){ .send = send, .receive = receive, .finish = finish, .abandon = abandon };
    MPI_Comm_rank(MPI_COMM_WORLD, &transport->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &transport->size);
    state.newest = &state.coming;
    state.seen = need(calloc((size_t)transport->size, sizeof *state.seen));
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
