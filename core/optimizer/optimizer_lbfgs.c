/* L-BFGS (Nocedal 1980; Liu and Nocedal 1989): the last pairs s = theta' - theta, y = g' - g stand for an inverse
 * Hessian.
 *
 *   d = -g;  from the newest pair to the oldest:  a = s.d / s.y,  d -= a y
 *   d *= s.y / y.y of the newest;  from the oldest to the newest:  d += (a - y.d / s.y) s
 *   theta' = theta + t d
 *
 * with t by a search for the strong Wolfe conditions whose first trial is min(1, 1/norm_1(g)) eta at step 0, then
 * eta_t; or t = that trial. Both gradients of a pair are of the step's batch: where the next step's is the same, its
 * first gradient is known, else each step costs one more.
 */
#include "optimizer/line_search.h"

#include <string.h>

enum { LEARNING_RATE, HISTORY, LINE_SEARCH, MAX_EVALUATIONS };
enum { STRONG_WOLFE, NONE };
enum { MOST_HISTORY = 100 };

static const double LEAST_CURVATURE = 1e-10; /* of a pair that is kept: s.y over y.y */

/* What goes from step to step beside arrays. */
typedef struct memory {
    double loss;    /* at the parameters, as `gradient` is */
    double n_pairs; /* in a ring, of which `next` is overwritten next */
    double next;
} memory;
enum { MEMORY = 16 }; /* floats, a whole line */

typedef struct search {
    fl_optimizer_update *update;
    size_t n, history;
    memory *kept;
    float *gradient;  /* where the step begins */
    float *s, *y;     /* `history` each */
    float *start, *d; /* parameters where the step begins; the direction */
    float *lowest;    /* the gradient at: */
    double best_t, best_f;
} search;

static fl_optimizer_own own(const fl_optimizer_update *update)
{
    size_t n = update->layout->count;
    return (fl_optimizer_own){ .kept = MEMORY + n + 2 * (size_t)update->hyper[HISTORY] * n, .scratch = 3 * n };
}

static search search_of(fl_optimizer_update *update)
{
    size_t n = update->layout->count, history = (size_t)update->hyper[HISTORY];
    float *own = update->own + MEMORY;
    return (search){ .update = update,
                     .n = n,
                     .history = history,
                     .kept = (memory *)update->own,
                     .gradient = own,
                     .s = own + n,
                     .y = own + n + history * n,
                     .start = update->scratch,
                     .d = update->scratch + n,
                     .lowest = update->scratch + 2 * n };
}

/* Pair `age`, 0 the newest, in s and y. */
static size_t pair_at(const search *at, size_t age)
{
    return ((size_t)at->kept->next + at->history - 1 - age) % at->history * at->n;
}

FL_OPTIMIZER_PASS scale(size_t n, float *to, const float *from, float by)
{
    for (size_t i = 0; i < n; i++) to[i] = by * from[i];
}

static void set_direction(const search *at)
{
    size_t n = at->n, n_pairs = (size_t)at->kept->n_pairs;
    double a[MOST_HISTORY];
    scale(n, at->d, at->gradient, -1);
    for (size_t i = 0; i < n_pairs; i++) {
        const float *s = at->s + pair_at(at, i), *y = at->y + pair_at(at, i);
        a[i] = fl_optimizer_dot(s, at->d, n) / fl_optimizer_dot(s, y, n);
        fl_optimizer_along(n, at->d, at->d, y, (float)-a[i]);
    }
    if (n_pairs) {
        const float *s = at->s + pair_at(at, 0), *y = at->y + pair_at(at, 0);
        scale(n, at->d, at->d, (float)(fl_optimizer_dot(s, y, n) / fl_optimizer_square(y, n)));
    }
    for (size_t i = n_pairs; i-- > 0;) {
        const float *s = at->s + pair_at(at, i), *y = at->y + pair_at(at, i);
        double b = fl_optimizer_dot(y, at->d, n) / fl_optimizer_dot(s, y, n);
        fl_optimizer_along(n, at->d, at->d, s, (float)(a[i] - b));
    }
}

/* Its slope, below 0; without the pairs where rounding has left no descent, and 0 where there is none at all. */
static double take_direction(const search *at)
{
    set_direction(at);
    double slope = fl_optimizer_dot(at->gradient, at->d, at->n);
    if (slope < 0) return slope;
    at->kept->n_pairs = 0;
    set_direction(at);
    return fmin(fl_optimizer_dot(at->gradient, at->d, at->n), 0);
}

