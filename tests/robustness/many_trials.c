/* Studies of many trials: what a reader keeps of each trial is little, and every byte is read once. Run as
 * "test_many_trials FOLDER TRIALS" it writes such a result folder, for measurements on a million trials:
 *   build/tests/test_many_trials /tmp/many 1000000; /usr/bin/time -v build/fairlead summary /tmp/many */
#include "support/fixtures.h"

#include "farm/agenda.h"
#include "record/line.h"
#include "summary/summary.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARMS = 2, FEW = 4000, MANY = 20000 };
static char few_folder[FL_FILE_PATH_MAX], many_folder[FL_FILE_PATH_MAX];

/* --- a folder of many trials, written without a store: syncing each would take hours --- */

static void write_line(FILE *file, json_t *object)
{
    fl_text line = { 0 };
    fl_record_line_add(&line, object);
    fwrite(line.bytes, 1, line.length, file);
    fl_text_free(&line);
    json_decref(object);
}

static void write_points(FILE *file, const fl_outcome *outcome)
{
    for (size_t i = 0; i < outcome->n_points; i++) {
        json_t *object = json_pack("{s:s}", "trial", outcome->trial),
               *measured = fl_trial_point_json(&outcome->points[i]);
        json_object_update(object, measured);
        json_decref(measured);
        write_line(file, object);
    }
}

/* Errors from .1 to .9 in no order; one trial in sixteen is infeasible. */
static void write_trial(const fl_study *study, const fl_record_slot *slot, FILE *trials, FILE *points)
{
    double error = 0.1 + 0.8 * (double)(slot->index * 7919 % 10007) / 10007;
    const synthetic what = { .status = slot->index % 16 == 3 ? FL_OUTCOME_INFEASIBLE : FL_OUTCOME_COMPLETE,
                             .val_error = error,
                             .test_error = error + 0.01 };
    fl_trial trial = fl_study_trial(study, &study->arms[slot->arm], slot->index, 0);
    fl_outcome outcome = synthetic_outcome(&trial, &what);
    write_points(points, &outcome);
    write_line(trials, fl_record_json(study, slot, &trial, &outcome, "0000000000000001"));
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
}

/* Another rule than SGD("a"), or the arms' trials would be the same trials. */
#define B                                                                                                              \
    "{\"arm\": \"b\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": "                                    \
    "{\"min\": 1e-3, \"max\": 10, \"scaling\": \"log\"}}}"

static fl_study *study_of(size_t trials)
{
    char fields[100];
    snprintf(fields, sizeof fields, "\"budget\": {\"trials\": %zu, \"steps\": 100, \"eval_every\": 20},",
             trials / ARMS);
    return synthetic_study(fields, SGD("a") "," B);
}

static FILE *create(const char *folder, const char *name)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    FILE *file = fopen(path, "w");
    if (!file) fail_msg("%s cannot be written", path);
    return file;
}

static void write_many(const char *folder, size_t n)
{
    fl_error error;
    fl_study *study = study_of(n);
    fl_store *store = fl_store_open(folder, study, whole, NULL, &error); /* it writes study.json */
    if (!store) fail_msg("%s", error.text);
    fl_store_close(store);
    FILE *trials = create(folder, "trials.jsonl"), *points = create(folder, "points.jsonl");
    for (size_t i = 0; i < n; i++) write_trial(study, &(fl_record_slot){ i % ARMS, i / ARMS, 0 }, trials, points);
    fclose(trials);
    fclose(points);
    fl_study_free(study);
}

/* --- what reading costs --- */

typedef struct cost {
    double peak, held; /* bytes: the most there was, and what is left at the end */
    double read;       /* bytes read from files */
    double seconds;    /* of the processor */
    double written;    /* bytes of the files it has to read */
} cost;

/* The number behind `key` in a file of /proc. */
static double proc_number(const char *path, const char *key)
{
    char line[200];
    double number = -1;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, key, strlen(key))) number = strtod(line + strlen(key), NULL);
    if (file) fclose(file);
    return number;
}

