/* A matrix product by CBLAS, and the canonical ops that ask for one. */
#include "backend/openblas/openblas.h"

#include <cblas.h>

static CBLAS_TRANSPOSE turn_of(fl_backend_matrix matrix)
{
    return matrix.transposed ? CblasTrans : CblasNoTrans;
}

void fl_openblas_product(size_t rows, size_t columns, size_t depth, float factor, fl_backend_matrix a,
                         fl_backend_matrix b, float keep, float *c, size_t step)
{
    cblas_sgemm(CblasRowMajor, turn_of(a), turn_of(b), (blasint)rows, (blasint)columns, (blasint)depth, factor, a.at,
                (blasint)a.step, b.at, (blasint)b.step, keep, c, (blasint)step);
}

fl_backend_op *fl_openblas_dense(const fl_backend_request *request)
{
    return fl_backend_dense(request, fl_openblas_product);
}

fl_backend_op *fl_openblas_lstm(const fl_backend_request *request)
{
    return fl_backend_lstm(request, fl_openblas_product);
}

fl_backend_op *fl_openblas_attention(const fl_backend_request *request)
{
    return fl_backend_attention(request, fl_openblas_product);
}
