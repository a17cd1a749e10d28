/* The contents page: every verb of the fairlead command. */
#include "command/verbs.h"
#include "base/entry.h"

#include <string.h>

const verb verbs[] = {
    { "list", "workloads, optimizers, schedules, backends, data, studies, ...", verb_list },
    { "new", "write a study from four answers", verb_new },
    { "plan", "what a study will cost and what it can show, before it is run", verb_plan },
    { "run", "run a study, or go on with one: records, summary, figures", verb_run, VERB_BY_ALL },
    { "slurm", "a job script that runs a study under Slurm", verb_slurm },
    { "watch", "how far the run in a result folder is, in a terminal", verb_watch },
    { "trial", "run one training with given hyperparameters", verb_trial, VERB_BY_ALL },
    { "curvature", "eigenvalues, trace and landscape of an exported trial's loss", verb_curvature },
    { "summary", "tables of result folders: errors, intervals, differences", verb_summary },
    { "narrow", "write the study that follows a wide search, its axes narrowed", verb_narrow },
    { "carry", "write the study that tests rules for the batch size", verb_carry },
    { "plot", "draw the figures of result folders", verb_plot },
    { "report", "one self-contained page of result folders", verb_report },
    { "verify", "run recorded trials again and compare the bits", verb_verify },
    { "compare", "two measurements of the kernels, or two result folders", verb_compare },
    { "check", "name every damaged line of a result folder; change nothing", verb_check },
    { "export", "records as csv, optuna, benchmark-action, sqlite or latex", verb_export },
    { "data", "data sets: list, fetch, check", verb_data, VERB_BY_ONE_PER_MACHINE },
    { "check-optimizer", "whether an update rule keeps what every rule promises", verb_check_optimizer },
    { "doctor", "what machine this is, and whether its timings can be trusted", verb_doctor, VERB_BY_ONE_PER_MACHINE },
    { "worker", NULL, verb_worker, VERB_BY_ALL },
    { NULL },
};

enum { N_VERBS = sizeof verbs / sizeof *verbs };

const verb *verbs_find(const char *name, fl_error *error)
{
    const char *names[N_VERBS] = { NULL };
    size_t index, n = 0;
    for (const verb *v = verbs; v->name; v++) {
        if (!strcmp(name, v->name)) return v;
        if (v->about) names[n++] = v->name;
    }
    fl_entry_choose(names, "verb", name, &index, error);
    return NULL;
}
