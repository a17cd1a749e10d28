/* Penalties and clipping, as loops over a gradient. */
#include "train/around.h"
#include "base/clones.h"
#include "trial/around.h"

#include <math.h>

static const double BESIDE_NORM = 1e-6; /* as PyTorch's clip_grad_norm_ has it */

fl_train_around fl_train_around_of(const fl_trial *trial)
{
    const double *values = trial->values.of[FL_TRIAL_AROUND];
    return (fl_train_around){
        .l2 = (float)values[FL_TRIAL_L2],
        .l1 = (float)values[FL_TRIAL_L1],
        .clip_value = (float)values[FL_TRIAL_CLIP_VALUE],
        .clip_norm = values[FL_TRIAL_CLIP_NORM],
        .matrices_only = values[FL_TRIAL_DECAY] == FL_TRIAL_DECAY_MATRICES,
    };
}

FL_CLONES static void add_penalties(size_t n, float *restrict g, const float *restrict theta, float l2, float l1)
{
    for (size_t i = 0; i < n; i++) g[i] += l2 * theta[i] + l1 * ((float)(theta[i] > 0) - (float)(theta[i] < 0));
}

FL_CLONES static void clip(size_t n, float *restrict g, float most)
{
    for (size_t i = 0; i < n; i++) g[i] = g[i] > most ? most : g[i] < -most ? -most : g[i];
}

FL_CLONES static void scale(size_t n, float *restrict g, float by)
{
    for (size_t i = 0; i < n; i++) g[i] *= by;
}

static bool is_spared(const fl_train_around *around, const fl_tensor *tensor)
{
    return around->matrices_only && tensor->role == FL_TENSOR_VECTOR;
}

void fl_train_around_add(const fl_train_around *around, const fl_tensor_layout *layout, const float *parameters,
                         float *gradient, size_t first, size_t count)
{
    if (!(around->l2 > 0 || around->l1 > 0)) return;
    for (const fl_tensor *t = layout->tensors; t < layout->tensors + layout->n_tensors; t++) {
        fl_tensor_extent of = fl_tensor_within(t, (fl_tensor_extent){ first, count });
        if (!is_spared(around, t))
            add_penalties(of.count, gradient + of.first, parameters + of.first, around->l2, around->l1);
    }
}

static double penalty_of(const float *theta, size_t n, double l2, double l1)
{
    double squares = 0, sizes = 0;
    for (size_t i = 0; i < n; i++) {
        squares += (double)theta[i] * (double)theta[i];
        sizes += fabs((double)theta[i]);
    }
    return l2 / 2 * squares + l1 * sizes;
}

double fl_train_around_penalty(const fl_train_around *around, const fl_tensor_layout *layout, const float *parameters)
{
    double sum = 0;
    if (!(around->l2 > 0 || around->l1 > 0)) return 0;
    for (const fl_tensor *t = layout->tensors; t < layout->tensors + layout->n_tensors; t++)
        if (!is_spared(around, t))
            sum += penalty_of(parameters + t->offset, t->count, (double)around->l2, (double)around->l1);
    return sum;
}

void fl_train_around_clip(const fl_train_around *around, float *gradient, size_t count)
{
    if (around->clip_value > 0) clip(count, gradient, around->clip_value);
}

double fl_train_around_square(const float *gradient, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)gradient[i] * gradient[i];
    return sum;
}

void fl_train_around_clip_norm(const fl_train_around *around, float *gradient, size_t count)
{
    if (!(around->clip_norm > 0)) return;
    double factor = around->clip_norm / (sqrt(fl_train_around_square(gradient, count)) + BESIDE_NORM);
    if (factor < 1) scale(count, gradient, (float)factor);
}
