/* The inclusion relations of Choi et al. 2019: a rule with the right hyperparameters is its special case. Each pair
 * runs on a noisy quadratic in 8 dimensions, 1/2 sum c_i theta_i^2 with curvatures from 1e-2 to 1e1, 500 steps, gamma
 * 0.9, b2 0.999, eta 0.02; the distance is that of the final parameters, relative to the special case's. */
#include "support/optimizer_run.h"

#include "base/denormals.h"
#include "base/random.h"

enum { N = 8, STEPS = 500 };
static const double gamma_ = 0.9, b2 = 0.999, eta = 0.02, noise = 0.1;

typedef double rate_map(double epsilon, unsigned t);

static double constant_rate(double epsilon, unsigned t)
{
    return eta;
}

/* Linear to a tenth, so that successive rates differ. */
static double falling_rate(double epsilon, unsigned t)
{
    return eta * (1 - 0.9 * t / STEPS);
}

/* alpha_t that makes Adam with a large epsilon Momentum with eta: eps eta (1 - gamma^(t+1)) / ((1-gamma) sqrt(1 -
 * b2^(t+1))) */
static double compensated_rate(double epsilon, unsigned t)
{
    return epsilon * eta * (1 - pow(gamma_, t + 1)) / ((1 - gamma_) * sqrt(1 - pow(b2, t + 1)));
}

/* The same without the root: for epsilon beside the corrected v, and where u is |g| + epsilon from the first step on.
 */
static double rate_without_root(double epsilon, unsigned t)
{
    return epsilon * eta * (1 - pow(gamma_, t + 1)) / (1 - gamma_);
}

/* The same without any correction of the start. */
static double uncompensated_rate(double epsilon, unsigned t)
{
    return epsilon * eta / (1 - gamma_);
}

static double set_gradient(run *r)
{
    fl_random_stream stream = fl_random_stream_start(3, "noise", r->update.step);
    double loss = 0;
    for (size_t i = 0; i < N; i++) {
        double c = pow(10, -2 + 3.0 * (double)i / (N - 1)), theta = (double)r->update.parameters[i];
        double shift = noise * fl_random_normal(&stream);
        r->gradient[i] = (float)(c * theta + shift);
        loss += c * theta * theta / 2 + shift * theta;
    }
    return loss;
}

/* Run from all ones to the end. */
static void descend(run *r, rate_map *rate, double epsilon)
{
    for (size_t i = 0; i < N; i++) r->update.parameters[i] = 1;
    r->gradient_at = set_gradient;
    fl_promise_course_start(r);
    for (unsigned t = 0; t < STEPS; t++) fl_promise_course_step(r, rate(epsilon, t));
}

static run *descended(const char *rule, double momentum)
{
    run *r = run_named(rule, N);
    if (r->rule->n_hypers > 1) run_set(r, "momentum", momentum);
    descend(r, constant_rate, 0);
    return r;
}

static double distance(const run *a, const run *b)
{
    double apart = 0, size = 0;
    for (size_t i = 0; i < N; i++) {
        double d = (double)a->update.parameters[i] - (double)b->update.parameters[i];
        apart += d * d;
        size += (double)b->update.parameters[i] * (double)b->update.parameters[i];
    }
    return sqrt(apart / size);
}

static void assert_sgd_within(const char *rule)
{
    run *special = descended("sgd", 0), *general = descended(rule, 0);
    assert_memory_equal(general->update.parameters, special->update.parameters, N * sizeof(float));
    run_free(special);
    run_free(general);
}

/* gamma = 0, exact. */
static void sgd_is_momentum_without_memory_bit_for_bit(void **state)
{
    assert_sgd_within("momentum");
}

static void sgd_is_nesterov_without_memory_bit_for_bit(void **state)
{
    assert_sgd_within("nesterov");
}

