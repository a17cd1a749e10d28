/* docs/formats.md tells the truth of fields: whatever the program writes or prints has its row there, and what has a
 * row is written. */
#include "support/documented.h"
#include "support/plugin.h"
#include "support/program.h"

#include "math/dense.h"
#include "math/eigen.h"
#include "record/log.h"

#include <jansson.h>

/* Every optional field appears: a trial that diverges, one that stops early, reruns, a target, a split of its own. */
static const char study[] =
    "{ 'study': 'all', 'why': 'to have every field', 'workload': 'quadratic/noisy', 'backend': 'naive',"
    "  'batch_size': 16, 'micro_batch': 8, 'parallel': { 'method': 'synchronous', 'workers': 2 }, 'average': 'ema', "
    "'split': { 'validation': 200, 'from': 'seeded', 'seed': 3 "
    "},"
    "  'budget': { 'trials': 3, 'steps': 20, 'eval_every': 5, 'stop_above': 1e3 }, 'seeds': { 'rerun_best': 1 },"
    "  'target': { 'metric': 'val_error', 'value': 20 }, 'claims': { 'baseline': 'sgd' },"
    "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd',"
    "              'space': { 'learning_rate': { 'feasible_points': [0.1, 1.5, 1e300] } } },"
    "            { 'arm': 'momentum', 'optimizer': 'momentum',"
    "              'space': { 'learning_rate': { 'min': 1e-3, 'max': 1e-1, 'scaling': 'log' } } } ] }";

/* A rule that stands on LAPACK has a field of its own, one that looks for negative curvature another. */
static const char dense[] = "{ 'study': 'dense', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
                            "  'budget': { 'trials': 1, 'steps': 5 }, 'arms': [ { 'arm': 'muon', 'optimizer': 'muon',"
                            "  'space': { 'learning_rate': { 'feasible_points': [0.01] } } },"
                            "  { 'arm': 'newton', 'optimizer': 'newton', 'space': { 'learning_rate': 1 } } ] }";
/* What a measured curvature writes, the preconditioned one among it. */
static const char late[] =
    "{ 'study': 'late', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
    "  'parallel': { 'method': 'asynchronous', 'workers': 3, 'durations': 'trace', 'trace': [1, 2] },"
    "  'budget': { 'trials': 1, 'steps': 10, 'eval_every': 5 },"
    "  'arms': [{ 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.1 } }] }";
/* A model in parts. */
static const char parts[] =
    "{ 'study': 'parts', 'workload': 'glyphs/mlp', 'backend': 'naive', 'batch_size': 4,"
    "  'parallel': [ { 'method': 'pipeline', 'workers': 2 }, { 'method': 'tensor', 'workers': 2 } ],"
    "  'budget': { 'trials': 1, 'steps': 2 },"
    "  'arms': [{ 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.1 } }] }";
static const char bent[] =
    "{ 'study': 'bent', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16, 'curvature_every': 5,"
    "  'budget': { 'trials': 1, 'steps': 5 }, 'arms': [ { 'arm': 'adam', 'optimizer': 'adam',"
    "  'space': { 'learning_rate': { 'feasible_points': [0.01] } } } ] }";

/* A rule in a process has its own. */
static const char own[] =
    "{ 'study': 'own', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
    "  'budget': { 'trials': 1, 'steps': 2 }, 'arms': [ { 'arm': 'own', 'optimizer': { 'process': "
    "  ['" FL_SOURCE_DIR "/tests/support/own/bad.py', 'good', '0'], 'name': 'good' },"
    "  'space': { 'learning_rate': 0.01 } } ] }";

