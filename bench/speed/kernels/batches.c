/* Gathering a batch: examples in random order from pixels that no cache holds. */
#include "speed/gbench/gbench.h"
#include "speed/kernels/kernels.h"
#include "speed/kernels/setups.h"

#include <stdio.h>

enum { EXAMPLES = 60000 }; /* Fashion-MNIST's training file */

static const size_t batches[] = { 32, 256 };

static void measure(gbench *run, const void *what)
{
    size_t batch = *(const size_t *)what;
    fl_arena *arena = fl_arena_new();
    const setup_pictures *pictures = setup_pictures_of(arena, EXAMPLES);
    float *input = fl_arena_floats(arena, batch * SETUP_PIXELS);
    int32_t *labels = fl_arena_bytes(arena, batch * sizeof *labels);
    fl_dataset_order order;
    fl_dataset_order_start(&order, EXAMPLES, batch, 1);
    for (uint64_t step = 0; gbench_next(run); step++)
        fl_dataset_examples_gather(&pictures->examples, order.order, fl_dataset_order_batch(&order, step), batch,
                                   (fl_dataset_input){ FL_BACKEND_F32, input }, labels);
    gbench_rate(run, "examples/s", (double)batch);
    gbench_rate(run, "GB/s", (double)(batch * SETUP_PIXELS * (sizeof *input + 1)) / 1e9);
    fl_dataset_order_free(&order);
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
