/* The handler writes to a pipe: nothing is missed between looking and waiting. */
#include "say/signals.h"
#include "wire/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int ends[2], leave_ends[2];
static volatile sig_atomic_t came, companion;
static bool silent; /* of a launch one says that all were stopped */

enum { GRACE_SECONDS = 1 };

static void end(int signal_number)
{
    static const char message[] = "fairlead: stopped\n";
    if (companion) kill(companion, SIGKILL);
    if (!silent && write(STDERR_FILENO, message, sizeof message - 1) < 0) {
    } /* nobody is left to tell */
    _exit(128 + (came ? came : signal_number));
}

static void handle(int signal_number)
{
    int kept = errno;
    if (came) end(signal_number);
    came = signal_number;
    alarm(GRACE_SECONDS);
    if (write(ends[1], "", 1) < 0) {
    } /* a full pipe is readable already */
    errno = kept;
}

static void set_handler(void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void signals_end(void)
{
    silent = !fl_wire_launch_is_first();
    set_handler(end);
    if (came) end(came);
}

bool signals_catch(int *file, fl_error *error)
{
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return fl_error_machine(error, "no pipe: %s", strerror(errno));
    *file = ends[0];
    sigaction(SIGALRM, &(struct sigaction){ .sa_handler = end }, NULL);
    set_handler(handle);
    return true;
}

static void handle_leave(int signal_number)
{
    int kept = errno;
    if (write(leave_ends[1], "", 1) < 0) {
    } /* a full pipe is readable already */
    errno = kept;
}

bool signals_catch_leave(int *file, fl_error *error)
{
    if (pipe2(leave_ends, O_CLOEXEC | O_NONBLOCK) != 0) return fl_error_machine(error, "no pipe: %s", strerror(errno));
    *file = leave_ends[0];
    sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = handle_leave, .sa_flags = SA_RESTART }, NULL);
    return true;
}

void signals_take_along(pid_t child)
{
    companion = child;
}

int signals_came(void)
{
    return came;
}
