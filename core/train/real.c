/* What workers and servers share: messages with numbers in them, waiting for each other but not for ever, and the end.
 */
#include "train/real.h"
#include "base/clock.h"
#include "base/error.h"

#include <string.h>

static const double HEARTBEAT = 1; /* seconds */

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
                             .longest_work = -1 };
    real->send_buffer = fl_arena_bytes(run->arena, sizeof(fl_train_real_header) + (floats + n_state) * sizeof(float));
    real->silent_since = fl_arena_bytes(run->arena, processes * sizeof *real->silent_since);
    real->excused = fl_arena_bytes(run->arena, processes * sizeof *real->excused);
    real->departed = fl_arena_bytes(run->arena, processes * sizeof *real->departed);
    real->given_at = fl_arena_bytes(run->arena, workers * sizeof *real->given_at);
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

/* --- messages --- */

static size_t state_count(const fl_train_run *run, bool state)
{
    return state ? fl_network_state_layout(run->network)->count : 0;
}

void fl_train_real_send(fl_train_run *run, size_t to, uint64_t kind, const fl_train_real_header *header,
                        const float *values, size_t n, bool state)
{
    size_t n_state = state_count(run, state), bytes = sizeof *header + (n + n_state) * sizeof *values;
    char *at = (char *)fl_train_real_of(run)->send_buffer;
    memcpy(at, header, sizeof *header);
    if (n) memcpy(at + sizeof *header, values, n * sizeof *values);
    if (n_state)
        memcpy(at + sizeof *header + n * sizeof *values, fl_network_state(run->network), n_state * sizeof *values);
    fl_train_carriers_write(run->carriers, to, kind, header->batch, at, bytes);
}

const float *fl_train_real_unpack(fl_train_run *run, const fl_train_message *message, fl_train_real_header *header,
                                  size_t n, bool state)
{
    size_t n_state = state_count(run, state), bytes = sizeof *header + (n + n_state) * sizeof(float);
    const char *at = message->content.bytes;
    if (message->content.length != bytes)
        fl_error_give_up("process %zu of %zu sent %zu bytes, not %zu: it does not train the same trial", message->from,
                         fl_train_carriers_size(run->carriers), message->content.length, bytes);
    memcpy(header, at, sizeof *header);
    at += sizeof *header;
    if (n_state) memcpy(fl_network_state(run->network), at + n * sizeof(float), n_state * sizeof(float));
    return (const float *)(const void *)at;
}

void fl_train_real_notify(fl_train_run *run, size_t to, uint64_t kind, uint64_t number)
{
    fl_train_carriers_write(run->carriers, to, kind, number, NULL, 0);
}

void fl_train_real_notify_all(fl_train_run *run, size_t first, size_t end, uint64_t kind, uint64_t number)
{
    for (size_t rank = first; rank < end; rank++) fl_train_real_notify(run, rank, kind, number);
}

bool fl_train_real_handle(fl_train_run *run, const fl_train_message *message, const fl_train_real_handler *handlers)
{
    while (handlers->handle && handlers->kind != message->kind) handlers++;
    if (!handlers->handle) return false;
    handlers->handle(run, message);
    return true;
}

/* --- waiting --- */

void fl_train_real_expect(fl_train_real *real, size_t rank)
{
    real->silent_since[rank] = fl_clock_seconds();
    real->excused[rank] = false;
}

/* Seconds. How long the first gradients and an evaluation take nobody knows. */
static double patience_with(const fl_train_run *run, size_t rank)
{
    const fl_train_real *real = fl_train_real_of(run);
    bool is_unknown = real->longest_work < 0 || (!rank && real->absent);
    return is_unknown ? fl_train_carriers_first_patience(run->carriers)
                      : fl_train_carriers_patience(run->carriers, real->longest_work);
}

static void give_up_if_silent(const fl_train_run *run, size_t first, size_t end)
{
    const fl_train_real *real = fl_train_real_of(run);
    double now = fl_clock_seconds();
    for (size_t rank = first; rank < end; rank++)
        if (!real->excused[rank] && now - real->silent_since[rank] > patience_with(run, rank))
            fl_error_give_up("process %zu of %zu, a %s of this trial, has been silent for %.0f s", rank,
                             fl_train_carriers_size(run->carriers), rank < real->servers ? "server" : "worker",
                             now - real->silent_since[rank]);
}

