/* Optimizers in processes of their own: they do what a built-in rule does, and whatever such a process does wrong is a
 * failed or infeasible trial with its sentence, from which the run goes on. */
#include "support/program.h"

#include "base/random.h"

#include <fcntl.h>
#include <glob.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define OWN FL_SOURCE_DIR "/tests/support/own/"
#define ADAM                                                                                                           \
    "{ 'process': ['" OWN "adam.py'], 'name': 'numpy_adam', 'states': 2, 'layout': 'LAYOUT',"                          \
    "  'hyperparameters': { 'beta1': 0.9, 'beta2': { 'default': 0.999, 'min': 0, 'max': 1, 'max_open': true },"        \
    "                       'epsilon': { 'default': 1e-8, 'min': 0, 'min_open': true, 'scaling': 'log' } } }"

enum { LINE = 2 * FL_FILE_PATH_MAX };

/* The exit code of a line for the shell; the programs that are tested find no gnuplot, the shell finds its own. */
static int shell(const char *line)
{
    char whole[2 * LINE + 100];
    snprintf(whole, sizeof whole, "PATH=/usr/local/bin:/usr/bin:/bin; %s", line);
    return WEXITSTATUS(system(whole));
}

static int set_up(void **state)
{
    setenv("FAIRLEAD_CLIENTS", FL_SOURCE_DIR "/bench/clients", 1);
    program_set_up(state);
    command_without_gnuplot();
    setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
    return 0;
}

static void need(const char *module)
{
    char line[200];
    snprintf(line, sizeof line, "/usr/bin/python3 -c 'import %s' 2>/dev/null", module);
    if (shell(line)) test_skip("/usr/bin/python3 has no %s, so no such client can be started", module);
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text) fail_msg("a record lacks %s", key);
    return text;
}

/* Nothing of an ended run stays in shared memory. Whoever lives holds a lock on his: another test may run beside this.
 */
static void assert_nothing_shared(void)
{
    glob_t found;
    size_t n_left = 0;
    bool any = glob("/dev/shm/fairlead-rule-*", 0, NULL, &found) == 0;
    for (size_t i = 0; any && i < found.gl_pathc; i++) {
        int file = open(found.gl_pathv[i], O_RDWR | O_CLOEXEC);
        n_left += file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0;
        if (file >= 0) close(file);
    }
    if (any) globfree(&found);
    assert_int_equal(n_left, 0);
}

/* --- what goes right --- */

/* The losses of so many steps. */
static json_t *losses_of(const char *optimizer, const char *workload, const char *backend, size_t steps)
{
    char path[FL_FILE_PATH_MAX], count[20];
    json_t *losses = json_array();
    snprintf(count, sizeof count, "%zu", steps);
    assert_runs(0, folder, "trial", "--workload", workload, "--optimizer", optimizer, "--set", "learning_rate=1e-3",
                "--set", "beta1=0.8", "--steps", count, "--eval-every", "0", "--batch", "16", "--backend", backend,
                "--trace", "trace");
    fl_file_path_join(path, folder, "trace");
    FILE *file = fopen(path, "r");
    for (json_t *line; (line = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)); json_decref(line))
        json_array_append(losses, json_object_get(line, "loss"));
    fclose(file);
    return losses;
}

static void assert_same_losses(const char *layout, const char *workload, const char *backend, size_t steps)
{
    char *copy = strdup(ADAM), *optimizer = copy;
    test_quote(copy);
    char *at = strstr(copy, "LAYOUT"), definition[2000];
    snprintf(definition, sizeof definition, "%.*s%s%s", (int)(at - copy), copy, layout, at + strlen("LAYOUT"));
    json_t *own = losses_of(definition, workload, backend, steps),
           *built_in = losses_of("adam", workload, backend, steps);
    assert_int_equal(json_array_size(own), steps);
    for (size_t i = 0; i < steps; i++)
        assert_close(json_number_value(json_array_get(own, i)), json_number_value(json_array_get(built_in, i)), 1e-6);
    json_decref(own);
    json_decref(built_in);
    free(optimizer);
}

static void adam_in_numpy_has_the_losses_of_the_built_in_one(void **state)
{
    need("numpy");
    assert_same_losses("backend", "glyphs/mlp", "naive", 60);
    assert_same_losses("backend", "glyphs/mlp", "onednn", 60);
    assert_same_losses("canonical", "glyphs/mlp", "onednn", 60);
    assert_same_losses("canonical", "glyphs/simple_cnn", "onednn", 8);
    assert_same_losses("backend", "quadratic/noisy", "naive", 60); /* too small to share a page: copied */
}

