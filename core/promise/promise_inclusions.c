/* A rule goes the way of each special case that it claims, where its map leads: on a noisy quadratic in 8 dimensions,
 * 1/2 sum c_i theta_i^2 with curvatures from 1e-2 to 1e1, 500 steps from far beyond its start, eta 0.02, to within 1e-4
 * of the way's end. Where it is a limit, epsilon is 1e6: the root is then 1e6 to 1e-5. */
#include "promise/course.h"
#include "promise/promise.h"

#include <math.h>
#include <string.h>

enum { N = 8, STEPS = 500, LATE = 1000000 };
static const double ETA = 0.02, EPSILON = 1e6, NOISE = 0.1, TOLERANCE = 1e-4;

static bool claims_any(const fl_optimizer *rule)
{
    return rule->includes[0].special;
}

static double set_gradient(fl_promise_course *course)
{
    fl_random_stream stream = fl_random_stream_start(3, "noise", course->update.step);
    double loss = 0;
    for (size_t i = 0; i < N; i++) {
        double c = pow(10, -2 + 3.0 * (double)i / (N - 1)), theta = (double)course->update.parameters[i];
        double shift = NOISE * fl_random_normal(&stream);
        course->gradient[i] = (float)(c * theta + shift);
        loss += c * theta * theta / 2 + shift * theta;
    }
    return loss;
}

static void descend(fl_promise_course *course)
{
    for (size_t i = 0; i < N; i++) course->update.parameters[i] = 1;
    course->gradient_at = set_gradient;
    fl_promise_course_start(course);
    course->update.step = LATE; /* bias corrections are one */
    for (unsigned t = 0; t < STEPS; t++) fl_promise_course_step(course, course->hyper[0]);
}

static double distance(const fl_promise_course *a, const fl_promise_course *b)
{
    double apart = 0, size = 0;
    for (size_t i = 0; i < N; i++) {
        double d = (double)a->update.parameters[i] - (double)b->update.parameters[i];
        apart += d * d;
        size += (double)b->update.parameters[i] * (double)b->update.parameters[i];
    }
    return sqrt(apart / size);
}

static void choose(fl_promise_course *course, const char *name, double value)
{
    size_t i = fl_hyper_index(course->rule->hypers, course->rule->n_hypers, name);
    if (i < course->rule->n_hypers && fl_hyper_accepts(&course->rule->hypers[i], value, NULL)) course->hyper[i] = value;
}

/* The rule with its epsilon in form `form`. */
static bool follows(const fl_optimizer *rule, const fl_optimizer_inclusion *inclusion, int form, fl_error *why)
{
    fl_promise_course *special = fl_promise_course_new(inclusion->special, N),
                      *general = fl_promise_course_new(rule, N);
    special->hyper[0] = ETA;
    choose(general, "epsilon", EPSILON);
    choose(general, "damping", EPSILON);
    choose(general, "epsilon_form", form);
    inclusion->map(special->hyper, general->hyper);
    descend(special);
    descend(general);
    double apart = distance(general, special);
    fl_promise_course_free(special);
    fl_promise_course_free(general);
    return apart < TOLERANCE || fl_error_user(why, "with %s it ends %.2g of the way from %s", inclusion->how, apart,
                                              inclusion->special->entry.name);
}

static int count_forms(const fl_optimizer *rule)
{
    size_t i = fl_hyper_index(rule->hypers, rule->n_hypers, "epsilon_form");
    return i == rule->n_hypers ? 1 : (int)rule->hypers[i].max + 1;
}

static bool inclusions_kept(const fl_optimizer *rule, fl_error *why)
{
    for (const fl_optimizer_inclusion *i = rule->includes; i->special; i++)
        for (int form = 0; form < count_forms(rule); form++)
            if (!follows(rule, i, form, why)) return false;
    return true;
}

const fl_promise fl_promise_inclusions = { "inclusions", "it does what the rules do that it claims to include",
                                           claims_any, inclusions_kept };
