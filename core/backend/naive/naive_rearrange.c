/* Layers that move numbers and compute none: flatten, sequence, last, subsample.
 *
 * Each says where in its input an output number comes from, which is written down once; backward sends the gradient the
 * same way back, and what no output reads has none.
 */
#include "backend/naive/naive.h"

#include <string.h>

static const size_t NOWHERE = (size_t)-1; /* the output number is 0 */

/* The place in an example of the input for place `to` in an example of the output. */
typedef size_t origin(const fl_backend_plain *p, size_t to);

typedef struct rearrangement {
    fl_backend_plain plain; /* first: a pointer to the op is a pointer to this */
    origin *from;
    size_t n_in, n_out;    /* numbers of an example */
    const size_t *origins; /* of each of n_out numbers; the workspace */
} rearrangement;

static void bind(fl_backend_op *op, const fl_backend_buffers *buffers)
{
    rearrangement *r = (rearrangement *)op;
    size_t *origins = buffers->workspace;
    r->plain.at = *buffers;
    r->origins = origins;
    for (size_t i = 0; i < r->n_out; i++) origins[i] = r->from(&r->plain, i);
}

static void forward(fl_backend_op *op)
{
    rearrangement *r = (rearrangement *)op;
    const float *in = r->plain.at.in[0];
    float *out = r->plain.at.out;
    for (size_t n = 0; n < r->plain.in.n; n++, in += r->n_in, out += r->n_out)
        for (size_t i = 0; i < r->n_out; i++) out[i] = r->origins[i] == NOWHERE ? 0 : in[r->origins[i]];
}

static void backward(fl_backend_op *op)
{
    rearrangement *r = (rearrangement *)op;
    const float *d_out = r->plain.at.d_out;
    float *d_in = r->plain.at.d_in[0];
    if (!r->plain.needs_d_in) return;
    memset(d_in, 0, fl_tensor_shape_size(r->plain.in) * sizeof *d_in);
    for (size_t n = 0; n < r->plain.in.n; n++, d_in += r->n_in, d_out += r->n_out)
        for (size_t i = 0; i < r->n_out; i++)
            if (r->origins[i] != NOWHERE) d_in[r->origins[i]] = d_out[i];
}

static fl_backend_op *plan(const fl_backend_request *request, origin *from)
{
    fl_backend_plain *p = fl_backend_plain_sized(sizeof(rearrangement), request, "copies", forward, backward);
    rearrangement *r = (rearrangement *)p;
    r->from = from;
    r->n_in = fl_tensor_shape_size(p->in) / p->in.n;
    r->n_out = fl_tensor_shape_size(p->op.out.shape) / p->in.n;
    p->op.workspace_bytes = r->n_out * sizeof *r->origins;
    p->op.reads_in = p->op.reads_out = false;
    p->op.bind = bind;
    return &p->op;
}

/* --- where numbers come from --- */

static size_t same(const fl_backend_plain *p, size_t to)
{
    return to;
}

/* Position t of D values from pixel t of channel d. */
static size_t of_pixels(const fl_backend_plain *p, size_t to)
{
    size_t pixel = to / p->in.c, channel = to % p->in.c;
    return channel * p->in.h * p->in.w + pixel;
}

/* Position y of the values c, x from row y of each channel. */
static size_t of_rows(const fl_backend_plain *p, size_t to)
{
    size_t row = p->in.c * p->in.w, y = to / row, channel = to % row / p->in.w;
    return (channel * p->in.h + y) * p->in.w + to % p->in.w;
}

static size_t of_last(const fl_backend_plain *p, size_t to)
{
    return (p->in.c - 1) * p->in.h + to;
}

/* Channels of zeros: half of them before, half after, one more after where they are odd. */
static size_t of_grid(const fl_backend_plain *p, size_t to)
{
    fl_tensor_shape out = p->op.out.shape;
    size_t channel = to / (out.h * out.w), y = to / out.w % out.h, x = to % out.w, before = (out.c - p->in.c) / 2;
    if (channel < before || channel >= before + p->in.c) return NOWHERE;
    return ((channel - before) * p->in.h + y * p->layer.stride) * p->in.w + x * p->layer.stride;
}

fl_backend_op *fl_naive_flatten(const fl_backend_request *request)
{
    return plan(request, same);
}

fl_backend_op *fl_naive_sequence(const fl_backend_request *request)
{
    return plan(request, request->layer->by == FL_LAYER_BY_ROWS ? of_rows : of_pixels);
}

fl_backend_op *fl_naive_last(const fl_backend_request *request)
{
    return plan(request, of_last);
}

fl_backend_op *fl_naive_subsample(const fl_backend_request *request)
{
    return plan(request, of_grid);
}
