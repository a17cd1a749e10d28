/* SIGKILL at random moments, to the supervisor or to a worker, over a study that is resumed until it is finished, again
 * and again: 25 kills, or "long WAY" 200 of one way to run. KILL_SEED repeats a run's choices. */
#include "fault_study.h"
#include "base/clock.h"
#include "base/random.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

/* Trials of some milliseconds, so that a kill meets loading, training, writing and the reruns alike. */
static const char study[] =
    "{ 'study': 'kills', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16, %s"
    "  'budget': { 'trials': 6, 'steps': %d, 'eval_every': %d }, 'seeds': { 'rerun_best': 2 },"
    "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 1e-3, 'max': 1, 'scaling': "
    "'log' } } },"
    "            { 'arm': 'adam', 'optimizer': 'adam',"
    "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-1, 'scaling': 'log' } } } ] }";
static const char methods[] = "'parallel': [ { 'method': 'synchronous', 'workers': 4 }, { 'method': 'local', "
                              "'workers': 2, 'every': 3 }, { 'method': 'asynchronous', 'workers': 3 } ],";
enum { TRIALS = 16 };

/* A way to run the study: with which methods, in how many passes, with which options in each. */
typedef struct way {
    const char *name, *parallel;
    size_t n_methods;
    int steps;
    size_t n_passes;
    const char *option, *values[2];
} way;

static const way ways[] = {
    { "plain", "", 1, 9000, 1, NULL, { NULL } },
    { "checkpoints", "", 1, 9000, 1, "--checkpoint-every", { "700" } },
    { "shards", "", 1, 9000, 2, "--shard", { "1/2", "2/2" } },
    { "methods", methods, 3, 900, 1, NULL, { NULL } },
};
static const way *tried = ways;

static size_t wanted = 25, n_kills, n_supervisors, n_rounds;
static useconds_t most_wait; /* half of a whole run, here and now: else a busy machine has no worker yet to be killed */
static fl_random_stream chance;

static int set_up(void **state)
{
    const char *seed = getenv("KILL_SEED");
    uint64_t number = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    chance = fl_random_stream_start(number, "kills", 0);
    print_message("KILL_SEED=%llu\n", (unsigned long long)number);
    char text[2000];
    snprintf(text, sizeof text, study, tried->parallel, tried->steps, tried->steps / 6);
    fault_begin(text);
    fault_clear();
    double begun = fl_clock_seconds();
    assert_runs(0, folder, "run", "study.json", "-o", "out", "-j", "2");
    most_wait = (useconds_t)(5e5 * (fl_clock_seconds() - begun));
    return 0;
}

/* It ends at once when its supervisor does; another may be about to start in its place. */
static void assert_dies_soon(long worker)
{
    for (int i = 0; i < 30000 && !command_is_dead(worker); i++) usleep(1000);
    assert_true(command_is_dead(worker));
}

static void kill_supervisor(command *c, const long *workers, size_t n)
{
    kill(c->pid, SIGKILL);
    command_wait(c);
    assert_true(c->code == 0 || c->code == 1 || c->code == 128 + SIGKILL);
    for (size_t i = 0; i < n; i++) assert_dies_soon(workers[i]);
    n_supervisors++;
}

/* Start a run and kill in it a worker, its supervisor, or one after the other. Two workers could be of one trial, which
 * then fails, another one is selected for a while, and its reruns stay beside the right ones. True when it finished. */
static bool run_with_kills(size_t pass)
{
    command c = command_start(folder, WORDS("run", "study.json", "-o", "out", "-j", "2", "--retry-failed",
                                            tried->option, tried->values[pass]));
    bool killed = false, lost_worker = false;
    while (!killed && !command_has_ended(&c)) {
        long workers[2];
        usleep((useconds_t)fl_random_below(&chance, most_wait));
        size_t n = command_workers(&c, workers), victim = lost_worker ? n : fl_random_below(&chance, n + 1);
        if (n_kills == wanted || command_has_ended(&c)) break;
        n_kills++;
        killed = victim == n;
        lost_worker = !killed;
        if (killed)
            kill_supervisor(&c, workers, n);
        else
            kill((pid_t)workers[victim], SIGKILL);
    }
    if (!killed) command_wait(&c);
    bool finished = c.code == 0;
    if (!killed && !finished)
        fail_msg("exit code %d: %s", c.code, c.err); /* the next run takes over at once: never 2 */
    command_free(&c);
    return finished;
}

static void nothing_is_lost_whoever_is_killed(void **state)
{
    while (n_kills < wanted) {
        fault_clear();
        for (size_t pass = 0; pass < tried->n_passes; pass++)
            while (!run_with_kills(pass)) {
            }
        assert_resumes();
        assert_nothing_doubled(TRIALS * tried->n_methods);
        n_rounds++;
    }
    print_message("%s: %zu kills, %zu of them of supervisors, over %zu studies\n", tried->name, n_kills, n_supervisors,
                  n_rounds);
}

int main(int argc, char **argv)
{
    if (argc > 1) wanted = 200;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && argc > 2; i++)
        if (!strcmp(ways[i].name, argv[2])) tried = &ways[i];
    const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_is_lost_whoever_is_killed) };
    return test_run(tests, set_up, program_tear_down);
}