/* Every claim beyond pairs. */
static const char further[] =
    "{ 'study': 'further', 'workload': ['quadratic/noisy', 'function/quadratic'], 'backend': 'naive', 'batch_size': 16,"
    "  'budget': { 'trials': 5, 'steps': 4, 'eval_every': 2 }, 'target': { 'metric': 'val_loss', 'value': 50 },"
    "  'claims': { 'pairs': [['a', 'b']], 'flips': [{ 'narrow': ['a', 'b'], 'wide': ['c', 'd'] }],"
    "              'effort': true, 'time_to_target': true, 'workloads': true },"
    "  'arms': [ { 'arm': 'a', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 0.01, 'max': 0.1, 'scaling': "
    "'log' } } },"
    "            { 'arm': 'b', 'optimizer': 'momentum', 'space': { 'learning_rate': { 'min': 0.01, 'max': 0.1, "
    "'scaling': 'log' } } },"
    "            { 'arm': 'c', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 0.001, 'max': 0.1, 'scaling': "
    "'log' } } },"
    "            { 'arm': 'd', 'optimizer': 'momentum',"
    "              'space': { 'learning_rate': { 'min': 0.001, 'max': 0.1, 'scaling': 'log' } } } ] }";

static const char batches[] =
    "{ 'study': 'batches', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': [8, 16, 32],"
    "  'budget': { 'trials': 3, 'steps': 4, 'eval_every': 2 }, 'target': { 'metric': 'val_loss', 'value': 50 },"
    "  'arms': [ { 'arm': 'a', 'optimizer': 'sgd',"
    "              'space': { 'learning_rate': { 'min': 0.01, 'max': 0.1, 'scaling': 'log' } } } ] }";

/* As much of fairlead-kernels' JSON as compare reads. */
static const char kernels[] = "{ 'benchmarks': [ { 'name': 'a', 'real_time': 1, 'time_unit': 'ns' } ] }";

static char *read_output(const char *name)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    return read_text(path);
}

/* The folder's log as its run would have begun it on a quiet machine, which this one need not be. */
static void note_quiet(const char *name)
{
    char run[FL_FILE_PATH_MAX], log[FL_FILE_PATH_MAX];
    json_t *none = json_array();
    fl_file_path_join(run, folder, name);
    fl_file_path_join(log, run, "log.jsonl");
    assert_int_equal(unlink(log), 0);
    fl_record_log_machine(run, none);
    json_decref(none);
}

static int set_up(void **state)
{
    program_set_up(state);
    read_page("docs/formats.md");
    put_study(folder, "all.json", study);
    put_study(folder, "dense.json", dense);
    put_study(folder, "kernels.json", kernels);
    assert_runs(0, folder, "run", "all.json", "-o", "out", "-j", "2");
    if (fl_math_usable(NULL)) assert_runs(0, folder, "run", "dense.json", "-o", "dense", "-j", "1");
    put_study(folder, "late.json", late);
    assert_runs(0, folder, "run", "late.json", "-o", "late", "-j", "1", "--timeline", "3");
    put_study(folder, "parts.json", parts);
    assert_runs(0, folder, "run", "parts.json", "-o", "parts", "-j", "1", "--timeline", "1");
    put_study(folder, "bent.json", bent);
    if (fl_math_eigen_usable(NULL)) assert_runs(0, folder, "run", "bent.json", "-o", "bent", "-j", "1");
    plugin_make("cc", "mine.c", "", folder, "mine.so");
    put_study(folder, "own.json", own);
    assert_runs(0, folder, "run", "own.json", "-o", "own", "-j", "1");
    put_study(folder, "further.json", further);
    put_study(folder, "batches.json", batches);
    assert_runs(0, folder, "run", "batches.json", "-o", "batches", "-j", "2");
    assert_runs(0, folder, "run", "further.json", "-o", "further", "-j", "2");
    note_quiet("further");
    assert_runs(0, folder, "narrow", "out", "-o", "narrow.json");
    assert_runs(0, folder, "run", "narrow.json", "-o", "narrow", "-j", "2");
    assert_runs(0, folder, "trial", "--workload", "glyphs/mlp", "--optimizer", "adam", "--set", "learning_rate=0.1",
                "--backend", "naive", "--batch", "2", "--steps", "1", "--eval-every", "0", "--export", "kit");
    assert_runs(0, folder, "trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--set", "learning_rate=0.1",
                "--steps", "2", "--stop-above", "9", "--validation-from", "seeded", "--export", "vectors");
    assert_runs(0, folder, "trial", "--workload", "function/saddle", "--optimizer", "sgd", "--set", "learning_rate=0.1",
                "--steps", "1", "--export", "defined");
    return 0;
}

