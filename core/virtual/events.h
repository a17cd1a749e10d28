/* Events in virtual time, the earliest first. Times are whole nanoseconds, so that no sum of them is rounded. Of events
 * at one time that of the lowest worker comes first, of several of its own the one that was added first: the order of a
 * simulation depends on nothing but its durations.
 *
 * All of it lies in one piece of memory, the caller's, and holds no pointers: a copy of the bytes is a copy of the
 * queue, so a checkpoint keeps it as it lies.
 */
#ifndef FL_VIRTUAL_EVENTS_H
#define FL_VIRTUAL_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fl_virtual_event {
    uint64_t time; /* nanoseconds */
    uint64_t sequence;
    uint32_t worker, kind; /* what happens is the caller's business */
} fl_virtual_event;

typedef struct fl_virtual_events {
    uint64_t n, capacity, sequence; /* waiting; at most; added so far */
    fl_virtual_event heap[];
} fl_virtual_events;

/* How much memory a queue of so many events takes; an empty one there. */
size_t fl_virtual_events_bytes(size_t capacity);
void fl_virtual_events_start(fl_virtual_events *events, size_t capacity);

/* Add an event; more than `capacity` is the caller's mistake and ends the program. */
void fl_virtual_events_add(fl_virtual_events *events, uint64_t time, uint32_t worker, uint32_t kind);

/* Remove the first one; false: there is none. */
bool fl_virtual_events_next(fl_virtual_events *events, fl_virtual_event *event);

#endif
