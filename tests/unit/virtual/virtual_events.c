/* The event queue against sorting. */
#include "base/memory.h"
#include "base/random.h"
#include "support/test.h"
#include "virtual/events.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = 500 };

static fl_virtual_events *queue_of(size_t capacity)
{
    fl_virtual_events *events = fl_memory_new(1, fl_virtual_events_bytes(capacity));
    fl_virtual_events_start(events, capacity);
    return events;
}

static int by_order(const void *a, const void *b)
{
    const fl_virtual_event *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    if (x->worker != y->worker) return x->worker < y->worker ? -1 : 1;
    return x->sequence < y->sequence ? -1 : 1;
}

/* Few times and workers, so that most events have company. */
static void events_come_by_time_then_worker_then_sequence(void **state)
{
    fl_virtual_events *events = queue_of(MANY);
    fl_random_stream stream = fl_random_stream_start(7, "events", 0);
    fl_virtual_event sorted[MANY], event;
    for (uint32_t i = 0; i < MANY; i++) {
        sorted[i] = (fl_virtual_event){ fl_random_below(&stream, 20), i, (uint32_t)fl_random_below(&stream, 5), i };
        fl_virtual_events_add(events, sorted[i].time, sorted[i].worker, sorted[i].kind);
    }
    qsort(sorted, MANY, sizeof *sorted, by_order);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(fl_virtual_events_next(events, &event));
        assert_memory_equal(&event, &sorted[i], sizeof event);
    }
    assert_false(fl_virtual_events_next(events, &event));
    free(events);
}

/* As a simulation does: what is removed adds something later. */
static void time_never_goes_back(void **state)
{
    fl_virtual_events *events = queue_of(64);
    fl_random_stream stream = fl_random_stream_start(8, "events", 0);
    fl_virtual_event event;
    uint64_t now = 0;
    for (uint32_t i = 0; i < 64; i++) fl_virtual_events_add(events, fl_random_below(&stream, 100), i, 0);
    for (size_t i = 0; i < 10000; i++) {
        assert_true(fl_virtual_events_next(events, &event));
        assert_true(event.time >= now);
        now = event.time;
        fl_virtual_events_add(events, now + fl_random_below(&stream, 100), event.worker, 0);
    }
    free(events);
}

static void a_copy_of_the_bytes_goes_on_alike(void **state)
{
    fl_virtual_events *events = queue_of(MANY), *copy = queue_of(MANY);
    fl_random_stream stream = fl_random_stream_start(9, "events", 0);
    fl_virtual_event a, b;
    for (uint32_t i = 0; i < MANY; i++) fl_virtual_events_add(events, fl_random_below(&stream, 50), i % 3, i);
    for (size_t i = 0; i < MANY / 2; i++) fl_virtual_events_next(events, &a);
    memcpy(copy, events, fl_virtual_events_bytes(MANY));
    fl_virtual_events_add(events, 10, 1, 0);
    fl_virtual_events_add(copy, 10, 1, 0);
    while (fl_virtual_events_next(events, &a)) {
        assert_true(fl_virtual_events_next(copy, &b));
        assert_memory_equal(&a, &b, sizeof a);
    }
    assert_false(fl_virtual_events_next(copy, &b));
    free(events);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_by_time_then_worker_then_sequence),
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(a_copy_of_the_bytes_goes_on_alike),
    };
    return test_run(tests, NULL, NULL);
}
