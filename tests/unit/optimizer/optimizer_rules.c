/* The update rules against an oracle: the same formulas, written a second time in double precision and one element at a
 * time, letter by letter from the table of Choi et al. 2019, from Kingma and Ba's Algorithms 1 and 2 and from the
 * papers that each rule's file names. */
#include "support/optimizer_run.h"

#include "base/denormals.h"
#include "base/random.h"

enum { N = 37, STEPS = 100 };

/* One element's parameter and buffers. */
typedef struct element {
    double theta, v, m, most;
} element;

typedef struct settings {
    double gamma, rho, b1, b2, eps, wd;
} settings;

typedef void oracle(element *e, double g, double eta, double t, const settings *s);

static void sgd(element *e, double g, double eta, double t, const settings *s)
{
    e->theta = e->theta - eta * g;
}

static void momentum(element *e, double g, double eta, double t, const settings *s)
{
    e->v = s->gamma * e->v + g;
    e->theta = e->theta - eta * e->v;
}

static void nesterov(element *e, double g, double eta, double t, const settings *s)
{
    e->v = s->gamma * e->v + g;
    e->theta = e->theta - eta * (s->gamma * e->v + g);
}

static void rmsprop_inside(element *e, double g, double eta, double t, const settings *s)
{
    if (t == 0) e->v = 1;
    e->v = s->rho * e->v + (1 - s->rho) * g * g;
    e->m = s->gamma * e->m + eta * g / sqrt(e->v + s->eps);
    e->theta = e->theta - e->m;
}

static void rmsprop_outside(element *e, double g, double eta, double t, const settings *s)
{
    e->v = s->rho * e->v + (1 - s->rho) * g * g;
    e->m = s->gamma * e->m + g / (sqrt(e->v) + s->eps);
    e->theta = e->theta - eta * e->m;
}

static void add_to_moments(element *e, double g, const settings *s)
{
    e->m = s->b1 * e->m + (1 - s->b1) * g;
    e->v = s->b2 * e->v + (1 - s->b2) * g * g;
}

static double ahead(const element *e, double g, const settings *s)
{
    return s->b1 * e->m + (1 - s->b1) * g;
}

static double bias(double t, const settings *s)
{
    return sqrt(1 - pow(s->b2, t + 1)) / (1 - pow(s->b1, t + 1));
}

static void adam_choi(element *e, double g, double eta, double t, const settings *s)
{
    add_to_moments(e, g, s);
    e->theta = e->theta - eta * bias(t, s) * e->m / (sqrt(e->v) + s->eps);
}

static void nadam_choi(element *e, double g, double eta, double t, const settings *s)
{
    add_to_moments(e, g, s);
    e->theta = e->theta - eta * bias(t, s) * ahead(e, g, s) / (sqrt(e->v) + s->eps);
}

static void adam_kingma(element *e, double g, double eta, double t, const settings *s)
{
    add_to_moments(e, g, s);
    double m_hat = e->m / (1 - pow(s->b1, t + 1)), v_hat = e->v / (1 - pow(s->b2, t + 1));
    e->theta = e->theta - eta * m_hat / (sqrt(v_hat) + s->eps);
}

static void nadam_kingma(element *e, double g, double eta, double t, const settings *s)
{
    add_to_moments(e, g, s);
    double m_hat = ahead(e, g, s) / (1 - pow(s->b1, t + 1)), v_hat = e->v / (1 - pow(s->b2, t + 1));
    e->theta = e->theta - eta * m_hat / (sqrt(v_hat) + s->eps);
}

static void adam_inside(element *e, double g, double eta, double t, const settings *s)
{
    add_to_moments(e, g, s);
    double m_hat = e->m / (1 - pow(s->b1, t + 1)), v_hat = e->v / (1 - pow(s->b2, t + 1));
    e->theta = e->theta - eta * m_hat / sqrt(v_hat + s->eps);
}

static void nadam_inside(element *e, double g, double eta, double t, const settings *s)
{
    add_to_moments(e, g, s);
    double m_hat = ahead(e, g, s) / (1 - pow(s->b1, t + 1)), v_hat = e->v / (1 - pow(s->b2, t + 1));
    e->theta = e->theta - eta * m_hat / sqrt(v_hat + s->eps);
}

