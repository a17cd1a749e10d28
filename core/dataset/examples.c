/* Batches: examples gathered side by side, and the order in which training meets them. */
#include "dataset/examples.h"
#include "base/clones.h"
#include "base/memory.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE = 64, AHEAD = 4 /* examples */ };

/* Division, not a product with 1/255: only it gives the float nearest to pixel / 255 for every pixel. */
FL_CLONES static void scale_pixels(const uint8_t *restrict pixels, size_t n, float *restrict input)
{
    for (size_t i = 0; i < n; i++) input[i] = (float)pixels[i] / 255.0f;
}

static void copy_example(const fl_dataset *dataset, size_t position, size_t n, float *input)
{
    if (dataset->pixels)
        scale_pixels(dataset->pixels + position * n, n, input);
    else
        memcpy(input, dataset->values + position * n, n * sizeof *input);
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
                                float *input, int32_t *labels)
{
    const fl_dataset *dataset = examples->dataset;
    size_t n_values = fl_tensor_shape_size(dataset->shape);
    for (size_t i = 0; i < n; i++) {
        size_t position = position_of(examples, order, first + i);
        if (i + AHEAD < n) prefetch(dataset, position_of(examples, order, first + i + AHEAD), n_values);
        copy_example(dataset, position, n_values, input + i * n_values);
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
