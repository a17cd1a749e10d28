/* The rules for initial weights.
 *
 * He et al. 2015: variance 2 / fan_in. Glorot and Bengio 2010: variance 2 / (fan_in + fan_out). A uniform distribution
 * on [-a, a] has variance a^2 / 3. The truncated normal draws again beyond two deviations; its argument is the
 * deviation before. Saxe et al. 2014: an orthogonal matrix. Martens 2010: 15 connections of each unit, normal; the
 * others are 0.
 */
#include "init/init.h"
#include "init/orthogonal.h"
#include "base/random.h"

#include <math.h>
#include <string.h>

enum { DRAWN = 512 }; /* normal numbers drawn at once */
enum { CONNECTIONS = 15 };

static void fill_normal(float *values, size_t n, double deviation, fl_random_stream *stream)
{
    double draws[DRAWN];
    for (size_t i = 0; i < n; i += DRAWN) {
        size_t more = n - i < DRAWN ? n - i : DRAWN;
        fl_random_normals(stream, draws, more);
        for (size_t k = 0; k < more; k++) values[i + k] = (float)(deviation * draws[k]);
    }
}

static void fill_uniform(float *values, size_t n, double bound, fl_random_stream *stream)
{
    for (size_t i = 0; i < n; i++) values[i] = (float)(bound * (2 * fl_random_uniform(stream) - 1));
}

static void he_normal(float *values, size_t n, double fan_in, double fan_out, double argument, fl_random_stream *stream)
{
    fill_normal(values, n, sqrt(2 / fan_in), stream);
}

static void he_uniform(float *values, size_t n, double fan_in, double fan_out, double argument,
                       fl_random_stream *stream)
{
    fill_uniform(values, n, sqrt(6 / fan_in), stream);
}

static void glorot_normal(float *values, size_t n, double fan_in, double fan_out, double argument,
                          fl_random_stream *stream)
{
    fill_normal(values, n, sqrt(2 / (fan_in + fan_out)), stream);
}

static void glorot_uniform(float *values, size_t n, double fan_in, double fan_out, double argument,
                           fl_random_stream *stream)
{
    fill_uniform(values, n, sqrt(6 / (fan_in + fan_out)), stream);
}

static void truncated_normal(float *values, size_t n, double fan_in, double fan_out, double argument,
                             fl_random_stream *stream)
{
    double draws[DRAWN];
    for (size_t i = 0; i < n;) {
        size_t more = n - i < DRAWN ? n - i : DRAWN;
        fl_random_normals(stream, draws, more);
        for (size_t k = 0; k < more; k++)
            if (fabs(draws[k]) <= 2) values[i++] = (float)(argument * draws[k]);
    }
}

static void uniform(float *values, size_t n, double fan_in, double fan_out, double argument, fl_random_stream *stream)
{
    fill_uniform(values, n, argument, stream);
}

static void orthogonal(float *values, size_t n, double fan_in, double fan_out, double argument,
                       fl_random_stream *stream)
{
    fill_normal(values, n, 1, stream);
    fl_init_make_orthogonal(values, n / (size_t)fan_in, (size_t)fan_in);
}

/* A unit's connections, drawn again where one is there already. */
static void connect(float *row, size_t n_in, fl_random_stream *stream)
{
    for (size_t i = 0; i < CONNECTIONS && i < n_in; i++) {
        size_t place;
        do place = fl_random_below(stream, n_in);
        while (row[place] != 0);
        row[place] = (float)fl_random_normal(stream);
    }
}

static void sparse(float *values, size_t n, double fan_in, double fan_out, double argument, fl_random_stream *stream)
{
    size_t n_in = (size_t)fan_in;
    memset(values, 0, n * sizeof *values);
    for (size_t first = 0; first < n; first += n_in) connect(values + first, n_in, stream);
}

static void constant(float *values, size_t n, double fan_in, double fan_out, double argument, fl_random_stream *stream)
{
    for (size_t i = 0; i < n; i++) values[i] = (float)argument;
}

/* name, what it does, source, what its argument is, the least argument */
#define RULES(X)                                                                                                       \
    X(he_normal, "normal of variance 2 / fan_in", "He et al. 2015", NULL, 0)                                           \
    X(he_uniform, "uniform of variance 2 / fan_in", "He et al. 2015", NULL, 0)                                         \
    X(glorot_normal, "normal of variance 2 / (fan_in + fan_out)", "Glorot and Bengio 2010", NULL, 0)                   \
    X(glorot_uniform, "uniform of variance 2 / (fan_in + fan_out)", "Glorot and Bengio 2010", NULL, 0)                 \
    X(truncated_normal, "normal, drawn again beyond two deviations", "", "deviation", 0)                               \
    X(uniform, "uniform between -bound and bound", "", "bound", 0)                                                     \
    X(orthogonal, "rows, or columns where they are fewer, of length 1 at right angles", "Saxe et al. 2014", NULL, 0)   \
    X(sparse, "15 connections of each unit normal of variance 1, the others 0", "Martens 2010", NULL, 0)               \
    X(constant, "the same value everywhere", "", "value", -HUGE_VAL)

#define RULE(name, about, source, argument, least)                                                                     \
    static const fl_init_rule rule_##name = { { #name, about, source }, argument, least, name };
#define PLACE(name, ...) &rule_##name,
#define NAME(name, ...) #name,

RULES(RULE)
static const fl_init_rule *const registry[] = { RULES(PLACE) NULL };
const char *const fl_init_names[] = { RULES(NAME) NULL };

const fl_init_rule *const *fl_init_rules(void)
{
    return registry;
}

const fl_init_rule *fl_init_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "initialisation", name, error);
}

static bool is_finite_float(const char *what, double value, fl_error *error)
{
    return isfinite((float)value) ||
           fl_error_user(error, "an initial %s must be finite in single precision, not %.10g", what, value);
}

bool fl_init_accepts(const fl_init *init, fl_error *error)
{
    const fl_init_rule *rule = init->weights;
    if (!is_finite_float("bias", init->bias, error)) return false;
    if (!rule->argument) return true;
    return is_finite_float(rule->argument, init->argument, error) &&
           (init->argument >= rule->least ||
            fl_error_user(error, "initialisation '%s' cannot have the %s %.10g; it must be at least %.10g",
                          rule->entry.name, rule->argument, init->argument, rule->least));
}

void fl_init_tensor(const fl_init *init, const fl_tensor *tensor, size_t index, uint64_t seed, float *canonical)
{
    fl_random_stream stream = fl_random_stream_start(seed, "init", index);
    if (tensor->start != FL_TENSOR_WEIGHT) {
        const double starts[] = { [FL_TENSOR_BIAS] = init->bias, [FL_TENSOR_ONE] = 1, [FL_TENSOR_ZERO] = 0 };
        constant(canonical, tensor->n_values, 1, 1, starts[tensor->start], &stream);
        return;
    }
    size_t area = 1, matrices = tensor->n_matrices ? tensor->n_matrices : 1, n = tensor->n_values / matrices;
    for (size_t d = 2; d < tensor->n_dims; d++) area *= tensor->shape[d];
    double fan_in = (double)(tensor->shape[1] * area), fan_out = (double)(tensor->shape[0] / matrices * area);
    for (size_t m = 0; m < matrices; m++)
        init->weights->fill(canonical + m * n, n, fan_in, fan_out, init->argument, &stream);
}
