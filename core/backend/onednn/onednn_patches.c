/* The bf16 weight gradient of a convolution by matrix products of our own, where the library's is slow: with AMX its
 * kernel reaches a tenth of the peak, and pads one channel in to sixteen.
 *
 *   dW[o,i,(j,c)] = sum over images, y, x of d[y,x,o] in[y+i-pad,x+j-pad,c]
 *
 * With channels last, the k C numbers (j,c) that a row of a window sees lie side by side, so a row of the image is
 * packed once per place x, not once per tap: 16 of these numbers are the columns of a tile, d's channels its rows, and
 * the places y, x what is summed over. A window's row i then reads the same packed rows, i image rows further on. Work
 * goes by units, a band of an image's rows, and pieces of a few units that a cache holds. Nothing of this depends on
 * anything but shapes, so the order of sums does not either.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_tiles.h"
#include "base/memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { UNIT_PLACES = 512, PIECE_STEPS = 28 }; /* places a unit should not exceed, steps a piece should have */

typedef struct patches {
    fl_tensor_shape in, out;
    size_t kernel, pad;
    bool bias;
    size_t width;                   /* of a row of places: the output's, made even */
    size_t band, bands;             /* rows of a unit, units of an image */
    size_t steps, units;            /* tiles of places of a unit, units of a piece */
    size_t row_tiles, window_tiles; /* tiles of d's channels, and of a window row's numbers */
    size_t pairs;                   /* of places packed for a unit, a band with the rows its windows overlap */
    size_t column_tiles, *sums_of_column;
    size_t columns[]; /* column_tiles, then as many for sums_of_column: see fl_onednn_tiles */
} patches;

/* The loop's memory. */
typedef struct scratch {
    uint16_t *frame; /* an image with the zeros around it */
    uint16_t *d;     /* what of a band of d does not lie as tiles are read */
    char *left, *right, *sums;
    float *bias;
} scratch;

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static size_t frame_width(const patches *p)
{
    return p->width + p->kernel - 1;
}

/* A window row's last tile reads past its end, at the last pair of all past the frame's. */
static size_t frame_numbers(const patches *p)
{
    return (p->bands * p->band + p->kernel - 1) * frame_width(p) * p->in.c + (p->window_tiles + 1) * FL_ONEDNN_TILE;
}

static size_t right_bytes(const patches *p)
{
    return p->window_tiles * p->pairs * FL_ONEDNN_TILE_LINE;
}

static void *take(char *base, size_t *used, size_t bytes)
{
    void *at = base + *used;
    *used += round_up(bytes, FL_ONEDNN_TILE_LINE);
    return at;
}

/* Lay the loop's memory out from `base`, aligned; returns its size. */
static size_t lay_out(const patches *p, char *base, scratch *r)
{
    size_t used = 0, channels = p->row_tiles * FL_ONEDNN_TILE;
    r->frame = take(base, &used, frame_numbers(p) * sizeof *r->frame);
    r->d = take(base, &used, p->steps * FL_ONEDNN_TILE_PLACES * channels * sizeof *r->d);
    r->left = take(base, &used, p->units * p->row_tiles * p->steps * FL_ONEDNN_TILE_BYTES);
    r->right = take(base, &used, p->units * right_bytes(p));
    r->sums = take(base, &used, p->row_tiles * p->column_tiles * FL_ONEDNN_TILE_BYTES);
    r->bias = take(base, &used, channels * sizeof *r->bias);
    return used;
}

/* --- packing --- */

static void copy_image(const patches *p, const uint16_t *image, uint16_t *frame)
{
    size_t row = p->in.w * p->in.c, frame_row = frame_width(p) * p->in.c;
    frame += p->pad * (frame_row + p->in.c);
    for (size_t y = 0; y < p->in.h; y++) memcpy(frame + y * frame_row, image + y * row, row * sizeof *image);
}

static void pack_windows(const patches *p, const uint16_t *frame, size_t first_row, char *right)
{
    size_t c = p->in.c, rows = p->band + p->kernel - 1;
    for (size_t y = 0; y < rows; y++)
        for (size_t x = 0; x < p->width; x += 2, right += FL_ONEDNN_TILE_LINE) {
            const uint16_t *place = frame + ((first_row + y) * frame_width(p) + x) * c;
            fl_onednn_tiles_interleave(place, place + c, p->window_tiles, right, p->pairs * FL_ONEDNN_TILE_LINE);
        }
}

