/* A trial: one training run in which every hyperparameter is a number and every random stream has a seed.
 *
 * A trial travels as JSON (to a worker, into a record) and as a command line (`fairlead trial ...`); both
 * give back the same trial. Its identity is a hash of everything that was chosen, not of the machine and not of
 * the study that asked for it.
 */
#ifndef FL_TRIAL_TRIAL_H
#define FL_TRIAL_TRIAL_H

#include "base/json.h"
#include "base/text.h"
#include "backend/backend.h"
#include "trial/point.h"
#include "trial/setting.h"
#include "dataset/examples.h"

/* Which evaluations look at the test set, which is as large as the rest of an evaluation: all, or those alone whose
 * test error may be reported, the final one and, where the best one is scored, each that is better than all before it.
 */
typedef enum fl_trial_test {
    FL_TRIAL_TEST_ALL,
    FL_TRIAL_TEST_FINAL,
    FL_TRIAL_TEST_BEST_VAL_LOSS,
    FL_TRIAL_TEST_BEST_VAL_ERROR,
    FL_TRIAL_TESTS
} fl_trial_test;
const char *fl_trial_test_name(fl_trial_test test); /* "all", "final", "best_val_loss", "best_val_error" */
bool fl_trial_test_find(const char *name, fl_trial_test *test, fl_error *error);

/* Weights averaged beside those that are trained, and evaluated beside them: exponentially, theta_ema' = d theta_ema +
 * (1-d) theta from the first step on, or the plain mean of the tail of the training (Polyak and Juditsky 1992). */
typedef enum fl_trial_average {
    FL_TRIAL_AVERAGE_NONE,
    FL_TRIAL_AVERAGE_EMA,  /* amount: the decay d */
    FL_TRIAL_AVERAGE_TAIL, /* amount: the share of the steps before the first that counts */
    FL_TRIAL_SNAPSHOTS,    /* no weights: the mean of the predictions of the last snapshots, taken wherever the schedule
                            * starts again (Huang et al. 2017); amount: how many */
    FL_TRIAL_AVERAGES
} fl_trial_average;

typedef struct fl_trial_averaging {
    fl_trial_average method;
    double amount;
} fl_trial_averaging;

/* A trial ends once so many evaluations in a row have not been below the lowest before; 0: it does not. */
typedef struct fl_trial_patience {
    size_t evaluations;
    fl_trial_metric metric;
} fl_trial_patience;

typedef struct fl_trial {
    fl_trial_owners owners; /* optimizer, schedule, workload */
    fl_trial_values values;
    double *rates; /* schedule `list` only: one rate per step; owned */
    size_t n_rates;
    const fl_backend *backend;
    fl_backend_precision precision;
    size_t batch_size, steps;
    size_t workers;                       /* of its parallel method; 1 without one */
    const struct fl_virtual_trace *trace; /* of durations `trace`; borrowed, the process has it for good */
    size_t micro_batch; /* examples computed at once, whose gradients are added up to the batch's; 0: the whole batch */
    size_t eval_every;  /* steps between evaluations; 0: none */
    double eval_ratio;  /* not 0: after steps that grow by this ratio, above 1, instead; `eval_every` is 1 then */
    fl_trial_test test;
    unsigned threads;
    uint64_t seed; /* below 2^53 */
    fl_dataset_split split;
    fl_init init;      /* fl_trial_init has the last word */
    double stop_above; /* end early once the loss exceeds this many times the first one; 0: never */
    fl_trial_averaging average;
    fl_trial_patience patience;
    size_t curvature_every; /* steps between measurements of the curvature (train/curvature.h); 0: none */
} fl_trial;

/* An average by name, with its usual amount; what is written into a trial's object, read from one or from a study's,
 * and said on a command line. */
const char *fl_trial_average_name(fl_trial_average method);
bool fl_trial_average_find(const char *name, fl_trial_averaging *averaging, fl_error *error);
bool fl_trial_averaging_accepts(const fl_trial_averaging *averaging, fl_error *error);
void fl_trial_averaging_json(const fl_trial_averaging *averaging, json_t *object);
bool fl_trial_averaging_read(fl_json_node object, fl_trial_averaging *averaging, fl_error *error);
void fl_trial_averaging_command(const fl_trial_averaging *averaging, fl_text *text);
void fl_trial_patience_json(const fl_trial_patience *patience, json_t *object);
bool fl_trial_patience_read(fl_json_node object, fl_trial_patience *patience, fl_error *error);

/* A trial of these with every default (trial/default.h), the workload's initialisation and the data set's split; the
 * learning rate is still missing. */
fl_trial fl_trial_default(const fl_trial_owners *owners);
fl_trial fl_trial_copy(const fl_trial *trial);
void fl_trial_free(fl_trial *trial); /* what it owns, not the struct */

/* The largest seed, and the largest count a study may hold: whole numbers stay exact in a double. */
#define FL_TRIAL_SEED_MAX (((uint64_t)1 << 53) - 1)

enum { FL_TRIAL_THREADS_MAX = 4096 }; /* more than any machine has: a slip of the pen */

/* True when the trial can be run on a data set with `n_training` training examples (SIZE_MAX: not known yet); else a
 * message without a place. */
