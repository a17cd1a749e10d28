#include "fault_study.h"
#include "results/results.h"

#include <unistd.h>

int fault_begin(const char *study)
{
    if (fl_file_folder_exists("/dev/shm"))
        setenv("TMPDIR", "/dev/shm", 0); /* these faults are no power cuts: a disk only adds waiting */
    program_set_up(NULL);
    put_study(folder, "study.json", study);
    assert_runs(0, folder, "run", "study.json", "-o", "once", "-j", "2");
    return 0;
}

void fault_clear(void)
{
    char out[FL_FILE_PATH_MAX];
    fl_file_path_join(out, folder, "out");
    if (fl_file_folder_exists(out)) folder_remove(out);
}

char *whole_lines(void)
{
    char path[FL_FILE_PATH_MAX], *bytes;
    size_t n;
    fl_file_path_join(path, folder, "out/trials.jsonl");
    if (!fl_file_read(path, &bytes, &n, NULL)) return calloc(1, 1);
    while (n && bytes[n - 1] != '\n') n--;
    bytes[n] = 0;
    return bytes;
}

size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += *text == '\n';
    return n;
}

size_t count_damage(void)
{
    char out[FL_FILE_PATH_MAX], study[FL_FILE_PATH_MAX];
    fl_error error;
    fl_file_path_join(out, folder, "out");
    fl_file_path_join(study, out, "study.json");
    if (!fl_file_exists(study)) return 0;
    fl_results *results = fl_results_read(out, &error);
    if (!results || !fl_results_check_points(results, &error)) fail_msg("%s", error.text);
    size_t n = results->n_damage;
    fl_results_free(results);
    return n;
}

void assert_nothing_doubled(size_t trials)
{
    json_t *lines = store_lines(folder, "out", "trials"), *line;
    size_t i, finished = 0;
    json_array_foreach(lines, i, line) finished +=
        strcmp(json_string_value(json_object_get(line, "status")), "failed") != 0;
    json_decref(lines);
    assert_int_equal(finished, trials);
}

void assert_resumes(void)
{
    char *before = whole_lines();
    assert_runs(0, folder, "run", "study.json", "-o", "out", "-j", "1", "--retry-failed");
    char *after = whole_lines();
    if (strncmp(before, after, strlen(before))) fail_msg("lines were lost: %s\n--- are now\n%s", before, after);
    free(before);
    free(after);
    assert_same_store(folder, "once", "out");
    assert_int_equal(count_damage(), 0);
}
