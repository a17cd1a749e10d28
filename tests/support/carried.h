/* One training by several processes, which are forked with what a trainer of the test's has loaded. What they send each
 * other passes through the test, which may also disturb it or hold it back. */
#ifndef FL_TESTS_CARRIED_H
#define FL_TESTS_CARRIED_H

#include "support/test.h"
#include "train/train.h"

enum { CARRIED_MOST = 3 }; /* processes */

/* What a process of a training saw of it; zero: it left, or was lost. */
typedef struct carried {
    bool ran;
    fl_outcome_status status; /* if it ran; else `reason` is the message */
    char hash[17], reason[240];
    double loss; /* of validation, at the last evaluation */
    uint64_t gradients, bytes;
    size_t n_here; /* processes that are recorded as on this host */
} carried;

/* What process `from` sends to process `to` is held back, from a message of kind `first` on, until process `other` has
 * sent a message of kind `last` there. */
typedef struct carried_delay {
    size_t from, to, other;
    uint64_t first, last;
} carried_delay;

/* What befalls a training; zero: nothing. */
typedef struct carried_harm {
    bool disturbed;               /* every frame comes twice, and in half, of another group, and of nobody */
    const carried_delay *delay;   /* which is to come to pass; NULL: nothing is held back */
    size_t rank;                  /* of the process that */
    fl_train_callbacks callbacks; /* these are of */
    double silence;               /* of a process that is given up; 0: the usual */
    bool fatal;                   /* not all of them come to the end */
} carried_harm;

/* For test_run: the trainer. */
int carried_set_up(void **state);
int carried_tear_down(void **state);

/* Four steps on the drawings by naive, evaluated twice; hyperparameters of the method without a default are 2. */
fl_trial carried_trial(const char *method, const char *rule, size_t workers);

/* By this process alone. */
carried train_alone(const fl_trial *trial);

/* What all of them train with, to be given options before. */
fl_train_trainer *carried_trainer(void);

/* By `size` processes, which end with exit code 0 unless the harm is fatal. What they saw, by rank, is valid until the
 * next training. */
const carried *train_carried(int size, const fl_trial *trial, const carried_harm *harm);

/* Both completed, with the same bits. */
void assert_same_bits(const carried *a, const carried *b);

/* All processes ended so; `reason` NULL: whatever it is. */
void assert_all_ended(const carried *seen, int size, fl_outcome_status status, const char *reason);

#endif
