/* One weird trick (Krizhevsky 2014). Before the border, the first dense layer that workers divide, each of V shares of
 * the batch runs by itself, as with `synchronous`; behind it
 *
 *   scheme a   one network that is planned for the whole batch: the shares' activations meet in its memory, and it
 *              gives back the gradient of each. A share goes forward once more before it goes backward.
 *   scheme b   the shares' own, one after the other; dense gradients are added up in that order.
 *
 * The gradients of shares before the border meet in the tree of train/tree.h. Where several processes carry the workers
 * each computes its own workers' shares up to the border, where all get the others' activations.
 */
#include "method/method_one_weird_trick.h"
#include "base/clones.h"
#include "network/cut.h"
#include "train/divide.h"
#include "train/method.h"
#include "train/workers.h"

#include <math.h>
#include <string.h>

/* A network at the border. */
typedef struct side {
    fl_network *network;
    fl_network_cut border;
    fl_network_part near, far; /* before it and behind it */
} side;

typedef struct trick {
    side share, whole; /* whole.network NULL: scheme b */
    size_t near;       /* numbers of the parameter buffer before the border */
    float *sum;        /* of gradients behind it */
    fl_tensor_layout layout;
    float *canonical; /* what travels between the two networks, in this layout */
    double bytes;     /* that cross in a step */
} trick;

/* --- the border --- */

/* The last cut in front of layer `layer`, so that what it reads is canonical. False where there is none. */
static bool find_border(fl_network *network, size_t layer, side *found)
{
    fl_network_cut cuts[2 * FL_WORKLOAD_LAYERS + 1];
    size_t n = fl_network_cuts(network, cuts), last = fl_network_n_stages(network);
    *found = (side){ .network = network };
    while (n > 0 && !(cuts[n - 1].layer == layer && cuts[n - 1].canonical)) n--;
    if (!n) return false;
    found->border = cuts[n - 1];
    found->near = (fl_network_part){ 0, found->border.stage };
    found->far = (fl_network_part){ found->border.stage, last };
    return true;
}

static bool border_suits(const fl_trial *trial, fl_network *network, fl_error *error)
{
    side share;
    fl_layer layers[FL_WORKLOAD_LAYERS];
    const char *model = trial->owners.workload->entry.name;
    size_t n, at, n_state, first = fl_train_divided_layers(trial, layers, &n);
    if (first == n)
        return fl_error_user(error, "%zu workers divide the outputs of no dense layer of workload '%s'", trial->workers,
                             model);
    if (!find_border(network, first, &share))
        return fl_error_user(error,
                             "workload '%s' has no trained layers of which its first divided dense layer is the only "
                             "reader: 'one_weird_trick' shares the batch among those; use 'tensor'",
                             model);
    fl_network_part_state(network, share.far, &at, &n_state);
    return !n_state ||
           fl_error_user(error,
                         "workload '%s' keeps statistics behind its first divided dense layer, which have no share",
                         model);
}

static bool suits(const fl_trial *trial, const fl_train_plans *plans, fl_error *error)
{
    const char *why = NULL;
    if (trial->workers == 1) return true;
    if (plans->carries) why = "a workload that carries state from batch to batch";
    if (trial->micro_batch) why = "micro_batch: a share is computed at once";
    if (fl_trial_grows(trial)) why = "batches that grow";
    if (why) return fl_error_user(error, "parallel method 'one_weird_trick' does not take %s", why);
    return border_suits(trial, plans->training, error);
}

/* --- what there is --- */

static void make_whole(fl_train_run *run, trick *t, size_t layer)
{
    const fl_tensor_layout *native = fl_network_layout(run->network);
    if (!run->plans->assembled) return;
    find_border(run->plans->assembled, layer, &t->whole);
    t->layout = fl_tensor_layout_canonical(native, fl_arena_bytes(run->arena, native->n_tensors * sizeof(fl_tensor)));
    t->canonical = fl_arena_floats(run->arena, t->layout.count);
}

static void allocate(fl_train_run *run)
{
    trick *t = run->servers = fl_arena_bytes(run->arena, sizeof *t);
    fl_layer layers[FL_WORKLOAD_LAYERS];
    fl_tensor_shape in = fl_network_in(run->network);
    size_t n, none, workers = run->workers.n, layer = fl_train_divided_layers(run->trial, layers, &n);
    fl_train_workers_allocate(run);
    if (workers == 1) return;
    find_border(run->network, layer, &t->share);
    fl_network_part_parameters(run->network, t->share.near, &none, &t->near);
    t->sum = fl_arena_floats(run->arena, fl_network_layout(run->network)->count);
    make_whole(run, t, layer);
    t->bytes = sizeof(float) * ((double)run->trial->batch_size * fl_train_divided_numbers(run->trial, in) +
                                2 * (double)(workers - 1) * (double)t->near);
}

/* The sum, and of scheme a what travels, parameters and gradient of the other network. */
static size_t copies(const fl_trial *trial)
{
    return 4;
}

static void load(fl_train_run *run, size_t w)
{
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    fl_train_run_load(run, run->step, w);
}

static void forward_share(fl_train_run *run, const trick *t, size_t w)
{
    load(run, w);
    fl_train_workers_enter(run, w);
    fl_network_forward_part(run->network, t->share.near);
}

/* --- scheme b --- */

static bool is_own(const fl_train_run *run, size_t w)
{
    return w >= run->workers.first && w < run->workers.end;
}

