/* Damping is shared out between the two sides of a product by their mean diagonals, whose ratio pi squares:
 *
 *   A + pi sqrt(lambda) I,  G + sqrt(lambda) / pi I                   pi = sqrt((tr A / dim A) / (tr G / dim G))
 *   K + omega c I,  Psi + c / omega I,  c^2 = pi sqrt(lambda)          omega = sqrt((tr K / C) / (tr Psi / P))
 *
 * where A's mean diagonal is the product of K's and Psi's.
 */
#include "optimizer/kfac_blocks.h"

#include <string.h>

fl_optimizer_kfac_factors fl_optimizer_kfac_of(const fl_optimizer_block *block)
{
    fl_optimizer_kfac_factors f = { .out = block->out, .in = block->in + block->has_bias, .channels = block->channels };
    if (f.channels) f.columns = block->in / f.channels;
    return f;
}

size_t fl_optimizer_kfac_inputs(const fl_optimizer_kfac_factors *f)
{
    return f->channels ? f->channels * f->channels + f->columns * f->columns + 1 : f->in * f->in;
}

size_t fl_optimizer_kfac_floats(const fl_optimizer_kfac_factors *f)
{
    return fl_optimizer_kfac_inputs(f) + f->out * f->out;
}

fl_optimizer_kfac_factors fl_optimizer_kfac_take(const fl_optimizer_block *block, float **own)
{
    fl_optimizer_kfac_factors f = fl_optimizer_kfac_of(block);
    f.a = *own;
    f.g = f.a + fl_optimizer_kfac_inputs(&f);
    f.inverse_a = f.a + fl_optimizer_kfac_floats(&f);
    f.inverse_g = f.inverse_a + fl_optimizer_kfac_inputs(&f);
    *own += 2 * fl_optimizer_kfac_floats(&f);
    return f;
}

static double cube(size_t n)
{
    return (double)n * (double)n * (double)n;
}

double fl_optimizer_kfac_cost(const fl_optimizer_kfac_factors *f, bool outputs)
{
    if (outputs) return cube(f->out);
    return f->channels ? cube(f->channels) + cube(f->columns) : cube(f->in);
}

static double mean_of_diagonal(size_t n, const float *matrix)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)matrix[i * n + i];
    return sum / (double)n;
}

/* The last one stays where rounding has left none. */
static void invert(size_t n, const float *matrix, double damping, float *inverse, float *room)
{
    memcpy(room, matrix, n * n * sizeof *room);
    for (size_t i = 0; i < n; i++) room[i * n + i] += (float)damping;
    if (fl_math_invert(n, room)) memcpy(inverse, room, n * n * sizeof *room);
}

static double ratio(double a, double b)
{
    return a > 0 && b > 0 ? sqrt(a / b) : 1;
}

/* K, Psi and the 1, which takes its damping whole. */
static void invert_doubly(const fl_optimizer_kfac_factors *f, double damping, float *inverse, float *room)
{
    size_t k = f->channels * f->channels, psi = f->columns * f->columns;
    double c = sqrt(damping);
    double omega = ratio(mean_of_diagonal(f->channels, f->a), mean_of_diagonal(f->columns, f->a + k));
    invert(f->channels, f->a, omega * c, inverse, room);
    invert(f->columns, f->a + k, c / omega, inverse + k, room);
    inverse[k + psi] = (float)(1 / ((double)f->a[k + psi] + damping));
}

static double pi_of(const fl_optimizer_kfac_factors *f)
{
    double a = f->channels ? mean_of_diagonal(f->channels, f->a) *
                                 mean_of_diagonal(f->columns, f->a + f->channels * f->channels)
                           : mean_of_diagonal(f->in, f->a);
    return ratio(a, mean_of_diagonal(f->out, f->g));
}

void fl_optimizer_kfac_invert(const fl_optimizer_kfac_factors *f, double root, bool outputs, float *inverse,
                              float *room)
{
    double pi = pi_of(f);
    if (outputs)
        invert(f->out, f->g, root / pi, inverse, room);
    else if (f->channels)
        invert_doubly(f, pi * root, inverse, room);
    else
        invert(f->in, f->a, pi * root, inverse, room);
}

/* half (out x in) without the bias's column, which goes behind it, by its factor. */
static void split_bias(const fl_optimizer_kfac_factors *f, const float *half, float *rows)
{
    size_t in = f->channels * f->columns;
    float bias = f->inverse_a[fl_optimizer_kfac_inputs(f) - 1];
    for (size_t i = 0; i < f->out; i++) {
        memcpy(rows + i * in, half + i * f->in, in * sizeof *rows);
        if (f->in > in) rows[f->out * in + i] = bias * half[i * f->in + in];
    }
}

static void join_bias(const fl_optimizer_kfac_factors *f, const float *rows, float *half)
{
    size_t in = f->channels * f->columns;
    for (size_t i = 0; i < f->out; i++) {
        memcpy(half + i * f->in, rows + i * in, in * sizeof *rows);
        if (f->in > in) half[i * f->in + in] = rows[f->out * in + i];
    }
}

/* Each row as a C x P matrix M becomes K^-1 M Psi^-1. */
static void apply_doubly(const fl_optimizer_kfac_factors *f, float *rows, float *half)
{
    size_t c = f->channels, p = f->columns, in = c * p;
    const float *inverse_k = f->inverse_a, *inverse_psi = inverse_k + c * c;
    split_bias(f, half, rows);
    fl_math_product(1, fl_optimizer_plain(rows, f->out * c, p), fl_optimizer_plain(inverse_psi, p, p), 0, half);
    for (size_t i = 0; i < f->out; i++)
        fl_math_product(1, fl_optimizer_plain(inverse_k, c, c), fl_optimizer_plain(half + i * in, c, p), 0,
                        rows + i * in);
    join_bias(f, rows, half);
    memcpy(rows, half, f->out * f->in * sizeof *rows);
}

void fl_optimizer_kfac_apply(const fl_optimizer_kfac_factors *f, float *rows, float *half)
{
    fl_math_product(1, fl_optimizer_plain(f->inverse_g, f->out, f->out), fl_optimizer_plain(rows, f->out, f->in), 0,
                    half);
    if (f->channels)
        apply_doubly(f, rows, half);
    else
        fl_math_product(1, fl_optimizer_plain(half, f->out, f->in), fl_optimizer_plain(f->inverse_a, f->in, f->in), 0,
                        rows);
}
