/* The fairlead command: a contents page. A program built for one study (bench/CMakeLists.txt) has the same verbs, and
 * without one runs its study. */
#include "base/child.h"
#include "command/builtin.h"
#include "command/libraries.h"
#include "say/options.h"
#include "say/signals.h"
#include "say/version.h"
#include "command/verbs.h"
#include "wire/launch.h"

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

/* Has this process of a launch nothing to do and to say? What several would do at once is the same work, printed, and
 * into the same files. */
static bool stands_back(verb_workers by)
{
    if (by == VERB_BY_ONE_PER_MACHINE) return !fl_wire_launch_is_first_here();
    return by == VERB_BY_ONE && !fl_wire_launch_is_first();
}

/* That the others did nothing may be news. After a mistake there is one message already. */
static void speak_of_others(verb_workers by, const char *name, int code)
{
    bool told = by == VERB_BY_ALL || !fl_wire_launched() || !fl_wire_launch_is_first();
    if (told || code == FL_ERROR_USER || code == FL_ERROR_MACHINE) return;
    remark("%d processes were launched; '%s' was done by one%s, the others had nothing to do", fl_wire_launch_size(),
           name, by == VERB_BY_ONE ? "" : " on each machine");
}

static int call(int argc, char **argv)
{
    fl_error error;
    if (!strcmp(argv[0], "complete")) return verb_complete(argc, argv); /* these two read the table of verbs */
    if (!strcmp(argv[0], "manual")) return verb_manual(argc, argv);
    const verb *asked = verbs_find(argv[0], &error);
    if (!asked) return complain_for_all(&error, fl_wire_launch_is_first());
    if (stands_back(asked->by)) return 0;
    int code = asked->run(argc, argv);
    speak_of_others(asked->by, asked->name, code);
    return code;
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

static int manual(void)
{
    return manual_print(NULL);
}

/* The program about itself: GO_ON where it is not asked. */
static int introduce(const char *word)
{
    static const struct {
        const char *word;
        int (*print)(void);
    } forms[] = {
        { "--help", help }, { "-h", help }, { "help", help }, { "--help=man", manual }, { "--version", version }
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (!strcmp(word, forms[i].word)) return fl_wire_launch_is_first() ? forms[i].print() : 0;
    return GO_ON;
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
    int code = introduce(argc > 1 ? argv[1] : "help");
    if (code != GO_ON) return argc > 1 ? flushed(code) : FL_ERROR_USER;
    return flushed(call(argc - 1, argv + 1));
}
