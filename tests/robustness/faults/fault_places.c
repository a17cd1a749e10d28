/* Places that fill up, cannot be written or go away while a run writes to them. They are made by mounts in a namespace
 * of the test's own, which takes root. */
#include "fault_study.h"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

/* Some 2 KiB of records a trial. */
static const char study[] = "{ 'study': 'places', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 4,"
                            "  'budget': { 'trials': 8, 'steps': 8, 'eval_every': 2 }, 'seeds': { 'rerun_best': 1 },"
                            "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': "
                            "1e-3, 'max': 1e-1, 'scaling': 'log' } } },"
                            "            { 'arm': 'null', 'optimizer': 'null', 'space': { 'learning_rate': 0.1 } } ] }";
enum { TRIALS = 18, PAGE_KIB = 4 };

static const char endless[] =
    "{ 'study': 'endless', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
    "  'budget': { 'trials': 100000, 'steps': 100, 'eval_every': 100 },"
    "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 1e-3, 'max': 1, 'scaling': "
    "'log' } } } ] }";

static char out[FL_FILE_PATH_MAX];

static int set_up(void **state)
{
    fault_begin(study);
    put_study(folder, "endless.json", endless);
    fl_file_path_join(out, folder, "out");
    return 0;
}

static void mount_small(size_t kib, unsigned long flags)
{
    char size[40];
    snprintf(size, sizeof size, "size=%zuk", kib);
    assert_int_equal(0, mount("tmpfs", out, "tmpfs", flags, size));
}

static size_t count_failed(void)
{
    json_t *lines = store_lines(folder, "out", "trials"), *line;
    size_t i, n = 0;
    json_array_foreach(lines, i, line) n += !strcmp(json_string_value(json_object_get(line, "status")), "failed");
    json_decref(lines);
    return n;
}

/* A run on a disk of so many KiB; true when they were enough. Then there is room, and the next run does the rest. */
static bool fill(size_t kib)
{
    assert_true(fl_file_folder_make(out, NULL));
    mount_small(kib, 0);
    command c = command_run(folder, WORDS("run", "study.json", "-o", "out", "-j", "2"));
    bool enough = c.code == 0;
    if (!enough) assert_int_equal(c.code, 3);
    if (!enough) assert_contains(c.err, "No space left on device");
    command_free(&c);
    assert_int_equal(count_damage(), 0);
    assert_int_equal(count_failed(), 0);
    mount_small(1024, MS_REMOUNT);
    assert_resumes();
    assert_nothing_doubled(TRIALS);
    assert_int_equal(0, umount(out));
    fault_clear();
    return enough;
}

static void a_full_disk_keeps_what_is_finished(void **state)
{
    size_t kib = PAGE_KIB;
    while (!fill(kib)) kib += PAGE_KIB;
    assert_true(kib >
                5 * PAGE_KIB); /* lock, study, host, trials and points are a page each: it failed in between, too */
}

static void a_read_only_folder_can_be_read_and_not_run(void **state)
{
    char once[FL_FILE_PATH_MAX];
    fl_file_path_join(once, folder, "once");
    assert_true(fl_file_folder_make(out, NULL));
    assert_int_equal(0, mount(once, out, NULL, MS_BIND, NULL));
    assert_int_equal(0, mount(NULL, out, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
    assert_refused(2, "Read-only file system", folder, "run", "study.json", "-o", "out");
    assert_refused(2, "Read-only file system", folder, "run", "study.json", "-o", "out/new");
    assert_runs(0, folder, "check", "out");
    assert_runs(0, folder, "summary", "out");
    assert_int_equal(0, umount(out));
    fault_clear();
}

/* Start a run that would take hours and wait for its first trials. */
static command start_endless(void)
{
    command c = command_start(folder, WORDS("run", "endless.json", "-o", "out", "-j", "1"));
    store_wait(folder, "out", 3);
    return c;
}

static void assert_stops(command *c)
{
    command_wait(c);
    assert_int_equal(c->code, 3);
    assert_contains(c->err, "was deleted or moved away while trials were written to it");
    command_free(c);
}

static void a_folder_that_is_moved_stops_the_run_and_keeps_its_trials(void **state)
{
    char moved[FL_FILE_PATH_MAX];
    fl_file_path_join(moved, folder, "moved");
    command c = start_endless();
    assert_int_equal(0, rename(out, moved));
    assert_stops(&c);
    assert_runs(0, folder, "check", "moved");
    assert_true(store_count(folder, "moved", "trials") > 2);
}

static void a_folder_that_is_unmounted_stops_the_run(void **state)
{
    assert_true(fl_file_folder_make(out, NULL));
    mount_small(1024, 0);
    command c = start_endless();
    assert_int_equal(0, umount2(out, MNT_DETACH));
    assert_stops(&c);
    fault_clear();
}

int main(void)
{
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
        return test_skip_all("mounting is not permitted here, so full and read-only disks are not tested");
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_keeps_what_is_finished),
        cmocka_unit_test(a_read_only_folder_can_be_read_and_not_run),
        cmocka_unit_test(a_folder_that_is_moved_stops_the_run_and_keeps_its_trials),
        cmocka_unit_test(a_folder_that_is_unmounted_stops_the_run),
    };
    return test_run(tests, set_up, program_tear_down);
}
