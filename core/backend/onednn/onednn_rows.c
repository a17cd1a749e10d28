/* The bf16 weight gradient of a dense layer by one matrix product of our own, straight into the layout of the weights:
 *
 *   dW[o,i] = sum over n of d[n,o] x[n,i],   db[o] = sum over n of d[n,o]
 *
 * The library copies its result once more, and a gradient of millions of floats costs memory traffic before all.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_numbers.h"
#include "backend/onednn/onednn_tiles.h"
#include "base/clones.h"
#include "base/memory.h"

#include <stddef.h>
#include <string.h>

enum {
    BLOCK = 64,
    TILES_OF_BLOCK = BLOCK / FL_ONEDNN_TILE
}; /* outputs of a block of the layout [O/64][I/16][16][64] */

typedef struct rows {
    size_t batch, n_in, n_out, steps;
    bool bias;
    size_t column_tiles, *sums_of_column;
    size_t columns[]; /* column_tiles, then as many for sums_of_column: see fl_onednn_tiles */
} rows;

/* The loop's memory: x as left and d as right tiles, and rows that fill no tile, with zeros after them. */
typedef struct scratch {
    char *left, *right;
    uint16_t *x_rest, *d_rest;
} scratch;

static size_t lay_out(const rows *p, char *base, scratch *r)
{
    size_t places = p->steps * FL_ONEDNN_TILE_PLACES;
    r->left = base;
    r->right = r->left + places * p->n_in * sizeof(uint16_t);
    r->x_rest = (uint16_t *)(r->right + places * p->n_out * sizeof(uint16_t));
    r->d_rest = r->x_rest + FL_ONEDNN_TILE_PLACES * p->n_in;
    return (places + FL_ONEDNN_TILE_PLACES) * (p->n_in + p->n_out) * sizeof(uint16_t);
}

static void pack_inputs(const rows *p, const scratch *r, const uint16_t *x)
{
    size_t whole = p->batch / FL_ONEDNN_TILE_PLACES, rest = p->batch % FL_ONEDNN_TILE_PLACES;
    float unused[FL_ONEDNN_TILE] = { 0 };
    memcpy(r->x_rest, x + whole * FL_ONEDNN_TILE_PLACES * p->n_in, rest * p->n_in * sizeof *x);
    for (size_t tile = 0; tile < p->n_in / FL_ONEDNN_TILE; tile++) {
        char *left = r->left + tile * p->steps * FL_ONEDNN_TILE_BYTES;
        fl_onednn_tiles_transpose(x + tile * FL_ONEDNN_TILE, p->n_in, whole, left, unused);
        fl_onednn_tiles_transpose(r->x_rest + tile * FL_ONEDNN_TILE, p->n_in, p->steps - whole,
                                  left + whole * FL_ONEDNN_TILE_BYTES, unused);
    }
}

static void pack_gradients(const rows *p, const scratch *r, const uint16_t *d)
{
    size_t whole = p->batch / FL_ONEDNN_TILE_PLACES * FL_ONEDNN_TILE_PLACES;
    memcpy(r->d_rest, d + whole * p->n_out, (p->batch - whole) * p->n_out * sizeof *d);
    for (size_t n = 0; n < p->steps * FL_ONEDNN_TILE_PLACES; n += 2) {
        const uint16_t *from = n < whole ? d + n * p->n_out : r->d_rest + (n - whole) * p->n_out;
        fl_onednn_tiles_interleave(from, from + p->n_out, p->column_tiles, r->right + n / 2 * FL_ONEDNN_TILE_LINE,
                                   p->steps * FL_ONEDNN_TILE_BYTES);
    }
}

FL_CLONES static void add_up(size_t batch, size_t n_out, const uint16_t *d, float *bias)
{
    memset(bias, 0, n_out * sizeof *bias);
    for (size_t n = 0; n < batch; n++, d += n_out) {
        FL_ONEDNN_INDEPENDENT
        for (size_t o = 0; o < n_out; o++) bias[o] += fl_onednn_load(d, o, true);
    }
}

