/* The study that faults are tried on, and what must hold of its folder after each. */
#ifndef FL_TESTS_FAULT_STUDY_H
#define FL_TESTS_FAULT_STUDY_H

#include "command_store.h"

static char folder[FL_PATH_MAX]; /* holds study.json, `once` from an undisturbed run, and `out`, which is disturbed */

/* Two arms, two trials each, the better one of each run again; milliseconds each. */
static const char fault_study[] =
    "{ 'study': 'fault', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 4,"
    "  'budget': { 'trials': 2, 'steps': 4, 'eval_every': 2 }, 'seeds': { 'rerun_best': 1 },"
    "  'arms': [ { 'arm': 'null', 'optimizer': 'null', 'space': { } },"
    "            { 'arm': 'adam', 'optimizer': 'adam',"
    "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-1, 'scaling': 'log' } } } ] }";
enum { FAULT_TRIALS = 6 };

static inline int fault_set_up(void **state)
{
    setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
    command_without_gnuplot();
    folder_make(folder);
    put_study(folder, "study.json", fault_study);
    assert_runs(0, folder, "run", "study.json", "-o", "once", "-j", "2");
    return 0;
}

static inline int fault_tear_down(void **state)
{
    folder_remove(folder);
    return 0;
}

/* The lines of out/trials.jsonl, as far as they are whole; "" where there is none. free(). */
static inline char *whole_lines(void)
{
    char path[FL_PATH_MAX], *bytes;
    size_t n;
    fl_path_join(path, folder, "out/trials.jsonl");
    if (!fl_file_read(path, &bytes, &n, NULL)) return calloc(1, 1);
    while (n && bytes[n - 1] != '\n') n--;
    bytes[n] = 0;
    return bytes;
}

static inline size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += *text == '\n';
    return n;
}

/* `check` says that the folder is whole or names what is damaged, unless nothing was begun. */
static inline void assert_checked(void)
{
    command c = command_run(folder, WORDS("check", "out"));
    bool named = c.code == 1 && strstr(c.out, "out/");
    bool nothing = c.code == 2 && strstr(c.err, "is no result folder");
    if (c.code && !named && !nothing) fail_msg("check: %d: %s%s", c.code, c.out, c.err);
    command_free(&c);
}

/* No trial was finished twice. */
static inline void assert_nothing_doubled(size_t trials)
{
    json_t *lines = store_lines(folder, "out", "trials"), *line;
    size_t i, finished = 0;
    json_array_foreach(lines, i, line) finished += strcmp(json_string_value(json_object_get(line, "status")), "failed") != 0;
    json_decref(lines);
    assert_int_equal(finished, trials);
}

/* Run undisturbed to the end: it succeeds, keeps every line, and the folder then holds what an undisturbed run's does. */
static inline void assert_resumes(void)
{
    char *before = whole_lines();
    assert_checked();
    assert_runs(0, folder, "run", "study.json", "-o", "out", "-j", "2", "--retry-failed");
    char *after = whole_lines();
    if (strncmp(before, after, strlen(before))) fail_msg("lines were lost: %s\n--- are now\n%s", before, after);
    free(before);
    free(after);
    assert_same_store(folder, "once", "out");
    assert_runs(0, folder, "check", "out");
}

#endif
