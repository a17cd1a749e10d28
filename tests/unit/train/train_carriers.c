/* One training by several processes, over frames that the test passes on: the bits of one process, whatever else comes
 * on the way, also of a worker alone on the real clock, and what is said where one of them computes otherwise. */
#include "method/method_asynchronous.h"
#include "method/method_distributed_kfac.h"
#include "support/test.h"
#include "train/real.h"
#include "train/train.h"
#include "trial/around.h"
#include "wire/frames.h"
#include "wire/piece.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 3, GROUP = 7, HELD = 64 };

/* What a process of a training saw of it. */
typedef struct seen {
    bool ran;
    fl_outcome_status status;
    char hash[17], reason[240];
    double loss;
    uint64_t gradients, bytes;
} seen;

/* How the test passes on what it is given; the last holds back from process 1 what process 0 tells it of the end, till
 * process 2 has bidden it farewell. */
typedef enum passing { FAITHFUL, HOSTILE, FAREWELL_FIRST } passing;

static seen *shared;              /* by rank, of processes that are gone */
static fl_train_trainer *trainer; /* forked with what it has loaded */

static int begin(void **state)
{
    trainer = fl_train_trainer_new();
    shared = mmap(NULL, MOST * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED;
}

static fl_trial trial_of(const char *method, const char *rule, size_t workers)
{
    fl_trial_owners owners = { fl_optimizer_find(rule, NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("glyphs/mlp", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = .05;
    trial.backend = fl_backend_find("naive", NULL);
    trial.split.validation = 100;
    trial.batch_size = 12;
    trial.steps = 4;
    trial.eval_every = 2;
    trial.test = FL_TRIAL_TEST_FINAL;
    trial.owners.method = fl_method_find(method, NULL);
    trial.workers = workers;
    for (size_t i = 0; i < trial.owners.method->n_hypers; i++)
        trial.values.of[FL_TRIAL_OF_METHOD][i] =
            isnan(trial.owners.method->hypers[i].default_value) ? 2 : trial.owners.method->hypers[i].default_value;
    return trial;
}

/* What is done to a process: to its parameters before the first step; process 0's evaluations last. */
typedef enum harm { NO_HARM, FLIPPED_BIT, NOT_A_NUMBER, LONG_EVALUATION } harm;
static const double SHORT_SILENCE = .7;

static void make_nan(void *user, const fl_network *network)
{
    float *parameters = fl_network_parameters((fl_network *)network);
    for (size_t i = 0; i < fl_network_layout(network)->count; i++) parameters[i] = NAN;
}

/* The lowest bit of one parameter. */
static void flip_a_bit(void *user, const fl_network *network)
{
    float *parameters = fl_network_parameters((fl_network *)network);
    uint32_t bits;
    memcpy(&bits, parameters, sizeof bits);
    bits ^= 1;
    memcpy(parameters, &bits, sizeof bits);
}

static void sleep_twice_as_long(void *user, const fl_trial_point *point)
{
    usleep((useconds_t)(2e6 * SHORT_SILENCE));
}

static seen see(const fl_trial *trial, harm done)
{
    fl_outcome o;
    fl_error error;
    fl_train_callbacks callbacks = { .begun = done == FLIPPED_BIT    ? flip_a_bit
                                              : done == NOT_A_NUMBER ? make_nan
                                                                     : NULL,
                                     .evaluated = done == LONG_EVALUATION ? sleep_twice_as_long : NULL };
    seen s = { .ran = fl_train_trial(trainer, trial, &callbacks, &o, &error) };
    if (!s.ran) snprintf(s.reason, sizeof s.reason, "%.230s", error.text);
    if (!s.ran) return s;
    s.status = o.status;
    s.gradients = o.gradient_evaluations;
    s.bytes = o.carriers.bytes;
    s.loss = o.n_points ? o.points[o.n_points - 1].of[FL_TRIAL_VAL_LOSS] : 0;
    strcpy(s.hash, o.state_hash);
    strcpy(s.reason, o.reason);
    fl_outcome_free(&o);
    return s;
}

static double silence; /* of a process that is given up; 0: the usual */

static void be(int rank, int size, int stream, const fl_trial *trial, harm done)
{
    fl_wire_frames frames = fl_wire_frames_over(stream);
    fl_wire_by_frames by = { &frames, GROUP };
    fl_wire *wire = fl_wire_new(fl_wire_by_frames_join(&by, rank, size));
    fl_train_set_wire(trainer, wire, "one host", silence);
    shared[rank] = see(trial, done);
    fl_wire_finish(wire);
    _exit(0);
}

/* The same once more, half of it, of another group, and of nobody. */
static void disturb(fl_wire_frames *to, fl_wire_frame frame)
{
    fl_wire_frame half = frame, other = frame, nonsense = frame;
    half.length /= 2;
    other.group = GROUP + 1;
    nonsense.peer = 99;
    fl_wire_frames_put(to, &frame);
    fl_wire_frames_put(to, &half);
    fl_wire_frames_put(to, &other);
    fl_wire_frames_put(to, &nonsense);
}

/* What is held back, in its order. */
typedef struct holding {
    bool begun, over;
    size_t n;
    fl_text of[HELD];
} holding;

static uint64_t kind_of(const fl_wire_frame *frame)
{
    fl_wire_piece piece;
    return fl_wire_piece_read(frame->bytes, frame->length, &piece) ? piece.kind : 0;
}

/* `frame` has the sender for its peer. True: it is held back. */
static bool hold(holding *h, const fl_wire_frame *frame, size_t to)
{
    h->begun |= frame->peer == 0 && to == 1 && kind_of(frame) == FL_TRAIN_REAL_END;
    if (h->over || !h->begun || frame->peer != 0 || to != 1) return false;
    assert_in_range(h->n, 0, HELD - 1);
    fl_text_add_bytes(&h->of[h->n++], frame->bytes, frame->length);
    return true;
}

static void let_go(holding *h, const fl_wire_frame *passed, size_t to, fl_wire_frames *frames)
{
    if (h->over || passed->peer != 2 || to != 1 || kind_of(passed) != FL_TRAIN_REAL_BYE) return;
    h->over = true;
    for (size_t i = 0; i < h->n; i++) {
        fl_wire_frame held = { GROUP, 0, h->of[i].length, h->of[i].bytes };
        fl_wire_frames_put(frames, &held);
        fl_text_free(&h->of[i]);
    }
}

/* Until all streams have ended. */
static void pass_on(fl_wire_frames *frames, int size, passing how)
{
    holding held = { .over = how != FAREWELL_FIRST };
    for (int open = size; open;) {
        struct pollfd polls[MOST];
        for (int i = 0; i < size; i++) {
            short events = fl_wire_frames_wait(&frames[i]) ? POLLIN | POLLOUT : POLLIN;
            polls[i] = (struct pollfd){ frames[i].ended ? -1 : frames[i].stream, events, 0 };
        }
        poll(polls, (nfds_t)size, 1000);
        open = 0;
        for (int i = 0; i < size; i++) {
            fl_wire_frame frame;
            fl_wire_frames_send_on(&frames[i]);
            while (fl_wire_frames_get(&frames[i], &frame)) {
                size_t peer = frame.peer;
                fl_wire_frames *to = &frames[peer];
                frame.peer = (uint64_t)i;
                if (hold(&held, &frame, peer)) continue;
                fl_wire_frames_put(to, &frame);
                let_go(&held, &frame, peer, to);
                if (how == HOSTILE) disturb(to, frame);
            }
            open += !frames[i].ended;
        }
    }
    assert_true(held.over && (how != FAREWELL_FIRST || held.n));
}

/* The harm is done to process 1, but for what an evaluation does. */
static void train_by(int size, const fl_trial *trial, passing how, harm done)
{
    fl_wire_frames frames[MOST];
    pid_t children[MOST];
    for (int rank = 0; rank < size; rank++) {
        int ends[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
        children[rank] = fork();
        if (!children[rank]) be(rank, size, ends[1], trial, rank == (done != LONG_EVALUATION) ? done : NO_HARM);
        close(ends[1]);
        frames[rank] = fl_wire_frames_over(ends[0]);
    }
    pass_on(frames, size, how);
    for (int rank = 0; rank < size; rank++) {
        int status;
        waitpid(children[rank], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        close(frames[rank].stream);
        fl_wire_frames_free(&frames[rank]);
    }
}

static void assert_same(const seen *a, const seen *b)
{
    assert_true(a->ran && b->ran);
    assert_int_equal(a->status, FL_OUTCOME_COMPLETE);
    assert_string_equal(a->hash, b->hash);
    assert_true(a->loss == b->loss && a->gradients == b->gradients);
}

static void assert_carried(const fl_trial *trial, passing how)
{
    seen one = see(trial, NO_HARM);
    for (int size = 2; size <= MOST; size++) {
        train_by(size, trial, how, NO_HARM);
        for (int rank = 0; rank < size; rank++) assert_same(&shared[rank], &one);
        assert_true(shared[0].bytes > 0);
    }
}

static void several_processes_have_the_bits_of_one(void **state)
{
    fl_trial synchronous = trial_of("synchronous", "adam", 6), local = trial_of("local", "momentum", 3);
    assert_carried(&synchronous, FAITHFUL);
    synchronous.micro_batch = 1;
    assert_carried(&synchronous, FAITHFUL);
    assert_carried(&local, FAITHFUL);
    fl_trial_free(&synchronous);
    fl_trial_free(&local);
}

static void what_is_repeated_cut_or_foreign_changes_nothing(void **state)
{
    fl_trial trial = trial_of("synchronous", "sgd", 3);
    assert_carried(&trial, HOSTILE);
    fl_trial_free(&trial);
}

/* --- the real clock --- */

/* Slices end inside tensors, and penalties and decay tell tensors apart. */
static fl_trial on_the_real_clock(const char *rule, size_t workers, size_t servers)
{
    fl_trial trial = trial_of("asynchronous", rule, workers);
    trial.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_CLOCK] = FL_METHOD_CLOCK_REAL;
    trial.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_SHARDS] = (double)servers;
    trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_L2] = 1e-3;
    trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_DECAY] = FL_TRIAL_DECAY_MATRICES;
    return trial;
}

/* Alone, it finds the parameters as its own push left them, from every server. */
static void one_worker_on_the_real_clock_has_the_bits_of_plain_training(void **state)
{
    static const char *const rules[] = { "sgd", "adamw" };
    for (size_t r = 0; r < 2; r++)
        for (int servers = 1; servers < MOST; servers++) {
            fl_trial real = on_the_real_clock(rules[r], 1, (size_t)servers), plain = real;
            plain.owners.method = NULL;
            seen one = see(&plain, NO_HARM);
            train_by(1 + servers, &real, HOSTILE, NO_HARM);
            assert_same(&shared[0], &one);
            fl_trial_free(&real);
        }
}

/* Server 1 hears from the worker that it leaves before it hears of the end, and waits for it no more. */
static void a_farewell_before_the_end_counts(void **state)
{
    fl_trial real = on_the_real_clock("sgd", 1, 2);
    train_by(3, &real, FAREWELL_FIRST, NO_HARM);
    for (int rank = 0; rank < 3; rank++) assert_true(shared[rank].ran);
    assert_int_equal(shared[0].status, FL_OUTCOME_COMPLETE);
    fl_trial_free(&real);
}

/* Server 1 and a worker that has not read from it for a while wait for server 0 as long as it says that it evaluates.
 */
static void an_evaluation_may_last(void **state)
{
    fl_trial real = on_the_real_clock("sgd", 1, 2);
    real.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_FETCH_EVERY] = 2;
    real.eval_every = real.steps;
    silence = SHORT_SILENCE;
    train_by(3, &real, FAITHFUL, LONG_EVALUATION);
    silence = 0;
    for (int rank = 0; rank < 3; rank++) assert_true(shared[rank].ran);
    assert_int_equal(shared[0].status, FL_OUTCOME_COMPLETE);
    fl_trial_free(&real);
}

/* As soon as process 0 knows; the others leave with it. */
static void diverging_on_the_real_clock_ends_for_everybody(void **state)
{
    fl_trial trial = on_the_real_clock("sgd", 1, 2);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e30;
    train_by(3, &trial, FAITHFUL, NO_HARM);
    assert_true(shared[0].ran && shared[1].ran && shared[2].ran);
    assert_int_equal(shared[0].status, FL_OUTCOME_INFEASIBLE);
    fl_trial_free(&trial);
}

static fl_trial kfac_on_the_real_clock(size_t workers, size_t statistics, size_t inverses)
{
    fl_trial trial = trial_of("distributed_kfac", "kfac", workers);
    double *values = trial.values.of[FL_TRIAL_OF_METHOD];
    values[FL_METHOD_KFAC_STATISTICS_WORKERS] = (double)statistics;
    values[FL_METHOD_KFAC_INVERSE_WORKERS] = (double)inverses;
    values[FL_METHOD_KFAC_CLOCK] = FL_METHOD_CLOCK_REAL;
    return trial;
}

/* Who waits for statistics and inverses has what was begun for the update, on either clock. */
static void kfac_that_waits_has_the_bits_of_virtual_time(void **state)
{
    fl_trial real = kfac_on_the_real_clock(1, 1, 1), simulated = real;
    simulated.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_KFAC_CLOCK] = FL_METHOD_CLOCK_VIRTUAL;
    seen one = see(&simulated, NO_HARM);
    train_by(3, &real, HOSTILE, NO_HARM);
    assert_same(&shared[0], &one);
    fl_trial_free(&real);
}

