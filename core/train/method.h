/* What a parallel method (method/method.h) does in the training loop. The loop asks for a step, and for the parameters
 * to be put into the network where somebody looks at them; all in between is the method's. For this folder only.
 */
#ifndef FL_TRAIN_METHOD_H
#define FL_TRAIN_METHOD_H

#include "train/run.h"

typedef struct fl_train_method {
    bool apart;   /* each worker has parameters and a rule's state of its own: run->update is lent the state of all, one
                     worker's behind the other's, and stands at worker 0's between steps */
    bool spreads; /* its workers may be in several processes */
    const struct fl_train_method *real; /* the same on the real clock, of whose trials this one knows nothing */
    /* What this process does to the trial's end, if it does not walk the loop; false: it does. NULL: every process
     * walks it, on the same numbers. */
    bool (*work)(fl_train_run *run);
    void (*end)(fl_train_run *run); /* who walked it has ended. NULL: nobody else need know */
    /* What the workers keep, in the run's arena. NULL: nothing. */
    void (*allocate)(fl_train_run *run);
    /* The initial parameters are in the network, and the rule has started; not where a trial is resumed. */
    void (*start)(fl_train_run *run);
    /* Step run->step: sets run->loss, and moves the parameters unless that is not finite. */
    void (*step)(fl_train_run *run);
    /* After `done` steps put into the network what evaluations, averages, hashes and exports look at; the workers go on
     * as if nobody had looked. NULL: it lies there. */
    void (*present)(fl_train_run *run, size_t done);
    /* Every array beside the rule's that a step leaves to the next (fl_train_run_keep), of workers that are apart one
     * part for each. NULL: the parameters alone. */
    void (*keep)(fl_train_run *run);
    /* Tell a point what there is to tell of the steps since the one before. NULL: nothing. */
    void (*note)(fl_train_run *run, fl_trial_point *point);
    /* Inputs of a layer above which K-FAC's factors of them are doubly factored. NULL: never. */
    size_t (*doubly)(const fl_train_run *run);
    /* Copies of the parameters that it keeps beside what is apart, and other bytes. NULL: none. */
    size_t (*copies)(const fl_trial *trial);
    double (*bytes)(const fl_trial *trial, const fl_network *network);
    /* Can the workers divide this network so? Else a message. NULL: they do not divide it. */
    bool (*suits)(const fl_trial *trial, const fl_train_plans *plans, fl_error *error);
    /* How they did, for the outcome's `division`; whoever has it keeps run->ledger. New reference. */
    json_t *(*division)(const fl_train_run *run);
} fl_train_method;

/* Of a trial without a method that of one worker, `synchronous`; on the real clock the method's `real`. */
const fl_train_method *fl_train_method_of(const fl_trial *trial);

/* Do the planned networks suit the method, and does what the workers have for themselves fit this machine's memory?
 * Else a message. */
bool fl_train_method_fits(const fl_trial *trial, const fl_train_plans *plans, fl_error *error);

/* The outcome's `division`, where the method has one. */
void fl_train_method_describe(fl_train_run *run);

/* Can the workers be spread over the processes of the run, and do all of those train the same trial on machines that
 * compute the same bits? They all call it. Else a message. */
bool fl_train_method_spread(fl_train_run *run, fl_error *error);

/* Do all processes have the same parameters and statistics, as they were just evaluated? Else the trial has failed. */
bool fl_train_method_agree(fl_train_run *run, size_t done);

/* The method's `present`. */
void fl_train_method_present(fl_train_run *run, size_t done);

#endif
