/* Matrix products of bf16 in the tile registers of AMX, accumulated in f32: the inner part of weight gradients.
 *
 * A tile is 1024 bytes. A left tile holds 16 rows of 32 numbers, their places k = 0..31 side by side; a right tile
 * holds places k for 16 columns, two places next to each other: [16 pairs][16 columns][2]; a sum is 16 x 16 floats.
 */
#ifndef FL_BACKEND_ONEDNN_ONEDNN_TILES_H
#define FL_BACKEND_ONEDNN_ONEDNN_TILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FL_ONEDNN_TILE = 16,
    FL_ONEDNN_TILE_PLACES = 32,
    FL_ONEDNN_TILE_PAIRS = FL_ONEDNN_TILE_PLACES / 2,
    FL_ONEDNN_TILE_BYTES = 1024,
    FL_ONEDNN_TILE_LINE = 64
};

/* Whether oneDNN, as it is allowed to here, uses AMX for bf16: the same instructions are then ours to use. */
bool fl_onednn_tiles_usable(void);

/* A product that is added up over `n_units` pieces of `steps` tiles each. */
typedef struct fl_onednn_tiles {
    size_t n_units, steps;
    const char *left;   /* [unit][row tile][step] */
    const char *right;  /* [unit], right_bytes each */
    size_t right_bytes; /* from a unit to the next */
    size_t row_tiles, column_tiles;
    const size_t *columns; /* for each tile of columns: bytes to its first step in a unit; steps follow one another */
    char *sums;            /* of the first row and column tile */
    size_t sums_line, sums_row;   /* bytes from a line of a tile's sums to the next, from a row tile's to the next */
    const size_t *sums_of_column; /* for each tile of columns: bytes to its sums in those of a row tile */
    bool fresh;                   /* the sums start at zero */
} fl_onednn_tiles;

void fl_onednn_tiles_multiply(const fl_onednn_tiles *product);

/* Take the tiles' configuration for this thread, and leave it as it was found: unset. */
void fl_onednn_tiles_begin(void);
void fl_onednn_tiles_end(void);

/* Left tiles of one row tile: rows are columns first..first+15 of `from`, which has `width` numbers per place; adds
 * each row to `sums`. */
void fl_onednn_tiles_transpose(const uint16_t *from, size_t width, size_t steps, char *left,
                               float sums[FL_ONEDNN_TILE]);

/* One line of right tiles for each of `n` tiles: places `first` and `second`, 16 numbers each a tile; tiles lie
 * `tile_bytes` apart. */
void fl_onednn_tiles_interleave(const uint16_t *first, const uint16_t *second, size_t n, char *line, size_t tile_bytes);

#endif
