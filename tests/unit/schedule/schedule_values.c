/* Known values of each schedule: closed forms, and PyTorch 1.13.0 (Debian 12), whose rates were printed with "%.17g".
 */
#include "support/test.h"

#include "schedule/schedule.h"

typedef struct trial {
    const fl_schedule *schedule;
    double hyper[FL_HYPER_MAX];
    fl_schedule_context context;
} trial;

/* A trial of `steps` steps at rate 0.4 under the defaults. */
static trial *trial_of(trial *t, const char *name, size_t steps)
{
    *t = (trial){ .schedule = fl_schedule_find(name, NULL) };
    assert_non_null(t->schedule);
    for (size_t i = 0; i < t->schedule->n_hypers; i++) t->hyper[i] = t->schedule->hypers[i].default_value;
    t->context = (fl_schedule_context){ .hyper = t->hyper, .learning_rate = 0.4, .steps = steps };
    return t;
}

static void set(trial *t, const char *name, double value)
{
    size_t i = fl_hyper_index(t->schedule->hypers, t->schedule->n_hypers, name);
    assert_true(i < t->schedule->n_hypers);
    t->hyper[i] = value;
}

static double rate_at(trial *t, size_t step)
{
    t->context.step = step;
    return fl_schedule_rate(t->schedule, &t->context);
}

/* Steps 0, 1, ... against `expected`; PyTorch computes each rate from the last one and gathers a rounding per step. */
static void assert_rates(trial *t, const double *expected, size_t n)
{
    for (size_t step = 0; step < n; step++) assert_close(rate_at(t, step), expected[step], 1e-14);
}

static void constant_stays(void **state)
{
    trial t;
    trial_of(&t, "constant", 100);
    for (size_t step = 0; step < 100; step++) assert_true(rate_at(&t, step) == 0.4);
}

/* LinearLR(start_factor=1, end_factor=0.1, total_iters=5): T_d = 5 of 8 steps. */
static void linear_agrees_with_torch(void **state)
{
    trial t;
    trial_of(&t, "linear", 8);
    set(&t, "decay_fraction", 5.0 / 8);
    set(&t, "end_factor", 0.1);
    assert_rates(&t,
                 (double[]){ 0.4, 0.32800000000000007, 0.25600000000000006, 0.18400000000000005, 0.11200000000000004,
                             0.04, 0.04, 0.04 },
                 8);
}

/* The decay ends at T_d = 0.75 * 1000; halfway there the rate is midway between first and last. */
static void linear_is_constant_after_its_decay(void **state)
{
    trial t;
    trial_of(&t, "linear", 1000);
    set(&t, "decay_fraction", 0.75);
    set(&t, "end_factor", 1e-3);
    assert_close(rate_at(&t, 375), 0.4 * (1 + 1e-3) / 2, 1e-15);
    assert_true(rate_at(&t, 749) > 0.4 * 1e-3);
    for (size_t step = 750; step < 1000; step++) assert_true(rate_at(&t, step) == 0.4 * 1e-3);
}

/* CosineAnnealingLR(T_max=8, eta_min=0.04) */
static void cosine_agrees_with_torch(void **state)
{
    trial t;
    trial_of(&t, "cosine", 8);
    set(&t, "end_factor", 0.1);
    assert_rates(&t,
                 (double[]){ 0.4, 0.38629831585203162, 0.34727922061357852, 0.28888301782571618, 0.22,
                             0.15111698217428385, 0.092720779386421454, 0.053701684147968387 },
                 8);
}

/* CosineAnnealingWarmRestarts(T_0=4, eta_min=0.04) */
static void cosine_restarts_agrees_with_torch(void **state)
{
    trial t;
    trial_of(&t, "cosine_restarts", 8);
    set(&t, "end_factor", 0.1);
    set(&t, "cycles", 2);
    assert_rates(&t,
                 (double[]){ 0.4, 0.34727922061357852, 0.22, 0.092720779386421454, 0.4, 0.34727922061357852, 0.22,
                             0.092720779386421454 },
                 8);
}

/* StepLR(step_size=3, gamma=0.1) over 9 steps: stairs of a third. */
static void step_agrees_with_torch(void **state)
{
    trial t;
    trial_of(&t, "step", 9);
    assert_rates(&t, (double[]){ 0.4, 0.4, 0.4, 0.04, 0.04, 0.04, 0.004, 0.004, 0.004 }, 9);
}

