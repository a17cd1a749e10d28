/* The ReLU inside dense and convolution, on values that are still in the cache. */
#include "backend/openblas/openblas.h"

void fl_openblas_relu(float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) values[i] = values[i] < 0 ? 0 : values[i];
}

void fl_openblas_relu_back(const float *restrict out, float *restrict d_out, size_t n)
{
    for (size_t i = 0; i < n; i++) d_out[i] = out[i] > 0 ? d_out[i] : 0;
}
