/* Functions of floats without a branch or a call, so that compilers vectorise the loops they stand in.
 *
 * For the backends that are fast; naive uses base/exact.h. With additions, multiplications and divisions alone, and no
 * contraction, their bits are the same for every width of vectors. A NaN passes through all of them.
 */
#ifndef FL_BACKEND_VECTOR_H
#define FL_BACKEND_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FL_BACKEND_INLINE static inline __attribute__((always_inline))

FL_BACKEND_INLINE float fl_backend_vector_clamp(float x, float low, float high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

/* e^x within 2 units of the last place, for x in [-87.3, 88]; the nearest of those for any other x.
 *
 * x = n ln 2 + r; e^r by the polynomial of Cephes (Moshier 1989), 2^n by its bits. Adding 1.5 2^23 rounds to a whole
 * number and leaves it in the low bits. */
FL_BACKEND_INLINE float fl_backend_vector_exp(float x)
{
    const float round = 12582912.0f;
    float power, shifted, clamped = fl_backend_vector_clamp(x, -87.3f, 88.0f);
    uint32_t bits;
    shifted = clamped * 1.44269504088896341f + round;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127u - 0x4b400000u) << 23;
    memcpy(&power, &bits, sizeof power);
    float n = shifted - round, r = clamped - n * 0.693359375f + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    return (p * r * r + r + 1) * power;
}

FL_BACKEND_INLINE float fl_backend_vector_sigmoid(float x)
{
    return 1 / (1 + fl_backend_vector_exp(-x));
}

/* Near 0 by the odd polynomial of Cephes, else 1 - 2 / (e^2x + 1). */
FL_BACKEND_INLINE float fl_backend_vector_tanh(float x)
{
    float square = x * x, p = -5.70498872745e-3f;
    p = p * square + 2.06390887954e-2f;
    p = p * square - 5.37397155531e-2f;
    p = p * square + 1.33314422036e-1f;
    p = p * square - 3.33332819422e-1f;
    float near = p * square * x + x, far = 1 - 2 / (fl_backend_vector_exp(2 * x) + 1);
    return square < 0.390625f ? near : far;
}

/* log(1 + e) for e in [0, 1], by 2 artanh(e / (2 + e)). */
FL_BACKEND_INLINE float fl_backend_vector_log_1_plus(float e)
{
    float s = e / (2 + e), q = s * s, p = 1.0f / 13;
    p = p * q + 1.0f / 11;
    p = p * q + 1.0f / 9;
    p = p * q + 1.0f / 7;
    p = p * q + 1.0f / 5;
    p = p * q + 1.0f / 3;
    return 2 * (s + s * q * p);
}

/* erf by a quotient of polynomials on [-4, 4] (the coefficients of Eigen 3), within 5e-7. */
FL_BACKEND_INLINE float fl_backend_vector_erf(float x)
{
    float y = fl_backend_vector_clamp(x, -4, 4), q = y * y;
    float above = -2.72614225801306e-10f, below = -1.45660718464996e-05f;
    above = above * q + 2.77068142495902e-08f;
    above = above * q - 2.10102402082508e-06f;
    above = above * q - 5.69250639462346e-05f;
    above = above * q - 7.34990630326855e-04f;
    above = above * q - 2.95459980854025e-03f;
    above = above * q - 1.60960333262415e-02f;
    below = below * q - 2.13374055278905e-04f;
    below = below * q - 1.68282697438203e-03f;
    below = below * q - 7.37332916720468e-03f;
    below = below * q - 1.42647390514189e-02f;
    return y * above / below;
}

/* The distribution function of the normal distribution, and its density. */
FL_BACKEND_INLINE float fl_backend_vector_normal_below(float x)
{
    return 0.5f + 0.5f * fl_backend_vector_erf(x * 0.70710678118654752440f);
}

FL_BACKEND_INLINE float fl_backend_vector_normal_density(float x)
{
    return 0.39894228040143267794f * fl_backend_vector_exp(-0.5f * x * x);
}

/* --- sums over a row: sixteen at a time, whatever the width of vectors, then those sixteen in pairs --- */

enum { FL_BACKEND_LANES = 16 };

FL_BACKEND_INLINE float fl_backend_vector_fold(const float lanes[FL_BACKEND_LANES])
{
    float sums[FL_BACKEND_LANES];
    memcpy(sums, lanes, sizeof sums);
    for (size_t half = FL_BACKEND_LANES / 2; half; half /= 2)
        for (size_t i = 0; i < half; i++) sums[i] += sums[i + half];
    return sums[0];
}

/* lanes[i % 16] += TERM for i in 0..n-1, which a compiler vectorises. */
#define FL_BACKEND_LANES_ADD(lanes, i, n, TERM)                                                                        \
    do {                                                                                                               \
        size_t i = 0;                                                                                                  \
        for (size_t from_ = 0; from_ + FL_BACKEND_LANES <= (n); from_ += FL_BACKEND_LANES)                             \
            for (size_t lane_ = 0; lane_ < FL_BACKEND_LANES; lane_++) {                                                \
                i = from_ + lane_;                                                                                     \
                (lanes)[lane_] += (TERM);                                                                              \
            }                                                                                                          \
        for (i = (n) / FL_BACKEND_LANES * FL_BACKEND_LANES; i < (n); i++) (lanes)[i % FL_BACKEND_LANES] += (TERM);     \
    } while (0)

FL_BACKEND_INLINE float fl_backend_vector_largest(const float *values, size_t n)
{
    float lanes[FL_BACKEND_LANES], top = values[0];
    for (size_t i = 0; i < FL_BACKEND_LANES; i++) lanes[i] = top;
    size_t whole = n / FL_BACKEND_LANES * FL_BACKEND_LANES;
    for (size_t from = 0; from < whole; from += FL_BACKEND_LANES)
        for (size_t i = 0; i < FL_BACKEND_LANES; i++)
            lanes[i] = values[from + i] > lanes[i] ? values[from + i] : lanes[i];
    for (size_t i = 0; i < FL_BACKEND_LANES; i++) top = lanes[i] > top ? lanes[i] : top;
    for (size_t i = whole; i < n; i++) top = values[i] > top ? values[i] : top;
    return top;
}

/* Where the largest is, the first on a tie. */
FL_BACKEND_INLINE size_t fl_backend_vector_place(const float *values, size_t n)
{
    float top = fl_backend_vector_largest(values, n);
    size_t place = 0;
    while (values[place] < top) place++;
    return place;
}

/* to = e^(z - top), z at most top; returns the sum. The last few go as sixteen, what is missing of them next to 0. */
FL_BACKEND_INLINE float fl_backend_vector_powers(const float *z, size_t n, float top, float *to)
{
    float lanes[FL_BACKEND_LANES] = { 0 }, last[FL_BACKEND_LANES];
    size_t whole = n / FL_BACKEND_LANES * FL_BACKEND_LANES, left = n - whole;
    for (size_t from = 0; from < whole; from += FL_BACKEND_LANES)
        for (size_t i = 0; i < FL_BACKEND_LANES; i++)
            lanes[i] += to[from + i] = fl_backend_vector_exp(z[from + i] - top);
    if (left) {
        for (size_t i = 0; i < FL_BACKEND_LANES; i++) last[i] = i < left ? z[whole + i] - top : -200;
        for (size_t i = 0; i < FL_BACKEND_LANES; i++) lanes[i] += last[i] = fl_backend_vector_exp(last[i]);
        memcpy(to + whole, last, left * sizeof *last);
    }
    return fl_backend_vector_fold(lanes);
}

#endif
