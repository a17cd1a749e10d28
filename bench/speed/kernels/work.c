/* Counting arithmetic, and holding it against the roofline. */
#include "speed/kernels/work.h"
#include "layer/operations.h"
#include "speed/roofline/roofline.h"
#include "workload/workload.h"

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
        operations += (before ? 3 : 2) * fl_layer_operations(&layers[i], in[0]);
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

void work_count_timed(gbench *run, double operations, double seconds, double peak)
{
    gbench_count(run, "GFLOP/s", operations / seconds / 1e9);
    gbench_count(run, "peak_GFLOP/s", peak / 1e9);
    gbench_count(run, "share_of_peak", operations / seconds / peak);
}

void work_traffic(gbench *run, double bytes)
{
    static double memory; /* measured once: it takes a while */
    if (memory == 0) memory = roofline_bandwidth(ROOFLINE_TRIAD);
    gbench_rate(run, "GB/s", bytes / 1e9);
    gbench_count(run, "memory_GB/s", memory / 1e9);
    gbench_rate(run, "share_of_memory", bytes / memory);
}
