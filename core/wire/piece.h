/* What travels between the processes of a run: pieces of messages, each with a header and a checksum.
 *
 * A reader trusts no byte: whatever is not a whole piece of this run is refused. All processes are of one build, so
 * numbers stand as they lie in memory.
 */
#ifndef FL_WIRE_PIECE_H
#define FL_WIRE_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fl_wire_piece {
    uint64_t run;     /* guards against messages of another run */
    uint64_t trial;   /* the identity of what it is about, as a number; 0: nothing */
    uint64_t attempt; /* the number under which that was given out */
    uint64_t step, kind;
    uint64_t total, offset; /* the message's length, and where in it this piece begins */
    uint64_t length;        /* of this piece */
    const void *bytes;      /* borrowed */
} fl_wire_piece;

enum { FL_WIRE_PIECE_HEADER = 80, FL_WIRE_PIECE_MOST = 1 << 20 };

/* Write header and bytes to `to`, which has room for FL_WIRE_PIECE_HEADER + length bytes. */
void fl_wire_piece_write(const fl_wire_piece *piece, void *to);

/* False: `n` bytes are no whole piece. `bytes` then points into `from`. */
bool fl_wire_piece_read(const void *from, size_t n, fl_wire_piece *piece);

#endif
