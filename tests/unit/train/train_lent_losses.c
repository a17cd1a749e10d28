/* The losses and gradients that a rule is lent beside its step's own: of another step's batch, and of the whole
 * training set. The rules here move nothing, so that what other steps of the trial are given says what the answers are
 * to be.
 */
#include "support/dies.h"
#include "support/model.h"
#include "support/trainer.h"
#include "support/trial.h"

#include "base/memory.h"

static const char *const backends[] = { "naive", "openblas", "onednn" };
enum { N_BACKENDS = sizeof backends / sizeof *backends };

/* A loss and its gradient, of the last trial. */
typedef struct answer {
    double loss;
    float *gradient; /* as the rule's arrays lie */
} answer;

static struct {
    size_t count;        /* floats of a gradient */
    answer all, ahead;   /* asked for in the first step: the training set, and the second step's batch */
    answer next;         /* what the second step is given */
    double losses;       /* sum of the steps' */
    double *gradients;   /* likewise */
    double below, above; /* losses on the training set a little against and along the gradient */
    double length;       /* of that gradient */
} seen;

static void begin(size_t count)
{
    seen.count = count;
    seen.losses = 0;
    seen.gradients = fl_memory_new(count, sizeof *seen.gradients);
    answer *const answers[] = { &seen.all, &seen.ahead, &seen.next };
    for (size_t i = 0; i < 3; i++) answers[i]->gradient = fl_memory_new(count, sizeof(float));
}

static void forget(void)
{
    free(seen.gradients);
    free(seen.all.gradient);
    free(seen.ahead.gradient);
    free(seen.next.gradient);
}

static void keep(answer *to, const fl_optimizer_update *update, double loss)
{
    to->loss = loss;
    memcpy(to->gradient, update->gradient, seen.count * sizeof *to->gradient);
}

static void add_step(const fl_optimizer_update *update)
{
    seen.losses += update->loss;
    for (size_t i = 0; i < seen.count; i++) seen.gradients[i] += (double)update->gradient[i];
}

static void compare_batches(fl_optimizer_update *update)
{
    if (!update->step) begin(update->layout->count);
    add_step(update);
    if (update->step == 1) keep(&seen.next, update, update->loss);
    if (update->step) return;
    keep(&seen.all, update, update->lent->evaluate(update, FL_OPTIMIZER_ALL, true));
    keep(&seen.ahead, update, update->lent->evaluate(update, 1, true));
}

static fl_optimizer_wants wants_all(const double *hyper)
{
    return (fl_optimizer_wants){ .all = true };
}

static fl_optimizer asking(void (*step)(fl_optimizer_update *update))
{
    fl_optimizer rule = *fl_optimizer_find("sgd", NULL);
    rule.entry.name = "asking";
    rule.elementwise = false;
    rule.asks_again = rule.canonical = true;
    rule.wants = wants_all;
    rule.step = step;
    return rule;
}

/* Its training set is `steps` batches of 50: an epoch shows each example once. */
static fl_trial epoch(const fl_optimizer *rule, const fl_workload *workload, const char *backend, size_t steps)
{
    fl_trial trial = naive_trial("sgd", workload);
    trial.owners.optimizer = rule;
    trial.backend = fl_backend_find(backend, NULL);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1;
    trial.batch_size = 50;
    trial.steps = steps;
    trial.split.validation = 12000 - steps * trial.batch_size;
    return trial;
}

static void assert_same(const answer *found, double loss, const double *gradient, double share)
{
    double largest = 0;
    assert_close(found->loss, loss, 1e-5);
    for (size_t i = 0; i < seen.count; i++) largest = fmax(largest, fabs(gradient[i] * share));
    assert_true(largest > 1e-3);
    for (size_t i = 0; i < seen.count; i++)
        if (!(fabs((double)found->gradient[i] - gradient[i] * share) <= 1e-5 * largest))
            fail_msg("gradient %zu: %.9g, not %.9g", i, (double)found->gradient[i], gradient[i] * share);
}

static void assert_ahead_is_next(void)
{
    assert_true(seen.ahead.loss == seen.next.loss);
    assert_memory_equal(seen.ahead.gradient, seen.next.gradient, seen.count * sizeof(float));
    assert_true(fabs(seen.ahead.loss / seen.all.loss - 1) > 1e-3);
}

