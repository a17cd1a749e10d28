/* Vectors are turned from canonical order into the network's, which has padding, and back. */
#include "curvature/model.h"
#include "base/memory.h"
#include "curvature/basis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct fl_curvature_model {
    fl_network *network; /* borrowed */
    fl_network_curvature *curvature;
    fl_curvature_chunks chunks;
    size_t n, count;          /* parameters; floats as the network's lie */
    float *at, *state;        /* canonical; the network's */
    float *v, *out, *sum;     /* as the network's parameters lie */
    float *scaled;            /* canonical */
    fl_network_matrix matrix; /* of the last fl_curvature_model_matrix */
    const float *factors;
};

fl_curvature_model *fl_curvature_model_new(fl_network *network, const fl_backend *backend, const fl_layer *layers,
                                           size_t n_layers, fl_curvature_chunks chunks, fl_error *error)
{
    fl_network_curvature *curvature = fl_network_curvature_new(network, backend, layers, n_layers, false, error);
    if (!curvature) return NULL;
    fl_curvature_model *m = fl_memory_new(1, sizeof *m);
    const fl_tensor_layout *layout = fl_network_layout(network);
    size_t n = layout->n_parameters, count = layout->count;
    *m = (fl_curvature_model){ .network = network, .curvature = curvature, .chunks = chunks, .n = n, .count = count };
    m->at = fl_memory_new(n, sizeof(float));
    m->scaled = fl_memory_new(n, sizeof(float));
    m->state = fl_memory_new(fl_network_state_layout(network)->count + 1, sizeof(float));
    m->v = fl_memory_new(count, sizeof(float));
    m->out = fl_memory_new(count, sizeof(float));
    m->sum = fl_memory_new(count, sizeof(float));
    fl_curvature_model_take_state(m);
    return m;
}

void fl_curvature_model_free(fl_curvature_model *model)
{
    if (!model) return;
    fl_network_curvature_free(model->curvature);
    free(model->at);
    free(model->scaled);
    free(model->state);
    free(model->v);
    free(model->out);
    free(model->sum);
    free(model);
}

bool fl_curvature_model_offers(const fl_curvature_model *model, fl_network_matrix matrix, fl_error *error)
{
    return fl_network_curvature_offers(model->curvature, matrix, error);
}

void fl_curvature_model_take_state(fl_curvature_model *model)
{
    memcpy(model->state, fl_network_state(model->network),
           fl_network_state_layout(model->network)->count * sizeof(float));
}

/* Chunk `chunk` at the network's parameters: its mean loss. */
static double go_to(fl_curvature_model *m, size_t chunk)
{
    m->chunks.load(m->chunks.user, chunk, m->network);
    return fl_network_curvature_at(m->curvature, m->network, m->state);
}

double fl_curvature_model_loss(fl_curvature_model *model, const float *parameters)
{
    double sum = 0;
    fl_network_import(model->network, parameters);
    for (size_t i = 0; i < model->chunks.n; i++) sum += go_to(model, i);
    return sum / (double)model->chunks.n;
}

double fl_curvature_model_at(fl_curvature_model *model, const float *parameters)
{
    memcpy(model->at, parameters, model->n * sizeof *parameters);
    return fl_curvature_model_loss(model, parameters);
}

/* `canonical` as the network's parameters lie, into model->v; the network is left at the model's parameters. */
static void turn_in(fl_curvature_model *m, const float *canonical)
{
    fl_network_import_of(m->network, canonical, m->v);
    fl_network_import(m->network, m->at);
}

static void add(float *sum, const float *of, size_t n, double share)
{
    for (size_t i = 0; i < n; i++) sum[i] += (float)share * of[i];
}

static void multiply(size_t n, const float *factors, const float *v, float *out)
{
    for (size_t i = 0; i < n; i++) out[i] = factors ? factors[i] * v[i] : v[i];
}

static void apply(void *user, const float *v, float *out)
{
    fl_curvature_model *m = user;
    multiply(m->n, m->factors, v, m->scaled);
    turn_in(m, m->scaled);
    memset(m->sum, 0, m->count * sizeof *m->sum);
    for (size_t i = 0; i < m->chunks.n; i++) {
        go_to(m, i);
        fl_network_curvature_product(m->curvature, m->matrix, m->v, m->out);
        add(m->sum, m->out, m->count, 1 / (double)m->chunks.n);
    }
    fl_network_export_of(m->network, m->sum, out);
    multiply(m->n, m->factors, out, out);
}

