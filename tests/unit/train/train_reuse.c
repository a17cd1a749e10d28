/* A trainer keeps data, splits and planned networks from trial to trial; a kept one gives the same bits as a new one.
 */
#include "support/test.h"
#include "support/trainer.h"
#include "train/train.h"

typedef struct choice {
    const char *workload, *backend, *optimizer;
    size_t batch, validation; /* SIZE_MAX: the default split */
    double dimension;         /* of the quadratic */
    double rate;
    uint64_t seed;
} choice;

/* Each differs from the one before in something a trainer keeps. */
static const choice choices[] = {
    { "quadratic/noisy", "naive", "sgd", 8, SIZE_MAX, 8, 0.05, 1 },
    { "quadratic/noisy", "naive", "adam", 8, SIZE_MAX, 8, 0.05, 1 },  /* the same plans, another rule */
    { "quadratic/noisy", "naive", "sgd", 16, SIZE_MAX, 8, 0.05, 1 },  /* another batch */
    { "quadratic/noisy", "naive", "sgd", 16, 100, 8, 0.05, 1 },       /* another split */
    { "quadratic/noisy", "naive", "sgd", 16, 100, 20, 0.05, 1 },      /* other data of the same workload */
    { "quadratic/noisy", "naive", "sgd", 16, 100, 20, 1e30, 1 },      /* diverges and leaves infinities behind */
    { "quadratic/noisy", "naive", "momentum", 16, 100, 20, 0.01, 2 }, /* the same plans after a divergence */
    { "glyphs/mlp", "naive", "adam", 8, SIZE_MAX, 8, 0.001, 3 },      /* another workload */
    { "glyphs/mlp", "openblas", "adam", 8, SIZE_MAX, 8, 0.001, 3 },   /* another backend */
    { "glyphs/mlp", "onednn", "adam", 8, SIZE_MAX, 8, 0.001, 3 },
    { "glyphs/mlp", "onednn", "rmsprop", 40, SIZE_MAX, 8, 0.001, 3 },
    { "glyphs/mlp", "onednn", "adam", 8, SIZE_MAX, 8, 0.001, 3 }, /* back again */
    { "quadratic/noisy", "onednn", "sgd", 8, SIZE_MAX, 8, 0.05, 1 },
    { "quadratic/noisy", "naive", "sgd", 8, SIZE_MAX, 8, 0.05, 1 }, /* the first once more */
};

enum { N_CHOICES = sizeof choices / sizeof *choices };

static fl_trial trial_of(const choice *c)
{
    fl_trial_owners owners = { fl_optimizer_find(c->optimizer, NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find(c->workload, NULL) };
    const fl_workload *workload = owners.workload;
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = c->rate;
    if (workload->n_options)
        trial.values.of[FL_TRIAL_OF_WORKLOAD][fl_hyper_index(workload->options, workload->n_options, "dimension")] =
            c->dimension;
    trial.backend = fl_backend_find(c->backend, NULL);
    trial.batch_size = c->batch;
    trial.split.validation = c->validation;
    trial.seed = c->seed;
    trial.steps = 6;
    trial.eval_every = 3;
    return trial;
}

/* Everything of an outcome that may not depend on what the trainer did before, as text. */
static void words_of(const choice *c, fl_train_trainer *trainer, char words[2000])
{
    fl_trial trial = trial_of(c);
    fl_outcome outcome = must_train(trainer, &trial, NULL);
    int n = snprintf(words, 2000, "%s %s %s %s", outcome.trial, fl_outcome_status_name(outcome.status), outcome.reason,
                     outcome.state_hash);
    for (size_t p = 0; p < outcome.n_points; p++)
        for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++)
            n += snprintf(words + n, 2000 - (size_t)n, " %a", outcome.points[p].of[m]);
    n += snprintf(words + n, 2000 - (size_t)n, " %.600s", outcome.implementation);
    fl_outcome_free(&outcome);
}

static bool is_usable(const choice *c)
{
    return fl_backend_find(c->backend, NULL)->usable(FL_BACKEND_F32, NULL);
}

static void a_kept_trainer_gives_the_bits_of_a_new_one(void **state)
{
    fl_train_trainer *kept = fl_train_trainer_new();
    for (size_t i = 0; i < N_CHOICES; i++) {
        char by_kept[2000], by_new[2000];
        if (!is_usable(&choices[i])) continue;
        fl_train_trainer *fresh = fl_train_trainer_new();
        words_of(&choices[i], kept, by_kept);
        words_of(&choices[i], fresh, by_new);
        assert_string_equal(by_kept, by_new);
        fl_train_trainer_free(fresh);
    }
    fl_train_trainer_free(kept);
}

static void a_refused_trial_leaves_the_trainer_good(void **state)
{
    char before[2000], after[2000];
    fl_error error;
    fl_outcome outcome;
    fl_train_trainer *trainer = fl_train_trainer_new();
    words_of(&choices[0], trainer, before);
    choice too_large = choices[0];
    too_large.batch = 10001;
    fl_trial trial = trial_of(&too_large);
    assert_false(fl_train_trial(trainer, &trial, NULL, &outcome, &error));
    assert_string_equal(error.text, "a batch of 10001 is larger than the training split of 10000 examples");
    words_of(&choices[0], trainer, after);
    assert_string_equal(before, after);
    fl_train_trainer_free(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kept_trainer_gives_the_bits_of_a_new_one),
        cmocka_unit_test(a_refused_trial_leaves_the_trainer_good),
    };
    return test_run(tests, NULL, NULL);
}
