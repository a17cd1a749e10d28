/* Counting arithmetic, and holding it against the roofline. */
#include "speed/kernels/work.h"
#include "speed/roofline/roofline.h"

/* In how many of its places along one side of an image a window's cells meet the image and not its padding. */
static size_t meetings(const fl_layer *layer, size_t side, size_t n_places)
{
    size_t found = 0;
    for (size_t place = 0; place < n_places; place++)
        for (size_t cell = place; cell < place + layer->kernel; cell++)
            found += cell >= layer->pad && cell < layer->pad + side;
    return found;
}

double work_of_pass(const fl_layer *layer, fl_tensor_shape in)
{
    if (layer->kind == FL_LAYER_DENSE) return 2 * (double)(in.n * in.c * in.h * in.w) * (double)layer->n_out;
    if (layer->kind != FL_LAYER_CONVOLUTION) return 0;
    fl_tensor_shape out = fl_layer_out(layer, in);
    return 2 * (double)(in.n * in.c * out.c) * (double)meetings(layer, in.h, out.h) *
           (double)meetings(layer, in.w, out.w);
}

double work_of_step(const fl_layer *layers, size_t n_layers, fl_tensor_shape in)
{
    double operations = 0;
    for (size_t i = 0; i < n_layers; i++) {
        operations += (i ? 3 : 2) * work_of_pass(&layers[i], in);
        in = fl_layer_out(&layers[i], in);
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
