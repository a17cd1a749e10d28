/* OpenBLAS: matrix products by CBLAS; convolution gathers its patches into one.
 *
 * Losses, functions of one number, layer normalisation, LSTM and attention are the canonical ops that all fast backends
 * share. Pools, ReLU, sums and what moves channels are naive's loops: the compiler vectorises them, and a BLAS has
 * nothing to offer.
 */
#include "backend/naive/naive.h"
#include "backend/openblas/openblas.h"
#include "backend/threads.h"
#include "math/dense.h"

#ifdef FL_HAVE_OPENBLAS

#include <cblas.h>
#include <stdlib.h>
#include <strings.h>

static bool usable(fl_backend_precision precision, fl_error *error)
{
    if (precision == FL_BACKEND_F32) return true;
    return fl_error_user(error, "backend 'openblas' computes in f32 only, not in %s",
                         fl_backend_precision_name(precision));
}

/* OpenBLAS takes other kernels without a word when OPENBLAS_CORETYPE is empty or misspelt, and other kernels give
 * other bits: what was asked for must be what runs. */
static bool start(unsigned threads, fl_error *error)
{
    const char *asked = getenv("OPENBLAS_CORETYPE"), *got = openblas_get_corename();
    if (asked && strcasecmp(asked, got))
        return fl_error_user(error, "OPENBLAS_CORETYPE is '%s', but OpenBLAS runs its %s kernels; unset or correct it",
                             asked, got);
    fl_math_start(threads);
    fl_backend_threads_flush(threads); /* the OpenMP flavour's */
    return true;
}

static void describe(fl_text *text)
{
    fl_math_describe(text);
}

#else

#include "backend/absent.h"
FL_BACKEND_ABSENT("openblas", "OpenBLAS", "libopenblas-dev")

#endif

const fl_backend fl_backend_openblas = {
    .entry = { "openblas", "matrix products by OpenBLAS, convolution by im2col", "OpenBLAS (openblas.net)" },
    .usable = usable,
    .start = start,
    .describe = describe,
    .canonical = true,
#ifdef FL_HAVE_OPENBLAS
    .product = fl_openblas_product,
    .plan =
        (fl_backend_op_maker *const[FL_LAYER_KINDS]){
            [FL_LAYER_DENSE] = fl_openblas_dense,
            [FL_LAYER_CONVOLUTION] = fl_openblas_convolution,
            [FL_LAYER_MAX_POOL] = fl_naive_max_pool,
            [FL_LAYER_AVERAGE_POOL] = fl_naive_average_pool,
            [FL_LAYER_RELU] = fl_naive_relu,
            [FL_LAYER_ADD] = fl_naive_add,
            [FL_LAYER_CONCATENATE] = fl_naive_concatenate,
            [FL_LAYER_SUBSAMPLE] = fl_naive_subsample,
            [FL_LAYER_SIGMOID] = fl_backend_sigmoid,
            [FL_LAYER_TANH] = fl_backend_tanh,
            [FL_LAYER_GELU] = fl_backend_gelu,
            [FL_LAYER_LAYER_NORM] = fl_backend_layer_norm,
            [FL_LAYER_LSTM] = fl_openblas_lstm,
            [FL_LAYER_ATTENTION] = fl_openblas_attention,
            [FL_LAYER_SOFTMAX_CROSS_ENTROPY] = fl_backend_softmax_cross_entropy,
            [FL_LAYER_SIGMOID_CROSS_ENTROPY] = fl_backend_sigmoid_cross_entropy,
            [FL_LAYER_MEAN_SQUARED] = fl_backend_mean_squared,
        },
#endif
};
