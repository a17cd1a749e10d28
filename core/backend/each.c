/* Functions of one number. */
#include "backend/each.h"
#include "backend/vector.h"
#include "base/clones.h"

FL_CLONES static void sigmoid(const float *x, float *y, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) y[i] = fl_backend_vector_sigmoid(x[i]);
}

FL_CLONES static void sigmoid_back(const float *y, const float *d, float *d_in, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) d_in[i] = d[i] * (y[i] * (1 - y[i]));
}

FL_CLONES static void hyperbolic_tangent(const float *x, float *y, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) y[i] = fl_backend_vector_tanh(x[i]);
}

FL_CLONES static void tanh_back(const float *y, const float *d, float *d_in, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) d_in[i] = d[i] * (1 - y[i] * y[i]);
}

FL_CLONES static void gelu(const float *x, float *y, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) y[i] = x[i] * fl_backend_vector_normal_below(x[i]);
}

FL_CLONES static void gelu_back(const float *x, const float *d, float *d_in, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++)
        d_in[i] = d[i] * (fl_backend_vector_normal_below(x[i]) + x[i] * fl_backend_vector_normal_density(x[i]));
}

void fl_backend_each_relu(float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) values[i] = values[i] < 0 ? 0 : values[i];
}

void fl_backend_each_relu_back(const float *restrict out, float *restrict d_out, size_t n)
{
    for (size_t i = 0; i < n; i++) d_out[i] = out[i] > 0 ? d_out[i] : 0;
}

const fl_backend_each *fl_backend_each_of(fl_layer_kind kind)
{
    static const fl_backend_each all[FL_LAYER_KINDS] = {
        [FL_LAYER_SIGMOID] = { sigmoid, sigmoid_back, true, false },
        [FL_LAYER_TANH] = { hyperbolic_tangent, tanh_back, true, true },
        [FL_LAYER_GELU] = { gelu, gelu_back, false, true },
    };
    return &all[kind];
}
