/* Who may write to a result folder at the same time, and that a lock ends with its holder. */
#include "support/fixtures.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static void assert_refused(const fixture *s, fl_store_shard shard, const char *who)
{
    fl_error error;
    assert_null(fl_store_open(s->folder, s->study, shard, NULL, &error));
    assert_int_equal(FL_ERROR_USER, error.fault);
    assert_contains(error.text, who);
}

static void a_second_writer_is_refused_while_the_first_lives(void **state)
{
    fixture s;
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    assert_refused(&s, whole, pid);
    fl_store_close(s.store);
    s.store = open_store(&s, whole);
    fixture_end(&s);
}

/* However the first writer dies, the next takes over at once. */
static void a_killed_writer_leaves_no_lock(void **state)
{
    fixture s;
    int ready[2], status;
    char byte, pid[32];
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    fl_store_close(s.store);
    assert_int_equal(0, pipe(ready));
    pid_t child = fork();
    if (child == 0) {
        if (fl_store_open(s.folder, s.study, whole, NULL, NULL)) (void)!write(ready[1], "x", 1);
        pause();
        _exit(0);
    }
    assert_int_equal(1, read(ready[0], &byte, 1));
    snprintf(pid, sizeof pid, "process %ld", (long)child);
    assert_refused(&s, whole, pid);
    kill(child, SIGKILL);
    assert_int_equal(child, waitpid(child, &status, 0));
    s.store = open_store(&s, whole);
    close(ready[0]);
    close(ready[1]);
    fixture_end(&s);
}

/* A worker that outlives its supervisor must not keep the lock: every descriptor closes on exec. */
static void no_descriptor_survives_an_exec(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    size_t n = 0;
    for (int file = 3; file < 256; file++) {
        char link[64], path[FL_FILE_PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        ssize_t length = readlink(link, path, sizeof path - 1);
        if (length < 0) continue;
        path[length] = 0;
        if (strncmp(path, s.folder, strlen(s.folder))) continue;
        n++;
        assert_true(fcntl(file, F_GETFD) & FD_CLOEXEC);
    }
    assert_int_equal(3, n); /* lock, trials, points */
    fixture_end(&s);
}

/* Each would take trials of the other. Shards of another count do as well: 1/4 is part of 1/2. */
static void the_whole_and_shards_of_two_counts_refuse_each_other(void **state)
{
    fixture s;
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    fixture_begin(&s, BUDGET(4), SGD("sgd"));
    assert_refused(&s, (fl_store_shard){ 2, 2 }, pid);
    fl_store_close(s.store);
    s.store = open_store(&s, (fl_store_shard){ 2, 2 });
    assert_refused(&s, whole, pid);
    assert_refused(&s, (fl_store_shard){ 2, 2 }, pid);
    assert_refused(&s, (fl_store_shard){ 1, 4 }, pid);
    fl_store_close(open_store(&s, (fl_store_shard){ 1, 2 }));
    fl_store_close(s.store);
    fl_store_close(open_store(&s, (fl_store_shard){ 1, 4 }));
    s.store = open_store(&s, whole);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_writer_is_refused_while_the_first_lives),
        cmocka_unit_test(a_killed_writer_leaves_no_lock),
        cmocka_unit_test(no_descriptor_survives_an_exec),
        cmocka_unit_test(the_whole_and_shards_of_two_counts_refuse_each_other),
    };
    return test_run(tests, NULL, NULL);
}
