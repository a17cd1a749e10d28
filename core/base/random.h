/* Counter-based random streams: Philox4x32-10 (Salmon et al. 2011, Random123).
 *
 * A stream is named by seed, purpose ("init", "order", "search", ...) and position (a tensor, an epoch, a trial),
 * so a draw added to one stream never moves another, and a resumed trial goes on with the same numbers. Results are the
 * same bits on every machine.
 */
#ifndef FL_BASE_RANDOM_H
#define FL_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct fl_random_stream {
    uint32_t key[2];     /* the seed */
    uint32_t counter[4]; /* block, position low, position high, purpose */
    uint32_t block[4];   /* the current four draws */
    unsigned used;       /* how many of them are spent; 4 at the start */
} fl_random_stream;

/* The stream for a seed, a purpose and a position, at its first draw. */
fl_random_stream fl_random_stream_start(uint64_t seed, const char *purpose, uint64_t position);

/* Uniform 32-bit integer. */
uint32_t fl_random_u32(fl_random_stream *stream);

/* Draws first..first+n-1 of a stream's 32-bit integers, counted from its start, wherever it is now. */
void fl_random_u32s(const fl_random_stream *stream, uint64_t first, uint32_t *draws, size_t n);

/* Uniform on [0, 1) with 53 random bits. */
double fl_random_uniform(fl_random_stream *stream);

/* Uniform integer in 0..n-1, without bias; n >= 1. */
uint64_t fl_random_below(fl_random_stream *stream, uint64_t n);

/* Standard normal (Box-Muller with fl_exact_log and fl_exact_cos, one draw per pair so that the position stays simple).
 */
double fl_random_normal(fl_random_stream *stream);

/* The next `n` of fl_random_normal, bit by bit, and several times faster. */
void fl_random_normals(fl_random_stream *stream, double *values, size_t n);

/* The first `each` normals of each of `n` streams, those at `position` and behind it, in their order; bit by bit, too.
 */
void fl_random_normals_of_each(uint64_t seed, const char *purpose, uint64_t position, size_t n, size_t each,
                               double *values);

/* `items` in a uniformly random order (Fisher-Yates). */
void fl_random_shuffle(fl_random_stream *stream, uint32_t *items, size_t n);

/* A seed below 2^53 derived from a first seed, a trial's index and its repeat; the same in every arm. */
uint64_t fl_random_seed_derive(uint64_t first, uint64_t index, uint64_t repeat);

#endif
