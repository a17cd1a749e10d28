/* Promises on where a rule goes: it stays finite, moves what is a parameter and nothing else, goes downhill, and does
 * what it claims to include. */
#include "promise/course.h"
#include "promise/promise.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double RATE = 0.1;

static bool moves(const fl_optimizer *rule)
{
    return strcmp(rule->entry.name, "null") != 0; /* the one built-in rule that is to move nothing */
}

static bool finite_kept(const fl_optimizer *rule, fl_error *why)
{
    enum { STEPS = 300 };
    bool finite = true;
    fl_promise_course *course = fl_promise_course_started(rule, FL_PROMISE_N);
    for (unsigned t = 0; t < STEPS && finite; t++) {
        fl_promise_course_walk(course, 1, 1e-3);
        for (size_t i = 0; i < FL_PROMISE_N && finite; i++)
            if (!(finite = isfinite(course->update.parameters[i])))
                fl_error_user(why, "parameter %zu is not finite after %u steps at rate 0.001", i, t + 1);
    }
    fl_promise_course_free(course);
    return finite;
}

/* A rule that goes from tensor to tensor leaves none out and keeps out of what lies between them. */
static bool padding_kept(const fl_optimizer *rule, fl_error *why)
{
    bool kept = true;
    fl_promise_course *now = fl_promise_course_started(rule, FL_PROMISE_N),
                      *before = fl_promise_course_started(rule, FL_PROMISE_N);
    fl_promise_course_walk(now, 3, RATE);
    for (const fl_tensor *t = fl_promise_tensors; t < fl_promise_tensors + FL_PROMISE_TENSORS; t++)
        for (size_t i = 0; i < t->count && kept; i++) {
            bool inside = i < t->n_values,
                 moved = now->update.parameters[t->offset + i] != before->update.parameters[t->offset + i];
            kept = moved == (inside && moves(rule));
            if (!kept)
                fl_error_user(why, "number %zu of %s %s", i, t->name, inside ? "stands still" : "is padding and moves");
        }
    fl_promise_course_free(now);
    fl_promise_course_free(before);
    return kept;
}

/* --- any order of a tensor's numbers --- */

static bool takes_any_order(const fl_optimizer *rule)
{
    return !rule->elementwise && !rule->canonical;
}

static void reverse(float *values)
{
    for (const fl_tensor *t = fl_promise_tensors; t < fl_promise_tensors + FL_PROMISE_TENSORS; t++)
        for (size_t i = 0; i < t->n_values / 2; i++) {
            float *first = values + t->offset + i, *last = values + t->offset + t->n_values - 1 - i, kept = *first;
            *first = *last;
            *last = kept;
        }
}

/* From the same parameters with the same gradients, every tensor's numbers the other way round. */
static fl_promise_course *reversed(const fl_optimizer *rule, unsigned steps)
{
    fl_promise_course *course = fl_promise_course_new(rule, FL_PROMISE_N);
    fl_promise_course_draw(course, course->update.parameters, "parameters", 0);
    reverse(course->update.parameters);
    fl_promise_course_start(course);
    for (unsigned t = 0; t < steps; t++) {
        fl_promise_course_draw(course, course->gradient, "gradient", t);
        reverse(course->gradient);
        fl_promise_course_step(course, RATE);
    }
    return course;
}

/* Sums over a tensor are added up in another order, and round otherwise. */
static bool order_kept(const fl_optimizer *rule, fl_error *why)
{
    const float most = 1e-3f;
    bool kept = true;
    fl_promise_course *a = fl_promise_course_started(rule, FL_PROMISE_N), *b = reversed(rule, 5);
    fl_promise_course_walk(a, 5, RATE);
    reverse(b->update.parameters);
    for (size_t i = 0; i < FL_PROMISE_N && kept; i++) {
        float one = a->update.parameters[i], other = b->update.parameters[i];
        kept = fabsf(one - other) <= most * fmaxf(1, fabsf(one));
    }
    fl_promise_course_free(a);
    fl_promise_course_free(b);
    return kept || fl_error_user(why, "it moves a tensor's numbers otherwise in another order, and each backend has an "
                                      "order of its own: .canonical asks for PyTorch's");
}

/* The lower or the upper usable end of a hyperparameter's range. */
static double end_of_range(const fl_hyper *hyper, bool upper)
{
    if (!upper) return hyper->min_open ? 1e-300 : fmax(hyper->min, -1e17);
    if (isinf(hyper->max)) return 1e17; /* the rate that learning_rate/epsilon = 1e7 gives at epsilon = 1e10 */
    return hyper->max_open ? hyper->max - 1e-9 : hyper->max;
}

/* --- zeros --- */

/* All corners of up to five ranges. Of more, 32 that hold every corner of any three of them: an orthogonal array of
 * strength 3 (Rao 1947), since no two of these codes make a third. */
