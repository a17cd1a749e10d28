/* The wire: messages between the processes of one run.
 *
 * A message has a kind and belongs to an assignment; long ones travel in pieces. What is damaged, of another run or out
 * of order is dropped and counted. No call waits.
 */
#ifndef FL_WIRE_WIRE_H
#define FL_WIRE_WIRE_H

#include "wire/transport.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fl_wire fl_wire;

typedef struct fl_wire_message {
    uint64_t trial, attempt, step, kind; /* as in wire/piece.h */
    const void *bytes;                   /* borrowed */
    size_t length;
} fl_wire_message;

/* Takes the transport over. Process 0 draws the run's number; the others take it from its first message. */
fl_wire *fl_wire_new(fl_wire_transport transport);

int fl_wire_rank(const fl_wire *wire);
int fl_wire_size(const fl_wire *wire);
uint64_t fl_wire_run(const fl_wire *wire);

void fl_wire_send(fl_wire *wire, int to, const fl_wire_message *message);

/* The next whole message that is there, valid until the next call; false: none. */
bool fl_wire_receive(fl_wire *wire, int *from, fl_wire_message *message);

/* Pieces of this run that a process has sent so far: who sends a long message lives, though none is whole yet. */
uint64_t fl_wire_pieces(const fl_wire *wire, int from);

/* Pieces dropped so far. */
uint64_t fl_wire_dropped(const fl_wire *wire);

/* Every process is alive and calls this: end the connection. */
void fl_wire_finish(fl_wire *wire);

/* Somebody may be gone, so nobody can be waited for: end all processes with an exit code; frees the wire. */
void fl_wire_abandon(fl_wire *wire, int code);

#endif
