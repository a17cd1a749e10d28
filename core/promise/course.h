/* A rule running on arrays made for it, each between guard zones. For this folder and the tests of rules. */
#ifndef FL_PROMISE_COURSE_H
#define FL_PROMISE_COURSE_H

#include "optimizer/optimizer.h"

enum {
    FL_PROMISE_ODD = 37, /* no multiple of a vector's width */
    FL_PROMISE_N = 112,  /* floats of the tensors below */
    FL_PROMISE_TENSORS = 4,
    FL_PROMISE_MOST_TENSORS = 8
};

/* As a network has them: matrices, filters and vectors from multiples of 16 on, padded to whole lines. */
extern const fl_tensor fl_promise_tensors[FL_PROMISE_TENSORS];

typedef struct fl_promise_course fl_promise_course;
struct fl_promise_course {
    const fl_optimizer *rule;
    fl_tensor_layout layout;
    fl_tensor tensors[FL_PROMISE_MOST_TENSORS];
    double hyper[FL_HYPER_MAX];
    fl_optimizer_update update;
    float *gradient;
    fl_optimizer_own own;
    /* Fill the gradient at the present parameters, when a step begins and when the rule asks elsewhere, and return the
     * loss; NULL: it is the same everywhere. */
    double (*gradient_at)(fl_promise_course *course);
    const float *curvature; /* the diagonal of every matrix that the rule may ask for; NULL: ones */
    unsigned gradients;     /* asked for */
};

/* At its defaults, on the tensors above where `n` is FL_PROMISE_N, else on one vector of `n`; all zeros, its state not
 * yet started. */
fl_promise_course *fl_promise_course_new(const fl_optimizer *rule, size_t n);

/* Lend what the rule has of its own, and start it. */
void fl_promise_course_start(fl_promise_course *course);

/* Made and started, its parameters random. */
fl_promise_course *fl_promise_course_started(const fl_optimizer *rule, size_t n);

void fl_promise_course_step(fl_promise_course *course, double rate);

/* Steps with random gradients. */
void fl_promise_course_walk(fl_promise_course *course, unsigned steps, double rate);

/* Random numbers in every tensor and zeros in the padding. */
void fl_promise_course_draw(const fl_promise_course *course, float *values, const char *purpose, uint64_t position);

/* Parameters, state and what is the rule's own, from one course to another of the same rule and length. */
void fl_promise_course_copy(fl_promise_course *to, const fl_promise_course *from);
bool fl_promise_course_same(const fl_promise_course *a, const fl_promise_course *b);

/* Free it; a guard zone that was written to is noted until the next question. */
void fl_promise_course_free(fl_promise_course *course);
bool fl_promise_course_guarded(void);

#endif
