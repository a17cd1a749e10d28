/* The rules that several kinds share. */
#include "layer/spec.h"

#include <stdio.h>

/* From the list, because the kinds in the registry use it. */
const char *fl_layer_word(fl_layer_kind kind)
{
    static const char *const words[FL_LAYER_KINDS] = {
#define X(NAME, name) #name,
#include "layer/list.h"
#undef X
    };
    return words[kind];
}

const char *const fl_layer_target_words[] = { "data", "input", NULL };

bool fl_layer_needs(const fl_layer *layer, fl_tensor_shape in, fl_tensor_form form, const char *needs, fl_error *error)
{
    char text[FL_TENSOR_SHAPE_TEXT];
    fl_tensor_shape_text(in, text);
    return in.form == form || fl_error_user(error, "%s needs %s, not %s", fl_layer_word(layer->kind), needs, text);
}

bool fl_layer_same(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    *out = in[0];
    return in->form != FL_TENSOR_TOKENS ||
           fl_error_user(error, "%s needs numbers, not tokens; an embedding makes them", fl_layer_word(layer->kind));
}

bool fl_layer_loss(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    if (!fl_layer_same(layer, in, n_in, out, error)) return false;
    *out = (fl_tensor_shape){ .n = in->n };
    return true;
}

/* `output` is the network's to say. */
static fl_tensor_role role_of(const fl_layer *layer, size_t n_dims)
{
    if (layer->kind == FL_LAYER_EMBEDDING || layer->kind == FL_LAYER_POSITION) return FL_TENSOR_EMBEDDING;
    return n_dims >= 2 ? FL_TENSOR_MATRIX : FL_TENSOR_VECTOR;
}

fl_tensor fl_layer_tensor(const fl_layer *layer, const char *name, fl_tensor_start start, size_t d0, size_t d1,
                          size_t d2, size_t d3)
{
    fl_tensor tensor = { .shape = { d0, d1, d2, d3 }, .start = start, .n_values = 1 };
    snprintf(tensor.name, sizeof tensor.name, "%s.%s", layer->name ? layer->name : fl_layer_word(layer->kind), name);
    while (tensor.n_dims < FL_TENSOR_DIMS && tensor.shape[tensor.n_dims])
        tensor.n_values *= tensor.shape[tensor.n_dims++];
    tensor.count = tensor.n_values;
    tensor.role = role_of(layer, tensor.n_dims);
    return tensor;
}

fl_layer_window fl_layer_window_on(const fl_layer *layer, fl_tensor_shape in)
{
    bool plane = !layer->kernel;
    fl_layer_window window = { layer->kernel, layer->kernel, layer->stride, layer->pad };
    if (plane) window.h = in.h, window.w = in.w;
    if (!window.stride) window.stride = plane ? 1 : layer->kernel;
    return window;
}

bool fl_layer_walk(const fl_layer *layer, fl_tensor_shape in, size_t channels, fl_tensor_shape *out, fl_error *error)
{
    if (!fl_layer_needs(layer, in, FL_TENSOR_IMAGE, "an image", error)) return false;
    fl_layer_window window = fl_layer_window_on(layer, in);
    size_t h = in.h + 2 * window.pad, w = in.w + 2 * window.pad;
    if (window.h > h || window.w > w)
        return fl_error_user(error, "a window of %zu x %zu does not fit an image of %zu x %zu padded by %zu", window.h,
                             window.w, in.h, in.w, window.pad);
    *out = (fl_tensor_shape){
        .n = in.n, .c = channels, .h = (h - window.h) / window.stride + 1, .w = (w - window.w) / window.stride + 1
    };
    return true;
}
