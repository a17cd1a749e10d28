/* SLEEF's "cinz" functions: C, identical results, no fused multiply-add. */
#include "base/exact.h"

#include <immintrin.h>
#include <sleef.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT(number) #number
#define VERSION(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)
const char fl_exact_library[] = "SLEEF " VERSION(SLEEF_VERSION_MAJOR, SLEEF_VERSION_MINOR, SLEEF_VERSION_PATCHLEVEL);

double fl_exact_exp(double x)
{
    return Sleef_cinz_expd1_u10purec(x);
}

/* SLEEF declares it only where the compiler may use AVX-512 everywhere. */
__attribute__((target("avx512f"))) __m512d Sleef_cinz_expd8_u10avx512fnofma(__m512d x);

/* As many as make up whole vectors; returns how many. */
__attribute__((target("avx512f"))) static size_t exp_by_eight(double *values, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm512_storeu_pd(values + i, Sleef_cinz_expd8_u10avx512fnofma(_mm512_loadu_pd(values + i)));
    return i;
}

void fl_exact_exp_each(double *values, size_t n)
{
    size_t i = __builtin_cpu_supports("avx512f") ? exp_by_eight(values, n) : 0;
    for (; i + 2 <= n; i += 2) _mm_storeu_pd(values + i, Sleef_cinz_expd2_u10sse2(_mm_loadu_pd(values + i)));
    if (i < n) values[i] = fl_exact_exp(values[i]);
}

double fl_exact_log(double x)
{
    return Sleef_cinz_logd1_u10purec(x);
}

double fl_exact_pow(double x, double y)
{
    return Sleef_cinz_powd1_u10purec(x, y);
}

double fl_exact_sin(double x)
{
    return Sleef_cinz_sind1_u10purec(x);
}

double fl_exact_cos(double x)
{
    return Sleef_cinz_cosd1_u10purec(x);
}

double fl_exact_round_9_digits(double x)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.8e", x);
    return strtod(digits, NULL);
}
