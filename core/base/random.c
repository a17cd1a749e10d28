/* Streams over Random123's Philox4x32-10. */
#include "base/random.h"
#include "base/clones.h"
#include "base/exact.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>
#include <xxhash.h>

enum { DRAWS_PER_BLOCK = 4, LANES = 64 }; /* blocks that fl_random_normals computes at once */
static const double two_pi = 6.283185307179586;

fl_random_stream fl_random_stream_start(uint64_t seed, const char *purpose, uint64_t position)
{
    fl_random_stream stream = {
        .key = { (uint32_t)seed, (uint32_t)(seed >> 32) },
        .counter = { 0, (uint32_t)position, (uint32_t)(position >> 32), XXH32(purpose, strlen(purpose), 0) },
        .used = DRAWS_PER_BLOCK,
    };
    return stream;
}

static void next_block(fl_random_stream *stream)
{
    philox4x32_ctr_t counter;
    philox4x32_key_t key;
    memcpy(counter.v, stream->counter, sizeof stream->counter);
    memcpy(key.v, stream->key, sizeof stream->key);
    philox4x32_ctr_t draws = philox4x32(counter, key);
    memcpy(stream->block, draws.v, sizeof stream->block);
    stream->counter[0]++;
    stream->used = 0;
}

uint32_t fl_random_u32(fl_random_stream *stream)
{
    if (stream->used == DRAWS_PER_BLOCK) next_block(stream);
    return stream->block[stream->used++];
}

static uint64_t random_u64(fl_random_stream *stream)
{
    uint64_t low = fl_random_u32(stream);
    return low | (uint64_t)fl_random_u32(stream) << 32;
}

double fl_random_uniform(fl_random_stream *stream)
{
    return (double)(random_u64(stream) >> 11) * 0x1p-53;
}

uint64_t fl_random_below(fl_random_stream *stream, uint64_t n)
{
    uint64_t draw = random_u64(stream);
    if (draw >= n) return draw % n; /* nearly always, and without the division that says how many are rejected */
    uint64_t rejected = -n % n;     /* the first 2^64 mod n values would make small results too frequent */
    while (draw < rejected) draw = random_u64(stream);
    return draw % n;
}

double fl_random_normal(fl_random_stream *stream)
{
    double u = 1.0 - fl_random_uniform(stream); /* (0, 1]: the logarithm stays finite */
    double v = fl_random_uniform(stream);
    return sqrt(-2.0 * fl_exact_log(u)) * fl_exact_cos(two_pi * v);
}

/* --- many at once --- */

/* Draws of LANES blocks, [k][i] draw k of block i; before its rounds, word k of block i's counter. */
typedef uint32_t lanes[DRAWS_PER_BLOCK][LANES];

/* Philox's ten rounds, lane by lane. Its multipliers and the steps of its key are Salmon et al. 2011's. */
static inline __attribute__((always_inline)) void rounds(const uint32_t key[2], lanes c)
{
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++, k0 += 0x9e3779b9, k1 += 0xbb67ae85)
        for (size_t i = 0; i < LANES; i++) {
            uint64_t a = (uint64_t)0xd2511f53 * c[0][i], b = (uint64_t)0xcd9e8d57 * c[2][i];
            c[0][i] = (uint32_t)(b >> 32) ^ c[1][i] ^ k0;
            c[1][i] = (uint32_t)b;
            c[2][i] = (uint32_t)(a >> 32) ^ c[3][i] ^ k1;
            c[3][i] = (uint32_t)a;
        }
}

/* The blocks of one stream from `first` on. */
static inline __attribute__((always_inline)) void blocks(const fl_random_stream *stream, uint32_t first, lanes c)
{
    for (uint32_t i = 0; i < LANES; i++) {
        c[0][i] = first + i;
        for (size_t k = 1; k < DRAWS_PER_BLOCK; k++) c[k][i] = stream->counter[k];
    }
    rounds(stream->key, c);
}

/* --- many integers --- */

/* The draws of LANES blocks in their order. */
FL_CLONES static void integers(const fl_random_stream *stream, uint32_t first, uint32_t *restrict draws)
{
    lanes c;
    blocks(stream, first, c);
    for (size_t i = 0; i < LANES; i++)
        for (size_t k = 0; k < DRAWS_PER_BLOCK; k++) draws[i * DRAWS_PER_BLOCK + k] = c[k][i];
}

