/* A batch computed in parts gives the whole batch's losses and gradients, to rounding, and in any rule. */
#include "support/test.h"
#include "support/trainer.h"
#include "base/memory.h"

#include <math.h>

enum { STEPS = 6, BATCH = 24 };

static fl_trial trial_of(const char *optimizer, const char *backend, size_t micro)
{
    fl_trial_owners owners = { fl_optimizer_find(optimizer, NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("glyphs/mlp", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    size_t rate = fl_hyper_index(owners.optimizer->hypers, owners.optimizer->n_hypers, "learning_rate");
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][rate] = 1e-2;
    trial.backend = fl_backend_find(backend, NULL);
    trial.batch_size = BATCH;
    trial.micro_batch = micro;
    trial.steps = STEPS;
    trial.eval_every = 0;
    return trial;
}

typedef struct seen {
    double losses[STEPS], norms[STEPS], inputs[STEPS], labels[STEPS];
    size_t n;
} seen;

static void note(void *user, const fl_train_step *step)
{
    seen *s = user;
    s->losses[s->n] = step->loss;
    s->norms[s->n] = step->gradient_norm;
    for (size_t i = 0; i < BATCH * 784; i++) s->inputs[s->n] += (double)step->input[i] * (double)(i % 97);
    for (size_t i = 0; i < BATCH; i++) s->labels[s->n] += step->labels[i] * (double)(i + 1);
    s->n++;
}

static seen run(const fl_trial *trial)
{
    seen s = { .n = 0 };
    fl_train_trainer *trainer = shared_trainer();
    fl_train_callbacks callbacks = { .user = &s, .stepped = note };
    fl_outcome outcome = { 0 };
    assert_true(fl_train_trial(trainer, trial, &callbacks, &outcome, NULL));
    assert_int_equal(STEPS, s.n);
    fl_outcome_free(&outcome);
    return s;
}

static void check(const char *optimizer, const char *backend)
{
    fl_trial whole = trial_of(optimizer, backend, 0), parts = trial_of(optimizer, backend, 8);
    if (!whole.backend->usable(FL_BACKEND_F32, NULL)) return;
    seen a = run(&whole), b = run(&parts);
    for (size_t i = 0; i < STEPS; i++) {
        assert_true(a.inputs[i] == b.inputs[i] && a.labels[i] == b.labels[i]);
        assert_close(b.losses[i], a.losses[i], 1e-4 * a.losses[i]);
        assert_close(b.norms[i], a.norms[i], 1e-3 * a.norms[i]);
    }
}

static void parts_make_the_whole(void **state)
{
    static const char *const backends[] = { "naive", "openblas", "onednn" };
    for (size_t i = 0; i < 3; i++) {
        check("momentum", backends[i]);
        check("sam", backends[i]);
    }
}

static void one_part_is_the_whole_bit_by_bit(void **state)
{
    fl_trial whole = trial_of("adam", "naive", 0), part = trial_of("adam", "naive", BATCH);
    seen a = run(&whole), b = run(&part);
    assert_memory_equal(a.losses, b.losses, sizeof a.losses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_make_the_whole),
        cmocka_unit_test(one_part_is_the_whole_bit_by_bit),
    };
    return test_run(tests, NULL, NULL);
}
