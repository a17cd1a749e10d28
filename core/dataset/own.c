/* A user's own data: nothing about them is known before their headers are read. */
#include "dataset/own.h"
#include "base/capacity.h"
#include "base/memory.h"
#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 };

fl_dataset_own *fl_dataset_own_new(const fl_dataset_source *source, const char *name,
                                   fl_dataset *(*load)(const fl_dataset_kind *, const char *, const double *,
                                                       fl_error *))
{
    fl_dataset_own *own = fl_memory_new(1, sizeof *own);
    own->source = *source;
    own->kind = (fl_dataset_kind){ .entry = { name, own->about, "" },
                                   .licence = "the user's own",
                                   .home = name,
                                   .source = &own->source,
                                   .load = load };
    return own;
}

size_t fl_dataset_own_tenth(size_t n)
{
    return n >= 10 ? n / 10 : 1;
}

bool fl_dataset_own_split(fl_dataset_kind *kind, size_t n, const char *name, fl_error *error)
{
    if (n < 3)
        return fl_error_user(error, "%s: has %zu examples; at least 3 are needed, to train, to validate and to test",
                             name, n);
    kind->n_test = fl_dataset_own_tenth(n);
    kind->n_train = n - kind->n_test;
    kind->n_validation = fl_dataset_own_tenth(kind->n_train);
    return true;
}

uint32_t *fl_dataset_own_order(size_t n)
{
    uint32_t *order = fl_memory_new(n, sizeof *order);
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    fl_random_stream stream = fl_random_stream_start(SEED, "test", 0);
    fl_random_shuffle(&stream, order, n);
    return order;
}

/* Cycle by cycle, with one row of room. */
void fl_dataset_own_permute(void *rows, size_t row_bytes, const uint32_t *order, size_t n)
{
    char *base = rows, *first = fl_memory_new(row_bytes, 1);
    bool *placed = fl_memory_new(n, sizeof *placed);
    for (size_t start = 0; start < n; start++) {
        if (placed[start]) continue;
        memcpy(first, base + start * row_bytes, row_bytes);
        size_t at = start;
        for (; order[at] != start; at = order[at]) {
            memcpy(base + at * row_bytes, base + order[at] * row_bytes, row_bytes);
            placed[at] = true;
        }
        memcpy(base + at * row_bytes, first, row_bytes);
        placed[at] = true;
    }
    free(placed);
    free(first);
}

bool fl_dataset_own_fits(const char *path, size_t count, size_t size, fl_error *error)
{
    char what[500];
    snprintf(what, sizeof what, "%.450s: what it holds", path);
    return fl_capacity_holds(what, (double)count * (double)size, error);
}