#define STUDY(optimizer, more)                                                                                         \
    "{ 'study': 's', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"                             \
    "  'budget': { 'trials': 2, 'steps': 12 }, 'arms': [ { 'arm': 'a', 'optimizer': " optimizer ", 'space': {"         \
    "  'learning_rate': { 'min': 1e-3, 'max': 1e-2, 'scaling': 'log' }" more " } } ] }"

static void a_program_in_c_has_the_bits_of_the_rule_that_it_copies(void **state)
{
    char line[LINE];
    if (shell("command -v cc >/dev/null")) test_skip("there is no C compiler");
    snprintf(line, sizeof line,
             "cc -O2 -ffp-contract=off -Wall -Werror -D_GNU_SOURCE -I %s/bench/clients %s/momentum.c -o %s/momentum "
             "-ljansson -lrt",
             FL_SOURCE_DIR, OWN, folder);
    assert_int_equal(shell(line), 0);
    put_study(
        folder, "process.json",
        STUDY("{ 'process': ['./momentum'], 'name': 'mine', 'states': 1, 'hyperparameters': { 'momentum': 0.9 } }",
              ", 'momentum': 0.9"));
    put_study(folder, "built_in.json", STUDY("'momentum'", ", 'momentum': 0.9"));
    assert_runs(0, folder, "run", "process.json", "-o", "process", "-j", "2");
    assert_runs(0, folder, "run", "built_in.json", "-o", "built_in", "-j", "2");
    for (uint64_t index = 0; index < 2; index++) {
        json_t *a = store_record(folder, "process", "a", index, 0),
               *b = store_record(folder, "built_in", "a", index, 0);
        assert_string_equal(text_at(a, "state_hash"), text_at(b, "state_hash"));
        json_decref(a);
        json_decref(b);
    }
    assert_runs(0, folder, "verify", "process");
    assert_runs(0, folder, "summary", "process");
}

/* The same experiments as on a shared object; each set of arrays has a process of its own, so what one remembers beside
 * its states is missing in the other. */
static void its_promises_are_checked_like_those_of_any_rule(void **state)
{
    char good[] = "{ 'process': ['" OWN "bad.py', 'good', '0'], 'name': 'good', 'states': 1 }",
         forgetful[] = "{ 'process': ['" OWN "bad.py', 'forgets', '0'], 'name': 'forgetful' }",
         ends[] = "{ 'process': ['" OWN "bad.py', 'exit', '5'], 'name': 'ends' }",
         overflows[] = "{ 'process': ['" OWN "bad.py', 'inf', '5'], 'name': 'overflows' }";
    test_quote(good);
    test_quote(forgetful);
    test_quote(ends);
    test_quote(overflows);
    command c = command_run(folder, WORDS("check-optimizer", good));
    assert_int_equal(c.code, 0);
    assert_contains(c.out, "  kept           state ");
    assert_contains(c.out, "  does not apply pieces ");
    command_free(&c);
    c = command_run(folder, WORDS("check-optimizer", forgetful));
    assert_int_equal(c.code, 1);
    assert_contains(c.out, "the rule remembers more than it was lent");
    command_free(&c);
    c = command_run(folder, WORDS("check-optimizer", ends));
    assert_int_equal(c.code, 1);
    assert_contains(c.out, "optimizer 'ends': its process ended with exit code 3 at step 6");
    command_free(&c);
    c = command_run(folder, WORDS("check-optimizer", overflows)); /* from then on the loss is no number */
    assert_int_equal(c.code, 1);
    assert_contains(c.out, "  broken         finite ");
    assert_null(strstr(c.out, "ended with exit code"));
    command_free(&c);
    assert_nothing_shared();
}

