#include "support/command_trial.h"
#include "train/train.h"

#include <string.h>

static double draw_value(const fl_hyper *hyper, fl_random_stream *stream)
{
    size_t n_choices = 0;
    if (!strcmp(hyper->name, "curvature_batch")) return 0; /* the whole training set would take minutes */
    while (hyper->choices && hyper->choices[n_choices]) n_choices++;
    if (n_choices) return (double)fl_random_below(stream, n_choices);
    double low = fmax(hyper->min, 0), high = fmin(hyper->max, DRAWN_MOST);
    double value = low + (0.01 + 0.98 * fl_random_uniform(stream)) * (high - low);
    return hyper->scale == FL_HYPER_INTEGER ? ceil(value) : value;
}

fl_trial draw_trial(const fl_optimizer *optimizer, const fl_schedule *schedule, const fl_workload *workload,
                    fl_random_stream *stream)
{
    fl_trial_owners owners = { optimizer, schedule, workload };
    fl_trial trial = fl_trial_default(&owners);
    fl_random_stream of_its_own = *stream; /* around the rule and of the model: what follows is drawn without them */
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n;
        const fl_hyper *table = fl_trial_owner_table(&owners, owner, &n);
        for (size_t i = 0; i < FL_HYPER_MAX; i++) {
            if (owner == FL_TRIAL_OF_MODEL && i < n && isnan(trial.values.of[owner][i])) continue; /* it has none */
            trial.values.of[owner][i] =
                i < n ? draw_value(&table[i], owner >= FL_TRIAL_AROUND ? &of_its_own : stream) : 0;
        }
    }
    trial.steps = DRAWN_STEPS;
    trial.n_rates = schedule->absolute ? DRAWN_STEPS : 0;
    if (trial.n_rates) trial.rates = calloc(trial.n_rates, sizeof *trial.rates);
    for (size_t i = 0; i < trial.n_rates; i++) trial.rates[i] = fl_random_uniform(stream);
    return trial;
}

bool drawn_is_possible(const fl_trial *trial)
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    bool possible = fl_train_prepare(trainer, trial, NULL);
    fl_train_trainer_free(trainer);
    return possible;
}
