/* `fairlead watch`: a run seen from outside, by a folder that grows. */
#include "support/command.h"
#include "support/fixtures.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void add_some(const fixture *s, size_t arm, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        add_trial(s, arm, i, 0, (synthetic){ .val_error = 0.1 + 0.01 * (double)i, .test_error = 0.2 });
}

static void assert_shows(const fixture *s, int code, const char *const *parts)
{
    command c = command_run(s->folder, WORDS("watch", s->folder, "--once"));
    for (; *parts; parts++)
        if (!strstr(c.out, *parts)) fail_msg("there is no '%s' in:\n%s%s", *parts, c.out, c.err);
    assert_null(strstr(c.out, "error")); /* no results: they invite to peek */
    assert_null(strchr(c.out, '\033'));
    assert_int_equal(c.code, code);
    command_free(&c);
}

/* --- counts --- */

/* Of 5 + 5 trials of 100 steps: 3 + 2 ended, of which one diverged; the fourth of the second arm failed. This process
 * holds the lock, and its one child, the watch itself, passes for its worker. Every trial took 2 seconds: 30 a minute.
 */
static void every_arm_is_counted(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("plain") "," SGD("other"));
    add_some(&s, 0, 0, 3);
    add_some(&s, 1, 0, 1);
    add_trial(&s, 1, 1, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE, .reason = "not finite" });
    assert_shows(&s, 0,
                 WORDS("plain  ", "  3/5\n", "other  ", "  2/5  1 diverged\n", "total  ", "  5/10  1 diverged\n",
                       "400 of 900 steps", "about 10 s left, 1 worker, 30 trials/min, last record ", " s ago"));
    add_trial(&s, 1, 3, 0, (synthetic){ .status = FL_OUTCOME_FAILED, .reason = "timeout" });
    assert_shows(&s, 1, WORDS("3/5  1 diverged  1 failed\n"));
    fixture_end(&s);
}

/* A trial has ended once both repeats have. */
static void repeats_are_one_trial(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(2) "\"seeds\": {\"repeats\": 2, \"rerun_best\": 3},", SGD("plain"));
    for (uint64_t r = 0; r < 3; r++) add_trial(&s, 0, r / 2, r % 2, (synthetic){ .val_error = 0.1 });
    assert_shows(&s, 0, WORDS("plain  ", "  1/2\n", "300 of 400 steps, 0 of 3 reruns"));
    fixture_end(&s);
}

/* Three feasible trials are wanted and one diverged: a fourth is needed. */
static void a_feasible_budget_grows_with_its_divergences(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(3), SGD("plain"));
    assert_shows(&s, 4, WORDS("  0/3\n"));
    add_trial(&s, 0, 0, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE, .reason = "not finite" });
    assert_shows(&s, 0, WORDS("  1/4  1 diverged\n"));
    add_some(&s, 0, 1, 4);
    assert_shows(&s, 0, WORDS("  4/4  1 diverged\n", "\ncomplete\n"));
    fixture_end(&s);
}

/* --- a run --- */

static void wait_for(const command *c, const char *text)
{
    struct timespec tenth = { .tv_nsec = 100000000 };
    for (int i = 0; i < 300; i++) {
        off_t n = lseek(c->files[0], 0, SEEK_END);
        char *out = calloc((size_t)n + 1, 1);
        assert_int_equal(pread(c->files[0], out, (size_t)n, 0), n);
        bool found = strstr(out, text);
        free(out);
        if (found) return;
        nanosleep(&tenth, NULL);
    }
    fail_msg("'%s' never came", text);
}

/* 7 trials of 2 seconds are left. */
static void lines_follow_a_growing_folder_to_its_end(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("plain"));
    add_some(&s, 0, 0, 3);
    command c = command_start(s.folder, WORDS("watch", s.folder));
    wait_for(&c, "3/10 trials, 300 of 1000 steps, about 14 s left, 1 worker, 30 trials/min, last record");
    add_some(&s, 0, 3, 6);
    wait_for(&c, "6/10 trials");
    add_some(&s, 0, 6, 10);
    command_wait(&c);
    assert_int_equal(c.code, 0);
    assert_contains(c.out, "\n10/10 trials, 1000 of 1000 steps, complete\n");
    command_free(&c);
    fixture_end(&s);
}

static void without_a_run_it_says_so(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("plain"));
    add_some(&s, 0, 0, 3);
    fl_store_close(s.store);
    s.store = NULL;
    assert_shows(&s, 0, WORDS("no run on this machine writes here, last record"));
    fixture_end(&s);
}

/* No process holds the lock and no record comes: after ten seconds nobody is waited for. Trials take 2 seconds each. */
static void an_abandoned_folder_is_said_to_be_one(void **state)
{
    fixture s, empty;
    fixture_begin(&s, BUDGET(10), SGD("plain"));
    fixture_begin(&empty, BUDGET(10), SGD("plain"));
    add_some(&s, 0, 0, 3);
    fl_store_close(s.store);
    fl_store_close(empty.store);
    s.store = empty.store = NULL;
    command a = command_start(s.folder, WORDS("watch", s.folder)),
            b = command_start(s.folder, WORDS("watch", empty.folder));
    command_wait(&a);
    command_wait(&b);
    assert_int_equal(a.code, 1);
    assert_int_equal(b.code, 4); /* nothing was measured */
    assert_contains(a.out, "3/10 trials");
    assert_contains(a.err, "no process of this machine runs it, and nothing is added; fairlead run goes on");
    command_free(&a);
    command_free(&b);
    fixture_end(&s);
    fixture_end(&empty);
}

