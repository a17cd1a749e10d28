/* A binary heap: heap[i] is no later than heap[2i+1] and heap[2i+2]. */
#include "virtual/events.h"
#include "base/error.h"

size_t fl_virtual_events_bytes(size_t capacity)
{
    return sizeof(fl_virtual_events) + capacity * sizeof(fl_virtual_event);
}

void fl_virtual_events_start(fl_virtual_events *events, size_t capacity)
{
    events->n = events->sequence = 0;
    events->capacity = capacity;
}

static bool is_before(const fl_virtual_event *a, const fl_virtual_event *b)
{
    if (a->time != b->time) return a->time < b->time;
    return a->worker != b->worker ? a->worker < b->worker : a->sequence < b->sequence;
}

/* The event goes where `hole` is, or above it. */
static void put_up(fl_virtual_events *events, size_t hole, fl_virtual_event event)
{
    fl_virtual_event *heap = events->heap;
    for (; hole && is_before(&event, &heap[(hole - 1) / 2]); hole = (hole - 1) / 2) heap[hole] = heap[(hole - 1) / 2];
    heap[hole] = event;
}

/* The event goes where `hole` is, or below it. */
static void put_down(fl_virtual_events *events, size_t hole, fl_virtual_event event)
{
    fl_virtual_event *heap = events->heap;
    for (size_t child = 2 * hole + 1; child < events->n; child = 2 * hole + 1) {
        if (child + 1 < events->n && is_before(&heap[child + 1], &heap[child])) child++;
        if (!is_before(&heap[child], &event)) break;
        heap[hole] = heap[child];
        hole = child;
    }
    heap[hole] = event;
}

void fl_virtual_events_add(fl_virtual_events *events, uint64_t time, uint32_t worker, uint32_t kind)
{
    if (events->n == events->capacity) fl_error_die("an event queue for %zu events holds no more", (size_t)events->n);
    put_up(events, events->n++, (fl_virtual_event){ time, events->sequence++, worker, kind });
}

bool fl_virtual_events_next(fl_virtual_events *events, fl_virtual_event *event)
{
    if (!events->n) return false;
    *event = events->heap[0];
    fl_virtual_event last = events->heap[--events->n];
    if (events->n) put_down(events, 0, last);
    return true;
}
