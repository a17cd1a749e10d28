/* Methods on the real clock: the bits of plain training and of virtual time where nobody is late, an end for everybody
 * however a training ends, and the processes that it wants. */
#include "method/method_asynchronous.h"
#include "method/method_distributed_kfac.h"
#include "support/carried.h"
#include "train/real.h"
#include "trial/around.h"

#include <unistd.h>

static const carried_harm no_harm, disturbed = { .disturbed = true };

/* --- a parameter server --- */

/* Slices end inside tensors, and penalties and decay tell tensors apart. */
static fl_trial on_the_real_clock(const char *rule, size_t workers, size_t servers)
{
    fl_trial trial = carried_trial("asynchronous", rule, workers);
    trial.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_CLOCK] = FL_METHOD_CLOCK_REAL;
    trial.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_SHARDS] = (double)servers;
    trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_L2] = 1e-3;
    trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_DECAY] = FL_TRIAL_DECAY_MATRICES;
    return trial;
}

/* By what process 0 knows; the others leave with it. */
static void assert_ends(const carried *seen, fl_outcome_status status)
{
    for (int rank = 0; rank < 3; rank++) assert_true(seen[rank].ran);
    assert_int_equal(seen[0].status, status);
}

/* Alone, it finds the parameters as its own push left them, from every server. */
static void one_worker_on_the_real_clock_has_the_bits_of_plain_training(void **state)
{
    static const char *const rules[] = { "sgd", "adamw" };
    for (size_t r = 0; r < 2; r++)
        for (int servers = 1; servers < CARRIED_MOST; servers++) {
            fl_trial real = on_the_real_clock(rules[r], 1, (size_t)servers), plain = real;
            plain.owners.method = NULL;
            carried one = train_alone(&plain);
            assert_same_bits(train_carried(1 + servers, &real, &disturbed), &one);
            fl_trial_free(&real);
        }
}

/* Server 1 receives the worker's farewell before it receives the end, and waits for the worker no more. */
static void a_farewell_before_the_end_counts(void **state)
{
    fl_trial real = on_the_real_clock("sgd", 1, 2);
    const carried_delay end_of_server_1 = {
        .from = 0, .to = 1, .other = 2, .first = FL_TRAIN_REAL_END, .last = FL_TRAIN_REAL_BYE
    };
    const carried_harm delayed = { .delay = &end_of_server_1 };
    assert_ends(train_carried(3, &real, &delayed), FL_OUTCOME_COMPLETE);
    fl_trial_free(&real);
}

static const double SHORT_SILENCE = .7;

static void sleep_twice_as_long(void *user, const fl_trial_point *point)
{
    usleep((useconds_t)(2e6 * SHORT_SILENCE));
}

/* Server 1 and a worker that has not read from it for a while wait for server 0 as long as it says that it evaluates.
 */
static void an_evaluation_may_last(void **state)
{
    fl_trial real = on_the_real_clock("sgd", 1, 2);
    real.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_FETCH_EVERY] = 2;
    real.eval_every = real.steps;
    const carried_harm slow = { .callbacks.evaluated = sleep_twice_as_long, .silence = SHORT_SILENCE };
    assert_ends(train_carried(3, &real, &slow), FL_OUTCOME_COMPLETE);
    fl_trial_free(&real);
}

static void diverging_on_the_real_clock_ends_for_everybody(void **state)
{
    fl_trial trial = on_the_real_clock("sgd", 1, 2);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e30;
    assert_ends(train_carried(3, &trial, &no_harm), FL_OUTCOME_INFEASIBLE);
    fl_trial_free(&trial);
}

static void the_real_clock_wants_its_processes(void **state)
{
    fl_trial trial = on_the_real_clock("sgd", 2, 1);
    carried alone = train_alone(&trial);
    assert_false(alone.ran);
    assert_string_equal(alone.reason,
                        "parallel.clock = real wants 3 processes, one for each of 2 workers and 1 server, "
                        "and there is 1; launch mpirun -np 3");
    fl_trial_free(&trial);
}

/* --- K-FAC --- */

static fl_trial kfac_on_the_real_clock(size_t workers, size_t statistics, size_t inverses)
{
    fl_trial trial = carried_trial("distributed_kfac", "kfac", workers);
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
    carried one = train_alone(&simulated);
    assert_same_bits(train_carried(3, &real, &disturbed), &one);
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
        assert_ends(train_carried(3, &trial, &no_harm), diverges ? FL_OUTCOME_INFEASIBLE : FL_OUTCOME_COMPLETE);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_worker_on_the_real_clock_has_the_bits_of_plain_training),
        cmocka_unit_test(a_farewell_before_the_end_counts),
        cmocka_unit_test(an_evaluation_may_last),
        cmocka_unit_test(diverging_on_the_real_clock_ends_for_everybody),
        cmocka_unit_test(the_real_clock_wants_its_processes),
        cmocka_unit_test(kfac_that_waits_has_the_bits_of_virtual_time),
        cmocka_unit_test(kfac_that_does_not_wait_ends_for_everybody),
        cmocka_unit_test(kfac_on_the_real_clock_wants_its_settings),
    };
    return test_run(tests, carried_set_up, carried_tear_down);
}
