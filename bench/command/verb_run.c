/* fairlead run: a study from its file to records, summary, figures and page. */
#include "base/memory.h"
#include "command/builtin.h"
#include "command/folders.h"
#include "farm/farm.h"
#include "farm/worker.h"
#include "say/options.h"
#include "command/plugins.h"
#include "command/progress.h"
#include "command/quiet.h"
#include "record/log.h"
#include "record/host.h"
#include "page/report.h"
#include "say/signals.h"
#include "summary/summary.h"
#include "command/run_agent.h"
#include "command/run_plan.h"
#include "command/study_file.h"
#include "say/places.h"
#include "tables/summary_table.h"
#include "command/verbs.h"
#include "wire/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const usage run_usage = {
    "fairlead run STUDY [options]",
    "Runs a study's trials in worker processes and writes records, figures and a page. Running the same command again "
    "goes on where the last one stopped: with --checkpoint-every in the middle of a trial, else with the trials that "
    "were not finished. STUDY is a file, or a name of 'fairlead list studies'.",
    "fairlead run quick -j 2",
};

typedef struct request {
    const char *folder, *shard, *progress;
    bool own_files, no_mpi, dedicated, mixed, no_speculation;
    double silence;
    size_t workers, memory_mib, ranks_per_trial;
    double timeout;
    bool retry_failed;
    size_t checkpoint_every, timeline;
    fl_study_overrides overrides;
    uint64_t seed;
    words plugins;
    const char **said; /* the words that all processes of a launch share, NULL-ended */
} request;

/* "2/4" */
static bool read_shard(const request *asked, fl_store_shard *shard, fl_error *error)
{
    const char *text = asked->shard;
    char number[24];
    *shard = (fl_store_shard){ 1, 1 };
    if (asked->own_files) fl_store_shard_own_files(shard);
    if (!text) return true;
    size_t n = strcspn(text, "/");
    snprintf(number, sizeof number, "%.*s", (int)n, text);
    if (n < sizeof number && text[n] && fl_text_whole_read(text + n + 1, 1, FL_TRIAL_SEED_MAX, &shard->count) &&
        fl_text_whole_read(number, 1, shard->count, &shard->number))
        return true;
    return fl_error_user(error, "--shard is I/N with 1 <= I <= N, not '%s'", text);
}

enum { MOST_DRAWN = 50000 }; /* of more, some figures read every record's points again */

/* Failing to draw is a warning: the records are what counts. */
static void draw(const char *folder, const fl_summary *summary)
{
    char path[FL_FILE_PATH_MAX];
    fl_error error;
    const fl_summary *const summaries[] = { summary };
    fl_file_path_join(path, folder, "figures");
    figure_drawings *drawings = figure_drawings_new(summaries, 1, path);
    if (drawings->failed) remark("warning: %s", drawings->error.text);
    printf("\nrecords  %s\nfigures  %s\n", folder, path);
    fl_file_path_join(path, folder, "report.html");
    if (report_write(summaries, 1, drawings, path, &error))
        printf("page     %s\n", path);
    else
        remark("warning: %s", error.text);
    figure_drawings_free(drawings);
}

/* Everything that follows the trials: table, figures, page. Not to find the records again is an error. */
static bool show(const char *folder, const fl_plan *plan, fl_error *why)
{
    fl_results *results = fl_results_read(folder, why);
    if (!results) return false;
    fl_summary *summary = fl_summary_make(results);
    const fl_summary *const summaries[] = { summary };
    summary_print_table(summaries, 1);
    folders_looked(summaries, 1);
    run_plan_end(plan, summary);
    if (results->n_records > MOST_DRAWN)
        remark("%zu records: figures and page would take longer than this; 'fairlead plot %s' and 'fairlead report %s' "
               "make them",
               results->n_records, folder, folder);
    else
        draw(folder, summary);
    fl_summary_free(summary);
    fl_results_free(results);
    return true;
}

/* 75: stopped before a limit, everything kept (EX_TEMPFAIL). */
static int left(const char *folder, const fl_farm_progress *now)
{
    remark("saved and stopped; %zu of %zu trials are safe in %s; run the same command again to go on", now->done,
           now->total, folder);
    return STOPPED_EARLY;
}

static int interrupted(const char *folder, const fl_farm_progress *now)
{
    int signal_number = signals_came();
    remark("stopped; %zu of %zu trials are safe in %s; run the same command again to go on", now->done, now->total,
           folder);
    return 128 + signal_number;
}

/* Failed trials are bad news, also when an earlier run had them. */
static int failures(const fl_farm_progress *now)
{
    size_t n = now->failed + now->failed_before;
    if (!n) return 0;
    remark("%zu trial%s failed; the records say why, and --retry-failed runs them again", n, n == 1 ? "" : "s");
    return 1;
}

/* What a run shows while it lasts. The plan comes first, but not before the folder is known to be a good one: a mistake
 * is reported in one message. */
typedef struct shown {
    progress *progress;
    const fl_plan *plan; /* NULL once it was said */
    size_t workers;
    const char *folder;
    json_t *doubts; /* about timings as the run began; NULL once they are noted, and where nobody will ask */
} shown;