bool fl_trial_accepts(const fl_trial *trial, size_t n_training, fl_error *error);

/* Does an evaluation follow the step that is the `done`-th, when the one before followed the `before`-th (0: there is
 * none)? One always follows the last. */
bool fl_trial_evaluates(const fl_trial *trial, size_t before, size_t done);

/* How many evaluations a run has that ends after `steps` steps. */
size_t fl_trial_evaluations(const fl_trial *trial, size_t steps);

/* Steps between the evaluation after `step` steps and the one before it: what happens in between is seen there. 0 for
 * an infinite step that depends on a ratio. */
double fl_trial_resolution(const fl_trial *trial, double step);

/* Examples of a batch that a worker computes: all where its method does not divide it. */
size_t fl_trial_share(const fl_trial *trial);

/* The workers whose batches batch norm's statistics are of, together; 0: of each share by itself. */
size_t fl_trial_shared_statistics(const fl_trial *trial);

/* On the real clock every worker is a process, and so is every server: how many servers it has, and how many processes
 * there must be. 0: it has no such clock, and any number up to its workers' carries it to the same bits. */
size_t fl_trial_servers(const fl_trial *trial);
size_t fl_trial_processes(const fl_trial *trial);

/* Into so many slices, each a server's, the parameters are divided; 1: they are not. */
size_t fl_trial_slices(const fl_trial *trial);

/* Examples of one forward and backward. */
size_t fl_trial_micro_batch(const fl_trial *trial);

/* A batch of all examples: its size is known once the workload and the split are. Resolves it, and then takes the
 * largest divisor of a worker's share up to the micro-batch. Others are left alone. */
#define FL_TRIAL_BATCH_ALL SIZE_MAX
void fl_trial_resolve_batch(fl_trial *trial);

/* Batches that grow (trial/around.h): does this trial have them, how many times batch_size is the batch of `step` (from
 * 0) of `n_training` examples, and how many batches of that size are before it? */
bool fl_trial_grows(const fl_trial *trial);
size_t fl_trial_multiple(const fl_trial *trial, size_t step, size_t n_training);
uint64_t fl_trial_batches_before(const fl_trial *trial, size_t step, size_t n_training);

/* The layers and the initial parameters of its workload, with what the trial puts in their place (trial/model.h);
 * `layers` holds FL_WORKLOAD_LAYERS. Returns how many. */
size_t fl_trial_layers(const fl_trial *trial, fl_layer *layers);
fl_init fl_trial_init(const fl_trial *trial);

/* A precision by name. */
bool fl_trial_precision_find(const char *name, fl_backend_precision *precision, fl_error *error);

/* Workload, optimizer, schedule, backend and precision, as tables name them. */
enum { FL_TRIAL_NAMES = 5 };
void fl_trial_names(const fl_trial *trial, const char *names[FL_TRIAL_NAMES]);

/* How many examples of the training file validate, the data set's default included. */
size_t fl_trial_validation(const fl_trial *trial);

/* "end", "start" or "seeded". */
bool fl_trial_split_from_find(const char *name, fl_dataset_split_from *from, fl_error *error);

/* Overrides in a study or a trial: {"validation": 5000, "from": "end", "seed": 0}, each key optional; and
 * {"weights": "truncated_normal", "argument": 0.1, "bias": 0}. */
bool fl_trial_split_read(fl_json_node node, fl_dataset_split *split, fl_error *error);
bool fl_trial_init_read(fl_json_node node, fl_init *init, fl_error *error);

/* The trial as an object; hyperparameters resolved, defaults included; a workload that is not known by its name alone
 * has the hash of its definition in `definition`. New reference. */
json_t *fl_trial_json(const fl_trial *trial);

/* Back from the object, whose `definition` may also be the definition itself; keys of `node` that no trial has are
 * ignored (a record holds more). */
bool fl_trial_read(fl_json_node node, fl_trial *trial, fl_error *error);

/* What a process that knows no more than this program needs to read the object: whole definitions in place of a
 * workload's hash and of the name of an optimizer of a user's own. */
void fl_trial_add_definitions(const fl_trial *trial, json_t *object);

/* An optimizer by its name, or by a definition (own/own.h); NULL with a message that has its place. */
const fl_optimizer *fl_trial_optimizer_read(fl_json_node node, fl_error *error);

/* Does it leave the names alone that go with every rule? */
bool fl_trial_optimizer_accepts(const fl_optimizer *optimizer, fl_error *error);

/* The hyperparameters alone: {"learning_rate": 0.1, "schedule.end_factor": 0.01, ...}. New reference. */
json_t *fl_trial_hyperparameters(const fl_trial *trial);

/* Identity: 16 hex digits of what was chosen and of the data set's checksum. */
void fl_trial_id(const fl_trial *trial, const char *data_checksum, char id[17]);

/* The command that runs it again, with its launcher where every worker is a process. */
void fl_trial_command(const fl_trial *trial, fl_text *text);

/* The context of its schedule; the training loop sets `step` and `history` before each step. Borrows from the trial. */
fl_schedule_context fl_trial_schedule_context(const fl_trial *trial);

#endif