/* A share's activations at the border, from the process that computed them. */
static void bring(fl_train_run *run, const trick *t, size_t w)
{
    fl_train_carriers *carriers = run->carriers;
    void *values = fl_network_cut_values(run->network, &t->share.border);
    size_t bytes = t->share.border.bytes;
    if (!carriers) return;
    fl_train_carriers_exchange(carriers, values, is_own(run, w) ? bytes : 0);
    if (is_own(run, w)) return;
    memcpy(values, fl_train_carriers_brought(carriers, fl_train_workers_carrier(run, w), bytes), bytes);
}

static void pass_in_turn(fl_train_run *run, const trick *t)
{
    size_t workers = run->workers.n, behind = fl_network_layout(run->network)->count - t->near;
    for (size_t w = 0; w < workers; w++) {
        if (is_own(run, w))
            forward_share(run, t, w);
        else
            load(run, w);
        bring(run, t, w);
        fl_network_forward_part(run->network, t->share.far);
        run->workers.losses[w] = fl_network_loss(run->network);
        fl_network_backward_part(run->network, t->share.far);
        if (is_own(run, w)) {
            fl_network_backward_part(run->network, t->share.near);
            fl_train_workers_leave(run, w);
            fl_train_tree_add(&run->workers.tree, fl_network_gradient(run->network));
        }
        fl_train_run_add_gradient(run, t->sum, t->near, behind, w, workers);
    }
    run->loss = fl_train_tree_mean_number(run->workers.losses, workers);
}

/* --- scheme a --- */

/* The parameters as they are now. */
static void show_whole(fl_train_run *run, const trick *t)
{
    fl_network_export_canonical(run->network, &t->layout, t->canonical);
    fl_network_import_canonical(t->whole.network, &t->layout, t->canonical);
    fl_network_set_moment(t->whole.network, (fl_backend_moment){ run->trial->seed, run->step, 0 });
}

/* A share's activations, labels and targets take their rows in the whole batch. */
static void assemble(fl_train_run *run, const trick *t, size_t w)
{
    fl_network *whole = t->whole.network;
    size_t rows = fl_network_n_losses(run->network), targets = fl_network_n_targets(run->network);
    size_t bytes = t->share.border.bytes;
    char *all = fl_network_cut_values(whole, &t->whole.border);
    memcpy(all + w * bytes, fl_network_cut_values(run->network, &t->share.border), bytes);
    memcpy(fl_network_labels(whole) + w * rows, fl_network_labels(run->network), rows * sizeof(int32_t));
    if (targets)
        memcpy(fl_network_targets(whole) + w * targets, fl_network_targets(run->network), targets * sizeof(float));
}

/* Of those that this process has: everybody gets everybody's. */
static void gather(fl_train_run *run, const trick *t)
{
    fl_network *whole = t->whole.network;
    size_t workers = run->workers.n, rows = fl_network_n_losses(run->network),
           targets = fl_network_n_targets(run->network);
    fl_train_carriers_gather(run->carriers, workers, fl_network_cut_values(whole, &t->whole.border),
                             t->share.border.bytes);
    fl_train_carriers_gather(run->carriers, workers, fl_network_labels(whole), rows * sizeof(int32_t));
    if (targets) fl_train_carriers_gather(run->carriers, workers, fl_network_targets(whole), targets * sizeof(float));
}

FL_CLONES static void multiply(size_t n, float by, const float *restrict from, float *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] = by * from[i];
}

/* The whole batch's mean has each row V times as little as its share's. */
static void backward_share(fl_train_run *run, const trick *t, size_t w)
{
    size_t n = t->share.border.bytes / sizeof(float);
    const float *all = fl_network_cut_gradient(t->whole.network, &t->whole.border);
    forward_share(run, t, w);
    multiply(n, (float)run->workers.n, all + w * n, fl_network_cut_gradient(run->network, &t->share.border));
    fl_network_backward_part(run->network, t->share.near);
    fl_train_tree_add(&run->workers.tree, fl_network_gradient(run->network));
}

static void pass_together(fl_train_run *run, const trick *t)
{
    fl_network *whole = t->whole.network;
    show_whole(run, t);
    for (size_t w = run->workers.first; w < run->workers.end; w++) {
        forward_share(run, t, w);
        fl_train_workers_leave(run, w);
        assemble(run, t, w);
    }
    gather(run, t);
    fl_network_forward_part(whole, t->whole.far);
    run->loss = fl_network_loss(whole);
    if (!isfinite(run->loss)) return;
    fl_network_backward_part(whole, t->whole.far);
    fl_network_export_gradient(whole, &t->layout, t->canonical);
    fl_network_import_values(run->network, &t->layout, t->canonical, fl_network_gradient(run->network));
    for (size_t w = run->workers.first; w < run->workers.end; w++) backward_share(run, t, w);
}

/* --- the method --- */

static void step(fl_train_run *run)
{
    const trick *t = run->servers;
    if (run->workers.n == 1) {
        fl_train_run_step(run);
        return;
    }
    fl_train_run_look(run);
    fl_train_tree_begin(&run->workers.tree, t->near);
    (t->whole.network ? pass_together : pass_in_turn)(run, t);
    if (isfinite(run->loss)) {
        fl_train_tree_mean(&run->workers.tree, fl_network_gradient(run->network));
        run->outcome->gradient_evaluations += run->workers.n;
    }
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    if (!isfinite(run->loss)) return;
    run->ledger[FL_TRAIN_BYTES] += t->bytes;
    fl_train_run_update(run);
}

static json_t *division(const fl_train_run *run)
{
    return fl_train_divided_json(run->trial);
}

const fl_train_method fl_train_method_one_weird_trick = {
    .spreads = true,
    .allocate = allocate,
    .start = fl_train_workers_start,
    .step = step,
    .present = fl_train_workers_present,
    .copies = copies,
    .suits = suits,
    .division = division,
};
