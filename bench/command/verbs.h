/* The verbs of the fairlead command: one file each, verb_NAME.c. argv[0] is the verb's name; each returns the exit
 * code. */
#ifndef BENCH_COMMAND_VERBS_H
#define BENCH_COMMAND_VERBS_H

#include "base/error.h"
#include <stddef.h>

/* Who works of several processes that were launched together; the others end at once. */
typedef enum verb_workers {
    VERB_BY_ONE,
    VERB_BY_ONE_PER_MACHINE, /* of which it speaks */
    VERB_BY_ALL,             /* which join, or are told not to */
} verb_workers;

typedef struct verb {
    const char *name, *about; /* about NULL: not for people */
    int (*run)(int argc, char **argv);
    verb_workers by;
} verb;

extern const verb verbs[]; /* ends without a name */
const verb *verbs_find(const char *name, fl_error *error);

enum {
    NOTHING_MEASURED = 4, /* the exit code where there was nothing to show or to compare */
    STOPPED_EARLY = 75,   /* where a run was told to save and stop */
};

int verb_carry(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_check_optimizer(int argc, char **argv);
int verb_compare(int argc, char **argv);
int verb_complete(int argc, char **argv); /* what the shells' completion asks; not for people */
int verb_curvature(int argc, char **argv);
int verb_data(int argc, char **argv);
int verb_doctor(int argc, char **argv);
int verb_export(int argc, char **argv);
int verb_list(int argc, char **argv);
int verb_manual(int argc, char **argv); /* pages that stand for no verb; not for people */
int verb_narrow(int argc, char **argv);
int verb_new(int argc, char **argv);
int verb_plan(int argc, char **argv);
int verb_plot(int argc, char **argv);
int verb_report(int argc, char **argv);
int verb_run(int argc, char **argv);
int verb_slurm(int argc, char **argv);
int verb_summary(int argc, char **argv);
int verb_trial(int argc, char **argv);
int verb_verify(int argc, char **argv);
int verb_watch(int argc, char **argv);
int verb_worker(int argc, char **argv); /* what `run` starts; not for people */

/* What `list` can show, one after the other; NULL past the last. */
const char *list_kind(size_t index);

extern const char *const data_actions[]; /* what `data` does, NULL-ended */

/* The page fairlead(1), or with the path of the study's schema fairlead-study(5); returns the exit code. */
int manual_print(const char *schema);

#endif
