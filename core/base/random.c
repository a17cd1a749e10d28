/* Streams over Random123's Philox4x32-10. */
#include "base/random.h"
#include "base/exact.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>
#include <xxhash.h>

enum { DRAWS_PER_BLOCK = 4 };

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
    uint64_t rejected = -n % n; /* the first 2^64 mod n values would make small results too frequent */
    uint64_t draw = random_u64(stream);
    while (draw < rejected) draw = random_u64(stream);
    return draw % n;
}

double fl_random_normal(fl_random_stream *stream)
{
    const double two_pi = 6.283185307179586;
    double u = 1.0 - fl_random_uniform(stream); /* (0, 1]: the logarithm stays finite */
    double v = fl_random_uniform(stream);
    return sqrt(-2.0 * fl_exact_log(u)) * fl_exact_cos(two_pi * v);
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
