/* The n-th call of a kind fails, once or from then on, in the supervisor or in its workers, for n = 1, 2, ... until a
 * run passes without meeting it; after each the folder is whole and going on leads to the same records. With "long"
 * every n is tried, otherwise ever fewer. "long calls" leaves out allocations, which are thousands; "long memory
 * worker" takes those of the workers alone, "long memory supervisor FIRST LAST" that stretch of the supervisor's, and
 * so for any kind. */
#include "fault_study.h"

#include <errno.h>

/* Two arms, two trials each, the better one of each run again; milliseconds each. */
static const char study[] =
    "{ 'study': 'fault', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 4,"
    "  'budget': { 'trials': 2, 'steps': 4, 'eval_every': 2 }, 'seeds': { 'rerun_best': 1 },"
    "  'arms': [ { 'arm': 'null', 'optimizer': 'null', 'space': { 'learning_rate': 0.1 } },"
    "            { 'arm': 'adam', 'optimizer': 'adam',"
    "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-1, 'scaling': 'log' } } } ] }";
enum { TRIALS = 6 };

typedef struct fault {
    const char *kind, *in;
    int trouble;
} fault;

static const fault faults[] = {
    { "write", "supervisor", ENOSPC },  { "write", "supervisor", 0 },     { "sync", "supervisor", EIO },
    { "rename", "supervisor", EIO },    { "open", "supervisor", EMFILE }, { "truncate", "supervisor", EIO },
    { "pipe", "supervisor", EMFILE },   { "fork", "supervisor", EAGAIN }, { "write", "worker", EIO },
    { "write", "worker", 0 },           { "open", "worker", EIO },
#ifndef __SANITIZE_ADDRESS__
    { "memory", "supervisor", ENOMEM }, { "memory", "worker", ENOMEM },
#endif
};

static bool all;
static const char *only;    /* this kind, or "calls", if not NULL */
static const char *only_in; /* these processes, if not NULL */
static size_t first = 1, last = SIZE_MAX, n_injected, n_met;

/* How many trials the run said it had finished. */
static size_t said_done(const char *said)
{
    size_t done = 0, n, total;
    for (const char *line = said; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (sscanf(line, "%zu/%zu trials", &n, &total) == 2) done = n;
    return done;
}

/* One disturbed run: it ends by an exit code with a sentence, what it said it had done is there, and nothing
 * half-written is. */
static bool disturb(const fault *f, bool stays, size_t n)
{
    fault_clear();
    fault_set(f->kind, f->in, n, f->trouble, stays);
    command c = command_run(folder, WORDS("run", "study.json", "-o", "out", "-j", "2", "--progress", "lines"));
    bool met = fault_unset();
    bool right =
        c.code == 0 || (c.code == 1 && strstr(c.err, "failed")) || (c.code == 3 && strstr(c.err, "fairlead: "));
    char *lines = whole_lines();
    if (!right) fail_msg("exit code %d: %s", c.code, c.err);
    assert_int_equal(count_damage(), 0);
    if (count_lines(lines) < said_done(c.err)) fail_msg("said to be done: %s\nbut there is\n%s", c.err, lines);
    free(lines);
    command_free(&c);
    return met;
}

/* Once for n = 1, 16, 256, ..., from then on for n = 1, 3, 48, 768, ..., of allocations, which are very many, in steps
 * of 512 times; unless all are asked for. */
static size_t next(const fault *f, size_t n, bool stays)
{
    size_t times = strcmp(f->kind, "memory") ? 16 : 512;
    if (all) return n + 1;
    return stays && n == 1 ? 3 : times * n;
}

static void try_every(const fault *f, bool stays)
{
    size_t runs = 0, n = first;
    for (bool met = true; met && n <= last; runs++) {
        met = disturb(f, stays, n);
        n_injected++;
        n_met += met;
        if (met) assert_resumes();
        assert_nothing_doubled(TRIALS);
        if (met) n = next(f, n, stays);
    }
    print_message("%s in the %s, errno %d, %s: %zu runs, up to %zu\n", f->kind, f->in, f->trouble,
                  stays ? "from then on" : "once", runs, n);
}

/* Between two looks the wall clock goes back an hour, in the supervisor or in the workers. */
static void a_clock_that_runs_backwards_changes_nothing(void **state)
{
    static const fault clocks[] = { { "clock", "supervisor", 0 }, { "clock", "worker", 0 } };
    for (size_t i = 0; i < 2; i++) {
        disturb(&clocks[i], false, 1);
        assert_same_store(folder, "once", "out");
        assert_resumes();
        assert_nothing_doubled(TRIALS);
    }
}

static int set_up(void **state)
{
    return fault_begin(study);
}

static bool is_asked_for(const fault *f)
{
    if (only_in && strcmp(only_in, f->in)) return false;
    if (only && !strcmp(only, "calls")) return strcmp(f->kind, "memory");
    return !only || !strcmp(only, f->kind);
}

static void nothing_is_lost_whatever_fails(void **state)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        for (int stays = 0; stays < 2 && is_asked_for(&faults[i]); stays++) try_every(&faults[i], stays);
    print_message("%zu faults injected, %zu met\n", n_injected, n_met);
}

int main(int argc, char **argv)
{
    all = argc > 1;
    if (argc > 2) only = argv[2];
    if (argc > 3) only_in = argv[3];
    if (argc > 4) first = strtoul(argv[4], NULL, 10);
    if (argc > 5) last = strtoul(argv[5], NULL, 10);
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_clock_that_runs_backwards_changes_nothing),
                                        cmocka_unit_test(nothing_is_lost_whatever_fails) };
    return test_run(tests, set_up, program_tear_down);
}
