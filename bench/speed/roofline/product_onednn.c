/* oneDNN's matmul, with the second matrix in the layout the library likes best. */
#include "base/memory.h"
#include "backend/onednn/onednn.h"
#include "speed/roofline/product.h"

#include <stdlib.h>
#include <string.h>

enum { SOURCE, WEIGHTS, RESULT, SCRATCH, MEMORIES };

struct product {
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    dnnl_exec_arg_t arguments[MEMORIES];
};

static const struct {
    int argument;
    dnnl_query_t query;
} roles[MEMORIES] = {
    [SOURCE] = { DNNL_ARG_SRC, dnnl_query_src_md },
    [WEIGHTS] = { DNNL_ARG_WEIGHTS, dnnl_query_weights_md },
    [RESULT] = { DNNL_ARG_DST, dnnl_query_dst_md },
    [SCRATCH] = { DNNL_ARG_SCRATCHPAD, dnnl_query_scratchpad_md },
};

static dnnl_primitive_desc_t describe(size_t n, fl_backend_precision precision)
{
    dnnl_dim_t dims[] = { (dnnl_dim_t)n, (dnnl_dim_t)n };
    dnnl_data_type_t type = fl_onednn_type(precision);
    dnnl_memory_desc_t plain = fl_onednn_desc(2, dims, type, dnnl_ab);
    dnnl_memory_desc_t any = fl_onednn_desc(2, dims, type, dnnl_format_tag_any);
    dnnl_matmul_desc_t desc;
    fl_onednn_check(dnnl_matmul_desc_init(&desc, &plain, &any, NULL, &plain), "a matrix product's descriptor");
    return fl_onednn_describe(&desc, false, NULL);
}

/* Bytes of 0x3f are numbers near 0.75 in both precisions. */
static dnnl_memory_t filled(const dnnl_memory_desc_t *desc)
{
    dnnl_memory_t memory;
    void *bytes;
    fl_onednn_check(dnnl_memory_create(&memory, desc, fl_onednn_engine(), DNNL_MEMORY_ALLOCATE), "a matrix");
    fl_onednn_check(dnnl_memory_get_data_handle(memory, &bytes), "a matrix's memory");
    if (bytes) memset(bytes, 0x3f, dnnl_memory_desc_get_size(desc));
    return memory;
}

static product *plan(size_t n, fl_backend_precision precision)
{
    product *p = fl_memory_new(1, sizeof *p);
    dnnl_primitive_desc_t desc = describe(n, precision);
    for (size_t i = 0; i < MEMORIES; i++) {
        dnnl_memory_desc_t chosen = fl_onednn_chosen(desc, roles[i].query);
        p->arguments[i] = (dnnl_exec_arg_t){ roles[i].argument, filled(&chosen) };
    }
    fl_onednn_check(dnnl_primitive_create(&p->primitive, desc), "a matrix product");
    fl_onednn_check(dnnl_stream_create(&p->stream, fl_onednn_engine(), dnnl_stream_default_flags), "a stream");
    dnnl_primitive_desc_destroy(desc);
    return p;
}

static void run(void *planned)
{
    product *p = planned;
    fl_onednn_check(dnnl_primitive_execute(p->primitive, p->stream, MEMORIES, p->arguments),
                    "running a matrix product");
    dnnl_stream_wait(p->stream);
}

static void give_back(product *p)
{
    for (size_t i = 0; i < MEMORIES; i++) dnnl_memory_destroy(p->arguments[i].memory);
    dnnl_stream_destroy(p->stream);
    dnnl_primitive_destroy(p->primitive);
    free(p);
}

const product_library product_onednn = { "onednn", plan, run, give_back };