static void kfac_that_does_not_wait_ends_for_everybody(void **state)
{
    fl_trial trial = kfac_on_the_real_clock(1, 1, 1);
    const fl_optimizer *kfac = trial.owners.optimizer;
    size_t norm_limit = fl_hyper_index(kfac->hypers, kfac->n_hypers, "norm_limit");
    trial.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_KFAC_INVERSES] = FL_METHOD_KFAC_ASYNCHRONOUS;
    for (int diverges = 0; diverges < 2; diverges++) {
        if (diverges) trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e30;
        trial.values.of[FL_TRIAL_OF_OPTIMIZER][norm_limit] = 0; /* else no step is too long */
        train_by(3, &trial, FAITHFUL, NO_HARM);
        assert_true(shared[0].ran && shared[1].ran && shared[2].ran);
        assert_int_equal(shared[0].status, diverges ? FL_OUTCOME_INFEASIBLE : FL_OUTCOME_COMPLETE);
    }
    fl_trial_free(&trial);
}

static void refuses(const fl_trial *trial, const char *sentence)
{
    fl_error error;
    assert_false(fl_trial_accepts(trial, SIZE_MAX, &error));
    assert_string_equal(error.text, sentence);
}

static void kfac_on_the_real_clock_wants_its_settings(void **state)
{
    fl_trial slow = kfac_on_the_real_clock(1, 1, 1), none = kfac_on_the_real_clock(1, 0, 1);
    fl_trial adapts = kfac_on_the_real_clock(2, 1, 1);
    const fl_optimizer *kfac = slow.owners.optimizer;
    slow.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_KFAC_INVERSE] = 10;
    refuses(&slow, "parallel.inverse belongs to virtual time; leave it out, or parallel.clock = real");
    refuses(&none, "parallel.statistics_workers = 0 wants parallel.clock = virtual: on the real clock statistics are "
                   "measured by at least one process of their own");
    adapts.values.of[FL_TRIAL_OF_OPTIMIZER][fl_hyper_index(kfac->hypers, kfac->n_hypers, "damping_rule")] = 1;
    refuses(&adapts, "parallel method 'distributed_kfac' does not serve optimizer 'kfac', which asks for the curvature "
                     "of whole batches");
    fl_trial_free(&slow);
    fl_trial_free(&none);
    fl_trial_free(&adapts);
}

