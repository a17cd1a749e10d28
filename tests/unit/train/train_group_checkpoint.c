/* A training that several processes carry, and its checkpoints: the file is that of one process, any number of them
 * goes on from it, and it is whole whoever leaves, dies or finds another's. */
#include "method/method_asynchronous.h"
#include "method/method_distributed_kfac.h"
#include "support/carried.h"
#include "support/model.h"
#include "support/training.h"
#include "train/checkpoint.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STEPS_SAVED = 3, NEVER = 100 }; /* of four */

/* What the processes of a training noted together. */
typedef struct told {
    size_t sentences, left;
    char sentence[400];
} told;

static told *noted;
static volatile sig_atomic_t leave_asked; /* of each process */
static const carried_harm no_harm;

static void note_sentence(void *user, const char *sentence, double spent)
{
    __atomic_fetch_add(&noted->sentences, 1, __ATOMIC_RELAXED);
    snprintf(noted->sentence, sizeof noted->sentence, "%.390s", sentence);
}

static void leave(void *user)
{
    __atomic_fetch_add(&noted->left, 1, __ATOMIC_RELAXED);
    _exit(0);
}

/* By `size` processes, each of which saves or goes on; what the first of them saw. */
static carried train_by(int size, const fl_trial *trial, size_t every, const carried_harm *harm)
{
    const fl_train_checkpoint_options options = { .path = training_path,
                                                  .every = every,
                                                  .host = "one host",
                                                  .said = note_sentence,
                                                  .leave_asked = &leave_asked,
                                                  .leave = leave };
    *noted = (told){ .sentences = 0 };
    fl_train_set_checkpoints(carried_trainer(), &options);
    carried first = size > 1 ? *train_carried(size, trial, harm) : train_alone(trial);
    fl_train_set_checkpoints(carried_trainer(), NULL);
    return first;
}

static training_file read_checkpoint(void)
{
    training_file file;
    assert_true(fl_file_read(training_path, &file.bytes, &file.n, NULL));
    return file;
}

/* --- what is trained --- */

typedef struct example {
    const char *method, *rule;
    size_t workers, micro_batch;
    bool has_state; /* of the network, each worker its own */
} example;

