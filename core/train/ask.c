/* What a rule asks for during its step (fl_optimizer_lent): the network is shown the parameters as the rule has them,
 * and what it does is timed apart from the rule.
 */
#include "network/curvature.h"
#include "train/run.h"

#include <string.h>

/* Parameters may have moved, or move unseen: the network's values are no longer those of the rule's parameters, so
 * neither its pass nor a curvature that borrows them may be used. */
static void forget(fl_train_run *run)
{
    run->loaded.passed = false;
    run->standing.of = NULL;
}

/* How many of `n` examples the whole training set has. */
static size_t all_in(const fl_train_run *run, size_t n)
{
    return run->plans->splits.training.count / n;
}

/* --- losses and gradients --- */

/* A rule that did not say so before the trial began has neither the network for it nor the memory. */
static void expect_all(const fl_train_run *run)
{
    const fl_optimizer *rule = run->trial->owners.optimizer;
    if (!rule->wants || !rule->wants(run->update.hyper).all)
        fl_error_die("optimizer '%s' asks for the loss on the whole training set; its `wants` is to answer with "
                     "`all` set",
                     rule->entry.name);
}

/* By the curvature's own passes, which are in evaluation mode; the training network's are not. */
static double pass_all(fl_train_run *run, bool gradient)
{
    fl_network_curvature *of_all = run->plans->curvature_of_all;
    size_t n = all_in(run, fl_trial_micro_batch(run->trial)), count = fl_network_layout(run->network)->count;
    float *mean = fl_network_gradient(run->network), *part = run->standing.out;
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        fl_train_run_load_any(run, i);
        loss += fl_network_curvature_at(of_all, run->network, NULL) / (double)n;
        if (gradient) fl_network_curvature_gradient(of_all, part);
        for (size_t k = 0; gradient && k < count; k++) mean[k] = (i ? mean[k] : 0) + part[k] / (float)n;
        fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    }
    if (gradient) run->outcome->gradient_evaluations += all_in(run, run->trial->batch_size);
    return loss;
}

static double evaluate(fl_optimizer_update *update, uint64_t batch, bool gradient)
{
    fl_train_run *run = update->trainer;
    bool all = batch == FL_OPTIMIZER_ALL;
    if (all) expect_all(run);
    fl_train_run_show_parameters(run);
    fl_train_run_end_lap(run, &run->outcome->seconds.update);
    double loss = all ? pass_all(run, gradient) : fl_train_run_pass(run, (size_t)batch, gradient);
    forget(run);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    if (gradient) fl_train_run_take_gradient(run);
    return loss + fl_train_run_penalty(run);
}

/* --- curvature: of one batch it stands where it is put, of several it goes through them for every product --- */

static bool is_of_all(const fl_train_run *run)
{
    return run->standing.batch == FL_OPTIMIZER_ALL;
}

/* Micro-batches, or whole batches. */
static size_t n_parts(const fl_train_run *run)
{
    size_t n = fl_trial_micro_batch(run->trial);
    return is_of_all(run) ? all_in(run, n) : fl_train_run_examples(run) / n;
}

/* What a product costs, in products of one batch. */
static size_t cost(const fl_train_run *run)
{
    return is_of_all(run) ? all_in(run, run->trial->batch_size) : 1;
}

void fl_train_run_put_curvature(fl_train_run *run, fl_network_curvature *curvature, const float *state)
{
    (run->loaded.passed ? fl_network_curvature_at_pass : fl_network_curvature_at)(curvature, run->network, state);
    run->standing.of = curvature;
}

/* Part `index` of those it is of; running statistics as the step's own pass found them. */
static void go_to(fl_train_run *run, size_t index)
{
    bool all = is_of_all(run);
    fl_network_curvature *curvature = all ? run->plans->curvature_of_all : run->plans->curvature;
    const float *state = run->passing.count && !all ? run->passing.before : NULL;
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature); /* before what is loaded is timed */
    if (all)
        fl_train_run_load_any(run, index);
    else
        fl_train_run_load(run, (size_t)run->standing.batch, index);
    fl_train_run_put_curvature(run, curvature, state);
}