/* Thirteen promises would be thirteen deadlines. */
static void a_rule_that_hung_is_not_asked_again(void **state)
{
    char hangs[] = "{ 'process': ['" OWN "bad.py', 'slow', '2'], 'name': 'hangs', 'deadline': 1.5 }";
    size_t n_broken = 0, n_not_asked = 0, i;
    json_t *promise;
    test_quote(hangs);
    command c = command_run(folder, WORDS("check-optimizer", hangs, "--json"));
    assert_int_equal(c.code, 1);
    json_t *answer = json_loads(c.out, 0, NULL);
    json_array_foreach(json_object_get(answer, "promises"), i, promise)
    {
        n_broken += !strcmp(text_at(promise, "verdict"), "broken");
        n_not_asked += !strcmp(text_at(promise, "why"), "an earlier promise hung");
    }
    assert_int_equal(n_broken, 1);
    assert_int_equal(n_not_asked, 8); /* after `form`, which asks nothing, and without three of no concern */
    assert_string_equal(text_at(answer, "speed_why"), "an earlier promise hung");
    json_decref(answer);
    command_free(&c);
    assert_nothing_shared();
}

static void a_record_says_how_to_run_it_again(void **state)
{
    char line[LINE];
    put_study(folder, "good.json", STUDY("{ 'process': ['" OWN "bad.py', 'good', '0'], 'name': 'good' }", ""));
    assert_runs(0, folder, "run", "good.json", "-o", "good");
    json_t *record = store_record(folder, "good", "a", 0, 0), *again;
    snprintf(line, sizeof line, "%s/%s --json", FL_BUILD_DIR, text_at(record, "repro"));
    FILE *pipe = popen(line, "r");
    assert_non_null(again = json_loadf(pipe, 0, NULL));
    assert_int_equal(pclose(pipe), 0);
    assert_string_equal(text_at(again, "trial"), text_at(record, "trial"));
    assert_string_equal(text_at(again, "state_hash"), text_at(record, "state_hash"));
    json_decref(again);
    json_decref(record);
}

/* The first trial's client kills the worker that asks it for step 8. */
static void a_lost_worker_s_trial_goes_on_from_its_checkpoint(void **state)
{
    put_study(folder, "whole.json",
              STUDY("{ 'process': ['" OWN "bad.py', 'good', '7'], 'name': 'm', 'states': 1 }", ""));
    put_study(folder, "lost.json",
              STUDY("{ 'process': ['" OWN "bad.py', 'parent', '7'], 'name': 'm', 'states': 1 }", ""));
    assert_runs(0, folder, "run", "whole.json", "-o", "whole", "-j", "1");
    command c = command_run(folder, WORDS("run", "lost.json", "-o", "lost", "-j", "1", "--checkpoint-every", "2"));
    assert_int_equal(c.code, 0);
    assert_contains(c.err, "the trial goes on from step 6 of 12");
    command_free(&c);
    for (uint64_t index = 0; index < 2; index++) {
        json_t *a = store_record(folder, "whole", "a", index, 0), *b = store_record(folder, "lost", "a", index, 0);
        assert_string_equal(text_at(a, "state_hash"), text_at(b, "state_hash"));
        json_decref(a);
        json_decref(b);
    }
}

static void another_script_does_not_go_on_with_the_folder(void **state)
{
    char line[LINE];
    snprintf(line, sizeof line, "cp %sbad.py %s/changing.py", OWN, folder);
    assert_int_equal(shell(line), 0);
    put_study(folder, "changing.json", STUDY("{ 'process': ['./changing.py', 'good', '0'], 'name': 'good' }", ""));
    assert_runs(0, folder, "run", "changing.json", "-o", "changing");
    assert_runs(0, folder, "run", "changing.json", "-o", "changing");
    snprintf(line, sizeof line, "echo >>%s/changing.py", folder);
    assert_int_equal(shell(line), 0);
    assert_refused(2, "arms[0].optimizer.sha256", folder, "run", "changing.json", "-o", "changing");
    assert_refused(2, "is not the file that optimizer 'good' is known by", folder, "verify", "changing");
    assert_runs(0, folder, "summary", "changing");
}

/* --- what goes wrong --- */

/* A study of two trials with a client that does `what` at `step` and has `deadline` seconds to answer: both records say
 * `part`. */
static void assert_ends_within(double deadline, const char *what, int step, const char *status, const char *part)
{
    char text[2000], name[40];
    snprintf(text, sizeof text,
             STUDY("{ 'process': ['" OWN "bad.py', '%s', '%d'], 'name': 'bad', 'states': 1, 'deadline': %g }", ""),
             what, step, deadline);
    put_study(folder, "bad.json", text);
    snprintf(name, sizeof name, "%s%d", what, step);
    assert_runs(!strcmp(status, "failed"), folder, "run", "bad.json", "-o", name, "-j", "2");
    for (uint64_t index = 0; index < 2; index++) {
        json_t *record = store_record(folder, name, "a", index, 0);
        assert_string_equal(text_at(record, "status"), status);
        assert_contains(text_at(record, "reason"), part);
        json_decref(record);
    }
    assert_nothing_shared();
}

