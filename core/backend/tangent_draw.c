/* 32 bits each are enough: a class is missed by at most 2^-32 of probability. */
#include "backend/tangent_draw.h"
#include "base/exact.h"
#include "base/random.h"

#include <math.h>

static void uniforms(const fl_backend_moment *moment, const char *purpose, uint64_t first, size_t n, double *to)
{
    uint32_t bits[FL_BACKEND_TANGENT_DRAWS];
    fl_random_stream stream = fl_random_stream_start(moment->seed, purpose, moment->step);
    for (size_t i = 0; i < n; i += FL_BACKEND_TANGENT_DRAWS) {
        size_t now = n - i < FL_BACKEND_TANGENT_DRAWS ? n - i : FL_BACKEND_TANGENT_DRAWS;
        fl_random_u32s(&stream, first + i, bits, now);
        for (size_t k = 0; k < now; k++) to[i + k] = bits[k] * 0x1p-32;
    }
}

void fl_backend_tangent_uniforms(const fl_backend_moment *moment, uint64_t first, size_t n, double *to)
{
    uniforms(moment, "targets", first, n, to);
}

/* Box-Muller; what the logarithm takes is above 0. */
void fl_backend_tangent_normals(const fl_backend_moment *moment, uint64_t first, size_t n, double *to)
{
    double size[1];
    uniforms(moment, "targets", first, n, to);
    for (size_t i = 0; i < n; i++) {
        uniforms(moment, "target sizes", first + i, 1, size);
        to[i] = sqrt(-2 * fl_exact_log(size[0] + 0x1p-33)) * fl_exact_cos(6.283185307179586477 * to[i]);
    }
}