/* A third of 100 steps, rounded to 9 digits as a search gives it: stairs at 33.3 and 66.7, none at 100. */
static void stairs_begin_at_the_nearest_step(void **state)
{
    trial t;
    trial_of(&t, "step", 100);
    set(&t, "every", 0.333333334);
    const size_t last_of_stair[] = { 32, 66, 99 };
    for (size_t k = 0; k < 3; k++) assert_close(rate_at(&t, last_of_stair[k]), 0.4 * pow(0.1, (double)k), 1e-15);
    for (size_t k = 0; k < 2; k++)
        assert_close(rate_at(&t, last_of_stair[k] + 1), 0.4 * pow(0.1, (double)k + 1), 1e-15);
}

/* f^(t/T) with f = 1/16 and T = 4 halves at each step. */
static void exponential_loses_the_same_share_at_each_step(void **state)
{
    trial t;
    trial_of(&t, "exponential", 4);
    set(&t, "end_factor", 1.0 / 16);
    assert_rates(&t, (double[]){ 0.4, 0.2, 0.1, 0.05 }, 4);
}

/* 1/(1 + t/s): 1/2 at t = s, 1/4 at t = 3 s. */
static void inverse_time_halves_after_its_timescale(void **state)
{
    trial t;
    trial_of(&t, "inverse_time", 1000);
    set(&t, "timescale", 50);
    assert_close(rate_at(&t, 50), 0.2, 1e-15);
    assert_close(rate_at(&t, 150), 0.1, 1e-15);
}

/* Vaswani et al. 2017, equation 3, over its highest value: min(n^-0.5, n s^-1.5) / s^-0.5 with n from 1. The warm-up is
 * n/s; after it this file's step t, counted from 0, is their n = t. */
static void inverse_sqrt_is_the_transformers_schedule(void **state)
{
    trial t;
    trial_of(&t, "inverse_sqrt", 10000);
    set(&t, "timescale", 400);
    set(&t, "warmup_steps", 400);
    for (size_t n = 1; n <= 400; n++) assert_close(rate_at(&t, n - 1), 0.4 * (double)n / 400, 1e-15);
    for (size_t n = 400; n < 10000; n += 100) assert_close(rate_at(&t, n), 0.4 * sqrt(400 / (double)n), 1e-15);
}

/* PolynomialLR(total_iters=5, power=2): T_d = 5 of 8 steps, down to 0. */
static void polynomial_agrees_with_torch(void **state)
{
    trial t;
    trial_of(&t, "polynomial", 8);
    set(&t, "decay_fraction", 5.0 / 8);
    assert_rates(
        &t, (double[]){ 0.4, 0.25600000000000006, 0.14400000000000002, 0.064000000000000015, 0.015999999999999997 }, 5);
    for (size_t step = 5; step < 8; step++) assert_true(rate_at(&t, step) == 0);
}

static void polynomial_of_power_one_is_linear(void **state)
{
    trial p, l;
    trial_of(&p, "polynomial", 100);
    trial_of(&l, "linear", 100);
    set(&p, "power", 1);
    set(&p, "decay_fraction", 0.7);
    set(&l, "decay_fraction", 0.7);
    set(&p, "end_factor", 0.03);
    set(&l, "end_factor", 0.03);
    for (size_t step = 0; step < 100; step++) assert_close(rate_at(&p, step), rate_at(&l, step), 1e-15);
}

/* T = 10, the last 4 steps of it cool down: (T - t)/4 at t = 6, 7, 8, 9. */
static void trapezoidal_holds_then_falls(void **state)
{
    trial t;
    trial_of(&t, "trapezoidal", 10);
    set(&t, "cooldown_fraction", 0.4);
    for (size_t step = 0; step <= 6; step++) assert_close(rate_at(&t, step), 0.4, 1e-15);
    assert_close(rate_at(&t, 7), 0.3, 1e-15);
    assert_close(rate_at(&t, 8), 0.2, 1e-15);
    assert_close(rate_at(&t, 9), 0.1, 1e-15);
}

/* Tell the losses one by one; after each the rate is `expected`. Evaluation k comes after step k + 1. */
static void assert_plateau(trial *t, const double *losses, const double *expected, size_t n)
{
    size_t told_at[64];
    assert_true(n <= 64);
    for (size_t i = 0; i < n; i++) told_at[i] = i + 1;
    for (size_t i = 0; i < n; i++) {
        t->context.history = (fl_schedule_history){ .steps = told_at, .val_losses = losses, .n = i + 1 };
        assert_close(rate_at(t, i + 1), expected[i], 1e-15);
    }
}

/* By hand, patience 1, threshold 10 %: 0.95 is no better than 1 by a tenth (bad 1), 0.92 neither (bad 2, above the
 * patience: drop), 0.85 is better, 0.84 bad 1, 0.83 bad 2: drop, 0.5 better. */