static void adamw(element *e, double g, double eta, double t, const settings *s)
{
    e->theta = e->theta * (1 - eta * s->wd);
    adam_kingma(e, g, eta, t, s);
}

static void nadamw(element *e, double g, double eta, double t, const settings *s)
{
    e->theta = e->theta * (1 - eta * s->wd);
    nadam_kingma(e, g, eta, t, s);
}

static void adamax(element *e, double g, double eta, double t, const settings *s)
{
    e->m = s->b1 * e->m + (1 - s->b1) * g;
    e->v = fmax(s->b2 * e->v, fabs(g) + s->eps);
    e->theta = e->theta - eta / (1 - pow(s->b1, t + 1)) * e->m / e->v;
}

static void amsgrad(element *e, double g, double eta, double t, const settings *s)
{
    add_to_moments(e, g, s);
    e->most = fmax(e->most, e->v);
    double m_hat = e->m / (1 - pow(s->b1, t + 1)), v_hat = e->most / (1 - pow(s->b2, t + 1));
    e->theta = e->theta - eta * m_hat / (sqrt(v_hat) + s->eps);
}

/* Liu et al. 2020, Algorithm 2, with PyTorch's limit of 5 for their 4. */
static void radam(element *e, double g, double eta, double t, const settings *s)
{
    add_to_moments(e, g, s);
    double m_hat = e->m / (1 - pow(s->b1, t + 1)), power = pow(s->b2, t + 1);
    double rho_oo = 2 / (1 - s->b2) - 1, rho_t = rho_oo - 2 * (t + 1) * power / (1 - power);
    if (rho_t > 5) {
        double r = sqrt(((rho_t - 4) * (rho_t - 2) * rho_oo) / ((rho_oo - 4) * (rho_oo - 2) * rho_t));
        e->theta = e->theta - eta * m_hat * r * sqrt(1 - power) / (sqrt(e->v) + s->eps);
    } else {
        e->theta = e->theta - eta * m_hat;
    }
}

static void adagrad(element *e, double g, double eta, double t, const settings *s)
{
    e->v = e->v + g * g;
    e->theta = e->theta - eta * g / (sqrt(e->v) + s->eps);
}

static void adadelta(element *e, double g, double eta, double t, const settings *s)
{
    e->v = s->rho * e->v + (1 - s->rho) * g * g;
    double delta = sqrt(e->m + s->eps) / sqrt(e->v + s->eps) * g;
    e->m = s->rho * e->m + (1 - s->rho) * delta * delta;
    e->theta = e->theta - eta * delta;
}

static void lion(element *e, double g, double eta, double t, const settings *s)
{
    double c = s->b1 * e->m + (1 - s->b1) * g;
    e->theta = e->theta * (1 - eta * s->wd) - eta * ((c > 0) - (c < 0));
    e->m = s->b2 * e->m + (1 - s->b2) * g;
}

static void rmsterov(element *e, double g, double eta, double t, const settings *s)
{
    if (t == 0) e->v = 1;
    e->v = s->rho * e->v + (1 - s->rho) * g * g;
    double move = eta * g / sqrt(e->v + s->eps);
    e->m = s->gamma * e->m + move;
    e->theta = e->theta - (s->gamma * e->m + move);
}

typedef struct pairing {
    const char *rule, *form;
    oracle *oracle;
} pairing;

static const pairing pairings[] = {
    { "sgd", NULL, sgd },
    { "momentum", NULL, momentum },
    { "nesterov", NULL, nesterov },
    { "rmsprop", "inside", rmsprop_inside },
    { "rmsprop", "outside", rmsprop_outside },
    { "adam", "choi", adam_choi },
    { "adam", "kingma", adam_kingma },
    { "adam", "inside", adam_inside },
    { "nadam", "choi", nadam_choi },
    { "nadam", "kingma", nadam_kingma },
    { "nadam", "inside", nadam_inside },
    { "adamw", "kingma", adamw },
    { "nadamw", "kingma", nadamw },
    { "adamax", NULL, adamax },
    { "amsgrad", "kingma", amsgrad },
    { "radam", "choi", radam },
    { "adagrad", NULL, adagrad },
    { "adadelta", NULL, adadelta },
    { "lion", NULL, lion },
    { "rmsterov", NULL, rmsterov },
};

