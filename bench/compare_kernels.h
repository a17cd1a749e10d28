/* Two measurements of the same kernels: which became slower, which faster, and where no difference is shown.
 *
 * A difference is claimed when two independent questions agree: the repetitions do not look like draws from one
 * distribution (Mann-Whitney, Holm's correction over all benchmarks, p < .05), and the medians differ by more than the
 * benchmark's own noise. The second is needed because repetitions in one process share its luck (where memory landed, what
 * else ran), so that two runs of one program are often significantly different.
 *
 * The noise is the largest of the interquartile ranges over the medians, on both sides. One process does not know how
 * much processes differ, so there is more to it: the difference between the medians of the base and of another measurement of the
 * same program (A/A) where there is one; else, where neither side was pooled from several files, an assumed 5 %.
 */
#ifndef BENCH_COMPARE_KERNELS_H
#define BENCH_COMPARE_KERNELS_H

#include "compare_runs.h"
#include <jansson.h>

typedef enum compare_verdict { COMPARE_SAME, COMPARE_FASTER, COMPARE_SLOWER, COMPARE_VERDICTS } compare_verdict;
const char *compare_verdict_name(compare_verdict verdict); /* "no difference shown", "faster", "slower" */

typedef struct compare_kernel {
    const compare_run *base, *now;   /* borrowed */
    double base_seconds, now_seconds; /* medians */
    double ratio;                    /* of the medians: above 1 is slower */
    double noise;                    /* as a share: .03 says that 3 % mean nothing */
    double p, p_adjusted;
    compare_verdict verdict;
} compare_kernel;

typedef struct compare_kernels {
    compare_kernel *items; /* the benchmarks in both, in the order of the base; owned */
    size_t n, counts[COMPARE_VERDICTS];
    size_t n_alone;      /* benchmarks in one of the two only */
    size_t n_too_few;    /* benchmarks whose repetitions are too few for any claim */
    size_t least_needed; /* repetitions of both that make a claim possible */
} compare_kernels;

/* Compare; `again` holds more measurements of the base's program, or nothing. All three must outlive the result. */
compare_kernels compare_kernels_make(const compare_runs *base, const compare_runs *now, const compare_runs *again);
void compare_kernels_free(compare_kernels *kernels);

/* On stdout, for people; and as an object, new reference. */
void compare_kernels_print(const compare_kernels *kernels);
json_t *compare_kernels_json(const compare_kernels *kernels);

#endif
