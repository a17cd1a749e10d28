/* A parameter server on the real clock: processes 0 to S - 1 are servers, each of a slice of the parameters, the V
 * behind them workers. Process 0 walks the training loop: a step is the next push that comes to it. It also hands out
 * batches, in the shared order, as workers ask for parameters. Every server applies pushes in the order they come to
 * it; to one more it may have come than to another. For this folder only.
 *
 *   worker   ASKS every server: batch b and rate from server 0, the slices of the parameters from all
 *            PUSHES to every server its slice of the gradient, to server 0 the loss and the network's state with it
 *   server 0 COLLECTS the others' slices after s pushes, where somebody looks at the parameters
 *            ENDS it: no batch is given any more; a worker that receives that says BYE to the servers
 *   any      WISHES to leave, of server 0, which saves what it has and ENDS it
 */
#ifndef FL_TRAIN_REAL_H
#define FL_TRAIN_REAL_H

#include "train/server.h"

enum {
    FL_TRAIN_REAL_ASK = FL_TRAIN_CARRIERS_MESSAGE, /* number 1: for the parameters too */
    FL_TRAIN_REAL_GIVE,
    FL_TRAIN_REAL_PUSH,
    FL_TRAIN_REAL_COLLECT, /* number: after so many pushes */
    FL_TRAIN_REAL_SLICE,
    FL_TRAIN_REAL_POINT,     /* to the other servers, whose schedule may look at it; number: the step */
    FL_TRAIN_REAL_HEARTBEAT, /* server 0 answers at once */
    FL_TRAIN_REAL_ABSENT,    /* it evaluates, and will not until its next heartbeat */
    FL_TRAIN_REAL_WISH,      /* to server 0 */
    FL_TRAIN_REAL_END,
    FL_TRAIN_REAL_BYE,
    FL_TRAIN_REAL_OTHER /* a method's own kinds begin here */
};

/* What stands before the numbers of GIVE, PUSH, SLICE and POINT, and of a method's own kinds. */
typedef struct fl_train_real_header {
    uint64_t batch;      /* of SLICE and POINT: the step */
    double value;        /* given: the rate; pushed: the loss; of a point: the validation loss */
    double work_seconds; /* pushed: at the gradient */
} fl_train_real_header;

/* Times are of this process's clock. */
typedef struct fl_train_real {
    size_t rank, servers, workers, count; /* count: of parameters, as they lie in the network */
    fl_tensor_extent slice;               /* of a server */
    float *send_buffer;
    double *silent_since;  /* by process: when it last sent something, or began to owe an answer */
    bool *excused;         /* by process: it may be silent, for it has ended or is to wait */
    bool *departed;        /* by process: it has said BYE */
    double longest_work;   /* seconds at a gradient; below 0: none is known */
    double last_heartbeat; /* server 0's: when it sent one */
    bool absent;           /* is server 0? */
    double absent_since;   /* server 0's */
    float *pushed;         /* a worker's */

    /* A server's, by worker. */
    uint64_t *versions; /* of the parameters it has: pushes applied then */
    double *given_at;   /* when it was given them */
    float *read;        /* what they were, a slice each; NULL: no delay is compensated for */
    double *late;

    uint64_t batches_given;   /* by server 0 */
    size_t points_sent;       /* to the other servers */
    bool collecting;          /* another server's: its slice is still to be sent, */
    uint64_t collected_after; /* after so many pushes */
} fl_train_real;

fl_train_real *fl_train_real_of(const fl_train_run *run);

/* run->servers becomes `bytes` bytes that begin with an fl_train_real: of a training by `servers` servers and `workers`
 * workers whose messages hold `floats` numbers at most, beside the network's state. Everybody is awaited. */
fl_train_real *fl_train_real_new(fl_train_run *run, size_t bytes, size_t servers, size_t workers, size_t floats);

/* False with a message for a model that carries state from batch to batch. */
bool fl_train_real_suits(const fl_trial *trial, const fl_train_plans *plans, fl_error *error);

/* The slice of server `rank`: whole lines of 16 numbers, shared evenly. */
fl_tensor_extent fl_train_real_slice(const fl_train_real *real, size_t rank);

/* Send a header, numbers, and the network's state where `state`; take them apart: `n` numbers, and the state into the
 * network. What is no such message ends the process. */
void fl_train_real_send(fl_train_run *run, size_t to, uint64_t kind, const fl_train_real_header *header,
                        const float *values, size_t n, bool state);
const float *fl_train_real_unpack(fl_train_run *run, const fl_train_message *message, fl_train_real_header *header,
                                  size_t n, bool state);

/* A message of a kind alone, to one; to processes first..end-1. */
void fl_train_real_notify(fl_train_run *run, size_t to, uint64_t kind, uint64_t number);
void fl_train_real_notify_all(fl_train_run *run, size_t first, size_t end, uint64_t kind, uint64_t number);

/* From now on process `rank` owes an answer. */
void fl_train_real_expect(fl_train_real *real, size_t rank);

/* The next message of processes first..end-1, waited for; one that ENDS it is excused. Ends this process when one of
 * them that is not excused stays silent. Server 0 sends the others heartbeats meanwhile, and another that is asked to
 * leave its WISH. */
const fl_train_message *fl_train_real_await(fl_train_run *run, size_t first, size_t end);

/* The same without waiting: NULL where none has come. */
const fl_train_message *fl_train_real_poll(fl_train_run *run, size_t first, size_t end);

/* What a process that walks no loop does with messages of a kind; a table ends with `handle` NULL. */
typedef struct fl_train_real_handler {
    uint64_t kind;
    void (*handle)(fl_train_run *run, const fl_train_message *message);
} fl_train_real_handler;

/* By the handler of the message's kind; false: there is none. */
bool fl_train_real_handle(fl_train_run *run, const fl_train_message *message, const fl_train_real_handler *handlers);

/* A worker's: the batch and the rate of run->step are the given ones; the numbers are the parameters; it leaves, having
 * received the END or found that nothing is left. */
void fl_train_real_begin_batch(fl_train_run *run, const fl_train_real_header *given);
void fl_train_real_set_parameters(fl_train_run *run, const float *parameters);
void fl_train_real_leave(fl_train_run *run);

/* Server 0 will not answer for a while, for it evaluates; it is back, or still there; it ENDS the training. */
void fl_train_real_begin_absence(fl_train_run *run);
void fl_train_real_end_absence(fl_train_run *run);
void fl_train_real_end(fl_train_run *run);

/* Send the END to processes from first_notified on, and wait until every worker has said BYE, which one that received
 * the END sooner may have done before. */
void fl_train_real_shut_down(fl_train_run *run, size_t first_notified);

/* What processes do that do not walk the loop, to the end. */
void fl_train_real_work(fl_train_run *run);
void fl_train_real_serve(fl_train_run *run);

/* Server 0's part of the loop: a step, the parameters after `done` steps into the network. */
void fl_train_real_step(fl_train_run *run);
void fl_train_real_present(fl_train_run *run, size_t done);

extern const struct fl_train_method fl_train_method_asynchronous_real;

#endif