static void plateau_drops_when_patience_is_exceeded(void **state)
{
    trial t;
    trial_of(&t, "plateau", 100);
    set(&t, "patience", 1);
    set(&t, "threshold", 0.1);
    assert_plateau(&t, (double[]){ 1, 0.95, 0.92, 0.85, 0.84, 0.83, 0.5 },
                   (double[]){ 0.4, 0.4, 0.04, 0.04, 0.04, 0.004, 0.004 }, 7);
}

/* ReduceLROnPlateau(factor=0.5, patience=2, threshold=0.01, threshold_mode="rel", cooldown=1, min_lr=0.06, eps=0) from
 * 0.4. */
static void plateau_agrees_with_torch(void **state)
{
    trial t;
    trial_of(&t, "plateau", 100);
    set(&t, "drop", 0.5);
    set(&t, "patience", 2);
    set(&t, "threshold", 0.01);
    set(&t, "cooldown", 1);
    set(&t, "min_factor", 0.06 / 0.4);
    assert_plateau(&t, (double[]){ 1.0, 0.9, 0.895, 0.893, 0.892, 0.895, 0.896, 0.897, 0.85, 0.9,  0.9,  NAN,  0.9,
                                   0.9, 0.9, 0.9,   0.9,   0.9,   0.9,   0.8,   0.81,  0.82, 0.83, 0.84, 0.85, 0.86 },
                   (double[]){ 0.4, 0.4, 0.4,  0.4,  0.2,  0.2,  0.2,  0.2,  0.2,  0.2,  0.2,  0.1,  0.1,
                               0.1, 0.1, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06 },
                   26);
}

/* The loss after step 5 is the lowest: who remembers it drops the rate three times. */
static void plateau_forgets_what_it_heard_during_the_warmup(void **state)
{
    const size_t told_at[] = { 5, 10, 15, 20 };
    const double losses[] = { 1, 3, 2.9, 2.8 };
    trial t;
    trial_of(&t, "plateau", 100);
    set(&t, "patience", 0);
    t.context.history = (fl_schedule_history){ .steps = told_at, .val_losses = losses, .n = 4 };
    assert_close(rate_at(&t, 20), 0.4 * 1e-3, 1e-15);
    set(&t, "warmup_steps", 5);
    assert_close(rate_at(&t, 20), 0.4, 1e-15);
}

static void list_gives_the_rates_themselves(void **state)
{
    const double rates[] = { 0.3, 7, 0, 1e-9 };
    trial t;
    trial_of(&t, "list", 4);
    t.context.rates = rates;
    t.context.n_rates = 4;
    for (size_t step = 0; step < 4; step++) assert_true(rate_at(&t, step) == rates[step]);
}

static void assert_list_refused(const double *rates, size_t n, const char *sentence)
{
    trial t;
    fl_error error;
    trial_of(&t, "list", 3);
    t.context.rates = rates;
    t.context.n_rates = n;
    assert_false(fl_schedule_accepts(t.schedule, &t.context, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_string_equal(error.text, sentence);
}

static void a_list_with_too_few_or_impossible_rates_is_refused(void **state)
{
    assert_list_refused(NULL, 0, "schedule 'list' has 0 rates for 3 steps");
    assert_list_refused((double[]){ 1, 1 }, 2, "schedule 'list' has 2 rates for 3 steps");
    assert_list_refused((double[]){ 1, -0.5, 1 }, 3,
                        "rate 2 of schedule 'list' is -0.5; it must be a number of at least 0");
    assert_list_refused((double[]){ 1, 1, NAN }, 3,
                        "rate 3 of schedule 'list' is nan; it must be a number of at least 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_stays),
        cmocka_unit_test(linear_agrees_with_torch),
        cmocka_unit_test(linear_is_constant_after_its_decay),
        cmocka_unit_test(cosine_agrees_with_torch),
        cmocka_unit_test(cosine_restarts_agrees_with_torch),
        cmocka_unit_test(step_agrees_with_torch),
        cmocka_unit_test(stairs_begin_at_the_nearest_step),
        cmocka_unit_test(exponential_loses_the_same_share_at_each_step),
        cmocka_unit_test(inverse_time_halves_after_its_timescale),
        cmocka_unit_test(inverse_sqrt_is_the_transformers_schedule),
        cmocka_unit_test(polynomial_agrees_with_torch),
        cmocka_unit_test(polynomial_of_power_one_is_linear),
        cmocka_unit_test(trapezoidal_holds_then_falls),
        cmocka_unit_test(plateau_drops_when_patience_is_exceeded),
        cmocka_unit_test(plateau_agrees_with_torch),
        cmocka_unit_test(plateau_forgets_what_it_heard_during_the_warmup),
        cmocka_unit_test(list_gives_the_rates_themselves),
        cmocka_unit_test(a_list_with_too_few_or_impossible_rates_is_refused),
    };
    return test_run(tests, NULL, NULL);
}
