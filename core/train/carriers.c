/* Exchanges are numbered, and several may be under way. A process is ahead of another by what one step brings at most,
 * since it needs what the other brings to the step to begin the next one: what has come is kept by its number until it
 * is asked for. */
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
#include <unistd.h>

/* No kinds of the farm's. Messages of a run whose number a process has not learned yet are dropped, so nobody brings
 * anything before all have received something of process 0. */
enum { HELLO = 100, READY, GO, BROUGHT };

/* Processes do the same work, so nobody takes much longer than oneself: a silence of so many times one's own longest
 * stretch of work, and some seconds, is the end. Before the first step there are data to be loaded, so it may take as
 * many silences as FIRST, and everybody is hailed again and again, for who is not there yet receives nothing. */
static const double SILENCE = 15, TIMES = 10, FIRST = 40, HAIL_AGAIN = 0.2;

enum { HOST = 65 }; /* bytes of a host's name, with its end; Linux has no longer ones */

enum { AHEAD = 1 << 12 }; /* exchanges under way: more than any step has */

/* What somebody brought to an exchange. */
typedef struct place {
    uint64_t number; /* of the exchange; 0: nothing, room for the next */
    size_t rank;
    fl_text bytes;
} place;

struct fl_train_carriers {
    fl_wire *wire;
    size_t rank, size;
    uint64_t number, awaited; /* of the last exchange that was begun, and of the last that was waited for */
    place *places;
    size_t n_places;
    bool *ready;                /* by rank, */
    char (*hosts)[HOST];        /* by which they are */
    fl_train_messages messages; /* that somebody sent this process alone, */
    uint64_t *sent, *taken;     /* the last one's number among those to and from a process */
    bool hailed, may_go;
    double silence, worked_since, longest, waited;
    uint64_t bytes;
};