static void the_real_clock_wants_its_processes(void **state)
{
    fl_trial trial = on_the_real_clock("sgd", 2, 1);
    seen alone = see(&trial, NO_HARM);
    assert_false(alone.ran);
    assert_string_equal(alone.reason,
                        "parallel.clock = real wants 3 processes, one for each of 2 workers and 1 server, "
                        "and there is 1; launch mpirun -np 3");
    fl_trial_free(&trial);
}

/* The lowest bit of one of 235,146 parameters: nobody would see it in a loss. */
static void a_flipped_bit_is_found_at_the_next_evaluation(void **state)
{
    fl_trial trial = trial_of("synchronous", "sgd", 4);
    train_by(2, &trial, FAITHFUL, FLIPPED_BIT);
    for (int rank = 0; rank < 2; rank++) {
        assert_int_equal(shared[rank].status, FL_OUTCOME_FAILED);
        assert_string_equal(shared[rank].reason, "after step 2 process 1 has other parameters than process 0");
    }
    fl_trial_free(&trial);
}

static void diverging_ends_alike_everywhere(void **state)
{
    fl_trial trial = trial_of("synchronous", "sgd", 4);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e30;
    seen one = see(&trial, NO_HARM);
    train_by(2, &trial, FAITHFUL, NO_HARM);
    assert_int_equal(one.status, FL_OUTCOME_INFEASIBLE);
    for (int rank = 0; rank < 2; rank++) {
        assert_int_equal(shared[rank].status, FL_OUTCOME_INFEASIBLE);
        assert_string_equal(shared[rank].reason, one.reason);
        assert_true(shared[rank].gradients == one.gradients);
    }
    fl_trial_free(&trial);
}

