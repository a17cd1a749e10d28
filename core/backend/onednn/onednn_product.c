/* A matrix product of floats by the library, and the canonical ops that ask for one. */
#include "backend/onednn/onednn_product.h"
#include "backend/onednn/onednn.h"

static char turn_of(fl_backend_matrix matrix)
{
    return matrix.transposed ? 'T' : 'N';
}

void fl_onednn_product(size_t rows, size_t columns, size_t depth, float factor, fl_backend_matrix a,
                       fl_backend_matrix b, float keep, float *c, size_t step)
{
    fl_onednn_check(dnnl_sgemm(turn_of(a), turn_of(b), (dnnl_dim_t)rows, (dnnl_dim_t)columns, (dnnl_dim_t)depth, factor,
                               a.at, (dnnl_dim_t)a.step, b.at, (dnnl_dim_t)b.step, keep, c, (dnnl_dim_t)step),
                    "multiplying matrices");
}

fl_backend_op *fl_onednn_lstm(const fl_backend_request *request)
{
    return fl_backend_lstm(request, fl_onednn_product);
}
