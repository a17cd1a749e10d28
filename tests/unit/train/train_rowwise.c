/* A rule that divides the gradient of each output by its length, so it has to know where rows begin. It sees canonical
 * arrays whatever layout the backend keeps. */
#include "support/optimizer_run.h"
#include "support/trainer.h"

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
    for (const fl_tensor *b = update->layout->tensors; b < update->layout->tensors + update->layout->n_tensors; b++)
        for (size_t row = 0; row < b->shape[0]; row++) {
            size_t n = b->n_values / b->shape[0];
            move_row(update, b->offset + row * n, n);
        }
}

/* Asks for the gradient at other parameters before it moves: copies of the weights have to follow. */
static void step_after_a_look_elsewhere(fl_optimizer_update *update)
{
    size_t n = update->layout->count;
    float *kept = fl_memory_new(n, sizeof *kept);
    memcpy(kept, update->parameters, n * sizeof *kept);
    for (size_t i = 0; i < n; i++) update->parameters[i] *= 2;
    update->lent->evaluate(update, update->step, true);
    memcpy(update->parameters, kept, n * sizeof *kept);
    update->lent->evaluate(update, update->step, true);
    free(kept);
    step(update);
}

static bool declines(const fl_optimizer_update *update)
{
    return true;
}

static const fl_hyper hypers[] = { { .name = "learning_rate", .default_value = NAN, .max = HUGE_VAL } };
#define RULE(word, ...)                                                                                                \
    {                                                                                                                  \
        .entry = { word, "", "" }, .hypers = hypers, .n_hypers = 1, .canonical = true, __VA_ARGS__                     \
    }
static const fl_optimizer rowwise = RULE("rowwise", .step = step);
static const fl_optimizer looking = RULE("looking", .step = step_after_a_look_elsewhere);
static const fl_optimizer declining =
    RULE("declining", .step = step_after_a_look_elsewhere, .declines_gradient = declines);

static fl_trial trial_of(const fl_optimizer *rule, const char *backend)
{
    fl_trial_owners owners = { rule, fl_schedule_find("constant", NULL), fl_workload_find("glyphs/mlp", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = fl_backend_find(backend, NULL);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = strcmp(rule->entry.name, "lbfgs") ? 0.02 : 1;
    size_t solver = fl_hyper_index(rule->hypers, rule->n_hypers, "solver");
    if (solver < rule->n_hypers)
        trial.values.of[FL_TRIAL_OF_OPTIMIZER][solver] = fl_hyper_choice(&rule->hypers[solver], "cg");
    trial.batch_size = 8;
    trial.steps = 3;
    trial.eval_every = 0;
    return trial;
}

static fl_outcome train(const fl_optimizer *rule, const char *backend)
{
    fl_trial trial = trial_of(rule, backend);
    fl_outcome outcome = must_train(shared_trainer(), &trial, NULL);
    fl_trial_free(&trial);
    return outcome;
}

static const fl_tensor_layout *seen; /* by the last step of `noticing` */
static bool network_is_seen;

static void notice(fl_optimizer_update *update)
{
    seen = update->layout;
}

static void compare(void *user, const fl_network *network)
{
    network_is_seen = fl_network_layout(network) == seen;
}

static bool sees_the_networks_arrays(const char *backend)
{
    static const fl_optimizer noticing = RULE("noticing", .step = notice);
    fl_train_callbacks watch = { .ended = compare };
    fl_trial trial = trial_of(&noticing, backend);
    fl_outcome outcome = must_train(shared_trainer(), &trial, &watch);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
    return network_is_seen;
}

/* The losses of naive's arithmetic in another order: 1e-5. */
static void every_backend_gives_a_rowwise_rule_the_same_losses(void **state)
{
    fl_outcome naive = train(&rowwise, "naive");
    assert_true(naive.first_losses.of[2] != naive.first_losses.of[0]);
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        fl_error why;
        if (!(*b)->usable(FL_BACKEND_F32, &why)) {
            print_message("%s\n", why.text);
            continue;
        }
        fl_outcome other = train(&rowwise, (*b)->entry.name);
        for (size_t i = 0; i < FL_OUTCOME_FIRST_LOSSES; i++)
            assert_close(other.first_losses.of[i], naive.first_losses.of[i], 1e-5);
        fl_outcome_free(&other);
    }
    fl_outcome_free(&naive);
}

/* Every registered rule that is not elementwise, at its defaults. */
static void every_backend_gives_rules_that_see_tensors_the_same_losses(void **state)
{
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++) {
        fl_trial trial = trial_of(*o, "naive");
        bool there = fl_trial_accepts(&trial, SIZE_MAX, NULL);
        fl_trial_free(&trial);
        /* SOAP's bases beyond the rank of eight gradients are rounding's, on every backend others. */
        if ((*o)->elementwise || !there || !strcmp((*o)->entry.name, "soap")) continue;
        fl_outcome naive = train(*o, "naive");
        for (const fl_backend *const *b = fl_backends() + 1; *b; b++) {
            if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
            fl_outcome other = train(*o, (*b)->entry.name);
            for (size_t i = 0; i < FL_OUTCOME_FIRST_LOSSES; i++)
                assert_close(other.first_losses.of[i], naive.first_losses.of[i], 1e-4);
            fl_outcome_free(&other);
        }
        fl_outcome_free(&naive);
    }
}