/* Chunk by chunk: the examples are read and passed through once, not for each column. */
static void form(void *user, double *rows)
{
    fl_curvature_model *m = user;
    float *unit = fl_memory_new(m->n, sizeof *unit), *out = fl_memory_new(m->n, sizeof *out);
    memset(rows, 0, m->n * m->n * sizeof *rows);
    fl_network_import(m->network, m->at);
    for (size_t chunk = 0; chunk < m->chunks.n; chunk++) {
        go_to(m, chunk);
        for (size_t i = 0; i < m->n; i++) {
            unit[i] = m->factors ? m->factors[i] : 1;
            fl_network_import_of(m->network, unit, m->v);
            unit[i] = 0;
            fl_network_curvature_product(m->curvature, m->matrix, m->v, m->out);
            fl_network_export_of(m->network, m->out, out);
            multiply(m->n, m->factors, out, out);
            for (size_t j = 0; j < m->n; j++) rows[i * m->n + j] += out[j] / (double)m->chunks.n;
        }
    }
    free(unit);
    free(out);
}

fl_curvature_matrix fl_curvature_model_matrix(fl_curvature_model *model, fl_network_matrix matrix, const float *factors)
{
    model->matrix = matrix;
    model->factors = factors;
    return (fl_curvature_matrix){ model->n, apply, model, form };
}

/* The gradient of each chunk, added up in `gradient`; the mean of their squared lengths. The state is put back. */
static double gradients(fl_curvature_model *m, const float *parameters, float *gradient)
{
    double squares = 0;
    size_t state_bytes = fl_network_state_layout(m->network)->count * sizeof(float);
    float *of = fl_network_gradient(m->network);
    memset(m->sum, 0, m->count * sizeof *m->sum);
    fl_network_import(m->network, parameters);
    for (size_t i = 0; i < m->chunks.n; i++) {
        memcpy(fl_network_state(m->network), m->state, state_bytes);
        m->chunks.load(m->chunks.user, i, m->network);
        fl_network_forward(m->network);
        fl_network_backward(m->network, NULL, NULL);
        squares += fl_curvature_dot(m->count, of, of) / (double)m->chunks.n;
        add(m->sum, of, m->count, 1 / (double)m->chunks.n);
    }
    memcpy(fl_network_state(m->network), m->state, state_bytes);
    fl_network_export_of(m->network, m->sum, gradient);
    return squares;
}

void fl_curvature_model_gradient(fl_curvature_model *model, const float *parameters, float *gradient)
{
    gradients(model, parameters, gradient);
}

fl_curvature_noise fl_curvature_model_noise(fl_curvature_model *model)
{
    float *gradient = fl_memory_new(model->n, sizeof *gradient);
    double small = (double)fl_network_in(model->network).n, big = small * (double)model->chunks.n;
    double of_small = gradients(model, model->at, gradient), of_big = fl_curvature_dot(model->n, gradient, gradient);
    fl_curvature_noise noise = { NAN, NAN, NAN };
    free(gradient);
    if (model->chunks.n < 2) return noise;
    noise.gradient_square = (big * of_big - small * of_small) / (big - small);
    noise.covariance = (of_small - of_big) / (1 / small - 1 / big);
    if (noise.gradient_square > 0) noise.scale = noise.covariance / noise.gradient_square;
    return noise;
}

/* From the centre, a few steps along the gradient, each back to the sphere. */
double fl_curvature_model_worst(fl_curvature_model *model, double radius)
{
    enum { STEPS = 5 };
    size_t n = model->n;
    float *place = fl_memory_new(n, sizeof *place), *gradient = fl_memory_new(n, sizeof *gradient);
    double worst = fl_curvature_model_loss(model, model->at);
    memcpy(place, model->at, n * sizeof *place);
    for (int i = 0; i < STEPS; i++) {
        gradients(model, place, gradient);
        double length = sqrt(fl_curvature_dot(n, gradient, gradient));
        if (!(length > 0) || !isfinite(length)) break;
        for (size_t k = 0; k < n; k++) place[k] = (float)(model->at[k] + radius / length * gradient[k]);
        worst = fmax(worst, fl_curvature_model_loss(model, place));
    }
    free(place);
    free(gradient);
    return worst;
}
