/* fairlead slurm: a job script that runs a study under Slurm. */
#include "base/file.h"
#include "base/memory.h"
#include "command/plugins.h"
#include "command/slurm_script.h"
#include "command/study_file.h"
#include "command/verbs.h"
#include "farm/worker.h"
#include "plan/plan.h"
#include "say/places.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const usage slurm_usage = {
    "fairlead slurm STUDY --array N | --nodes N [options] [-- SBATCH_OPTION...]",
    "Writes a job script: 'sh job.sh' submits the study as an array of N tasks, each a shard, or as one job on N "
    "nodes, "
    "joined by MPI; and after it a job that does what is missing and makes summary, figures and page. Jobs save their "
    "state before the time limit and have themselves started again.",
    "fairlead slurm quick --array 4 --time 60 -o job.sh",
};

static const double SECONDS = 0.1; /* of training per kind of arm, for the time that is proposed */
enum { LEAST_MINUTES = 15, MOST_MINUTES = 24 * 60, SAVE_SECONDS = 60 };

typedef struct asked {
    slurm_job job;
    const char *folder, *script, *prologue;
    words plugins;
} asked;

/* Room for infeasible trials, slower machines and starting; what is longer than a day is done in several starts. */
static size_t propose_minutes(const fl_plan *plan, const slurm_job *job)
{
    double workers = (double)(job->nodes ? job->nodes : job->tasks) * (double)(job->cpus ? job->cpus : 1);
    double minutes = 2 * plan->seconds / 60 / workers + LEAST_MINUTES;
    return (size_t)fmin(ceil(minutes), MOST_MINUTES);
}

/* About a checkpoint a minute, by the fastest arm. */
static size_t propose_checkpoints(const fl_plan *plan, size_t steps)
{
    double least = HUGE_VAL;
    for (size_t i = 0; i < plan->n_arms; i++) least = fmin(least, plan->arms[i].speed.step);
    return least > 0 && isfinite(least) ? (size_t)fmax(1, fmin(SAVE_SECONDS / least, (double)steps)) : 1000;
}

static void propose(const fl_study *study, slurm_job *job)
{
    fl_error why;
    fl_plan *plan = fl_plan_new(study, SECONDS, &why);
    if (!plan) remark("no time can be proposed (%s); --time is %d minutes", why.text, MOST_MINUTES);
    job->minutes = plan ? propose_minutes(plan, job) : MOST_MINUTES;
    job->checkpoint_every = plan ? propose_checkpoints(plan, study->steps) : 1000;
    fl_plan_free(plan);
}

/* The largest array this cluster takes; 0 where nobody can say. */
static size_t most_tasks(void)
{
    size_t most = 0;
    FILE *said = popen("scontrol show config 2>/dev/null | sed -n 's/^MaxArraySize *= *//p'", "re");
    if (said && fscanf(said, "%zu", &most) != 1) most = 0;
    if (said) pclose(said);
    return most;
}

/* Have the trainings as many processes, of which every node has one, as they are to have? */
static bool check_ranks(const fl_study *study, const slurm_job *job, fl_error *error)
{
    size_t most = job->nodes < FL_FARM_GROUP_MOST ? job->nodes : FL_FARM_GROUP_MOST;
    const fl_study_arm *arm = study_arm_beyond(study, job->ranks);
    if (job->ranks && job->tasks)
        return fl_error_user(error, "--ranks-per-trial %zu: tasks of an array are not joined; give --nodes N instead",
                             job->ranks);
    if (job->ranks > most)
        return fl_error_user(error,
                             "--ranks-per-trial %zu: each node has one process; with --nodes %zu name at most %zu",
                             job->ranks, job->nodes, most);
    if (!arm) return true;
    size_t wanted = arm->base.workers + fl_trial_servers(&arm->base);
    return fl_error_user(error,
                         "%s: arm '%s' trains on the real clock by %zu processes: give --nodes N, at least %zu, with "
                         "--ranks-per-trial %zu",
                         arm->place, arm->name, wanted, wanted, wanted);
}

static bool check(const fl_study *study, const slurm_job *job, fl_error *error)
{
    if (!job->nodes == !job->tasks) return fl_error_user(error, "give --array N or --nodes N");
    size_t parts = study->feasible ? study->n_arms : study->trials, most = job->tasks ? most_tasks() : 0;
    if (job->tasks > parts)
        return fl_error_user(error, "--array %zu: a task takes whole %s, and there are %zu", job->tasks,
                             study->feasible ? "arms, for the budget is a feasible one" : "indices", parts);
    if (most && job->tasks >= most)
        return fl_error_user(error, "--array %zu: this cluster's MaxArraySize allows up to %zu", job->tasks, most - 1);
    return check_ranks(study, job, error) && slurm_script_takes(job, error);
}

