/* The user's mistakes, verb by verb: exit code 2, one sentence that says what would be right, nothing written. */
#include "support/program.h"

#include <unistd.h>

static int set_up(void **state)
{
    program_set_up(state);
    put_study(
        folder, "good.json",
        "{ 'study': 'good', 'workload': 'quadratic/noisy', 'batch_size': 16, 'budget': { 'trials': 2, 'steps': 5 },"
        " 'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }");
    put_study(folder, "bad.json", "{ 'study': 'bad' }");
    put_study(folder, "real.json",
              "{ 'study': 'real', 'workload': 'mnist/mlp', 'batch_size': 16, 'budget': { 'trials': 2, 'steps': 5 },"
              " 'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }");
    return 0;
}

typedef struct mistake {
    const char *words[20];
    const char *sentence; /* a part of what is said */
} mistake;

#define TRIAL "trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--export", "out", "--trace", "out.jsonl"
#define RATE "--set", "learning_rate=0.1"

/* 5,000 bytes; the system takes 4,095 */
#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X1000 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100
#define LONG_PATH X1000 X1000 X1000 X1000 X1000

static const mistake mistakes[] = {
    { { "walk" }, "unknown verb 'walk'; use list, new, plan, run" },
    { { "list", "colours" }, "unknown list 'colours'; use workloads, layers, optimizers" },
    { { "list", "--fast" }, "unknown option '--fast'; use --plugin or --json" },
    { { "list", "--jsn=1" }, "unknown option '--jsn' (did you mean --json?); use --plugin or --json" },
    { { "list", "workloads", "optimizers" }, "'optimizers' is one word too many; usage: fairlead list" },
    { { "run" }, "something is missing; usage: fairlead run STUDY" },
    { { "run", "no/such", "-o", "out" },
      "unknown study 'no/such': neither a file nor a name that 'fairlead list studies' shows" },
    { { "run", "qiuck", "-o", "out" }, "unknown study 'qiuck' (did you mean quick?): neither a file" },
    { { "run", "bad.json", "-o", "out" }, "bad.json:1:1: 'budget' is missing here" },
    { { "run", "good.json", "-o", "out", "-j", "0" }, "--jobs must be a whole number from 1 to 4096, not '0'" },
    { { "run", "good.json", "-o", "out", "-j", "two" }, "--jobs must be a whole number from 1 to 4096, not 'two'" },
    { { "run", "good.json", "-o", "out", "--trials", "0" }, "--trials must be a whole number of at least 1, not '0'" },
    { { "run", "good.json", "-o", "out", "--steps", "-5" }, "--steps must be a whole number of at least 1, not '-5'" },
    { { "run", "good.json", "-o", "out", "--steps", "1e3" },
      "--steps must be a whole number of at least 1, not '1e3'" },
    { { "run", "good.json", "-o", "out", "--seed", "9007199254740992" },
      "--seed must be a whole number from 0 to 2^53 - 1" },
    { { "run", "good.json", "-o", "out", "--shard", "0/2" }, "--shard is I/N with 1 <= I <= N, not '0/2'" },
    { { "run", "good.json", "-o", "out", "--shard", "3/2" }, "--shard is I/N with 1 <= I <= N, not '3/2'" },
    { { "run", "good.json", "-o", "out", "--shard", "1-2" }, "--shard is I/N with 1 <= I <= N, not '1-2'" },
    { { "run", "good.json", "-o", "out", "--timeout", "0" }, "--timeout must be a number above 0, not '0'" },
    { { "run", "good.json", "-o", "out", "--timeout", "inf" }, "--timeout must be a number above 0, not 'inf'" },
    { { "run", "good.json", "-o", "out", "--progress", "loud" },
      "unknown progress 'loud'; use none, lines, bar or auto" },
    { { "run", "good.json", "-o", "out", "--backend", "cuda" }, "unknown backend 'cuda'" },
    { { "run", "good.json", "-o", "out", "--precision", "f16" },
      "unknown precision 'f16' (did you mean bf16?); use f32 or bf16" },
    { { "run", "good.json", "-o", "out", "--backend", "naive", "--precision", "bf16" },
      "backend 'naive' computes in f32 only, not in bf16" },
    { { "run", "good.json", "-o", "out", "--retry-failed=yes" }, "--retry-failed takes no value" },
    { { "run", "good.json", "-o" }, "--output needs a value: --output DIR" },
    { { "run", "good.json", "-o", "good.json" }, "good.json" },
    { { "run", "real.json", "-o", "out" }, "fairlead data fetch mnist" },
    { { "trial" }, "--workload is missing; 'fairlead list workloads' shows what there is" },
    { { "trial", "--workload", "quadratic/noisy" }, "--optimizer is missing" },
    { { "trial", "--workload", "cifar", "--optimizer", "sgd" }, "unknown workload 'cifar'" },
    { { "trial", "--workload", "quadratic/noisy", "--optimizer", "gravity" }, "unknown optimizer 'gravity'" },
    { { TRIAL }, "'learning_rate' has no value" },
    { { TRIAL, "--set", "learning_rate" }, "--set wants NAME=VALUE, not 'learning_rate'" },
    { { TRIAL, "--set", "learning_rate=" }, "'' is not a number" },
    { { TRIAL, "--set", "learning_rate=fast" }, "'fast' is not a number" },
    { { TRIAL, "--set", "learning_rate=-1" }, "learning_rate = -1 is outside its range [0, inf)" },
    { { TRIAL, "--set", "learning_rate=nan" }, "learning_rate = nan is outside its range" },
    { { TRIAL, RATE, RATE }, "learning_rate is set twice" },
    { { TRIAL, RATE, "--set", "beta3=0.9" }, "optimizer 'sgd' has no hyperparameter 'beta3'; it has learning_rate" },
    { { TRIAL, "--set", "learning_rte=0.9" }, "no hyperparameter 'learning_rte' (did you mean learning_rate?)" },
    { { TRIAL, RATE, "--set", "label_smothing=0.1" }, "'label_smothing' (did you mean label_smoothing?); it has" },
    { { TRIAL, RATE, "--set", "schedule.warmup_stesp=1" }, "(did you mean schedule.warmup_steps?)" },
    { { TRIAL, RATE, "--set", "workload.nosie=1" }, "(did you mean workload.noise?)" },
    { { TRIAL, RATE, "--average", "eam" }, "unknown average 'eam'" },
    { { "export", "out", "--to", "sqlit" }, "unknown format 'sqlit' (did you mean sqlite?); use csv" },
    { { "plot", "out", "--figure", "curvse" }, "unknown figure 'curvse' (did you mean curves?)" },
    { { "sumary", "out" }, "unknown verb 'sumary' (did you mean summary?)" },
    { { TRIAL, RATE, "--set", "schedule.end_factor=0.1" },
      "schedule 'constant' has no hyperparameter 'schedule.end_factor'" },
    { { TRIAL, RATE, "--set", "schedule.warmup_steps=2.5" }, "warmup_steps = 2.5" },
    { { TRIAL, RATE, "--schedule", "plateau", "--set", "schedule.patience=1e300" },
      "patience = 1e+300 must be a whole number in [0, 2^53]" },
    { { TRIAL, RATE, "--set", "schedule.warmup_steps=1000" }, "warmup_steps = 1000 leaves nothing of 1000 steps" },
    { { TRIAL, RATE, "--schedule", "square" }, "unknown schedule 'square'" },
    { { TRIAL, "--schedule", "list", "--set", "schedule.rates=@nowhere" }, "nowhere" },
    { { TRIAL, "--schedule", "list", "--set", "schedule.rates=0.1,x" }, "'x' is not a number" },
    { { TRIAL, "--schedule", "list", "--steps", "1", "--set", "schedule.rates=0.1", "--set", "schedule.rates=0.2" },
      "rates is set twice" },
    { { TRIAL, "--schedule", "list", "--steps", "1", "--set", "schedule.rates=-0.1" },
      "rate 1 of schedule 'list' is -0.1" },
    { { TRIAL, RATE, "--batch", "0" }, "--batch must be a whole number of at least 1" },
    { { TRIAL, RATE, "--batch", "10001" }, "a batch of 10001 is larger than the training split of 10000 examples" },
    { { TRIAL, RATE, "--validation", "12000" }, "validation = 12000 leaves nothing to train on" },
    { { TRIAL, RATE, "--validation-from", "middle" },
      "unknown place of the validation split 'middle'; use end, start or seeded" },
    { { TRIAL, RATE, "--init", "zeros" }, "unknown initialisation 'zeros'" },
    { { TRIAL, RATE, "--init", "truncated_normal" }, "--init truncated_normal: write truncated_normal:deviation" },
    { { TRIAL, RATE, "--init", "he_normal:2" }, "--init he_normal:2: write he_normal" },
    { { TRIAL, RATE, "--init", "constant:x" }, "'x' is not a number" },
    { { TRIAL, RATE, "--init", "constant:inf" }, "must be finite" },
    { { TRIAL, RATE, "--init-bias", "" }, "--init-bias needs a value: --init-bias X" },
    { { TRIAL, RATE, "--init-bias", "nan" }, "must be finite" },
    { { TRIAL, RATE, "--stop-above", "1" }, "above 1" },
    { { TRIAL, RATE, "--precision", "f64" }, "unknown precision 'f64'; use f32 or bf16" },
    { { TRIAL, RATE, "--backend", "openblas", "--precision", "bf16" },
      "backend 'openblas' computes in f32 only, not in bf16" },
    { { TRIAL, RATE, "extra" }, "'extra' is one word too many" },
    { { "trial", "--workload", "mnist/mlp", "--optimizer", "sgd", RATE, "--export", "out" },
      "fairlead data fetch mnist" },
    { { "trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", RATE, "--trace", "out/trace.jsonl" },
      "out/trace.jsonl: cannot be created" },
    { { "trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", RATE, "--trace", "out.jsonl", "--export",
        "good.json/in" },
      "good.json" },
    { { "data", "paint" }, "unknown action 'paint'; use list, fetch or check" },
    { { "data" }, "something is missing" },
    { { "data", "check", "imagenet" }, "unknown data set 'imagenet'" },
    { { "data", "check", "mnist" }, "fairlead data fetch mnist" },
    { { "doctor", "now" }, "'now' is one word too many" },
    { { "summary" }, "something is missing" },
    { { "summary", "nowhere" }, "nowhere: not a result folder" },
    { { "check", "nowhere" }, "nowhere" },
    { { "export", "nowhere", "--to", "csv" }, "nowhere" },
    { { "verify", "nowhere" }, "nowhere: not a result folder" },
    { { "walk\n\x1b[2J" }, "unknown verb 'walk??[2J'" },
    { { "summary", LONG_PATH }, "not a result folder" },
    { { "compare", LONG_PATH, "good.json" }, "File name too long" },
    { { "run", "good.json", "-o", LONG_PATH }, "File name too long" },
    { { "run", "good.json", "-o", "" }, "--output needs a value: --output DIR" },
    { { "run", "good.json", "-o", "out", "-j", "9007199254740991" }, "--jobs must be a whole number from 1 to 4096" },
    { { "run", "good.json", "-o", "out", "--timeout", " 5" }, "--timeout must be a number above 0, not ' 5'" },
    { { "run", "good.json", "-o", "good.json/in" }, "good.json/in: cannot be created: Not a directory" },
    { { TRIAL, RATE, "--threads", "4294967297" }, "--threads must be a whole number from 1 to 4096" },
    { { TRIAL, "--schedule", "list", "--set", "schedule.rates=@." }, ".: cannot be read: Is a directory" },
    { { TRIAL, "--schedule", "list", "--set", "schedule.rates=@/dev/zero" }, "/dev/zero: is no regular file" },
    { { "compare", "/dev/zero", "good.json" }, "/dev/zero: is no regular file" },
    { { "data", "fetch", "mnist", "--mirror", "ftp://host" }, "begins with http:// or https://, not 'ftp://host'" },
};