void fl_random_u32s(const fl_random_stream *stream, uint64_t first, uint32_t *draws, size_t n)
{
    uint32_t some[LANES * DRAWS_PER_BLOCK];
    for (size_t i = 0; i < n;) {
        size_t skipped = (first + i) % DRAWS_PER_BLOCK, more = LANES * DRAWS_PER_BLOCK - skipped;
        if (more > n - i) more = n - i;
        integers(stream, (uint32_t)((first + i) / DRAWS_PER_BLOCK), some);
        memcpy(draws + i, some + skipped, more * sizeof *draws);
        i += more;
    }
}

/* --- many normals: a block of the counter holds the four draws of each --- */

/* The uniform numbers u and v of these blocks. */
static inline __attribute__((always_inline)) void uniform_pairs(const lanes c, double *restrict u, double *restrict v)
{
    for (size_t i = 0; i < LANES; i++) { /* signed, since what is below 2^53 is then converted faster */
        u[i] = (double)(int64_t)((c[0][i] | (uint64_t)c[1][i] << 32) >> 11) * 0x1p-53;
        v[i] = (double)(int64_t)((c[2][i] | (uint64_t)c[3][i] << 32) >> 11) * 0x1p-53;
    }
}

/* Of the next LANES blocks. */
FL_CLONES static void pairs_of_stream(const fl_random_stream *stream, double *restrict u, double *restrict v)
{
    lanes c;
    blocks(stream, stream->counter[0], c);
    uniform_pairs(c, u, v);
}

/* Of block counters[0][i] of the stream at counters[2], counters[1]. */
FL_CLONES static void pairs_of_counters(const uint32_t key[2], lanes counters, double *restrict u, double *restrict v)
{
    rounds(key, counters);
    uniform_pairs(counters, u, v);
}

static void normals(double u[LANES], double v[LANES], double *values)
{
    for (size_t i = 0; i < LANES; i++) u[i] = 1.0 - u[i];
    for (size_t i = 0; i < LANES; i++) v[i] = two_pi * v[i];
    fl_exact_log_each(u, LANES);
    fl_exact_cos_each(v, LANES);
    for (size_t i = 0; i < LANES; i++) values[i] = sqrt(-2.0 * u[i]) * v[i];
}

void fl_random_normals(fl_random_stream *stream, double *values, size_t n)
{
    double u[LANES], v[LANES];
    size_t i = 0;
    for (; stream->used == DRAWS_PER_BLOCK && n - i >= LANES; i += LANES) {
        pairs_of_stream(stream, u, v);
        normals(u, v, values + i);
        stream->counter[0] += LANES;
    }
    for (; i < n; i++) values[i] = fl_random_normal(stream);
}

void fl_random_normals_of_each(uint64_t seed, const char *purpose, uint64_t position, size_t n, size_t each,
                               double *values)
{
    fl_random_stream stream = fl_random_stream_start(seed, purpose, position);
    double u[LANES], v[LANES], some[LANES];
    lanes counters;
    for (size_t i = 0; i < n * each; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            uint64_t at = position + (i + lane) / each;
            counters[0][lane] = (uint32_t)((i + lane) % each);
            counters[1][lane] = (uint32_t)at;
            counters[2][lane] = (uint32_t)(at >> 32);
            counters[3][lane] = stream.counter[3];
        }
        pairs_of_counters(stream.key, counters, u, v);
        normals(u, v, some);
        memcpy(values + i, some, (n * each - i < LANES ? n * each - i : LANES) * sizeof *values);
    }
}

void fl_random_shuffle(fl_random_stream *stream, uint32_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = fl_random_below(stream, i);
        uint32_t kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}

uint64_t fl_random_seed_derive(uint64_t first, uint64_t index, uint64_t repeat)
{
    fl_random_stream of_trial = fl_random_stream_start(first, "trial seed", index);
    fl_random_stream of_repeat = fl_random_stream_start(random_u64(&of_trial), "repeat seed", repeat);
    return random_u64(&of_repeat) >> 11;
}
