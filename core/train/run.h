/* One trial under way: what its start, its steps and its checkpoints share. For this folder only. */
#ifndef FL_TRAIN_RUN_H
#define FL_TRAIN_RUN_H

#include "base/arena.h"
#include "train/around.h"
#include "train/average.h"
#include "train/ensemble.h"
#include "train/checkpoint.h"
#include "train/plans.h"
#include "train/tree.h"

/* Canonical arrays for a rule that looks at rows and columns; none where the network's are canonical. */
typedef struct fl_train_view {
    fl_tensor_layout layout;
    float *parameters, *gradient; /* NULL: none */
} fl_train_view;

/* The network's state before and after the step's first forward, for rules that compute gradients elsewhere too: those
 * start from the one and leave the other. */
typedef struct fl_train_passing {
    float *before, *after;
    size_t count; /* 0: the network has none, or the rule asks for nothing */
} fl_train_passing;

/* What lies in the network: micro-batch `part` of step `step` - 1; 0: nothing. */
typedef struct fl_train_loaded {
    size_t step, part;
    bool passed; /* its last forward was of that, at the parameters that it has */
} fl_train_loaded;

/* What a rule that asks for curvature asks of. */
typedef struct fl_train_standing {
    uint64_t batch;           /* the step, or FL_OPTIMIZER_ALL */
    fl_network_curvature *of; /* borrowed: one of the plans' */
    float *v, *out, *sum;     /* as the network's parameters lie */
    fl_optimizer_block *blocks;
} fl_train_standing;

/* Arrays that a rule's process sees, where they are not the trainer's own. */
typedef struct fl_train_copy {
    float *parameters, *gradient; /* parameters NULL: nothing is copied */
    bool knows_parameters;        /* which only the rule moves */
} fl_train_copy;

/* Whose shares of a step's batch the next passes compute: those of workers first..first+n-1, of `of` equal ones. */
typedef struct fl_train_sharing {
    size_t first, n, of;
} fl_train_sharing;

/* What the workers of a parallel method have for themselves (train/workers.h). */
typedef struct fl_train_workers {
    size_t n, first, end; /* all; those that this process carries */
    size_t n_state;       /* of `states`, floats of each; 0: there is one worker, or the network has no state */
    float *states;        /* the network's state as each has it */
    float *parameters;    /* as the rule has them; NULL: all share the network's */
    uint64_t losses_sent; /* the exchange that brings the losses of the present step, */
    double *losses;       /* which these are, */
    double *squares;      /* and of the gradients apart, as gradient_square */
    fl_train_tree tree;
} fl_train_workers;

/* What adds up from step to step where a model is divided among workers: seconds of the virtual clock, if there is one,
 * and bytes that crossed between workers. */
enum { FL_TRAIN_SECONDS, FL_TRAIN_BYTES, FL_TRAIN_LEDGER };

