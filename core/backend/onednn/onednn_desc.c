/* Descriptors: layouts of memories, and primitives before they are made. */
#include "backend/onednn/onednn.h"

dnnl_data_type_t fl_onednn_type(fl_backend_precision precision)
{
    static const dnnl_data_type_t types[FL_BACKEND_PRECISIONS] = {
        [FL_BACKEND_F32] = dnnl_f32, [FL_BACKEND_BF16] = dnnl_bf16
    };
    return types[precision];
}

dnnl_memory_desc_t fl_onednn_desc(int n_dims, const dnnl_dim_t *dims, dnnl_data_type_t type, dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t desc;
    fl_onednn_check(dnnl_memory_desc_init_by_tag(&desc, n_dims, dims, type, tag), "describing a memory");
    return desc;
}

dnnl_memory_desc_t fl_onednn_plain(fl_tensor_shape shape, dnnl_data_type_t type)
{
    dnnl_dims_t dims = { (dnnl_dim_t)shape.n, (dnnl_dim_t)shape.c, (dnnl_dim_t)shape.h, (dnnl_dim_t)shape.w };
    return fl_onednn_desc(4, dims, type, dnnl_nchw);
}

dnnl_memory_desc_t fl_onednn_activation(const fl_backend_activation *activation)
{
    if (activation->layout) return *(const dnnl_memory_desc_t *)activation->layout;
    return fl_onednn_plain(activation->shape, fl_onednn_type(activation->precision));
}

dnnl_memory_desc_t fl_onednn_chosen(const_dnnl_primitive_desc_t primitive, dnnl_query_t what)
{
    return *dnnl_primitive_desc_query_md(primitive, what, 0);
}

/* Attributes every primitive has: our scratchpad, because the library's own is shared between primitives that run at
 * once; and strict arithmetic, so that ONEDNN_DEFAULT_FPMATH_MODE cannot make f32 something else. */
static dnnl_primitive_attr_t attributes(void)
{
    dnnl_primitive_attr_t attr;
    fl_onednn_check(dnnl_primitive_attr_create(&attr), "making attributes");
    fl_onednn_check(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user), "lending a scratchpad");
    fl_onednn_check(dnnl_primitive_attr_set_fpmath_mode(attr, dnnl_fpmath_mode_strict), "asking for strict arithmetic");
    return attr;
}

/* Takes `after` back. */
static dnnl_primitive_attr_t attributes_with(dnnl_post_ops_t after)
{
    dnnl_primitive_attr_t attr = attributes();
    fl_onednn_check(dnnl_primitive_attr_set_post_ops(attr, after), "setting post-ops");
    dnnl_post_ops_destroy(after);
    return attr;
}

static dnnl_post_ops_t post_ops(void)
{
    dnnl_post_ops_t after;
    fl_onednn_check(dnnl_post_ops_create(&after), "making post-ops");
    return after;
}

static dnnl_post_ops_t relu_after(void)
{
    dnnl_post_ops_t after = post_ops();
    fl_onednn_check(dnnl_post_ops_append_eltwise(after, 1, dnnl_eltwise_relu, 0, 0), "appending a ReLU");
    return after;
}

static dnnl_post_ops_t sum_after(const dnnl_memory_desc_t *summand)
{
    dnnl_post_ops_t after = post_ops();
    dnnl_status_t status =
        summand ? dnnl_post_ops_append_binary(after, dnnl_binary_add, summand) : dnnl_post_ops_append_sum(after, 1);
    fl_onednn_check(status, "appending a sum");
    return after;
}

dnnl_primitive_desc_t fl_onednn_describe(const_dnnl_op_desc_t op_desc, bool relu, const_dnnl_primitive_desc_t hint)
{
    dnnl_primitive_desc_t primitive;
    dnnl_primitive_attr_t attr = relu ? attributes_with(relu_after()) : attributes();
    fl_onednn_check(dnnl_primitive_desc_create(&primitive, op_desc, attr, fl_onednn_engine(), hint),
                    "describing a primitive");
    dnnl_primitive_attr_destroy(attr);
    return primitive;
}

dnnl_primitive_desc_t fl_onednn_describe_sum(const_dnnl_op_desc_t op_desc, const dnnl_memory_desc_t *summand)
{
    dnnl_primitive_desc_t primitive;
    dnnl_primitive_attr_t attr = attributes_with(sum_after(summand));
    dnnl_status_t status = dnnl_primitive_desc_create(&primitive, op_desc, attr, fl_onednn_engine(), NULL);
    dnnl_primitive_attr_destroy(attr);
    if (status == dnnl_unimplemented) return NULL;
    fl_onednn_check(status, "describing a primitive and a sum");
    return primitive;
}

dnnl_primitive_desc_t fl_onednn_reorder(const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to)
{
    dnnl_primitive_desc_t primitive;
    dnnl_primitive_attr_t attr = attributes();
    fl_onednn_check(
        dnnl_reorder_primitive_desc_create(&primitive, from, fl_onednn_engine(), to, fl_onednn_engine(), attr),
        "describing a reorder");
    dnnl_primitive_attr_destroy(attr);
    return primitive;
}