void fl_train_carriers_free(fl_train_carriers *carriers)
{
    if (!carriers) return;
    for (size_t i = 0; i < carriers->n_places; i++) fl_text_free(&carriers->places[i].bytes);
    fl_train_messages_free(&carriers->messages);
    free(carriers->places);
    free(carriers->ready);
    free(carriers->hosts);
    free(carriers->sent);
    free(carriers->taken);
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

const char *fl_train_carriers_host(const fl_train_carriers *carriers, size_t rank)
{
    return carriers->hosts[rank];
}

void fl_train_carriers_block(size_t size, size_t rank, size_t workers, size_t *first, size_t *end)
{
    *first = rank * workers / size;
    *end = (rank + 1) * workers / size;
}

static place *find(const fl_train_carriers *carriers, size_t rank, uint64_t number)
{
    for (place *p = carriers->places; p < carriers->places + carriers->n_places; p++)
        if (p->number == number && p->rank == rank) return p;
    return NULL;
}

/* Room for `n` bytes: the smallest that has been used before and is large enough, for every step brings the same. */
static place *place_for(fl_train_carriers *carriers, size_t rank, uint64_t number, size_t n)
{
    place *best = NULL;
    for (place *p = carriers->places; p < carriers->places + carriers->n_places; p++)
        if (!p->number && p->bytes.capacity > n && (!best || p->bytes.capacity < best->bytes.capacity)) best = p;
    if (!best) {
        carriers->places = fl_memory_grow(carriers->places, carriers->n_places + 1, sizeof *best);
        best = &carriers->places[carriers->n_places++];
        best->bytes = (fl_text){ .bytes = fl_memory_new(n + 1, 1), .capacity = n + 1 };
    }
    best->number = number;
    best->rank = rank;
    best->bytes.length = n;
    return best;
}

static void keep_message(fl_train_carriers *carriers, size_t from, const fl_wire_message *message)
{
    if (message->attempt <= carriers->taken[from]) return;
    carriers->taken[from] = message->attempt;
    fl_train_messages_keep(&carriers->messages, from, message->kind, message->step, message->bytes, message->length);
}

/* A process is ready, and says where. */
static void note_ready(fl_train_carriers *carriers, size_t from, const fl_wire_message *message)
{
    size_t n = message->length < HOST ? message->length : HOST - 1;
    carriers->ready[from] = true;
    if (n) memcpy(carriers->hosts[from], message->bytes, n);
    carriers->hosts[from][n] = 0;
    fl_text_make_plain(carriers->hosts[from]);
}

/* Keep what has come: what is neither of an exchange nor sent to this process alone is nobody's, and what comes twice
 * is kept once. */
static void receive(fl_train_carriers *carriers)
{
    int from;
    fl_wire_message message;
    while (fl_wire_receive(carriers->wire, &from, &message)) {
        carriers->hailed |= message.kind == HELLO;
        carriers->may_go |= message.kind == GO;
        if (message.kind == READY) note_ready(carriers, (size_t)from, &message);
        if (message.kind >= FL_TRAIN_CARRIERS_MESSAGE) keep_message(carriers, (size_t)from, &message);
        bool due = message.step > carriers->awaited && message.step <= carriers->number + AHEAD;
        if (message.kind != BROUGHT || !due || find(carriers, (size_t)from, message.step)) continue;
        place *p = place_for(carriers, (size_t)from, message.step, message.length);
        if (message.length) memcpy(p->bytes.bytes, message.bytes, message.length);
    }
}

void fl_train_carriers_progress(fl_train_carriers *carriers)
{
    if (carriers) receive(carriers);
}

/* The first process that has not brought anything yet; `size` when all have. */
static size_t missing(const fl_train_carriers *carriers, uint64_t number)
{
    size_t rank = 0;
    while (rank < carriers->size && find(carriers, rank, number)) rank++;
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

static double patience(const fl_train_carriers *carriers)
{
    return fl_train_carriers_patience(carriers, carriers->longest);
}

static __attribute__((noreturn)) void give_up(const fl_train_carriers *carriers, size_t rank, double waited)
{
    fl_error_give_up("process %zu of %zu, which carries workers of this trial, has been silent for %.0f s", rank,
                     carriers->size, waited);
}

static void wait_for_all(fl_train_carriers *carriers, uint64_t number)
{
    double began = fl_clock_seconds(), limit = patience(carriers), waited = 0;
    for (receive(carriers); missing(carriers, number) < carriers->size; receive(carriers)) {
        waited = fl_clock_seconds() - began;
        if (waited > limit) give_up(carriers, missing(carriers, number), waited);
        pause_after(waited);
    }
    carriers->waited += waited;
}

static bool all_are_ready(const fl_train_carriers *carriers)
{
    size_t n = 0;
    for (size_t rank = 1; rank < carriers->size; rank++) n += carriers->ready[rank];
    return n == carriers->size - 1;
}

static bool is_hailed(const fl_train_carriers *carriers)
{
    return carriers->hailed;
}

static bool may_go(const fl_train_carriers *carriers)
{
    return carriers->may_go;
}

static void tell_others(fl_train_carriers *carriers, uint64_t kind)
{
    for (size_t rank = 1; rank < carriers->size; rank++)
        fl_wire_send(carriers->wire, (int)rank, &(fl_wire_message){ .kind = kind });
}

/* Process 0 hails meanwhile. */
static void wait_until(fl_train_carriers *carriers, bool (*done)(const fl_train_carriers *))
{
    double began = fl_clock_seconds(), hailed = -HAIL_AGAIN;
    for (receive(carriers); !done(carriers); receive(carriers)) {
        double waited = fl_clock_seconds() - began;
        if (waited > FIRST * carriers->silence)
            fl_error_give_up("not all of %zu processes have begun after %.0f s", carriers->size, waited);
        if (!carriers->rank && waited - hailed >= HAIL_AGAIN) {
            tell_others(carriers, HELLO);
            hailed = waited;
        }
        pause_after(waited);
    }
}

/* Everybody learns the run's number from process 0, and that everybody has. */
static void meet(fl_train_carriers *carriers)
{
    const char *host = carriers->hosts[carriers->rank];
    if (carriers->rank) {
        wait_until(carriers, is_hailed);
        fl_wire_send(carriers->wire, 0, &(fl_wire_message){ .kind = READY, .bytes = host, .length = strlen(host) });
        wait_until(carriers, may_go);
    } else {
        wait_until(carriers, all_are_ready);
        tell_others(carriers, GO);
    }
}

fl_train_carriers *fl_train_carriers_new(fl_wire *wire, double silence)
{
    fl_train_carriers *carriers = fl_memory_new(1, sizeof *carriers);
    *carriers = (fl_train_carriers){ .wire = wire,
                                     .rank = (size_t)fl_wire_rank(wire),
                                     .size = (size_t)fl_wire_size(wire),
                                     .silence = silence > 0 ? silence : SILENCE,
                                     .worked_since = fl_clock_seconds() };
    carriers->longest = FIRST / TIMES * carriers->silence;
    carriers->ready = fl_memory_new(carriers->size, sizeof *carriers->ready);
    carriers->hosts = fl_memory_new(carriers->size, sizeof *carriers->hosts);
    carriers->sent = fl_memory_new(carriers->size, sizeof *carriers->sent);
    carriers->taken = fl_memory_new(carriers->size, sizeof *carriers->taken);
    gethostname(carriers->hosts[carriers->rank], HOST - 1);
    meet(carriers);
    return carriers;
}

void *fl_train_carriers_begin(fl_train_carriers *carriers, size_t n)
{
    return place_for(carriers, carriers->rank, ++carriers->number, n)->bytes.bytes;
}

uint64_t fl_train_carriers_send(fl_train_carriers *carriers)
{
    const fl_text *mine = &find(carriers, carriers->rank, carriers->number)->bytes;
    fl_wire_message message = {
        .step = carriers->number, .kind = BROUGHT, .bytes = mine->bytes, .length = mine->length
    };
    for (size_t rank = 0; rank < carriers->size; rank++) {
        if (rank == carriers->rank) continue;
        fl_wire_send(carriers->wire, (int)rank, &message);
        carriers->bytes += mine->length;
    }
    return carriers->number;
}

/* What was brought to earlier exchanges is needed no more. */
static void forget_before(fl_train_carriers *carriers, uint64_t number)
{
    for (place *p = carriers->places; p < carriers->places + carriers->n_places; p++)
        if (p->number < number) p->number = 0;
}

void fl_train_carriers_await(fl_train_carriers *carriers, uint64_t number)
{
    double worked = fl_clock_seconds() - carriers->worked_since;
    if (!carriers->awaited) worked = 0; /* what came before was loading */
    if (worked > carriers->longest || carriers->awaited == 1) carriers->longest = worked;
    forget_before(carriers, number);
    wait_for_all(carriers, number);
    carriers->awaited = number;
    carriers->worked_since = fl_clock_seconds();
}

void fl_train_carriers_exchange(fl_train_carriers *carriers, const void *mine, size_t n)
{
    void *to = fl_train_carriers_begin(carriers, n);
    if (n) memcpy(to, mine, n);
    fl_train_carriers_await(carriers, fl_train_carriers_send(carriers));
}

const void *fl_train_carriers_brought(const fl_train_carriers *carriers, size_t rank, size_t n)
{
    const place *p = find(carriers, rank, carriers->awaited);
    if (p->bytes.length != n)
        fl_error_give_up("process %zu of %zu does not train the same trial: it brought %zu bytes, not %zu", rank,
                         carriers->size, p->bytes.length, n);
    return p->bytes.bytes;
}

uint64_t fl_train_carriers_gather_begin(fl_train_carriers *carriers, size_t workers, const void *values, size_t each)
{
    size_t first, end;
    fl_train_carriers_block(carriers->size, carriers->rank, workers, &first, &end);
    void *to = fl_train_carriers_begin(carriers, (end - first) * each);
    memcpy(to, (const char *)values + first * each, (end - first) * each);
    return fl_train_carriers_send(carriers);
}

void fl_train_carriers_gather_end(fl_train_carriers *carriers, uint64_t number, size_t workers, void *values,
                                  size_t each)
{
    size_t first, end;
    fl_train_carriers_await(carriers, number);
    for (size_t rank = 0; rank < carriers->size; rank++) {
        fl_train_carriers_block(carriers->size, rank, workers, &first, &end);
        memcpy((char *)values + first * each, fl_train_carriers_brought(carriers, rank, (end - first) * each),
               (end - first) * each);
    }
}

void fl_train_carriers_gather(fl_train_carriers *carriers, size_t workers, void *values, size_t each)
{
    if (!carriers) return;
    uint64_t number = fl_train_carriers_gather_begin(carriers, workers, values, each);
    fl_train_carriers_gather_end(carriers, number, workers, values, each);
}

void fl_train_carriers_write(fl_train_carriers *carriers, size_t to, uint64_t kind, uint64_t number, const void *bytes,
                             size_t n)
{
    fl_wire_send(carriers->wire, (int)to,
                 &(fl_wire_message){
                     .attempt = ++carriers->sent[to], .kind = kind, .step = number, .bytes = bytes, .length = n });
    carriers->bytes += n;
}

const fl_train_message *fl_train_carriers_read(fl_train_carriers *carriers, size_t first, size_t end, uint64_t kind)
{
    receive(carriers);
    return fl_train_messages_take(&carriers->messages, first, end, kind);
}

/* What lies between two messages is a file's time, and no measure of the others' work. */
const fl_train_message *fl_train_carriers_await_message(fl_train_carriers *carriers, size_t from, uint64_t kind,
                                                        bool busy)
{
    const fl_train_message *message;
    double began = fl_clock_seconds(), waited = 0, limit = patience(carriers);
    if (busy) limit = fl_train_carriers_first_patience(carriers);
    while (!(message = fl_train_carriers_read(carriers, from, from + 1, kind))) {
        waited = fl_clock_seconds() - began;
        if (waited > limit) give_up(carriers, from, waited);
        pause_after(waited);
    }
    carriers->waited += waited;
    carriers->worked_since = fl_clock_seconds();
    return message;
}

void fl_train_carriers_pause(double waited)
{
    pause_after(waited);
}

void fl_train_carriers_add_waited(fl_train_carriers *carriers, double seconds)
{
    carriers->waited += seconds;
}

double fl_train_carriers_patience(const fl_train_carriers *carriers, double longest)
{
    return carriers->silence + TIMES * longest;
}

double fl_train_carriers_first_patience(const fl_train_carriers *carriers)
{
    return FIRST * carriers->silence;
}

double fl_train_carriers_waited(const fl_train_carriers *carriers)
{
    return carriers ? carriers->waited : 0;
}

uint64_t fl_train_carriers_bytes(const fl_train_carriers *carriers)
{
    return carriers ? carriers->bytes : 0;
}
