/* Optimizers: what an update rule may see, and the registry of rules.
 *
 * A rule sees float arrays, the shapes of the tensors in them, the scheduled rate and its hyperparameters. It cannot
 * see models, data, clocks or files (core/LAYERS), so it cannot treat a workload specially. State is borrowed:
 * `n_states` arrays as long as the parameters, zero at the start, so saving and cloning is a copy.
 */
#ifndef FL_OPTIMIZER_OPTIMIZER_H
#define FL_OPTIMIZER_OPTIMIZER_H

#include "base/entry.h"
#include "base/hyper.h"
#include "base/random.h"
#include "tensor/tensor.h"
#include <stdbool.h>
#include <stdint.h>

enum { FL_OPTIMIZER_STATES = 4 };

typedef struct fl_optimizer_update fl_optimizer_update;

/* What a rule may ask for during its step, beside the gradient it is given; the trainer answers, counts and times it.
 * Each is at `parameters` as they stand, which the rule may move and must leave where the step is to end. */
/* Matrices of the mean loss: its Hessian; the generalised Gauss-Newton matrix; the Fisher matrix, expected over the
 * targets that the outputs predict (exact), with one drawn for each example, or with the true ones. */
typedef enum fl_optimizer_curvature {
    FL_OPTIMIZER_HESSIAN,
    FL_OPTIMIZER_GGN,
    FL_OPTIMIZER_FISHER,
    FL_OPTIMIZER_FISHER_SAMPLED,
    FL_OPTIMIZER_FISHER_EMPIRICAL
} fl_optimizer_curvature;

/* What a rule will ask for, so that it is planned, and refused where the loss does not have it. */
typedef struct fl_optimizer_wants {
    bool curvature, factors, all; /* products; Kronecker factors; anything on the whole training set */
    fl_optimizer_curvature matrix;
} fl_optimizer_wants;

/* A layer with Kronecker factors: rows `row` to row + out - 1 of a weight of `in` columns; with its bias as last column
 * out x (in + 1). */
typedef struct fl_optimizer_block {
    size_t weight, bias; /* tensors of the layout */
    size_t row, out, in;
    bool has_bias;
    size_t channels; /* its inputs are doubly factored, as matrices of so many rows; 0: directly */
} fl_optimizer_block;

/* In place of a step: the whole training set, in evaluation mode, without what does not fill a last batch; and, of
 * products, the step's own batch at the parameters of its gradient, before any has moved, where what was computed for
 * the loss need not be computed again. */
#define FL_OPTIMIZER_ALL UINT64_MAX
#define FL_OPTIMIZER_HERE (UINT64_MAX - 1)

typedef struct fl_optimizer_lent {
    /* The loss on the batch of step `batch` (its own: update->step) or of FL_OPTIMIZER_ALL, for which `wants` is to say
     * so, penalties included, and with `gradient` its gradient, which takes the place of update->gradient, treated like
     * the step's: penalties added, then clipped. Not finite where the loss is not. */
    double (*evaluate)(fl_optimizer_update *update, uint64_t batch, bool gradient);
    /* Products and factors are from now on those at these parameters, which stay until the last of them, on the batch
     * of a step, FL_OPTIMIZER_HERE or FL_OPTIMIZER_ALL. */
    void (*stand)(fl_optimizer_update *update, uint64_t batch);
    /* out = M v; `l2` is on M's diagonal as its slope is in the gradient. Padding of v is zero, and then of out. */
    void (*product)(fl_optimizer_update *update, fl_optimizer_curvature matrix, const float *v, float *out);
    /* Of each block A, (in + has_bias) squared, the mean of a a^T of its inputs with a last 1; G, out squared, the mean
     * of g g^T of one example's gradients at its outputs, by drawn targets or the true ones. Of a batch alone. Of
     * doubly factored inputs, in A's place, K (channels squared), Psi (in / channels squared) and, with a bias or
     * without, a 1 (network/curvature.h). */
    void (*factors)(fl_optimizer_update *update, fl_optimizer_curvature fisher, float *const *a, float *const *g);
} fl_optimizer_lent;