enum { N_FILES = 3 }; /* of set_up; nothing else may ever be in the folder */

/* One line that holds the sentence, exit code 2, nothing on stdout, no new file. */
static bool is_told(const command *c, const char *sentence)
{
    const char *end = strchr(c->err, '\n');
    return c->code == 2 && !strncmp(c->err, "fairlead: ", 10) && end && !end[1] && strstr(c->err, sentence) &&
           !*c->out && folder_count(folder) == N_FILES;
}

static void every_mistake_is_exit_2_with_its_sentence_and_writes_nothing(void **state)
{
    setenv("FAIRLEAD_DATA", folder, 1); /* no data set is in it */
    setenv("XDG_CACHE_HOME", folder, 1);
    size_t n_wrong = 0;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        command c = command_run(folder, mistakes[i].words);
        if (!is_told(&c, mistakes[i].sentence)) {
            print_error("not '%s' but exit code %d, %zu files: %s%s\n", mistakes[i].sentence, c.code,
                        folder_count(folder), c.err, c.out);
            n_wrong++;
        }
        command_free(&c);
    }
    assert_int_equal(n_wrong, 0);
}

static void no_word_at_all_prints_the_help_and_is_a_mistake(void **state)
{
    command c = command_run(folder, WORDS(NULL));
    assert_int_equal(c.code, 2);
    assert_contains(c.out, "usage: fairlead VERB");
    command_free(&c);
}

