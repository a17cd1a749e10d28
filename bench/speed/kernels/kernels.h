/* The kernel benchmarks by groups: each call registers one group with gbench, in the order of the output. */
#ifndef BENCH_SPEED_KERNELS_KERNELS_H
#define BENCH_SPEED_KERNELS_KERNELS_H

void kernels_layers(void);    /* every dense layer, convolution and pool of the models, pass by pass */
void kernels_updates(void);   /* every optimizer's update */
void kernels_dense(void);     /* products, eigenproblems and QR of rules that look at matrices */
void kernels_factors(void);   /* K-FAC's inverses of a wide layer, directly and doubly factored */
void kernels_curvature(void); /* products with a network's curvature */
void kernels_batches(void);   /* gathering a batch */
void kernels_initial(void);   /* drawing initial weights */
void kernels_steps(void);     /* a whole training step of every workload */
void kernels_trials(void);    /* a trial that trains nothing */
void kernels_records(void);   /* writing a trial down */

#endif