struct fl_optimizer_update {
    const fl_tensor_layout *layout; /* layout->count floats in every array below; tensors for rules that need them */
    float *parameters;
    const float *gradient;             /* of the mini-batch's mean loss at the parameters */
    float *state[FL_OPTIMIZER_STATES]; /* the first n_states are there, borrowed; zero padding must stay zero in the
                                          parameters */
    float *own, *scratch;              /* as long as the rule's `own` says, aligned to 64 bytes, borrowed */
    const double *hyper;               /* in the order of the rule's table */
    bool decays_matrices_only;         /* vectors are spared the rule's weight decay (rule.h asks) */
    double rate;                       /* the scheduled learning rate of this step */
    double loss;                       /* at the parameters, penalties included; not for elementwise rules */
    uint64_t step;                     /* from 0 */
    uint64_t seed;                     /* for rules with random streams of their own */
    bool same_loss; /* this step's batch and what is drawn for it give the same function as the last step's, but for
                       rounding: the batch is the whole training set */
    double l2;      /* the penalty of that name */
    double negative_curvature; /* set by rules that look for it: directions of it that the step has met; else NAN */
    const fl_optimizer_block *blocks; /* of rules that want factors */
    size_t n_blocks;
    const fl_optimizer_lent *lent;
    void *trainer; /* for what is lent alone */
    bool served;   /* the trainer calls what is in fl_optimizer.preconditioner, and the rule leaves it alone */
};

typedef struct fl_optimizer fl_optimizer;

/* A special case: with some of its hyperparameters a rule does what a simpler one does, so that a thorough search of
 * the rule is never worse than one of its special case (Choi et al. 2019). */
typedef struct fl_optimizer_inclusion {
    const fl_optimizer *special;
    const char *how; /* "momentum = 0" */

    /* The special case's hyperparameters in the rule. `general` comes in with values that may be had; what decides is
     * overwritten, the rest may stay. Where the special case is a limit, epsilon is raised to
     * FL_OPTIMIZER_LARGE_EPSILON at least, and what holds is the rule after its start, when bias corrections have
     * become one. */
    void (*map)(const double *special, double *general);
} fl_optimizer_inclusion;

/* An epsilon beside which gradients are small: at 1 Adam comes within 3 % of momentum on a noisy quadratic with
 * curvatures of up to 10, and 1/epsilon of that beyond. */
#define FL_OPTIMIZER_LARGE_EPSILON 1.0

enum { FL_OPTIMIZER_INCLUSIONS = 2 };

/* Floats of a rule's own. `kept` start as zeros and go from step to step, in checkpoints too; doubles may lie in them.
 * `scratch` is for one step. */
typedef struct fl_optimizer_own {
    size_t kept, scratch;
} fl_optimizer_own;

/* Steps from one measurement of statistics to the next, and from one inversion to the next. */
typedef struct fl_optimizer_periods {
    uint64_t statistics, inverses;
} fl_optimizer_periods;

/* The costly parts of a preconditioner, whose results serve many steps: statistics of a batch, and inverses of their
 * running average. By itself a rule does them when its periods say so; method `distributed_kfac` has others do them
 * meanwhile (update->served). */
typedef struct fl_optimizer_preconditioner {
    size_t (*floats)(const fl_optimizer_update *update); /* of a batch's statistics, and as many of all inverses */
    fl_optimizer_periods (*periods)(const double *hyper);
    size_t per_block;                                                  /* inverses */
    double (*cost)(const fl_optimizer_update *update, size_t inverse); /* of one of n_blocks * per_block; operations */
    fl_tensor_extent (*place)(const fl_optimizer_update *update, size_t inverse); /* of one among all */
    void (*measure)(fl_optimizer_update *update, float *statistics);   /* where the trainer stands */
    void (*average)(fl_optimizer_update *update, const float *statistics);
    void (*invert)(fl_optimizer_update *update, size_t inverse, float *inverses); /* one, to its place among all */
    void (*use)(fl_optimizer_update *update, const float *inverses);
} fl_optimizer_preconditioner;

