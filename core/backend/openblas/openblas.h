/* The makers of the openblas backend's ops, and the ReLU that they take over. */
#ifndef FL_BACKEND_OPENBLAS_OPENBLAS_H
#define FL_BACKEND_OPENBLAS_OPENBLAS_H

#include "backend/canonical.h"

fl_backend_op_maker fl_openblas_dense, fl_openblas_convolution, fl_openblas_lstm, fl_openblas_attention;
fl_backend_product fl_openblas_product;

/* values = max(values, 0), in place; a NaN passes. */
void fl_openblas_relu(float *values, size_t n);

/* The gradient behind a ReLU whose output is `out`: d_out becomes 0 where out is not positive. */
void fl_openblas_relu_back(const float *out, float *d_out, size_t n);

#endif
