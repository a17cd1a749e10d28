/* No shell is involved: dot reads the graph from a file in memory and writes its drawing into another. */
#include "page/report_dot.h"
#include "base/child.h"
#include "say/signals.h"

#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { CPU_SECONDS = 20 }; /* a hundred times what a network takes */

static bool ended_well(pid_t child)
{
    int status;
    signals_take_along(child);
    prlimit(child, RLIMIT_CPU, &(struct rlimit){ CPU_SECONDS, CPU_SECONDS }, NULL);
    bool waited = fl_child_wait(child, &status);
    signals_take_along(0);
    return waited && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool run(int input, int output)
{
    char *argv[] = { "dot", "-Tsvg", NULL };
    pid_t child;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int trouble = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return !trouble && ended_well(child);
}

static void read_all(int file, fl_text *text)
{
    char bytes[4096];
    ssize_t n;
    lseek(file, 0, SEEK_SET);
    while ((n = read(file, bytes, sizeof bytes)) > 0) fl_text_add_bytes(text, bytes, (size_t)n);
}

bool dot_add(fl_text *page, const fl_text *graph)
{
    fl_text drawn = { 0 };
    int input = memfd_create("graph", MFD_CLOEXEC), output = memfd_create("drawing", MFD_CLOEXEC);
    bool good = input >= 0 && output >= 0 && write(input, graph->bytes, graph->length) == (ssize_t)graph->length &&
                lseek(input, 0, SEEK_SET) == 0 && run(input, output);
    if (good) read_all(output, &drawn);
    if (input >= 0) close(input);
    if (output >= 0) close(output);
    const char *svg = drawn.length ? strstr(drawn.bytes, "<svg") : NULL; /* without the prolog */
    if (svg) fl_text_add(page, "%s", svg);
    fl_text_free(&drawn);
    return svg;
}
