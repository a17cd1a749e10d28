/* Several workers train one model: what every method keeps to, and what each of them promises. */
#include "support/command_trial.h"
#include "support/model.h"
#include "support/trained.h"
#include "support/training.h"
#include "support/trial.h"

#include <math.h>

static const fl_layer with_draws[] = {
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv", .n_out = 3, .kernel = 5, .stride = 3 },
    { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_DROPOUT, .name = "dropout", .rate = .25 },
    { .kind = FL_LAYER_FLATTEN },
    { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = 10 },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};
static const fl_layer with_norm[] = {
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv", .n_out = 3, .kernel = 14, .stride = 14 },
    { .kind = FL_LAYER_BATCH_NORM, .name = "bn" },
    { .kind = FL_LAYER_FLATTEN },
    { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = 10 },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};
enum { EVERY, STATE };
enum { KEPT, AVERAGED, RESET };

static void local(fl_trial *trial, size_t workers, size_t every, unsigned state)
{
    parallel(trial, "local", workers);
    trial->values.of[FL_TRIAL_OF_METHOD][EVERY] = (double)every;
    trial->values.of[FL_TRIAL_OF_METHOD][STATE] = state;
}

/* --- one worker --- */

static void one_worker_has_the_bits_of_none(void **state)
{
    static const char *const rules[] = { "sgd", "adam", "sam", "lamb" };
    model m;
    make_model(&m, LAYERS(with_state));
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        fl_trial plain = trial_of(rules[i], &m.workload, 12), one = plain;
        parallel(&one, "synchronous", 1);
        assert_same(&plain, &one);
    }
    fl_trial plain = trial_of("adam", &m.workload, 12), one = plain;
    local(&one, 1, 3, KEPT);
    assert_same(&plain, &one);
    local(&one, 1, 3, AVERAGED);
    assert_same(&plain, &one);
    local(&one, 1, 1000, RESET);
    assert_same(&plain, &one);
}

/* --- synchronous --- */

/* Draws belong to rows of the whole batch, so only the order of sums differs. */
static void assert_shares_make_the_whole(const char *rule, const char *backend, size_t micro)
{
    model m;
    make_model(&m, LAYERS(with_draws));
    augment(&m);
    fl_trial trial = trial_of(rule, &m.workload, 24);
    trial.backend = fl_backend_find(backend, NULL);
    if (!trial.backend->usable(FL_BACKEND_F32, NULL)) return;
    seen whole = train(&trial);
    for (size_t workers = 2; workers <= 4; workers++) {
        parallel(&trial, "synchronous", workers);
        trial.micro_batch = micro;
        seen shared = train(&trial);
        assert_true(apart(&whole, &shared) < 1e-5);
        assert_true(apart(&whole, &shared) > 0);
        for (size_t i = 0; i < trial.steps; i++) assert_close(shared.losses[i], whole.losses[i], 1e-5);
        assert_int_equal(shared.gradients, workers * whole.gradients);
        drop(&shared);
    }
    drop(&whole);
}

static void shares_make_the_whole_to_1e_5_after_10_steps(void **state)
{
    assert_shares_make_the_whole("momentum", "naive", 0);
    assert_shares_make_the_whole("momentum", "naive", 2);
    assert_shares_make_the_whole("sam", "naive", 0);
    assert_shares_make_the_whole("momentum", "onednn", 0);
}

/* Where nothing moves, the means of two halves have the mean of the whole, but not their variances, the variance of the
 * whole: each worker saw its own half alone. */
static void batch_norm_is_each_workers_own_and_its_statistics_are_their_mean(void **state)
{
    model m;
    make_model(&m, LAYERS(with_norm));
    fl_trial trial = trial_of("null", &m.workload, 4);
    trial.steps = 1;
    seen whole = train(&trial);
    parallel(&trial, "synchronous", 2);
    seen halves = train(&trial);
    size_t channels = whole.n_statistics / 2;
    assert_int_equal(channels, 3);
    for (size_t c = 0; c < channels; c++) {
        assert_close(halves.statistics[c], whole.statistics[c], 1e-6);
        assert_true(fabsf(halves.statistics[channels + c] - whole.statistics[channels + c]) > 1e-5f);
    }
    assert_true(fabs(halves.losses[0] - whole.losses[0]) > 1e-6);
    drop(&whole);
    drop(&halves);
}

