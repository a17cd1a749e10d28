/* K-FAC: a layer's Fisher matrix as a Kronecker product of two small ones (Martens and Grosse 2015; convolutions:
 * Grosse and Martens 2016; the limit of the norm: Ba, Grosse and Martens 2017).
 *
 *   A, G    <- e A + (1-e) mean of a a^T, e G + (1-e) mean of g g^T,   e = min(1 - 1/k, statistics_decay), k from 1
 *   lambda  = damping + l2,  pi = sqrt((tr A / dim A) / (tr G / dim G))
 *   Delta   = (G + sqrt(lambda)/pi I)^-1 grad (A + pi sqrt(lambda) I)^-1    inverses of steps 0, inverse_every, ...
 *   nu      = min(1, sqrt(norm_limit / (eta_t^2 sum of Delta grad)))
 *   v'      = gamma v + nu Delta;  theta' = theta - eta_t v'
 *
 * a: a layer's input with a last 1, g: one example's gradient at its output; grad: weight and bias, out x (in + 1). For
 * parameters without factors Delta = grad. Adaptive damping compares, every fifth step, the loss's reduction on the
 * batch with that of the quadratic model by the exact Fisher matrix: above 3/4 of it lambda shrinks, below 1/4 it
 * grows.
 */
#include "optimizer/kfac_blocks.h"

#include <string.h>

enum {
    LEARNING_RATE,
    MOMENTUM,
    DAMPING,
    DAMPING_RULE,
    STATISTICS_DECAY,
    STATISTICS_EVERY,
    INVERSE_EVERY,
    FISHER,
    NORM_LIMIT
};
enum { FIXED, ADAPTIVE };
enum { SAMPLED, EMPIRICAL };
enum { ADAPT_EVERY = 5 };
static const double ADAPT_BY = 0.95 * 0.95 * 0.95 * 0.95 * 0.95;

/* What goes from step to step beside arrays. */
typedef struct memory {
    double n_statistics, lambda;
} memory;
enum { MEMORY = 16 }; /* floats, a whole line */

/* Pointers to fresh factors of every block, then the factors; or the direction, then three matrices of one block. */
static fl_optimizer_own own(const fl_optimizer_update *update)
{
    size_t fresh = 2 * update->n_blocks * sizeof(float *) / sizeof(float), matrix = 0;
    fl_optimizer_own floats = { .kept = MEMORY };
    for (const fl_optimizer_block *b = update->blocks; b < update->blocks + update->n_blocks; b++) {
        fl_optimizer_kfac_factors f = fl_optimizer_kfac_of(b);
        floats.kept += 2 * fl_optimizer_kfac_floats(&f);
        fresh += fl_optimizer_kfac_floats(&f);
        matrix = f.in * f.out > matrix ? f.in * f.out : matrix;
    }
    size_t directions = update->layout->count + 2 * matrix;
    floats.scratch = fresh > directions ? fresh : directions;
    return floats;
}

static memory *memory_of(const fl_optimizer_update *update)
{
    memory *m = (memory *)update->own;
    if (!(m->lambda > 0)) m->lambda = update->hyper[DAMPING] + update->l2;
    return m;
}

/* A and G of a batch, block by block. */
static void measure(fl_optimizer_update *update, float *of_batch)
{
    float **a = (float **)update->scratch, **g = a + update->n_blocks;
    for (size_t i = 0; i < update->n_blocks; i++) {
        fl_optimizer_kfac_factors f = fl_optimizer_kfac_of(&update->blocks[i]);
        a[i] = of_batch;
        g[i] = of_batch + fl_optimizer_kfac_inputs(&f);
        of_batch += fl_optimizer_kfac_floats(&f);
    }
    update->lent->factors(
        update, update->hyper[FISHER] == SAMPLED ? FL_OPTIMIZER_FISHER_SAMPLED : FL_OPTIMIZER_FISHER_EMPIRICAL, a, g);
}

static void average(fl_optimizer_update *update, const float *of_batch)
{
    double k = ++memory_of(update)->n_statistics, e = fmin(1 - 1 / k, update->hyper[STATISTICS_DECAY]);
    float *own = update->own + MEMORY;
    for (size_t i = 0; i < update->n_blocks; i++) {
        fl_optimizer_kfac_factors f = fl_optimizer_kfac_take(&update->blocks[i], &own);
        fl_optimizer_average(fl_optimizer_kfac_floats(&f), f.a, of_batch, e);
        of_batch += fl_optimizer_kfac_floats(&f);
    }
}

static void take_statistics(fl_optimizer_update *update)
{
    float *of_batch = (float *)((float **)update->scratch + 2 * update->n_blocks);
    update->lent->stand(update, FL_OPTIMIZER_HERE);
    measure(update, of_batch);
    average(update, of_batch);
}

