/* Tangents of functions of one number y = f(x): R{y} = f' R{x}, R{dx} = f' R{dy} + f'' R{x} dy.
 *
 *   sigmoid  f' = y (1 - y), f'' = f' (1 - 2y)
 *   tanh     f' = 1 - y^2,   f'' = -2 y f'
 *   GELU     f' = P(x) + x p(x), f'' = p(x) (2 - x^2), with P and p the normal distribution function and density
 *   ReLU     f' = 1 where y > 0, else 0; f'' = 0
 */
#include "backend/tangent_kinds.h"
#include "backend/vector.h"
#include "base/clones.h"

typedef struct slopes {
    float first, second;
} slopes;

FL_BACKEND_INLINE slopes of_relu(float x, float y)
{
    return (slopes){ y > 0 ? 1.0f : 0.0f, 0 };
}

FL_BACKEND_INLINE slopes of_sigmoid(float x, float y)
{
    float first = y * (1 - y);
    return (slopes){ first, first * (1 - 2 * y) };
}

FL_BACKEND_INLINE slopes of_tanh(float x, float y)
{
    float first = 1 - y * y;
    return (slopes){ first, -2 * y * first };
}

FL_BACKEND_INLINE slopes of_gelu(float x, float y)
{
    float density = fl_backend_vector_normal_density(x);
    return (slopes){ fl_backend_vector_normal_below(x) + x * density, density * (2 - x * x) };
}

/* A kind for its `of_name`; one that does not bend, f'' = 0, is spared half of what its backward would read. Padding,
 * where a layout has any, has tangents of zero and keeps them. */
#define EACH(name, which, bends)                                                                                       \
    FL_CLONES static void name##_forward(const fl_backend_tangent *t)                                                  \
    {                                                                                                                  \
        _Pragma("GCC ivdep") for (size_t i = 0; i < t->count; i++) t->r_y[i] =                                         \
            of_##name(t->x[i], t->y[i]).first * t->r_x[i];                                                             \
    }                                                                                                                  \
    FL_CLONES static void name##_second(const fl_backend_tangent *t)                                                   \
    {                                                                                                                  \
        _Pragma("GCC ivdep") for (size_t i = 0; i < t->count; i++)                                                     \
        {                                                                                                              \
            slopes f = of_##name(t->x[i], t->y[i]);                                                                    \
            t->r_d_x[i] = f.first * t->r_d_y[i] + f.second * t->r_x[i] * t->d_y[i];                                    \
        }                                                                                                              \
    }                                                                                                                  \
    FL_CLONES static void name##_first(const fl_backend_tangent *t)                                                    \
    {                                                                                                                  \
        _Pragma("GCC ivdep") for (size_t i = 0; i < t->count; i++) t->r_d_x[i] =                                       \
            of_##name(t->x[i], t->y[i]).first * t->r_d_y[i];                                                           \
    }                                                                                                                  \
    static void name##_backward(const fl_backend_tangent *t)                                                           \
    {                                                                                                                  \
        if (!t->r_d_x) return;                                                                                         \
        if (bends && t->second)                                                                                        \
            name##_second(t);                                                                                          \
        else                                                                                                           \
            name##_first(t);                                                                                           \
    }                                                                                                                  \
    const fl_backend_tangent_code fl_backend_tangent_##name = { .layouts = which,                                      \
                                                                .forward = name##_forward,                             \
                                                                .backward = name##_backward };

EACH(relu, FL_BACKEND_ANY, false)
EACH(sigmoid, FL_BACKEND_CANONICAL, true)
EACH(tanh, FL_BACKEND_CANONICAL, true)
EACH(gelu, FL_BACKEND_CANONICAL, true)