/* Memories: in, d_out, the workspace, the gradients of weights and, where there is one, bias. */
static void run(const void *what, void *const memories[])
{
    const rows *p = what;
    scratch r;
    lay_out(p, memories[2], &r);
    pack_inputs(p, &r, memories[0]);
    pack_gradients(p, &r, memories[1]);
    if (p->bias) add_up(p->batch, p->n_out, memories[1], memories[4]);
    fl_onednn_tiles_begin();
    fl_onednn_tiles_multiply(&(fl_onednn_tiles){ 1, p->steps, r.left, r.right, 0, p->n_in / FL_ONEDNN_TILE,
                                                 p->column_tiles, p->columns, memories[3], BLOCK * sizeof(float),
                                                 FL_ONEDNN_TILE * BLOCK * sizeof(float), p->sums_of_column, true });
    fl_onednn_tiles_end();
}

static rows *plan(const fl_backend_request *request)
{
    fl_tensor_shape in = request->in[0].shape;
    size_t column_tiles = request->layer->n_out / FL_ONEDNN_TILE;
    rows *p = fl_memory_new(1, sizeof *p + 2 * column_tiles * sizeof *p->columns);
    *p = (rows){ .batch = fl_tensor_shape_rows(in), .n_in = fl_tensor_shape_columns(in) };
    p->n_out = request->layer->n_out;
    p->bias = !request->layer->no_bias;
    p->steps = (p->batch + FL_ONEDNN_TILE_PLACES - 1) / FL_ONEDNN_TILE_PLACES;
    p->column_tiles = column_tiles;
    p->sums_of_column = p->columns + column_tiles;
    for (size_t c = 0; c < column_tiles; c++) {
        p->columns[c] = c * p->steps * FL_ONEDNN_TILE_BYTES;
        p->sums_of_column[c] =
            (c / TILES_OF_BLOCK * p->n_in * BLOCK + c % TILES_OF_BLOCK * FL_ONEDNN_TILE) * sizeof(float);
    }
    return p;
}

bool fl_onednn_rows_serve(const fl_backend_request *request, const dnnl_memory_desc_t *weights)
{
    if (request->layer->kind != FL_LAYER_DENSE || request->precision != FL_BACKEND_BF16 || !request->training)
        return false;
    const dnnl_blocking_desc_t *layout = &weights->format_desc.blocking;
    dnnl_dim_t n_out = weights->dims[0], n_in = weights->dims[1];
    return fl_onednn_tiles_usable() && n_out % BLOCK == 0 && n_in % FL_ONEDNN_TILE == 0 && layout->inner_nblks == 2 &&
           layout->inner_idxs[0] == 1 && layout->inner_blks[0] == FL_ONEDNN_TILE && layout->inner_idxs[1] == 0 &&
           layout->inner_blks[1] == BLOCK && layout->strides[1] == FL_ONEDNN_TILE * BLOCK &&
           layout->strides[0] == n_in * BLOCK;
}

void fl_onednn_add_rows(fl_onednn_op *op, const fl_backend_request *request, const fl_onednn_memory *in,
                        const fl_onednn_memory *d_out, const fl_onednn_memory *weights, const fl_onednn_memory *bias)
{
    rows *p = plan(request);
    scratch unused;
    dnnl_dim_t bytes = (dnnl_dim_t)lay_out(p, (char *)p, &unused);
    dnnl_memory_desc_t workspace = fl_onednn_desc(1, &bytes, dnnl_u8, dnnl_a);
    fl_onednn_note_name(op, "own:avx512_core_amx_bf16");
    fl_onednn_add_loop(op, &op->backward, run, p, bias ? 5 : 4,
                       (const fl_onednn_memory *[]){ in, d_out, fl_onednn_allocated(op, &workspace), weights, bias });
}