typedef struct fl_train_run {
    const fl_trial *trial;
    const fl_train_callbacks *callbacks;
    const fl_train_checkpoint_options *checkpoints; /* NULL: no checkpoints */
    size_t timeline;                                /* the first steps whose spans are written down */
    fl_train_plans *plans;
    fl_train_carriers *carriers; /* borrowed; NULL: this process is alone */
    const char *host;            /* key of machine and build, where it is not alone */
    fl_network *network;
    const struct fl_train_method *method; /* train/method.h */
    fl_train_workers workers;
    fl_train_sharing sharing;
    void *servers;     /* what a method that is no matter of workers keeps, in the arena */
    double *ledger;    /* FL_TRAIN_LEDGER sums; NULL: the method divides no model */
    size_t n_rules;    /* so many times a rule's state is lent: once, or to each worker */
    size_t rule_began; /* the step that is the rule's first */
    fl_outcome *outcome;
    fl_arena *arena;
    fl_dataset_order order, order_of_statistics; /* of a method's statistics workers; else empty */
    fl_optimizer_update update;
    fl_train_around around;
    double undecayed[FL_HYPER_MAX]; /* the rule's hyperparameters, weight_decay 0 */
    bool whole;                     /* every step has the same examples, and nothing is drawn for them */
    bool declined;                  /* the rule wants no first gradient of this step */
    fl_train_loaded loaded;
    size_t gradients_of_step; /* so far */
    double gradient_square;   /* of the first of them, before clipping; if somebody looks at single steps */
    fl_train_view view;
    fl_train_passing passing;
    fl_train_standing standing;
    fl_optimizer_own own;        /* how long update.own and update.scratch are */
    fl_schedule_context context; /* to the schedule */
    fl_train_checkpoint checkpoint;
    fl_train_average average;
    fl_train_ensemble ensemble;
    struct fl_train_curvature *curvature; /* NULL: it is not measured */
    struct fl_client *client;             /* NULL: the rule is in this process */
    fl_train_copy copy;
    fl_tensor_extent *padding; /* of the rule's parameters, where its process could write */
    size_t n_padding;
    bool warned;                              /* that its state cannot be saved */
    const volatile sig_atomic_t *leave_asked; /* of this process; NULL: nobody asks */
    bool wished;           /* to leave, and process 0 has been told; on the real clock process 0's is another's wish */
    size_t leaves_after;   /* the step after which all processes do (train/handover.h); 0: none is known */
    float *canonical;      /* n_parameters floats and the running statistics, for evaluations and the hash */
    size_t *history_steps; /* evaluations so far: the schedule's history */
    double *history_losses;
    float *sum;   /* of micro-batches' gradients, as the network's lies; NULL: a share is computed whole */
    float *shown; /* a batch, for callbacks */
    int32_t *shown_labels;
    float *shown_targets; /* NULL: the loss wants none */
    double started, loss, rate;
    double measuring;     /* seconds of outcome->seconds.curvature that the rule did not ask for */
    double lap;           /* when the present lap of the timer began */
    size_t step;          /* from 0 */
    size_t multiple;      /* the step's batch is so many of the trial's batch size */
    uint64_t first_batch; /* of that size, from 0: the step's first */
} fl_train_run;

/* Allocate all memory and put the first step's state in place: a checkpoint's, or the initial one. False with a
 * message when the file of the checkpoint must not be used. */
bool fl_train_run_start(fl_train_run *run, fl_error *error);

/* outcome->points has one more: it joins the schedule's history and is passed to the callback. */
void fl_train_run_note_point(fl_train_run *run);

/* Is there an evaluation after so many steps? */
bool fl_train_run_is_due(const fl_train_run *run, size_t done, bool last);

/* Is the present step's loss beyond the trial's `stop_above`? */
bool fl_train_run_loss_exceeded(const fl_train_run *run);

/* Can the present step, whose loss is known, be the last: of all, by its loss, or by the evaluation after it? */
bool fl_train_run_may_end(const fl_train_run *run);

/* Allocate what the rule is lent. False with a message where that does not fit. */
bool fl_train_run_lend(fl_train_run *run, fl_error *error);

/* Start the process of a rule that has one, and lend it its arrays. */
bool fl_train_run_start_client(fl_train_run *run, fl_error *error);

/* Let it move the parameters; what goes wrong is the outcome's status and reason. */
void fl_train_run_ask_client(fl_train_run *run);

/* After the last step: what it said beyond its answers fails the trial, as within it. */
void fl_train_run_end_client(fl_train_run *run);

/* The network's parameters are in place: the state's first values. */
void fl_train_run_start_rule(fl_train_run *run);

/* The rule's parameters have changed as a whole: the network is to see them. */
void fl_train_run_show_parameters(fl_train_run *run);

extern const fl_optimizer_lent fl_train_run_lent;

/* A curvature goes to the network's parameters and batch, from `state` as fl_network_curvature_at does, and by the
 * values of the network's last forward where that was of both. The rule asks of it from now on. */
void fl_train_run_put_curvature(fl_train_run *run, fl_network_curvature *curvature, const float *state);

/* The whole gradient has come: what stands around every rule, then where the rule reads it. */
void fl_train_run_take_gradient(fl_train_run *run);

