/* Gathering a batch: examples in random order from pixels that no cache holds. */
#include "base/memory.h"
#include "gbench/gbench.h"
#include "kernels/kernels.h"
#include "workload/examples.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXAMPLES = 60000, PIXELS = 28 * 28 }; /* Fashion-MNIST's training file */

static const size_t batches[] = { 32, 256 };

/* Made once, kept for the process's life. */
static const fl_examples *examples_of_noise(void)
{
    static fl_dataset dataset = { .shape = { 1, 1, 28, 28 }, .n_train = EXAMPLES, .n_classes = 10 };
    static fl_examples examples = { .dataset = &dataset, .count = EXAMPLES };
    if (examples.index) return &examples;
    uint8_t *pixels = fl_new((size_t)EXAMPLES * PIXELS, 1), *labels = fl_new(EXAMPLES, 1);
    examples.index = fl_new(EXAMPLES, sizeof *examples.index);
    for (size_t i = 0; i < (size_t)EXAMPLES * PIXELS; i++) pixels[i] = (uint8_t)(i * 37);
    for (size_t i = 0; i < EXAMPLES; i++) examples.index[i] = (uint32_t)i;
    dataset.pixels = pixels;
    dataset.labels = labels;
    return &examples;
}

static void measure(gbench *run, const void *what)
{
    size_t batch = *(const size_t *)what;
    const fl_examples *examples = examples_of_noise();
    fl_arena *arena = fl_arena_new();
    float *input = fl_arena_floats(arena, batch * PIXELS);
    int32_t *labels = fl_arena_bytes(arena, batch * sizeof *labels);
    fl_order order;
    fl_order_start(&order, EXAMPLES, batch, 1);
    for (uint64_t step = 0; gbench_next(run); step++)
        fl_examples_gather(examples, order.order, fl_order_batch(&order, step), batch, input, labels);
    gbench_rate(run, "examples/s", (double)batch);
    gbench_rate(run, "GB/s", (double)(batch * PIXELS * (sizeof *input + 1)) / 1e9);
    fl_order_free(&order);
    fl_arena_free(arena);
}

void kernels_batches(void)
{
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        char name[40];
        snprintf(name, sizeof name, "gather/%zu", batches[i]);
        gbench_register(name, GBENCH_WALL, measure, &batches[i], sizeof batches[i]);
    }
}