/* Distance of `general` with this epsilon and rate from Momentum or Nesterov. */
static double distance_at(const char *general, const char *special, rate_map *rate, double epsilon)
{
    run *g = run_named(general, N), *s = descended(special, gamma_);
    run_set(g, "epsilon", epsilon);
    descend(g, rate, epsilon);
    double d = distance(g, s);
    run_free(g);
    run_free(s);
    return d;
}

/* The error falls as 1/epsilon: slope -1 of log distance on log epsilon, from 1e2, beside which gradients are small, to
 * 1e4. In fp32 the distance would flatten near 1e-6. */
static double slope(const char *general, const char *special, rate_map *rate)
{
    return log10(distance_at(general, special, rate, 1e4) / distance_at(general, special, rate, 1e2)) / 2;
}

static void adam_becomes_momentum_as_epsilon_grows(void **state)
{
    assert_float_equal(slope("adam", "momentum", compensated_rate), -1, 0.1);
}

static void nadam_becomes_nesterov_as_epsilon_grows(void **state)
{
    assert_float_equal(slope("nadam", "nesterov", compensated_rate), -1, 0.1);
}

/* The forms are kingma and none. Under the rate with the root the first steps are 1 / sqrt(1 - b2) times too long. */
static void amsgrad_and_adamax_become_momentum_as_epsilon_grows_without_the_root(void **state)
{
    static const char *const rules[] = { "amsgrad", "adamax" };
    for (size_t i = 0; i < 2; i++) {
        assert_float_equal(slope(rules[i], "momentum", rate_without_root), -1, 0.1);
        assert_true(distance_at(rules[i], "momentum", compensated_rate, 1e4) > 0.1);
    }
}

/* In float64, on other noise, the distance without compensation is 0.53 at every epsilon. */
static void adam_without_the_compensated_rate_stays_away_from_momentum(void **state)
{
    assert_true(distance_at("adam", "momentum", uncompensated_rate, 1e4) > 0.3);
}

static run *rmsprop_at_rho_1(rate_map *rate)
{
    run *r = run_named("rmsprop", N);
    run_set(r, "rho", 1);
    run_set(r, "epsilon", 0);
    descend(r, rate, 0);
    return r;
}

/* rho = 1 keeps v at 1: m is then eta times Momentum's velocity, to rounding. */
static void momentum_is_rmsprop_with_rho_1_at_a_constant_rate(void **state)
{
    run *general = rmsprop_at_rho_1(constant_rate), *special = descended("momentum", gamma_);
    for (size_t i = 0; i < N; i++) assert_true(general->update.state[0][i] == 1);
    assert_true(distance(general, special) < 1e-6);
    run_free(general);
    run_free(special);
}

/* With gamma_t = gamma eta_t / eta_(t-1), what RMSProp's buffer remembers is rescaled to the present rate. */
static void momentum_is_rmsprop_under_a_falling_rate_if_gamma_follows_it(void **state)
{
    run *plain = rmsprop_at_rho_1(falling_rate), *special = run_named("momentum", N),
        *rescaled = run_named("rmsprop", N);
    descend(special, falling_rate, 0);
    run_set(rescaled, "rho", 1);
    run_set(rescaled, "epsilon", 0);
    for (size_t i = 0; i < N; i++) rescaled->update.parameters[i] = 1;
    rescaled->gradient_at = set_gradient;
    fl_promise_course_start(rescaled);
    for (unsigned t = 0; t < STEPS; t++) {
        if (t) run_set(rescaled, "momentum", gamma_ * falling_rate(0, t) / falling_rate(0, t - 1));
        fl_promise_course_step(rescaled, falling_rate(0, t));
    }
    assert_true(distance(rescaled, special) < 1e-6);
    assert_true(distance(plain, special) > 5e-3); /* 3e-2 in float64 on other noise */
    run_free(plain);
    run_free(special);
    run_free(rescaled);
}

/* --- what the rules say of themselves --- */