static void take_inverses(fl_optimizer_update *update)
{
    float *own = update->own + MEMORY;
    for (size_t i = 0; i < update->n_blocks; i++) {
        fl_optimizer_kfac_factors f = fl_optimizer_kfac_take(&update->blocks[i], &own);
        fl_optimizer_kfac_invert(&f, sqrt(memory_of(update)->lambda), false, f.inverse_a, update->scratch);
        fl_optimizer_kfac_invert(&f, sqrt(memory_of(update)->lambda), true, f.inverse_g, update->scratch);
    }
}

/* --- what others may do for it meanwhile --- */

static size_t n_floats(const fl_optimizer_update *update)
{
    size_t n = 0;
    for (size_t i = 0; i < update->n_blocks; i++) {
        fl_optimizer_kfac_factors f = fl_optimizer_kfac_of(&update->blocks[i]);
        n += fl_optimizer_kfac_floats(&f);
    }
    return n;
}

static fl_optimizer_periods periods(const double *hyper)
{
    return (fl_optimizer_periods){ (uint64_t)hyper[STATISTICS_EVERY], (uint64_t)hyper[INVERSE_EVERY] };
}

static double cost(const fl_optimizer_update *update, size_t inverse)
{
    fl_optimizer_kfac_factors f = fl_optimizer_kfac_of(&update->blocks[inverse / 2]);
    return fl_optimizer_kfac_cost(&f, inverse % 2);
}

/* Inverse A, then inverse G, block by block. */
static fl_tensor_extent place(const fl_optimizer_update *update, size_t inverse)
{
    fl_optimizer_kfac_factors f;
    size_t block = inverse / 2, first = 0, outputs = inverse % 2;
    for (size_t i = 0; i < block; i++) {
        f = fl_optimizer_kfac_of(&update->blocks[i]);
        first += fl_optimizer_kfac_floats(&f);
    }
    f = fl_optimizer_kfac_of(&update->blocks[block]);
    size_t inputs = fl_optimizer_kfac_inputs(&f);
    return outputs ? (fl_tensor_extent){ first + inputs, f.out * f.out } : (fl_tensor_extent){ first, inputs };
}

/* That in use where there is none. */
static void invert_to(fl_optimizer_update *update, size_t inverse, float *inverses)
{
    fl_tensor_extent at = place(update, inverse);
    fl_optimizer_kfac_factors f;
    float *own = update->own + MEMORY;
    for (size_t i = 0; i <= inverse / 2; i++) f = fl_optimizer_kfac_take(&update->blocks[i], &own);
    memcpy(inverses + at.first, inverse % 2 ? f.inverse_g : f.inverse_a, at.count * sizeof *inverses);
    fl_optimizer_kfac_invert(&f, sqrt(memory_of(update)->lambda), inverse % 2, inverses + at.first, update->scratch);
}

static void use(fl_optimizer_update *update, const float *inverses)
{
    float *own = update->own + MEMORY;
    for (size_t i = 0; i < update->n_blocks; i++) {
        fl_optimizer_kfac_factors f = fl_optimizer_kfac_take(&update->blocks[i], &own);
        memcpy(f.inverse_a, inverses, fl_optimizer_kfac_floats(&f) * sizeof *inverses);
        inverses += fl_optimizer_kfac_floats(&f);
    }
}

static const fl_optimizer_preconditioner preconditioner = { .floats = n_floats,
                                                            .periods = periods,
                                                            .per_block = 2,
                                                            .cost = cost,
                                                            .place = place,
                                                            .measure = measure,
                                                            .average = average,
                                                            .invert = invert_to,
                                                            .use = use };

/* The weight's rows with the bias behind each, out of an array and into it. */
static void each_row(const fl_optimizer_update *update, const fl_optimizer_block *block, float *array, float *rows,
                     bool into)
{
    float *weight = array + update->layout->tensors[block->weight].offset + block->row * block->in;
    float *bias = array + update->layout->tensors[block->bias].offset + block->row;
    size_t columns = block->in + block->has_bias;
    for (size_t i = 0; i < block->out; i++, rows += columns, weight += block->in) {
        if (into)
            memcpy(weight, rows, block->in * sizeof *rows);
        else
            memcpy(rows, weight, block->in * sizeof *rows);
        if (block->has_bias && into) bias[i] = rows[block->in];
        if (block->has_bias && !into) rows[block->in] = bias[i];
    }
}

/* Delta, in the scratch. */
static float *precondition(const fl_optimizer_update *update)
{
    size_t n = update->layout->count;
    float *delta = update->scratch, *own = update->own + MEMORY;
    memcpy(delta, update->gradient, n * sizeof *delta);
    for (size_t i = 0; i < update->n_blocks; i++) {
        fl_optimizer_kfac_factors f = fl_optimizer_kfac_take(&update->blocks[i], &own);
        float *rows = delta + n, *half = rows + f.in * f.out;
        each_row(update, &update->blocks[i], delta, rows, false);
        fl_optimizer_kfac_apply(&f, rows, half);
        each_row(update, &update->blocks[i], delta, rows, true);
    }
    return delta;
}

