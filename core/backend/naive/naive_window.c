/* What a window of a pool sees, and who sees a number of a filter. */
#include "backend/naive/naive.h"

/* first..end-1 of a side of `n` pixels. */
static void side(size_t place, size_t stride, size_t pad, size_t length, size_t n, size_t *first, size_t *end)
{
    size_t from = place * stride; /* counts from the padding's first pixel */
    *first = from > pad ? from - pad : 0;
    *end = from + length > pad ? from + length - pad : 0;
    if (*end > n) *end = n;
}

fl_naive_window fl_naive_window_at(fl_layer_window window, fl_tensor_shape in, size_t y, size_t x)
{
    fl_naive_window seen;
    side(y, window.stride, window.pad, window.h, in.h, &seen.top, &seen.bottom);
    side(x, window.stride, window.pad, window.w, in.w, &seen.left, &seen.right);
    return seen;
}

size_t fl_naive_window_outputs(const fl_layer *layer, size_t n_in, size_t n_out, size_t tap, size_t *first)
{
    size_t stride = layer->stride, pad = layer->pad;
    *first = tap < pad ? (pad - tap + stride - 1) / stride : 0;
    size_t end = tap < n_in + pad ? (n_in + pad - tap - 1) / stride + 1 : 0;
    if (end > n_out) end = n_out;
    return end > *first ? end - *first : 0;
}
