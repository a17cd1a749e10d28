/* The models are small: every kind of layer, every loss, and what changes how a layer's products are computed. */
#include "support/probe.h"

#include "base/memory.h"
#include "base/random.h"

#define LOSS                                                                                                           \
    {                                                                                                                  \
        .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY                                                                         \
    }
#define IMAGE                                                                                                          \
    {                                                                                                                  \
        PROBE_EXAMPLES, 2, 6, 6                                                                                        \
    }

const probe_model probe_models[] = {
    { "dense and tanh",
      { PROBE_EXAMPLES, 5, 1, 1 },
      { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 7 },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_DENSE, .name = "b", .n_out = PROBE_CLASSES },
        LOSS } },
    { "sigmoid, GELU, groups, no bias, a smoothed loss",
      { PROBE_EXAMPLES, 6, 1, 1 },
      { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 6, .groups = 2 },
        { .kind = FL_LAYER_SIGMOID },
        { .kind = FL_LAYER_DENSE, .name = "b", .n_out = 8, .no_bias = true },
        { .kind = FL_LAYER_GELU },
        { .kind = FL_LAYER_DENSE, .name = "c", .n_out = PROBE_CLASSES },
        { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY, .label_smoothing = 0.2 } } },
    { "a residual block of convolutions with batch norm",
      IMAGE,
      { { .kind = FL_LAYER_CONVOLUTION, .name = "c0", .n_out = 4, .kernel = 3, .pad = 1, .no_bias = true },
        { .kind = FL_LAYER_BATCH_NORM, .name = "b0" },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_CONVOLUTION, .name = "c1", .n_out = 4, .kernel = 3, .pad = 1 },
        { .kind = FL_LAYER_BATCH_NORM, .name = "b1" },
        { .kind = FL_LAYER_ADD, .n_from = 2, .from = { 5, 3 } },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_AVERAGE_POOL },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = PROBE_CLASSES },
        LOSS } },
    { "batch norm of more channels than lie side by side, and of a vector",
      IMAGE,
      { { .kind = FL_LAYER_CONVOLUTION, .name = "c0", .n_out = 20, .kernel = 3, .no_bias = true },
        { .kind = FL_LAYER_BATCH_NORM, .name = "b0" },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_CONVOLUTION, .name = "c1", .n_out = 32, .kernel = 3, .no_bias = true },
        { .kind = FL_LAYER_BATCH_NORM, .name = "b1" },
        { .kind = FL_LAYER_AVERAGE_POOL },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = 18 },
        { .kind = FL_LAYER_BATCH_NORM, .name = "b2" },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_DENSE, .name = "e", .n_out = PROBE_CLASSES },
        LOSS } },
    { "convolutions of few pixels",
      { PROBE_EXAMPLES, 32, 2, 2 },
      { { .kind = FL_LAYER_CONVOLUTION, .name = "c0", .n_out = 32, .kernel = 3, .pad = 1 },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_CONVOLUTION, .name = "c1", .n_out = 4, .kernel = 3, .pad = 1 },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = PROBE_CLASSES },
        LOSS } },
    { "pools, subsampled and joined channels",
      IMAGE,
      { { .kind = FL_LAYER_CONVOLUTION, .name = "c0", .n_out = 3, .kernel = 3, .pad = 1 },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_AVERAGE_POOL, .kernel = 3, .stride = 1, .pad = 1 },
        { .kind = FL_LAYER_CONCATENATE, .n_from = 2, .from = { 3, 2 } },
        { .kind = FL_LAYER_SUBSAMPLE, .stride = 2, .n_out = 8 },
        { .kind = FL_LAYER_CONVOLUTION, .name = "c1", .n_out = 8, .kernel = 3, .groups = 2 },
        { .kind = FL_LAYER_SIGMOID },
        { .kind = FL_LAYER_FLATTEN },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = PROBE_CLASSES },
        LOSS } },
    { "ReLU before a max-pool, dropout",
      IMAGE,
      { { .kind = FL_LAYER_CONVOLUTION, .name = "c0", .n_out = 8, .kernel = 3 },
        { .kind = FL_LAYER_RELU },
        { .kind = FL_LAYER_MAX_POOL, .kernel = 3, .stride = 2, .pad = 1 },
        { .kind = FL_LAYER_DROPOUT, .rate = 0.25 },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = PROBE_CLASSES },
        LOSS } },
    { "layer norm of positions",
      { PROBE_EXAMPLES, 4, 5, 1, FL_TENSOR_SEQUENCE },
      { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 6 },
        { .kind = FL_LAYER_POSITION, .name = "p", .length = 5 },
        { .kind = FL_LAYER_LAYER_NORM, .name = "n" },
        { .kind = FL_LAYER_GELU },
        { .kind = FL_LAYER_LAST },
        { .kind = FL_LAYER_DENSE, .name = "b", .n_out = PROBE_CLASSES },
        LOSS } },
    { "attention, causal and not, of tokens",
      { PROBE_EXAMPLES, 4, 1, 1, FL_TENSOR_TOKENS },
      { { .kind = FL_LAYER_EMBEDDING, .name = "e", .vocabulary = 5, .n_out = 8 },
        { .kind = FL_LAYER_ATTENTION, .name = "a", .heads = 2 },
        { .kind = FL_LAYER_ADD, .n_from = 2, .from = { 2, 1 } },
        { .kind = FL_LAYER_ATTENTION, .name = "b", .heads = 4, .acausal = true },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = PROBE_CLASSES },
        LOSS } },
    { "LSTMs, one that carries",
      { PROBE_EXAMPLES, 4, 5, 1, FL_TENSOR_SEQUENCE },
      { { .kind = FL_LAYER_LSTM, .name = "a", .n_out = 6 },
        { .kind = FL_LAYER_LSTM, .name = "b", .n_out = 4, .carry = true },
        { .kind = FL_LAYER_DENSE, .name = "d", .n_out = PROBE_CLASSES },
        LOSS } },
    { "an image as a sequence, squared error",
      IMAGE,
      { { .kind = FL_LAYER_SEQUENCE, .by = FL_LAYER_BY_ROWS },
        { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 4 },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_AVERAGE_POOL },
        { .kind = FL_LAYER_DENSE, .name = "b", .n_out = 2 },
        { .kind = FL_LAYER_MEAN_SQUARED } } },
    { "sigmoid cross-entropy",
      { PROBE_EXAMPLES, 5, 1, 1 },
      { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 7 },
        { .kind = FL_LAYER_TANH },
        { .kind = FL_LAYER_DENSE, .name = "b", .n_out = 3 },
        { .kind = FL_LAYER_SIGMOID_CROSS_ENTROPY } } },
    { "a quadratic", { PROBE_EXAMPLES, 5, 1, 1 }, { { .kind = FL_LAYER_QUADRATIC, .name = "q", .condition = 100 } } },
    { "Beale's function",
      { 1, 1, 1, 1 },
      { { .kind = FL_LAYER_FUNCTION, .name = "f", .function = FL_LAYER_BEALE, .start = { 0.5, 0.3 } } } },
    { "Branin's function",
      { 1, 1, 1, 1 },
      { { .kind = FL_LAYER_FUNCTION, .name = "f", .function = FL_LAYER_BRANIN, .start = { 2.5, 3.5 } } } },
};

