/* The in-place pass that an optimizer's update is held against, and an update beside it. */
#include "promise/probe.h"
#include "base/clock.h"
#include "base/clones.h"
#include "promise/course.h"

#include <math.h>

enum { MOST_UPDATED = 5, LINE_FLOATS = 16, SIDE = 1000, TURNS = 5 };

typedef float line __attribute__((vector_size(LINE_FLOATS * sizeof(float)), may_alias));

struct fl_promise_probe {
    float *of[1 + MOST_UPDATED];
    size_t updated, n; /* in place: of[0] is read, `updated` more are updated; n floats each */
};

/* A cache line of each array in turn, as a fused pass goes. */
FL_CLONES static void update_in_place(const fl_promise_probe *probe)
{
    line *of[1 + MOST_UPDATED];
    size_t n_of = 1 + probe->updated;
    for (size_t k = 0; k < n_of; k++) of[k] = (line *)probe->of[k];
    for (size_t i = 0; i < probe->n / LINE_FLOATS; i++) {
        line read = of[0][i];
        for (size_t k = 1; k < n_of; k++) of[k][i] = 0.5f * of[k][i] + read;
    }
}

/* Ones: numbers that stay ordinary under every pass. */
fl_promise_probe *fl_promise_probe_of(fl_arena *arena, size_t updated, size_t n)
{
    if (updated < 1 || updated > MOST_UPDATED || n % LINE_FLOATS)
        fl_error_die("no in-place pass over %zu arrays of %zu", updated, n);
    fl_promise_probe *probe = fl_arena_bytes(arena, sizeof *probe);
    *probe = (fl_promise_probe){ .updated = updated, .n = n };
    for (size_t k = 0; k < 1 + updated; k++) {
        probe->of[k] = fl_arena_floats(arena, n);
        for (size_t i = 0; i < n; i++) probe->of[k][i] = 1;
    }
    return probe;
}

double fl_promise_probe_bytes(const fl_promise_probe *probe)
{
    return (1 + 2 * (double)probe->updated) * (double)probe->n * sizeof(float);
}

void fl_promise_probe_run(void *probe)
{
    update_in_place(probe);
}

/* A loss without a pass over the arrays: neither its time nor what it would leave in the caches is the rule's. */
static double loss_for_nothing(fl_promise_course *course)
{
    return 0;
}

/* NULL with a message where the rule does not take so many parameters, whose own arrays may then be vast. */
static fl_promise_course *on_a_matrix(const fl_optimizer *rule, fl_error *why)
{
    fl_promise_course *course = fl_promise_course_new(rule, SIDE * SIDE);
    if (rule->accepts && !rule->accepts(SIDE * SIDE, course->hyper, why)) {
        fl_promise_course_free(course);
        return NULL;
    }
    course->tensors[0].shape[0] = course->tensors[0].shape[1] = SIDE;
    course->tensors[0].n_dims = 2;
    course->tensors[0].role = FL_TENSOR_MATRIX;
    course->gradient_at = loss_for_nothing;
    fl_promise_course_draw(course, course->update.parameters, "parameters", 0);
    fl_promise_course_draw(course, course->gradient, "gradient", 0);
    fl_promise_course_start(course);
    return course;
}

bool fl_promise_speed_of(const fl_optimizer *rule, fl_promise_speed *speed, fl_error *why)
{
    fl_promise_course *course = on_a_matrix(rule, why);
    if (!course) return false;
    fl_arena *arena = fl_arena_new();
    fl_promise_probe *probe = fl_promise_probe_of(arena, 1 + rule->n_states, SIDE * SIDE);
    *speed = (fl_promise_speed){ HUGE_VAL, HUGE_VAL, fl_promise_probe_bytes(probe) };
    for (int turn = 0; turn < TURNS; turn++) {
        double begun = fl_clock_seconds();
        fl_promise_course_step(course, 1e-3);
        double between = fl_clock_seconds();
        fl_promise_probe_run(probe);
        speed->probe = fmin(speed->probe, fl_clock_seconds() - between);
        speed->step = fmin(speed->step, between - begun);
    }
    fl_promise_course_free(course);
    fl_arena_free(arena);
    return true;
}
