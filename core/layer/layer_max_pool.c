/* Max-pool: the largest value of each window, the first in row order on a tie; outside the image nothing counts. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    if (2 * layer->pad > layer->kernel)
        return fl_error_user(error, "a padding of %zu is more than half of a window of %zu", layer->pad, layer->kernel);
    return fl_layer_walk(layer, *in, in->c, out, error);
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_COUNT_OF("kernel", "height and width of the window", kernel, NAN, 1),
    FL_LAYER_COUNT_OF("stride", "pixels from window to window; 0: the kernel", stride, 0, 0),
    FL_LAYER_COUNT_OF("pad", "pixels on each side that do not count", pad, 0, 0),
};

const fl_layer_spec fl_layer_spec_max_pool = {
    .entry = { "max_pool", "the largest value of each window", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .shape = shape,
};
