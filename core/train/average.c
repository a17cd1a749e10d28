#include "train/average.h"
#include "base/clones.h"

#include <math.h>
#include <string.h>

fl_train_average fl_train_average_new(fl_arena *arena, const fl_network *network, const fl_trial *trial)
{
    fl_train_average average = { .how = trial->average };
    if (!average.how.method) return average;
    average.n_sets = average.how.method == FL_TRIAL_SNAPSHOTS ? (size_t)average.how.amount : 1;
    average.n_weights = fl_network_layout(network)->count;
    average.n_state = fl_network_state_layout(network)->count;
    average.weights = fl_arena_floats(arena, average.n_sets * average.n_weights);
    average.state = fl_arena_floats(arena, average.n_sets * average.n_state);
    if (average.how.method == FL_TRIAL_AVERAGE_TAIL)
        average.first = (size_t)ceil(average.how.amount * (double)trial->steps);
    return average;
}

/* to += share (from - to) */
FL_CLONES static void approach(size_t n, float share, const float *restrict from, float *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] += share * (from[i] - to[i]);
}

static void approach_both(fl_train_average *average, fl_network *network, double share)
{
    approach(average->n_weights, (float)share, fl_network_parameters(network), average->weights);
    approach(average->n_state, (float)share, fl_network_state(network), average->state);
}

static void copy(fl_train_average *average, fl_network *network, size_t set)
{
    memcpy(average->weights + set * average->n_weights, fl_network_parameters(network),
           average->n_weights * sizeof(float));
    memcpy(average->state + set * average->n_state, fl_network_state(network), average->n_state * sizeof(float));
}

void fl_train_average_start(fl_train_average *average, fl_network *network)
{
    if (average->weights) copy(average, network, 0);
}

static bool takes_snapshot(const fl_trial *trial, size_t done)
{
    fl_schedule_context context = fl_trial_schedule_context(trial);
    return fl_schedule_ends_cycle(trial->owners.schedule, &context, done);
}

/* Until the tail begins its average is the last weights. */
void fl_train_average_step(fl_train_average *average, const fl_trial *trial, fl_network *network, size_t done)
{
    if (!average->weights) return;
    if (average->how.method == FL_TRIAL_SNAPSHOTS) {
        if (takes_snapshot(trial, done)) copy(average, network, average->taken++ % average->n_sets);
    } else if (average->how.method == FL_TRIAL_AVERAGE_EMA) {
        approach_both(average, network, 1 - average->how.amount);
    } else if (done > average->first + 1) {
        approach_both(average, network, 1 / (double)(done - average->first));
    } else {
        copy(average, network, 0);
    }
}

void fl_train_average_resume(fl_train_average *average, const fl_trial *trial, size_t done)
{
    for (size_t step = 1; step <= done && average->how.method == FL_TRIAL_SNAPSHOTS; step++)
        average->taken += takes_snapshot(trial, step);
}

size_t fl_train_average_sets(const fl_train_average *average)
{
    if (average->how.method != FL_TRIAL_SNAPSHOTS) return average->n_sets;
    return average->taken < average->n_sets ? average->taken : average->n_sets;
}