/* Set those of the settings that the rule knows. */
static void apply(run *r, const pairing *pair, const settings *s)
{
    const char *names[] = { "momentum", "rho", "beta1", "beta2", "epsilon", "weight_decay" };
    const double values[] = { s->gamma, s->rho, s->b1, s->b2, s->eps, s->wd };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        size_t at = fl_hyper_index(r->rule->hypers, r->rule->n_hypers, names[i]);
        if (at < r->rule->n_hypers) r->hyper[at] = values[i];
    }
    if (pair->form) run_choose(r, "epsilon_form", pair->form);
}

/* The rate falls from step to step, so that it matters on which side of a buffer it enters. */
static double rate_at(double eta, unsigned t)
{
    return eta * (1 - 0.9 * t / STEPS);
}

/* The largest distance between rule and oracle after STEPS random gradients, relative to the way the oracle went.
 * Parameters start at 0, so that small movements are not lost beside them. */
static double largest_error(const pairing *pair, const settings *s, double eta)
{
    run *r = run_named(pair->rule, N);
    apply(r, pair, s);
    fl_promise_course_start(r);
    element elements[N] = { 0 };
    double way[N] = { 0 }, largest = 0;
    for (unsigned t = 0; t < STEPS; t++) {
        fl_random_stream stream = fl_random_stream_start(11, "gradient", t);
        for (size_t i = 0; i < N; i++) {
            r->gradient[i] = (float)(fl_random_normal(&stream) * (1 + (double)i));
            double before = elements[i].theta;
            pair->oracle(&elements[i], (double)r->gradient[i], rate_at(eta, t), t, s);
            way[i] += fabs(elements[i].theta - before);
        }
        fl_promise_course_step(r, rate_at(eta, t));
    }
    for (size_t i = 0; i < N; i++)
        largest = fmax(largest, fabs((double)r->update.parameters[i] - elements[i].theta) / way[i]);
    run_free(r);
    return largest;
}

static void assert_within(const settings *s, double eta, double tolerance)
{
    for (size_t i = 0; i < sizeof pairings / sizeof *pairings; i++) {
        double error = largest_error(&pairings[i], s, eta);
        if (!(error <= tolerance))
            fail_msg("%s %s at epsilon %g: relative error %.3g", pairings[i].rule,
                     pairings[i].form ? pairings[i].form : "", s->eps, error);
    }
}

/* 1e-6 is 17 roundings of 2^-24: those of a hundred steps mostly cancel, and 0.999 as a float is 1.3e-8 too large,
 * which a hundred steps of v turn into 6e-7 and its root halves. */
static void every_rule_follows_its_formula(void **state)
{
    assert_within(&(settings){ .gamma = 0.9, .rho = 0.9, .b1 = 0.9, .b2 = 0.999, .eps = 1e-8, .wd = 10 }, 1e-3, 1e-6);
    assert_within(&(settings){ .gamma = 0.5, .rho = 0.99, .b1 = 0.8, .b2 = 0.97, .eps = 0.3, .wd = 0.5 }, 0.1, 1e-6);
    assert_within(&(settings){ .gamma = 0, .rho = 0, .b1 = 0, .b2 = 0, .eps = 1e-2 }, 0.1, 1e-6);
}

/* Choi et al. 2019 search epsilon in [1e-10, 1e10] with alpha/epsilon up to 1e7. */
static void the_ends_of_the_papers_epsilon_axis_keep_their_precision(void **state)
{
    const double ratios[] = { 1e-2, 1e7 };
    for (size_t i = 0; i < 2; i++) {
        assert_within(&(settings){ 0.9, 0.9, 0.9, 0.999, 1e-10, 0 }, ratios[i] * 1e-10, 1e-6);
        assert_within(&(settings){ 0.9, 0.9, 0.9, 0.999, 1e10, 0 }, ratios[i] * 1e10, 1e-6);
    }
}

