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
    if (real->rank || now - real->here < SHOW_AGAIN) return;
    fl_train_real_tell_all(run, 1, real->servers + real->workers, FL_TRAIN_REAL_HERE, 0);
    real->here = now;
}

/* Take note of whom it is from; HERE and AWAY are no more than that. */
static bool is_sign_of_life(fl_train_real *real, const fl_train_letter *letter)
{
    real->since[letter->from] = fl_clock_seconds();
    if (letter->kind == FL_TRAIN_REAL_END) real->excused[letter->from] = true;
    if (letter->kind == FL_TRAIN_REAL_BYE) real->excused[letter->from] = real->gone[letter->from] = true;
    if (!letter->from) real->away = letter->kind == FL_TRAIN_REAL_AWAY;
    return letter->kind == FL_TRAIN_REAL_HERE || letter->kind == FL_TRAIN_REAL_AWAY;
}

const fl_train_letter *fl_train_real_await(fl_train_run *run, size_t first, size_t end)
{
    double began = fl_clock_seconds();
    for (;;) {
        show_itself(run);
        const fl_train_letter *letter = fl_train_carriers_read(run->carriers, first, end);
        double waited = fl_clock_seconds() - began;
        if (letter && is_sign_of_life(fl_train_real_of(run), letter)) continue;
        if (letter) {
            fl_train_carriers_add_waited(run->carriers, waited);
            return letter;
        }
        judge(run, first, end);
        fl_train_carriers_pause(waited);
    }
}
