/* Kronecker factors: A = mean of a a^T and G = mean of g g^T, from the inputs and the gradients that a backward left.
 *
 * g is the gradient of the summed loss, so N times that of the mean of N rows. Of a convolution each position is a row
 * of A, in patches as its weight has them (channel, row, column), and of G.
 */
#include "math/dense.h"
#include "math/rank_one.h"
#include "network/curvature_parts.h"

#include <math.h>
#include <string.h>

/* --- blocks --- */

static bool has_block(const fl_layer *layer)
{
    return (layer->kind == FL_LAYER_DENSE || layer->kind == FL_LAYER_CONVOLUTION) && layer->groups == 1;
}

static bool is_convolution(const fl_network_curvature_block *b)
{
    return !b->of.a;
}

/* What makes a value canonical where it is not, and where to; NULL and the value itself. */
static fl_backend_op *plan_change(fl_network_curvature *c, size_t value, float *from, float **to)
{
    const fl_backend_activation *activation = &c->graph.values[value].activation;
    *to = from;
    if (!activation->layout) return NULL;
    fl_backend_request request = { .n_in = 1, .in = { *activation } };
    fl_backend_op *op = c->backend->to_canonical(&request);
    *to = fl_arena_floats(c->arena, fl_tensor_shape_size(activation->shape));
    op->bind(op, &(fl_backend_buffers){
                     .in = { from }, .out = *to, .workspace = fl_arena_bytes(c->arena, op->workspace_bytes) });
    return op;
}

static fl_network_curvature_block *new_block(fl_network_curvature *c, size_t stage, size_t weight, bool has_bias)
{
    fl_network_curvature_block *b = &c->blocks[c->n_blocks++];
    size_t tensor = c->stages[stage].tensor + weight;
    b->stage = stage;
    b->factor = (fl_network_factor){ .weight = tensor, .bias = tensor + has_bias, .has_bias = has_bias };
    return b;
}

static void add_layer(fl_network_curvature *c, size_t s)
{
    const fl_network_stage *stage = &c->graph.stages[s];
    fl_network_curvature_block *b = new_block(c, s, 0, !stage->layer->no_bias);
    fl_tensor_shape in = stage->request.in[0].shape;
    size_t out = stage->layer->n_out;
    b->in = plan_change(c, stage->in[0], c->values[stage->in[0]].y, &b->in_at);
    b->d_out = plan_change(c, stage->out, c->values[stage->out].r_d_y, &b->d_out_at);
    b->factor.out = out;
    b->factor.in = c->tensors[b->factor.weight].n_values / out;
    if (stage->layer->kind == FL_LAYER_DENSE)
        b->of =
            (fl_backend_linear){ 0,        0,          fl_tensor_shape_rows(in), b->factor.in, out, b->factor.in, out,
                                 b->in_at, b->d_out_at };
}

static void add_inside(fl_network_curvature *c, size_t s, size_t index)
{
    const fl_network_curvature_stage *stage = &c->stages[s];
    fl_backend_linear of = stage->code->linear(&stage->tangent, index);
    fl_network_curvature_block *b = new_block(c, s, of.weight, true);
    b->of = of;
    b->factor.row = of.row;
    b->factor.in = of.in;
    b->factor.out = of.out;
}

/* The rows that are gathered at once: all of a dense layer, one example's positions of a convolution. */
static size_t gathered(const fl_network_curvature *c, const fl_network_curvature_block *b)
{
    fl_tensor_shape out = c->graph.stages[b->stage].op->out.shape;
    return is_convolution(b) ? out.h * out.w : b->of.rows;
}

void fl_network_curvature_find_factors(fl_network_curvature *c)
{
    size_t most = 0;
    c->blocks = fl_arena_bytes(c->arena, 4 * c->graph.n_stages * sizeof *c->blocks);
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        const fl_layer *layer = c->graph.stages[s].layer;
        if (layer && has_block(layer)) add_layer(c, s);
        for (size_t i = 0; c->stages[s].code && i < c->stages[s].code->n_linear; i++) add_inside(c, s, i);
    }
    for (size_t i = 0; i < c->n_blocks; i++) {
        size_t size = gathered(c, &c->blocks[i]) * (c->blocks[i].factor.in + 1);
        most = size > most ? size : most;
    }
    c->rows = fl_arena_floats(c->arena, most);
}

void fl_network_curvature_free_factors(fl_network_curvature *c)
{
    for (size_t i = 0; i < c->n_blocks; i++) {
        if (c->blocks[i].in) c->blocks[i].in->free(c->blocks[i].in);
        if (c->blocks[i].d_out) c->blocks[i].d_out->free(c->blocks[i].d_out);
    }
}

size_t fl_network_curvature_n_factors(const fl_network_curvature *c)
{
    return c->n_blocks;
}

const fl_network_factor *fl_network_curvature_factor(const fl_network_curvature *c, size_t index)
{
    return &c->blocks[index].factor;
}

static size_t channels_of(size_t in)
{
    size_t c = (size_t)sqrt((double)in);
    while (c > 1 && in % c) c--;
    return c;
}

void fl_network_curvature_factor_doubly(fl_network_curvature *c, size_t above)
{
    for (fl_network_curvature_block *b = c->blocks; b < c->blocks + c->n_blocks; b++) {
        bool wide = above && b->factor.in > above && !is_convolution(b);
        b->factor.channels = wide ? channels_of(b->factor.in) : 0;
    }
}

/* --- products of rows --- */

