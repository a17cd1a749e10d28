/* The life of an op: memories and steps are added while planning, pointers are filled in by bind, and from then on a
 * pass is a list of executions.
 */
#include "backend/onednn/onednn.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static dnnl_stream_t the_stream(void)
{
    static dnnl_stream_t stream;
    if (!stream)
        fl_onednn_check(dnnl_stream_create(&stream, fl_onednn_engine(), dnnl_stream_in_order), "making the stream");
    return stream;
}

static void run_loop(const fl_onednn_step *step)
{
    void *memories[FL_ONEDNN_ARGUMENTS];
    for (int i = 0; i < step->n_arguments; i++)
        fl_onednn_check(dnnl_memory_get_data_handle(step->arguments[i].memory, &memories[i]), "finding a memory");
    step->loop(step->what, memories);
}

/* A processor's stream executes at once: there is nothing to wait for. */
static void run(const fl_onednn_pass *pass)
{
    for (size_t i = 0; i < pass->n_steps; i++) {
        const fl_onednn_step *step = &pass->steps[i];
        if (step->idle) continue;
        if (step->loop)
            run_loop(step);
        else
            fl_onednn_check(dnnl_primitive_execute(step->primitive, the_stream(), step->n_arguments, step->arguments),
                            "executing a primitive");
    }
}

static void forward(fl_backend_op *op)
{
    run(&((fl_onednn_op *)op)->forward);
}

static void backward(fl_backend_op *op)
{
    run(&((fl_onednn_op *)op)->backward);
}

/* An op with several inputs may have a gradient to write for some of them alone. */
static void find_idle(fl_onednn_pass *pass)
{
    for (size_t i = 0; i < pass->n_steps; i++)
        for (int k = 0; k < pass->steps[i].n_arguments; k++) {
            void *at;
            fl_onednn_check(dnnl_memory_get_data_handle(pass->steps[i].arguments[k].memory, &at), "finding a memory");
            pass->steps[i].idle |= !at;
        }
}

static void bind(fl_backend_op *op, const fl_backend_buffers *buffers)
{
    fl_onednn_op *own = (fl_onednn_op *)op;
    for (size_t i = 0; i < own->n_memories; i++) {
        const fl_onednn_memory *m = &own->memories[i];
        char *borrowed;
        memcpy(&borrowed, (const char *)buffers + m->place, sizeof borrowed);
        fl_onednn_check(dnnl_memory_set_data_handle(m->handle, borrowed + m->offset), "binding a memory");
    }
    find_idle(&own->backward);
}

static void refresh(fl_backend_op *op, size_t tensor, size_t first, size_t count)
{
    const fl_onednn_op *own = (const fl_onednn_op *)op;
    for (size_t i = 0; tensor == 0 && i < own->n_copies; i++) fl_onednn_copy_refresh(own->copies[i], first, count);
}

static void free_pass(fl_onednn_pass *pass)
{
    for (size_t i = 0; i < pass->n_steps; i++) {
        dnnl_primitive_destroy(pass->steps[i].primitive); /* accepts NULL */
        free(pass->steps[i].what);
    }
}

void fl_onednn_free(fl_backend_op *op)
{
    fl_onednn_op *own = (fl_onednn_op *)op;
    free_pass(&own->forward);
    free_pass(&own->backward);
    for (size_t i = 0; i < own->n_copies; i++) fl_onednn_copy_free(own->copies[i]);
    for (size_t i = 0; i < own->n_memories; i++) dnnl_memory_destroy(own->memories[i].handle);
    free(own);
}

fl_onednn_op *fl_onednn_new(const fl_backend_request *request)
{
    return fl_onednn_sized(sizeof(fl_onednn_op), request);
}

fl_onednn_op *fl_onednn_sized(size_t size, const fl_backend_request *request)
{
    fl_onednn_op *own = fl_memory_new(1, size);
    fl_tensor_shape in[FL_LAYER_FROM];
    for (size_t k = 0; k < request->n_in; k++) in[k] = request->in[k].shape;
    own->op.out.shape = request->layer ? fl_layer_out_of(request->layer, in, request->n_in) : request->in[0].shape;
    own->backward_alone = request->backward_alone;
    own->op.reads_in = own->op.reads_out = true;
    own->op.bind = bind;
    own->op.forward = forward;
    own->op.backward = request->training ? backward : NULL;
    own->op.refresh = refresh;
    own->op.free = fl_onednn_free;
    return own;
}

void fl_onednn_set_out(fl_onednn_op *op, const dnnl_memory_desc_t *desc)
{
    fl_backend_activation *out = &op->op.out;
    out->bytes = dnnl_memory_desc_get_size(desc);
    out->precision = desc->data_type == dnnl_bf16 ? FL_BACKEND_BF16 : FL_BACKEND_F32;
    dnnl_memory_desc_t canonical = fl_onednn_plain(out->shape, dnnl_f32);
    op->out = *desc;
    out->layout = dnnl_memory_desc_equal(desc, &canonical) ? NULL : &op->out;
}

void fl_onednn_plain_import(const fl_backend_op *op, size_t tensor, const float *canonical, float *native)
{
    memcpy(native, canonical, op->tensors[tensor].n_values * sizeof *native);
}

void fl_onednn_plain_export(const fl_backend_op *op, size_t tensor, const float *native, float *canonical)
{
    memcpy(canonical, native, op->tensors[tensor].n_values * sizeof *canonical);
}

