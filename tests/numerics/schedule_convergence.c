/* Schedules against what stochastic approximation says of them (Robbins and Monro 1951; Bottou 2012), as real
 * trainings: SGD on the noisy quadratic of condition 4, one example a step, a tenth of an epoch, so that examples
 * hardly repeat. What is measured is the excess over the training examples' own optimum, the mean of 200 seeds.
 *
 * With rates eta_t = c / (10 (1 + t/s)) every direction of curvature lambda forgets its start as t^(-2 lambda c s / 10)
 * and settles on the noise, whose excess falls as 1/t where 2 lambda_min c s / 10 > 1, and else more slowly: the
 * schedule's own condition. Rates that fall as 1/sqrt t leave an excess that does, too. A constant rate leaves a
 * plateau; one that falls exponentially stops before it has forgotten where it began. */
#include "support/trial.h"

#include "base/memory.h"
#include "dataset/dataset.h"
#include "train/train.h"

enum { DIMENSION = 4, TRAINING = 10000, LAST = 1000, SEEDS = 200, PLACES = 9 };
static const double CONDITION = 4, BASE = 0.1; /* c = 1: eta lambda_max = 1 at the start */

/* Ten steps a decade apart by a factor, from LAST / 10 to LAST. */
static const size_t places[PLACES] = { 100, 133, 178, 237, 316, 422, 562, 750, 1000 };

typedef struct path {
    const fl_network *network;
    double center[DIMENSION];
    double excess[PLACES]; /* the mean over the seeds so far */
    double rates[LAST];
} path;

static double curvature(size_t i)
{
    return 10 / CONDITION * pow(CONDITION, (double)i / (DIMENSION - 1));
}

static void begun(void *user, const fl_network *network)
{
    ((path *)user)->network = network;
}

static void stepped(void *user, const fl_train_step *step)
{
    path *p = user;
    float theta[DIMENSION];
    p->rates[step->step - 1] = step->rate;
    for (size_t i = 0; i < PLACES; i++) {
        if (places[i] != step->step) continue;
        fl_network_export(p->network, theta);
        for (size_t k = 0; k < DIMENSION; k++)
            p->excess[i] += curvature(k) / 2 * pow(theta[k] - p->center[k], 2) / SEEDS;
    }
}

/* The training examples are the first of the set. */
static void find_center(path *p)
{
    const fl_dataset_kind *kind = fl_dataset_find("quadratic", NULL);
    double options[FL_HYPER_MAX] = { 0 };
    options[fl_hyper_index(kind->options, kind->n_options, "dimension")] = DIMENSION;
    options[fl_hyper_index(kind->options, kind->n_options, "noise")] = 1;
    fl_dataset *d = fl_dataset_load(kind, options, NULL);
    for (size_t i = 0; i < TRAINING; i++)
        for (size_t k = 0; k < DIMENSION; k++) p->center[k] += d->values[i * DIMENSION + k] / TRAINING;
    fl_dataset_free(d);
}

