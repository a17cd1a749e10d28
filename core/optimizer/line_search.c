/* Where f is not finite it counts as infinite: the bracket is halved there. */
#include "optimizer/line_search.h"

typedef fl_optimizer_line_point point;

static const double C1 = 1e-4, C2 = 0.9;
static const double LEAST_GROWTH = 0.01, MOST_GROWTH = 10; /* of the bracket, in its length and in t */
static const double MARGIN = 0.1;                          /* of a bracket, for an end that barely moves */
static const double LEAST_MOVE = 1e-9;                     /* of the largest parameter: less is no progress */

static bool falls(const fl_optimizer_line *line, const point *p)
{
    return p->f <= line->start.f + C1 * p->t * line->start.slope;
}

static bool is_flat(const fl_optimizer_line *line, const point *p)
{
    return fabs(p->slope) <= -C2 * line->start.slope;
}

/* The minimum of the cubic through both values and slopes, kept to low..high; their middle where there is none. */
static double interpolate(const point *a, const point *b, double low, double high)
{
    const point *left = a->t <= b->t ? a : b, *right = a->t <= b->t ? b : a;
    double length = right->t - left->t;
    double d1 = left->slope + right->slope - 3 * (left->f - right->f) / (left->t - right->t);
    double square = d1 * d1 - left->slope * right->slope;
    if (!(square >= 0) || isinf(square)) return (low + high) / 2;
    double d2 = sqrt(square);
    double t = right->t - length * ((right->slope + d2 - d1) / (right->slope - left->slope + 2 * d2));
    return isnan(t) ? (low + high) / 2 : fmin(fmax(t, low), high);
}

/* Away from the bracket's ends where the last trial was already close to one. */
static double keep_away(const point *a, const point *b, double t, bool *was_close)
{
    double low = fmin(a->t, b->t), high = fmax(a->t, b->t), margin = MARGIN * (high - low);
    bool close = fmin(high - t, t - low) < margin, moves = close && (*was_close || t <= low || t >= high);
    *was_close = close && !moves;
    if (!moves) return t;
    return high - t < t - low ? high - margin : low + margin;
}

/* `low` falls enough and is the lower one; between it and `high` lies what is sought. */
static bool shrink(const fl_optimizer_line *line, point low, point high, unsigned left, point *p)
{
    bool close = false;
    for (; left && fabs(high.t - low.t) * line->reach >= LEAST_MOVE; left--) {
        double t = interpolate(&low, &high, fmin(low.t, high.t), fmax(low.t, high.t));
        p->t = keep_away(&low, &high, t, &close);
        line->look(line->user, p);
        if (!falls(line, p) || p->f >= low.f) {
            high = *p;
            continue;
        }
        if (is_flat(line, p)) return true;
        if (p->slope * (high.t - low.t) >= 0) high = low;
        low = *p;
    }
    return false;
}

bool fl_optimizer_line_search(const fl_optimizer_line *line, point *end)
{
    point last = line->start;
    for (unsigned left = line->most; left; left--) {
        line->look(line->user, end);
        bool lower = falls(line, end) && (left == line->most || end->f < last.f);
        if (!lower) return shrink(line, last, *end, left - 1, end);
        if (is_flat(line, end)) return true;
        if (end->slope >= 0) return shrink(line, *end, last, left - 1, end);
        double t = interpolate(&last, end, end->t + LEAST_GROWTH * (end->t - last.t), MOST_GROWTH * end->t);
        last = *end;
        end->t = t;
    }
    return false;
}
