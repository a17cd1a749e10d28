/* Torn ends and damaged bytes, through the command: `check` names them and `run` makes good what they cost. With "long"
 * every offset is tried, else about six of each file. */
#include "fault_study.h"
#include "results/results.h"

static const char study[] =
    "{ 'study': 'bytes', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 4,"
    "  'budget': { 'trials': 2, 'steps': 4, 'eval_every': 2 },"
    "  'arms': [ { 'arm': 'adam', 'optimizer': 'adam',"
    "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-1, 'scaling': 'log' } } } ] }";

static size_t n_places = 6;

static int set_up(void **state)
{
    return fault_begin(study);
}

static void path_of(char path[FL_FILE_PATH_MAX], const char *out, const char *name)
{
    char within[FL_FILE_PATH_MAX];
    fl_file_path_join(within, folder, out);
    fl_file_path_join(path, within, name);
}

/* `out` as a copy of `once`, with these bytes in the file `name`. */
static void copy_once(const char *name, const char *bytes, size_t n)
{
    static const char *const names[] = { "study.json", "host.json", "trials.jsonl", "points.jsonl" };
    char from[FL_FILE_PATH_MAX], to[FL_FILE_PATH_MAX], *text;
    size_t size;
    fault_clear();
    path_of(to, "out", "");
    assert_true(fl_file_folder_make(to, NULL));
    for (size_t i = 0; i < 4; i++) {
        path_of(from, "once", names[i]);
        path_of(to, "out", names[i]);
        assert_true(fl_file_read(from, &text, &size, NULL));
        put_file(to, text, size);
        free(text);
    }
    path_of(to, "out", name);
    put_file(to, bytes, n);
}

/* Every record's slot and hash, and that it has its points: what must not change. free(). */
static char *records(const char *out)
{
    char path[FL_FILE_PATH_MAX];
    fl_error error;
    fl_text text = { 0 };
    path_of(path, out, "");
    fl_results *results = fl_results_read(path, &error);
    if (!results) fail_msg("%s", error.text);
    for (size_t i = 0; i < results->n_records; i++) {
        const fl_results_entry *entry = &results->records[i];
        fl_record record = fl_results_record(results, entry);
        fl_text_add(&text, "%zu %zu %zu %s %s\n", record.slot.arm, (size_t)record.slot.index,
                    (size_t)record.slot.repeat, record.state_hash,
                    fl_results_lacks_points(results, entry) ? "lacks points" : "");
        fl_record_free(&record);
    }
    fl_results_free(results);
    return text.bytes;
}

static void assert_made_good(void)
{
    assert_runs(0, folder, "run", "study.json", "-o", "out", "-j", "1");
    char *once = records("once"), *out = records("out");
    assert_string_equal(once, out);
    free(once);
    free(out);
}

/* Do something to copies of a file of `once` at offsets from `first` to its last byte. */
static void at_offsets(const char *name, bool whole, void (*spoil)(const char *name, char *bytes, size_t n, size_t at))
{
    char path[FL_FILE_PATH_MAX], *bytes;
    size_t n;
    path_of(path, "once", name);
    assert_true(fl_file_read(path, &bytes, &n, NULL));
    size_t first = 0;
    for (size_t i = 0; !whole && i + 1 < n; i++)
        if (bytes[i] == '\n') first = i + 1;
    size_t step = (n - first) / n_places + 1;
    for (size_t at = first; at + 1 < n; at += step) spoil(name, bytes, n, at);
    spoil(name, bytes, n, n - 1);
    free(bytes);
}

static void tear(const char *name, char *bytes, size_t n, size_t at)
{
    copy_once(name, bytes, at);
    if (at && bytes[at - 1] != '\n') assert_int_equal(count_damage(), 1);
    assert_made_good();
    assert_runs(0, folder, "check", "out"); /* repaired */
}

static void a_torn_last_line_is_repaired_by_the_next_run(void **state)
{
    at_offsets("trials.jsonl", false, tear);
    at_offsets("points.jsonl", false, tear);
}

static void damage(const char *name, char *bytes, size_t n, size_t at)
{
    char place[80];
    bytes[at] ^= 1;
    copy_once(name, bytes, n);
    bytes[at] ^= 1;
    command c = command_run(folder, WORDS("check", "out"));
    snprintf(place, sizeof place, "out/%s:", name);
    if (c.code != 1 || !strstr(c.out, place)) fail_msg("%s, byte %zu: %d: %s%s", name, at, c.code, c.out, c.err);
    command_free(&c);
    assert_made_good();
    bool torn = at + 1 == n; /* a last line without its end is cut off; other damage stays in its place, and named */
    assert_runs(torn ? 0 : 1, folder, "check", "out");
}

static void damaged_bytes_are_named_and_their_trial_is_run_again(void **state)
{
    at_offsets("trials.jsonl", true, damage);
    at_offsets("points.jsonl", true, damage);
}

int main(int argc, char **argv)
{
    if (argc > 1) n_places = SIZE_MAX;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_torn_last_line_is_repaired_by_the_next_run),
        cmocka_unit_test(damaged_bytes_are_named_and_their_trial_is_run_again),
    };
    return test_run(tests, set_up, program_tear_down);
}
