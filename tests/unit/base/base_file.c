/* Files and folders: all or nothing on the way out, sentences when something is wrong. */
#include "support/dies.h"
#include "support/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* In place of the library's: counts the folders that are synced, and lets them fail. */
static size_t n_synced;
static bool cannot_sync;

int fsync(int file)
{
    struct stat facts;
    bool is_folder = fstat(file, &facts) == 0 && S_ISDIR(facts.st_mode);
    n_synced += is_folder;
    errno = EIO;
    return is_folder && cannot_sync ? -1 : (int)syscall(SYS_fsync, file);
}

/* A folder of the test's own, and the path that at() made last. */
typedef struct place {
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
} place;

static const char *at(place *p, const char *name)
{
    fl_file_path_join(p->path, p->folder, name);
    return p->path;
}

static void assert_holds(const char *path, const char *expected, size_t n)
{
    char *bytes;
    size_t found;
    fl_error error;
    if (!fl_file_read(path, &bytes, &found, &error)) fail_msg("%s", error.text);
    assert_int_equal(found, n);
    assert_memory_equal(bytes, expected, n);
    assert_int_equal(bytes[n], 0);
    free(bytes);
}

/* The sizes lie around the first buffer of the reader, 64 KiB, and its double. */
static void what_is_written_is_read_back(void **state)
{
    static char bytes[300000];
    const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, sizeof bytes };
    place p;
    folder_make(p.folder);
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * i);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_true(fl_file_write(at(&p, "file"), bytes, sizes[i], NULL));
        assert_holds(p.path, bytes, sizes[i]);
    }
    folder_remove(p.folder);
}

/* Files are limited to 10 bytes while 100 are written, as on a full disk. */
static bool write_without_space(const char *path, fl_error *error)
{
    char bytes[100] = { 0 };
    struct rlimit old, small;
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){ .rlim_cur = 10, .rlim_max = old.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    bool written = fl_file_write(path, bytes, sizeof bytes, error);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_DFL);
    return written;
}

static void a_failed_write_keeps_the_old_file_and_leaves_no_litter(void **state)
{
    fl_error error;
    place p;
    folder_make(p.folder);
    assert_true(fl_file_write(at(&p, "file"), "old", 3, NULL));
    assert_false(write_without_space(p.path, &error));
    assert_int_equal(error.fault, FL_ERROR_MACHINE);
    assert_contains(error.text, p.path);
    assert_contains(error.text, "File too large");
    assert_holds(p.path, "old", 3);
    assert_int_equal(folder_count(p.folder), 1);
    folder_remove(p.folder);
}

