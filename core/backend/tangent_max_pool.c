/* Max-pool moves numbers: R{y} from where the largest of each window lies, R{dy} back to there. */
#include "backend/tangent_kinds.h"

#include <string.h>

static size_t workspace_bytes(const fl_backend_tangent *t)
{
    return fl_tensor_shape_size(t->out) * sizeof(uint32_t);
}

/* first..end-1 of the pixels on a side of `n` that window `place` sees. */
static void side(fl_layer_window w, size_t length, size_t place, size_t n, size_t *first, size_t *end)
{
    size_t from = place * w.stride;
    *first = from > w.pad ? from - w.pad : 0;
    *end = from + length > w.pad ? from + length - w.pad : 0;
    if (*end > n) *end = n;
}

/* The first of the largest. */
static uint32_t winner_of(const fl_backend_tangent *t, fl_layer_window w, const float *plane, size_t y, size_t x)
{
    size_t top, bottom, left, right;
    side(w, w.h, y, t->in.h, &top, &bottom);
    side(w, w.w, x, t->in.w, &left, &right);
    size_t best = top * t->in.w + left;
    for (size_t i = top; i < bottom; i++)
        for (size_t j = left; j < right; j++)
            if (plane[i * t->in.w + j] > plane[best]) best = i * t->in.w + j;
    return (uint32_t)best;
}

static void point(const fl_backend_tangent *t)
{
    fl_layer_window w = fl_layer_window_on(t->layer, t->in);
    uint32_t *winner = t->workspace;
    for (size_t plane = 0; plane < t->in.n * t->in.c; plane++)
        for (size_t q = 0; q < t->out.h * t->out.w; q++)
            *winner++ = winner_of(t, w, t->x + plane * t->in.h * t->in.w, q / t->out.w, q % t->out.w);
}

static void forward(const fl_backend_tangent *t)
{
    const uint32_t *winner = t->workspace;
    size_t in = t->in.h * t->in.w, out = t->out.h * t->out.w;
    for (size_t plane = 0; plane < t->in.n * t->in.c; plane++)
        for (size_t q = plane * out; q < (plane + 1) * out; q++) t->r_y[q] = t->r_x[plane * in + winner[q]];
}

static void backward(const fl_backend_tangent *t)
{
    const uint32_t *winner = t->workspace;
    size_t in = t->in.h * t->in.w, out = t->out.h * t->out.w;
    if (!t->r_d_x) return;
    memset(t->r_d_x, 0, t->count * sizeof *t->r_d_x);
    for (size_t plane = 0; plane < t->in.n * t->in.c; plane++)
        for (size_t q = plane * out; q < (plane + 1) * out; q++) t->r_d_x[plane * in + winner[q]] += t->r_d_y[q];
}

const fl_backend_tangent_code fl_backend_tangent_max_pool = {
    .workspace_bytes = workspace_bytes, .point = point, .forward = forward, .backward = backward
};