static void assert_ends(const char *what, int step, const char *status, const char *part)
{
    assert_ends_within(60, what, step, status, part);
}

/* Of 12 steps, another at every run of the test. */
static int some_step(void)
{
    fl_random_stream stream = fl_random_stream_start((uint64_t)time(NULL), "step", 0);
    return (int)fl_random_below(&stream, 12);
}

static void a_client_that_ends_is_a_failed_trial(void **state)
{
    need("mmap");
    assert_ends("exit", some_step(), "failed", "optimizer 'bad': its process ended with exit code 3 at step ");
    assert_ends("killed", some_step(), "failed",
                "optimizer 'bad': its process was killed by signal 9 (Killed) at step ");
    assert_ends("closed", some_step(), "failed", "optimizer 'bad': its process closed its pipe at step ");
    assert_ends("exit", -1, "failed", "optimizer 'bad': its process ended with exit code 3 at its start");
}

static void a_client_that_hangs_is_a_failed_trial(void **state)
{
    need("mmap");
    assert_ends_within(1.5, "stopped", some_step(), "failed", "within 1.5 s");
    assert_ends_within(1.5, "slow", some_step(), "failed", "within 1.5 s");
}

static void a_client_that_talks_nonsense_is_a_failed_trial(void **state)
{
    need("mmap");
    assert_ends("garbage", some_step(), "failed", "optimizer 'bad' answered 'garbage' at step ");
    assert_ends("empty", some_step(), "failed", "optimizer 'bad' answered '' at step ");
    assert_ends("false", some_step(), "failed", "optimizer 'bad' answered '{\"ok\":false}' at step ");
    assert_ends("more", 3, "failed", "use {\"ok\": true} or {\"error\": \"why\"}");
    assert_ends("long", some_step(), "failed", "an answer of more than 65536 bytes at step ");
    assert_ends("error", some_step(), "failed", "optimizer 'bad' gave up at step ");
    assert_ends("ahead", 4, "failed", "optimizer 'bad' answered before it was asked, at step ");
    assert_ends("late", 11, "failed", "optimizer 'bad' answered before it was asked, after the last step");
    assert_ends("twice", 4, "failed", "optimizer 'bad' answered before it was asked, at step 5");
    assert_ends("nul", some_step(), "failed", "optimizer 'bad' answered '{\"ok\":true}?junk' at step ");
}

/* Its answer is part of the record, which is UTF-8: also where 240 bytes end within a character. */
static void an_answer_that_is_no_text_is_told_in_text(void **state)
{
    need("mmap");
    assert_ends("bytes", some_step(), "failed", "optimizer 'bad' answered '???[31m' at step ");
    assert_ends("long_word", 3, "failed", "optimizer 'bad' gave up at step 4: \xe2\x82\xac\xe2\x82\xac");
}

/* Its own memory ends, and nobody else does. */
static void a_client_that_cuts_off_its_memory_is_a_failed_trial(void **state)
{
    need("mmap");
    char cuts[] = "{ 'process': ['" OWN "bad.py', 'truncate', '2'], 'name': 'cuts' }";
    test_quote(cuts);
    assert_ends("truncate", some_step(), "failed", "optimizer 'bad' cut off its shared memory at step ");
    command c = command_run(folder, WORDS("trial", "--workload", "glyphs/mlp", "--backend", "naive", "--optimizer",
                                          cuts, "--set", "learning_rate=0.01", "--batch", "4", "--steps", "4"));
    assert_int_equal(c.code, 1);
    assert_contains(c.out, "failed: optimizer 'cuts' cut off its shared memory at step 3");
    command_free(&c);
    c = command_run(folder, WORDS("check-optimizer", cuts));
    assert_int_equal(c.code, 1);
    assert_contains(c.out, "optimizer 'cuts' cut off its shared memory at step 3");
    command_free(&c);
}

