/* Exchanges are numbered. A process may be one ahead of another, never two, since it needs what the other brings to the
 * next: so two places per process keep what has come. */
#include "train/carriers.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* No kinds of the farm's. Messages of a run whose number a process has not learned yet are dropped, so nobody brings
 * anything before all have heard from process 0. */
enum { HELLO = 100, READY, GO, BROUGHT };

/* Processes do the same work, so nobody takes much longer than oneself: a silence of so many times one's own longest
 * stretch of work, and some seconds, is the end. The first is given time to load its data. */
static const double SILENCE = 15, TIMES = 10, FIRST = 600;

typedef struct place {
    uint64_t number; /* of the exchange; 0: nothing */
    fl_text bytes;
} place;

struct fl_train_carriers {
    fl_wire *wire;
    size_t rank, size;
    uint64_t number; /* of the present exchange, from 1 */
    place *places;   /* two per process */
    size_t n_ready;
    bool hailed, may_go;
    fl_text mine;
    double worked_since, longest, waited;
    uint64_t bytes;
};

void fl_train_carriers_free(fl_train_carriers *carriers)
{
    if (!carriers) return;
    for (size_t i = 0; i < 2 * carriers->size; i++) fl_text_free(&carriers->places[i].bytes);
    fl_text_free(&carriers->mine);
    free(carriers->places);
    free(carriers);
}

size_t fl_train_carriers_rank(const fl_train_carriers *carriers)
{
    return carriers ? carriers->rank : 0;
}

size_t fl_train_carriers_size(const fl_train_carriers *carriers)
{
    return carriers ? carriers->size : 1;
}

void fl_train_carriers_block(size_t size, size_t rank, size_t workers, size_t *first, size_t *end)
{
    *first = rank * workers / size;
    *end = (rank + 1) * workers / size;
}

static place *place_of(const fl_train_carriers *carriers, size_t rank, uint64_t number)
{
    return &carriers->places[2 * rank + number % 2];
}

/* Keep what has come; a message that is not of an exchange is nobody's. */
static void receive(fl_train_carriers *carriers)
{
    int from;
    fl_wire_message message;
    while (fl_wire_receive(carriers->wire, &from, &message)) {
        carriers->hailed |= message.kind == HELLO;
        carriers->n_ready += message.kind == READY;
        carriers->may_go |= message.kind == GO;
        if (message.kind != BROUGHT || message.step < carriers->number || message.step > carriers->number + 1) continue;
        place *p = place_of(carriers, (size_t)from, message.step);
        p->bytes.length = 0;
        fl_text_add_bytes(&p->bytes, message.bytes, message.length);
        p->number = message.step;
    }
}

/* The first process that has not brought anything yet; `size` when all have. */
static size_t missing(const fl_train_carriers *carriers)
{
    size_t rank = 0;
    while (rank < carriers->size && place_of(carriers, rank, carriers->number)->number == carriers->number) rank++;
    return rank;
}

/* Nearly at once at first, then without keeping a core busy. */
static void pause_after(double waited)
{
    const struct timespec some = { .tv_nsec = waited < 0.1 ? 50 * 1000 : 5 * 1000 * 1000 };
    if (waited < 0.002)
        sched_yield();
    else
        nanosleep(&some, NULL);
}

static void wait_for_all(fl_train_carriers *carriers)
{
    double began = fl_clock_seconds(), limit = SILENCE + TIMES * carriers->longest, waited = 0;
    for (receive(carriers); missing(carriers) < carriers->size; receive(carriers)) {
        waited = fl_clock_seconds() - began;
        if (waited > limit)
            fl_error_give_up("process %zu of %zu, which carries workers of this trial, has been silent for %.0f s",
                             missing(carriers), carriers->size, waited);
        pause_after(waited);
    }
    carriers->waited += waited;
}

static bool all_are_ready(const fl_train_carriers *carriers)
{
    return carriers->n_ready == carriers->size - 1;
}

static bool is_hailed(const fl_train_carriers *carriers)
{
    return carriers->hailed;
}

static bool may_go(const fl_train_carriers *carriers)
{
    return carriers->may_go;
}

