/* The three backends train the same CNN on the same real pictures: their losses agree step by step until a ReLU or a
 * max-pool flips, which any two correct fp32 programs do in the end. */
#include "support/traces.h"

enum { STEPS = 20, BATCH = 8 }; /* small for naive's sake */

static void keep_loss(void *whose, const fl_train_step *step)
{
    ((double *)whose)[step->step - 1] = step->loss;
}

static void trace(const char *backend, double losses[STEPS])
{
    fl_trial trial = cnn_trial(backend, BATCH, STEPS, 0);
    fl_train_callbacks watch = { .whose = losses, .stepped = keep_loss };
    fl_outcome outcome;
    fl_error error;
    fl_train_trainer *trainer = fl_train_trainer_new();
    if (!fl_train_trial(trainer, &trial, &watch, &outcome, &error)) fail_msg("%s", error.text);
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
}

static void three_backends_agree_over_twenty_steps(void **state)
{
    static const char *const backends[] = { "naive", "openblas", "onednn" };
    double losses[3][STEPS];
    need_fashion_mnist();
    for (size_t b = 0; b < 3; b++) trace(backends[b], losses[b]);
    for (size_t b = 1; b < 3; b++)
        for (size_t i = 0; i < STEPS; i++) assert_close(losses[b][i], losses[0][i], i < 3 ? 1e-5 : 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(three_backends_agree_over_twenty_steps) };
    return test_run(tests, NULL, NULL);
}
