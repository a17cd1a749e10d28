/* A rule that is not elementwise: it divides the gradient of each output by its length, so it has to know where rows
 * begin. It trains where they are where shapes say, and is refused elsewhere. */
#include "support/optimizer_run.h"

#include "train/train.h"

/* Rows of `n` gradients. */
static void move_row(const fl_optimizer_update *update, size_t first, size_t n)
{
    double square = 0;
    for (size_t i = first; i < first + n; i++) square += (double)update->gradient[i] * update->gradient[i];
    float factor = (float)(update->rate / (sqrt(square) + 1e-6));
    for (size_t i = first; i < first + n; i++) update->parameters[i] -= factor * update->gradient[i];
}

static void step(fl_optimizer_update *update)
{
    for (const fl_tensor *b = update->flat->blocks; b < update->flat->blocks + update->flat->n_blocks; b++)
        for (size_t row = 0; row < b->shape[0]; row++) {
            size_t n = b->n_values / b->shape[0];
            move_row(update, b->offset + row * n, n);
        }
}

/* Asks for the gradient at other parameters before it moves: copies of the weights have to follow. */
static void step_after_a_look_elsewhere(fl_optimizer_update *update)
{
    size_t n = update->flat->count;
    float *kept = fl_memory_new(n, sizeof *kept);
    memcpy(kept, update->parameters, n * sizeof *kept);
    for (size_t i = 0; i < n; i++) update->parameters[i] *= 2;
    update->again(update);
    memcpy(update->parameters, kept, n * sizeof *kept);
    update->again(update);
    free(kept);
    step(update);
}

static const fl_hyper hypers[] = { { .name = "learning_rate", .standard = NAN, .max = HUGE_VAL } };
static const fl_optimizer rowwise = { .entry = { "rowwise", "", "" }, .hypers = hypers, .n_hypers = 1, .step = step };
static const fl_optimizer looking = {
    .entry = { "looking", "", "" }, .hypers = hypers, .n_hypers = 1, .step = step_after_a_look_elsewhere
};

static fl_trial trial_of(const fl_optimizer *rule, const char *backend)
{
    fl_trial_owners owners = { rule, fl_schedule_find("constant", NULL), fl_workload_find("glyphs/mlp", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = fl_backend_find(backend, NULL);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.02;
    trial.batch_size = 8;
    trial.steps = 3;
    trial.eval_every = 0;
    return trial;
}

static fl_outcome train(const fl_optimizer *rule, const char *backend)
{
    fl_trial trial = trial_of(rule, backend);
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_outcome outcome;
    fl_error error;
    if (!fl_train_trial(trainer, &trial, NULL, &outcome, &error)) fail_msg("%s", error.text);
    fl_train_trainer_free(trainer);
    fl_trial_free(&trial);
    return outcome;
}

static void backends_with_canonical_layouts_agree(void **state)
{
    fl_error why;
    if (!fl_backend_find("openblas", NULL)->usable(FL_BACKEND_F32, &why)) test_skip("%s", why.text);
    fl_outcome naive = train(&rowwise, "naive"), openblas = train(&rowwise, "openblas");
    for (size_t i = 0; i < FL_OUTCOME_FIRST_LOSSES; i++)
        assert_close(openblas.first_losses.of[i], naive.first_losses.of[i], 1e-5);
    assert_true(naive.first_losses.of[2] != naive.first_losses.of[0]);
    fl_outcome_free(&naive);
    fl_outcome_free(&openblas);
}

static void a_look_elsewhere_changes_nothing_and_is_counted(void **state)
{
    fl_outcome plain = train(&rowwise, "naive"), looked = train(&looking, "naive");
    assert_string_equal(looked.state_hash, plain.state_hash);
    assert_int_equal(plain.gradient_evaluations, 3);
    assert_int_equal(looked.gradient_evaluations, 9);
    fl_outcome_free(&plain);
    fl_outcome_free(&looked);
}

static void a_backend_with_layouts_of_its_own_is_refused(void **state)
{
    fl_error error;
    fl_trial trial = trial_of(&rowwise, "onednn");
    assert_false(fl_trial_accepts(&trial, SIZE_MAX, &error));
    assert_int_equal(error.fault, FL_ERROR_USER); /* exit code 2 */
    assert_string_equal(error.text,
                        "optimizer 'rowwise' looks at the shapes of weights, which backend 'onednn' keeps in "
                        "layouts of its own; use backend naive or openblas");
    trial.owners.optimizer = fl_optimizer_find("sgd", NULL);
    assert_true(fl_trial_accepts(&trial, SIZE_MAX, &error));
    fl_trial_free(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backends_with_canonical_layouts_agree),
        cmocka_unit_test(a_look_elsewhere_changes_nothing_and_is_counted),
        cmocka_unit_test(a_backend_with_layouts_of_its_own_is_refused),
    };
    return test_run(tests, NULL, NULL);
}
