/* One trial: the step loop, its evaluations and its outcome.
 *
 * A trainer keeps the data set, the planned networks and their memory between trials of the same workload, backend,
 * precision and batch size, so that a worker plans once and trains many times. Nothing is allocated inside a step.
 */
#ifndef FL_TRAIN_TRAIN_H
#define FL_TRAIN_TRAIN_H

#include "network/network.h"
#include "outcome/outcome.h"
#include "trial/trial.h"
#include "wire/wire.h"

#include <signal.h>

/* What somebody who watches a trial is shown; any function may be NULL. Watching never changes the numbers. Of a trial
 * that goes on from a checkpoint all points are shown, those of before included, but neither its beginning nor the
 * steps done before. */
typedef struct fl_train_step {
    size_t step;          /* from 1 */
    size_t examples;      /* of its batch */
    double loss, rate;    /* mean mini-batch loss before the update; the schedule's rate */
    double gradient_norm; /* Euclidean, of the whole gradient with its penalties, before clipping */
    const float *input;   /* the batch as the model saw it */
    const int32_t *labels;
    const float *targets; /* what outputs are compared with; NULL where those are classes */
    bool carry_starts;    /* of a model that carries state from batch to batch: from zeros, as every epoch */
} fl_train_step;

typedef struct fl_train_callbacks {
    void *user;
    void (*begun)(void *user, const fl_network *network); /* initial parameters are in place */
    void (*stepped)(void *user, const fl_train_step *step);
    void (*evaluated)(void *user, const fl_trial_point *point);
    void (*measured)(void *user, const fl_network *network, const json_t *record); /* a curvature, as in its file */
    void (*ended)(void *user, const fl_network *network);                          /* final parameters */
    /* Then, of a rule that has one, the diagonal of P^-1/2 after the last step (fl_optimizer.precondition), canonical.
     */
    void (*preconditioned)(void *user, const fl_network *network, const float *factors);
} fl_train_callbacks;

typedef struct fl_train_trainer fl_train_trainer;

fl_train_trainer *fl_train_trainer_new(void);
void fl_train_trainer_free(fl_train_trainer *trainer);

/* Make ready for a trial: data loaded, networks planned. False with a message when it cannot be run (no data, an
 * unusable backend, impossible numbers). fl_train_trial does this itself; who writes files for a trial wants to know
 * before.
 */
bool fl_train_prepare(fl_train_trainer *trainer, const fl_trial *trial, fl_error *error);

/* Data and networks of the trial the trainer is ready for; for train/curvature.h. Borrowed. */
const struct fl_train_plans *fl_train_prepared(const fl_train_trainer *trainer);

/* The identity of a trial the trainer is ready for. */
void fl_train_identify(const fl_train_trainer *trainer, const fl_trial *trial, char id[17]);

/* Where and how often a trial's state is saved, so that a killed one goes on from there (train/checkpoint.h). */
typedef struct fl_train_checkpoint_options {
    const char *path;
    size_t every;     /* steps from one checkpoint to the next */
    const char *host; /* key of machine and build; with what the libraries choose added, no other goes on from there */
    void *user;
    /* The trial goes on from a checkpoint (`spent`: the seconds it took until then), or begins although there is one,
     * or cannot save its state. */
    void (*said)(void *user, const char *message, double spent);
    /* Once *leave_asked is not 0, the state is saved after the present step and `leave` is called, which does not come
     * back. NULL: never. */
    const volatile sig_atomic_t *leave_asked;
    void (*leave)(void *user);
} fl_train_checkpoint_options;

/* From the next trial on, go on from its checkpoint and save more; NULL: no longer. Borrowed. The file stays: whoever
 * has the outcome in safety removes it (fl_train_checkpoint_remove). */
void fl_train_set_checkpoints(fl_train_trainer *trainer, const fl_train_checkpoint_options *checkpoints);

/* From the next trial on, the workers of each are spread over the processes of the wire, which all run the same trials;
 * NULL: no longer. `host` is the key of machine and build, which all must share. Borrowed. Who is silent for longer
 * than `silence` seconds, and ten times as long as oneself works, is given up and the process ends; 0: the usual. */
void fl_train_set_wire(fl_train_trainer *trainer, fl_wire *wire, const char *host, double silence);

/* Can the trial's workers be in several processes? In as many as it has workers at most. */
bool fl_train_spreads(const fl_trial *trial);

/* From the next trial on, write down what the workers of one training did when in its first `steps` steps. */
void fl_train_set_timeline(fl_train_trainer *trainer, size_t steps);

/* Run a trial. False with a message when it cannot even start; a trial that diverges is an outcome. `callbacks` may be
 * NULL. */
bool fl_train_trial(fl_train_trainer *trainer, const fl_trial *trial, const fl_train_callbacks *callbacks,
                    fl_outcome *outcome, fl_error *error);

#endif
