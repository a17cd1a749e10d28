/* Roles by name, and tensors one behind the other. */
#include "tensor/tensor.h"

const char *fl_tensor_role_name(fl_tensor_role role)
{
    static const char *const names[FL_TENSOR_ROLES] = { "matrix", "vector", "embedding", "output" };
    return names[role];
}

fl_tensor_extent fl_tensor_within(const fl_tensor *tensor, fl_tensor_extent extent)
{
    size_t first = tensor->offset > extent.first ? tensor->offset : extent.first;
    size_t end = tensor->offset + tensor->count, extent_end = extent.first + extent.count;
    if (end > extent_end) end = extent_end;
    return (fl_tensor_extent){ first, first < end ? end - first : 0 };
}

fl_tensor_layout fl_tensor_layout_canonical(const fl_tensor_layout *native, fl_tensor *placed)
{
    fl_tensor_layout layout = { .n_parameters = native->n_parameters, .n_tensors = native->n_tensors };
    for (size_t i = 0; i < native->n_tensors; i++) {
        placed[i] = native->tensors[i];
        placed[i].offset = layout.count;
        placed[i].count = placed[i].n_values;
        layout.count += (placed[i].count + FL_TENSOR_ALIGNMENT - 1) / FL_TENSOR_ALIGNMENT * FL_TENSOR_ALIGNMENT;
    }
    layout.tensors = placed;
    return layout;
}
