/* A whole training step of every workload: batch, forward, backward, update, as the trainer itself times them. */
#include "speed/gbench/gbench.h"
#include "speed/kernels/kernels.h"
#include "train/train.h"
#include "speed/kernels/work.h"

#include <stdio.h>

static const char *const optimizers[] = { "momentum", "adam" };
static const size_t batches[] = { 32, 50, 128, 256 };

typedef struct training {
    fl_trial_owners owners;
    const fl_backend *backend;
    fl_backend_precision precision;
    size_t batch;
} training;

/* A rate that cannot make parameters diverge, not even where curvatures are 1e10. */
static fl_trial trial_of(const training *t, uint64_t steps)
{
    fl_trial trial = fl_trial_default(&t->owners);
    const fl_optimizer *optimizer = t->owners.optimizer;
    size_t rate = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "learning_rate");
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][rate] = 1e-12;
    trial.backend = t->backend;
    trial.precision = t->precision;
    trial.batch_size = t->batch;
    trial.steps = steps;
    trial.eval_every = 0;
    return trial;
}

static void note_input(void *user, const fl_network *network)
{
    *(fl_tensor_shape *)user = fl_network_in(network);
}

static void count(gbench *run, const fl_trial *trial, fl_tensor_shape in)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n = fl_workload_layers(trial->owners.workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], layers);
    double operations = work_of_step(layers, n, in);
    gbench_rate(run, "examples/s", (double)trial->batch_size);
    if (operations > 0) work_count(run, operations, trial->precision);
}

/* One trial of as many steps as there are iterations; the trainer keeps data and plans for the next call. */
static void measure(gbench *run, const void *what)
{
    static fl_train_trainer *trainer;
    fl_tensor_shape in;
    fl_train_callbacks callbacks = { .user = &in, .begun = note_input };
    fl_trial trial = trial_of(what, gbench_iterations(run));
    fl_outcome outcome;
    fl_error error;
    if (!trainer) trainer = fl_train_trainer_new();
    if (!fl_train_trial(trainer, &trial, &callbacks, &outcome, &error)) {
        gbench_skip(run, error.text);
        return;
    }
    double seconds =
        outcome.seconds.data + outcome.seconds.forward_backward + outcome.seconds.curvature + outcome.seconds.update;
    while (gbench_next(run)) gbench_seconds(run, seconds / (double)trial.steps);
    count(run, &trial, in);
    fl_outcome_free(&outcome);
}

static void add(const training *t)
{
    char name[200];
    snprintf(name, sizeof name, "step/%s/%s/%s/%s/%zu", t->owners.workload->entry.name, t->owners.optimizer->entry.name,
             t->backend->entry.name, fl_backend_precision_name(t->precision), t->batch);
    gbench_register(name, GBENCH_OWN, measure, t, sizeof *t);
}

static void add_workload(const fl_workload *workload, const fl_backend *backend, fl_backend_precision precision)
{
    training t = { .backend = backend, .precision = precision };
    for (size_t o = 0; o < sizeof optimizers / sizeof *optimizers; o++) {
        t.owners =
            (fl_trial_owners){ fl_optimizer_find(optimizers[o], NULL), fl_schedule_find("constant", NULL), workload };
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
            t.batch = batches[b];
            add(&t);
        }
    }
}

void kernels_steps(void)
{
    for (const fl_workload *const *w = fl_workloads(); *w; w++)
        for (const fl_backend *const *b = fl_backends(); *b; b++)
            for (fl_backend_precision precision = 0; precision < FL_BACKEND_PRECISIONS; precision++)
                if ((*b)->usable(precision, NULL)) add_workload(*w, *b, precision);
}
