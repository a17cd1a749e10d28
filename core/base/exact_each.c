/* SLEEF's "cinz" functions on vectors as wide as the processor has. They do what the scalar ones do, operation by
 * operation and without fused multiply-add, so the bits are the same.
 *
 * sleef.h declares those of a width only where the whole build may use it; so they are declared here.
 */
#include "base/exact.h"

#if defined __x86_64__

#include <immintrin.h>

typedef void each(double *x, size_t n);

enum { WIDEST = 8 }; /* doubles */

#define EACH(name, set, vector, width, load, store, function)                                                          \
    __attribute__((target(set))) vector function(vector x);                                                            \
    __attribute__((target(set))) static void name(double *x, size_t n)                                                 \
    {                                                                                                                  \
        for (size_t i = 0; i < n; i += width) store(x + i, function(load(x + i)));                                     \
    }

#define EACH_WIDTH(function, letters)                                                                                  \
    EACH(function##_2, "sse2", __m128d, 2, _mm_loadu_pd, _mm_storeu_pd, Sleef_cinz_##letters##d2_u10sse2)              \
    EACH(function##_4, "avx", __m256d, 4, _mm256_loadu_pd, _mm256_storeu_pd, Sleef_cinz_##letters##d4_u10avx)          \
    EACH(function##_8, "avx512f", __m512d, 8, _mm512_loadu_pd, _mm512_storeu_pd,                                       \
         Sleef_cinz_##letters##d8_u10avx512fnofma)                                                                     \
    static each *const function[] = { function##_2, function##_4, function##_8 };

EACH_WIDTH(exp_each, exp)
EACH_WIDTH(log_each, log)
EACH_WIDTH(cos_each, cos)

#ifdef FL_CLONES /* a build that wants no clones (base/clones.h) wants no widths either */
static int width(void)
{
    return 0;
}
#else
static int width(void)
{
    if (__builtin_cpu_supports("avx512f")) return 2;
    return __builtin_cpu_supports("avx") ? 1 : 0;
}
#endif

#define FUNCTION(name)                                                                                                 \
    void fl_exact_##name##_each(double *x, size_t n)                                                                   \
    {                                                                                                                  \
        size_t whole = n - n % WIDEST, pairs = n - n % 2;                                                              \
        name##_each[width()](x, whole);                                                                                \
        name##_each[0](x + whole, pairs - whole);                                                                      \
        if (pairs < n) x[pairs] = fl_exact_##name(x[pairs]);                                                           \
    }

#else

#define FUNCTION(name)                                                                                                 \
    void fl_exact_##name##_each(double *x, size_t n)                                                                   \
    {                                                                                                                  \
        for (size_t i = 0; i < n; i++) x[i] = fl_exact_##name(x[i]);                                                   \
    }

#endif

FUNCTION(exp)
FUNCTION(log)
FUNCTION(cos)
