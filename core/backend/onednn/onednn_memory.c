/* The memories of an op: at borrowed pointers that bind fills in, or in the op's workspace. */
#include "backend/onednn/onednn.h"
#include "base/error.h"

#include <stddef.h>

enum { ALIGNMENT = 64 };

static fl_onednn_memory *add_memory(fl_onednn_op *op, const dnnl_memory_desc_t *desc, size_t place, size_t offset)
{
    if (op->n_memories == FL_ONEDNN_MEMORIES) fl_error_die("an op wants more than %d memories", FL_ONEDNN_MEMORIES);
    fl_onednn_memory *m = &op->memories[op->n_memories++];
    *m = (fl_onednn_memory){ .desc = *desc, .place = place, .offset = offset };
    fl_onednn_check(dnnl_memory_create(&m->handle, desc, fl_onednn_engine(), DNNL_MEMORY_NONE), "making a memory");
    return m;
}

fl_onednn_memory *fl_onednn_borrowed(fl_onednn_op *op, const dnnl_memory_desc_t *desc, size_t place)
{
    return add_memory(op, desc, place, 0);
}

fl_onednn_memory *fl_onednn_allocated(fl_onednn_op *op, const dnnl_memory_desc_t *desc)
{
    size_t offset = op->op.workspace_bytes, bytes = dnnl_memory_desc_get_size(desc);
    op->op.workspace_bytes += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return add_memory(op, desc, offsetof(fl_backend_buffers, workspace), offset);
}

fl_onednn_memory *fl_onednn_scratch(fl_onednn_op *op, const dnnl_memory_desc_t *desc)
{
    size_t offset = op->op.scratch_bytes, bytes = dnnl_memory_desc_get_size(desc);
    op->op.scratch_bytes += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return add_memory(op, desc, offsetof(fl_backend_buffers, scratch), offset);
}

fl_onednn_memory *fl_onednn_view(fl_onednn_op *op, fl_onednn_memory *memory, const dnnl_memory_desc_t *desc)
{
    if (dnnl_memory_desc_equal(&memory->desc, desc)) return memory;
    return add_memory(op, desc, memory->place, memory->offset);
}
