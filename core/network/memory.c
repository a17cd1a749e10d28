/* The largest first, each at the lowest place that is free for as long as it lives. */
#include "network/memory.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>

enum { LINE = 64 };

static int larger_first(const void *a, const void *b)
{
    const fl_network_span *p = *(fl_network_span *const *)a, *q = *(fl_network_span *const *)b;
    if (p->bytes != q->bytes) return p->bytes < q->bytes ? 1 : -1;
    return p < q ? -1 : p > q;
}

static bool meet(const fl_network_span *a, const fl_network_span *b)
{
    bool in_time = a->first <= b->last && b->first <= a->last;
    return in_time && a->offset < b->offset + b->bytes && b->offset < a->offset + a->bytes;
}

/* Move up past whatever is in the way until nothing is. */
static void place(fl_network_span *span, fl_network_span *const *placed, size_t n)
{
    span->offset = 0;
    for (size_t i = 0; i < n; i++) {
        if (!meet(span, placed[i])) continue;
        span->offset = placed[i]->offset + placed[i]->bytes;
        i = (size_t)-1; /* from the beginning */
    }
}

size_t fl_network_place(fl_network_span *spans, size_t n)
{
    size_t total = 0;
    fl_network_span **order = fl_memory_new(n ? n : 1, sizeof *order);
    for (size_t i = 0; i < n; i++) {
        spans[i].bytes = (spans[i].bytes + LINE - 1) / LINE * LINE;
        order[i] = &spans[i];
    }
    qsort(order, n, sizeof *order, larger_first);
    for (size_t i = 0; i < n; i++) {
        place(order[i], order, i);
        if (order[i]->offset + order[i]->bytes > total) total = order[i]->offset + order[i]->bytes;
    }
    free(order);
    return total;
}