static void one_step(run *r, double gradient, double rate)
{
    r->gradient[0] = (float)gradient;
    fl_promise_course_step(r, rate);
}

/* theta_t = (1 - eta c)^t theta_0 on 1/2 c theta^2; with eta c = 1/4 the powers of 3/4 are exact floats up to t = 15.
 */
static void sgd_on_a_quadratic_is_a_power(void **state)
{
    run *r = run_named("sgd", 1);
    r->update.parameters[0] = 1;
    for (unsigned t = 1; t <= 15; t++) {
        one_step(r, 0.5 * (double)r->update.parameters[0], 0.5);
        assert_true((double)r->update.parameters[0] == pow(0.75, t));
    }
    run_free(r);
}

/* (theta, v) after each step is a fixed 2x2 matrix times what it was before: with g = c theta,
 *   momentum:  v' = gamma v + c theta,  theta' = theta - eta v'
 *   nesterov:  v' the same,             theta' = theta - eta (gamma v' + c theta) */
static void assert_matrix(const char *rule, const double matrix[2][2], double gamma, double c, double eta)
{
    run *r = run_named(rule, 1);
    run_set(r, "momentum", gamma);
    r->update.parameters[0] = 1;
    double theta = 1, v = 0;
    for (unsigned t = 0; t < 60; t++) {
        one_step(r, c * (double)r->update.parameters[0], eta);
        double old_theta = theta;
        theta = matrix[0][0] * theta + matrix[0][1] * v;
        v = matrix[1][0] * old_theta + matrix[1][1] * v;
        assert_float_equal(r->update.parameters[0], theta, 2e-6);
        assert_float_equal(r->update.state[0][0], v, 2e-6);
    }
    run_free(r);
}

static void momentum_on_a_quadratic_is_a_power_of_a_matrix(void **state)
{
    const double gamma = 0.9, c = 2, eta = 0.1;
    assert_matrix("momentum", (const double[2][2]){ { 1 - eta * c, -eta * gamma }, { c, gamma } }, gamma, c, eta);
}

static void nesterov_on_a_quadratic_is_a_power_of_a_matrix(void **state)
{
    const double gamma = 0.9, c = 2, eta = 0.1;
    assert_matrix("nesterov", (const double[2][2]){ { 1 - eta * c * (1 + gamma), -eta * gamma * gamma }, { c, gamma } },
                  gamma, c, eta);
}

static double first_step(const char *form, double g, double alpha, double epsilon)
{
    run *r = run_named("adam", 1);
    run_choose(r, "epsilon_form", form);
    run_set(r, "epsilon", epsilon);
    one_step(r, g, alpha);
    double theta = (double)r->update.parameters[0];
    run_free(r);
    return -theta;
}

/* At t = 0, m^ = g and v^ = g^2, so b m' = sqrt(1 - b2) g and sqrt(v') = sqrt(1 - b2) |g|. */
static void adams_first_step_has_a_closed_form(void **state)
{
    const double g = 0.3, alpha = 0.01, epsilon = 0.05, root = sqrt(1 - 0.999);
    assert_close(first_step("choi", g, alpha, epsilon), alpha * root * g / (root * g + epsilon), 1e-6);
    assert_close(first_step("kingma", g, alpha, epsilon), alpha * g / (g + epsilon), 1e-6);
    assert_close(first_step("inside", g, alpha, epsilon), alpha * g / sqrt(g * g + epsilon), 1e-6);
}

/* With a constant gradient m^ = g and v^ = g^2 for ever: every step of Kingma's form is alpha g / (|g| + eps). */
static void adam_under_a_constant_gradient_walks_evenly(void **state)
{
    run *r = run_named("adam", 1);
    run_choose(r, "epsilon_form", "kingma");
    run_set(r, "epsilon", 0.5);
    for (unsigned t = 1; t <= 50; t++) {
        one_step(r, -2, 0.01);
        assert_close((double)r->update.parameters[0], t * 0.01 * 2 / 2.5, 1e-5);
    }
    run_free(r);
}

