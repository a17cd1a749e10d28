/* Batches: examples gathered side by side, and the order in which training meets them. */
#include "dataset/examples.h"
#include "base/memory.h"
#include "base/random.h"
#include "dataset/example.h"

#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE = 64, AHEAD = 4 /* examples */ };

/* Ask for an example's cache lines: examples lie anywhere in memory, and waiting for each costs more than scaling it.
 */
static void prefetch(const fl_dataset *dataset, size_t position)
{
    const char *from = fl_dataset_example_at(dataset, position), *end = fl_dataset_example_at(dataset, position + 1);
    for (; from < end; from += CACHE_LINE) __builtin_prefetch(from);
}

static size_t position_of(const fl_dataset_examples *examples, const uint32_t *order, size_t i)
{
    return examples->index[order ? order[i] : i];
}

/* Example `i` of a batch, as the model sees it. */
static void copy_example(const fl_dataset *dataset, size_t position, size_t n, const fl_dataset_input *to, size_t i)
{
    size_t bytes = to->precision == FL_BACKEND_BF16 && !dataset->tokens ? sizeof(uint16_t) : sizeof(float);
    void *at = (char *)to->values + i * n * bytes;
    if (!to->pipeline) {
        fl_dataset_example_read(dataset, position, to->precision, at);
        return;
    }
    fl_backend_moment moment = to->moment ? *to->moment : (fl_backend_moment){ 0 };
    moment.row += i;
    const float *values = fl_dataset_pipeline_run(to->pipeline, position, to->moment ? &moment : NULL);
    fl_dataset_example_store(values, n, to->precision, at);
}

static void copy_labels(const fl_dataset *dataset, size_t position, int32_t *labels, size_t i)
{
    size_t n = dataset->n_labels;
    if (dataset->labels)
        memcpy(labels + i * n, dataset->labels + position * n, n * sizeof *labels);
    else
        labels[i] = 0;
}

/* Numbers to be predicted: the data's own, or the example before any change. */
static void copy_targets(const fl_dataset *dataset, size_t position, size_t n, const fl_dataset_input *to, size_t i)
{
    size_t own = dataset->n_targets;
    if (!to->targets) return;
    if (to->targets_are_inputs)
        fl_dataset_example_read(dataset, position, FL_BACKEND_F32, to->targets + i * n);
    else
        memcpy(to->targets + i * own, dataset->targets + position * own, own * sizeof *to->targets);
}

void fl_dataset_examples_gather(const fl_dataset_examples *examples, const uint32_t *order, size_t first, size_t n,
                                fl_dataset_input input, int32_t *labels)
{
    const fl_dataset *dataset = examples->dataset;
    size_t n_values = fl_tensor_shape_size(dataset->shape);
    for (size_t i = 0; i < n; i++) {
        size_t position = position_of(examples, order, first + i);
        if (i + AHEAD < n) prefetch(dataset, position_of(examples, order, first + i + AHEAD));
        copy_example(dataset, position, n_values, &input, i);
        copy_labels(dataset, position, labels, i);
        copy_targets(dataset, position, n_values, &input, i);
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

/* The windows of `batch` streams side by side: examples follow each other in a text, and stream s has those from s W to
 * (s + 1) W - 1. */
void fl_dataset_order_start_streams(fl_dataset_order *order, size_t count, size_t batch)
{
    fl_dataset_order_start(order, count, batch, 0);
    order->streams = true;
    size_t windows = count / batch;
    for (size_t t = 0; t < windows; t++) fl_dataset_stream_rows(count, batch, t, order->order + t * batch);
}

void fl_dataset_stream_rows(size_t count, size_t batch, size_t window, uint32_t *rows)
{
    for (size_t s = 0; s < batch; s++) rows[s] = (uint32_t)(s * (count / batch) + window);
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
    if (epoch != order->epoch && !order->streams) shuffle(order, epoch);
    return step % batches * order->batch;
}