/* The loss that a process is told at its first step, in the words of the record. */
static void told_loss(const char *l2, char told[400])
{
    command c = command_run(folder, WORDS("trial", "--workload", "quadratic/noisy", "--backend", "naive", "--optimizer",
                                          "tells.json", "--set", "learning_rate=0.1", "--set", l2, "--steps", "2"));
    const char *words = strstr(c.out, "the loss is");
    assert_non_null(words);
    snprintf(told, 400, "%.*s", (int)strcspn(words, "\n"), words);
    command_free(&c);
}

/* As the rules within Fairlead have it, and as the gradient has them. */
static void the_loss_that_a_client_is_told_holds_the_penalties(void **state)
{
    char alone[400], with[400];
    put_study(folder, "tells.json", "{ 'process': ['" OWN "bad.py', 'tells', '0'], 'name': 'tells' }");
    told_loss("l2=0", alone);
    told_loss("l2=0.5", with);
    assert_string_not_equal(alone, with);
}

static void a_client_that_writes_nan_is_a_failed_trial(void **state)
{
    need("mmap");
    assert_ends("nan", 4, "failed", "optimizer 'bad' wrote a parameter that is NaN at step 5");
    assert_ends("nan", 11, "failed", "wrote a parameter that is NaN at step 12");
    assert_ends("nan_both", 11, "failed", "wrote a parameter that is NaN at step 12");
    assert_ends("nan_gradient", 11, "failed", "wrote a gradient that is NaN at step 12");
    assert_ends("nan_state", 11, "failed", "wrote a state that is NaN by step 12");
}

/* Nobody reads it, until a rule does that mixes a tensor's numbers. */
static void a_client_that_writes_into_the_padding_is_a_failed_trial(void **state)
{
    need("mmap");
    char pads[] = "{ 'process': ['" OWN "bad.py', 'padding', '2'], 'name': 'pads' }";
    test_quote(pads);
    command c = command_run(folder, WORDS("trial", "--workload", "glyphs/mlp", "--backend", "naive", "--optimizer",
                                          pads, "--set", "learning_rate=0.01", "--batch", "4", "--steps", "4"));
    assert_int_equal(c.code, 1);
    assert_contains(c.out, "failed: optimizer 'pads' wrote a number into the padding at step 3");
    command_free(&c);
}

/* At such a rate nothing gets better, so patience ends it after the fourth step. */
static void states_are_looked_at_where_a_trial_ends_early(void **state)
{
    need("mmap");
    char spoils[] = "{ 'process': ['" OWN "bad.py', 'nan_state', '3'], 'name': 'spoils', 'states': 1 }";
    test_quote(spoils);
    command c = command_run(folder, WORDS("trial", "--workload", "quadratic/noisy", "--backend", "naive", "--optimizer",
                                          spoils, "--set", "learning_rate=1e-30", "--steps", "12", "--eval-every", "1",
                                          "--patience", "3", "--batch", "16"));
    assert_int_equal(c.code, 1);
    assert_contains(c.out, "failed: optimizer 'spoils' wrote a state that is NaN by step 4");
    command_free(&c);
}

/* As with a built-in rule whose rate is too high. */
static void a_client_that_overflows_has_diverged(void **state)
{
    need("mmap");
    assert_ends("inf", 4, "infeasible", "optimizer 'bad' wrote a parameter that is not finite at step 5");
}

/* A folder may be called anything, but a record has to name the program. */
static void a_path_that_is_no_text_is_refused_where_records_need_it(void **state)
{
    char line[2 * LINE];
    snprintf(line, sizeof line, "mkdir %s/d\xff && cp %sbad.py %s/d\xff", folder, OWN, folder);
    assert_int_equal(shell(line), 0);
    put_study(folder, "d\xff/own.json", STUDY("{ 'process': ['./bad.py', 'good', '0'], 'name': 'good' }", ""));
    assert_refused(2, "/d?/bad.py: a path that is no UTF-8, which no record could hold", folder, "run",
                   "d\xff/own.json", "-o", "none");
    put_study(folder, "d\xff/sgd.json", STUDY("'sgd'", ""));
    assert_runs(0, folder, "run", "d\xff/sgd.json", "-o", "d\xff/out");
    static const char *const verbs[] = { "summary", "verify" };
    for (size_t i = 0; i < 2; i++) {
        command c = command_run(folder, WORDS(verbs[i], "d\xff/out", "--json"));
        assert_int_equal(c.code, 0);
        assert_contains(c.out, "\"folder\": \"d?/out\"");
        command_free(&c);
    }
}