static int tear_down(void **state)
{
    free_page();
    return program_tear_down(state);
}

/* --- JSON --- */

/* Objects whose keys are names of other things, or a workload's, which have a section of their own. */
static const struct {
    const char *key, *inner; /* what the page calls the keys; NULL: they are not looked at */
} named[] = {
    { "hosts", "KEY" },     { "backends", "NAME" },    { "libraries", "NAME" },         { "hyperparameters", NULL },
    { "params", NULL },     { "distributions", NULL }, { "intermediate_values", NULL }, { "space", NULL },
    { "definition", NULL },
};

static size_t naming(const char *key)
{
    size_t i = 0;
    while (i < sizeof named / sizeof *named && strcmp(named[i].key, key)) i++;
    return i;
}

static void walk(const section *s, const char *path, const char *own_key, const json_t *value);

static void walk_object(const section *s, const char *path, const char *own_key, const json_t *object)
{
    const char *key;
    json_t *value;
    size_t kind = naming(own_key);
    bool plain = kind == sizeof named / sizeof *named;
    if (!plain && !named[kind].inner) return;
    json_object_foreach((json_t *)object, key, value)
    {
        char inner[300];
        snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "." : "", plain ? key : named[kind].inner);
        see(s, inner);
        walk(s, inner, key, value);
    }
}

static void walk(const section *s, const char *path, const char *own_key, const json_t *value)
{
    char inner[300];
    size_t i;
    json_t *item;
    snprintf(inner, sizeof inner, "%s[]", path);
    if (json_is_object(value)) walk_object(s, path, own_key, value);
    json_array_foreach(value, i, item) walk(s, inner, "", item);
}

static void walk_text(const section *s, const char *text)
{
    json_error_t trouble;
    json_t *value = json_loads(text, 0, &trouble);
    if (!value) fail_msg("%s: %s", trouble.text, text);
    walk(s, "", "", value);
    json_decref(value);
}

static void walk_file(const section *s, const char *name)
{
    char *text = read_output(name);
    walk_text(s, text);
    free(text);
}

static void walk_lines(const section *s, const char *name)
{
    char *text = read_output(name);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) walk_text(s, line);
    free(text);
}

/* The fields of what a command prints. */
static void walk_command(const section *s, int code, const char *const *words)
{
    command c = command_run(folder, words);
    if (c.code != code) fail_msg("exit code %d, not %d: %s", c.code, code, c.err);
    walk_text(s, c.out);
    command_free(&c);
}

/* --- files --- */

static void walk_properties(const section *s, const char *path, const json_t *properties)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)properties, key, value)
    {
        char inner[300];
        snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "." : "", key);
        see(s, inner);
        walk_properties(s, inner, json_object_get(value, "properties"));
    }
}

static void study_files_have_their_fields(void **state)
{
    section s = section_of("Study file");
    json_t *schema = json_load_file(FL_SOURCE_DIR "/suites/study.schema.json", 0, NULL);
    assert_non_null(schema);
    walk_properties(&s, "", json_object_get(schema, "properties"));
    json_t *definitions = json_object_get(schema, "$defs");
    walk_properties(&s, "arms[]", json_object_get(json_object_get(definitions, "arm"), "properties"));
    json_decref(schema);
    walk_file(&s, "out/study.json");
}

