/* Counting arithmetic, and holding it against the roofline. */
#include "kernels/work.h"
#include "roofline/roofline.h"

double work_of_pass(const fl_layer *layer, fl_shape in)
{
    fl_block tensors[FL_LAYER_TENSORS];
    if (layer->kind != FL_DENSE && layer->kind != FL_CONVOLUTION) return 0;
    fl_shape out = fl_layer_out(layer, in);
    fl_layer_tensors(layer, in, tensors);
    return 2 * (double)tensors[0].n_values * (double)(out.n * out.h * out.w);
}

double work_of_step(const fl_layer *layers, size_t n_layers, fl_shape in)
{
    double operations = 0;
    for (size_t i = 0; i < n_layers; i++) {
        operations += (i ? 3 : 2) * work_of_pass(&layers[i], in);
        in = fl_layer_out(&layers[i], in);
    }
    return operations;
}

void work_count(gbench *run, double operations, fl_precision precision)
{
    double peak = roofline_product(precision, NULL);
    gbench_rate(run, "GFLOP/s", operations / 1e9);
    gbench_count(run, "peak_GFLOP/s", peak / 1e9);
    gbench_rate(run, "share_of_peak", operations / peak);
}
