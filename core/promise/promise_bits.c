/* Promises on bits: what must be the same from call to call, whatever lies beside it. */
#include "promise/course.h"
#include "promise/promise.h"

#include <string.h>

static const double RATE = 0.1;

static bool form_kept(const fl_optimizer *rule, fl_error *why)
{
    return fl_optimizer_well_formed(rule, why);
}

static bool zero_rate_kept(const fl_optimizer *rule, fl_error *why)
{
    fl_promise_course *moved = fl_promise_course_started(rule, FL_PROMISE_N),
                      *untouched = fl_promise_course_started(rule, FL_PROMISE_N);
    fl_promise_course_walk(moved, 20, 0);
    bool same = !memcmp(moved->update.parameters, untouched->update.parameters, FL_PROMISE_N * sizeof(float));
    fl_promise_course_free(moved);
    fl_promise_course_free(untouched);
    return same || fl_error_user(why, "parameters moved in 20 steps at rate 0");
}

static bool gradient_kept(const fl_optimizer *rule, fl_error *why)
{
    float drawn[FL_PROMISE_N];
    fl_promise_course *course = fl_promise_course_started(rule, FL_PROMISE_N);
    fl_promise_course_walk(course, 3, RATE);
    fl_promise_course_draw(course, drawn, "gradient", 2);
    bool same = !memcmp(course->gradient, drawn, sizeof drawn);
    fl_promise_course_free(course);
    return same || fl_error_user(why, "the gradient was written to");
}

static bool same_bits_kept(const fl_optimizer *rule, fl_error *why)
{
    fl_promise_course *a = fl_promise_course_started(rule, FL_PROMISE_N),
                      *b = fl_promise_course_started(rule, FL_PROMISE_N);
    fl_promise_course_walk(a, 20, RATE);
    fl_promise_course_walk(b, 20, RATE);
    bool same = fl_promise_course_same(a, b);
    fl_promise_course_free(a);
    fl_promise_course_free(b);
    return same || fl_error_user(why, "two runs of 20 steps with the same gradients differ");
}

/* Saving and cloning a trial is a copy of parameters and state. */
static bool state_kept(const fl_optimizer *rule, fl_error *why)
{
    fl_promise_course *a = fl_promise_course_started(rule, FL_PROMISE_N),
                      *b = fl_promise_course_started(rule, FL_PROMISE_N);
    fl_promise_course_walk(a, 10, RATE);
    fl_promise_course_copy(b, a);
    fl_promise_course_walk(a, 10, RATE);
    fl_promise_course_walk(b, 10, RATE);
    bool same = fl_promise_course_same(a, b);
    fl_promise_course_free(a);
    fl_promise_course_free(b);
    return same || fl_error_user(why, "a copy of parameters and state goes on otherwise: the rule remembers more than "
                                      "it was lent");
}

/* --- of elementwise rules --- */

static bool is_elementwise(const fl_optimizer *rule)
{
    return rule->elementwise;
}

/* Element `i` of `whole` and the only element of a course of its own meet the same parameters and gradients. */
static bool alone_as_in_company(const fl_promise_course *whole, size_t i, unsigned steps)
{
    float drawn[FL_PROMISE_ODD];
    fl_promise_course *alone = fl_promise_course_new(whole->rule, 1);
    fl_promise_course_draw(whole, drawn, "parameters", 0);
    alone->update.parameters[0] = drawn[i];
    fl_promise_course_start(alone);
    for (unsigned t = 0; t < steps; t++) {
        fl_promise_course_draw(whole, drawn, "gradient", t);
        alone->gradient[0] = drawn[i];
        fl_promise_course_step(alone, RATE);
    }
    bool same = !memcmp(alone->update.parameters, whole->update.parameters + i, sizeof(float));
    fl_promise_course_free(alone);
    return same;
}

/* Lengths 1..37 take a vector loop and its rest in every mixture, and a single element takes neither. */
static bool place_kept(const fl_optimizer *rule, fl_error *why)
{
    bool same = true;
    for (size_t n = 1; n <= FL_PROMISE_ODD && same; n++) {
        fl_promise_course *whole = fl_promise_course_started(rule, n);
        fl_promise_course_walk(whole, 5, RATE);
        for (size_t i = n > 3 ? n - 3 : 0; i < n && same; i++)
            if (!(same = alone_as_in_company(whole, i, 5)))
                fl_error_user(why, "number %zu of %zu moves otherwise than alone", i, n);
        fl_promise_course_free(whole);
    }
    return same;
}

/* Every array from `first` on, as a trainer gives it to an elementwise rule. */
static void step_piece(const fl_promise_course *course, size_t first, size_t count)
{
    fl_tensor_layout layout = { .count = count };
    fl_optimizer_update piece = course->update;
    piece.layout = &layout;
    piece.parameters += first;
    piece.gradient += first;
    for (size_t i = 0; i < course->rule->n_states; i++) piece.state[i] += first;
    course->rule->step(&piece);
}

static bool pieces_kept(const fl_optimizer *rule, fl_error *why)
{
    enum { PIECE = 48 };
    fl_promise_course *whole = fl_promise_course_started(rule, FL_PROMISE_N),
                      *pieces = fl_promise_course_started(rule, FL_PROMISE_N);
    fl_promise_course_walk(whole, 5, RATE);
    for (pieces->update.rate = RATE; pieces->update.step < 5; pieces->update.step++) {
        fl_promise_course_draw(pieces, pieces->gradient, "gradient", pieces->update.step);
        if (rule->look) rule->look(&pieces->update);
        for (size_t first = 0; first < FL_PROMISE_N; first += PIECE)
            step_piece(pieces, first, FL_PROMISE_N - first < PIECE ? FL_PROMISE_N - first : PIECE);
    }
    bool same = fl_promise_course_same(whole, pieces);
    fl_promise_course_free(whole);
    fl_promise_course_free(pieces);
    return same || fl_error_user(why, "five steps piece by piece differ from five on the whole arrays");
}

const fl_promise fl_promise_form = { "form", "its name, its table and its states are as others need them", NULL,
                                     form_kept };
const fl_promise fl_promise_zero_rate = { "zero_rate", "a rate of 0 leaves the parameters alone", NULL,
                                          zero_rate_kept };
const fl_promise fl_promise_gradient = { "gradient", "the gradient is only read", NULL, gradient_kept };
const fl_promise fl_promise_same_bits = { "same_bits", "the same inputs give the same bits", NULL, same_bits_kept };
const fl_promise fl_promise_state = { "state", "what it remembers lies in what it is lent", NULL, state_kept };
const fl_promise fl_promise_place = { "place", "no number depends on its place in a vector", is_elementwise,
                                      place_kept };
const fl_promise fl_promise_pieces = { "pieces", "the arrays may come piece by piece", is_elementwise, pieces_kept };