static void writing_over_a_folder_fails_and_leaves_no_litter(void **state)
{
    fl_error error;
    place p;
    folder_make(p.folder);
    assert_true(fl_file_folder_make(at(&p, "folder"), NULL));
    assert_false(fl_file_write(p.path, "new", 3, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_true(fl_file_folder_exists(p.path));
    assert_int_equal(folder_count(p.folder), 1);
    folder_remove(p.folder);
}

static void writing_into_a_missing_folder_fails(void **state)
{
    fl_error error;
    place p;
    folder_make(p.folder);
    assert_false(fl_file_write(at(&p, "missing/file"), "new", 3, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "missing/file");
    folder_remove(p.folder);
}

static fl_error failed_read(const char *path)
{
    char *bytes;
    size_t n;
    fl_error error;
    assert_false(fl_file_read(path, &bytes, &n, &error));
    assert_contains(error.text, path);
    return error;
}

static void a_missing_file_and_a_folder_are_the_users_errors(void **state)
{
    place p;
    folder_make(p.folder);
    fl_error missing = failed_read(at(&p, "none")), folder = failed_read(p.folder);
    assert_int_equal(missing.fault, FL_ERROR_USER);
    assert_int_equal(folder.fault, FL_ERROR_USER);
    assert_contains(folder.text, "Is a directory");
    folder_remove(p.folder);
}

/* Address 0 of a process is not mapped: read(2) gives EIO. */
static void a_failing_read_is_the_machines_trouble(void **state)
{
    fl_error error = failed_read("/proc/self/mem");
    assert_int_equal(error.fault, FL_ERROR_MACHINE);
    assert_contains(error.text, "cannot be read: Input/output error");
}

/* What somebody can put right at the path is the user's, what the disk does the machine's. */
static void an_errno_says_who_must_act(void **state)
{
    static const int mistakes[] = { ENOENT, EACCES, EROFS, ENOTDIR },
                     troubles[] = { ENOSPC, EIO, EMFILE, ENOMEM, EDQUOT };
    fl_error error;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        errno = mistakes[i];
        assert_false(fl_file_error(&error, "a/b", "cannot be written"));
        assert_int_equal(error.fault, FL_ERROR_USER);
    }
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        errno = troubles[i];
        assert_false(fl_file_error(&error, "a/b", "cannot be written"));
        assert_int_equal(error.fault, FL_ERROR_MACHINE);
    }
    errno = ENOSPC;
    fl_file_error(&error, "a/b", "cannot be written");
    assert_string_equal(error.text, "a/b: cannot be written: No space left on device");
}

static void a_folder_is_made_with_its_parents_and_again(void **state)
{
    place p;
    folder_make(p.folder);
    assert_true(fl_file_folder_make(at(&p, "a/b/c"), NULL));
    assert_true(fl_file_folder_exists(p.path) && !fl_file_exists(p.path));
    assert_true(fl_file_folder_make(p.path, NULL));
    assert_true(fl_file_folder_make(at(&p, "a/b/c/d/"), NULL));
    assert_true(fl_file_folder_exists(p.path));
    folder_remove(p.folder);
}

/* What is made is lost in a power cut unless the folder it is in was synced. */
static void what_is_made_is_synced_with_its_folder(void **state)
{
    place p;
    fl_error error;
    folder_make(p.folder);
    n_synced = 0;
    assert_true(fl_file_folder_make(at(&p, "a/b/c"), NULL));
    assert_int_equal(n_synced, 3);
    assert_true(fl_file_folder_make(at(&p, "a/b/c"), NULL));
    assert_int_equal(n_synced, 3);
    assert_true(fl_file_write(at(&p, "a/file"), "x", 1, NULL));
    assert_int_equal(n_synced, 4);
    cannot_sync = true;
    bool folder_made = fl_file_folder_make(at(&p, "d"), &error);
    assert_false(folder_made || fl_file_write(at(&p, "a/file"), "yz", 2, &error));
    cannot_sync = false;
    assert_contains(error.text, "a/file: cannot be synced: Input/output error");
    assert_holds(at(&p, "a/file"), "yz", 2);
    folder_remove(p.folder);
}

static void a_file_in_the_way_of_a_folder_is_an_error(void **state)
{
    fl_error error;
    place p;
    folder_make(p.folder);
    assert_true(fl_file_write(at(&p, "file"), "", 0, NULL));
    assert_true(fl_file_exists(p.path) && !fl_file_folder_exists(p.path));
    assert_false(fl_file_folder_make(p.path, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "File exists");
    assert_false(fl_file_folder_make(at(&p, "file/below"), &error));
    assert_contains(error.text, "file/below: cannot be created: Not a directory");
    folder_remove(p.folder);
}

/* As anybody but root, who may write everywhere. */
static void a_parent_that_cannot_be_made_is_the_reason(void **state)
{
    enum { NOBODY = 65534 };
    fl_error error;
    place p;
    uid_t own = geteuid();
    folder_make(p.folder);
    assert_int_equal(chmod(p.folder, 0555), 0);
    if (own == 0) assert_int_equal(seteuid(NOBODY), 0);
    bool made = fl_file_folder_make(at(&p, "results/quick"), &error);
    if (own == 0) assert_int_equal(seteuid(own), 0);
    assert_false(made);
    assert_contains(error.text, "results/quick: cannot be created: Permission denied");
    folder_remove(p.folder);
}

static void paths_are_joined_by_one_slash(void **state)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, "a", "b");
    assert_string_equal(path, "a/b");
    fl_file_path_join(path, "/a/", "b");
    assert_string_equal(path, "/a/b");
    fl_file_path_join(path, "", "b");
    assert_string_equal(path, "b");
}

