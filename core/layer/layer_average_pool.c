/* Average-pool: the mean of each window, over the pixels that lie in the image; without a kernel of the whole plane, of
 * a sequence over its positions. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    if (in->form == FL_TENSOR_SEQUENCE && !layer->kernel) {
        *out = (fl_tensor_shape){ in->n, in->h, 1, 1, FL_TENSOR_IMAGE };
        return true;
    }
    if (2 * layer->pad > layer->kernel)
        return fl_error_user(error, "a padding of %zu is more than half of a window of %zu", layer->pad, layer->kernel);
    return fl_layer_walk(layer, *in, in->c, out, error);
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_COUNT_OF("kernel", "height and width of the window; 0: the whole plane", kernel, 0, 0),
    FL_LAYER_COUNT_OF("stride", "pixels from window to window; 0: the kernel", stride, 0, 0),
    FL_LAYER_COUNT_OF("pad", "pixels on each side that do not count", pad, 0, 0),
};

const fl_layer_spec fl_layer_spec_average_pool = {
    .entry = { "average_pool", "the mean of each window", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .shape = shape,
};
