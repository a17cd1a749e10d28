/* No shell is involved: gnuplot reads the variables from its standard input, then the script. Its complaints come back
 * through a pipe. */
#include "figures/figure_gnuplot.h"
#include "base/child.h"
#include "say/signals.h"
#include "say/places.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Start gnuplot in `folder` on `input`, with its complaints going to `complaints`; 0 or an errno. */
static int start(char *const argv[], const char *folder, int input, int complaints, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
    int trouble = posix_spawnp(child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return trouble;
}

static void read_all(int file, fl_text *text)
{
    char bytes[4096];
    ssize_t n;
    while ((n = read(file, bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0) fl_text_add_bytes(text, bytes, (size_t)n);
}

static bool succeeded(pid_t child)
{
    int status;
    bool waited = fl_child_wait(child, &status);
    signals_take_along(0);
    return waited && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The last line that says something: gnuplot repeats the command first, with a caret under its mistake. */
static const char *last_line(fl_text *said)
{
    while (said->length && strchr(" \n", said->bytes[said->length - 1])) said->bytes[--said->length] = 0;
    const char *line = said->length ? strrchr(said->bytes, '\n') : NULL;
    return line ? line + 1 : said->length ? said->bytes : "no reason given";
}

enum {
    CPU_SECONDS = 60
}; /* a hundred times what a figure takes: a script that never ends must not keep a run from ending */

static bool run(char *const argv[], const char *folder, int input, fl_text *said, fl_error *error)
{
    int ends[2];
    pid_t child;
    if (pipe2(ends, O_CLOEXEC)) return fl_error_machine(error, "no pipe to gnuplot: %s", strerror(errno));
    int trouble = start(argv, folder, input, ends[1], &child);
    close(ends[1]);
    if (!trouble) {
        signals_take_along(child);
        prlimit(child, RLIMIT_CPU, &(struct rlimit){ CPU_SECONDS, CPU_SECONDS }, NULL);
        read_all(ends[0], said);
    }
    close(ends[0]);
    if (trouble == ENOENT)
        return fl_error_machine(error,
                                "gnuplot is not installed, so there are no figures (Debian package gnuplot-nox)");
    if (trouble) return fl_error_machine(error, "gnuplot cannot be started: %s", strerror(trouble));
    return succeeded(child) || fl_error_machine(error, "gnuplot failed: %s", last_line(said));
}

/* The commands as a file in memory: an argument would be limited to 128 KiB, a pipe could fill up. -1 on failure. */
static int file_of(const fl_text *commands)
{
    int file = memfd_create("gnuplot", MFD_CLOEXEC);
    bool whole = file >= 0 && write(file, commands->bytes, commands->length) == (ssize_t)commands->length &&
                 lseek(file, 0, SEEK_SET) == 0;
    if (whole || file < 0) return file;
    close(file);
    return -1;
}

/* plots/NAME.gp */
static bool find_script(const char *name, char path[FL_FILE_PATH_MAX], fl_error *error)
{
    char file[128];
    snprintf(file, sizeof file, "plots/%s.gp", name);
    return places_shared(file, path) ||
           fl_error_machine(error, "%s is in neither the source tree nor the installed folder", file);
}

bool gnuplot_run(const char *const *scripts, const char *folder, const fl_text *variables, fl_error *error)
{
    char paths[GNUPLOT_SCRIPTS][FL_FILE_PATH_MAX];
    char *argv[3 + GNUPLOT_SCRIPTS + 1] = { "gnuplot", "-d", "-" };
    fl_text said = { 0 };
    for (size_t i = 0; scripts[i]; i++) {
        if (!find_script(scripts[i], paths[i], error)) return false;
        argv[3 + i] = paths[i];
    }
    int input = file_of(variables);
    if (input < 0) return fl_error_machine(error, "no memory file for gnuplot: %s", strerror(errno));
    bool good = run(argv, folder, input, &said, error);
    close(input);
    fl_text_free(&said);
    return good;
}