static void result_folders_have_their_fields(void **state)
{
    static const struct {
        const char *title, *file;
    } files[] = { { "trials.jsonl", "out/trials.jsonl" },
                  { "points.jsonl", "out/points.jsonl" },
                  { "log.jsonl", "out/log.jsonl" } };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        section s = section_of(files[i].title);
        walk_lines(&s, files[i].file);
        if (i == 0)
            count_as_seen("`definition``data``average_from``snapshots``patience``patience.evaluations``patience.metric`"
                          /* of other workloads, studies, launches: */
                          "`carriers``carriers.processes``carriers.hosts``carriers.bytes``carriers.waited`");
        if (i == 0) walk_lines(&s, "own/trials.jsonl");
        if (i == 0) walk_lines(&s, "parts/trials.jsonl");
        if (i == 0) walk_lines(&s, "late/trials.jsonl");
        if (i == 2) walk_lines(&s, "further/log.jsonl");
        if (i == 0 && fl_math_eigen_usable(NULL))
            walk_lines(&s, "bent/trials.jsonl");
        else
            count_as_seen("`curvature_every`");
        if (i == 1) count_as_seen("`parameters`");                               /* of models with two */
        if (i == 1) count_as_seen("`inverse_staleness``inverse_staleness_max`"); /* of distributed K-FAC */
        if (i == 1) walk_lines(&s, "late/points.jsonl");
        if (i == 1 && fl_math_usable(NULL))
            walk_lines(&s, "dense/points.jsonl");
        else
            count_as_seen("`negative_curvature`");
        if (i == 0 && fl_math_usable(NULL))
            walk_lines(&s, "dense/trials.jsonl");
        else
            count_as_seen("`machine_bits`");
        if (i == 0) count_as_seen("`reproducible`"); /* of the real clock */
        assert_all_seen(&s);
    }
    section curvature = section_of("curvature.jsonl");
    if (fl_math_eigen_usable(NULL)) walk_lines(&curvature, "bent/curvature.jsonl");
    count_as_seen("`landscape``landscape.axes``landscape.side``landscape.low``landscape.high``landscape.losses`"
                  "`landscape.path``landscape.through`"); /* of the command curvature */
    if (fl_math_eigen_usable(NULL)) assert_all_seen(&curvature);
    section timeline = section_of("timeline.jsonl");
    walk_lines(&timeline, "late/timeline.jsonl");
    walk_lines(&timeline, "parts/timeline.jsonl");
    count_as_seen("`spans[].of`"); /* of distributed K-FAC */
    assert_all_seen(&timeline);
    section s = section_of("host.json");
    walk_file(&s, "out/host.json");
    assert_all_seen(&s);
}

/* `kernel` and `pad` need a convolutional workload, and so data that may not be there. */
static void exports_have_their_fields(void **state)
{
    section trace = section_of("Trace");
    walk_lines(&trace, "kit/trace.jsonl");
    count_as_seen("`carry_starts`"); /* of an LSTM that carries its state: replayed by tests/numerics/parity */
    assert_all_seen(&trace);
    section s = section_of("Export kit");
    walk_file(&s, "kit/manifest.json");
    walk_file(&s, "vectors/manifest.json");
    walk_file(&s, "defined/manifest.json");
    static const char rest[] =
        "`layers[].kernel``layers[].pad``layers[].stride``layers[].init``loss.targets``state[].name`"
        "`state[].shape``targets.npy``masks/NAME.npy``state/init/NAME.npy``state/final/"
        "NAME.npy``manifest.json``init/NAME.npy``final/NAME.npy`"
        "`inputs.npy``labels.npy``trace.jsonl``inputs/STEP.npy``labels/STEP.npy``targets/STEP.npy`"
        "`masks/NAME/STEP.npy``preconditioner/NAME.npy``path.npy`";
    count_as_seen(rest);
    assert_all_seen(&s);
}

/* --- commands --- */

