/* The most equal stages: of all ways to make n stages of the first k pieces between cuts the one whose largest stage is
 * smallest, from those of n - 1.
 *
 *   least(n, k) = min over j < k of max(least(n - 1, j), operations of pieces j..k-1)
 */
#include "train/stages.h"
#include "base/memory.h"
#include "base/text.h"
#include "method/method_pipeline.h"

#include <math.h>
#include <stdlib.h>

fl_network_part fl_train_stages_part(const fl_network *network, const fl_network_cut *cuts, size_t n_stages,
                                     size_t stage)
{
    size_t first = stage ? cuts[stage - 1].stage : 0;
    size_t end = stage + 1 < n_stages ? cuts[stage].stage : fl_network_n_stages(network);
    return (fl_network_part){ first, end };
}

static double operations_of(const fl_network *network, const fl_network_cut *cuts, size_t n_stages, size_t stage)
{
    return fl_network_part_operations(network, fl_train_stages_part(network, cuts, n_stages, stage));
}

/* --- listed --- */

static bool no_such_cut(const fl_network_cut *all, size_t n_all, size_t number, double layer, fl_error *error)
{
    fl_text places = { 0 };
    for (size_t i = 0; i < n_all; i++)
        if (!i || all[i].layer != all[i - 1].layer) fl_text_add(&places, "%s%zu", i ? ", " : "", all[i].layer);
    fl_error_user(error, "parallel.cut_%zu = %.10g: this network can be cut after so many layers: %s", number, layer,
                  places.bytes ? places.bytes : "none");
    fl_text_free(&places);
    return false;
}

static bool find_listed(const fl_trial *trial, const fl_network_cut *all, size_t n_all, fl_network_cut *cuts,
                        fl_error *error)
{
    const double *listed = trial->values.of[FL_TRIAL_OF_METHOD] + FL_METHOD_CUTS;
    size_t n = fl_method_pipeline_cuts(trial->values.of[FL_TRIAL_OF_METHOD]);
    if (n != trial->workers - 1)
        return fl_error_user(error, "a pipeline of %zu workers has %zu cuts, and %zu are listed", trial->workers,
                             trial->workers - 1, n);
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < n_all && (double)all[at].layer != listed[i]) at++;
        if (at == n_all) return no_such_cut(all, n_all, i + 1, listed[i], error);
        cuts[i] = all[at];
    }
    return true;
}

static bool all_have_work(const fl_trial *trial, const fl_network *network, const fl_network_cut *cuts, fl_error *error)
{
    for (size_t s = 0; s < trial->workers; s++)
        if (!(operations_of(network, cuts, trial->workers, s) > 0))
            return fl_error_user(error, "stage %zu of the pipeline has no work: none of its layers multiplies", s + 1);
    return true;
}

/* --- balanced --- */

typedef struct search {
    const fl_network_cut *all;
    size_t n_pieces;
    double *before; /* operations of the pieces before each; whole numbers, so differences are exact */
    double *least;  /* by stages, then by pieces, 0 to n_pieces of either */
    size_t *best;   /* pieces before the last stage */
} search;

static void count_operations(search *s, const fl_network *network)
{
    for (size_t k = 0; k < s->n_pieces; k++)
        s->before[k + 1] = s->before[k] + operations_of(network, s->all, s->n_pieces, k);
}

/* The last stage begins as early as it may. */
static void choose_last(search *s, size_t n_stages, size_t pieces)
{
    size_t row = s->n_pieces + 1, at = n_stages * row + pieces;
    s->least[at] = HUGE_VAL;
    for (size_t j = n_stages - 1; j < pieces; j++) {
        double last = s->before[pieces] - s->before[j], most = fmax(s->least[at - row - pieces + j], last);
        if (!(last > 0) || most >= s->least[at]) continue;
        s->least[at] = most;
        s->best[at] = j;
    }
}

static bool balance(search *s, size_t n_stages, fl_network_cut *cuts)
{
    size_t row = s->n_pieces + 1, pieces = s->n_pieces;
    for (size_t k = 1; k <= pieces; k++) s->least[k] = HUGE_VAL; /* no stage for them */
    for (size_t n = 1; n <= n_stages; n++) {
        for (size_t k = 0; k < n && k <= pieces; k++) s->least[n * row + k] = HUGE_VAL;
        for (size_t k = n; k <= pieces; k++) choose_last(s, n, k);
    }
    if (s->least[n_stages * row + pieces] == HUGE_VAL) return false;
    for (size_t n = n_stages; n > 1; n--) {
        pieces = s->best[n * row + pieces];
        cuts[n - 2] = s->all[pieces - 1];
    }
    return true;
}

static bool find_balanced(const fl_trial *trial, const fl_network *network, const fl_network_cut *all, size_t n_all,
                          fl_network_cut *cuts, fl_error *error)
{
    size_t n = trial->workers, pieces = n_all + 1;
    if (n > pieces)
        return fl_error_user(error, "workload '%s' can be cut into %zu stages, not %zu",
                             trial->owners.workload->entry.name, pieces, n);
    search s = { .all = all, .n_pieces = pieces };
    s.before = fl_memory_new(pieces + 1, sizeof *s.before);
    s.least = fl_memory_new((n + 1) * (pieces + 1), sizeof *s.least);
    s.best = fl_memory_new((n + 1) * (pieces + 1), sizeof *s.best);
    count_operations(&s, network);
    bool found = balance(&s, n, cuts);
    free(s.before);
    free(s.least);
    free(s.best);
    return found || fl_error_user(error, "workload '%s' cannot be cut into %zu stages that all have layers to multiply",
                                  trial->owners.workload->entry.name, n);
}

bool fl_train_stages_choose(const fl_trial *trial, const fl_network *network, fl_network_cut *cuts, fl_error *error)
{
    bool listed = fl_method_pipeline_cuts(trial->values.of[FL_TRIAL_OF_METHOD]);
    if (trial->workers == 1 && !listed) return true;
    fl_network_cut *all = fl_memory_new(fl_network_n_stages(network), sizeof *all);
    size_t n_all = fl_network_cuts(network, all);
    bool found = listed ? find_listed(trial, all, n_all, cuts, error) && all_have_work(trial, network, cuts, error)
                        : find_balanced(trial, network, all, n_all, cuts, error);
    free(all);
    return found;
}
