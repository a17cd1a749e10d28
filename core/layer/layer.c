/* What all kinds of layers share: attributes, what is read, the rules by way of the registry. */
#include "layer/layer.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

const fl_layer_spec *fl_layer_spec_of(const fl_layer *layer)
{
    return fl_layer_specs[layer->kind];
}

double fl_layer_get(const fl_layer *layer, const fl_layer_attribute *attribute)
{
    const char *place = (const char *)layer + attribute->place;
    switch (attribute->value) {
    case FL_LAYER_COUNT:
        return (double)*(const size_t *)place;
    case FL_LAYER_NUMBER:
    case FL_LAYER_PAIR:
        return *(const double *)place;
    case FL_LAYER_FLAG:
        return *(const bool *)place;
    case FL_LAYER_NO_FLAG:
        return !*(const bool *)place;
    case FL_LAYER_CHOICE:
        return *(const unsigned *)place;
    }
    return NAN;
}

void fl_layer_set(fl_layer *layer, const fl_layer_attribute *attribute, double value)
{
    char *place = (char *)layer + attribute->place;
    switch (attribute->value) {
    case FL_LAYER_COUNT:
        *(size_t *)place = (size_t)value;
        break;
    case FL_LAYER_NUMBER:
    case FL_LAYER_PAIR:
        *(double *)place = value;
        break;
    case FL_LAYER_FLAG:
        *(bool *)place = value != 0;
        break;
    case FL_LAYER_NO_FLAG:
        *(bool *)place = value == 0;
        break;
    case FL_LAYER_CHOICE:
        *(unsigned *)place = (unsigned)value;
        break;
    }
}

fl_layer fl_layer_default(fl_layer_kind kind)
{
    const fl_layer_spec *spec = fl_layer_specs[kind];
    fl_layer layer = { .kind = kind };
    for (size_t i = 0; i < spec->n_attributes; i++)
        if (!isnan(spec->attributes[i].default_value))
            fl_layer_set(&layer, &spec->attributes[i], spec->attributes[i].default_value);
    return layer;
}

void fl_layer_fill_defaults(fl_layer *layer)
{
    const fl_layer_spec *spec = fl_layer_spec_of(layer);
    for (size_t i = 0; i < spec->n_attributes; i++) {
        const fl_layer_attribute *attribute = &spec->attributes[i];
        bool impossible = attribute->min > 0 && fl_layer_get(layer, attribute) == 0;
        if (impossible && !isnan(attribute->default_value)) fl_layer_set(layer, attribute, attribute->default_value);
    }
}

size_t fl_layer_inputs(const fl_layer *layers, size_t index, size_t from[FL_LAYER_FROM])
{
    const fl_layer *layer = &layers[index];
    memcpy(from, layer->from, sizeof layer->from);
    if (layer->n_from) return layer->n_from;
    from[0] = index;
    return 1;
}

bool fl_layer_predicts_numbers(const fl_layer *layer)
{
    return layer->kind == FL_LAYER_SIGMOID_CROSS_ENTROPY || layer->kind == FL_LAYER_MEAN_SQUARED;
}

fl_tensor_shape fl_layer_out_of(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in)
{
    fl_error error;
    fl_tensor_shape out;
    fl_layer settled = *layer;
    fl_layer_fill_defaults(&settled);
    for (size_t i = 0; i < n_in; i++)
        if (!fl_tensor_shape_size(in[i]))
            fl_error_die("a %s layer needs an input; a loss must be the last layer", fl_layer_word(layer->kind));
    if (!fl_layer_spec_of(layer)->shape(&settled, in, n_in, &out, &error)) fl_error_die("%s", error.text);
    return out;
}

fl_tensor_shape fl_layer_out(const fl_layer *layer, fl_tensor_shape in)
{
    return fl_layer_out_of(layer, &in, 1);
}

size_t fl_layer_tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    const fl_layer_spec *spec = fl_layer_spec_of(layer);
    fl_layer settled = *layer;
    fl_layer_fill_defaults(&settled);
    return spec->tensors ? spec->tensors(&settled, in, tensors) : 0;
}

size_t fl_layer_states(const fl_layer *layer, fl_tensor_shape in, fl_tensor states[FL_LAYER_STATES])
{
    const fl_layer_spec *spec = fl_layer_spec_of(layer);
    return spec->states ? spec->states(layer, in, states) : 0;
}
