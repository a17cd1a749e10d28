/* When the stages of a pipeline compute (Huang et al. 2019, GPipe): every micro-batch forward through all stages, then
 * every one backward. A stage computes one at a time, in their order, as soon as the stage before it, backward the one
 * behind it, is done with it.
 */
#ifndef FL_VIRTUAL_PIPELINE_H
#define FL_VIRTUAL_PIPELINE_H

#include <stddef.h>

/* Seconds of a stage for one micro-batch. */
typedef struct fl_virtual_stage {
    double forward, backward;
} fl_virtual_stage;

typedef struct fl_virtual_span {
    double from, to;
} fl_virtual_span;

/* What each stage does when: of stage s micro-batch m forward at [s * 2 * parts + m], backward at [... + parts + m].
 * Returns when the last one ends. */
double fl_virtual_pipeline(const fl_virtual_stage *stages, size_t n_stages, size_t parts, fl_virtual_span *spans);

/* The share of all stages' time in which they wait. */
double fl_virtual_pipeline_bubble(const fl_virtual_span *spans, size_t n_stages, size_t parts);

#endif