/* The largest difference of a running statistic, beside 1 or itself. */
static double statistics_apart(const seen *a, const seen *b)
{
    double most = 0;
    assert_int_equal(a->n_statistics, b->n_statistics);
    for (size_t i = 0; i < a->n_statistics; i++)
        most = fmax(most, fabs((double)a->statistics[i] - (double)b->statistics[i]) /
                              fmax(1, fabs((double)b->statistics[i])));
    return most;
}

static const fl_layer with_two_norms[] = {
    { .kind = FL_LAYER_BATCH_NORM, .name = "bn1" },
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv", .n_out = 5, .kernel = 7, .stride = 7 },
    { .kind = FL_LAYER_BATCH_NORM, .name = "bn2" },
    { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_FLATTEN },
    { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = 10 },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

/* Statistics of the whole batch: only the order of sums differs, forward, backward, and of what runs. */
static void assert_norms_are_of_the_whole(const char *rule, const char *backend, size_t workers)
{
    model m;
    make_model(&m, LAYERS(with_two_norms));
    fl_trial trial = trial_of(rule, &m.workload, 24);
    trial.backend = fl_backend_find(backend, NULL);
    if (!trial.backend->usable(FL_BACKEND_F32, NULL)) return;
    seen whole = train(&trial);
    parallel(&trial, "synchronous", workers);
    seen apiece = train(&trial);
    trial.values.of[FL_TRIAL_OF_METHOD][0] = 1; /* batch_norm */
    seen together = train(&trial);
    assert_true(apart(&whole, &together) < 1e-5);
    assert_true(statistics_apart(&whole, &together) < 1e-5);
    assert_true(apart(&whole, &apiece) > 1e-4);
    assert_int_equal(together.gradients, workers * whole.gradients);
    drop(&whole);
    drop(&apiece);
    drop(&together);
}

static void synchronised_batch_norm_makes_the_whole_to_1e_5(void **state)
{
    assert_norms_are_of_the_whole("momentum", "naive", 2);
    assert_norms_are_of_the_whole("sam", "naive", 3);
    assert_norms_are_of_the_whole("momentum", "openblas", 4);
    assert_norms_are_of_the_whole("momentum", "onednn", 4);
}

static void synchronised_batch_norm_goes_on_from_any_step(void **state)
{
    model m;
    fl_error error;
    make_model(&m, LAYERS(with_two_norms));
    fl_trial trial = trial_of("momentum", &m.workload, 12);
    trial.steps = 5;
    trial.eval_every = 2;
    parallel(&trial, "synchronous", 3);
    trial.values.of[FL_TRIAL_OF_METHOD][0] = 1; /* batch_norm */
    assert_resumes(&trial);
    trial.micro_batch = 2;
    assert_false(fl_trial_accepts(&trial, SIZE_MAX, &error));
    assert_contains(error.text, "synchronised computes a share at once; leave micro_batch away");
}

static void other_looks_leave_each_workers_state_as_it_was(void **state)
{
    fl_optimizer looking = looking_rule();
    model m;
    make_model(&m, LAYERS(with_state));
    fl_trial plain = trial_of("sgd", &m.workload, 12);
    parallel(&plain, "synchronous", 3);
    fl_trial looked = plain;
    looked.owners.optimizer = &looking;
    assert_same(&plain, &looked);
}

/* --- local --- */

/* The mean of steps by one rate is the step by the mean gradient, and what is linear keeps so. */
static void averaged_every_step_sgd_is_synchronous_to_rounding(void **state)
{
    static const struct {
        const char *rule;
        unsigned state;
    } cases[] = { { "sgd", KEPT }, { "sgd", RESET }, { "momentum", KEPT }, { "momentum", AVERAGED } };
    model m;
    make_model(&m, LAYERS(with_draws));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_trial trial = trial_of(cases[i].rule, &m.workload, 24);
        parallel(&trial, "synchronous", 4);
        seen together = train(&trial);
        local(&trial, 4, 1, cases[i].state);
        seen averaged = train(&trial);
        assert_true(apart(&together, &averaged) < 1e-6);
        for (size_t k = 0; k < trial.steps; k++) assert_close(averaged.losses[k], together.losses[k], 1e-5);
        assert_int_equal(averaged.gradients, together.gradients);
        drop(&together);
        drop(&averaged);
    }
}

