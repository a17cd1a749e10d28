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

EACH(log_2, "sse2", __m128d, 2, _mm_loadu_pd, _mm_storeu_pd, Sleef_cinz_logd2_u10sse2)
EACH(cos_2, "sse2", __m128d, 2, _mm_loadu_pd, _mm_storeu_pd, Sleef_cinz_cosd2_u10sse2)
EACH(log_4, "avx", __m256d, 4, _mm256_loadu_pd, _mm256_storeu_pd, Sleef_cinz_logd4_u10avx)
EACH(cos_4, "avx", __m256d, 4, _mm256_loadu_pd, _mm256_storeu_pd, Sleef_cinz_cosd4_u10avx)
EACH(log_8, "avx512f", __m512d, 8, _mm512_loadu_pd, _mm512_storeu_pd, Sleef_cinz_logd8_u10avx512fnofma)
EACH(cos_8, "avx512f", __m512d, 8, _mm512_loadu_pd, _mm512_storeu_pd, Sleef_cinz_cosd8_u10avx512fnofma)

static const struct {
    each *log, *cos;
} widths[] = { { log_2, cos_2 }, { log_4, cos_4 }, { log_8, cos_8 } };

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

void fl_exact_log_each(double *x, size_t n)
{
    size_t whole = n - n % WIDEST;
    widths[width()].log(x, whole);
    for (size_t i = whole; i < n; i++) x[i] = fl_exact_log(x[i]);
}

void fl_exact_cos_each(double *x, size_t n)
{
    size_t whole = n - n % WIDEST;
    widths[width()].cos(x, whole);
    for (size_t i = whole; i < n; i++) x[i] = fl_exact_cos(x[i]);
}

#else

void fl_exact_log_each(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = fl_exact_log(x[i]);
}

void fl_exact_cos_each(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = fl_exact_cos(x[i]);
}

#endif