static void a_program_that_is_none_is_a_sentence(void **state)
{
    put_study(folder, "none.json", STUDY("{ 'process': ['./nothing.py'], 'name': 'none' }", ""));
    assert_refused(2, "none.json:1:", folder, "run", "none.json", "-o", "none");
    put_study(folder, "words.json", STUDY("{ 'process': ['true'], 'name': 'none' }", ""));
    assert_refused(2, "none of the words is the path of a file", folder, "run", "words.json", "-o", "none");
    put_study(folder, "plain.json", STUDY("{ 'process': ['./plain.json'], 'name': 'none' }", ""));
    assert_runs(1, folder, "run", "plain.json", "-o", "plain");
    json_t *record = store_record(folder, "plain", "a", 0, 0);
    assert_contains(text_at(record, "reason"), "cannot be started: Permission denied");
    json_decref(record);
}

/* In a mount namespace of its own the program finds a /dev/shm of 64 KiB, and then a /dev without any. */
static void assert_shared_memory_fails(const char *mount, const char *name, const char *part)
{
    char line[LINE];
    snprintf(line, sizeof line,
             "cd %s && unshare -rm sh -ec '%s; exec %s/fairlead run large.json -o %s -j 1' >/dev/null 2>&1", folder,
             mount, FL_BUILD_DIR, name);
    assert_int_equal(shell(line), 1);
    json_t *record = store_record(folder, name, "a", 0, 0);
    assert_string_equal(text_at(record, "status"), "failed");
    assert_contains(text_at(record, "reason"), part);
    json_decref(record);
}

static void full_or_missing_shared_memory_is_a_failed_trial(void **state)
{
    if (shell("unshare -rm mount -t tmpfs tmpfs /dev/shm 2>/dev/null"))
        test_skip("no mount namespaces here, so /dev/shm cannot be replaced");
    put_study(folder, "large.json",
              "{ 'study': 's', 'workload': 'glyphs/mlp', 'backend': 'naive', 'batch_size': 2,"
              "  'budget': { 'trials': 1, 'steps': 2 }, 'arms': [ { 'arm': 'a', 'optimizer': "
              "{ 'process': ['" OWN
              "bad.py', 'good', '0'], 'name': 'good' }, 'space': { 'learning_rate': 0.01 } } ] }");
    assert_shared_memory_fails("mount -t tmpfs -o size=64k tmpfs /dev/shm", "full",
                               "(/dev/shm): there is no room: No space left on device");
    assert_shared_memory_fails("mkdir dev; touch dev/null; mount --bind /dev/null dev/null; mount --rbind dev /dev",
                               "missing", "(/dev/shm): cannot be made: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adam_in_numpy_has_the_losses_of_the_built_in_one),
        cmocka_unit_test(a_program_in_c_has_the_bits_of_the_rule_that_it_copies),
        cmocka_unit_test(its_promises_are_checked_like_those_of_any_rule),
        cmocka_unit_test(a_rule_that_hung_is_not_asked_again),
        cmocka_unit_test(a_record_says_how_to_run_it_again),
        cmocka_unit_test(a_lost_worker_s_trial_goes_on_from_its_checkpoint),
        cmocka_unit_test(another_script_does_not_go_on_with_the_folder),
        cmocka_unit_test(a_client_that_ends_is_a_failed_trial),
        cmocka_unit_test(a_client_that_hangs_is_a_failed_trial),
        cmocka_unit_test(a_client_that_talks_nonsense_is_a_failed_trial),
        cmocka_unit_test(an_answer_that_is_no_text_is_told_in_text),
        cmocka_unit_test(a_client_that_cuts_off_its_memory_is_a_failed_trial),
        cmocka_unit_test(the_loss_that_a_client_is_told_holds_the_penalties),
        cmocka_unit_test(a_client_that_writes_nan_is_a_failed_trial),
        cmocka_unit_test(a_client_that_writes_into_the_padding_is_a_failed_trial),
        cmocka_unit_test(states_are_looked_at_where_a_trial_ends_early),
        cmocka_unit_test(a_client_that_overflows_has_diverged),
        cmocka_unit_test(a_path_that_is_no_text_is_refused_where_records_need_it),
        cmocka_unit_test(a_program_that_is_none_is_a_sentence),
        cmocka_unit_test(full_or_missing_shared_memory_is_a_failed_trial),
    };
    return test_run(tests, set_up, program_tear_down);
}
