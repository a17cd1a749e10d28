/* What a rule is lent for a trial: its arrays, in the layout it asks for, and room of its own. */
#include "base/capacity.h"
#include "train/method.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Where the backend keeps layouts of its own, a rule that looks at rows and columns has arrays of its own. */
static void make_view(fl_train_run *run)
{
    const fl_tensor_layout *native = fl_network_layout(run->network);
    fl_train_view *view = &run->view;
    if (!run->trial->owners.optimizer->canonical || run->trial->backend->canonical) return;
    fl_tensor *tensors = fl_arena_bytes(run->arena, native->n_tensors * sizeof *tensors);
    view->layout = fl_tensor_layout_canonical(native, tensors);
    view->parameters = fl_arena_floats(run->arena, view->layout.count);
    view->gradient = fl_arena_floats(run->arena, view->layout.count);
}

static void make_passing(fl_train_run *run)
{
    fl_train_passing *passing = &run->passing;
    if (!run->trial->owners.optimizer->elementwise)
        passing->count = run->sharing.n * fl_network_state_layout(run->network)->count;
    passing->before = fl_arena_floats(run->arena, passing->count);
    passing->after = fl_arena_floats(run->arena, passing->count);
}

static bool draws(const fl_trial *trial)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n = fl_trial_layers(trial, layers);
    const fl_dataset_inputs *inputs = &trial->owners.workload->inputs;
    bool found = false;
    for (size_t i = 0; i < n; i++) found |= layers[i].kind == FL_LAYER_DROPOUT && layers[i].rate > 0;
    for (size_t i = 0; i < inputs->n; i++) found |= fl_dataset_inputs_specs[inputs->steps[i].kind].training;
    return found;
}

/* Is the batch the training set, and the loss the same function of the parameters at every step? */
static bool is_whole(const fl_train_run *run)
{
    return run->trial->batch_size == run->plans->splits.training.count && !draws(run->trial) &&
           !fl_network_state_layout(run->network)->count;
}

static void make_undecayed(fl_train_run *run)
{
    const fl_optimizer *optimizer = run->trial->owners.optimizer;
    size_t decay = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "weight_decay");
    memcpy(run->undecayed, run->trial->values.of[FL_TRIAL_OF_OPTIMIZER], sizeof run->undecayed);
    if (decay < optimizer->n_hypers) run->undecayed[decay] = 0;
}

/* Nothing where the rule asks for none. */
static void make_curvature(fl_train_run *run)
{
    fl_network_curvature *curvature = run->plans->curvature;
    size_t count = fl_network_layout(run->network)->count, n = 0;
    if (!run->trial->owners.optimizer->wants) return;
    run->standing.v = fl_arena_floats(run->arena, count);
    run->standing.out = fl_arena_floats(run->arena, count);
    run->standing.sum = fl_arena_floats(run->arena, count);
    fl_network_curvature_factor_doubly(curvature, run->method->doubly ? run->method->doubly(run) : 0);
    n = fl_network_curvature_n_factors(curvature);
    run->standing.blocks = fl_arena_bytes(run->arena, n * sizeof *run->standing.blocks);
    for (size_t i = 0; i < n; i++) {
        const fl_network_factor *f = fl_network_curvature_factor(curvature, i);
        run->standing.blocks[i] =
            (fl_optimizer_block){ f->weight, f->bias, f->row, f->out, f->in, f->has_bias, f->channels };
    }
    run->update.blocks = run->standing.blocks;
    run->update.n_blocks = n;
}

static size_t aligned(size_t count)
{
    return (count + FL_TENSOR_ALIGNMENT - 1) / FL_TENSOR_ALIGNMENT * FL_TENSOR_ALIGNMENT;
}

/* Of every worker that has a rule's state of its own, one behind the other. */
static bool lend_state(fl_train_run *run, fl_error *error)
{
    char what[120];
    const fl_optimizer *optimizer = run->trial->owners.optimizer;
    fl_optimizer_update *update = &run->update;
    size_t n = run->n_rules;
    for (size_t i = 0; i < optimizer->n_states; i++)
        update->state[i] = fl_arena_floats(run->arena, n * update->layout->count);
    if (!optimizer->own) return true;
    run->own = optimizer->own(update);
    double floats = (double)n * (double)run->own.kept + (double)run->own.scratch;
    snprintf(what, sizeof what, "what optimizer '%.80s' keeps", optimizer->entry.name);
    if (!fl_capacity_holds(what, sizeof(float) * floats, error)) return false;
    run->own.kept = aligned(run->own.kept);
    update->own = fl_arena_floats(run->arena, n * run->own.kept);
    update->scratch = fl_arena_floats(run->arena, run->own.scratch);
    return true;
}

bool fl_train_run_lend(fl_train_run *run, fl_error *error)
{
    make_view(run);
    make_passing(run);
    make_undecayed(run);
    run->around = fl_train_around_of(run->trial);
    run->whole = is_whole(run);
    bool viewed = run->view.parameters != NULL;
    run->update = (fl_optimizer_update){
        .layout = viewed ? &run->view.layout : fl_network_layout(run->network),
        .parameters = viewed ? run->view.parameters : fl_network_parameters(run->network),
        .gradient = viewed ? run->view.gradient : fl_network_gradient(run->network),
        .hyper = run->trial->values.of[FL_TRIAL_OF_OPTIMIZER],
        .decays_matrices_only = run->around.matrices_only,
        .seed = run->trial->seed,
        .l2 = (double)run->around.l2,
        .negative_curvature = NAN,
        .lent = &fl_train_run_lent,
        .trainer = run,
    };
    make_curvature(run);
    return lend_state(run, error);
}

void fl_train_run_start_rule(fl_train_run *run)
{
    const fl_optimizer *optimizer = run->trial->owners.optimizer;
    if (run->view.parameters) fl_network_export_canonical(run->network, &run->view.layout, run->view.parameters);
    if (optimizer->start) optimizer->start(&run->update);
}
