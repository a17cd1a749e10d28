/* How much arithmetic was done (layer/operations.h), held against what the machine can do. */
#ifndef BENCH_SPEED_KERNELS_WORK_H
#define BENCH_SPEED_KERNELS_WORK_H

#include "speed/gbench/gbench.h"
#include "backend/backend.h"

/* Operations of a training step: three passes per layer, two where nothing before it is trained, for it has no data
 * gradient. */
double work_of_step(const fl_layer *layers, size_t n_layers, fl_tensor_shape input);

/* Show `operations` per iteration as GFLOP/s, beside the measured peak and as a share of it. */
void work_count(gbench *run, double operations, fl_backend_precision precision);

/* The same of `operations` in `seconds` that the benchmark took by itself, beside a peak of as many a second. */
void work_count_timed(gbench *run, double operations, double seconds, double peak);

/* Show `bytes` moved per iteration as GB/s, beside the measured speed of memory (triad) and as a share of it; above one
 * where a cache holds them. */
void work_traffic(gbench *run, double bytes);

#endif
