/* A trial and its checkpoint: every array and count that a step leaves to the next is named here, once for both ways,
 * and of every array whether each worker has a part of it for itself (train/handover.h).
 */
#include "base/clock.h"
#include "base/hash.h"
#include "train/handover.h"
#include "train/method.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void point_at(fl_train_checkpoint *checkpoint, float *values, size_t count, bool apart)
{
    checkpoint->arrays[checkpoint->n_arrays++] = (fl_train_checkpoint_array){ values, count, apart };
}

void fl_train_run_keep(fl_train_run *run, float *values, size_t count)
{
    point_at(&run->checkpoint, values, count, run->method->apart);
}

/* Where its state lies. */
static void point_out(fl_train_run *run)
{
    uint64_t where[2] = { fl_hash(run->checkpoints->host, strlen(run->checkpoints->host)),
                          fl_hash(run->outcome->implementation, strlen(run->outcome->implementation)) };
    size_t n_states = run->trial->owners.optimizer->n_states;
    bool apart = run->method->apart;
    fl_train_checkpoint *checkpoint = &run->checkpoint;
    checkpoint->trial = run->outcome->trial;
    checkpoint->where = fl_hash(where, sizeof where);
    if (run->method->keep)
        run->method->keep(run);
    else
        point_at(checkpoint, run->update.parameters, run->update.layout->count, false);
    for (size_t i = 0; i < n_states; i++)
        point_at(checkpoint, run->update.state[i], run->n_rules * run->update.layout->count, apart);
    if (run->own.kept) point_at(checkpoint, run->update.own, run->n_rules * run->own.kept, apart);
    if (run->ledger)
        point_at(checkpoint, (float *)(void *)run->ledger, FL_TRAIN_LEDGER * sizeof(double) / sizeof(float), false);
    if (run->average.weights)
        point_at(checkpoint, run->average.weights, run->average.n_sets * run->average.n_weights, false);
    size_t n_state = fl_network_state_layout(run->network)->count, n_own = run->workers.n * run->workers.n_state;
    if (n_own) point_at(checkpoint, run->workers.states, n_own, true);
    if (n_state && !n_own) point_at(checkpoint, fl_network_state(run->network), n_state, false);
    if (n_state && run->average.state) point_at(checkpoint, run->average.state, run->average.n_sets * n_state, false);
    checkpoint->points = run->outcome->points;
}

static void take_up(fl_train_run *run)
{
    const fl_train_position *at = &run->checkpoint.at;
    fl_outcome *outcome = run->outcome;
    run->step = outcome->steps_done = at->steps;
    run->first_batch = fl_trial_batches_before(run->trial, run->step, run->plans->splits.training.count);
    outcome->first_losses = at->first_losses;
    fl_train_average_resume(&run->average, run->trial, run->step);
    run->started -= at->spent;
    outcome->gradient_evaluations = at->gradient_evaluations;
    outcome->curvature_products = at->curvature_products;
    outcome->seconds = at->seconds;
    while (outcome->n_points < at->n_points) fl_train_run_note_point(run);
}

static __attribute__((format(printf, 3, 4))) void say(const fl_train_run *run, double spent, const char *format, ...)
{
    char message[sizeof(fl_error)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (run->checkpoints->said) run->checkpoints->said(run->checkpoints->user, message, spent);
}

/* Read the checkpoint, if there is a good one. False with a message when its file must not be used. */
static bool look_for(fl_train_run *run, bool *resumed, fl_error *error)
{
    const char *path = run->checkpoints->path;
    fl_error why;
    fl_train_checkpoint_found found = fl_train_checkpoint_read(&run->checkpoint, path, &why);
    *resumed = found == FL_TRAIN_CHECKPOINT_READ;
    if (found == FL_TRAIN_CHECKPOINT_FOREIGN) return fl_error_user(error, "%s", why.text);
    if (!fl_train_checkpoint_possible(path, error)) return false;
    if (found == FL_TRAIN_CHECKPOINT_USELESS) say(run, 0, "%s; the trial starts from the beginning", why.text);
    return true;
}

bool fl_train_run_resume(fl_train_run *run, bool *resumed, fl_error *error)
{
    bool has_file = fl_train_handover_has_file(run);
    fl_error why = { .text = "" };
    point_out(run);
    bool fine = !has_file || look_for(run, resumed, &why);
    if (!fl_train_handover_agree(run, fine, resumed, &why)) return fl_error_user(error, "%s", why.text);
    if (!*resumed) return true;
    fl_train_handover_share(run);
    take_up(run);
    fl_train_run_show_parameters(run);
    if (has_file)
        say(run, run->checkpoint.at.spent, "%s: the trial goes on from step %zu of %zu", run->checkpoints->path,
            run->step, run->trial->steps);
    return true;
}

static void write_file(fl_train_run *run)
{
    const fl_outcome *outcome = run->outcome;
    fl_error why;
    run->checkpoint.at = (fl_train_position){
        .steps = outcome->steps_done,
        .n_points = outcome->n_points,
        .gradient_evaluations = outcome->gradient_evaluations,
        .curvature_products = outcome->curvature_products,
        .first_losses = outcome->first_losses,
        .spent = fl_clock_seconds() - run->started,
        .seconds = outcome->seconds,
    };
    if (fl_train_checkpoint_write(&run->checkpoint, run->checkpoints->path, &why)) return;
    if (!run->warned) say(run, 0, "%s; the trial goes on without a checkpoint", why.text);
    run->warned = true;
}

static void save(fl_train_run *run)
{
    if (!fl_train_handover_has_file(run)) {
        fl_train_handover_serve(run);
        return;
    }
    fl_train_handover_collect(run);
    write_file(run);
    fl_train_handover_dismiss(run);
}

/* Not after the last step: what follows is shorter than reading the file again. */
void fl_train_run_save_if_due(fl_train_run *run)
{
    size_t done = run->step + 1;
    const fl_train_checkpoint_options *checkpoints = run->checkpoints;
    if (!checkpoints || done == run->trial->steps) return;
    bool leave = fl_train_handover_leaves(run, done);
    if (!leave && done % checkpoints->every) return;
    save(run);
    if (leave && run->method->end) run->method->end(run);
    if (leave) checkpoints->leave(checkpoints->user);
    fl_train_run_end_lap(run, &run->outcome->seconds.other);
}