/* Every line fits a terminal of 80 columns. */
static void assert_fits(const char *help)
{
    for (size_t length; *help; help += length + (help[length] == '\n')) {
        length = strcspn(help, "\n");
        if (length > 80) fail_msg("%zu characters: %.*s", length, (int)length, help);
    }
}

static void every_verb_has_help_with_an_example(void **state)
{
    command all = command_run(folder, WORDS("--help"));
    assert_int_equal(all.code, 0);
    assert_fits(all.out);
    size_t n = 0;
    char verb[40];
    for (char *line = strtok(all.out, "\n"); line; line = strtok(NULL, "\n")) {
        if (strncmp(line, "  ", 2) || sscanf(line, "%39s", verb) != 1 || !strcmp(verb, "fairlead")) continue;
        command c = command_run(folder, WORDS(verb, "--help"));
        assert_int_equal(c.code, 0);
        assert_contains(c.out, "usage: fairlead ");
        assert_contains(c.out, "\nexample:\n  fairlead ");
        assert_fits(c.out);
        command_free(&c);
        n++;
    }
    assert_true(n >= 8);
    command_free(&all);
    assert_int_equal(folder_count(folder), N_FILES);
}

static void version_names_commit_compiler_and_libraries(void **state)
{
    command c = command_run(folder, WORDS("--version"));
    assert_int_equal(c.code, 0);
    static const char *const parts[] = { "fairlead ", "compiler  GNU", "-ffp-contract=off", "naive", "openblas",
                                         "OpenBLAS",  "oneDNN" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) assert_contains(c.out, parts[i]);
    command_free(&c);
}

