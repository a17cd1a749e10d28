/* Pieces of the state have numbers, the same on all processes: whoever wants one asks for it, and says when it has all.
 */
#include "train/handover.h"
#include "base/error.h"
#include "train/method.h"
#include "train/workers.h"

#include <string.h>

enum { ASK = FL_TRAIN_CARRIERS_MESSAGE, PIECE, VERDICT, WISH, LEAVE };

/* Then the arrays, each with a number for the whole and one for every worker's part. */
enum { POSITION, POINTS, ARRAYS };
static const uint64_t ENOUGH = UINT64_MAX;

static bool is_shared(const fl_train_run *run)
{
    return run->carriers && !run->method->work;
}

bool fl_train_handover_has_file(const fl_train_run *run)
{
    return !is_shared(run) || !fl_train_carriers_rank(run->carriers);
}

/* --- pieces --- */

typedef struct piece {
    void *at;
    size_t bytes;
} piece;

static uint64_t number_of(const fl_train_run *run, size_t array)
{
    return ARRAYS + array * (run->workers.n + 1);
}

static uint64_t number_of_part(const fl_train_run *run, size_t array, size_t worker)
{
    return number_of(run, array) + 1 + worker;
}

/* Nothing where there is no such number. */
static piece piece_of(fl_train_run *run, uint64_t number)
{
    fl_train_checkpoint *c = &run->checkpoint;
    size_t workers = run->workers.n;
    if (number == POSITION) return (piece){ &c->at, sizeof c->at };
    if (number == POINTS) return (piece){ c->points, c->at.n_points * sizeof *c->points };
    uint64_t array = (number - ARRAYS) / (workers + 1), part = (number - ARRAYS) % (workers + 1);
    if (array >= c->n_arrays) return (piece){ NULL, 0 };
    const fl_train_checkpoint_array *of = &c->arrays[array];
    size_t each = part ? of->count / workers : of->count;
    return (piece){ of->values + (part ? part - 1 : 0) * each, each * sizeof *of->values };
}

/* Process 0 may be busy with the file, or with the others. */
static const fl_train_message *await(fl_train_run *run, size_t from, uint64_t kind)
{
    return fl_train_carriers_await_message(run->carriers, from, kind, !from);
}

static void post(fl_train_run *run, size_t to, uint64_t kind, uint64_t number, piece of)
{
    fl_train_carriers_write(run->carriers, to, kind, number, of.at, of.bytes);
}

static __attribute__((noreturn)) void refuse(const fl_train_run *run, const fl_train_message *came, size_t wanted)
{
    fl_error_give_up("process %zu of %zu does not train the same trial: it sent %zu bytes of its state, not %zu",
                     came->from, fl_train_carriers_size(run->carriers), came->content.length, wanted);
}

static void ask(fl_train_run *run, size_t from, uint64_t number)
{
    piece to = piece_of(run, number);
    post(run, from, ASK, number, (piece){ NULL, 0 });
    const fl_train_message *came = await(run, from, PIECE);
    if (came->number != number || came->content.length != to.bytes) refuse(run, came, to.bytes);
    if (to.bytes) memcpy(to.at, came->content.bytes, to.bytes);
}

static void say_enough(fl_train_run *run, size_t to)
{
    post(run, to, ASK, ENOUGH, (piece){ NULL, 0 });
}

/* Whatever process `to` asks for, until it has enough. */
static void answer(fl_train_run *run, size_t to)
{
    for (uint64_t number; (number = await(run, to, ASK)->number) != ENOUGH;)
        post(run, to, PIECE, number, piece_of(run, number));
}

/* --- a checkpoint --- */

void fl_train_handover_collect(fl_train_run *run)
{
    const fl_train_checkpoint *c = &run->checkpoint;
    for (size_t w = run->workers.end; is_shared(run) && w < run->workers.n; w++)
        for (size_t i = 0; i < c->n_arrays; i++)
            if (c->arrays[i].apart) ask(run, fl_train_workers_carrier(run, w), number_of_part(run, i, w));
}

void fl_train_handover_dismiss(fl_train_run *run)
{
    for (size_t rank = 1; is_shared(run) && rank < fl_train_carriers_size(run->carriers); rank++) say_enough(run, rank);
}

void fl_train_handover_serve(fl_train_run *run)
{
    answer(run, 0);
}

/* --- the start --- */

typedef struct verdict {
    bool fine, resumed;
    fl_error why;
} verdict;

bool fl_train_handover_agree(fl_train_run *run, bool fine, bool *resumed, fl_error *error)
{
    verdict v = { fine, *resumed, *error };
    if (!is_shared(run)) return fine;
    for (size_t rank = 1; fl_train_handover_has_file(run) && rank < fl_train_carriers_size(run->carriers); rank++)
        post(run, rank, VERDICT, 0, (piece){ &v, sizeof v });
    if (fl_train_handover_has_file(run)) return fine;
    const fl_train_message *came = await(run, 0, VERDICT);
    if (came->content.length != sizeof v) refuse(run, came, sizeof v);
    memcpy(&v, came->content.bytes, sizeof v);
    *resumed = v.resumed;
    *error = v.why;
    return v.fine;
}

static void take(fl_train_run *run)
{
    const fl_train_checkpoint *c = &run->checkpoint;
    ask(run, 0, POSITION); /* which says how many points there are */
    ask(run, 0, POINTS);
    for (size_t i = 0; i < c->n_arrays; i++) {
        if (!c->arrays[i].apart) ask(run, 0, number_of(run, i));
        for (size_t w = run->workers.first; c->arrays[i].apart && w < run->workers.end; w++)
            ask(run, 0, number_of_part(run, i, w));
    }
    say_enough(run, 0);
}

void fl_train_handover_share(fl_train_run *run)
{
    if (!fl_train_handover_has_file(run))
        take(run);
    else
        for (size_t rank = 1; is_shared(run) && rank < fl_train_carriers_size(run->carriers); rank++) answer(run, rank);
}

/* --- leaving --- */

/* Process 0 says so a step ahead: nobody ends the next step without what process 0 brings to it, and so not without its
 * word either. */
static void announce(fl_train_run *run, size_t step)
{
    run->leaves_after = step;
    for (size_t rank = 1; rank < fl_train_carriers_size(run->carriers); rank++)
        post(run, rank, LEAVE, step, (piece){ NULL, 0 });
}

static bool others_wish(fl_train_run *run)
{
    bool any = false;
    while (fl_train_carriers_read(run->carriers, 1, fl_train_carriers_size(run->carriers), WISH)) any = true;
    return any;
}

static void wish(fl_train_run *run)
{
    run->wished = true;
    post(run, 0, WISH, 0, (piece){ NULL, 0 });
}

bool fl_train_handover_leaves(fl_train_run *run, size_t done)
{
    bool asked = fl_train_run_leave_asked(run);
    if (!is_shared(run)) return asked || run->wished;
    if (!fl_train_carriers_rank(run->carriers)) {
        bool wished = others_wish(run) || asked;
        if (wished && !run->leaves_after) announce(run, done + 1);
    } else {
        const fl_train_message *came = fl_train_carriers_read(run->carriers, 0, 1, LEAVE);
        if (came) run->leaves_after = came->number;
        if (asked && !run->wished) wish(run);
    }
    return run->leaves_after == done;
}