#define FOR_EVERY(rule)                                                                                                \
    for (const fl_optimizer *const *each_##rule = fl_optimizers(), *rule; (rule = *each_##rule); each_##rule++)

static void the_rules_name_their_special_cases(void **state)
{
    static const char *const listed =
        "sgd<momentum sgd<nesterov sgd<rmsprop momentum<rmsprop sgd<rmsterov nesterov<rmsterov sgd<adam momentum<adam "
        "sgd<nadam nesterov<nadam sgd<adamw momentum<adamw adam<adamw sgd<nadamw nesterov<nadamw nadam<nadamw "
        "sgd<adamax momentum<adamax sgd<amsgrad momentum<amsgrad sgd<adagrad sgd<adadelta sgd<nesterov_lookahead "
        "sgd<newton sgd<gauss_newton sgd<natural_gradient ";
    const double hyper[FL_HYPER_MAX] = { 0.1, 0.9 };
    char found[600] = "";
    FOR_EVERY(general) FOR_EVERY(special)
    {
        double mapped[FL_HYPER_MAX] = { 0 };
        if (fl_optimizer_map(general, special, hyper, mapped))
            snprintf(found + strlen(found), sizeof found - strlen(found), "%s<%s ", special->entry.name,
                     general->entry.name);
    }
    assert_string_equal(found, listed);
}

/* Descend far from the start, where bias corrections are one, at the rate among the hyperparameters. */
static void descend_late(run *r)
{
    for (size_t i = 0; i < N; i++) r->update.parameters[i] = 1;
    r->gradient_at = set_gradient;
    fl_promise_course_start(r);
    r->update.step = 1000000;
    for (unsigned t = 0; t < STEPS; t++) fl_promise_course_step(r, r->hyper[0]);
}

/* `general` has its choices made; the mapping of `special` goes the way of `special` to within 1e-4: at epsilon = 1e6
 * the root is 1e6 to 1e-5. */
static void assert_follows(run *general, const fl_optimizer *rule)
{
    run *special = run_new(rule, N);
    double mapped[FL_HYPER_MAX];
    special->hyper[0] = eta;
    memcpy(mapped, general->hyper, sizeof mapped);
    assert_true(fl_optimizer_map(general->rule, rule, special->hyper, mapped));
    memcpy(general->hyper, mapped, sizeof mapped);
    descend_late(special);
    descend_late(general);
    if (!(distance(general, special) < 1e-4))
        fail_msg("%s is %g from %s", general->rule->entry.name, distance(general, special), rule->entry.name);
    run_free(special);
    run_free(general);
}

/* A rule with an epsilon or a damping of 1e6 where it has one, in the form of this number where there are several. */
static run *with_large_epsilon(const fl_optimizer *rule, int form)
{
    run *r = run_new(rule, N);
    if (fl_hyper_index(rule->hypers, rule->n_hypers, "damping") < rule->n_hypers) run_set(r, "damping", 1e6);
    size_t epsilon = fl_hyper_index(rule->hypers, rule->n_hypers, "epsilon");
    if (epsilon == rule->n_hypers) return r;
    r->hyper[epsilon] = 1e6;
    if (fl_hyper_index(rule->hypers, rule->n_hypers, "epsilon_form") < rule->n_hypers) run_set(r, "epsilon_form", form);
    return r;
}

static int count_forms(const fl_optimizer *rule)
{
    size_t i = fl_hyper_index(rule->hypers, rule->n_hypers, "epsilon_form");
    return i == rule->n_hypers ? 1 : (int)rule->hypers[i].max + 1;
}

static void every_image_goes_the_way_of_its_special_case(void **state)
{
    double hyper[FL_HYPER_MAX] = { 0 }, mapped[FL_HYPER_MAX] = { 0 };
    FOR_EVERY(general) FOR_EVERY(special)
    {
        if (!fl_optimizer_map(general, special, hyper, mapped)) continue;
        for (int form = 0; form < count_forms(general); form++)
            assert_follows(with_large_epsilon(general, form), special);
    }
}

static void assert_exact_at_rho_1(const char *general, const char *special)
{
    run *r = run_named(general, N);
    run_set(r, "rho", 1);
    run_set(r, "epsilon", 0);
    assert_follows(r, fl_optimizer_find(special, NULL));
}

static void momentum_has_an_exact_image_in_rmsprop_at_rho_1(void **state)
{
    assert_exact_at_rho_1("rmsprop", "momentum");
}

static void nesterov_has_an_exact_image_in_rmsterov_at_rho_1(void **state)
{
    assert_exact_at_rho_1("rmsterov", "nesterov");
}

/* A search of AdamW meets every Adam, and through it every Momentum, at the epsilon it has. */
static void what_lies_between_keeps_the_values_of_the_general_rule(void **state)
{
    const fl_optimizer *adamw = fl_optimizer_find("adamw", NULL), *momentum = fl_optimizer_find("momentum", NULL);
    double mapped[FL_HYPER_MAX] = { 0, 0.5, 0.5, 1e5, 1, 0.1 }, hyper[FL_HYPER_MAX] = { 0.02, 0.9 };
    assert_true(fl_optimizer_map(adamw, momentum, hyper, mapped));
    assert_close(mapped[0], 1e5 * 0.02 / (1 - 0.9), 1e-12);
    assert_true(mapped[1] == 0.9 && mapped[3] == 1e5 && mapped[4] == 1 && mapped[5] == 0);
}

/* Its point ahead, w = theta - gamma v with v' = gamma v + eta g(w), obeys w' = w - eta (gamma u' + g(w)) with u =
 * v/eta: Nesterov's iterate in the form of Sutskever et al. 2013. */
static void at_a_constant_rate_the_point_ahead_of_nesterov_lookahead_is_nesterovs_iterate(void **state)
{
    run *ahead = run_named("nesterov_lookahead", N), *special = descended("nesterov", gamma_);
    descend(ahead, constant_rate, 0);
    for (size_t i = 0; i < N; i++) ahead->update.parameters[i] -= (float)gamma_ * ahead->update.state[0][i];
    assert_true(distance(ahead, special) < 1e-5);
    assert_int_equal(ahead->gradients, STEPS);
    run_free(ahead);
    run_free(special);
}

static void sgd_is_nesterov_lookahead_without_memory_bit_for_bit(void **state)
{
    assert_sgd_within("nesterov_lookahead");
}

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_is_momentum_without_memory_bit_for_bit),
        cmocka_unit_test(sgd_is_nesterov_without_memory_bit_for_bit),
        cmocka_unit_test(adam_becomes_momentum_as_epsilon_grows),
        cmocka_unit_test(nadam_becomes_nesterov_as_epsilon_grows),
        cmocka_unit_test(amsgrad_and_adamax_become_momentum_as_epsilon_grows_without_the_root),
        cmocka_unit_test(adam_without_the_compensated_rate_stays_away_from_momentum),
        cmocka_unit_test(momentum_is_rmsprop_with_rho_1_at_a_constant_rate),
        cmocka_unit_test(momentum_is_rmsprop_under_a_falling_rate_if_gamma_follows_it),
        cmocka_unit_test(the_rules_name_their_special_cases),
        cmocka_unit_test(every_image_goes_the_way_of_its_special_case),
        cmocka_unit_test(momentum_has_an_exact_image_in_rmsprop_at_rho_1),
        cmocka_unit_test(nesterov_has_an_exact_image_in_rmsterov_at_rho_1),
        cmocka_unit_test(at_a_constant_rate_the_point_ahead_of_nesterov_lookahead_is_nesterovs_iterate),
        cmocka_unit_test(sgd_is_nesterov_lookahead_without_memory_bit_for_bit),
        cmocka_unit_test(what_lies_between_keeps_the_values_of_the_general_rule),
    };
    return test_run(tests, NULL, NULL);
}
