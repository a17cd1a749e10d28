/* 32 bits each are enough: a class is missed by at most 2^-32 of probability. */
#include "backend/tangent_draw.h"
#include "base/exact.h"
#include "base/random.h"

#include <math.h>

static double uniform(const fl_backend_moment *moment, const char *purpose, uint64_t number)
{
    uint32_t bits;
    fl_random_stream stream = fl_random_stream_start(moment->seed, purpose, moment->step);
    fl_random_u32s(&stream, number, &bits, 1);
    return bits * 0x1p-32;
}

double fl_backend_tangent_uniform(const fl_backend_moment *moment, uint64_t number)
{
    return uniform(moment, "targets", number);
}

/* Box-Muller; the first uniform is above 0. */
double fl_backend_tangent_normal(const fl_backend_moment *moment, uint64_t number)
{
    double first = uniform(moment, "target sizes", number) + 0x1p-33, angle = uniform(moment, "targets", number);
    return sqrt(-2 * fl_exact_log(first)) * fl_exact_cos(6.283185307179586477 * angle);
}
