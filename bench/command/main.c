/* The fairlead command: a contents page. A program built for one study (bench/CMakeLists.txt) has the same verbs, and
 * without one runs its study. */
#include "base/entry.h"
#include "command/builtin.h"
#include "say/options.h"
#include "say/signals.h"
#include "export/export.h"
#include "say/version.h"
#include "command/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *about;
    int (*run)(int argc, char **argv);
} verbs[] = {
    { "list", "workloads, optimizers, schedules, backends, data, studies, ...", verb_list },
    { "plan", "what a study will cost and what it can show, before it is run", verb_plan },
    { "run", "run a study, or go on with one: records, summary, figures", verb_run },
    { "slurm", "a job script that runs a study under Slurm", verb_slurm },
    { "watch", "how far the run in a result folder is, in a terminal", verb_watch },
    { "trial", "run one training with given hyperparameters", verb_trial },
    { "curvature", "eigenvalues, trace and landscape of an exported trial's loss", verb_curvature },
    { "summary", "tables of result folders: errors, intervals, differences", verb_summary },
    { "narrow", "write the study that follows a wide search, its axes narrowed", verb_narrow },
    { "plot", "draw the figures of result folders", verb_plot },
    { "report", "one self-contained page of result folders", verb_report },
    { "verify", "run recorded trials again and compare the bits", verb_verify },
    { "compare", "two measurements of the kernels, or two result folders", verb_compare },
    { "check", "name every damaged line of a result folder; change nothing", verb_check },
    { "export", "records as csv, optuna, benchmark-action, sqlite or latex", verb_export },
    { "data", "data sets: list, fetch, check", verb_data },
    { "check-optimizer", "whether an update rule keeps what every rule promises", verb_check_optimizer },
    { "doctor", "what machine this is, and whether its timings can be trusted", verb_doctor },
    { "worker", NULL, verb_worker },
};

enum { N_VERBS = sizeof verbs / sizeof *verbs };

static int help(void)
{
    printf("Fairlead compares deep-learning optimizers fairly.\n\nusage: fairlead VERB [arguments]\n\n");
    for (size_t i = 0; i < N_VERBS; i++)
        if (verbs[i].about) printf("  %-15s %s\n", verbs[i].name, verbs[i].about);
    printf("\n'fairlead VERB --help' says more; 'fairlead --version' names the build and its\nlibraries.\n\nexample:\n"
           "  fairlead run quick\n");
    return 0;
}

static int call(int argc, char **argv)
{
    const char *names[N_VERBS + 1] = { NULL };
    size_t index, n = 0;
    fl_error error;
    for (size_t i = 0; i < N_VERBS; i++) {
        if (!strcmp(argv[0], verbs[i].name)) return verbs[i].run(argc, argv);
        if (verbs[i].about) names[n++] = verbs[i].name;
    }
    fl_entry_choose(names, "verb", argv[0], &index, &error);
    return complain(&error);
}

/* Whoever starts the program without stdin, stdout or stderr would have a record file opened in their place, and
 * printed into. A place that cannot be written keeps it, and keeps the printing from looking like success. */
static void keep_standard_files(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != file) fl_error_die("/dev/null cannot be opened");
}

/* What was printed counts only once it has arrived: a full disk or a closed pipe must not look like success. */
static int flushed(int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    fl_error error;
    fl_error_machine(&error, "stdout: not everything could be written: %s",
                     errno ? strerror(errno) : "it failed earlier");
    return complain(&error);
}

/* Does a study's own program run its study? With no word at all, or with an option first that is not the command's own.
 */
static bool runs_builtin(int argc, char **argv)
{
    return builtin_study && (argc < 2 || (argv[1][0] == '-' && strcmp(argv[1], "--version")));
}

static int version(void)
{
    version_print("fairlead");
    printf("%-9s %s\n", "sqlite", export_sqlite_library());
    return 0;
}

int main(int argc, char **argv)
{
    keep_standard_files();
    signals_end();
    if (runs_builtin(argc, argv)) {
        argv[0] = "run";
        return flushed(verb_run(argc, argv));
    }
    if (argc < 2) {
        help();
        return FL_ERROR_USER;
    }
    if (!strcmp(argv[1], "--version")) return flushed(version());
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) return flushed(help());
    return flushed(call(argc - 1, argv + 1));
}