static void answers_are_those_of(const char *workload, const char *backend, size_t steps, size_t micro_batch)
{
    fl_error why;
    const fl_optimizer rule = asking(compare_batches);
    if (!fl_backend_find(backend, NULL)->usable(FL_BACKEND_F32, &why)) {
        print_message("%s: %s\n", backend, why.text);
        return;
    }
    fl_trial trial = epoch(&rule, fl_workload_find(workload, NULL), backend, steps);
    trial.micro_batch = micro_batch;
    trial_set(&trial, "l2", 0.01);
    fl_outcome outcome = must_train(shared_trainer(), &trial, NULL);
    assert_same(&seen.all, seen.losses / (double)steps, seen.gradients, 1 / (double)steps);
    assert_ahead_is_next();
    assert_int_equal(outcome.gradient_evaluations, steps + steps + 1); /* given, of all, ahead */
    forget();
    fl_outcome_free(&outcome);
}

static void the_training_set_and_another_batch_have_their_own_loss(void **state)
{
    for (size_t b = 0; b < N_BACKENDS; b++) {
        answers_are_those_of("quadratic/noisy", backends[b], 40, 0);
        answers_are_those_of("glyphs/mlp", backends[b], 4, 0);
    }
    answers_are_those_of("quadratic/noisy", "naive", 40, 10);
}

/* --- evaluation mode --- */

static void compare_places(fl_optimizer_update *update)
{
    if (update->step) return;
    begin(update->layout->count);
    keep(&seen.all, update, update->lent->evaluate(update, FL_OPTIMIZER_ALL, true));
    double square = 0, losses[2];
    for (size_t i = 0; i < seen.count; i++) square += (double)seen.all.gradient[i] * (double)seen.all.gradient[i];
    seen.length = sqrt(square);
    for (int side = -1; side <= 1; side += 2) {
        float share = (float)(side * 1e-2 / seen.length);
        for (size_t i = 0; i < seen.count; i++) update->parameters[i] += share * seen.all.gradient[i];
        losses[side > 0] = update->lent->evaluate(update, FL_OPTIMIZER_ALL, false);
        for (size_t i = 0; i < seen.count; i++) update->parameters[i] -= share * seen.all.gradient[i];
    }
    seen.below = losses[0];
    seen.above = losses[1];
}

/* Batch norm by its running statistics and no dropout: what the trial's own evaluation has, and its slope. */
static void the_training_set_is_seen_in_evaluation_mode(void **state)
{
    const fl_layer layers[] = { { .kind = FL_LAYER_AVERAGE_POOL, .name = "pool", .kernel = 4, .stride = 4 },
                                { .kind = FL_LAYER_BATCH_NORM, .name = "bn" },
                                { .kind = FL_LAYER_DROPOUT, .name = "dropout", .rate = 0.4 },
                                { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = 10 },
                                { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY } };
    const fl_optimizer rule = asking(compare_places);
    model m;
    make_model(&m, LAYERS(layers));
    fl_trial trial = epoch(&rule, &m.workload, "naive", 4);
    trial.steps = trial.eval_every = 1;
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_outcome outcome = must_train(trainer, &trial, NULL);
    assert_close(seen.all.loss, outcome.points[outcome.n_points - 1].of[FL_TRIAL_TRAIN_LOSS], 1e-6);
    assert_close((seen.above - seen.below) / 2e-2, seen.length, 1e-3);
    forget();
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
}

static void ask_unprepared(void)
{
    fl_optimizer rule = asking(compare_batches);
    rule.wants = NULL;
    fl_trial trial = epoch(&rule, fl_workload_find("quadratic/noisy", NULL), "naive", 4);
    must_train(shared_trainer(), &trial, NULL);
}

static void a_rule_that_did_not_say_so_is_told(void **state)
{
    assert_dies(ask_unprepared, "its `wants` is to answer with `all` set");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_training_set_and_another_batch_have_their_own_loss),
        cmocka_unit_test(the_training_set_is_seen_in_evaluation_mode),
        cmocka_unit_test(a_rule_that_did_not_say_so_is_told),
    };
    return test_run(tests, NULL, NULL);
}
