/* What Newton's method and its relatives share: theta' = theta - eta_t (M + damping I)^-1 g, for a matrix M.
 *
 *   direct   M is formed column by column and factored, symmetric and indefinite (LAPACK's ssysv); negative pivots are
 *            counted as directions of negative curvature, and a singular matrix leaves the parameters where they are
 *   cg       conjugate gradients from 0 until the residual is cg_tolerance of g; at negative curvature the step is what
 *            has been found so far, or g where that is nothing (Nocedal and Wright 2006, Algorithm 7.1)
 */
#ifndef FL_OPTIMIZER_CURVED_H
#define FL_OPTIMIZER_CURVED_H

#include "optimizer/rule.h"

/* The rows of a table, in this order; a rule may add its own behind them. */
enum {
    FL_OPTIMIZER_CURVED_RATE,
    FL_OPTIMIZER_CURVED_DAMPING,
    FL_OPTIMIZER_CURVED_SOLVER,
    FL_OPTIMIZER_CURVED_ITERATIONS,
    FL_OPTIMIZER_CURVED_TOLERANCE,
    FL_OPTIMIZER_CURVED_BATCH,
    FL_OPTIMIZER_CURVED_HYPERS
};

extern const char *const fl_optimizer_curved_solvers[], *const fl_optimizer_curved_batches[];

/* The rows themselves: whole tables, or the beginning of one. */
extern const fl_hyper fl_optimizer_curved_hypers[FL_OPTIMIZER_CURVED_HYPERS];
#define FL_OPTIMIZER_CURVED_ROWS                                                                                       \
    FL_OPTIMIZER_LEARNING_RATE,                                                                                        \
        { .name = "damping",                                                                                           \
          .help = "added to every eigenvalue",                                                                         \
          .scale = FL_HYPER_LOG,                                                                                       \
          .default_value = 1e-3,                                                                                       \
          .max = HUGE_VAL },                                                                                           \
        { .name = "solver",                                                                                            \
          .help = "form the matrix and factor it, up to 4000 parameters; or conjugate gradients",                      \
          .scale = FL_HYPER_CHOICE,                                                                                    \
          .max = 1,                                                                                                    \
          .choices = fl_optimizer_curved_solvers },                                                                    \
        { .name = "cg_iterations",                                                                                     \
          .help = "products of a step with conjugate gradients, at most",                                              \
          .scale = FL_HYPER_INTEGER,                                                                                   \
          .default_value = 50,                                                                                         \
          .min = 1,                                                                                                    \
          .max = 10000 },                                                                                              \
        { .name = "cg_tolerance",                                                                                      \
          .help = "of the gradient, at which conjugate gradients stop",                                                \
          .scale = FL_HYPER_LOG,                                                                                       \
          .default_value = 1e-4,                                                                                       \
          .max = HUGE_VAL },                                                                                           \
    {                                                                                                                  \
        .name = "curvature_batch", .help = "curvature of the step's batch, or of the whole training set",              \
        .scale = FL_HYPER_CHOICE, .max = 1, .choices = fl_optimizer_curved_batches                                     \
    }

fl_optimizer_own fl_optimizer_curved_own(const fl_optimizer_update *update);
fl_optimizer_wants fl_optimizer_curved_wants(const double *hyper, fl_optimizer_curvature matrix);
bool fl_optimizer_curved_accepts(size_t n_parameters, const double *hyper, fl_error *error);
void fl_optimizer_curved_step(fl_optimizer_update *update, fl_optimizer_curvature matrix);

/* SGD: the damping outweighs the curvature. */
void fl_optimizer_curved_map_sgd(const double *sgd, double *general);

/* What the structs of these rules share beside their names, tables and matrices. */
#define FL_OPTIMIZER_CURVED_PARTS                                                                                      \
    .asks_again = true, .canonical = true, .dense = true, .own = fl_optimizer_curved_own,                              \
    .accepts = fl_optimizer_curved_accepts,                                                                            \
    .includes = { { &fl_optimizer_sgd, "damping large", fl_optimizer_curved_map_sgd } }

#endif