/* Whether d's places follow each other as tiles want them. */
static bool gapless(const patches *p)
{
    return p->out.c == p->row_tiles * FL_ONEDNN_TILE && p->out.w == p->width;
}

/* The places of a band from `first` on. Those beyond the image are zero; so are, from the start, places beyond a row
 * and padded channels. */
static void copy_places(const patches *p, const uint16_t *d, size_t rows, size_t first, uint16_t *to)
{
    size_t o = p->out.c, channels = p->row_tiles * FL_ONEDNN_TILE, end = rows * p->width,
           all = p->steps * FL_ONEDNN_TILE_PLACES;
    if (gapless(p))
        memcpy(to, d + first * o, (end - first) * o * sizeof *to);
    else
        for (size_t i = 0; i < rows * p->out.w; i++)
            memcpy(to + (i / p->out.w * p->width + i % p->out.w) * channels, d + i * o, o * sizeof *to);
    memset(to + (end - first) * channels, 0, (all - end) * channels * sizeof *to);
}

static void pack_gradient(const patches *p, const scratch *r, const uint16_t *d, size_t rows, char *left)
{
    size_t channels = p->row_tiles * FL_ONEDNN_TILE,
           in_place = gapless(p) ? rows * p->width / FL_ONEDNN_TILE_PLACES : 0;
    copy_places(p, d, rows, in_place * FL_ONEDNN_TILE_PLACES, r->d);
    for (size_t tile = 0; tile < p->row_tiles; tile++, left += p->steps * FL_ONEDNN_TILE_BYTES) {
        float *bias = r->bias + tile * FL_ONEDNN_TILE;
        fl_onednn_tiles_transpose(d + tile * FL_ONEDNN_TILE, channels, in_place, left, bias);
        fl_onednn_tiles_transpose(r->d + tile * FL_ONEDNN_TILE, channels, p->steps - in_place,
                                  left + in_place * FL_ONEDNN_TILE_BYTES, bias);
    }
}

static void pack_unit(const patches *p, const scratch *r, size_t unit, size_t slot, const uint16_t *in,
                      const uint16_t *d)
{
    size_t image = unit / p->bands, first_row = unit % p->bands * p->band;
    size_t rows = p->out.h - first_row < p->band ? p->out.h - first_row : p->band;
    if (first_row == 0) copy_image(p, in + image * p->in.h * p->in.w * p->in.c, r->frame);
    pack_windows(p, r->frame, first_row, r->right + slot * right_bytes(p));
    pack_gradient(p, r, d + (image * p->out.h + first_row) * p->out.w * p->out.c, rows,
                  r->left + slot * p->row_tiles * p->steps * FL_ONEDNN_TILE_BYTES);
}

/* --- the sums, from tiles to O,H,W,I --- */

static void unpack(const patches *p, const scratch *r, float *weights, float *bias)
{
    size_t window = p->kernel * p->in.c;
    for (size_t o = 0; o < p->out.c; o++)
        for (size_t i = 0; i < p->kernel; i++, weights += window)
            for (size_t t = 0; t < p->window_tiles; t++) {
                size_t tile = (o / FL_ONEDNN_TILE * p->kernel + i) * p->window_tiles + t,
                       left = window - t * FL_ONEDNN_TILE;
                memcpy(weights + t * FL_ONEDNN_TILE,
                       r->sums + tile * FL_ONEDNN_TILE_BYTES + o % FL_ONEDNN_TILE * FL_ONEDNN_TILE_LINE,
                       (left < FL_ONEDNN_TILE ? left : FL_ONEDNN_TILE) * sizeof *weights);
            }
    if (p->bias) memcpy(bias, r->bias, p->out.c * sizeof *bias);
}

/* Memories: in, d_out, the workspace, the gradients of weights and, where there is one, bias. */
static void run(const void *what, void *const memories[])
{
    const patches *p = what;
    scratch r;
    lay_out(p, memories[2], &r);
    memset(r.bias, 0, p->row_tiles * FL_ONEDNN_TILE * sizeof *r.bias);
    size_t n_units = p->in.n * p->bands;
    fl_onednn_tiles_begin();
    for (size_t first = 0; first < n_units; first += p->units) {
        size_t n = n_units - first < p->units ? n_units - first : p->units;
        for (size_t slot = 0; slot < n; slot++) pack_unit(p, &r, first + slot, slot, memories[0], memories[1]);
        fl_onednn_tiles_multiply(&(fl_onednn_tiles){
            n, p->steps, r.left, r.right, right_bytes(p), p->row_tiles, p->column_tiles, p->columns, r.sums,
            FL_ONEDNN_TILE_LINE, p->column_tiles * FL_ONEDNN_TILE_BYTES, p->sums_of_column, first == 0 });
    }
    fl_onednn_tiles_end();
    unpack(p, &r, memories[3], p->bias ? memories[4] : NULL);
}

