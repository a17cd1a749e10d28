/* Batches: examples gathered side by side, and the order in which training meets them. */
#include "dataset/examples.h"
#include "base/clones.h"
#include "base/memory.h"
#include "base/random.h"
#include "backend/bf16.h"

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE = 64, AHEAD = 4 /* examples */ };

/* The float nearest to pixel / 255 without a division: 1/255 is a sum of two floats of which the first has so few bits
 * that its product is exact, so all 256 come out right. */
#define HIGH 0x1.01p-8f
#define LOW ((float)(1.0 / 255.0 - (double)HIGH))

static inline float scaled(uint8_t pixel)
{
    return (float)pixel * HIGH + (float)pixel * LOW;
}

FL_CLONES static void scale_pixels(const uint8_t *restrict pixels, size_t n, float *restrict input)
{
    for (size_t i = 0; i < n; i++) input[i] = scaled(pixels[i]);
}

/* 32 pixels by the processor's own rounding, a quarter of the instructions; returns how many pixels that were. */
__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static size_t
scale_pixels_bf16_fast(const uint8_t *restrict pixels, size_t n, uint16_t *restrict input)
{
    __m512 high = _mm512_set1_ps(HIGH), low = _mm512_set1_ps(LOW);
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __m512 half[2];
        for (size_t h = 0; h < 2; h++) {
            __m128i bytes = _mm_loadu_si128((const void *)(pixels + i + 16 * h));
            __m512 grey = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
            half[h] = _mm512_add_ps(_mm512_mul_ps(grey, high), _mm512_mul_ps(grey, low));
        }
        _mm512_storeu_si512(input + i, (__m512i)_mm512_cvtne2ps_pbh(half[1], half[0]));
    }
    return i;
}

FL_CLONES static void scale_pixels_bf16(const uint8_t *restrict pixels, size_t n, uint16_t *restrict input)
{
    for (size_t i = 0; i < n; i++) input[i] = fl_backend_bf16(scaled(pixels[i]));
}

static void scale_to_bf16(const uint8_t *pixels, size_t n, uint16_t *input)
{
    size_t done = __builtin_cpu_supports("avx512bf16") ? scale_pixels_bf16_fast(pixels, n, input) : 0;
    scale_pixels_bf16(pixels + done, n - done, input + done);
}

/* Example `i` of a batch. */
static void copy_example(const fl_dataset *dataset, size_t position, size_t n, fl_dataset_input to, size_t i)
{
    float *floats = (float *)to.values + i * n;
    uint16_t *halves = (uint16_t *)to.values + i * n;
    bool bf16 = to.precision == FL_BACKEND_BF16;
    if (dataset->pixels && bf16) scale_to_bf16(dataset->pixels + position * n, n, halves);
    if (dataset->pixels && !bf16) scale_pixels(dataset->pixels + position * n, n, floats);
    if (dataset->pixels) return;
    const float *values = dataset->values + position * n;
    if (!bf16) memcpy(floats, values, n * sizeof *floats);
    for (size_t j = 0; j < n && bf16; j++) halves[j] = fl_backend_bf16(values[j]);
}

static const char *bytes_of(const fl_dataset *dataset, size_t position, size_t n)
{
    return dataset->pixels ? (const char *)dataset->pixels + position * n
                           : (const char *)dataset->values + position * n * sizeof *dataset->values;
}

/* Ask for an example's cache lines: examples lie anywhere in memory, and waiting for each costs more than scaling it.
 */
static void prefetch(const fl_dataset *dataset, size_t position, size_t n)
{
    const char *from = bytes_of(dataset, position, n), *end = bytes_of(dataset, position + 1, n);
    for (; from < end; from += CACHE_LINE) __builtin_prefetch(from);
}

static size_t position_of(const fl_dataset_examples *examples, const uint32_t *order, size_t i)
{
    return examples->index[order ? order[i] : i];
}

void fl_dataset_examples_gather(const fl_dataset_examples *examples, const uint32_t *order, size_t first, size_t n,
                                fl_dataset_input input, int32_t *labels)
{
    const fl_dataset *dataset = examples->dataset;
    size_t n_values = fl_tensor_shape_size(dataset->shape);
    for (size_t i = 0; i < n; i++) {
        size_t position = position_of(examples, order, first + i);
        if (i + AHEAD < n) prefetch(dataset, position_of(examples, order, first + i + AHEAD), n_values);
        copy_example(dataset, position, n_values, input, i);
        labels[i] = dataset->labels ? dataset->labels[position] : 0;
    }
}

void fl_dataset_order_start(fl_dataset_order *order, size_t count, size_t batch, uint64_t seed)
{
    if (batch == 0 || batch > count) fl_error_die("a batch of %zu cannot be drawn from %zu examples", batch, count);
    *order = (fl_dataset_order){ .order = fl_memory_new(count, sizeof *order->order),
                                 .count = count,
                                 .batch = batch,
                                 .seed = seed,
                                 .epoch = UINT64_MAX };
}

void fl_dataset_order_free(fl_dataset_order *order)
{
    free(order->order);
    *order = (fl_dataset_order){ 0 };
}

/* From the identity each time, so that an epoch's order does not depend on those before it. */
static void shuffle(fl_dataset_order *order, uint64_t epoch)
{
    for (size_t i = 0; i < order->count; i++) order->order[i] = (uint32_t)i;
    fl_random_stream stream = fl_random_stream_start(order->seed, "order", epoch);
    fl_random_shuffle(&stream, order->order, order->count);
    order->epoch = epoch;
}

size_t fl_dataset_order_batch(fl_dataset_order *order, uint64_t step)
{
    size_t batches = order->count / order->batch;
    uint64_t epoch = step / batches;
    if (epoch != order->epoch) shuffle(order, epoch);
    return step % batches * order->batch;
}