/* Without velocity momentum's step is SGD's. */
static void a_rule_reset_every_step_has_no_memory(void **state)
{
    model m;
    make_model(&m, LAYERS(with_draws));
    fl_trial memory = trial_of("momentum", &m.workload, 24), none = trial_of("sgd", &m.workload, 24);
    local(&memory, 2, 1, RESET);
    local(&none, 2, 1, RESET);
    assert_same(&memory, &none);
}

/* What is evaluated before the first averaging is the mean of workers who never met: of those, each trained by itself
 * on its rows, that is the definition. Here two on a quadratic, where the gradient is linear: their mean is the one's
 * who takes the mean gradient, whatever H is. */
static void evaluations_look_at_the_mean_and_disturb_nobody(void **state)
{
    fl_trial seldom = training_quadratic(fl_optimizer_find("sgd", NULL), fl_schedule_find("constant", NULL));
    seldom.values.of[FL_TRIAL_OF_SCHEDULE][0] = 0;
    seldom.eval_every = 0;
    fl_trial together = fl_trial_copy(&seldom);
    parallel(&together, "synchronous", 2);
    local(&seldom, 2, 5, KEPT);
    seen a = train(&together), b = train(&seldom);
    assert_true(apart(&a, &b) < 1e-5);
    fl_trial often = fl_trial_copy(&seldom);
    often.eval_every = 1;
    seen c = train(&often);
    assert_string_equal(b.hash, c.hash);
    assert_memory_equal(b.losses, c.losses, sizeof b.losses);
    drop(&a);
    drop(&b);
    drop(&c);
    fl_trial_free(&seldom);
    fl_trial_free(&together);
    fl_trial_free(&often);
}

static void how_often_they_meet_matters(void **state)
{
    model m;
    make_model(&m, LAYERS(with_draws));
    fl_trial trial = trial_of("momentum", &m.workload, 24);
    local(&trial, 4, 1, KEPT);
    seen often = train(&trial);
    local(&trial, 4, 5, KEPT);
    seen seldom = train(&trial);
    assert_true(apart(&often, &seldom) > 1e-4);
    drop(&often);
    drop(&seldom);
}

/* --- all methods --- */

/* A loss that is not finite on one worker alone ends the trial for all at that step. */
static void a_loss_that_is_not_finite_is_everybodys(void **state)
{
    fl_trial trial = training_quadratic(fl_optimizer_find("sgd", NULL), fl_schedule_find("constant", NULL));
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e20; /* squares of what it reaches are no floats any more */
    trial.values.of[FL_TRIAL_OF_SCHEDULE][0] = 0;
    trial.eval_every = 0;
    for (size_t i = 0; i < 2; i++) {
        if (i)
            local(&trial, 4, 3, KEPT);
        else
            parallel(&trial, "synchronous", 4);
        seen s = train(&trial);
        assert_int_equal(s.status, FL_OUTCOME_INFEASIBLE);
        assert_string_equal(s.hash, "");
        drop(&s);
    }
    fl_trial_free(&trial);
}

static void a_trial_of_several_workers_goes_on_from_any_step(void **state)
{
    model m;
    make_model(&m, LAYERS(with_state));
    fl_trial trial = trial_of("adam", &m.workload, 6);
    trial.split.validation = 11980;
    trial.steps = 7;
    parallel(&trial, "synchronous", 3);
    assert_resumes(&trial);
    for (unsigned kept = KEPT; kept <= RESET; kept++) {
        local(&trial, 3, 2, kept);
        assert_resumes(&trial);
    }
}

static const fl_optimizer *watched;
static const fl_optimizer_lent *real;
static size_t asked;

static double count_evaluate(fl_optimizer_update *update, uint64_t batch, bool gradient)
{
    asked++;
    return real->evaluate(update, batch, gradient);
}

static void count_stand(fl_optimizer_update *update, uint64_t batch)
{
    asked++;
    real->stand(update, batch);
}

