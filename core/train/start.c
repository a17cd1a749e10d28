/* The start of a trial: memory is allocated, everything gets its first value, the outcome its description. */
#include "base/memory.h"
#include "math/dense.h"
#include "train/exchange.h"
#include "train/method.h"

#include <stdio.h>
#include <string.h>

/* Of the whole batch, whatever its micro-batches, as large as it grows. */
static void make_shown(fl_train_run *run)
{
    size_t parts = fl_train_run_most_examples(run) / fl_trial_micro_batch(run->trial);
    run->shown = fl_arena_floats(run->arena, parts * fl_tensor_shape_size(fl_network_in(run->network)));
    run->shown_labels = fl_arena_bytes(run->arena, parts * fl_network_n_losses(run->network) * sizeof(int32_t));
    size_t targets = fl_network_n_targets(run->network);
    if (targets) run->shown_targets = fl_arena_floats(run->arena, parts * targets);
}

static bool allocate(fl_train_run *run, fl_error *error)
{
    const fl_trial *trial = run->trial;
    size_t n = fl_trial_evaluations(trial, trial->steps);
    run->outcome->points = fl_memory_new(n, sizeof(fl_trial_point));
    run->history_steps = fl_arena_bytes(run->arena, n * sizeof *run->history_steps);
    run->history_losses = fl_arena_bytes(run->arena, n * sizeof *run->history_losses);
    size_t n_statistics = fl_network_export_statistics(run->network, NULL);
    run->canonical = fl_arena_floats(run->arena, fl_network_layout(run->network)->n_parameters + n_statistics);
    run->checkpoint.most_points = n;
    if (run->callbacks && run->callbacks->stepped) make_shown(run);
    if (fl_trial_micro_batch(trial) < fl_trial_share(trial) || fl_trial_grows(trial))
        run->sum = fl_arena_floats(run->arena, fl_network_layout(run->network)->count);
    if (run->plans->carries)
        fl_dataset_order_start_streams(&run->order, run->plans->splits.training.count, trial->batch_size);
    else
        fl_dataset_order_start(&run->order, run->plans->splits.training.count, trial->batch_size, trial->seed);
    run->average = fl_train_average_new(run->arena, run->network, trial);
    if (run->average.how.method == FL_TRIAL_SNAPSHOTS) run->ensemble = fl_train_ensemble_new(run->arena, run->plans);
    run->context = fl_trial_schedule_context(trial);
    if (!fl_train_run_lend(run, error)) return false;
    if (run->method->division) run->ledger = fl_arena_bytes(run->arena, FL_TRAIN_LEDGER * sizeof *run->ledger);
    if (run->method->allocate) run->method->allocate(run);
    return true;
}

static void describe(fl_train_run *run)
{
    fl_outcome *outcome = run->outcome;
    fl_trial_id(run->trial, run->plans->dataset->checksum, outcome->trial);
    const char *content = run->plans->dataset->content;
    snprintf(outcome->data, sizeof outcome->data, "%s", content ? content : "");
    outcome->n_parameters = fl_network_layout(run->network)->n_parameters;
    for (const char *const *word = fl_network_fallbacks(run->network); *word; word++)
        snprintf(outcome->lent + strlen(outcome->lent), sizeof outcome->lent - strlen(outcome->lent), "%s%s",
                 *outcome->lent ? "," : "", *word);
    fl_text words = { 0 };
    fl_network_describe(run->network, &words);
    fl_text_add(&words, "; evaluation: ");
    fl_network_describe(run->plans->evaluation, &words);
    if (run->trial->owners.optimizer->dense) {
        fl_text_add(&words, "; optimizer: ");
        fl_math_describe(&words);
    }
    outcome->implementation = words.bytes;
}

static void begin(fl_train_run *run)
{
    fl_init init = fl_trial_init(run->trial);
    fl_network_init(run->network, &init, run->trial->seed);
    fl_train_average_start(&run->average, run->network);
    fl_train_run_start_rule(run);
    if (run->method->start) run->method->start(run);
    if (run->callbacks && run->callbacks->begun) run->callbacks->begun(run->callbacks->user, run->network);
}

static void set_workers(fl_train_run *run)
{
    const fl_method *method = run->trial->owners.method;
    size_t sharers = method && method->shares_batch ? run->trial->workers : 1;
    run->method = fl_train_method_of(run->trial);
    run->workers.n = run->trial->workers;
    fl_train_carriers_block(fl_train_carriers_size(run->carriers), fl_train_carriers_rank(run->carriers),
                            run->workers.n, &run->workers.first, &run->workers.end);
    bool is_helper = run->method->work && fl_train_carriers_rank(run->carriers);
    if (run->checkpoints) run->leave_asked = run->checkpoints->leave_asked;
    if (is_helper) run->checkpoints = NULL; /* process 0 has everything, and walks the loop alone */
    run->n_rules = run->method->apart ? run->workers.n : 1;
    run->sharing = (fl_train_sharing){ 0, run->method->apart || run->method->work ? 1 : sharers, sharers };
    fl_train_exchange_begin(run);
}

bool fl_train_run_start(fl_train_run *run, fl_error *error)
{
    bool resumed = false;
    run->network = run->plans->training;
    set_workers(run);
    if (run->trial->owners.optimizer->dense) fl_math_start(run->trial->threads);
    if (!allocate(run, error) || !fl_train_run_start_client(run, error)) return false;
    describe(run);
    if (!fl_train_method_spread(run, error)) return false;
    if (run->checkpoints && !fl_train_run_resume(run, &resumed, error)) return false;
    if (!resumed) begin(run);
    return true;
}
