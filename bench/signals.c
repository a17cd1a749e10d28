/* The handler writes to a pipe: nothing is missed between looking and waiting. */
#include "signals.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int ends[2];
static volatile sig_atomic_t came;

static void handle(int signal_number)
{
    int kept = errno;
    came = signal_number;
    if (write(ends[1], "", 1) < 0) {} /* a full pipe is readable already */
    errno = kept;
}

int signals_catch(void)
{
    struct sigaction action = { .sa_handler = handle };
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) fl_die("no pipe: %s", strerror(errno));
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return ends[0];
}

int signals_came(void)
{
    return came;
}
