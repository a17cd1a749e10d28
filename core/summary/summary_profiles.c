/* Performance profiles of arms over workloads: in steps, in gradient evaluations where a step of some arm is more than
 * one, and in seconds where they can be trusted: all trials on one machine and build, which was quiet whenever a run
 * began. */
#include "base/memory.h"
#include "summary/summary_blocks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double taus[FL_SUMMARY_TAUS] = { 1, 1.5, 2, 4 };

/* What a step of an arm costs. */
typedef double cost_of_step(const fl_summary_block *b, const fl_summary_arm *arm);

static double one(const fl_summary_block *b, const fl_summary_arm *arm)
{
    return 1;
}

static const fl_results_cost *cost_of(const fl_summary_block *b, const fl_summary_arm *arm)
{
    return &b->results->costs[arm->results - b->results->arms];
}

/* Gradients of a step, a product with a matrix of curvature counted as one: the mean over everything the arm completed.
 * What a line search or a solver asks for differs from step to step, so it is no whole number. */
static double gradients(const fl_summary_block *b, const fl_summary_arm *arm)
{
    const fl_results_cost *cost = cost_of(b, arm);
    return cost->whole_steps > 0 ? fmax(1, cost->whole_gradients / cost->whole_steps) : 1;
}

/* Seconds of a step without evaluations, the mean over everything the arm ran. */
static double seconds(const fl_summary_block *b, const fl_summary_arm *arm)
{
    const fl_results_cost *cost = cost_of(b, arm);
    return (cost->core_seconds - cost->evaluate_core_seconds) / (cost->steps * (double)arm->arm->base.threads);
}

static fl_stats_profile_share *profile(const fl_summary_blocks *all, cost_of_step *cost)
{
    size_t n = all->n * all->n_arms;
    fl_stats_profile_cell *cells = fl_memory_new(n, sizeof *cells);
    fl_stats_profile_share *shares = fl_memory_new(FL_SUMMARY_TAUS * all->n_arms, sizeof *shares);
    for (size_t i = 0; i < n; i++) {
        const fl_summary_block *b = &all->of[i / all->n_arms];
        const fl_summary_arm *arm = b->arms[i % all->n_arms];
        cells[i] = (fl_stats_profile_cell){ fl_summary_stepped(b->results->study, arm), arm->n_counted, cost(b, arm) };
    }
    fl_stats_profile_shares(cells, all->n, all->n_arms, all->k, taus, FL_SUMMARY_TAUS, FL_STATS_RESAMPLES,
                            FL_SUMMARY_SEED, shares);
    for (size_t i = 0; i < n; i++) free((void *)cells[i].trials);
    free(cells);
    return shares;
}

/* --- may seconds be compared? --- */

/* The same machine and build; what else a host's facts hold depends on the workload. */
static bool alike(const json_t *a, const json_t *b)
{
    return json_equal(json_object_get(a, "machine"), json_object_get(b, "machine")) &&
           json_equal(json_object_get(a, "build"), json_object_get(b, "build"));
}

static bool on_one_quiet_machine(const fl_summary_blocks *all)
{
    const json_t *first = NULL;
    for (const fl_summary_block *b = all->of; b < all->of + all->n; b++) {
        if (!b->results->quiet) return false;
        for (size_t i = 0; i < b->results->n_host_keys; i++) {
            const json_t *facts = json_object_get(b->results->hosts, b->results->host_keys[i]);
            if (!first) first = facts;
            if (!facts || !alike(first, facts)) return false;
        }
    }
    return first;
}

/* --- the whole --- */

void fl_summary_profile(const fl_summary_blocks *all, fl_summary_over *over)
{
    bool unlike = false;
    memcpy(over->taus, taus, sizeof taus);
    over->has_profiles = true;
    for (const fl_summary_block *b = all->of; b < all->of + all->n; b++) {
        over->has_profiles &= b->results->study->has_target;
        for (size_t i = 0; i < all->n_arms; i++) unlike |= gradients(b, b->arms[i]) > 1;
    }
    if (!over->has_profiles) return;
    over->in_steps = profile(all, one);
    if (unlike) over->in_gradients = profile(all, gradients);
    if (on_one_quiet_machine(all)) over->in_seconds = profile(all, seconds);
}