static void an_interrupt_ends_it(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("plain"));
    command c = command_start(s.folder, WORDS("watch", s.folder));
    wait_for(&c, "0/10 trials, ");
    kill(c.pid, SIGINT);
    command_wait(&c);
    assert_int_equal(c.code, 130);
    command_free(&c);
    fixture_end(&s);
}

/* Names, sizes and times of what the folder holds. */
static void list_folder(const char *folder, fl_text *list)
{
    struct dirent **files;
    int n = scandir(folder, &files, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char path[FL_FILE_PATH_MAX];
        struct stat facts;
        fl_file_path_join(path, folder, files[i]->d_name);
        assert_int_equal(stat(path, &facts), 0);
        if (strcmp(files[i]->d_name, "..")) /* the temporary folder above is everybody's */
            fl_text_add(list, "%s %jd %jd.%09ld\n", files[i]->d_name, (intmax_t)facts.st_size,
                        (intmax_t)facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
        free(files[i]);
    }
    free(files);
}

static void the_folder_stays_as_it_is(void **state)
{
    fixture s;
    fl_text before = { 0 }, after = { 0 };
    fixture_begin(&s, BUDGET(10), SGD("plain"));
    add_some(&s, 0, 0, 3);
    list_folder(s.folder, &before);
    assert_int_equal(chmod(s.folder, 0500), 0);
    assert_shows(&s, 0, WORDS("3/10"));
    assert_int_equal(chmod(s.folder, 0700), 0);
    list_folder(s.folder, &after);
    assert_string_equal(before.bytes, after.bytes);
    assert_refused(2, "not a result folder", s.folder, "watch", "/nonexistent");
    fl_text_free(&before);
    fl_text_free(&after);
    fixture_end(&s);
}

/* --- a terminal --- */

static size_t characters(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\033')
            i += strcspn(text + i, "mKJA");
        else
            count += ((unsigned char)text[i] & 0xc0) != 0x80 && (unsigned char)text[i] >= ' ';
    }
    return count;
}

static command on_terminal(const fixture *s, const char *environment)
{
    char line[FL_FILE_PATH_MAX + 400];
    snprintf(line, sizeof line, "stty cols 44 rows 9; %s TERM=xterm " FL_BUILD_DIR "/fairlead watch '%s'", environment,
             s->folder);
    return command_start_program("script", s->folder, WORDS("script", "-qec", line, "/dev/null"));
}

/* Nine arms on nine lines of 44 characters. */
static void a_terminal_is_drawn_in_place_and_never_overrun(void **state)
{
    fixture s;
    if (system("script -qec true /dev/null >/dev/null 2>&1"))
        test_skip("no pseudo-terminal can be had by the program script; nothing is drawn on a terminal");
    fixture_begin(&s, BUDGET(3),
                  SGD("a quite long name of an arm, äöü") "," SGD("b") "," SGD("c") "," SGD("d") "," SGD("e") "," SGD(
                      "f") "," SGD("g") "," SGD("h") "," SGD("i"));
    for (size_t arm = 0; arm < 9; arm++) add_some(&s, arm, 0, arm ? 3 : 2);
    command c = on_terminal(&s, "");
    wait_for(&c, "26/27");
    add_some(&s, 0, 2, 3);
    command_wait(&c);
    assert_int_equal(c.code, 0);
    assert_contains(c.out, "a quite long …");
    assert_contains(c.out, "and 6 more arms");
    assert_contains(c.out, "\033[8A\r"); /* up, to be drawn over: the cursor has the ninth line */
    assert_contains(c.out, "27/27");
    assert_contains(c.out, "\033[36m█");
    for (char *line = strtok(c.out, "\r\n"); line; line = strtok(NULL, "\r\n"))
        if (characters(line, strlen(line)) > 44) fail_msg("longer than the terminal is wide: %s", line);
    command_free(&c);
    c = on_terminal(&s, "NO_COLOR=1");
    command_wait(&c);
    assert_null(strstr(c.out, "\033[36m"));
    command_free(&c);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_arm_is_counted),
        cmocka_unit_test(repeats_are_one_trial),
        cmocka_unit_test(a_feasible_budget_grows_with_its_divergences),
        cmocka_unit_test(lines_follow_a_growing_folder_to_its_end),
        cmocka_unit_test(without_a_run_it_says_so),
        cmocka_unit_test(an_abandoned_folder_is_said_to_be_one),
        cmocka_unit_test(an_interrupt_ends_it),
        cmocka_unit_test(the_folder_stays_as_it_is),
        cmocka_unit_test(a_terminal_is_drawn_in_place_and_never_overrun),
    };
    return test_run(tests, NULL, NULL);
}