static void norms(const float *values, size_t n, double *sum, double *largest)
{
    *sum = *largest = 0;
    for (size_t i = 0; i < n; i++) {
        double size = fabs((double)values[i]);
        *sum += size;
        *largest = fmax(*largest, size);
    }
}

static double first_trial(const search *at)
{
    double sum, largest;
    norms(at->gradient, at->n, &sum, &largest);
    return at->update->step ? at->update->rate : fmin(1, 1 / sum) * at->update->rate;
}

static void go_to(const search *at, double t)
{
    fl_optimizer_along(at->n, at->update->parameters, at->start, at->d, fl_optimizer_finite(t));
}

static void look(void *user, fl_optimizer_line_point *point)
{
    search *at = user;
    go_to(at, point->t);
    point->f = at->update->lent->evaluate(at->update, at->update->step, true);
    point->slope = fl_optimizer_dot(at->update->gradient, at->d, at->n);
    if (!(point->f < at->best_f)) return;
    at->best_t = point->t;
    at->best_f = point->f;
    memcpy(at->lowest, at->update->gradient, at->n * sizeof *at->lowest);
}

/* Parameters, and loss and gradient there. */
static const float *take_best(const search *at)
{
    at->kept->loss = at->best_f;
    if (at->best_t > 0)
        go_to(at, at->best_t);
    else
        memcpy(at->update->parameters, at->start, at->n * sizeof *at->start);
    return at->best_t > 0 ? at->lowest : at->gradient;
}

static const float *move(search *at, double slope)
{
    fl_optimizer_line_point end = { .t = first_trial(at) };
    double sum, reach;
    norms(at->d, at->n, &sum, &reach);
    fl_optimizer_line line = { .start = { 0, at->kept->loss, slope },
                               .reach = reach,
                               .most = (unsigned)at->update->hyper[MAX_EVALUATIONS],
                               .look = look,
                               .user = at };
    if (at->update->hyper[LINE_SEARCH] == STRONG_WOLFE) {
        if (!fl_optimizer_line_search(&line, &end)) return take_best(at);
    } else
        look(at, &end);
    at->kept->loss = end.f;
    return at->update->gradient;
}

FL_OPTIMIZER_PASS subtract(size_t n, float *to, const float *a, const float *b)
{
    for (size_t i = 0; i < n; i++) to[i] = a[i] - b[i];
}

/* A pair is written where the oldest was, and counts where its curvature is positive. */
static void keep_pair(const search *at, const float *gradient)
{
    size_t n = at->n;
    float *s = at->s + (size_t)at->kept->next * n, *y = at->y + (size_t)at->kept->next * n;
    if (at->kept->n_pairs == (double)at->history) at->kept->n_pairs--;
    subtract(n, s, at->update->parameters, at->start);
    subtract(n, y, gradient, at->gradient);
    double curvature = fl_optimizer_dot(s, y, n);
    if (!(curvature > LEAST_CURVATURE * fl_optimizer_square(y, n)) || isinf(curvature)) return;
    at->kept->n_pairs++;
    at->kept->next = (double)(((size_t)at->kept->next + 1) % at->history);
}

static void step(fl_optimizer_update *update)
{
    search at = search_of(update);
    size_t bytes = at.n * sizeof(float);
    if (!update->same_loss) {
        memcpy(at.gradient, update->gradient, bytes);
        at.kept->loss = update->loss;
    }
    memcpy(at.start, update->parameters, bytes);
    at.best_f = at.kept->loss;
    double slope = take_direction(&at);
    if (!(slope < 0) || !(update->rate > 0)) return;
    const float *gradient = move(&at, slope);
    keep_pair(&at, gradient);
    memcpy(at.gradient, gradient, bytes);
}

static bool declines_gradient(const fl_optimizer_update *update)
{
    return update->same_loss;
}

static const char *const searches[] = { "strong_wolfe", "none", NULL };

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    { "history", "pairs that stand for the inverse Hessian", FL_HYPER_INTEGER, 10, .min = 1, .max = MOST_HISTORY },
    { "line_search", "for the strong Wolfe conditions, or none: the step is the rate times the direction",
      FL_HYPER_CHOICE, STRONG_WOLFE, .min = STRONG_WOLFE, .max = NONE, .choices = searches },
    { "max_evaluations", "gradients of one search at most", FL_HYPER_INTEGER, 25, .min = 1, .max = 1000 },
};

const fl_optimizer fl_optimizer_lbfgs = {
    .entry = { "lbfgs", "quasi-Newton directions from the last gradients, with a line search",
               "Nocedal 1980; Liu and Nocedal 1989" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .asks_again = true,
    .declines_gradient = declines_gradient,
    .own = own,
    .step = step,
};