/* A line for the shell in which $FAIRLEAD is the program. */
static void assert_shell(int code, const char *sentence, const char *line)
{
    setenv("FAIRLEAD", FL_BUILD_DIR "/fairlead", 1);
    command c = command_start_program("/bin/sh", folder, WORDS("sh", "-c", line));
    command_wait(&c);
    if (c.code != code) fail_msg("%s: exit code %d, not %d: %s", line, c.code, code, c.err);
    assert_contains(c.err, sentence);
    command_free(&c);
}

/* /dev/full takes nothing: what was printed never arrived. */
static void a_full_disk_under_stdout_is_the_machines_trouble(void **state)
{
    assert_shell(3, "fairlead: stdout: not everything could be written: No space left",
                 "\"$FAIRLEAD\" list > /dev/full");
    assert_shell(3, "fairlead: stdout: not everything could be written: Bad file", "\"$FAIRLEAD\" list >&-");
}

static void remove_out(void)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "out");
    folder_remove(path);
}

/* The first files that a run opens are records; with nothing at 0, 1 and 2 they would be what it prints into. */
static void records_never_take_the_place_of_stdout(void **state)
{
    assert_shell(3, "", "\"$FAIRLEAD\" run good.json -o out <&- >&- 2>&-");
    assert_runs(0, folder, "check", "out");
    remove_out();
}

static void devices_are_written_to_and_stay(void **state)
{
    char link[FL_FILE_PATH_MAX], target[40];
    fl_file_path_join(link, folder, "full");
    assert_runs(0, folder, "run", "good.json", "-o", "out", "--progress", "none");
    assert_int_equal(symlink("/dev/full", link), 0);
    assert_refused(3, "No space left on device", folder, "report", "out", "-o", "full");
    assert_refused(3, "No space left on device", folder, "export", "out", "--to", "csv", "-o", "full");
    assert_true(readlink(link, target, sizeof target) > 0);
    assert_int_equal(unlink(link), 0);
    remove_out();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_is_exit_2_with_its_sentence_and_writes_nothing),
        cmocka_unit_test(no_word_at_all_prints_the_help_and_is_a_mistake),
        cmocka_unit_test(every_verb_has_help_with_an_example),
        cmocka_unit_test(version_names_commit_compiler_and_libraries),
        cmocka_unit_test(a_full_disk_under_stdout_is_the_machines_trouble),
        cmocka_unit_test(records_never_take_the_place_of_stdout),
        cmocka_unit_test(devices_are_written_to_and_stay),
    };
    return test_run(tests, set_up, program_tear_down);
}
