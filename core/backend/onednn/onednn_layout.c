/* The layouts that activations of images have here. */
#include "backend/onednn/onednn.h"

static const struct {
    dnnl_format_tag_t tag;
    size_t inner; /* 0: all channels */
} layouts[] = { { dnnl_nChw16c, 16 }, { dnnl_nhwc, 0 }, { dnnl_nChw8c, 8 }, { dnnl_nChw4c, 4 }, { dnnl_nchw, 1 } };

enum { N_LAYOUTS = sizeof layouts / sizeof *layouts, CHANNELS_LAST = 1 };

size_t fl_onednn_layout_find(const dnnl_memory_desc_t *desc)
{
    for (size_t i = 0; i < N_LAYOUTS; i++) {
        dnnl_memory_desc_t known = fl_onednn_desc(4, desc->dims, desc->data_type, layouts[i].tag);
        if (dnnl_memory_desc_equal(desc, &known)) return i;
    }
    return CHANNELS_LAST;
}

size_t fl_onednn_layout_inner(size_t layout)
{
    return layouts[layout].inner;
}

dnnl_memory_desc_t fl_onednn_layout_of(fl_tensor_shape shape, dnnl_data_type_t type, size_t layout)
{
    dnnl_memory_desc_t plain = fl_onednn_plain(shape, type);
    return fl_onednn_desc(4, plain.dims, type, layouts[layout].tag);
}

size_t fl_onednn_inner(const fl_backend_activation *activation)
{
    dnnl_memory_desc_t desc = fl_onednn_activation(activation);
    size_t layout = fl_onednn_layout_find(&desc), inner = fl_onednn_layout_inner(layout);
    dnnl_memory_desc_t known = fl_onednn_layout_of(activation->shape, desc.data_type, layout);
    if (!dnnl_memory_desc_equal(&desc, &known)) return 0;
    return inner ? inner : activation->shape.c;
}