static bool absolute(const char *path, char to[FL_FILE_PATH_MAX], fl_error *error)
{
    char here[FL_FILE_PATH_MAX];
    if (*path == '/') {
        snprintf(to, FL_FILE_PATH_MAX, "%s", path);
        return true;
    }
    if (!getcwd(here, sizeof here)) return fl_file_error(error, ".", "cannot be found");
    fl_file_path_join(to, here, path);
    return true;
}

/* Slurm does not make the folder of its logs. */
static bool write_script(const asked *a, const fl_text *text, fl_error *error)
{
    char logs[FL_FILE_PATH_MAX];
    fl_file_path_join(logs, a->job.folder, "slurm");
    if (!a->script) {
        printf("%s", text->bytes);
        return fl_file_folder_make(logs, error);
    }
    bool written = fl_file_folder_make(logs, error) && fl_file_write(a->script, text->bytes, text->length, error);
    if (written) printf("%s: submit it by 'sh %s'\n", a->script, a->script);
    return written;
}

static bool write_job(const fl_study *study, asked *a, fl_error *error)
{
    char *prologue = NULL;
    size_t n;
    fl_text text = { 0 };
    if (!check(study, &a->job, error)) return false;
    if (a->prologue && !fl_file_read(a->prologue, &prologue, &n, error)) return false;
    propose(study, &a->job);
    a->job.name = study->name;
    a->job.by_arms = study->feasible;
    a->job.prologue = prologue;
    bool written = slurm_script(&a->job, &text, error) && write_script(a, &text, error);
    fl_text_free(&text);
    free(prologue);
    return written;
}

static void free_plugins(asked *a)
{
    for (size_t i = 0; i < a->job.n_plugins; i++) free(a->job.plugins[i]);
    free(a->job.plugins);
}

/* A job starts in a folder of its own choice. */
static bool load_plugins(asked *a, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    a->job.plugins = fl_memory_new(a->plugins.n + 1, sizeof *a->job.plugins);
    for (size_t i = 0; i < a->plugins.n; i++) {
        if (!absolute(a->plugins.items[i], path, error)) return false;
        a->job.plugins[a->job.n_plugins++] = fl_memory_copy_text(path);
    }
    return plugins_load(&a->plugins, error);
}

static int make(const char *name, asked *a)
{
    fl_error error;
    char program[FL_FILE_PATH_MAX], file[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX], to[FL_FILE_PATH_MAX],
        folder[FL_FILE_PATH_MAX];
    fl_study *study = load_plugins(a, &error) ? study_load(name, NULL, &error) : NULL;
    if (!study) return complain(&error);
    places_program(program);
    study_folder(study, a->folder, to);
    a->job.program = program;
    a->job.study = path;
    a->job.folder = folder;
    bool made = places_study(name, file, &error) && absolute(file, path, &error) && absolute(to, folder, &error) &&
                write_job(study, a, &error);
    fl_study_free(study);
    return made ? 0 : complain(&error);
}

int verb_slurm(int argc, char **argv)
{
    asked a = { .script = NULL };
    const option options[] = {
        { "--array", NULL, OPTION_COUNT, "N", "an array of N tasks", &a.job.tasks },
        { "--nodes", NULL, OPTION_COUNT, "N", "one job on N nodes, joined by MPI", &a.job.nodes },
        { "--at-once", NULL, OPTION_COUNT, "N", "of an array: so many tasks at a time (default: all)", &a.job.at_once },
        { "--output", "-o", OPTION_TEXT, "FILE", "the script (default: print it)", &a.script },
        { "--folder", NULL, OPTION_TEXT, "DIR", "result folder (default results/NAME)", &a.folder },
        { "--time", NULL, OPTION_TEXT, "LIMIT", "as sbatch takes it (default: by measured steps)", &a.job.time },
        { "--partition", NULL, OPTION_TEXT, "NAME", "of the cluster", &a.job.partition },
        { "--account", NULL, OPTION_TEXT, "NAME", "who pays", &a.job.account },
        { "--mem", NULL, OPTION_TEXT, "SIZE", "memory per node, as sbatch takes it", &a.job.memory },
        { "--cpus-per-task", NULL, OPTION_CORES, "N", "cores, and workers, of a task or node", &a.job.cpus },
        { "--ranks-per-trial", NULL, OPTION_COUNT, "R", "with --nodes: so many nodes carry one training (default 1)",
          &a.job.ranks },
        PLUGIN_OPTION(a.plugins),
        { "--prologue", NULL, OPTION_TEXT, "FILE", "shell lines that a job runs first (module load ...)", &a.prologue },
    };
    words rest;
    int code = options_read(&slurm_usage, options, sizeof options / sizeof *options, argc, argv, 1, SIZE_MAX, &rest);
    if (code == GO_ON) {
        a.job.further = rest.items + 1;
        a.job.n_further = rest.n - 1;
        if (a.job.ranks == 1) a.job.ranks = 0; /* as it is without */
        code = make(rest.items[0], &a);
        free_plugins(&a);
    }
    free(rest.items);
    return code;
}