static void watched_step(fl_optimizer_update *update)
{
    fl_optimizer_lent counting = *update->lent;
    real = update->lent;
    counting.evaluate = count_evaluate;
    counting.stand = count_stand;
    update->lent = &counting;
    watched->step(update);
    update->lent = real;
}

/* On what has every curvature, few parameters among them. */
static const fl_layer small[] = {
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv", .n_out = 2, .kernel = 14, .stride = 14 },
    { .kind = FL_LAYER_FLATTEN },
    { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = 10 },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

static void rules_say_of_themselves_whether_they_ask_again(void **state)
{
    model m;
    make_model(&m, LAYERS(small));
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++) {
        fl_optimizer rule = *(watched = *o);
        fl_trial trial = trial_of(rule.entry.name, &m.workload, 8);
        trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e-3;
        trial.steps = 1;
        if (!fl_trial_accepts(&trial, SIZE_MAX, NULL)) continue; /* a library is missing */
        rule.step = watched_step;
        trial.owners.optimizer = &rule;
        asked = 0;
        seen s = train(&trial);
        if ((asked > 0) != rule.asks_again) fail_msg("%s has asked %zu times", rule.entry.name, asked);
        drop(&s);
    }
}

static bool is_served(const fl_method *method, const fl_optimizer *rule)
{
    if (method->rules == FL_METHOD_PRECONDITIONER) return rule->preconditioner;
    if (rule->wants) return false; /* curvature of whole batches */
    if (method->rules == FL_METHOD_ELEMENTWISE) return rule->elementwise;
    if (method->rules == FL_METHOD_NO_LOOKING && rule->look) return false;
    return method->rules == FL_METHOD_ANY_RULE || !rule->asks_again;
}

/* Numbers that have no default are small ones here. The quadratic is a model of one layer, which cannot be divided and
 * has no Kronecker factors: train_parts.c and train_distributed_kfac.c go on from every step of one that can. */
static void every_method_serves_every_rule_it_says_it_serves(void **state)
{
    for (const fl_method *const *m = fl_methods(); *m; m++)
        for (const fl_optimizer *const *o = fl_optimizers(); *o; o++) {
            fl_error error = { .text = "" };
            fl_trial trial = training_quadratic(*o, fl_schedule_find("constant", NULL));
            bool there = fl_trial_accepts(&trial, SIZE_MAX, NULL);
            trial.values.of[FL_TRIAL_OF_SCHEDULE][0] = 0;
            trial.steps = 4;
            parallel(&trial, (*m)->entry.name, 2);
            for (size_t i = 0; i < (*m)->n_hypers; i++)
                if (isnan((*m)->hypers[i].default_value)) trial.values.of[FL_TRIAL_OF_METHOD][i] = 2;
            bool served = fl_trial_accepts(&trial, SIZE_MAX, &error);
            if (there && served != is_served(*m, *o))
                fail_msg("%s with %s: '%s'", (*m)->entry.name, (*o)->entry.name, error.text);
            bool divides = (*m)->dense || !strcmp((*m)->entry.name, "pipeline");
            if (there && served && !divides && !(*o)->preconditioner) assert_resumes(&trial);
            fl_trial_free(&trial);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_training, end_training)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_worker_has_the_bits_of_none),
        TEST(shares_make_the_whole_to_1e_5_after_10_steps),
        TEST(batch_norm_is_each_workers_own_and_its_statistics_are_their_mean),
        TEST(synchronised_batch_norm_makes_the_whole_to_1e_5),
        TEST(synchronised_batch_norm_goes_on_from_any_step),
        TEST(other_looks_leave_each_workers_state_as_it_was),
        TEST(averaged_every_step_sgd_is_synchronous_to_rounding),
        TEST(a_rule_reset_every_step_has_no_memory),
        TEST(evaluations_look_at_the_mean_and_disturb_nobody),
        TEST(how_often_they_meet_matters),
        TEST(a_loss_that_is_not_finite_is_everybodys),
        TEST(a_trial_of_several_workers_goes_on_from_any_step),
        TEST(rules_say_of_themselves_whether_they_ask_again),
        TEST(every_method_serves_every_rule_it_says_it_serves),
    };
    return test_run(tests, training_set_up, workspace_tear_down);
}
