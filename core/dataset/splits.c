/* Which examples train, validate and test. */
#include "base/memory.h"
#include "base/random.h"
#include "dataset/examples.h"

#include <stdlib.h>

static const char *const from_names[FL_DATASET_SPLITS_FROM] = { "end", "start", "seeded" };

const char *fl_dataset_split_from_name(fl_dataset_split_from from)
{
    return from_names[from];
}

/* Which of the training file's `n` examples validate, as marks to be given back with free(). */
static bool *mark_validation(const fl_dataset_split *split, size_t n, size_t count)
{
    bool *marks = fl_memory_new(n, sizeof *marks);
    uint32_t *order = fl_memory_new(n, sizeof *order);
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    fl_random_stream stream = fl_random_stream_start(split->seed, "split", 0);
    if (split->from == FL_DATASET_FROM_SEEDED) fl_random_shuffle(&stream, order, n);
    size_t first = split->from == FL_DATASET_FROM_END ? n - count : 0;
    for (size_t i = 0; i < count; i++) marks[order[first + i]] = true;
    free(order);
    return marks;
}

static fl_dataset_examples empty(const fl_dataset *dataset, size_t capacity)
{
    return (fl_dataset_examples){ .dataset = dataset, .index = fl_memory_new(capacity, sizeof(uint32_t)) };
}

static void add(fl_dataset_examples *examples, size_t position)
{
    examples->index[examples->count++] = (uint32_t)position;
}

bool fl_dataset_splits_make(fl_dataset_splits *splits, const fl_dataset *dataset, const fl_dataset_split *split,
                            fl_error *error)
{
    size_t n = dataset->n_train;
    size_t validation = split->validation == SIZE_MAX ? dataset->validation : split->validation;
    if (validation == 0 || validation >= n)
        return fl_error_user(error, "validation = %zu leaves nothing to %s: the training file has %zu examples",
                             validation, validation ? "train on" : "validate on", n);
    bool *validates = mark_validation(split, n, validation);
    splits->training = empty(dataset, n - validation);
    splits->validation = empty(dataset, validation);
    splits->test = empty(dataset, dataset->n_test);
    for (size_t i = 0; i < n; i++) add(validates[i] ? &splits->validation : &splits->training, i);
    for (size_t i = 0; i < dataset->n_test; i++) add(&splits->test, n + i);
    free(validates);
    return true;
}

void fl_dataset_splits_free(fl_dataset_splits *splits)
{
    free(splits->training.index);
    free(splits->validation.index);
    free(splits->test.index);
    *splits = (fl_dataset_splits){ 0 };
}
