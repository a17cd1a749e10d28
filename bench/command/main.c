/* The fairlead command: a contents page. A program built for one study (bench/CMakeLists.txt) has the same verbs, and
 * without one runs its study. */
#include "base/child.h"
#include "command/builtin.h"
#include "command/libraries.h"
#include "say/options.h"
#include "say/signals.h"
#include "say/version.h"
#include "command/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int help(void)
{
    printf("Fairlead compares deep-learning optimizers fairly.\n\nusage: fairlead VERB [arguments]\n\n");
    for (const verb *v = verbs; v->name; v++)
        if (v->about) printf("  %-15s %s\n", v->name, v->about);
    printf("\n'fairlead VERB --help' says more; 'fairlead --version' names the build and its\nlibraries.\n\nexample:\n"
           "  fairlead run quick\n");
    return 0;
}

static int call(int argc, char **argv)
{
    fl_error error;
    if (!strcmp(argv[0], "complete")) return verb_complete(argc, argv); /* these two read the table of verbs */
    if (!strcmp(argv[0], "manual")) return verb_manual(argc, argv);
    const verb *asked = verbs_find(argv[0], &error);
    return asked ? asked->run(argc, argv) : complain(&error);
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
    json_t *found = libraries_found(), *library;
    const char *name;
    json_object_foreach(found, name, library) printf("%-9s %s\n", name, json_string_value(library));
    json_decref(found);
    return 0;
}

int main(int argc, char **argv)
{
    keep_standard_files();
    fl_child_reset_signals();
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
    if (!strcmp(argv[1], "--help=man")) return flushed(manual_print(NULL));
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) return flushed(help());
    return flushed(call(argc - 1, argv + 1));
}