enum { COLUMNS = 256 }; /* of a block column: only what lies on and below the diagonal blocks is computed */

/* m (n x n) (+)= factor R^T R, or R R^T where the rows are those of R^T; below the diagonal blocks. */
static void add_gram(const fl_network_curvature *c, size_t n, size_t depth, float factor, fl_backend_matrix rows,
                     bool adds, float *m)
{
    for (size_t first = 0; first < n; first += COLUMNS) {
        size_t width = n - first < COLUMNS ? n - first : COLUMNS;
        fl_backend_matrix left = rows, right = rows;
        left.at = right.at = rows.at + first * (rows.transposed ? 1 : rows.step);
        right.transposed = !rows.transposed;
        c->backend->product(n - first, width, depth, factor, left, right, adds, m + first * n + first, n);
    }
}

/* --- A --- */

/* Rows with a last 1. */
static void copy_rows(const fl_backend_linear *of, size_t width, float *to)
{
    for (size_t r = 0; r < of->rows; r++, to += width) {
        memcpy(to, of->a + r * of->a_step, of->in * sizeof *to);
        if (width > of->in) to[of->in] = 1;
    }
}

/* What one position sees of a channel; zeros beyond the edge. */
static void copy_patch(const float *plane, fl_tensor_shape in, fl_layer_window w, size_t y, size_t x, float *to)
{
    for (size_t i = 0; i < w.h; i++)
        for (size_t j = 0; j < w.w; j++) {
            size_t row = y * w.stride + i - w.pad, column = x * w.stride + j - w.pad; /* wraps beyond the edge */
            *to++ = row < in.h && column < in.w ? plane[row * in.w + column] : 0;
        }
}

/* The patches of one example, a row for each position. */
static void copy_patches(const fl_network_curvature *c, const fl_network_curvature_block *b, size_t n, size_t width,
                         float *to)
{
    const fl_network_stage *stage = &c->graph.stages[b->stage];
    fl_tensor_shape in = stage->request.in[0].shape, out = stage->op->out.shape;
    fl_layer_window w = fl_layer_window_on(stage->layer, in);
    for (size_t q = 0; q < out.h * out.w; q++, to += width) {
        for (size_t channel = 0; channel < in.c; channel++)
            copy_patch(b->in_at + (n * in.c + channel) * in.h * in.w, in, w, q / out.w, q % out.w,
                       to + channel * w.h * w.w);
        if (b->factor.has_bias) to[b->factor.in] = 1;
    }
}

static void find_a(const fl_network_curvature *c, const fl_network_curvature_block *b, float *a)
{
    size_t width = b->factor.in + b->factor.has_bias, n = c->graph.values[0].activation.shape.n, depth = gathered(c, b);
    if (!is_convolution(b)) {
        copy_rows(&b->of, width, c->rows);
        add_gram(c, width, depth, 1 / (float)depth, (fl_backend_matrix){ c->rows, width, true }, false, a);
    }
    for (size_t i = 0; is_convolution(b) && i < n; i++) {
        copy_patches(c, b, i, width, c->rows);
        add_gram(c, width, depth, 1 / (float)n, (fl_backend_matrix){ c->rows, width, true }, i, a);
    }
    fl_math_mirror(width, a);
}

/* K and Psi: the parts of rank one of all rows, and their mean products. */
static void find_doubly(const fl_network_curvature *c, const fl_network_curvature_block *b, float *k)
{
    size_t rows = b->of.rows, channels = b->factor.channels, columns = b->factor.in / channels;
    float *left = c->rows, *right = left + rows * channels, *psi = k + channels * channels;
    for (size_t r = 0; r < rows; r++)
        fl_math_rank_one(channels, columns, b->of.a + r * b->of.a_step, left + r * channels, right + r * columns);
    add_gram(c, channels, rows, 1 / (float)rows, (fl_backend_matrix){ left, channels, true }, false, k);
    add_gram(c, columns, rows, 1 / (float)rows, (fl_backend_matrix){ right, columns, true }, false, psi);
    fl_math_mirror(channels, k);
    fl_math_mirror(columns, psi);
    psi[columns * columns] = 1;
}

/* --- G --- */

static void find_g(const fl_network_curvature *c, const fl_network_curvature_block *b, float *g)
{
    size_t out = b->factor.out, n = c->graph.values[0].activation.shape.n, positions = gathered(c, b);
    float summed = (float)c->n_rows * (float)c->n_rows;
    if (!is_convolution(b))
        add_gram(c, out, positions, summed / (float)positions, (fl_backend_matrix){ b->of.g, b->of.g_step, true },
                 false, g);
    for (size_t i = 0; is_convolution(b) && i < n; i++)
        add_gram(c, out, positions, summed / (float)(n * positions),
                 (fl_backend_matrix){ b->d_out_at + i * out * positions, positions, false }, i, g);
    fl_math_mirror(out, g);
}

void fl_network_curvature_factors(fl_network_curvature *c, fl_network_matrix fisher, float *const *a, float *const *g)
{
    fl_network_curvature_set_terms(c, false, true);
    fl_network_curvature_residual(c, fisher);
    fl_network_curvature_backward(c, true);
    for (size_t i = 0; i < c->n_blocks; i++) {
        const fl_network_curvature_block *b = &c->blocks[i];
        if (b->in) b->in->forward(b->in);
        if (b->d_out) b->d_out->forward(b->d_out);
        (b->factor.channels ? find_doubly : find_a)(c, b, a[i]);
        find_g(c, b, g[i]);
    }
}