struct fl_optimizer {
    fl_entry entry;
    const fl_hyper *hypers; /* always contains learning_rate, whose value reaches the rule as `rate` */
    size_t n_hypers;
    size_t n_states;
    /* Each number moves by its own gradient and state alone, whatever its tensor: `step` may be given the arrays in
     * pieces, each with a `layout` of its length and without tensors, and never asks for the gradient again. */
    bool elementwise;
    bool asks_again; /* may call what is lent: its step is not of the given gradient alone */
    /* Looks at rows and columns: every array is in the canonical layout of tensor/tensor.h, whatever the backend's.
     * Without it what a step does to a tensor's numbers may not depend on their order. */
    bool canonical;
    bool dense; /* computes by math/dense.h: its bits depend on the machine, and it may be missing */
    /* True: only the loss is computed before this step, which asks for gradients where it wants them. NULL: never. */
    bool (*declines_gradient)(const fl_optimizer_update *update);
    const char *amortized; /* the cost of a step that most steps do not have, in words; NULL: every step is alike */
    /* The curvature of a quadratic beyond which the rule diverges at this rate (Cohen et al. 2021, 2022): of P^-1/2 H
     * P^-1/2 where `precondition` writes P^-1/2, after a step, as the parameters lie. NULL: it is not known. */
    double (*stable_below)(const double *hyper, double rate);
    void (*precondition)(const fl_optimizer_update *update, float *factors);
    const fl_optimizer_preconditioner *preconditioner; /* NULL: it has none that others could serve */
    /* NULL: nothing of its own. */
    fl_optimizer_own (*own)(const fl_optimizer_update *update); /* by layout, hyperparameters and blocks */
    fl_optimizer_wants (*wants)(const double *hyper);           /* NULL: gradients alone */
    /* False with a message where the rule cannot take so many parameters. NULL: it takes any. */
    bool (*accepts)(size_t n_parameters, const double *hyper, fl_error *error);
    void (*start)(
        fl_optimizer_update *update); /* fill the state where zeros are not the rule's start; NULL otherwise */
    /* Before each step, on the whole arrays: put the parameters where the step's loss and gradient are taken. Between
     * steps they lie where evaluations want them. NULL: nowhere else. */
    void (*look)(fl_optimizer_update *update);
    void (*step)(fl_optimizer_update *update); /* one update of the parameters, in place */
    fl_optimizer_inclusion includes[FL_OPTIMIZER_INCLUSIONS +
                                    1]; /* the nearest special cases; theirs are this rule's too. Ends with none */
};

/* True when `special` is a special case of `general`, perhaps by way of rules between them; then `mapped` (both tables
 * hold FL_HYPER_MAX) is filled as fl_optimizer_inclusion says. A rule is no special case of itself. */
bool fl_optimizer_map(const fl_optimizer *general, const fl_optimizer *special, const double *hyper, double *mapped);

/* Does the rule say of itself what others rely on: a name, a step, a table that begins with the learning rate, as many
 * states as are lent? Else a message without its name. */
bool fl_optimizer_well_formed(const fl_optimizer *rule, fl_error *error);

/* A rule from outside joins the registry; it lives as long as the process, and its name is no other's. False with a
 * message where there are too many. */
bool fl_optimizer_add(const fl_optimizer *optimizer, fl_error *error);

/* Every optimizer, NULL-ended, in the order of list.h; then those that were added. */
const fl_optimizer *const *fl_optimizers(void);
const fl_optimizer *fl_optimizer_find(const char *name, fl_error *error);

#endif
