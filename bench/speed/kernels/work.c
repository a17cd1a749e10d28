/* Counting arithmetic, and holding it against the roofline. */
#include "speed/kernels/work.h"
#include "speed/roofline/roofline.h"
#include "workload/workload.h"

/* In how many of its places along one side of an image a window's cells meet the image and not its padding. */
static size_t meetings(const fl_layer *layer, size_t side, size_t n_places)
{
    size_t found = 0;
    for (size_t place = 0; place < n_places; place++)
        for (size_t cell = place * layer->stride; cell < place * layer->stride + layer->kernel; cell++)
            found += cell >= layer->pad && cell < layer->pad + side;
    return found;
}

static double of_convolution(const fl_layer *layer, fl_tensor_shape in)
{
    fl_tensor_shape out = fl_layer_out(layer, in);
    return (double)(in.n * in.c * out.c / layer->groups) * (double)meetings(layer, in.h, out.h) *
           (double)meetings(layer, in.w, out.w);
}

static double of_dense(const fl_layer *layer, fl_tensor_shape in)
{
    return (double)fl_tensor_shape_size(in) * (double)(layer->n_out / layer->groups);
}

/* Four gates, each of the position and of the state before it. */
static double of_lstm(const fl_layer *layer, fl_tensor_shape in)
{
    return (double)(in.n * in.c) * 4 * (double)(layer->n_out * (in.h + layer->n_out));
}

/* Four dense layers, and for each pair of positions two products of all values: the score and the mean. */
static double of_attention(const fl_layer *layer, fl_tensor_shape in)
{
    double positions = (double)in.c, values = (double)in.h;
    double pairs = layer->acausal ? positions * positions : positions * (positions + 1) / 2;
    return (double)in.n * (positions * 4 * values * values + pairs * 2 * values);
}

static double (*const multiplications[FL_LAYER_KINDS])(const fl_layer *layer, fl_tensor_shape in) = {
    [FL_LAYER_DENSE] = of_dense,
    [FL_LAYER_CONVOLUTION] = of_convolution,
    [FL_LAYER_LSTM] = of_lstm,
    [FL_LAYER_ATTENTION] = of_attention,
};

double work_of_pass(const fl_layer *layer, fl_tensor_shape in)
{
    return multiplications[layer->kind] ? 2 * multiplications[layer->kind](layer, in) : 0;
}

double work_of_step(const fl_layer *layers, size_t n_layers, fl_tensor_shape input)
{
    /* By places as in `from`: 0 the input, i + 1 what layer i makes. */
    fl_tensor_shape shapes[FL_WORKLOAD_LAYERS + 1] = { input };
    bool trained[FL_WORKLOAD_LAYERS + 1] = { false };
    double operations = 0;
    for (size_t i = 0; i < n_layers; i++) {
        size_t from[FL_LAYER_FROM], n_in = fl_layer_inputs(layers, i, from);
        fl_tensor_shape in[FL_LAYER_FROM];
        bool before = false;
        for (size_t k = 0; k < n_in; k++) {
            in[k] = shapes[from[k]];
            before |= trained[from[k]];
        }
        operations += (before ? 3 : 2) * work_of_pass(&layers[i], in[0]);
        shapes[i + 1] = fl_layer_out_of(&layers[i], in, n_in);
        trained[i + 1] = before || fl_layer_spec_of(&layers[i])->tensors;
    }
    return operations;
}

void work_count(gbench *run, double operations, fl_backend_precision precision)
{
    double peak = roofline_product(precision, NULL);
    gbench_rate(run, "GFLOP/s", operations / 1e9);
    gbench_count(run, "peak_GFLOP/s", peak / 1e9);
    gbench_rate(run, "share_of_peak", operations / peak);
}

void work_traffic(gbench *run, double bytes)
{
    static double memory; /* measured once: it takes a while */
    if (memory == 0) memory = roofline_bandwidth(ROOFLINE_TRIAD);
    gbench_rate(run, "GB/s", bytes / 1e9);
    gbench_count(run, "memory_GB/s", memory / 1e9);
    gbench_rate(run, "share_of_memory", bytes / memory);
}
