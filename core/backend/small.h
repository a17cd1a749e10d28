/* Products of matrices so small that a library spends more time around its kernel than in it: those of attention's
 * heads and of an LSTM's steps. */
#ifndef FL_BACKEND_SMALL_H
#define FL_BACKEND_SMALL_H

#include "backend/canonical.h"

/* Has this processor the instructions (AVX-512)? Else the library's product is to be used. */
bool fl_backend_small_usable(void);

fl_backend_product fl_backend_small_product;

#endif