static void printed_json_has_its_fields(void **state)
{
    static const struct {
        const char *title;
        const char *words[8];
    } commands[] = {
        { "summary --json", { "summary", "narrow", "--json" } },
        { "plan --json", { "plan", "all.json", "-o", "out", "--json" } },
        { "list --json", { "list", "--json", "--plugin", "mine.so" } },
        { "check-optimizer --json", { "check-optimizer", "adam", "--json" } },
        { "data list --json", { "data", "list", "--json" } },
        { "doctor --json", { "doctor", "--json" } },
        { "Two result folders", { "compare", "out", "out", "--json" } },
        { "Two kernel measurements", { "compare", "kernels.json", "kernels.json", "--json" } },
        { "verify --json", { "verify", "out", "--sample", "1", "--json" } },
        { "export --to benchmark-action", { "export", "out", "--to", "benchmark-action" } },
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        section s = section_of(commands[i].title);
        walk_command(&s, 0, commands[i].words);
        if (i == 0) walk_command(&s, 0, WORDS("summary", "further", "--json"));
        if (i == 0) walk_command(&s, 0, WORDS("summary", "batches", "--json"));
        assert_all_seen(&s);
    }
}

static void journals_have_their_fields(void **state)
{
    section s = section_of("export --to optuna");
    assert_runs(0, folder, "export", "out", "--to", "optuna", "-o", "journal");
    walk_lines(&s, "journal");
    assert_all_seen(&s);
}

static void assert_columns(const char *title, const char *const *words)
{
    section s = section_of(title);
    command c = command_run(folder, words);
    assert_int_equal(c.code, 0);
    c.out[strcspn(c.out, "\n")] = 0;
    for (char *name = strtok(c.out, ","); name; name = strtok(NULL, ","))
        if (!strstr(name, "learning_rate") && strcmp(name, "momentum") && !strchr(name, '.')) see(&s, name);
    assert_all_seen(&s);
    command_free(&c);
}

static void tables_have_their_columns(void **state)
{
    assert_columns("summary --csv", WORDS("summary", "out", "--csv"));
    assert_columns("export --to csv", WORDS("export", "out", "--to", "csv"));
}

static void figures_have_their_rows(void **state)
{
    static const char before[] = "; use ";
    section s = section_of("Figures");
    command c = command_run(folder, WORDS("plot", "out", "--figure", "?"));
    char *names = strstr(c.err, before);
    assert_non_null(names);
    for (char *name = strtok(names + strlen(before), ", \n"); name; name = strtok(NULL, ", \n"))
        if (strcmp(name, "or")) see(&s, name);
    assert_all_seen(&s);
    command_free(&c);
}

/* A layer, an update, a batch and a step show all of the counters between them. */
static void kernel_benchmarks_have_their_fields(void **state)
{
    static const char filter[] = "^(forward/mlp/dense3/naive/f32/32|forward/simple_cnn/max_pool1/naive/f32/32|"
                                 "update/sgd/10000|gather/.*32|trial/null/.*)/";
    char flag[300];
    snprintf(flag, sizeof flag, "--benchmark_filter=%s", filter);
    section s = section_of("Kernel benchmarks");
    command c = command_start_program(FL_BUILD_DIR "/fairlead-kernels", folder,
                                      WORDS("fairlead-kernels", flag, "--benchmark_min_time=0.001",
                                            "--benchmark_repetitions=2", "--benchmark_out=k.json"));
    command_wait(&c);
    if (c.code) fail_msg("exit code %d: %s", c.code, c.err);
    command_free(&c);
    walk_file(&s, "k.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(study_files_have_their_fields), cmocka_unit_test(result_folders_have_their_fields),
        cmocka_unit_test(exports_have_their_fields),     cmocka_unit_test(printed_json_has_its_fields),
        cmocka_unit_test(journals_have_their_fields),    cmocka_unit_test(tables_have_their_columns),
        cmocka_unit_test(figures_have_their_rows),       cmocka_unit_test(kernel_benchmarks_have_their_fields),
    };
    return test_run(tests, set_up, tear_down);
}