/* Not getrusage's, which tells the user's part from the system's by ticks, too roughly for a hundredth of a second. */
static double seconds_used(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

static double size_of(const char *folder, const char *name)
{
    char path[FL_FILE_PATH_MAX];
    struct stat found;
    fl_file_path_join(path, folder, name);
    assert_int_equal(0, stat(path, &found));
    return (double)found.st_size;
}

static fl_results *read_folder(const char *folder)
{
    fl_error error;
    fl_results *results = fl_results_read(folder, &error);
    if (!results) fail_msg("%s", error.text);
    return results;
}

static void sum_up(const char *folder)
{
    fl_results *results = read_folder(folder);
    fl_summary *summary = fl_summary_make(results);
    assert_true(results->arms[ARMS - 1].filled);
    fl_summary_free(summary);
    fl_results_free(results);
}

/* What a supervisor does when it takes a study up again; nothing of it is given back. */
static void resume(const char *folder)
{
    fl_results *results = read_folder(folder);
    fl_study *study = study_of(results->n_records);
    fl_farm_agenda *agenda = fl_farm_agenda_search(study, whole, results, false);
    fl_record_slot slot;
    fl_results_free(results);
    assert_int_equal(FL_FARM_NEXT_NONE, fl_farm_agenda_next(agenda, &slot));
}

typedef struct task {
    void (*run)(const char *folder);
    bool reads_points;
} task;

/* In a process of its own, whose cost goes through the pipe. */
static void work_apart(const task *work, const char *folder, int pipe)
{
    double before = proc_number("/proc/self/io", "rchar:"), seconds = seconds_used();
    work->run(folder);
    cost found = { .peak = 1024 * proc_number("/proc/self/status", "VmHWM:"),
                   .held = 1024 * proc_number("/proc/self/status", "VmRSS:"),
                   .read = proc_number("/proc/self/io", "rchar:") - before,
                   .seconds = seconds_used() - seconds,
                   .written =
                       size_of(folder, "trials.jsonl") + (work->reads_points ? size_of(folder, "points.jsonl") : 0) };
    _exit(write(pipe, &found, sizeof found) != sizeof found);
}

static cost cost_of(const task *work, const char *folder)
{
    int ends[2], status;
    cost found;
    assert_int_equal(0, pipe(ends));
    fflush(NULL);
    pid_t child = fork();
    if (!child) work_apart(work, folder, ends[1]);
    assert_int_equal(sizeof found, read(ends[0], &found, sizeof found));
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_int_equal(0, status);
    close(ends[0]);
    close(ends[1]);
    return found;
}

/* A sanitizer's memory is its own. */
#ifdef __SANITIZE_ADDRESS__
enum { MEMORY_COUNTS = false };
#else
enum { MEMORY_COUNTS = true };
#endif

/* Five times the trials: every byte of them is read once, and what grows faster than linearly would show in the
 * processor's time, 25 times as much, long before a million trials. */
static void check_costs(const task *work, double most_at_peak, double most_held)
{
    cost few = cost_of(work, few_folder), many = cost_of(work, many_folder);
    double n = MANY - FEW, peak = (many.peak - few.peak) / n, held = (many.held - few.held) / n;
    print_message(
        "each further trial: %.0f bytes at the peak, %.1f held at the end; %.2f of its bytes read; %.1f times "
        "the time for %.1f times the trials\n",
        peak, held, (many.read - few.read) / (many.written - few.written), many.seconds / few.seconds,
        (double)MANY / FEW);
    assert_true(many.read - few.read < 1.05 * (many.written - few.written));
    assert_true(many.seconds < 15 * few.seconds);
    if (!MEMORY_COUNTS) return;
    assert_true(peak < most_at_peak);
    assert_true(held < most_held);
}

/* 104 bytes are an index entry; scores, ranks and the sorts' own lists come on top. All is given back. */
static void a_summary_keeps_little_of_each_trial_and_reads_no_points(void **state)
{
    check_costs(&(task){ sum_up, .reads_points = false }, 300, 8);
}

/* A byte per slot stays with the supervisor, or a page more or less. The points are looked through, for damage may have
 * cost some. */
static void a_supervisor_that_goes_on_keeps_a_byte_per_slot(void **state)
{
    check_costs(&(task){ resume, .reads_points = true }, 200, 8);
}

static int set_up(void **state)
{
    folder_make(few_folder);
    folder_make(many_folder);
    write_many(few_folder, FEW);
    write_many(many_folder, MANY);
    return 0;
}

static int tear_down(void **state)
{
    folder_remove(few_folder);
    folder_remove(many_folder);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_summary_keeps_little_of_each_trial_and_reads_no_points),
        cmocka_unit_test(a_supervisor_that_goes_on_keeps_a_byte_per_slot),
    };
    if (argc != 3) return test_run(tests, set_up, tear_down);
    write_many(argv[1], strtoull(argv[2], NULL, 10));
    return 0;
}
