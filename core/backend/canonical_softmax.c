/* Softmax cross-entropy: loss = log(sum_j exp(z_j)) - sum_j q_j z_j for the logits z and the target q, which is 1 - s
 * at the label and s / n everywhere, in nats; backward (softmax(z) - q) / rows.
 *
 * The largest logit is subtracted first; in training forward keeps the probabilities. Up to sixteen classes are
 * computed for sixteen rows at once, with the sums of a row in the same order as by itself. The logarithms follow
 * together.
 */
#include "backend/canonical.h"
#include "backend/vector.h"
#include "base/clones.h"
#include "base/error.h"
#include "base/exact.h"

#include <math.h>

enum { LANES = FL_BACKEND_LANES };

/* What is found in a row: the largest logit and its place, the first on a tie; the sum of e^(z - top); with smoothing
 * that of z - top. */
typedef struct found {
    bool finite;
    size_t best;
    float top, total, logits;
} found;

/* --- a row by itself --- */

/* A number that is not finite times zero is a NaN, and so is every sum with it. */
FL_BACKEND_INLINE bool all_finite(const float *z, size_t n)
{
    float lanes[LANES] = { 0 };
    FL_BACKEND_LANES_ADD(lanes, j, n, z[j] * 0);
    return fl_backend_vector_fold(lanes) == 0;
}

/* The powers go to p. */
FL_BACKEND_INLINE found look_at_row(const float *z, size_t n, bool smoothed, float *p)
{
    float logits[LANES] = { 0 };
    found row = { .finite = all_finite(z, n) };
    if (!row.finite) return row;
    row.best = fl_backend_vector_place(z, n);
    float top = row.top = z[row.best];
    row.total = fl_backend_vector_powers(z, n, top, p);
    if (smoothed) FL_BACKEND_LANES_ADD(logits, j, n, z[j] - top);
    row.logits = fl_backend_vector_fold(logits);
    return row;
}

/* --- sixteen rows of at most sixteen logits --- */

/* Number [j][r] is column j of row r. */
typedef float block[LANES][LANES];

FL_BACKEND_INLINE void turn(const float *z, size_t rows, size_t n, block to)
{
    for (size_t j = 0; j < n; j++)
        for (size_t r = 0; r < LANES; r++) to[j][r] = z[(r < rows ? r : 0) * n + j];
}

/* Of every row as fl_backend_vector_fold has it; overwrites the block. */
FL_BACKEND_INLINE void fold(block of, float sums[LANES])
{
    for (size_t half = LANES / 2; half; half /= 2)
        for (size_t j = 0; j < half; j++)
            for (size_t r = 0; r < LANES; r++) of[j][r] += of[j + half][r];
    for (size_t r = 0; r < LANES; r++) sums[r] = of[0][r];
}

FL_BACKEND_INLINE void find_tops(block z, size_t n, float top[LANES], int32_t best[LANES], float zero[LANES])
{
    for (size_t r = 0; r < LANES; r++) top[r] = z[0][r];
    for (size_t r = 0; r < LANES; r++) best[r] = 0;
    for (size_t r = 0; r < LANES; r++) zero[r] = z[0][r] * 0;
    for (size_t j = 1; j < n; j++)
        for (size_t r = 0; r < LANES; r++) {
            best[r] = z[j][r] > top[r] ? (int32_t)j : best[r];
            top[r] = z[j][r] > top[r] ? z[j][r] : top[r];
            zero[r] += z[j][r] * 0;
        }
}

/* What is missing of a row is next to 0, as in fl_backend_vector_powers. */
FL_BACKEND_INLINE void find_powers(block z, size_t n, const float top[LANES], block to)
{
    float missing = fl_backend_vector_exp(-200);
    for (size_t j = 0; j < n; j++)
        for (size_t r = 0; r < LANES; r++) to[j][r] = fl_backend_vector_exp(z[j][r] - top[r]);
    for (size_t j = n; j < LANES; j++)
        for (size_t r = 0; r < LANES; r++) to[j][r] = missing;
}

FL_BACKEND_INLINE void find_shifted(block z, size_t n, const float top[LANES], block to)
{
    for (size_t j = 0; j < LANES; j++)
        for (size_t r = 0; r < LANES; r++) to[j][r] = j < n ? z[j][r] - top[r] : 0;
}

