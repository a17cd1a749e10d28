/* Concatenation: the channels of several images behind each other. */
#include "backend/naive/naive.h"

#include <string.h>

typedef struct concatenation {
    fl_backend_plain plain;      /* first: a pointer to the op is a pointer to this */
    size_t parts[FL_LAYER_FROM]; /* numbers of an example that each input has */
} concatenation;

static size_t whole_of(const concatenation *c)
{
    return fl_tensor_shape_size(c->plain.op.out.shape) / c->plain.in.n;
}

static void forward(fl_backend_op *op)
{
    concatenation *c = (concatenation *)op;
    float *out = c->plain.at.out;
    for (size_t n = 0; n < c->plain.in.n; n++)
        for (size_t k = 0; k < c->plain.n_in; out += c->parts[k++])
            memcpy(out, (const float *)c->plain.at.in[k] + n * c->parts[k], c->parts[k] * sizeof *out);
}

/* The gradient of input k, whose part begins at `first` of an example. */
static void backward_input(const concatenation *c, size_t k, size_t first)
{
    const float *d_out = (const float *)c->plain.at.d_out + first;
    float *d_in = c->plain.at.d_in[k];
    for (size_t n = 0; d_in && n < c->plain.in.n; n++)
        memcpy(d_in + n * c->parts[k], d_out + n * whole_of(c), c->parts[k] * sizeof *d_in);
}

static void backward(fl_backend_op *op)
{
    concatenation *c = (concatenation *)op;
    for (size_t k = 0, first = 0; k < c->plain.n_in; first += c->parts[k++]) backward_input(c, k, first);
}

fl_backend_op *fl_naive_concatenate(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_sized(sizeof(concatenation), request, "copies", forward, backward);
    for (size_t k = 0; k < request->n_in; k++)
        ((concatenation *)p)->parts[k] = fl_tensor_shape_size(request->in[k].shape) / p->in.n;
    p->op.reads_in = p->op.reads_out = false;
    return &p->op;
}
