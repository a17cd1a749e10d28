/* What the shared canonical ops need of a backend. */
#ifndef FL_BACKEND_ONEDNN_ONEDNN_PRODUCT_H
#define FL_BACKEND_ONEDNN_ONEDNN_PRODUCT_H

#include "backend/canonical.h"

/* By the library's sgemm. */
fl_backend_product fl_onednn_product;

#endif
