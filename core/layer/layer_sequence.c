/* An image as a sequence: its pixels in row order, each a position of C values (H·W, C), or its rows, each a position
 * of C·W values (H, C·W). */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    if (!fl_layer_needs(layer, *in, FL_TENSOR_IMAGE, "an image", error)) return false;
    bool rows = layer->by == FL_LAYER_BY_ROWS;
    *out =
        (fl_tensor_shape){ in->n, rows ? in->h : in->h * in->w, rows ? in->c * in->w : in->c, 1, FL_TENSOR_SEQUENCE };
    return true;
}

static const char *const ways[] = { "positions", "rows", NULL };

static const fl_layer_attribute attributes[] = {
    { .name = "by",
      .help = "what becomes a position: each pixel or each row",
      .value = FL_LAYER_CHOICE,
      .place = FL_LAYER_PLACE(by),
      .default_value = NAN,
      .max = 1,
      .choices = ways },
};

const fl_layer_spec fl_layer_spec_sequence = {
    .entry = { "sequence", "an image as a sequence of its pixels or rows", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .shape = shape,
};