size_t probe_layers(const probe_model *m)
{
    size_t n = 0;
    while (!fl_layer_specs[m->layers[n].kind]->loss) n++;
    return n + 1;
}

static void draw_vector(const fl_network *network, fl_random_stream *stream, float *to)
{
    float *canonical = fl_memory_new(fl_network_layout(network)->n_parameters, sizeof *canonical);
    for (size_t i = 0; i < fl_network_layout(network)->n_parameters; i++)
        canonical[i] = (float)fl_random_normal(stream);
    fl_network_import_of(network, canonical, to);
    free(canonical);
}

static void draw_batch(fl_network *network, fl_tensor_shape in, fl_random_stream *stream)
{
    size_t n = fl_tensor_shape_size(in);
    float *input = fl_memory_new(n, sizeof *input);
    for (size_t i = 0; i < n; i++) input[i] = (float)fl_random_normal(stream);
    if (in.form == FL_TENSOR_TOKENS)
        for (size_t i = 0; i < n; i++) ((int32_t *)fl_network_input(network))[i] = (int32_t)fl_random_below(stream, 5);
    else
        fl_network_set_input(network, input);
    for (size_t i = 0; i < fl_network_n_losses(network); i++)
        fl_network_labels(network)[i] = (int32_t)fl_random_below(stream, PROBE_CLASSES);
    for (size_t i = 0; i < fl_network_n_targets(network); i++)
        fl_network_targets(network)[i] = (float)fl_random_uniform(stream);
    free(input);
}

probe probe_open(const probe_model *m, const fl_backend *backend)
{
    probe p = { .model = m, .backend = backend };
    fl_init init = { .weights = fl_init_find("he_normal", NULL), .bias = 0.1 };
    fl_random_stream stream = fl_random_stream_start(5, "curvature", 0);
    p.network = fl_network_new(backend, m->layers, probe_layers(m), m->in, FL_BACKEND_F32, true, NULL);
    fl_network_init(p.network, &init, 1);
    fl_network_set_moment(p.network, (fl_backend_moment){ 1, 2, 0 });
    draw_batch(p.network, m->in, &stream);
    p.curvature = fl_network_curvature_new(p.network, backend, m->layers, probe_layers(m), true, NULL);
    p.count = fl_network_layout(p.network)->count;
    float **const vectors[] = { &p.u, &p.v, &p.at_u, &p.at_v, &p.sum };
    for (size_t i = 0; i < 5; i++) *vectors[i] = fl_memory_new(p.count, sizeof(float));
    draw_vector(p.network, &stream, p.u);
    draw_vector(p.network, &stream, p.v);
    fl_network_curvature_at(p.curvature, p.network, NULL);
    return p;
}

void probe_close(probe *p)
{
    float *const vectors[] = { p->u, p->v, p->at_u, p->at_v, p->sum };
    for (size_t i = 0; i < 5; i++) free(vectors[i]);
    fl_network_curvature_free(p->curvature);
    fl_network_free(p->network);
}

void probe_all(void (*check)(probe *p))
{
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        for (size_t i = 0; (*b)->usable(FL_BACKEND_F32, NULL) && i < sizeof probe_models / sizeof *probe_models; i++) {
            probe p = probe_open(&probe_models[i], *b);
            check(&p);
            probe_close(&p);
        }
}

double probe_dot(const float *a, const float *b, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++) total += (double)a[i] * b[i];
    return total;
}

double probe_distance(const float *a, const float *b, size_t n)
{
    double most = 0, off = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs((double)b[i]));
        off = fmax(off, fabs((double)a[i] - b[i]));
    }
    return most > 0 ? off / most : off;
}