static void show_progress(void *user, const fl_farm_progress *now)
{
    shown *s = user;
    if (s->plan) run_plan_say(s->plan, s->workers);
    s->plan = NULL;
    if (s->doubts) fl_record_log_machine(s->folder, s->doubts);
    json_decref(s->doubts);
    s->doubts = NULL;
    progress_show(s->progress, now);
}

static void show_warning(void *user, const char *warning)
{
    progress_say(((shown *)user)->progress, warning);
}

/* Timings are compared over workloads alone, and one process knows of its own machine only. */
static json_t *doubts_about(const fl_study *study, bool many_machines)
{
    if (!study->claims.workloads) return NULL;
    return many_machines ? json_pack("[s]", "several machines") : quiet_now().doubts;
}

/* The trials, and then what they show. */
static int run_trials(const fl_farm *farm, const fl_plan *plan)
{
    fl_error error;
    fl_farm_progress now;
    fl_farm_end end = fl_farm_run(farm, &now, &error);
    progress_free(((shown *)farm->user)->progress);
    if (end == FL_FARM_INTERRUPTED) return interrupted(farm->folder, &now);
    if (end == FL_FARM_LEFT) return left(farm->folder, &now);
    if (now.speculated >= 1 && now.speculated > 0.1 * now.seconds) /* a share, as machines differ in speed */
        remark("%.0f s of idle workers went into trials that turned out not to be needed", now.speculated);
    signals_end(); /* what follows may be broken off at any moment: the trials are on disk */
    if (end == FL_FARM_ERROR || !show(farm->folder, plan, &error)) return complain(&error);
    return failures(&now);
}

/* The workers of this process, and of the others of its launch that share this machine, `each` of them with as many. */
static size_t workers_here(const fl_farm *farm, size_t each)
{
    return farm->workers + (*farm->wire ? (size_t)fl_wire_launch_neighbours() - 1 : 0) * each;
}

static int run(const fl_study *study, const request *asked, const char *folder, fl_wire **wire)
{
    fl_error error;
    char self[FL_FILE_PATH_MAX], *const command[] = { self, "worker", NULL };
    shown shows = { .progress = progress_new(asked->progress, &error), .workers = asked->workers, .folder = folder };
    fl_farm farm = { .study = study,
                     .folder = folder,
                     .workers = asked->dedicated ? 0 : asked->workers,
                     .wire = wire,
                     .silence = asked->silence,
                     .mixed = asked->mixed,
                     .words = asked->said,
                     .no_speculation = asked->no_speculation,
                     .timeout = asked->timeout,
                     .memory_mib = asked->memory_mib,
                     .retry_failed = asked->retry_failed,
                     .checkpoint_every = asked->checkpoint_every,
                     .timeline = asked->timeline,
                     .ranks_per_trial = asked->ranks_per_trial,
                     .worker_command = command,
                     .progress = show_progress,
                     .warned = show_warning,
                     .user = &shows };
    places_program(self);
    /* A plan is made to find arms that cannot be trained here. It is not said of a shard, which does not know what the
     * others do, nor to who wants no progress. */
    bool said = !asked->shard && strcmp(asked->progress, "none") != 0;
    fl_plan *plan = NULL;
    if (!shows.progress || !read_shard(asked, &farm.shard, &error) || !signals_catch(&farm.interrupt, &error) ||
        !signals_catch_leave(&farm.leave, &error) ||
        !run_plan_make(study, folder, workers_here(&farm, asked->workers), &plan, &error)) {
        progress_free(shows.progress);
        fl_farm_dismiss(wire);
        return complain(&error);
    }
    shows.plan = said ? plan : NULL;
    shows.doubts = doubts_about(study, *wire != NULL);
    int code = run_trials(&farm, said ? plan : NULL);
    json_decref(shows.doubts);
    fl_plan_free(plan);
    return code;
}

/* What is asked of other processes, of which there must be some. */
static bool accepts(const request *asked, const fl_wire *wire, fl_error *error)
{
    size_t size = wire ? (size_t)fl_wire_size(wire) : 1, trains = size - asked->dedicated, most = FL_FARM_GROUP_MOST;
    if (asked->dedicated && !wire)
        return fl_error_user(error, "--dedicated needs other processes that train: launch by mpirun or srun");
    if (asked->ranks_per_trial <= 1) return true;
    if (asked->mixed)
        return fl_error_user(error, "all that carry one training compute the same bits: leave out --mixed, or "
                                    "--ranks-per-trial");
    if (asked->ranks_per_trial <= trains && asked->ranks_per_trial <= most) return true;
    return fl_error_user(error,
                         "--ranks-per-trial %zu: %zu process%s train%s here; launch more by mpirun or srun, or "
                         "name at most %zu",
                         asked->ranks_per_trial, trains, trains == 1 ? "" : "es", trains == 1 ? "s" : "",
                         trains < most ? trains : most);
}