/* Where the rule stands, if anything was evaluated since. */
static void return_to(fl_train_run *run)
{
    if (run->standing.of || n_parts(run) > 1) return;
    fl_train_run_show_parameters(run);
    go_to(run, 0);
}

static void stand(fl_optimizer_update *update, uint64_t batch)
{
    fl_train_run *run = update->trainer;
    if (batch != FL_OPTIMIZER_HERE) forget(run);
    if (!run->loaded.passed) fl_train_run_show_parameters(run);
    fl_train_run_end_lap(run, &run->outcome->seconds.update);
    run->standing.batch = batch == FL_OPTIMIZER_HERE ? run->step : batch;
    if (n_parts(run) == 1) go_to(run, 0);
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature);
}

/* The mean over all parts; `out` is not `v`. */
static void multiply(fl_train_run *run, fl_network_matrix matrix, const float *v, float *out)
{
    size_t n = n_parts(run), count = fl_network_layout(run->network)->count;
    float *sum = run->standing.sum;
    return_to(run);
    run->outcome->curvature_products += cost(run);
    for (size_t i = 0; i < n; i++) {
        if (n > 1) go_to(run, i);
        fl_network_curvature_product(run->standing.of, matrix, v, out);
        for (size_t k = 0; n > 1 && k < count; k++) sum[k] = (i ? sum[k] : 0) + out[k] / (float)n;
    }
    if (n > 1) memcpy(out, sum, count * sizeof *out);
}

/* The l2 penalty's matrix is l2 on the diagonal of the numbers that it takes in. */
static void product(fl_optimizer_update *update, fl_optimizer_curvature matrix, const float *v, float *out)
{
    static const fl_network_matrix matrices[] = {
        [FL_OPTIMIZER_HESSIAN] = FL_NETWORK_HESSIAN,
        [FL_OPTIMIZER_GGN] = FL_NETWORK_GGN,
        [FL_OPTIMIZER_FISHER] = FL_NETWORK_FISHER,
        [FL_OPTIMIZER_FISHER_SAMPLED] = FL_NETWORK_FISHER_SAMPLED,
        [FL_OPTIMIZER_FISHER_EMPIRICAL] = FL_NETWORK_FISHER_EMPIRICAL,
    };
    fl_train_run *run = update->trainer;
    const fl_tensor_layout *layout = fl_network_layout(run->network);
    const fl_train_around l2 = { .l2 = run->around.l2, .matrices_only = run->around.matrices_only };
    float *native = run->standing.v, *result = run->view.parameters ? run->standing.out : out;
    fl_train_run_end_lap(run, &run->outcome->seconds.update);
    if (run->view.parameters)
        fl_network_import_values(run->network, &run->view.layout, v, native);
    else
        memcpy(native, v, layout->count * sizeof *native);
    multiply(run, matrices[matrix], native, result);
    fl_train_around_add(&l2, layout, native, result, 0, layout->count);
    if (run->view.parameters) fl_network_export_values(run->network, result, &run->view.layout, out);
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature);
}

static void factors(fl_optimizer_update *update, fl_optimizer_curvature fisher, float *const *a, float *const *g)
{
    fl_train_run *run = update->trainer;
    bool drawn = fisher == FL_OPTIMIZER_FISHER_SAMPLED;
    fl_train_run_end_lap(run, &run->outcome->seconds.update);
    run->outcome->curvature_products++;
    return_to(run);
    fl_network_curvature_factors(run->standing.of, drawn ? FL_NETWORK_FISHER_SAMPLED : FL_NETWORK_FISHER_EMPIRICAL, a,
                                 g);
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature);
}

const fl_optimizer_lent fl_train_run_lent = {
    .evaluate = evaluate, .stand = stand, .product = product, .factors = factors
};
