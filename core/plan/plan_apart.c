/* What a study costs whose arms run what its user wrote: such code may crash or hang, so a child measures and sends the
 * figures home. */
#include "own/own.h"
#include "plan/plan_measure.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARM_SECONDS = 120 }; /* for its data, its start and what is timed */

/* What goes home before the arms. */
typedef struct answer {
    bool measured;
    fl_error why;
    double seconds, evaluate, bytes;
} answer;

bool fl_plan_runs_own(const fl_study *study)
{
    for (size_t i = 0; i < study->n_arms; i++)
        if (fl_own_of(study->arms[i].base.owners.optimizer)) return true;
    return false;
}

static bool pass(int file, void *bytes, size_t n, bool in)
{
    for (size_t done = 0; done < n;) {
        char *at = (char *)bytes + done;
        ssize_t now = in ? read(file, at, n - done) : write(file, at, n - done);
        if (now > 0) done += (size_t)now;
        if (now == 0 || (now < 0 && errno != EINTR)) return false;
    }
    return true;
}

/* An arm's pointers mean the same on both sides. */
static bool pass_plan(int file, answer *found, fl_plan *plan, bool in)
{
    return pass(file, found, sizeof *found, in) && pass(file, plan->arms, plan->n_arms * sizeof *plan->arms, in);
}

static void measure_in_child(fl_plan *plan, double seconds, int to)
{
    answer found = { .measured = false };
    alarm((unsigned)(ARM_SECONDS * plan->n_arms));
    found.measured = fl_plan_cost(plan, seconds, &found.why);
    found.seconds = plan->seconds;
    found.evaluate = plan->evaluate;
    found.bytes = plan->bytes;
    _exit(pass_plan(to, &found, plan, false) ? 0 : 1);
}

static bool explain(int status, fl_error *error)
{
    static const char *const what = "a step of the study's arms cannot be timed";
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        return fl_error_user(error, "%s: no end within %d s an arm", what, ARM_SECONDS);
    if (WIFSIGNALED(status))
        return fl_error_user(error, "%s: an optimizer of your own ended the process by signal %d (%s)", what,
                             WTERMSIG(status), strsignal(WTERMSIG(status)));
    return fl_error_user(error, "%s: an optimizer of your own ended the process with exit code %d", what,
                         WEXITSTATUS(status));
}

bool fl_plan_cost_apart(fl_plan *plan, double seconds, fl_error *error)
{
    answer found;
    int ends[2], status = 0;
    fflush(NULL);
    if (pipe(ends)) return fl_error_machine(error, "no pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child < 0) return fl_error_machine(error, "no process to time a step in");
    if (!child) measure_in_child(plan, seconds, ends[1]);
    close(ends[1]);
    bool came = pass_plan(ends[0], &found, plan, true);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0) continue;
    if (!came) return explain(status, error);
    plan->seconds = found.seconds;
    plan->evaluate = found.evaluate;
    plan->bytes = found.bytes;
    if (!found.measured) *error = found.why;
    return found.measured;
}
