#include "train/average.h"
#include "base/clones.h"

#include <math.h>
#include <string.h>

fl_train_average fl_train_average_new(fl_arena *arena, const fl_network *network, const fl_trial *trial)
{
    fl_train_average average = { .how = trial->average };
    if (!average.how.method) return average;
    average.weights = fl_arena_floats(arena, fl_network_layout(network)->count);
    average.state = fl_arena_floats(arena, fl_network_state_layout(network)->count);
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
    approach(fl_network_layout(network)->count, (float)share, fl_network_parameters(network), average->weights);
    approach(fl_network_state_layout(network)->count, (float)share, fl_network_state(network), average->state);
}

void fl_train_average_start(fl_train_average *average, fl_network *network)
{
    if (!average->weights) return;
    memcpy(average->weights, fl_network_parameters(network), fl_network_layout(network)->count * sizeof(float));
    memcpy(average->state, fl_network_state(network), fl_network_state_layout(network)->count * sizeof(float));
}

/* Until the tail begins its average is the last weights. */
void fl_train_average_step(fl_train_average *average, fl_network *network, size_t done)
{
    if (!average->weights) return;
    if (average->how.method == FL_TRIAL_AVERAGE_EMA)
        approach_both(average, network, 1 - average->how.amount);
    else if (done > average->first + 1)
        approach_both(average, network, 1 / (double)(done - average->first));
    else
        fl_train_average_start(average, network);
}