/* Train 200 seeds from `start` under a schedule, one of whose hyperparameters is set. */
static path descend(const char *schedule, const char *hyper, double value, double start)
{
    path p = { .network = NULL };
    fl_train_callbacks callbacks = { .user = &p, .begun = begun, .stepped = stepped };
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_trial_owners owners = { fl_optimizer_find("sgd", NULL), fl_schedule_find(schedule, NULL),
                               fl_workload_find("quadratic/noisy", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = fl_backend_find("naive", NULL);
    trial.batch_size = 1;
    trial.steps = LAST;
    trial.eval_every = 0;
    trial.init.bias = start;
    trial_set(&trial, "learning_rate", BASE);
    trial_set(&trial, "workload.condition", CONDITION);
    trial_set(&trial, "workload.dimension", DIMENSION);
    if (hyper) trial_set(&trial, hyper, value);
    find_center(&p);
    for (trial.seed = 1; trial.seed <= SEEDS; trial.seed++) {
        fl_outcome outcome;
        fl_error error;
        if (!fl_train_trial(trainer, &trial, &callbacks, &outcome, &error)) fail_msg("%s", error.text);
        assert_int_equal(outcome.status, FL_OUTCOME_COMPLETE);
        fl_outcome_free(&outcome);
    }
    fl_train_trainer_free(trainer);
    fl_trial_free(&trial);
    return p;
}

/* Least squares of log excess against log t over the last decade. */
static double slope_of(const path *p)
{
    double x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < PLACES; i++) {
        double log_t = log((double)places[i]), log_excess = log(p->excess[i]);
        x += log_t / PLACES;
        y += log_excess / PLACES;
        xx += log_t * log_t / PLACES;
        xy += log_t * log_excess / PLACES;
    }
    return (xy - x * y) / (xx - x * x);
}

/* The excess expected after `steps` steps of the recorded rates: what is left of the start, and the noise of one
 * example a step, each forgotten by the steps behind it. */
static double expected(const path *p, double start, size_t steps, double *of_start)
{
    double excess = 0;
    *of_start = 0;
    for (size_t k = 0; k < DIMENSION; k++) {
        double left = start - p->center[k], variance = 0;
        for (size_t t = 0; t < steps; t++) {
            double step = p->rates[t] * curvature(k);
            left *= 1 - step;
            variance = (1 - step) * (1 - step) * variance + step * step;
        }
        *of_start += curvature(k) / 2 * left * left;
        excess += curvature(k) / 2 * (left * left + variance);
    }
    return excess;
}

static void check_slope(const char *schedule, double timescale, double least, double most)
{
    path p = descend(schedule, "schedule.timescale", timescale, 1);
    double slope = slope_of(&p);
    print_message("%s, timescale %g: the excess falls as t^%.3f\n", schedule, timescale, slope);
    assert_true(least <= slope && slope <= most);
}

/* 2 lambda_min c s / 10 = 2 2.5 .1 20 = 10. */
static void rates_of_one_over_t_leave_an_excess_of_one_over_t(void **state)
{
    check_slope("inverse_time", 20, -1.1, -0.9);
}

/* 2 2.5 .1 .5 = .25: the flattest direction forgets its start as t^-.25, and outweighs the noise. */
static void a_timescale_too_short_for_the_curvature_does_not(void **state)
{
    check_slope("inverse_time", 0.5, -0.7, -0.2);
}

static void rates_of_one_over_root_t_leave_an_excess_of_one_over_root_t(void **state)
{
    check_slope("inverse_sqrt", 20, -0.6, -0.4);
}

static void check_plateau(const path *p, double start, double *of_start)
{
    double measured = 0, last = expected(p, start, LAST, of_start);
    for (size_t i = 0; i < PLACES; i++) measured += p->excess[i] / PLACES;
    print_message("started at %g: plateau %.4f, expected %.4f, of it %.4f left of the start\n", start, measured, last,
                  *of_start);
    assert_close(measured, last, 0.1);
}

/* In closed form 1/2 sum lambda eta lambda / (2 - eta lambda). */
static void a_constant_rate_leaves_a_plateau(void **state)
{
    double of_start, closed = 0;
    path p = descend("constant", NULL, 0, 1);
    for (size_t k = 0; k < DIMENSION; k++) closed += curvature(k) / 2 * BASE * curvature(k) / (2 - BASE * curvature(k));
    check_plateau(&p, 1, &of_start);
    assert_close(expected(&p, 1, LAST, &of_start), closed, 1e-9);
    assert_true(of_start < 1e-9);
}

/* e^(-t / 4.3): the rates add up to .5, and 1 / (2.5 .5) is no time to forget in. The plateau holds what is left of the
 * start, and three times as far away nine times as much of it. */
static void rates_that_fall_exponentially_stop_at_what_is_left_of_the_start(void **state)
{
    double near, far;
    path p = descend("exponential", "schedule.end_factor", 1e-100, 1), q;
    check_plateau(&p, 1, &near);
    q = descend("exponential", "schedule.end_factor", 1e-100, 3);
    check_plateau(&q, 3, &far);
    assert_true(near > 0.02 && far > 5 * near);
    assert_true(q.excess[PLACES - 1] > 1.5 * p.excess[PLACES - 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_of_one_over_t_leave_an_excess_of_one_over_t),
        cmocka_unit_test(a_timescale_too_short_for_the_curvature_does_not),
        cmocka_unit_test(rates_of_one_over_root_t_leave_an_excess_of_one_over_root_t),
        cmocka_unit_test(a_constant_rate_leaves_a_plateau),
        cmocka_unit_test(rates_that_fall_exponentially_stop_at_what_is_left_of_the_start),
    };
    return test_run(tests, NULL, NULL);
}
