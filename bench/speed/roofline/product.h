/* A library's product of two square matrices, for the search for the fastest. */
#ifndef BENCH_SPEED_ROOFLINE_PRODUCT_H
#define BENCH_SPEED_ROOFLINE_PRODUCT_H

#include "backend/backend.h"

typedef struct product product; /* one size and precision, ready to run; the library's own */

typedef struct product_library {
    const char *backend; /* the backend that starts the library and knows its precisions */
    product *(*plan)(size_t n, fl_backend_precision precision); /* matrices of n x n, filled */
    void (*run)(void *planned);
    void (*free)(product *planned);
} product_library;

extern const product_library product_openblas, product_onednn;

#endif
