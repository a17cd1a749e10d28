/* In a root without /sys, as in a bare chroot and some sandboxes, no library speaks through Fairlead's stderr: it says
 * there what it says elsewhere. */
#include "support/program.h"

#include <sched.h>
#include <sys/mount.h>

static const char *const commands[][10] = {
    { "doctor" },
    { "list", "backends" },
    { "walk" },
    { "run", "bare.json", "-o", "out", "--progress", "none" },
    { "summary", "out" },
    { "verify", "out" },
    { "trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--set", "learning_rate=0.1", "--json" },
};

enum { N_COMMANDS = sizeof commands / sizeof *commands };

static int set_up(void **state)
{
    program_set_up(state);
    put_study(folder, "bare.json",
              "{ 'study': 'bare', 'workload': 'quadratic/noisy', 'batch_size': 16, 'budget': { 'trials': 2, 'steps': 5 "
              "}, 'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }");
    return 0;
}

static void without_sys_no_library_speaks(void **state)
{
    char *said[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++) {
        command c = command_run(folder, commands[i]);
        said[i] = strdup(c.err);
        command_free(&c);
    }
    assert_int_equal(mount("tmpfs", "/sys", "tmpfs", MS_RDONLY, NULL), 0);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        command c = command_run(folder, commands[i]);
        assert_string_equal(c.err, said[i]);
        command_free(&c);
        free(said[i]);
    }
}

int main(void)
{
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        return test_skip_all("mounting is not permitted here, so a root without /sys is not tried");
    const struct CMUnitTest tests[] = { cmocka_unit_test(without_sys_no_library_speaks) };
    return test_run(tests, set_up, program_tear_down);
}
