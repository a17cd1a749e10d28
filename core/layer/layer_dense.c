/* Dense: y = x W^T + b with W out x in; of a sequence each position, an image as one row. With groups, W is
 * block-diagonal: each of `groups` equal parts of the outputs reads its part of the inputs. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    if (!fl_layer_same(layer, in, n_in, out, error)) return false;
    size_t columns = fl_tensor_shape_columns(*in);
    if (columns % layer->groups || layer->n_out % layer->groups)
        return fl_error_user(error, "%zu groups do not divide %zu inputs and %zu outputs", layer->groups, columns,
                             layer->n_out);
    if (in->form == FL_TENSOR_SEQUENCE)
        out->h = layer->n_out;
    else
        *out = (fl_tensor_shape){ in->n, layer->n_out, 1, 1, FL_TENSOR_IMAGE };
    return true;
}

static size_t tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    size_t columns = fl_tensor_shape_columns(in) / layer->groups;
    tensors[0] = fl_layer_tensor(layer, "weight", FL_TENSOR_WEIGHT, layer->n_out, columns, 0, 0);
    tensors[1] = fl_layer_tensor(layer, "bias", FL_TENSOR_BIAS, layer->n_out, 0, 0, 0);
    return layer->no_bias ? 1 : 2;
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_OUT("outputs"),
    FL_LAYER_BIAS,
    FL_LAYER_COUNT_OF("groups", "blocks on the diagonal of the weights", groups, 1, 1),
};

const fl_layer_spec fl_layer_spec_dense = {
    .entry = { "dense", "y = x W^T + b", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .positions = true,
    .shape = shape,
    .tensors = tensors,
};
