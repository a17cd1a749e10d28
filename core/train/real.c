/* What workers and servers share: parcels, and waiting for each other. */
#include "train/real.h"
#include "base/clock.h"
#include "base/error.h"

#include <string.h>

static const double SHOW_AGAIN = 1; /* seconds */

fl_train_real *fl_train_real_of(const fl_train_run *run)
{
    return run->servers;
}

fl_train_real *fl_train_real_new(fl_train_run *run, size_t bytes, size_t servers, size_t workers, size_t floats)
{
    fl_train_real *real = run->servers = fl_arena_bytes(run->arena, bytes);
    size_t processes = servers + workers, n_state = fl_network_state_layout(run->network)->count;
    *real = (fl_train_real){ .rank = fl_train_carriers_rank(run->carriers),
                             .servers = servers,
                             .workers = workers,
                             .count = fl_network_layout(run->network)->count,
                             .longest = -1 };
    real->parcel = fl_arena_bytes(run->arena, sizeof(fl_train_real_head) + (floats + n_state) * sizeof(float));
    real->since = fl_arena_bytes(run->arena, processes * sizeof *real->since);
    real->excused = fl_arena_bytes(run->arena, processes * sizeof *real->excused);
    real->gone = fl_arena_bytes(run->arena, processes * sizeof *real->gone);
    real->given = fl_arena_bytes(run->arena, workers * sizeof *real->given);
    for (size_t rank = 0; rank < processes; rank++) fl_train_real_expect(real, rank);
    return real;
}

bool fl_train_real_suits(const fl_trial *trial, const fl_train_plans *plans, fl_error *error)
{
    return !plans->carries ||
           fl_error_user(error,
                         "workload '%s' carries state from batch to batch, which workers on the real clock do not have "
                         "in order; leave parallel.clock away",
                         trial->owners.workload->entry.name);
}

fl_tensor_extent fl_train_real_slice(const fl_train_real *real, size_t rank)
{
    size_t lines = real->count / FL_TENSOR_ALIGNMENT, first = rank * lines / real->servers;
    size_t end = (rank + 1) * lines / real->servers;
    return (fl_tensor_extent){ first * FL_TENSOR_ALIGNMENT, (end - first) * FL_TENSOR_ALIGNMENT };
}

/* --- parcels --- */

static size_t state_count(const fl_train_run *run, bool state)
{
    return state ? fl_network_state_layout(run->network)->count : 0;
}

void fl_train_real_send(fl_train_run *run, size_t to, uint64_t kind, const fl_train_real_head *head,
                        const float *values, size_t n, bool state)
{
    size_t n_state = state_count(run, state), bytes = sizeof *head + (n + n_state) * sizeof *values;
    char *at = (char *)fl_train_real_of(run)->parcel;
    memcpy(at, head, sizeof *head);
    if (n) memcpy(at + sizeof *head, values, n * sizeof *values);
    if (n_state)
        memcpy(at + sizeof *head + n * sizeof *values, fl_network_state(run->network), n_state * sizeof *values);
    fl_train_carriers_write(run->carriers, to, kind, head->batch, at, bytes);
}

const float *fl_train_real_open(fl_train_run *run, const fl_train_letter *letter, fl_train_real_head *head, size_t n,
                                bool state)
{
    size_t n_state = state_count(run, state), bytes = sizeof *head + (n + n_state) * sizeof(float);
    const char *at = letter->content.bytes;
    if (letter->content.length != bytes)
        fl_error_give_up("process %zu of %zu sent %zu bytes, not %zu: it does not train the same trial", letter->from,
                         fl_train_carriers_size(run->carriers), letter->content.length, bytes);
    memcpy(head, at, sizeof *head);
    at += sizeof *head;
    if (n_state) memcpy(fl_network_state(run->network), at + n * sizeof(float), n_state * sizeof(float));
    return (const float *)(const void *)at;
}

void fl_train_real_tell(fl_train_run *run, size_t to, uint64_t kind, uint64_t number)
{
    fl_train_carriers_write(run->carriers, to, kind, number, NULL, 0);
}

void fl_train_real_tell_all(fl_train_run *run, size_t first, size_t end, uint64_t kind, uint64_t number)
{
    for (size_t rank = first; rank < end; rank++) fl_train_real_tell(run, rank, kind, number);
}

/* --- waiting --- */

void fl_train_real_expect(fl_train_real *real, size_t rank)
{
    real->since[rank] = fl_clock_seconds();
    real->excused[rank] = false;
}

