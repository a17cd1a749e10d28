/* The inclusion relations of Choi et al. 2019 as real trials: the noisy quadratic, schedule `list`, fp32, every
 * backend. 500 steps of 16 examples, curvatures 1e-2..1e1, gamma 0.9, b2 0.999, eta 0.02; the distance is that of the
 * final parameters, relative to the special case's. The noise is 0.1, so that gradients are small beside an epsilon of
 * 10. */
#include "support/trial.h"
#include "base/memory.h"
#include "train/train.h"

enum { N = 8, STEPS = 500 };
static const double gamma_ = 0.9, b2 = 0.999, eta = 0.02;

typedef double rate_map(double epsilon, unsigned t);

static double constant_rate(double epsilon, unsigned t)
{
    return eta;
}

/* alpha_t that makes Adam with a large epsilon Momentum with eta, and NAdam Nesterov:
 * eps eta (1 - gamma^(t+1)) / ((1-gamma) sqrt(1 - b2^(t+1))) */
static double compensated_rate(double epsilon, unsigned t)
{
    return epsilon * eta * (1 - pow(gamma_, t + 1)) / ((1 - gamma_) * sqrt(1 - pow(b2, t + 1)));
}

/* The same without the correction of the start. */
static double uncompensated_rate(double epsilon, unsigned t)
{
    return epsilon * eta / (1 - gamma_);
}

static fl_trial trial_new(const fl_backend *backend, const char *optimizer, rate_map *rate, double epsilon)
{
    fl_trial_owners owners = { fl_optimizer_find(optimizer, NULL), fl_schedule_find("list", NULL),
                               fl_workload_find("quadratic/noisy", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = backend;
    trial.batch_size = 16;
    trial.steps = trial.n_rates = STEPS;
    trial.eval_every = 0;
    trial.rates = fl_memory_new(STEPS, sizeof *trial.rates);
    for (unsigned t = 0; t < STEPS; t++) trial.rates[t] = rate(epsilon, t);
    trial_set(&trial, "workload.noise", 0.1);
    return trial;
}

static void keep_theta(void *user, const fl_network *network)
{
    assert_int_equal(fl_network_layout(network)->n_parameters, N);
    fl_network_export(network, user);
}

/* Run the trial and free it; `theta` are its final parameters. */
static void run(fl_trial *trial, float theta[N])
{
    fl_train_callbacks watch = { .user = theta, .ended = keep_theta };
    fl_outcome outcome;
    fl_error error;
    fl_train_trainer *trainer = fl_train_trainer_new();
    if (!fl_train_trial(trainer, trial, &watch, &outcome, &error)) fail_msg("%s", error.text);
    assert_int_equal(outcome.status, FL_OUTCOME_COMPLETE);
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
    fl_trial_free(trial);
}

/* The special case: SGD, or Momentum or Nesterov with this momentum. */
static void run_special(const fl_backend *backend, const char *optimizer, double momentum, float theta[N])
{
    fl_trial trial = trial_new(backend, optimizer, constant_rate, 0);
    if (strcmp(optimizer, "sgd")) trial_set(&trial, "momentum", momentum);
    run(&trial, theta);
}

static double distance(const float a[N], const float b[N])
{
    double apart = 0, size = 0;
    for (size_t i = 0; i < N; i++) {
        double d = (double)a[i] - b[i];
        apart += d * d;
        size += (double)b[i] * b[i];
    }
    return sqrt(apart / size);
}

/* A test is run on every backend that is there. */
static void on_every_backend(void (*test)(const fl_backend *backend))
{
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        if ((*backend)->usable(FL_BACKEND_F32, NULL)) test(*backend);
}

/* gamma = 0, exact. */
static void check_sgd(const fl_backend *backend)
{
    float special[N], momentum[N], nesterov[N];
    run_special(backend, "sgd", 0, special);
    run_special(backend, "momentum", 0, momentum);
    run_special(backend, "nesterov", 0, nesterov);
    assert_memory_equal(momentum, special, sizeof special);
    assert_memory_equal(nesterov, special, sizeof special);
}

static void sgd_is_momentum_and_nesterov_without_memory_bit_for_bit(void **state)
{
    on_every_backend(check_sgd);
}

/* rho = 1 keeps v at 1, so m is eta times Momentum's velocity, to rounding. */
static void check_rmsprop(const fl_backend *backend)
{
    float special[N], general[N];
    run_special(backend, "momentum", gamma_, special);
    fl_trial trial = trial_new(backend, "rmsprop", constant_rate, 0);
    trial_set(&trial, "momentum", gamma_);
    trial_set(&trial, "rho", 1);
    trial_set(&trial, "epsilon", 0);
    run(&trial, general);
    print_message("%s: rmsprop with rho 1 is %.1e from momentum\n", backend->entry.name, distance(general, special));
    assert_true(distance(general, special) < 1e-6);
}

static void momentum_is_rmsprop_with_rho_1(void **state)
{
    on_every_backend(check_rmsprop);
}

/* How far `general` with this epsilon is from `special`. */
static double distance_at(const fl_backend *backend, const char *general, const char *special, rate_map *rate,
                          double epsilon)
{
    float g[N], s[N];
    run_special(backend, special, gamma_, s);
    fl_trial trial = trial_new(backend, general, rate, epsilon);
    trial_set(&trial, "beta1", gamma_);
    trial_set(&trial, "beta2", b2);
    trial_set(&trial, "epsilon", epsilon);
    run(&trial, g);
    return distance(g, s);
}

/* The error falls as 1/epsilon: the least-squares slope of log distance on log epsilon = 1, 2, 3, 4. In fp32 the
 * distance would flatten beyond. */
static void check_slope(const fl_backend *backend, const char *general, const char *special)
{
    double sum_xy = 0, sum_xx = 0, y = 0;
    for (int k = 1; k <= 4; k++) {
        double x = k - 2.5;
        y = log10(distance_at(backend, general, special, compensated_rate, pow(10, k)));
        sum_xy += x * y;
        sum_xx += x * x;
    }
    print_message("%s: %s to %s, slope %.3f, distance %.1e at epsilon 1e4\n", backend->entry.name, general, special,
                  sum_xy / sum_xx, pow(10, y));
    assert_float_equal(sum_xy / sum_xx, -1, 0.1);
}

static void check_limits(const fl_backend *backend)
{
    check_slope(backend, "adam", "momentum");
    check_slope(backend, "nadam", "nesterov");
}

static void adam_becomes_momentum_and_nadam_nesterov_as_epsilon_grows(void **state)
{
    on_every_backend(check_limits);
}

/* Without the correction of the start Adam stays away at any epsilon: 0.53 in float64 on other noise. */
static void check_compensation(const fl_backend *backend)
{
    assert_true(distance_at(backend, "adam", "momentum", uncompensated_rate, 1e4) > 0.3);
}

static void adam_without_the_compensated_rates_stays_away_from_momentum(void **state)
{
    on_every_backend(check_compensation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_is_momentum_and_nesterov_without_memory_bit_for_bit),
        cmocka_unit_test(momentum_is_rmsprop_with_rho_1),
        cmocka_unit_test(adam_becomes_momentum_and_nadam_nesterov_as_epsilon_grows),
        cmocka_unit_test(adam_without_the_compensated_rates_stays_away_from_momentum),
    };
    return test_run(tests, NULL, NULL);
}