enum { CORNERS_BITS = 5 };
static const unsigned char codes[] = { 1, 2, 4, 8, 16, 7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 31 };
_Static_assert(sizeof codes >= FL_HYPER_MAX, "a code for every hyperparameter");

static bool has_odd_ones(unsigned bits)
{
    bool odd = false;
    for (; bits; bits &= bits - 1) odd = !odd;
    return odd;
}

/* What has been settled has a range of one value, and does not count. */
static size_t n_corners(const fl_optimizer *rule)
{
    size_t ranges = 0;
    for (size_t i = 0; i < rule->n_hypers; i++) ranges += rule->hypers[i].min < rule->hypers[i].max;
    return 1u << (ranges < CORNERS_BITS ? ranges : CORNERS_BITS);
}

static void set_to_corner(const fl_optimizer *rule, size_t corner, double *hyper)
{
    size_t ranges = 0;
    for (size_t i = 0; i < rule->n_hypers; i++) {
        const fl_hyper *range = &rule->hypers[i];
        hyper[i] = range->min < range->max ? end_of_range(range, has_odd_ones((unsigned)corner & codes[ranges++]))
                                           : range->default_value;
    }
}

/* Backends pad tensors with zeros and count on this wherever the hyperparameters are. */
static bool zeros_stay(const fl_optimizer *rule, size_t corner)
{
    bool stay = true;
    fl_promise_course *course = fl_promise_course_new(rule, FL_PROMISE_N);
    set_to_corner(rule, corner, course->hyper);
    fl_promise_course_start(course);
    unsigned steps = rule->wants || rule->declines_gradient ? 10 : 300; /* long ones, without decaying means */
    for (unsigned t = 0; t < steps && stay; t++) {
        fl_promise_course_draw(course, course->gradient, "gradient", t);
        course->gradient[FL_PROMISE_N - 10] = 0; /* the last of its tensor, beside the padding */
        fl_promise_course_step(course, course->hyper[0]);
        stay = !signbit(course->update.parameters[FL_PROMISE_N - 1]) &&
               course->update.parameters[FL_PROMISE_N - 1] == 0 && course->update.parameters[FL_PROMISE_N - 10] == 0;
    }
    fl_promise_course_free(course);
    return stay;
}

static void describe_corner(const fl_optimizer *rule, size_t corner, char text[300])
{
    size_t used = 0;
    double hyper[FL_HYPER_MAX];
    set_to_corner(rule, corner, hyper);
    for (size_t i = 0; i < rule->n_hypers && used < 300; i++)
        used += (size_t)snprintf(text + used, 300 - used, "%s%s = %g", i ? ", " : "", rule->hypers[i].name, hyper[i]);
}

static bool zeros_kept(const fl_optimizer *rule, fl_error *why)
{
    char text[300];
    for (size_t corner = 0; corner < n_corners(rule); corner++) {
        if (zeros_stay(rule, corner)) continue;
        describe_corner(rule, corner, text);
        return fl_error_user(why, "a parameter of 0 with a gradient of 0 does not stay 0 at %s", text);
    }
    return true;
}

/* --- downhill --- */

static double set_to_parameters(fl_promise_course *course)
{
    memcpy(course->gradient, course->update.parameters, course->layout.count * sizeof(float));
    return (double)course->gradient[0] * (double)course->gradient[0] / 2;
}

/* 1/2 theta^2 from theta = 1, where a first step at rate 0.01 is well under 1. AdaDelta and LARS start with steps a
 * thousand times smaller than that. */
static bool descent_kept(const fl_optimizer *rule, fl_error *why)
{
    fl_promise_course *course = fl_promise_course_new(rule, 1);
    course->update.parameters[0] = 1;
    course->gradient_at = set_to_parameters;
    fl_promise_course_start(course);
    for (unsigned t = 0; t < 200; t++) fl_promise_course_step(course, 0.01);
    float end = fabsf(course->update.parameters[0]);
    fl_promise_course_free(course);
    return end < 0.997f || fl_error_user(why, "200 steps at rate 0.01 on theta^2/2 lead from 1 to %g", (double)end);
}

const fl_promise fl_promise_finite = { "finite", "parameters stay finite at small rates", NULL, finite_kept };
const fl_promise fl_promise_padding = { "padding", "every parameter moves, and padding does not", NULL, padding_kept };
const fl_promise fl_promise_order = { "order",
                                      "the order of a tensor's numbers does not matter, or it asks for PyTorch's",
                                      takes_any_order, order_kept };
const fl_promise fl_promise_zeros = {
    "zeros",
    "what is 0 and has a gradient of 0 stays 0 at the ends of its ranges, of any three of them in every mixture", NULL,
    zeros_kept, .goes_to_ends = true
};
const fl_promise fl_promise_descent = { "descent", "it goes downhill on a quadratic", moves, descent_kept };
