/* The makers of the openblas backend's ops. */
#ifndef FL_BACKEND_OPENBLAS_OPENBLAS_H
#define FL_BACKEND_OPENBLAS_OPENBLAS_H

#include "backend/canonical.h"

fl_backend_op_maker fl_openblas_dense, fl_openblas_convolution, fl_openblas_lstm, fl_openblas_attention;
fl_backend_product fl_openblas_product;

#endif
