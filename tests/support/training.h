/* One training with checkpoints, and what it did and said. */
#ifndef FL_TESTS_TRAINING_H
#define FL_TESTS_TRAINING_H

#include "support/workspace.h"
#include "train/train.h"

enum { STEPS = 30 }; /* of no trial here more */

extern char training_path[FL_FILE_PATH_MAX]; /* of the checkpoint, in `folder` */

/* For test_run, with workspace_tear_down. */
int training_set_up(void **state);

typedef struct training_file {
    char *bytes;
    size_t n;
} training_file;

/* One training and what it did and said. `copies`, where given, gets the checkpoint on disk at the beginning of each
 * step, as a kill would leave it. */
typedef struct training {
    size_t every; /* 0: keeps nothing */
    const char *host;
    training_file *copies;
    bool ran;
    size_t steps, evaluations, sentences;
    char sentence[1000];
    double spent;
    char words[4000]; /* everything of the outcome that no clock shows */
} training;

/* Ran or not, a mistake is in `error`. */
void training_run(fl_train_trainer *trainer, const fl_trial *trial, training *t, fl_error *error);

/* Write the checkpoint as a kill leaves it, so without any care. */
void training_put(const char *bytes, size_t n);

/* A short trial on the quadratic, with evaluations, every hyperparameter drawn. */
fl_trial training_quadratic(const fl_optimizer *optimizer, const fl_schedule *schedule);

/* Let workers train it by a method with its defaults. */
void parallel(fl_trial *trial, const char *method, size_t workers);

/* Training that finds this checkpoint, of `done` steps, says so and ends with the `expected` words. */
void assert_resumes_from(fl_train_trainer *trainer, const fl_trial *trial, const training_file *copy, size_t done,
                         const char *expected);

/* Run a trial undisturbed, run it with a checkpoint after each step, and go on from each of them. */
void assert_resumes(const fl_trial *trial);

#endif