static const fl_layer plain[] = {
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv", .n_out = 3, .kernel = 14, .stride = 14 },
    { .kind = FL_LAYER_FLATTEN },
    { .kind = FL_LAYER_DENSE, .name = "hidden", .n_out = 16 },
    { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = 10 },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

static model models[2]; /* without state and with it */

/* Evaluated at its end alone, so that no clock is in the points of a checkpoint. */
static fl_trial trial_of(const example *e)
{
    fl_trial trial = carried_trial(e->method, e->rule, e->workers);
    trial.owners.workload = &models[e->has_state].workload;
    trial.micro_batch = e->micro_batch;
    trial.eval_every = trial.steps;
    return trial;
}

/* Three processes carry blocks of different lengths of four workers. */
static const example synchronous = { "synchronous", "adam", 4, 0, true }, local = { "local", "momentum", 3, 0, true };
static const example moments = { "local", "adam", 4, 0, false }, pipeline = { "pipeline", "adam", 3, 4, false };
static const example tensor = { "tensor", "adam", 4, 0, false };
static const example weird = { "one_weird_trick", "momentum", 4, 0, false };
static const example *const examples[] = { &synchronous, &local, &moments, &pipeline, &tensor, &weird };
enum { EXAMPLES = sizeof examples / sizeof *examples };

/* --- the file --- */

/* Behind what a header says of seconds, bytes that differ; and how many may: the checksums, which know the seconds. */
static size_t count_differing(const training_file *a, const training_file *b, size_t *most)
{
    enum { PREFIX = 24, NAMES = 24, SIZES = 3 * sizeof(uint64_t) };
    size_t differing = 0;
    uint64_t n_arrays;
    memcpy(&n_arrays, a->bytes + PREFIX + NAMES + sizeof(uint64_t), sizeof n_arrays);
    *most = sizeof(uint64_t) * (n_arrays + 2);
    for (size_t i = PREFIX + NAMES + SIZES + sizeof(fl_train_position); i < a->n; i++)
        differing += a->bytes[i] != b->bytes[i];
    return differing;
}

static void the_file_is_that_of_one_process_with_all_workers(void **state)
{
    for (size_t i = 0; i < EXAMPLES; i++) {
        fl_trial trial = trial_of(examples[i]);
        size_t most;
        training_file files[CARRIED_MOST];
        for (int size = 1; size <= CARRIED_MOST; size++) {
            unlink(training_path);
            assert_true(train_by(size, &trial, STEPS_SAVED, &no_harm).ran);
            files[size - 1] = read_checkpoint();
            assert_int_equal(files[size - 1].n, files[0].n);
            assert_true(count_differing(&files[0], &files[size - 1], &most) <= most);
        }
        for (int size = 1; size <= CARRIED_MOST; size++) free(files[size - 1].bytes);
        fl_trial_free(&trial);
    }
}

/* --- going on --- */

static void assert_goes_on(int size, const fl_trial *trial, const carried *whole)
{
    carried first = train_by(size, trial, NEVER, &no_harm);
    assert_same_bits(&first, whole);
    assert_int_equal(noted->sentences, 1); /* process 0's */
    assert_contains(noted->sentence, "the trial goes on from step 3 of 4");
}

/* All of them compare a hash of their parameters at the end. */
static void any_number_of_processes_goes_on_from_what_another_number_wrote(void **state)
{
    for (size_t i = 0; i < EXAMPLES; i++) {
        fl_trial trial = trial_of(examples[i]);
        carried whole = train_alone(&trial);
        for (int size = 1; size <= CARRIED_MOST; size++) {
            unlink(training_path);
            carried first = train_by(size, &trial, STEPS_SAVED, &no_harm);
            assert_same_bits(&first, &whole);
            assert_int_equal(noted->sentences, 0);
            assert_goes_on(size % CARRIED_MOST + 1, &trial, &whole);
        }
        fl_trial_free(&trial);
    }
}

static void what_is_repeated_cut_or_foreign_changes_nothing(void **state)
{
    const carried_harm disturbed = { .disturbed = true };
    fl_trial trial = trial_of(&local);
    carried whole = train_alone(&trial);
    unlink(training_path);
    train_by(2, &trial, STEPS_SAVED, &disturbed);
    carried first = train_by(3, &trial, NEVER, &disturbed);
    assert_same_bits(&first, &whole);
    assert_contains(noted->sentence, "the trial goes on from step 3 of 4");
    fl_trial_free(&trial);
}

/* --- leaving --- */

static void ask_to_leave(void *user, const fl_train_step *step)
{
    leave_asked = 1;
}

static void where_one_process_is_asked_to_leave_all_save_and_leave(void **state)
{
    fl_trial trial = trial_of(&local);
    carried whole = train_alone(&trial);
    for (size_t rank = 0; rank < CARRIED_MOST; rank++) {
        const carried_harm asked = { .rank = rank, .callbacks = { .stepped = ask_to_leave } };
        unlink(training_path);
        train_by(CARRIED_MOST, &trial, NEVER, &asked);
        assert_int_equal(noted->left, CARRIED_MOST);
        carried first = train_by(2, &trial, NEVER, &no_harm);
        assert_same_bits(&first, &whole);
        assert_contains(noted->sentence, "the trial goes on from step");
    }
    fl_trial_free(&trial);
}

static void ask_at_once(void *user, const fl_network *network)
{
    leave_asked = 1;
}

/* There process 0 alone has a state and a loop: it saves, and the others end as where nothing is left to do. */
static void assert_process_0_saves_for_all(const fl_trial *trial, int size, const carried *whole)
{
    for (int rank = 0; rank < size; rank++) {
        const carried_harm asked = { .rank = (size_t)rank, .callbacks = { .begun = ask_at_once } };
        unlink(training_path);
        train_by(size, trial, NEVER, &asked);
        assert_int_equal(noted->left, 1);
        carried first = train_by(size, trial, NEVER, &no_harm);
        assert_same_bits(&first, whole);
        assert_contains(noted->sentence, "the trial goes on from step 1 of 4");
    }
}

static void on_the_real_clock_a_server_saves_for_whoever_is_asked(void **state)
{
    static const example served = { "asynchronous", "adam", 1, 0, false };
    fl_trial trial = trial_of(&served), one = trial;
    one.owners.method = NULL;
    carried whole = train_alone(&one);
    trial.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_CLOCK] = FL_METHOD_CLOCK_REAL;
    assert_process_0_saves_for_all(&trial, 2, &whole);
    fl_trial_free(&trial);
}