/* The powers go to p, unless it is NULL. */
FL_BACKEND_INLINE void look_at_block(const float *from, size_t rows, size_t n, bool smoothed, float *p, found *to)
{
    block z, powers;
    float top[LANES], zero[LANES], totals[LANES], logits[LANES] = { 0 };
    int32_t best[LANES];
    turn(from, rows, n, z);
    find_tops(z, n, top, best, zero);
    find_powers(z, n, top, powers);
    for (size_t r = 0; p && r < rows; r++)
        for (size_t j = 0; j < n; j++) p[r * n + j] = powers[j][r];
    fold(powers, totals);
    if (smoothed) {
        find_shifted(z, n, top, powers);
        fold(powers, logits);
    }
    for (size_t r = 0; r < rows; r++) to[r] = (found){ zero[r] == 0, (size_t)best[r], top[r], totals[r], logits[r] };
}

/* --- rows --- */

/* In the workspace: of every row the sum of the powers, of which the logarithm is taken, and what is subtracted from
 * that; in training the probabilities. */
typedef struct kept {
    double *total, *target;
    float *probabilities;
} kept;

static kept kept_of(const fl_backend_plain *p)
{
    size_t rows = fl_tensor_shape_rows(p->in);
    double *at = p->at.workspace;
    return (kept){ at, at + rows, p->training ? (float *)(at + 2 * rows) : NULL };
}

/* Row r, of logits z. What is not finite has diverged, which must be seen. */
FL_BACKEND_INLINE void note(const fl_backend_plain *p, const kept *k, size_t r, const float *z, size_t n, found row)
{
    double smoothing = (float)p->layer.label_smoothing;
    size_t label = (size_t)p->at.labels[r];
    if (label >= n) fl_error_die("label %d of row %zu is not one of %zu classes", p->at.labels[r], r, n);
    p->at.errors[r] = !row.finite || row.best != label;
    k->total[r] = row.finite ? row.total : NAN;
    k->target[r] = (1 - smoothing) * (z[label] - row.top);
    if (smoothing > 0) k->target[r] += smoothing / (double)n * row.logits;
    float share = row.finite ? 1 / row.total : NAN;
    for (size_t j = 0; k->probabilities && j < n; j++) k->probabilities[r * n + j] *= share;
}

FL_CLONES static void find_blocks(const fl_backend_plain *p, const kept *k, const float *z, size_t rows, size_t n)
{
    found of[LANES];
    for (size_t r = 0; r < rows; r += LANES) {
        size_t now = rows - r < LANES ? rows - r : LANES;
        look_at_block(z + r * n, now, n, p->layer.label_smoothing > 0,
                      k->probabilities ? k->probabilities + r * n : NULL, of);
        for (size_t i = 0; i < now; i++) note(p, k, r + i, z + (r + i) * n, n, of[i]);
    }
}

FL_CLONES static void find_rows(const fl_backend_plain *p, const kept *k, const float *z, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, z += n) {
        float *powers = k->probabilities ? k->probabilities + r * n : (float *)(k->target + rows);
        note(p, k, r, z, n, look_at_row(z, n, p->layer.label_smoothing > 0, powers));
    }
}

FL_CLONES static void rows_backward(const fl_backend_plain *p, float *d, size_t rows, size_t n)
{
    const float *probabilities = kept_of(p).probabilities;
    float share = 1 / (float)rows, everywhere = (float)p->layer.label_smoothing / (float)n;
    float there = 1 - (float)p->layer.label_smoothing;
    for (size_t r = 0; r < rows; r++, probabilities += n, d += n) {
#pragma GCC ivdep
        for (size_t j = 0; j < n; j++) d[j] = (probabilities[j] - everywhere) * share;
        size_t label = (size_t)p->at.labels[r];
        d[label] = (probabilities[label] - everywhere - there) * share;
    }
}

static void forward(fl_backend_op *op)
{
    const fl_backend_plain *p = (fl_backend_plain *)op;
    size_t rows = fl_tensor_shape_rows(p->in), n = fl_tensor_shape_columns(p->in);
    kept k = kept_of(p);
    (n <= LANES ? find_blocks : find_rows)(p, &k, p->at.in[0], rows, n);
    fl_exact_log_each(k.total, rows);
    for (size_t r = 0; r < rows; r++) p->at.losses[r] = (float)(k.total[r] - k.target[r]);
}

static void backward(fl_backend_op *op)
{
    const fl_backend_plain *p = (fl_backend_plain *)op;
    if (p->needs_d_in) rows_backward(p, p->at.d_in[0], fl_tensor_shape_rows(p->in), fl_tensor_shape_columns(p->in));
}

fl_backend_op *fl_backend_softmax_cross_entropy(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "own vectors", forward, backward);
    size_t kept_rows = request->training ? fl_tensor_shape_rows(p->in) : 1; /* of probabilities, or powers in passing */
    p->op.workspace_bytes = fl_tensor_shape_rows(p->in) * 2 * sizeof(double);
    p->op.workspace_bytes += kept_rows * fl_tensor_shape_columns(p->in) * sizeof(float);
    p->op.reads_in = p->op.reads_out = false;
    return &p->op;
}