/* On the real clock each arm has as many processes as it wants. */
static bool has_processes(const request *asked, const fl_study *study, fl_error *error)
{
    const fl_study_arm *arm = study_arm_beyond(study, asked->ranks_per_trial);
    if (!arm) return true;
    size_t workers = arm->base.workers, servers = fl_trial_servers(&arm->base);
    return fl_error_user(error,
                         "%s: arm '%s' trains on the real clock by %zu processes, one for each of %zu worker%s and "
                         "%zu server%s: launch at least mpirun -np %zu, with --ranks-per-trial %zu",
                         arm->place, arm->name, workers + servers, workers, workers == 1 ? "" : "s", servers,
                         servers == 1 ? "" : "s", workers + servers, workers + servers);
}

static int run_study(const char *name, const request *asked, fl_wire **wire)
{
    fl_error error;
    char folder[FL_FILE_PATH_MAX];
    bool fits = accepts(asked, *wire, &error);
    fl_study *study = fits ? study_load(name, &asked->overrides, &error) : NULL;
    if (!study || !has_processes(asked, study, &error)) {
        fl_study_free(study);
        fl_farm_dismiss(wire);
        return complain(&error);
    }
    study_folder(study, asked->folder, folder);
    int code = run(study, asked, folder, wire);
    fl_study_free(study);
    return code;
}

static int supervise(const char *name, request *asked, fl_wire *wire)
{
    asked->overrides.to_run = true;
    asked->overrides.has_seed = asked->seed != UINT64_MAX;
    asked->overrides.seed = asked->seed;
    int code = run_study(name, asked, &wire);
    if (!wire) return code;
    fflush(NULL);
    fl_wire_abandon(wire, code);
    return code;
}

int verb_run(int argc, char **argv)
{
    request asked = { .progress = "auto", .seed = UINT64_MAX };
    const option options[] = {
        { "--output", "-o", OPTION_TEXT, "DIR", "result folder (default results/NAME)", &asked.folder },
        { "--jobs", "-j", OPTION_CORES, "N", "worker processes (default: the physical cores)", &asked.workers },
        STUDY_OVERRIDES(asked.overrides),
        { "--seed", NULL, OPTION_SEED, "N", "first seed and search seed instead of the study's", &asked.seed },
        { "--shard", NULL, OPTION_TEXT, "I/N",
          "only the trials with index mod N = I-1 (of a feasible budget arms), in files of their own", &asked.shard },
        { "--own-files", NULL, OPTION_FLAG, NULL,
          "write files of this start's own: a batch system may start a task twice", &asked.own_files },
        { "--dedicated", NULL, OPTION_FLAG, NULL, "launched by mpirun or srun: process 0 only supervises",
          &asked.dedicated },
        { "--ranks-per-trial", NULL, OPTION_COUNT, "R",
          "so many processes carry the workers of one training (default 1)", &asked.ranks_per_trial },
        { "--mixed", NULL, OPTION_FLAG, NULL, "take processes on other kinds of machines too", &asked.mixed },
        { "--silence", NULL, OPTION_NUMBER, "SECONDS", "give up a process that was silent for so long (default: 15)",
          &asked.silence },
        { "--no-speculation", NULL, OPTION_FLAG, NULL, "leave workers idle rather than begin what may not be needed",
          &asked.no_speculation },
        { "--no-mpi", NULL, OPTION_FLAG, NULL, "run by itself, however it was launched", &asked.no_mpi },
        { "--timeout", NULL, OPTION_NUMBER, "SECONDS", "stop a trial that takes longer (default: none)",
          &asked.timeout },
        { "--memory", NULL, OPTION_COUNT, "MIB", "stop a worker that takes more memory (default: none)",
          &asked.memory_mib },
        { "--retry-failed", NULL, OPTION_FLAG, NULL, "run failed trials again", &asked.retry_failed },
        { "--checkpoint-every", NULL, OPTION_COUNT, "N",
          "save every trial's state after every N steps (default: never)", &asked.checkpoint_every },
        { "--timeline", NULL, OPTION_COUNT, "N", "write what the workers of one training did in its first N steps",
          &asked.timeline },
        PLUGIN_OPTION(asked.plugins),
        { "--progress", NULL, OPTION_TEXT, "HOW", "auto, bar, lines or none", &asked.progress },
    };
    words rest;
    fl_error error;
    fl_wire *wire = NULL;
    int code = options_read(&run_usage, options, sizeof options / sizeof *options, argc, argv, builtin_study ? 0 : 1, 1,
                            &rest);
    const char *name = rest.n ? rest.items[0] : builtin_study;
    free(rest.items);
    if (code != GO_ON) return code;
    if (!plugins_load(&asked.plugins, &error)) return complain_for_all(&error, fl_wire_launch_is_first_here());
    if (!run_agent_join(asked.no_mpi, &wire, &error)) return complain_for_all(&error, true);
    if (!asked.workers) asked.workers = wire ? run_agent_workers() : fl_record_host_cores();
    asked.said = run_agent_words(argc, argv);
    code = wire && fl_wire_rank(wire) ? run_agent(wire, asked.workers, asked.said) : supervise(name, &asked, wire);
    free(asked.said);
    return code;
}
