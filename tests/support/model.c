#include "support/model.h"

const fl_layer with_state[WITH_STATE_LAYERS] = {
    { .kind = FL_LAYER_BATCH_NORM, .name = "bn" },
    { .kind = FL_LAYER_DROPOUT, .name = "dropout", .rate = .25 },
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv", .n_out = 3, .kernel = 14, .stride = 14 },
    { .kind = FL_LAYER_SEQUENCE, .name = "rows", .by = FL_LAYER_BY_ROWS },
    { .kind = FL_LAYER_LSTM, .name = "lstm", .n_out = 5, .carry = true },
    { .kind = FL_LAYER_LAST, .name = "last" },
    { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = 10 },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

void make_model(model *m, const fl_layer *layers, size_t n)
{
    m->workload = *fl_workload_find("glyphs/mlp", NULL);
    for (size_t i = 0; i < n; i++) {
        m->layers[i] = layers[i];
        m->layers[i].n_from = 1;
        m->layers[i].from[0] = i;
        fl_layer_fill_defaults(&m->layers[i]);
    }
    m->workload.layers = m->layers;
    m->workload.n_layers = n;
    m->workload.n_uses = m->workload.n_options = 0;
}