/* v starts at 1, so the first step is eta g / sqrt(rho + (1-rho) g^2 + eps). */
static void rmsprop_starts_its_mean_square_at_one(void **state)
{
    run *r = run_named("rmsprop", 1);
    fl_promise_course_start(r);
    one_step(r, 3, 0.01);
    assert_close((double)r->update.parameters[0], -0.01 * 3 / sqrt(0.9 + 0.1 * 9 + 1e-10), 1e-6);
    run_free(r);
}

/* At a rate of 0 the sharpness that Adam meets is as at any other. */
static void adams_preconditioner_does_not_ask_the_rate(void **state)
{
    const fl_optimizer *adam = fl_optimizer_find("adam", NULL);
    const fl_tensor_layout layout = { .count = N };
    float square[N], factors[2][N];
    double hyper[FL_HYPER_MAX];
    for (size_t i = 0; i < N; i++) square[i] = 1e-4f * (float)(i + 1);
    for (size_t i = 0; i < adam->n_hypers; i++) hyper[i] = adam->hypers[i].default_value;
    for (size_t i = 0; i < 2; i++) {
        fl_optimizer_update update = {
            .layout = &layout, .state = { NULL, square }, .hyper = hyper, .rate = i ? 0.1 : 0, .step = 7
        };
        adam->precondition(&update, factors[i]);
    }
    for (size_t i = 0; i < N; i++) {
        assert_true(isfinite(factors[0][i]) && factors[0][i] > 0);
        assert_close((double)factors[0][i], (double)factors[1][i], 1e-6);
    }
}

static double finite_where_asked(fl_optimizer_update *update, uint64_t batch, bool gradient)
{
    for (size_t i = 0; i < update->layout->count; i++) assert_true(isfinite(update->parameters[i]));
    return 0;
}

/* The way up is as long as ever, and where a gradient is zero there is none. */
static void sam_climbs_a_tiny_gradient_to_a_finite_point(void **state)
{
    const fl_optimizer *sam = fl_optimizer_find("sam", NULL);
    const fl_optimizer_lent lent = { .evaluate = finite_where_asked };
    const fl_tensor_layout layout = { .count = N };
    float parameters[N] = { 0 }, gradient[N] = { 2e-38f }, velocity[N] = { 0 }, kept[N] = { 0 };
    double hyper[FL_HYPER_MAX];
    for (size_t i = 0; i < sam->n_hypers; i++) hyper[i] = sam->hypers[i].default_value;
    hyper[fl_hyper_index(sam->hypers, sam->n_hypers, "radius")] = 10;
    fl_optimizer_update update = { .layout = &layout,
                                   .parameters = parameters,
                                   .gradient = gradient,
                                   .state = { velocity, kept },
                                   .hyper = hyper,
                                   .rate = 0.1,
                                   .lent = &lent };
    sam->step(&update);
    for (size_t i = 0; i < N; i++) assert_true(isfinite(parameters[i]));
}

static void null_moves_nothing(void **state)
{
    run *r = run_named("null", 1);
    r->update.parameters[0] = 2.5f;
    one_step(r, 1, 1);
    assert_true(r->update.parameters[0] == 2.5f);
    run_free(r);
}

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_follows_its_formula),
        cmocka_unit_test(the_ends_of_the_papers_epsilon_axis_keep_their_precision),
        cmocka_unit_test(sgd_on_a_quadratic_is_a_power),
        cmocka_unit_test(momentum_on_a_quadratic_is_a_power_of_a_matrix),
        cmocka_unit_test(nesterov_on_a_quadratic_is_a_power_of_a_matrix),
        cmocka_unit_test(adams_first_step_has_a_closed_form),
        cmocka_unit_test(adam_under_a_constant_gradient_walks_evenly),
        cmocka_unit_test(rmsprop_starts_its_mean_square_at_one),
        cmocka_unit_test(adams_preconditioner_does_not_ask_the_rate),
        cmocka_unit_test(sam_climbs_a_tiny_gradient_to_a_finite_point),
        cmocka_unit_test(null_moves_nothing),
    };
    return test_run(tests, NULL, NULL);
}