static double patience_with(const fl_train_run *run, size_t rank)
{
    const fl_train_real *real = fl_train_real_of(run);
    bool anything = real->longest < 0 || (!rank && real->away);
    return anything ? fl_train_carriers_first_patience(run->carriers)
                    : fl_train_carriers_patience(run->carriers, real->longest);
}

static void judge(const fl_train_run *run, size_t first, size_t end)
{
    const fl_train_real *real = fl_train_real_of(run);
    double now = fl_clock_seconds();
    for (size_t rank = first; rank < end; rank++)
        if (!real->excused[rank] && now - real->since[rank] > patience_with(run, rank))
            fl_error_give_up("process %zu of %zu, a %s of this trial, has been silent for %.0f s", rank,
                             fl_train_carriers_size(run->carriers), rank < real->servers ? "server" : "worker",
                             now - real->since[rank]);
}

static void show_itself(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    double now = fl_clock_seconds();
    if (real->rank || real->away || now - real->here < SHOW_AGAIN) return;
    fl_train_real_tell_all(run, 1, real->servers + real->workers, FL_TRAIN_REAL_HERE, 0);
    real->here = now;
}

/* Take note of whom it is from; HERE and AWAY are no more than that. */
static bool is_sign_of_life(fl_train_real *real, const fl_train_letter *letter)
{
    real->since[letter->from] = fl_clock_seconds();
    if (letter->kind == FL_TRAIN_REAL_END) real->excused[letter->from] = true;
    if (letter->kind == FL_TRAIN_REAL_BYE) real->excused[letter->from] = real->gone[letter->from] = true;
    bool says_where = letter->kind == FL_TRAIN_REAL_HERE || letter->kind == FL_TRAIN_REAL_AWAY;
    if (!letter->from && says_where) real->away = letter->kind == FL_TRAIN_REAL_AWAY;
    return says_where;
}

const fl_train_letter *fl_train_real_poll(fl_train_run *run, size_t first, size_t end)
{
    const fl_train_letter *letter;
    show_itself(run);
    do letter = fl_train_carriers_read(run->carriers, first, end);
    while (letter && is_sign_of_life(fl_train_real_of(run), letter));
    if (!letter) judge(run, first, end);
    return letter;
}

const fl_train_letter *fl_train_real_await(fl_train_run *run, size_t first, size_t end)
{
    double began = fl_clock_seconds(), waited = 0;
    const fl_train_letter *letter;
    while (!(letter = fl_train_real_poll(run, first, end))) {
        waited = fl_clock_seconds() - began;
        fl_train_carriers_pause(waited);
    }
    fl_train_carriers_add_waited(run->carriers, waited);
    return letter;
}

void fl_train_real_be_away(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    if (real->away) return;
    fl_train_real_tell_all(run, 1, real->servers + real->workers, FL_TRAIN_REAL_AWAY, 0);
    real->left = fl_clock_seconds();
    real->away = true;
}

/* A worker's silence meanwhile does not count, nor does it forgive the silence before. */
void fl_train_real_be_here(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    size_t processes = real->servers + real->workers;
    show_itself(run);
    if (!real->away) return;
    fl_train_real_tell_all(run, 1, processes, FL_TRAIN_REAL_HERE, 0);
    real->away = false;
    double absent = fl_clock_seconds() - real->left;
    for (size_t rank = real->servers; rank < processes; rank++) real->since[rank] += absent;
}

/* --- the end --- */

static bool all_gone(const fl_train_real *real)
{
    size_t rank = real->servers;
    while (rank < real->servers + real->workers && real->gone[rank]) rank++;
    return rank == real->servers + real->workers;
}

void fl_train_real_part(fl_train_run *run, size_t first_told)
{
    fl_train_real *real = fl_train_real_of(run);
    size_t processes = real->servers + real->workers;
    for (size_t rank = real->servers; rank < processes; rank++)
        if (!real->gone[rank]) fl_train_real_expect(real, rank);
    fl_train_real_tell_all(run, first_told, processes, FL_TRAIN_REAL_END, 0);
    while (!all_gone(real)) fl_train_real_await(run, real->servers, processes);
}

void fl_train_real_end(fl_train_run *run)
{
    fl_train_real_part(run, 1);
}

/* Nothing is under way to anybody who has left: a server hears from this worker last that it leaves, and this worker
 * from every server. */
void fl_train_real_leave(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    fl_train_real_tell_all(run, 0, real->servers, FL_TRAIN_REAL_BYE, 0);
    for (size_t server = 0; server < real->servers; server++) {
        if (!real->excused[server]) fl_train_real_expect(real, server);
        while (!real->excused[server]) fl_train_real_await(run, server, server + 1);
    }
}