/* The rule's parameters are now these, and the network sees them; and the reverse. */
void fl_train_run_put(fl_train_run *run, const float *parameters);
void fl_train_run_take(const fl_train_run *run, float *parameters);

/* What the penalties add to the loss at the network's parameters. */
double fl_train_run_penalty(const fl_train_run *run);

/* Before forward: the step's parameters are where the rule wants its loss. */
void fl_train_run_look(fl_train_run *run);

/* How many examples the step's batch has, and the largest one of any step. */
size_t fl_train_run_examples(const fl_train_run *run);
size_t fl_train_run_most_examples(const fl_train_run *run);

/* Micro-batches of a share of the step's batch. */
size_t fl_train_run_parts(const fl_train_run *run);

/* Numbers first..first+count-1 of the network's gradient join those of `sum`, which lies as it does; of the last of
 * `parts` they become the mean of all. */
void fl_train_run_add_gradient(fl_train_run *run, float *sum, size_t first, size_t count, size_t part, size_t parts);

/* Examples `part` * n to (part + 1) * n - 1 of the batch of `step`, this one or a later one as large; n divides the
 * trial's batch size. */
void fl_train_run_gather(fl_train_run *run, size_t step, size_t part, size_t n, fl_dataset_input input,
                         int32_t *labels);

/* Micro-batch `part` of the batch of `step` into the network, or its whole batch, unless it lies there; or the
 * examples of the training set as it stands, without what is drawn. */
void fl_train_run_load(fl_train_run *run, size_t step, size_t part);
void fl_train_run_load_any(fl_train_run *run, size_t part);

/* Load the shares of the step's batch and compute their mean loss; of several shares or micro-batches the gradient with
 * it. Times both. */
double fl_train_run_forward(fl_train_run *run);

/* The gradient at the parameters of the last forward, counted. */
void fl_train_run_backward(fl_train_run *run, fl_network_done *done);

/* The loss of the batch of `step`, from 0, once more or at another time, and where it is wanted the gradient, counted.
 */
double fl_train_run_pass(fl_train_run *run, size_t step, bool gradient);

/* After forward: the gradient, and the optimizer's step at run->rate; times both. The second is the step alone, by the
 * gradient that lies in the network. */
void fl_train_run_backward_and_update(fl_train_run *run);
void fl_train_run_update(fl_train_run *run);

/* The same of numbers first..first+count-1 alone, by a rule that moves each by itself. */
void fl_train_run_update_range(fl_train_run *run, size_t first, size_t count);

/* A step by one gradient: look, forward, and backward and update unless the loss is not finite. */
void fl_train_run_step(fl_train_run *run);

/* Make ready to measure the curvature where the trial asks for it; measure it after `done` steps where that is due. */
bool fl_train_run_measure_start(fl_train_run *run, fl_error *error);
void fl_train_run_measure(fl_train_run *run, size_t done);

/* Tell the callback of the rule's preconditioner after the last step, where it has one. */
void fl_train_run_tell_preconditioner(const fl_train_run *run);

/* The schedule's rate of run->step, by the evaluations so far. */
double fl_train_run_rate(fl_train_run *run);

/* A lap timer: add the time since the last lap to a part of outcome->seconds. */
void fl_train_run_end_lap(fl_train_run *run, double *part);

/* Go on from the checkpoint if there is a good one: *resumed. False as for fl_train_run_start. */
bool fl_train_run_resume(fl_train_run *run, bool *resumed, fl_error *error);

/* For a method's `keep`: an array that a step leaves to the next, with a part for each of workers that are apart. */
void fl_train_run_keep(fl_train_run *run, float *values, size_t count);

/* Is this process asked to save and leave? */
static inline bool fl_train_run_leave_asked(const fl_train_run *run)
{
    return run->leave_asked && *run->leave_asked;
}

/* Save the state after the step run->step, and leave, where the options of checkpoints ask for it. */
void fl_train_run_save_if_due(fl_train_run *run);

#endif
