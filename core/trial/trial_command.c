/* A trial as the command that runs it again. */
#include "base/memory.h"
#include "own/own.h"
#include "trial/model.h"
#include "trial/parallel.h"
#include "virtual/trace.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add_value(fl_text *text, const fl_hyper *hyper, double value)
{
    char number[FL_TEXT_NUMBER_SIZE];
    fl_text_add(text, "%s",
                hyper->scale == FL_HYPER_CHOICE ? hyper->choices[(size_t)value] : fl_text_number(value, number));
}

static void add_values(fl_text *text, const fl_trial *trial, fl_trial_owner owner)
{
    size_t n;
    const fl_hyper *table = fl_trial_owner_table(&trial->owners, owner, &n);
    for (size_t i = 0; i < n; i++) {
        double value = trial->values.of[owner][i];
        if (isnan(value) || fl_trial_is_neutral(&trial->owners, owner, i, value)) continue;
        fl_text_add(text, " --set %s%s=", fl_trial_owner_prefix(owner), table[i].name);
        add_value(text, &table[i], value);
    }
}

static void add_rates(fl_text *text, const fl_trial *trial)
{
    if (!trial->n_rates) return;
    char number[FL_TEXT_NUMBER_SIZE];
    fl_text_add(text, " --set 'schedule.rates=[");
    for (size_t i = 0; i < trial->n_rates; i++)
        fl_text_add(text, "%s%s", i ? "," : "", fl_text_number(trial->rates[i], number));
    fl_text_add(text, "]'");
}

static void add_split(fl_text *text, const fl_trial *trial)
{
    const fl_dataset_split *split = &trial->split;
    size_t validation = fl_trial_validation(trial);
    if (validation != trial->owners.workload->dataset->n_validation) fl_text_add(text, " --validation %zu", validation);
    if (split->from != FL_DATASET_FROM_END)
        fl_text_add(text, " --validation-from %s", fl_dataset_split_from_name(split->from));
    if (split->from == FL_DATASET_FROM_SEEDED) fl_text_add(text, " --validation-seed %" PRIu64, split->seed);
}

/* Then the settings say it all. */
static bool by_setting(const fl_trial *trial)
{
    for (size_t i = FL_TRIAL_INIT; i <= FL_TRIAL_INIT_BIAS; i++)
        if (!fl_trial_is_neutral(&trial->owners, FL_TRIAL_OF_MODEL, i, trial->values.of[FL_TRIAL_OF_MODEL][i]))
            return true;
    return false;
}

static void add_init(fl_text *text, const fl_trial *trial)
{
    char number[FL_TEXT_NUMBER_SIZE];
    fl_init initial = trial->owners.workload->init;
    if (by_setting(trial)) return;
    if (trial->init.weights != initial.weights || trial->init.argument != initial.argument) {
        fl_text_add(text, " --init %s", trial->init.weights->entry.name);
        if (trial->init.weights->argument) fl_text_add(text, ":%s", fl_text_number(trial->init.argument, number));
    }
    if (trial->init.bias != initial.bias)
        fl_text_add(text, " --init-bias %s", fl_text_number(trial->init.bias, number));
}

/* By name where the definition cannot have changed, else by the copy that a result folder keeps. */
static void add_workload(fl_text *text, const fl_workload *workload)
{
    if (workload->by_name)
        fl_text_add(text, "fairlead trial --workload %s", workload->entry.name);
    else
        fl_text_add(text, "fairlead trial --workload workloads/%s.json", workload->hash);
}

void fl_trial_command(const fl_trial *trial, fl_text *text)
{
    char number[FL_TEXT_NUMBER_SIZE];
    if (fl_trial_processes(trial)) fl_text_add(text, "mpirun -np %zu ", fl_trial_processes(trial));
    add_workload(text, trial->owners.workload);
    fl_own_command(trial->owners.optimizer, text);
    fl_text_add(text, " --schedule %s", trial->owners.schedule->entry.name);
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) add_values(text, trial, owner);
    add_rates(text, trial);
    fl_text_add(text,
                " --batch %zu --steps %zu --eval-every %zu --seed %" PRIu64 " --backend %s --precision %s --threads %u",
                trial->batch_size, trial->steps, trial->eval_every, trial->seed, trial->backend->entry.name,
                fl_backend_precision_name(trial->precision), trial->threads);
    if (trial->eval_ratio > 0) fl_text_add(text, " --eval-ratio %s", fl_text_number(trial->eval_ratio, number));
    if (trial->test != FL_TRIAL_TEST_ALL) fl_text_add(text, " --test %s", fl_trial_test_name(trial->test));
    add_split(text, trial);
    add_init(text, trial);
    if (trial->stop_above > 0) fl_text_add(text, " --stop-above %s", fl_text_number(trial->stop_above, number));
    if (trial->curvature_every) fl_text_add(text, " --curvature-every %zu", trial->curvature_every);
    if (trial->micro_batch) fl_text_add(text, " --micro-batch %zu", trial->micro_batch);
    if (trial->owners.method) fl_text_add(text, " --parallel %s:%zu", trial->owners.method->entry.name, trial->workers);
    if (fl_trial_is_traced(trial)) fl_text_add(text, " --durations traces/%s.txt", trial->trace->hash);
    fl_trial_averaging_command(&trial->average, text);
    if (trial->patience.evaluations)
        fl_text_add(text, " --patience %zu:%s", trial->patience.evaluations,
                    fl_trial_metric_name(trial->patience.metric));
}