/* The system takes 4095 bytes. */
static void a_path_that_is_too_long_is_refused_by_its_first_use(void **state)
{
    char path[FL_FILE_PATH_MAX], longer[2 * FL_FILE_PATH_MAX], *bytes;
    size_t n;
    fl_error error;
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    fl_file_path_join(path, longer, "b");
    assert_false(fl_file_read(path, &bytes, &n, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "File name too long");
    assert_false(fl_file_exists(path) || fl_file_folder_exists(path));
    assert_false(fl_file_folder_make(longer, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_false(fl_file_write(longer, "new", 3, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
}

/* Whoever may write to /dev may also replace what is in it. */
static void a_device_is_written_to_and_never_replaced(void **state)
{
    fl_error error;
    place p;
    char got[4] = "";
    int pipe_end;
    folder_make(p.folder);
    assert_int_equal(mkfifo(at(&p, "pipe"), 0600), 0);
    pipe_end = open(p.path, O_RDWR);
    assert_true(fl_file_write(p.path, "new", 3, &error));
    assert_int_equal(read(pipe_end, got, 3), 3);
    assert_string_equal(got, "new");
    close(pipe_end);
    assert_false(fl_file_exists(p.path));
    assert_int_equal(symlink("/dev/full", at(&p, "full")), 0);
    assert_false(fl_file_write(p.path, "new", 3, &error));
    assert_int_equal(error.fault, FL_ERROR_MACHINE);
    assert_contains(error.text, "No space left on device");
    assert_int_equal(folder_count(p.folder), 2);
    folder_remove(p.folder);
}

static void wake(int signal_number) {}

/* A signal every 10 ms, which ends whatever call waits. */
static void signals(bool on)
{
    const struct timeval often = { .tv_usec = on ? 10000 : 0 };
    sigaction(SIGALRM, &(struct sigaction){ .sa_handler = wake }, NULL);
    setitimer(ITIMER_REAL, &(struct itimerval){ often, often }, NULL);
}

/* The reading end of a pipe into which a child writes `n` bytes, which are 7, after a while. */
static int late_bytes(size_t n)
{
    static char bytes[300000];
    int ends[2];
    memset(bytes, 7, sizeof bytes);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (!child) {
        close(ends[0]);
        usleep(100000);
        signals(true);
        _exit(!fl_file_put(ends[1], bytes, n));
    }
    close(ends[1]);
    return ends[0];
}

static void a_signal_in_between_changes_nothing(void **state)
{
    char bytes[300000], path[40], *read;
    size_t n;
    int end = late_bytes(sizeof bytes);
    signals(true);
    assert_true(fl_file_get(end, bytes, sizeof bytes));
    assert_true(bytes[0] == 7 && bytes[sizeof bytes - 1] == 7);
    assert_false(fl_file_get(end, bytes, 1) || errno);
    close(end);
    end = late_bytes(100);
    snprintf(path, sizeof path, "/proc/self/fd/%d", end);
    bool whole = fl_file_read(path, &read, &n, NULL);
    signals(false);
    assert_true(whole);
    assert_int_equal(n, 100);
    free(read);
    close(end);
}

/* All of it hole. */
static void a_file_beyond_256_mib_is_refused(void **state)
{
    place p;
    folder_make(p.folder);
    assert_true(fl_file_write(at(&p, "large"), "", 0, NULL));
    assert_int_equal(truncate(p.path, (256 << 20) + 1), 0);
    fl_error error = failed_read(p.path);
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "is larger than 256 MiB");
    folder_remove(p.folder);
}

static void assert_no_regular_file(const char *path)
{
    fl_error error = failed_read(path);
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "is no regular file");
    assert_null(fl_file_stream(path, &error));
    assert_contains(error.text, "is no regular file");
}

/* To open a pipe without a writer waits for one; SIGALRM, which nobody catches, ends a test that does. */
static void what_may_never_begin_or_end_is_refused_at_once(void **state)
{
    place p;
    folder_make(p.folder);
    assert_int_equal(mkfifo(at(&p, "pipe"), 0600), 0);
    signal(SIGALRM, SIG_DFL);
    alarm(20);
    assert_no_regular_file(p.path);
    int writer = open(p.path, O_RDWR);
    assert_no_regular_file(p.path);
    close(writer);
    alarm(0);
    assert_no_regular_file("/dev/zero");
    assert_no_regular_file("/dev/null");
    folder_remove(p.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_failed_write_keeps_the_old_file_and_leaves_no_litter),
        cmocka_unit_test(writing_over_a_folder_fails_and_leaves_no_litter),
        cmocka_unit_test(writing_into_a_missing_folder_fails),
        cmocka_unit_test(a_missing_file_and_a_folder_are_the_users_errors),
        cmocka_unit_test(a_failing_read_is_the_machines_trouble),
        cmocka_unit_test(an_errno_says_who_must_act),
        cmocka_unit_test(a_folder_is_made_with_its_parents_and_again),
        cmocka_unit_test(what_is_made_is_synced_with_its_folder),
        cmocka_unit_test(a_file_in_the_way_of_a_folder_is_an_error),
        cmocka_unit_test(a_parent_that_cannot_be_made_is_the_reason),
        cmocka_unit_test(paths_are_joined_by_one_slash),
        cmocka_unit_test(a_path_that_is_too_long_is_refused_by_its_first_use),
        cmocka_unit_test(a_device_is_written_to_and_never_replaced),
        cmocka_unit_test(a_signal_in_between_changes_nothing),
        cmocka_unit_test(a_file_beyond_256_mib_is_refused),
        cmocka_unit_test(what_may_never_begin_or_end_is_refused_at_once),
    };
    return test_run(tests, NULL, NULL);
}
