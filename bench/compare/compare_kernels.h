/* Two measurements of the same kernels: which became slower, which faster, and where no difference is shown.
 *
 * A difference is claimed when two questions agree: the times do not look like draws from one distribution
 * (Mann-Whitney, Holm's correction over all benchmarks, p < .01), and the medians differ by more than the benchmark's
 * own noise.
 *
 * The repetitions of one process share its luck (where memory landed, what else ran), so two processes of one program
 * are often significantly different. Where a side is a folder with a file per process, each process is one draw and the
 * test knows how much processes differ; one process cannot know, and its noise must come from elsewhere: from other
 * measurements of the base's program (A/A), or 5 % are assumed.
 *
 * So the noise is the largest of the interquartile ranges of both sides over their medians, and of the differences
 * between the base's median and that of each further process of the same program.
 */
#ifndef BENCH_COMPARE_COMPARE_KERNELS_H
#define BENCH_COMPARE_COMPARE_KERNELS_H

#include "compare/compare_runs.h"
#include <jansson.h>

typedef enum compare_verdict { COMPARE_SAME, COMPARE_FASTER, COMPARE_SLOWER, COMPARE_VERDICTS } compare_verdict;
const char *compare_verdict_name(compare_verdict verdict); /* "no difference shown", "faster", "slower" */

typedef struct compare_kernel {
    const compare_run *base, *now;    /* borrowed */
    double base_seconds, now_seconds; /* medians */
    double ratio;                     /* of the medians: above 1 is slower */
    double noise;                     /* as a share: .03 says that 3 % mean nothing */
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

/* Compare times that are `unit`; `again` holds further processes of the base's program, or nothing. All three must
 * outlive the result. */
compare_kernels compare_kernels_make(const compare_runs *base, const compare_runs *now, compare_unit unit,
                                     const compare_runs *again);
void compare_kernels_free(compare_kernels *kernels);

/* On stdout, for people; and as an object, new reference. */
void compare_kernels_print(const compare_kernels *kernels);
json_t *compare_kernels_json(const compare_kernels *kernels);

#endif
