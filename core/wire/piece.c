/* The header: ten numbers of 8 bytes, the magic first, the checksum of everything after itself second. */
#include "wire/piece.h"
#include "base/hash.h"

#include <string.h>

static const uint64_t magic = 0x31657269776c6601; /* "\1flwire1" */

enum { HASHED = 16 };

void fl_wire_piece_write(const fl_wire_piece *piece, void *to)
{
    char *at = to;
    uint64_t header[FL_WIRE_PIECE_HEADER / 8] = {
        magic,       0,           piece->run,   piece->trial,  piece->attempt,
        piece->step, piece->kind, piece->total, piece->offset, piece->length
    };
    memcpy(at, header, sizeof header);
    if (piece->length) memcpy(at + sizeof header, piece->bytes, piece->length);
    header[1] = fl_hash(at + HASHED, sizeof header - HASHED + piece->length);
    memcpy(at, header, HASHED);
}

bool fl_wire_piece_read(const void *from, size_t n, fl_wire_piece *piece)
{
    const char *at = from;
    uint64_t header[FL_WIRE_PIECE_HEADER / 8];
    if (n < sizeof header || n > sizeof header + FL_WIRE_PIECE_MOST) return false;
    memcpy(header, at, sizeof header);
    if (header[0] != magic || header[9] != n - sizeof header) return false;
    if (header[1] != fl_hash(at + HASHED, n - HASHED)) return false;
    *piece = (fl_wire_piece){ header[2], header[3], header[4], header[5],         header[6],
                              header[7], header[8], header[9], at + sizeof header };
    return piece->offset <= piece->total && piece->length <= piece->total - piece->offset &&
           (piece->length || !piece->total);
}
