/* One training whose workers several processes carry: the bits of one process, whatever else comes on the way, and what
 * is said where one of them computes otherwise. */
#include "support/carried.h"

static const carried_harm no_harm;

static void assert_carried(const fl_trial *trial, const carried_harm *harm)
{
    carried one = train_alone(trial);
    for (int size = 2; size <= CARRIED_MOST; size++) {
        const carried *seen = train_carried(size, trial, harm);
        for (int rank = 0; rank < size; rank++) assert_same_bits(&seen[rank], &one);
        assert_true(seen[0].bytes > 0);
    }
}

static void several_processes_have_the_bits_of_one(void **state)
{
    fl_trial synchronous = carried_trial("synchronous", "adam", 6), local = carried_trial("local", "momentum", 3);
    assert_carried(&synchronous, &no_harm);
    synchronous.micro_batch = 1;
    assert_carried(&synchronous, &no_harm);
    assert_carried(&local, &no_harm);
    fl_trial_free(&synchronous);
    fl_trial_free(&local);
}

static void what_is_repeated_cut_or_foreign_changes_nothing(void **state)
{
    fl_trial trial = carried_trial("synchronous", "sgd", 3);
    const carried_harm disturbed = { .disturbed = true };
    assert_carried(&trial, &disturbed);
    fl_trial_free(&trial);
}

static void flip_a_bit(void *user, const fl_network *network)
{
    float *parameters = fl_network_parameters((fl_network *)network);
    uint32_t bits;
    memcpy(&bits, parameters, sizeof bits);
    bits ^= 1;
    memcpy(parameters, &bits, sizeof bits);
}

/* The lowest bit of one of 235,146 parameters: nobody would see it in a loss. */
static void a_flipped_bit_is_found_at_the_next_evaluation(void **state)
{
    fl_trial trial = carried_trial("synchronous", "sgd", 4);
    const carried_harm flipped = { .rank = 1, .callbacks = { .begun = flip_a_bit } };
    const carried *seen = train_carried(2, &trial, &flipped);
    assert_all_ended(seen, 2, FL_OUTCOME_FAILED, "after step 2 process 1 has other parameters than process 0");
    fl_trial_free(&trial);
}

static void diverging_ends_alike_everywhere(void **state)
{
    fl_trial trial = carried_trial("synchronous", "sgd", 4);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e30;
    carried one = train_alone(&trial);
    const carried *seen = train_carried(2, &trial, &no_harm);
    assert_int_equal(one.status, FL_OUTCOME_INFEASIBLE);
    assert_all_ended(seen, 2, FL_OUTCOME_INFEASIBLE, one.reason);
    for (int rank = 0; rank < 2; rank++) assert_true(seen[rank].gradients == one.gradients);
    fl_trial_free(&trial);
}

static void make_nan(void *user, const fl_network *network)
{
    float *parameters = fl_network_parameters((fl_network *)network);
    for (size_t i = 0; i < fl_network_layout(network)->count; i++) parameters[i] = NAN;
}

/* One worker's share alone has a loss that is no number, and nobody moves a parameter. */
static void nan_on_one_worker_ends_the_trial_alike_everywhere(void **state)
{
    fl_trial trial = carried_trial("synchronous", "sgd", 4);
    const carried_harm harm = { .rank = 1, .callbacks = { .begun = make_nan } };
    const carried *seen = train_carried(2, &trial, &harm);
    assert_all_ended(seen, 2, FL_OUTCOME_INFEASIBLE, "the training loss is not finite at step 1");
    assert_true(seen[1].gradients == seen[0].gradients);
    fl_trial_free(&trial);
}

static void the_host_of_every_process_is_recorded(void **state)
{
    fl_trial trial = carried_trial("synchronous", "sgd", 6);
    for (int size = 2; size <= CARRIED_MOST; size++)
        assert_int_equal(train_carried(size, &trial, &no_harm)[0].n_here, size);
    assert_int_equal(train_alone(&trial).n_here, 0);
    fl_trial_free(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_processes_have_the_bits_of_one),
        cmocka_unit_test(what_is_repeated_cut_or_foreign_changes_nothing),
        cmocka_unit_test(a_flipped_bit_is_found_at_the_next_evaluation),
        cmocka_unit_test(nan_on_one_worker_ends_the_trial_alike_everywhere),
        cmocka_unit_test(diverging_ends_alike_everywhere),
        cmocka_unit_test(the_host_of_every_process_is_recorded),
    };
    return test_run(tests, carried_set_up, carried_tear_down);
}