static void arrays_are_copied_only_where_the_backend_has_layouts_of_its_own(void **state)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        if ((*b)->usable(FL_BACKEND_F32, NULL))
            assert_int_equal(sees_the_networks_arrays((*b)->entry.name), (*b)->canonical);
}

static void a_look_elsewhere_changes_nothing_and_is_counted(void **state)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        const char *backend = (*b)->entry.name;
        fl_outcome plain = train(&rowwise, backend), looked = train(&looking, backend),
                   first = train(&declining, backend);
        assert_string_equal(looked.state_hash, plain.state_hash);
        assert_string_equal(first.state_hash, plain.state_hash);
        assert_int_equal(plain.gradient_evaluations, 3);
        assert_int_equal(looked.gradient_evaluations, 9);
        assert_int_equal(first.gradient_evaluations, 6);
        fl_outcome_free(&plain);
        fl_outcome_free(&looked);
        fl_outcome_free(&first);
    }
}

/* The hash is of parameters and running statistics; at rate 0 the former stay where they are. */
static void hash_without_a_rate(const char *rule, char hash[17])
{
    fl_trial_owners owners = { fl_optimizer_find(rule, NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("glyphs/resnet8", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0;
    trial.batch_size = 4;
    trial.steps = 3;
    trial.eval_every = 0;
    fl_outcome outcome = must_train(shared_trainer(), &trial, NULL);
    memcpy(hash, outcome.state_hash, 17);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
}

static void a_gradient_elsewhere_leaves_running_statistics_where_the_steps_own_pass_left_them(void **state)
{
    char plain[17], elsewhere[17], start[17];
    fl_error why;
    if (!fl_backend_find("onednn", NULL)->usable(FL_BACKEND_F32, &why)) test_skip("%s", why.text);
    hash_without_a_rate("sgd", plain);
    hash_without_a_rate("sam", elsewhere);
    hash_without_a_rate("nesterov_lookahead", start);
    assert_string_equal(elsewhere, plain);
    assert_string_equal(start, plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_backend_gives_a_rowwise_rule_the_same_losses),
        cmocka_unit_test(every_backend_gives_rules_that_see_tensors_the_same_losses),
        cmocka_unit_test(arrays_are_copied_only_where_the_backend_has_layouts_of_its_own),
        cmocka_unit_test(a_gradient_elsewhere_leaves_running_statistics_where_the_steps_own_pass_left_them),
        cmocka_unit_test(a_look_elsewhere_changes_nothing_and_is_counted),
    };
    return test_run(tests, NULL, NULL);
}
