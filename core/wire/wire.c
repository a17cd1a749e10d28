/* Pieces to messages and back. */
#include "wire/wire.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "wire/piece.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct fl_wire {
    fl_wire_transport transport;
    uint64_t run; /* 0: not known yet */
    uint64_t dropped;
    uint64_t *pieces; /* by sender */
    fl_text *partial; /* by sender, what has arrived of its message */
    char *piece;      /* room to write one */
    int whole;        /* whose message was handed out last, to be forgotten; -1: none */
};

fl_wire *fl_wire_new(fl_wire_transport transport)
{
    fl_wire *wire = fl_memory_new(1, sizeof *wire);
    *wire = (fl_wire){ .transport = transport,
                       .pieces = fl_memory_new((size_t)transport.size, sizeof(uint64_t)),
                       .partial = fl_memory_new((size_t)transport.size, sizeof(fl_text)),
                       .piece = fl_memory_new(FL_WIRE_PIECE_HEADER + FL_WIRE_PIECE_MOST, 1),
                       .whole = -1 };
    bool drawn = transport.rank || getrandom(&wire->run, sizeof wire->run, 0) == sizeof wire->run;
    if (!drawn) fl_error_give_up("no random numbers: %s", strerror(errno));
    wire->run |= transport.rank == 0; /* never 0 */
    return wire;
}

static void free_wire(fl_wire *wire)
{
    for (int i = 0; i < wire->transport.size; i++) fl_text_free(&wire->partial[i]);
    free(wire->partial);
    free(wire->pieces);
    free(wire->piece);
    free(wire);
}

int fl_wire_rank(const fl_wire *wire)
{
    return wire->transport.rank;
}

int fl_wire_size(const fl_wire *wire)
{
    return wire->transport.size;
}

uint64_t fl_wire_run(const fl_wire *wire)
{
    return wire->run;
}

uint64_t fl_wire_pieces(const fl_wire *wire, int from)
{
    return wire->pieces[from];
}

uint64_t fl_wire_dropped(const fl_wire *wire)
{
    return wire->dropped;
}

void fl_wire_send(fl_wire *wire, int to, const fl_wire_message *message)
{
    size_t offset = 0;
    do {
        size_t left = message->length - offset, n = left < FL_WIRE_PIECE_MOST ? left : FL_WIRE_PIECE_MOST;
        fl_wire_piece piece = { wire->run,
                                message->trial,
                                message->attempt,
                                message->step,
                                message->kind,
                                message->length,
                                offset,
                                n,
                                message->bytes ? (const char *)message->bytes + offset : NULL };
        fl_wire_piece_write(&piece, wire->piece);
        wire->transport.send(wire->transport.self, to, wire->piece, FL_WIRE_PIECE_HEADER + n);
        offset += n;
    } while (offset < message->length);
}

/* Is the piece of this run? The others learn its number from process 0. */
static bool belongs(fl_wire *wire, int from, const fl_wire_piece *piece)
{
    if (!wire->run && from == 0) wire->run = piece->run;
    return piece->run == wire->run;
}

/* Add a piece to its sender's message. False: it does not follow what is there. */
static bool add(fl_text *partial, const fl_wire_piece *piece)
{
    if (!piece->offset) partial->length = 0; /* whatever was begun before is given up */
    if (piece->offset != partial->length) return false;
    fl_text_add_bytes(partial, piece->bytes, piece->length);
    return true;
}

bool fl_wire_receive(fl_wire *wire, int *from, fl_wire_message *message)
{
    const void *bytes;
    fl_wire_piece piece;
    if (wire->whole >= 0) wire->partial[wire->whole].length = 0;
    wire->whole = -1;
    for (size_t n; (n = wire->transport.receive(wire->transport.self, from, &bytes));) {
        bool known = *from >= 0 && *from < wire->transport.size && fl_wire_piece_read(bytes, n, &piece);
        if (!known || !belongs(wire, *from, &piece) || !add(&wire->partial[*from], &piece)) {
            wire->dropped++;
            continue;
        }
        wire->pieces[*from]++;
        const fl_text *whole = &wire->partial[*from];
        if (whole->length < piece.total) continue;
        wire->whole = *from;
        *message = (fl_wire_message){ piece.trial, piece.attempt, piece.step, piece.kind, whole->bytes, whole->length };
        return true;
    }
    return false;
}

void fl_wire_finish(fl_wire *wire)
{
    if (!wire) return;
    wire->transport.finish(wire->transport.self);
    free_wire(wire);
}

void fl_wire_abandon(fl_wire *wire, int code)
{
    if (!wire) return;
    wire->transport.abandon(wire->transport.self, code);
    free_wire(wire);
}