static void and_so_does_process_0_of_kfac(void **state)
{
    static const example divided = { "distributed_kfac", "kfac", 1, 0, false };
    fl_trial trial = trial_of(&divided);
    double *values = trial.values.of[FL_TRIAL_OF_METHOD];
    values[FL_METHOD_KFAC_STATISTICS_WORKERS] = values[FL_METHOD_KFAC_INVERSE_WORKERS] = 1;
    carried whole = train_alone(&trial);
    values[FL_METHOD_KFAC_CLOCK] = FL_METHOD_CLOCK_REAL;
    assert_process_0_saves_for_all(&trial, 3, &whole);
    fl_trial_free(&trial);
}

/* --- what goes wrong --- */

/* Before it has sent what its workers have. */
static void die_at_the_third(void *user, const fl_train_step *step)
{
    if (step->step == STEPS_SAVED) raise(SIGKILL);
}

static void a_process_that_dies_in_the_transfer_leaves_the_checkpoint_before(void **state)
{
    fl_trial trial = trial_of(&local);
    carried whole = train_alone(&trial);
    const carried_harm dies = { .rank = 1, .callbacks = { .stepped = die_at_the_third }, .silence = .2, .fatal = true };
    unlink(training_path);
    assert_false(train_by(2, &trial, 1, &dies).ran);
    carried first = train_by(2, &trial, NEVER, &no_harm);
    assert_same_bits(&first, &whole);
    assert_contains(noted->sentence, "the trial goes on from step 2 of 4");
    fl_trial_free(&trial);
}

static void a_damaged_checkpoint_begins_anew_everywhere(void **state)
{
    fl_trial trial = trial_of(&local);
    unlink(training_path);
    carried whole = train_by(2, &trial, STEPS_SAVED, &no_harm);
    training_file file = read_checkpoint();
    file.bytes[file.n / 2] ^= 1;
    training_put(file.bytes, file.n);
    free(file.bytes);
    carried first = train_by(2, &trial, NEVER, &no_harm);
    assert_same_bits(&first, &whole);
    assert_int_equal(noted->sentences, 1);
    assert_contains(noted->sentence, "is damaged; the trial starts from the beginning");
    fl_trial_free(&trial);
}

/* By all of them with process 0's sentence, though the others look at no file. */
static void a_checkpoint_of_other_workers_or_another_method_is_refused(void **state)
{
    static const example others[] = { { "local", "momentum", 4, 0, true }, { "synchronous", "momentum", 3, 0, true } };
    fl_trial trial = trial_of(&local);
    unlink(training_path);
    assert_true(train_by(2, &trial, STEPS_SAVED, &no_harm).ran);
    training_file before = read_checkpoint();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        fl_trial other = trial_of(&others[i]);
        const fl_train_checkpoint_options options = { .path = training_path, .every = NEVER, .host = "one host" };
        fl_train_set_checkpoints(carried_trainer(), &options);
        const carried *seen = train_carried(2, &other, &no_harm);
        fl_train_set_checkpoints(carried_trainer(), NULL);
        for (int rank = 0; rank < 2; rank++) {
            assert_false(seen[rank].ran);
            assert_contains(seen[rank].reason, "is a checkpoint of another trial, and is left alone");
        }
        training_file after = read_checkpoint();
        assert_int_equal(before.n, after.n);
        assert_memory_equal(before.bytes, after.bytes, before.n);
        free(after.bytes);
        fl_trial_free(&other);
    }
    free(before.bytes);
    fl_trial_free(&trial);
}

static int set_up(void **state)
{
    make_model(&models[false], LAYERS(plain));
    make_model(&models[true], LAYERS(with_state));
    noted = mmap(NULL, sizeof *noted, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return noted == MAP_FAILED || training_set_up(state) || carried_set_up(state);
}

static int tear_down(void **state)
{
    workspace_tear_down(state);
    return carried_tear_down(state) || munmap(noted, sizeof *noted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_is_that_of_one_process_with_all_workers),
        cmocka_unit_test(any_number_of_processes_goes_on_from_what_another_number_wrote),
        cmocka_unit_test(what_is_repeated_cut_or_foreign_changes_nothing),
        cmocka_unit_test(where_one_process_is_asked_to_leave_all_save_and_leave),
        cmocka_unit_test(on_the_real_clock_a_server_saves_for_whoever_is_asked),
        cmocka_unit_test(and_so_does_process_0_of_kfac),
        cmocka_unit_test(a_process_that_dies_in_the_transfer_leaves_the_checkpoint_before),
        cmocka_unit_test(a_damaged_checkpoint_begins_anew_everywhere),
        cmocka_unit_test(a_checkpoint_of_other_workers_or_another_method_is_refused),
    };
    return test_run(tests, set_up, tear_down);
}