static void wait_until(fl_train_carriers *carriers, bool (*done)(const fl_train_carriers *))
{
    double began = fl_clock_seconds();
    for (receive(carriers); !done(carriers); receive(carriers)) {
        double waited = fl_clock_seconds() - began;
        if (waited > FIRST)
            fl_error_give_up("not all of %zu processes have begun after %.0f s", carriers->size, waited);
        pause_after(waited);
    }
}

static void tell_others(fl_train_carriers *carriers, uint64_t kind)
{
    for (size_t rank = 1; rank < carriers->size; rank++)
        fl_wire_send(carriers->wire, (int)rank, &(fl_wire_message){ .kind = kind });
}

/* Everybody learns the run's number from process 0, and that everybody has. */
static void meet(fl_train_carriers *carriers)
{
    if (carriers->rank) {
        wait_until(carriers, is_hailed);
        fl_wire_send(carriers->wire, 0, &(fl_wire_message){ .kind = READY });
        wait_until(carriers, may_go);
    } else {
        tell_others(carriers, HELLO);
        wait_until(carriers, all_are_ready);
        tell_others(carriers, GO);
    }
}

static void send_to_others(fl_train_carriers *carriers, const void *mine, size_t n)
{
    fl_wire_message message = { .step = carriers->number, .kind = BROUGHT, .bytes = mine, .length = n };
    for (size_t rank = 0; rank < carriers->size; rank++) {
        if (rank == carriers->rank) continue;
        fl_wire_send(carriers->wire, (int)rank, &message);
        carriers->bytes += n;
    }
}

fl_train_carriers *fl_train_carriers_new(fl_wire *wire)
{
    fl_train_carriers *carriers = fl_memory_new(1, sizeof *carriers);
    *carriers = (fl_train_carriers){ .wire = wire,
                                     .rank = (size_t)fl_wire_rank(wire),
                                     .size = (size_t)fl_wire_size(wire),
                                     .longest = FIRST / TIMES,
                                     .worked_since = fl_clock_seconds() };
    carriers->places = fl_memory_new(2 * carriers->size, sizeof *carriers->places);
    meet(carriers);
    return carriers;
}

void fl_train_carriers_exchange(fl_train_carriers *carriers, const void *mine, size_t n)
{
    double now = fl_clock_seconds(), worked = now - carriers->worked_since;
    if (carriers->number == 1) carriers->longest = 0; /* what came before was loading */
    if (carriers->number && worked > carriers->longest) carriers->longest = worked;
    carriers->number++;
    place *own = place_of(carriers, carriers->rank, carriers->number);
    own->bytes.length = 0;
    fl_text_add_bytes(&own->bytes, mine, n);
    own->number = carriers->number;
    send_to_others(carriers, mine, n);
    wait_for_all(carriers);
    carriers->worked_since = fl_clock_seconds();
}

const void *fl_train_carriers_brought(const fl_train_carriers *carriers, size_t rank, size_t n)
{
    const place *p = place_of(carriers, rank, carriers->number);
    if (p->bytes.length != n)
        fl_error_give_up("process %zu of %zu does not train the same trial: it brought %zu bytes, not %zu", rank,
                         carriers->size, p->bytes.length, n);
    return p->bytes.bytes;
}

void fl_train_carriers_gather(fl_train_carriers *carriers, size_t workers, void *values, size_t each)
{
    size_t first, end;
    if (!carriers) return;
    fl_train_carriers_block(carriers->size, carriers->rank, workers, &first, &end);
    fl_train_carriers_exchange(carriers, (char *)values + first * each, (end - first) * each);
    for (size_t rank = 0; rank < carriers->size; rank++) {
        fl_train_carriers_block(carriers->size, rank, workers, &first, &end);
        if (end > first)
            memcpy((char *)values + first * each, fl_train_carriers_brought(carriers, rank, (end - first) * each),
                   (end - first) * each);
    }
}

double fl_train_carriers_waited(const fl_train_carriers *carriers)
{
    return carriers ? carriers->waited : 0;
}

uint64_t fl_train_carriers_bytes(const fl_train_carriers *carriers)
{
    return carriers ? carriers->bytes : 0;
}
