/* What layers make of shapes: the arithmetic every backend and every model shares. */
#include "layer/layer.h"
#include "base/error.h"
#include "base/exact.h"

#include <stdio.h>

static const char *const words[FL_LAYER_KINDS] = {
    [FL_LAYER_DENSE] = "dense",
    [FL_LAYER_CONVOLUTION] = "convolution",
    [FL_LAYER_MAX_POOL] = "max_pool",
    [FL_LAYER_RELU] = "relu",
    [FL_LAYER_SOFTMAX_CROSS_ENTROPY] = "softmax_cross_entropy",
    [FL_LAYER_QUADRATIC] = "quadratic",
};

const char *fl_layer_word(fl_layer_kind kind)
{
    return words[kind];
}

static size_t example_size(fl_tensor_shape shape)
{
    return shape.c * shape.h * shape.w;
}

static fl_tensor_shape dense_out(const fl_layer *layer, fl_tensor_shape in)
{
    return (fl_tensor_shape){ in.n, layer->n_out, 1, 1 };
}

static fl_tensor_shape convolution_out(const fl_layer *layer, fl_tensor_shape in)
{
    size_t h = in.h + 2 * layer->pad, w = in.w + 2 * layer->pad;
    if (!layer->kernel || layer->kernel > h || layer->kernel > w)
        fl_error_die("a window of %zu does not fit an image of %zu x %zu padded by %zu", layer->kernel, in.h, in.w,
                     layer->pad);
    return (fl_tensor_shape){ in.n, layer->n_out, h - layer->kernel + 1, w - layer->kernel + 1 };
}

static fl_tensor_shape max_pool_out(const fl_layer *layer, fl_tensor_shape in)
{
    if (!layer->kernel || layer->kernel > in.h || layer->kernel > in.w)
        fl_error_die("a window of %zu does not fit an image of %zu x %zu", layer->kernel, in.h, in.w);
    return (fl_tensor_shape){ in.n, in.c, in.h / layer->kernel, in.w / layer->kernel };
}

static fl_tensor_shape relu_out(const fl_layer *layer, fl_tensor_shape in)
{
    return in;
}

static fl_tensor_shape softmax_cross_entropy_out(const fl_layer *layer, fl_tensor_shape in)
{
    return (fl_tensor_shape){ in.n, 0, 0, 0 };
}

static fl_tensor_shape quadratic_out(const fl_layer *layer, fl_tensor_shape in)
{
    if (example_size(in) != layer->n_out)
        fl_error_die("a quadratic of %zu dimensions meets examples of %zu numbers", layer->n_out, example_size(in));
    return (fl_tensor_shape){ in.n, 0, 0, 0 };
}

fl_tensor_shape fl_layer_out(const fl_layer *layer, fl_tensor_shape in)
{
    static fl_tensor_shape (*const out[FL_LAYER_KINDS])(const fl_layer *, fl_tensor_shape) = {
        [FL_LAYER_DENSE] = dense_out,
        [FL_LAYER_CONVOLUTION] = convolution_out,
        [FL_LAYER_MAX_POOL] = max_pool_out,
        [FL_LAYER_RELU] = relu_out,
        [FL_LAYER_SOFTMAX_CROSS_ENTROPY] = softmax_cross_entropy_out,
        [FL_LAYER_QUADRATIC] = quadratic_out,
    };
    if (!fl_tensor_shape_size(in))
        fl_error_die("a %s layer needs an input; a loss must be the last layer", words[layer->kind]);
    return out[layer->kind](layer, in);
}

static fl_tensor tensor(const fl_layer *layer, const char *name, size_t n_dims, const size_t shape[FL_TENSOR_DIMS])
{
    fl_tensor block = { .n_dims = n_dims, .n_values = 1 };
    block.role = n_dims >= 2 ? FL_TENSOR_MATRIX : FL_TENSOR_VECTOR;
    snprintf(block.name, sizeof block.name, "%s.%s", layer->name, name);
    for (size_t d = 0; d < n_dims; d++) {
        block.shape[d] = shape[d];
        block.n_values *= shape[d];
    }
    block.count = block.n_values;
    return block;
}

size_t fl_layer_tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    size_t vector[FL_TENSOR_DIMS] = { layer->n_out };
    size_t matrix[FL_TENSOR_DIMS] = { layer->n_out, example_size(in) };
    size_t filters[FL_TENSOR_DIMS] = { layer->n_out, in.c, layer->kernel, layer->kernel };
    switch (layer->kind) {
    case FL_LAYER_DENSE:
        tensors[0] = tensor(layer, "weight", 2, matrix);
        tensors[1] = tensor(layer, "bias", 1, vector);
        return 2;
    case FL_LAYER_CONVOLUTION:
        tensors[0] = tensor(layer, "weight", 4, filters);
        tensors[1] = tensor(layer, "bias", 1, vector);
        return 2;
    case FL_LAYER_QUADRATIC:
        tensors[0] = tensor(layer, "theta", 1, vector);
        return 1;
    default:
        return 0;
    }
}

double fl_layer_curvature(const fl_layer *layer, size_t i)
{
    const double largest = 10;
    if (layer->n_out == 1) return largest;
    return largest / layer->condition * fl_exact_pow(layer->condition, (double)i / (double)(layer->n_out - 1));
}