/* Server 0's, if one is due. */
static void send_heartbeat(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    double now = fl_clock_seconds();
    if (real->rank || real->absent || now - real->last_heartbeat < HEARTBEAT) return;
    fl_train_real_notify_all(run, 1, real->servers + real->workers, FL_TRAIN_REAL_HEARTBEAT, 0);
    real->last_heartbeat = now;
}

/* Who walks no loop cannot save, and so asks. */
static void wish_if_asked(fl_train_run *run)
{
    if (!fl_train_real_of(run)->rank || run->wished || !fl_train_run_leave_asked(run)) return;
    run->wished = true;
    fl_train_real_notify(run, 0, FL_TRAIN_REAL_WISH, 0);
}

/* What a message says of its sender; true where it says no more. */
static bool note_sender(fl_train_run *run, const fl_train_message *message)
{
    fl_train_real *real = fl_train_real_of(run);
    real->silent_since[message->from] = fl_clock_seconds();
    if (message->kind == FL_TRAIN_REAL_END) real->excused[message->from] = true;
    if (message->kind == FL_TRAIN_REAL_BYE) real->excused[message->from] = real->departed[message->from] = true;
    bool is_status = message->kind == FL_TRAIN_REAL_HEARTBEAT || message->kind == FL_TRAIN_REAL_ABSENT;
    bool is_wish = message->kind == FL_TRAIN_REAL_WISH;
    if (!message->from && is_status) real->absent = message->kind == FL_TRAIN_REAL_ABSENT;
    if (is_wish) run->wished = true;
    return is_status || is_wish;
}

const fl_train_message *fl_train_real_poll(fl_train_run *run, size_t first, size_t end)
{
    const fl_train_message *message;
    send_heartbeat(run);
    wish_if_asked(run);
    do message = fl_train_carriers_read(run->carriers, first, end, 0);
    while (message && note_sender(run, message));
    if (!message) give_up_if_silent(run, first, end);
    return message;
}

const fl_train_message *fl_train_real_await(fl_train_run *run, size_t first, size_t end)
{
    double began = fl_clock_seconds(), waited = 0;
    const fl_train_message *message;
    while (!(message = fl_train_real_poll(run, first, end))) {
        waited = fl_clock_seconds() - began;
        fl_train_carriers_pause(waited);
    }
    fl_train_carriers_add_waited(run->carriers, waited);
    return message;
}

void fl_train_real_begin_absence(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    if (real->absent) return;
    fl_train_real_notify_all(run, 1, real->servers + real->workers, FL_TRAIN_REAL_ABSENT, 0);
    real->absent_since = fl_clock_seconds();
    real->absent = true;
}

/* A worker's silence meanwhile does not count, nor does it forgive the silence before. */
void fl_train_real_end_absence(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    size_t processes = real->servers + real->workers;
    send_heartbeat(run);
    if (!real->absent) return;
    fl_train_real_notify_all(run, 1, processes, FL_TRAIN_REAL_HEARTBEAT, 0);
    real->absent = false;
    double seconds = fl_clock_seconds() - real->absent_since;
    for (size_t rank = real->servers; rank < processes; rank++) real->silent_since[rank] += seconds;
}

/* --- the end --- */

static bool all_departed(const fl_train_real *real)
{
    size_t rank = real->servers;
    while (rank < real->servers + real->workers && real->departed[rank]) rank++;
    return rank == real->servers + real->workers;
}

void fl_train_real_shut_down(fl_train_run *run, size_t first_notified)
{
    fl_train_real *real = fl_train_real_of(run);
    size_t processes = real->servers + real->workers;
    for (size_t rank = real->servers; rank < processes; rank++)
        if (!real->departed[rank]) fl_train_real_expect(real, rank);
    fl_train_real_notify_all(run, first_notified, processes, FL_TRAIN_REAL_END, 0);
    while (!all_departed(real)) fl_train_real_await(run, real->servers, processes);
}

void fl_train_real_end(fl_train_run *run)
{
    fl_train_real_shut_down(run, 1);
}

/* Nothing is under way to anybody who has left: BYE is the last that a server receives of this worker, and this worker
 * has received every server's END. */
void fl_train_real_leave(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    fl_train_real_notify_all(run, 0, real->servers, FL_TRAIN_REAL_BYE, 0);
    for (size_t server = 0; server < real->servers; server++) {
        if (!real->excused[server]) fl_train_real_expect(real, server);
        while (!real->excused[server]) fl_train_real_await(run, server, server + 1);
    }
}