/* One worker's share alone has a loss that is no number, and nobody moves a parameter. */
static void nan_on_one_worker_ends_the_trial_alike_everywhere(void **state)
{
    fl_trial trial = trial_of("synchronous", "sgd", 4);
    train_by(2, &trial, FAITHFUL, NOT_A_NUMBER);
    for (int rank = 0; rank < 2; rank++) {
        assert_int_equal(shared[rank].status, FL_OUTCOME_INFEASIBLE);
        assert_string_equal(shared[rank].reason, "the training loss is not finite at step 1");
        assert_true(shared[rank].gradients == shared[0].gradients);
    }
    fl_trial_free(&trial);
}

static int end(void **state)
{
    fl_train_trainer_free(trainer);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_processes_have_the_bits_of_one),
        cmocka_unit_test(what_is_repeated_cut_or_foreign_changes_nothing),
        cmocka_unit_test(one_worker_on_the_real_clock_has_the_bits_of_plain_training),
        cmocka_unit_test(a_farewell_before_the_end_counts),
        cmocka_unit_test(an_evaluation_may_last),
        cmocka_unit_test(diverging_on_the_real_clock_ends_for_everybody),
        cmocka_unit_test(kfac_that_waits_has_the_bits_of_virtual_time),
        cmocka_unit_test(kfac_that_does_not_wait_ends_for_everybody),
        cmocka_unit_test(kfac_on_the_real_clock_wants_its_settings),
        cmocka_unit_test(the_real_clock_wants_its_processes),
        cmocka_unit_test(a_flipped_bit_is_found_at_the_next_evaluation),
        cmocka_unit_test(nan_on_one_worker_ends_the_trial_alike_everywhere),
        cmocka_unit_test(diverging_ends_alike_everywhere),
    };
    return test_run(tests, begin, end);
}