static fl_onednn_step *add_step(fl_onednn_pass *pass, size_t n_arguments)
{
    if (pass->n_steps == FL_ONEDNN_STEPS || n_arguments >= FL_ONEDNN_ARGUMENTS)
        fl_error_die("a pass has no room for another step");
    return &pass->steps[pass->n_steps++];
}

void fl_onednn_add(fl_onednn_op *op, fl_onednn_pass *pass, dnnl_primitive_desc_t primitive, size_t n,
                   const fl_onednn_argument *arguments)
{
    dnnl_memory_desc_t scratchpad = fl_onednn_chosen(primitive, dnnl_query_scratchpad_md);
    fl_onednn_step *step = add_step(pass, n);
    for (size_t i = 0; i < n; i++)
        step->arguments[step->n_arguments++] = (dnnl_exec_arg_t){ arguments[i].index, arguments[i].memory->handle };
    if (dnnl_memory_desc_get_size(&scratchpad))
        step->arguments[step->n_arguments++] =
            (dnnl_exec_arg_t){ DNNL_ARG_SCRATCHPAD, fl_onednn_allocated(op, &scratchpad)->handle };
    fl_onednn_check(dnnl_primitive_create(&step->primitive, primitive), "making a primitive");
    dnnl_primitive_desc_destroy(primitive);
}

void fl_onednn_add_loop(fl_onednn_op *op, fl_onednn_pass *pass, fl_onednn_loop *loop, void *what, size_t n,
                        const fl_onednn_memory *const *memories)
{
    fl_onednn_step *step = add_step(pass, n);
    step->loop = loop;
    step->what = what;
    for (size_t i = 0; i < n; i++) step->arguments[step->n_arguments++].memory = memories[i]->handle;
}

void fl_onednn_add_reorder(fl_onednn_op *op, fl_onednn_pass *pass, const fl_onednn_memory *from,
                           const fl_onednn_memory *to)
{
    fl_onednn_add(op, pass, fl_onednn_reorder(&from->desc, &to->desc), 2,
                  (fl_onednn_argument[]){ { DNNL_ARG_FROM, from }, { DNNL_ARG_TO, to } });
}

/* Plain layouts that differ in the strides of dimensions of length one only. */
static bool same_bytes(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b)
{
    const dnnl_blocking_desc_t *one = &a->format_desc.blocking, *other = &b->format_desc.blocking;
    bool plain =
        a->format_kind == dnnl_blocked && b->format_kind == dnnl_blocked && !one->inner_nblks && !other->inner_nblks;
    if (!plain || a->ndims != b->ndims || a->data_type != b->data_type) return false;
    for (int d = 0; d < a->ndims; d++)
        if (a->padded_dims[d] != b->padded_dims[d] || (a->dims[d] > 1 && one->strides[d] != other->strides[d]))
            return false;
    return true;
}

fl_onednn_memory *fl_onednn_bring(fl_onednn_op *op, fl_onednn_pass *pass, fl_onednn_memory *memory,
                                  const dnnl_memory_desc_t *desc)
{
    if (same_bytes(&memory->desc, desc)) return fl_onednn_view(op, memory, desc);
    if (dnnl_memory_desc_equal(&memory->desc, desc)) return memory;
    for (size_t i = 0; i < op->n_memories; i++) {
        fl_onednn_memory *copy = &op->memories[i];
        bool made = copy->made_by == pass || !op->backward_alone;
        if (copy->copy_of == memory && made && dnnl_memory_desc_equal(&copy->desc, desc)) return copy;
    }
    fl_onednn_memory *copy = fl_onednn_allocated(op, desc);
    copy->copy_of = memory;
    copy->made_by = pass;
    fl_onednn_add_reorder(op, pass, memory, copy);
    return copy;
}

void fl_onednn_note_name(fl_onednn_op *op, const char *name)
{
    char *text = op->op.implementation;
    size_t used = strlen(text), size = sizeof op->op.implementation;
    snprintf(text + used, size - used, "%s%s", used ? " " : "", name);
}

const char *fl_onednn_name(const_dnnl_primitive_desc_t primitive)
{
    const char *name = NULL;
    fl_onednn_check(dnnl_primitive_desc_query(primitive, dnnl_query_impl_info_str, 0, &name), "asking for a name");
    return name;
}

void fl_onednn_note(fl_onednn_op *op, const_dnnl_primitive_desc_t primitive)
{
    fl_onednn_note_name(op, fl_onednn_name(primitive));
}

fl_onednn_memory *fl_onednn_keep(fl_onednn_op *op, fl_onednn_memory *weights, const dnnl_memory_desc_t *desc)
{
    if (dnnl_memory_desc_equal(&weights->desc, desc)) return weights;
    for (size_t i = 0; i < op->n_memories; i++)
        if (op->memories[i].copy_of == weights && dnnl_memory_desc_equal(&op->memories[i].desc, desc))
            return &op->memories[i];
    if (!fl_onednn_copy_possible(&weights->desc, desc)) return NULL;
    if (op->n_copies == FL_ONEDNN_COPIES) fl_error_die("an op wants more than %d copies", FL_ONEDNN_COPIES);
    fl_onednn_memory *memory = fl_onednn_allocated(op, desc);
    memory->copy_of = weights;
    op->copies[op->n_copies++] = fl_onednn_copy_new(weights, memory);
    return memory;
}
