#include "support/optimizer_run.h"

enum { GUARD = 16 }; /* floats before and after each array */
static const float guard_value = -12345.678f;

static float *guarded_new(size_t n)
{
    size_t bytes = (n + 2 * GUARD) * sizeof(float), line = GUARD * sizeof(float);
    float *all = aligned_alloc(line, (bytes + line - 1) / line * line);
    assert_non_null(all);
    memset(all, 0, bytes);
    for (size_t i = 0; i < GUARD; i++) all[i] = all[GUARD + n + i] = guard_value;
    return all + GUARD;
}

static void guarded_free(float *array, size_t n)
{
    if (!array) return;
    float *all = array - GUARD;
    for (size_t i = 0; i < GUARD; i++)
        if (all[i] != guard_value || all[GUARD + n + i] != guard_value) fail_msg("a guard zone was written to");
    free(all);
}

void run_set(run *r, const char *name, double value)
{
    size_t i = fl_hyper_index(r->rule->hypers, r->rule->n_hypers, name);
    assert_true(i < r->rule->n_hypers);
    r->hyper[i] = value;
}

void run_choose(run *r, const char *name, const char *choice)
{
    size_t i = fl_hyper_index(r->rule->hypers, r->rule->n_hypers, name);
    assert_true(i < r->rule->n_hypers);
    int index = fl_hyper_choice(&r->rule->hypers[i], choice);
    assert_true(index >= 0);
    r->hyper[i] = index;
}

static double loss_of_constant_gradient(const run *r)
{
    double sum = 0;
    for (size_t i = 0; i < r->layout.count; i++) sum += (double)r->gradient[i] * (double)r->update.parameters[i];
    return sum;
}

static double evaluate(fl_optimizer_update *update, uint64_t batch, bool gradient)
{
    run *r = update->trainer;
    r->gradients += gradient;
    return r->gradient_at ? r->gradient_at(r) : loss_of_constant_gradient(r);
}

static void stand(fl_optimizer_update *update, uint64_t batch) {}

static void product(fl_optimizer_update *update, fl_optimizer_curvature matrix, const float *v, float *out)
{
    const run *r = update->trainer;
    for (size_t i = 0; i < r->layout.count; i++) out[i] = (r->curvature ? r->curvature[i] : 1) * v[i];
}

/* `size` on the diagonal and halves of it beside: definite, and no multiple of the identity. */
static void fill_factor(size_t n, float size, float *matrix)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) matrix[i * n + j] = ldexpf(size, -2 * abs((int)i - (int)j));
}

/* Others at each step, so that a mean of them shows its weights. */
static void factors(fl_optimizer_update *update, fl_optimizer_curvature fisher, float *const *a, float *const *g)
{
    for (size_t i = 0; i < update->n_blocks; i++) {
        fill_factor(update->blocks[i].in + update->blocks[i].has_bias, 1 + (float)update->step / 4, a[i]);
        fill_factor(update->blocks[i].out, 1 / (1 + (float)update->step), g[i]);
    }
}

static const fl_optimizer_lent lent = { .evaluate = evaluate, .stand = stand, .product = product, .factors = factors };

run *run_new(const fl_optimizer *rule, size_t n)
{
    run *r = fl_memory_new(1, sizeof *r);
    r->rule = rule;
    r->layout = (fl_tensor_layout){ .count = n, .n_parameters = n, .n_tensors = 1, .tensors = r->tensors };
    r->tensors[0] = (fl_tensor){ .name = "vector", .shape = { n }, .n_dims = 1, .n_values = n, .count = n };
    r->tensors[0].role = FL_TENSOR_VECTOR;
    r->tensors[0].n_matrices = 1;
    for (size_t i = 0; i < rule->n_hypers; i++) r->hyper[i] = rule->hypers[i].default_value;
    r->gradient = guarded_new(n);
    r->update = (fl_optimizer_update){ .layout = &r->layout, .hyper = r->hyper, .lent = &lent, .trainer = r };
    r->update.gradient = r->gradient;
    r->update.parameters = guarded_new(n);
    for (size_t i = 0; i < rule->n_states; i++) r->update.state[i] = guarded_new(n);
    return r;
}

run *run_named(const char *name, size_t n)
{
    const fl_optimizer *rule = fl_optimizer_find(name, NULL);
    assert_non_null(rule);
    return run_new(rule, n);
}

void run_start(run *r)
{
    if (r->rule->own) {
        r->own = r->rule->own(&r->update);
        r->update.own = guarded_new(r->own.kept);
        r->update.scratch = guarded_new(r->own.scratch);
    }
    if (r->rule->start) r->rule->start(&r->update);
}

void run_step(run *r, double rate)
{
    r->update.rate = rate;
    if (r->rule->look) r->rule->look(&r->update);
    bool declined = r->rule->declines_gradient && r->rule->declines_gradient(&r->update);
    r->update.loss = r->gradient_at ? r->gradient_at(r) : loss_of_constant_gradient(r);
    r->gradients += !declined;
    r->rule->step(&r->update);
    r->update.step++;
}

void run_copy(run *to, const run *from)
{
    size_t bytes = from->layout.count * sizeof(float);
    memcpy(to->update.parameters, from->update.parameters, bytes);
    for (size_t i = 0; i < from->rule->n_states; i++) memcpy(to->update.state[i], from->update.state[i], bytes);
    if (from->own.kept) memcpy(to->update.own, from->update.own, from->own.kept * sizeof(float));
    to->update.step = from->update.step;
}

void run_free(run *r)
{
    guarded_free(r->gradient, r->layout.count);
    guarded_free(r->update.parameters, r->layout.count);
    for (size_t i = 0; i < r->rule->n_states; i++) guarded_free(r->update.state[i], r->layout.count);
    guarded_free(r->update.own, r->own.kept);
    guarded_free(r->update.scratch, r->own.scratch);
    free(r);
}