/* --- planning --- */

static patches *plan(const fl_backend_request *request)
{
    const fl_layer *layer = request->layer;
    fl_tensor_shape in = request->in[0].shape, out = fl_layer_out(layer, in);
    size_t window_tiles = (layer->kernel * in.c + FL_ONEDNN_TILE - 1) / FL_ONEDNN_TILE;
    size_t column_tiles = layer->kernel * window_tiles;
    patches *p = fl_memory_new(1, sizeof *p + 2 * column_tiles * sizeof *p->columns);
    *p = (patches){ .in = in, .out = out, .kernel = layer->kernel, .pad = layer->pad };
    p->window_tiles = window_tiles;
    p->bias = !layer->no_bias;
    p->width = round_up(out.w, 2);
    p->row_tiles = (out.c + FL_ONEDNN_TILE - 1) / FL_ONEDNN_TILE;
    size_t most_rows = UNIT_PLACES / p->width ? UNIT_PLACES / p->width : 1;
    p->bands = (out.h + most_rows - 1) / most_rows;
    p->band = (out.h + p->bands - 1) / p->bands;
    p->steps = (p->band * p->width + FL_ONEDNN_TILE_PLACES - 1) / FL_ONEDNN_TILE_PLACES;
    p->units = (PIECE_STEPS + p->steps - 1) / p->steps;
    p->pairs = p->steps * FL_ONEDNN_TILE_PAIRS + (p->kernel - 1) * p->width / 2;
    p->column_tiles = column_tiles;
    p->sums_of_column = p->columns + column_tiles;
    for (size_t c = 0; c < column_tiles; c++) {
        size_t i = c / window_tiles, t = c % window_tiles;
        p->columns[c] = (t * p->pairs + i * p->width / 2) * FL_ONEDNN_TILE_LINE;
        p->sums_of_column[c] = c * FL_ONEDNN_TILE_BYTES;
    }
    return p;
}

/* Where images are so small that tiles would be filled by less than half, the library's kernel is left to it. */
bool fl_onednn_patches_serve(const fl_backend_request *request)
{
    if (request->layer->kind != FL_LAYER_CONVOLUTION || request->precision != FL_BACKEND_BF16 || !request->training)
        return false;
    if (!fl_onednn_tiles_usable() || request->layer->stride > 1 || request->layer->groups > 1) return false;
    patches *p = plan(request);
    bool filled = p->bands * p->steps * FL_ONEDNN_TILE_PLACES <= 2 * p->out.h * p->out.w;
    free(p);
    return filled;
}

void fl_onednn_add_patches(fl_onednn_op *op, const fl_backend_request *request, fl_onednn_memory *in,
                           fl_onednn_memory *d_out, const fl_onednn_memory *weights, const fl_onednn_memory *bias)
{
    patches *p = plan(request);
    scratch unused;
    dnnl_dim_t bytes = (dnnl_dim_t)lay_out(p, (char *)p, &unused);
    dnnl_memory_desc_t workspace = fl_onednn_desc(1, &bytes, dnnl_u8, dnnl_a);
    dnnl_memory_desc_t in_desc = fl_onednn_desc(4, in->desc.dims, dnnl_bf16, dnnl_nhwc);
    dnnl_memory_desc_t d_desc = fl_onednn_desc(4, d_out->desc.dims, dnnl_bf16, dnnl_nhwc);
    const fl_onednn_memory *memories[] = { fl_onednn_bring(op, &op->backward, in, &in_desc),
                                           fl_onednn_bring(op, &op->backward, d_out, &d_desc),
                                           fl_onednn_allocated(op, &workspace), weights, bias };
    fl_onednn_note_name(op, "own:avx512_core_amx_bf16");
    fl_onednn_add_loop(op, &op->backward, run, p, bias ? 5 : 4, memories);
}