FL_OPTIMIZER_PASS pass(size_t n, float *restrict v, const float *restrict delta, float gamma, float nu)
{
    for (size_t i = 0; i < n; i++) v[i] = gamma * v[i] + nu * delta[i];
}

static double limit_of_norm(const fl_optimizer_update *update, const float *delta)
{
    double sum = fl_optimizer_dot(delta, update->gradient, update->layout->count);
    double limit = sqrt(update->hyper[NORM_LIMIT] / (update->rate * update->rate * sum));
    return update->hyper[NORM_LIMIT] > 0 && limit < 1 ? limit : 1;
}

/* What the quadratic model says of the step -eta v, without the loss at its start. */
static double predicted(fl_optimizer_update *update, float *product)
{
    size_t n = update->layout->count;
    const float *v = update->state[0];
    double eta = update->rate, square = fl_optimizer_square(v, n);
    update->lent->stand(update, FL_OPTIMIZER_HERE);
    update->lent->product(update, FL_OPTIMIZER_FISHER, v, product);
    double curvature = fl_optimizer_dot(v, product, n) + (memory_of(update)->lambda - update->l2) * square;
    return eta * eta / 2 * curvature - eta * fl_optimizer_dot(update->gradient, v, n);
}

static void adapt(fl_optimizer_update *update, double expected)
{
    double ratio = (update->lent->evaluate(update, update->step, false) - update->loss) / expected;
    if (ratio > 0.75) memory_of(update)->lambda *= ADAPT_BY;
    if (!(ratio >= 0.25)) memory_of(update)->lambda /= ADAPT_BY;
}

static void step(fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    size_t n = update->layout->count;
    bool adapts = hyper[DAMPING_RULE] == ADAPTIVE && update->step % ADAPT_EVERY == ADAPT_EVERY - 1;
    if (!update->served && update->step % (uint64_t)hyper[STATISTICS_EVERY] == 0) take_statistics(update);
    if (!update->served && update->step % (uint64_t)hyper[INVERSE_EVERY] == 0) take_inverses(update);
    float *delta = precondition(update);
    pass(n, update->state[0], delta, (float)hyper[MOMENTUM], (float)limit_of_norm(update, delta));
    double expected = adapts ? predicted(update, delta) : 0;
    fl_optimizer_along(n, update->parameters, update->parameters, update->state[0], -(float)update->rate);
    if (adapts) adapt(update, expected);
}

static fl_optimizer_wants wants(const double *hyper)
{
    return (fl_optimizer_wants){ .curvature = hyper[DAMPING_RULE] == ADAPTIVE,
                                 .factors = true,
                                 .matrix = FL_OPTIMIZER_FISHER };
}

static const char *const rules[] = { "fixed", "adaptive", NULL };
static const char *const fishers[] = { "sampled", "empirical", NULL };

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    FL_OPTIMIZER_MOMENTUM,
    { "damping", "lambda, with l2: added to the factors as far as their sizes say", FL_HYPER_LOG, 1e-2, .min = 0,
      .min_open = true, .max = HUGE_VAL },
    { "damping_rule", "fixed, or adapted to how well the quadratic model predicts the loss", FL_HYPER_CHOICE, FIXED,
      .max = ADAPTIVE, .choices = rules },
    { "statistics_decay", "decay rate of the factors", FL_HYPER_LINEAR, 0.95, .min = 0, .max = 1, .max_open = true },
    { "statistics_every", "steps from one batch's factors to the next", FL_HYPER_INTEGER, 1, .min = 1,
      .max = HUGE_VAL },
    { "inverse_every", "steps from one pair of inverses to the next", FL_HYPER_INTEGER, 20, .min = 1, .max = HUGE_VAL },
    { "fisher", "by one target drawn for each example, or by the true ones", FL_HYPER_CHOICE, SAMPLED, .max = EMPIRICAL,
      .choices = fishers },
    { "norm_limit", "of a step, squared and measured by the factors; 0: none", FL_HYPER_LOG, 1e-3, .min = 0,
      .max = HUGE_VAL },
};

const fl_optimizer fl_optimizer_kfac = {
    .entry = { "kfac", "momentum on gradients between inverse Kronecker factors of the Fisher matrix",
               "Martens and Grosse 2015; Grosse and Martens 2016" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .asks_again = true,
    .n_states = 1,
    .canonical = true,
    .dense = true,
    .amortized = "two inverses a layer, about 2 n^3 / inverse_every operations a step for a side of n",
    .preconditioner = &preconditioner,
    .own = own,
    .wants = wants,
    .step = step,
};
