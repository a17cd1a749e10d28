/* Fairlead as a library: run a trial, run a study, read results and summarise them.
 *
 * Everything whose name begins with fairlead_ is the interface; it keeps its binary form from 0.2.0 on. Text is UTF-8.
 * What a function hands out stays its owner's, until that is freed, unless it says that the caller frees it. Functions
 * that can go wrong return NULL or false and fill `error`, which may be NULL; the message is a sentence with its place
 * first. No other argument may be NULL unless that is said. A lack of memory ends the process, and so does an index
 * past the end. One thread at a time may call into the library.
 */
#ifndef FL_FAIRLEAD_FAIRLEAD_H
#define FL_FAIRLEAD_FAIRLEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FAIRLEAD_API __attribute__((visibility("default")))

/* Who must act: the exit codes of the program. */
enum { FAIRLEAD_USER = 2, FAIRLEAD_MACHINE = 3 };

enum { FAIRLEAD_ERROR_LENGTH = 1000 };
typedef struct fairlead_error {
    int fault; /* FAIRLEAD_USER: arguments, a study, missing data; FAIRLEAD_MACHINE: disk, a worker lost */
    char text[FAIRLEAD_ERROR_LENGTH];
} fairlead_error;

FAIRLEAD_API const char *fairlead_version(void); /* "0.2.0" */

/* The names of a kind: "workloads", "optimizers", "schedules", "backends"; NULL past the last, and for other kinds. */
FAIRLEAD_API const char *fairlead_name(const char *kind, size_t index);

/* Free a text that the caller was given to free. */
FAIRLEAD_API void fairlead_text_free(char *text);

/* --- a trial: one training in which every hyperparameter is a number --- */

typedef struct fairlead_trial fairlead_trial;
typedef struct fairlead_outcome fairlead_outcome;

/* One evaluation. Losses are means in nats (or the workload's own unit), errors shares of examples; what is not finite
 * is infinite. */
typedef struct fairlead_point {
    uint64_t step; /* after so many steps */
    double train_loss, train_error, val_loss, val_error, test_loss, test_error;
    double rate;    /* the learning rate of the step before it */
    double seconds; /* since the trial began */
} fairlead_point;

/* A trial with every default (1000 steps of 128 on one thread of onednn, f32, seed 1); the learning rate is to be set.
 * `workload` is a name or the path of a definition; `schedule` may be NULL: constant. */
FAIRLEAD_API fairlead_trial *fairlead_trial_new(const char *workload, const char *optimizer, const char *schedule,
                                                fairlead_error *error);
FAIRLEAD_API void fairlead_trial_free(fairlead_trial *trial);

/* The names a study's space takes: "learning_rate", "one_minus_momentum", "schedule.end_factor", "l2". A coupled one
 * ("learning_rate/epsilon") reads its partner as it is then. The value is a number or a choice's name, as text. */
FAIRLEAD_API bool fairlead_trial_set(fairlead_trial *trial, const char *name, const char *value, fairlead_error *error);

/* `eval_every` 0: no evaluations. Each below 2^53. */
FAIRLEAD_API bool fairlead_trial_set_length(fairlead_trial *trial, uint64_t steps, uint64_t batch_size,
                                            uint64_t eval_every, fairlead_error *error);
FAIRLEAD_API bool fairlead_trial_set_seed(fairlead_trial *trial, uint64_t seed, fairlead_error *error); /* below 2^53 */

/* Which library computes, in "f32" or "bf16", on how many threads. All are part of what the result is. */
FAIRLEAD_API bool fairlead_trial_set_backend(fairlead_trial *trial, const char *backend, const char *precision,
                                             unsigned threads, fairlead_error *error);

/* The `fairlead trial` command that runs it; the caller frees it. */
FAIRLEAD_API char *fairlead_trial_command(const fairlead_trial *trial);

/* Train. `evaluated` (NULL: nobody watches) is shown each point as it comes. A training that diverges has an outcome;
 * NULL means that it could not begin. The caller frees the outcome. */
FAIRLEAD_API fairlead_outcome *fairlead_trial_run(const fairlead_trial *trial,
                                                  void (*evaluated)(void *user, const fairlead_point *point),
                                                  void *user, fairlead_error *error);
FAIRLEAD_API void fairlead_outcome_free(fairlead_outcome *outcome);

FAIRLEAD_API const char *fairlead_outcome_status(const fairlead_outcome *outcome);     /* "complete", "infeasible" */
FAIRLEAD_API const char *fairlead_outcome_reason(const fairlead_outcome *outcome);     /* "" where complete */
FAIRLEAD_API const char *fairlead_outcome_state_hash(const fairlead_outcome *outcome); /* of the final parameters, 16
                                                                                          hex digits; "" infeasible */
FAIRLEAD_API size_t fairlead_outcome_n_points(const fairlead_outcome *outcome);
FAIRLEAD_API fairlead_point fairlead_outcome_point(const fairlead_outcome *outcome, size_t index);

/* The record as `fairlead trial --json` prints it; the caller frees it. */
FAIRLEAD_API char *fairlead_outcome_json(const fairlead_outcome *outcome);

/* --- a study: a fair search for every arm --- */

typedef struct fairlead_study fairlead_study;

/* From the path of a study file; or from its text, which `name` stands for in messages. */
FAIRLEAD_API fairlead_study *fairlead_study_load(const char *path, fairlead_error *error);
FAIRLEAD_API fairlead_study *fairlead_study_read(const char *name, const char *text, fairlead_error *error);
FAIRLEAD_API void fairlead_study_free(fairlead_study *study);

typedef struct fairlead_progress {
    uint64_t total, done, complete, infeasible, failed; /* trials; `total` as far as is known */
    double seconds;
} fairlead_progress;

/* Run what is missing in `folder`, in `workers` processes (at most 4096; 0: one) of the program `fairlead` (found by
 * PATH where it holds no slash; NULL: "fairlead"). What finished is kept whatever happens, and the same call goes on
 * from there. `progressed` may be NULL. */
FAIRLEAD_API bool fairlead_study_run(const fairlead_study *study, const char *folder, unsigned workers,
                                     const char *program,
                                     void (*progressed)(void *user, const fairlead_progress *progress), void *user,
                                     fairlead_error *error);

/* --- results --- */

typedef struct fairlead_results fairlead_results;

/* Read a result folder; nothing is changed. */
FAIRLEAD_API fairlead_results *fairlead_results_read(const char *folder, fairlead_error *error);
FAIRLEAD_API void fairlead_results_free(fairlead_results *results);

FAIRLEAD_API size_t fairlead_results_n_arms(const fairlead_results *results);
FAIRLEAD_API const char *fairlead_results_arm(const fairlead_results *results, size_t arm);

/* Runs recorded in an arm's search, by (index, repeat). */
FAIRLEAD_API size_t fairlead_results_n_runs(const fairlead_results *results, size_t arm);

/* The run's record, a line of trials.jsonl; the caller frees it. */
FAIRLEAD_API char *fairlead_results_run_json(const fairlead_results *results, size_t arm, size_t run);

/* Its evaluations into `points`, of which there is room for `room`; returns how many there are. */
FAIRLEAD_API size_t fairlead_results_points(const fairlead_results *results, size_t arm, size_t run,
                                            fairlead_point *points, size_t room);

/* What `fairlead summary --json` says: medians, intervals, best of K, what may be claimed; the caller frees it. */
FAIRLEAD_API char *fairlead_results_summary_json(const fairlead_results *results);

#ifdef __cplusplus
}
#endif

#endif
