/* Spaces: coordinates to values, and a study's trials by the search. */
#include "base/exact.h"
#include "support/study.h"

/* A study with one arm; ' stands for ". */
static fl_study *searched(const char *optimizer, const char *search, const char *space, size_t trials)
{
    char text[2000];
    snprintf(text, sizeof text,
             "{ 'study': 's', 'workload': 'quadratic/noisy', 'batch_size': 8, 'budget': { 'trials': %zu, 'steps': 100 "
             "}, 'search': %s,"
             " 'arms': [ { 'arm': 'a', 'optimizer': '%s', 'schedule': 'linear', 'space': %s } ] }",
             trials, search, optimizer, space);
    return study_of(text, NULL);
}

static double value_of(const fl_trial *trial, fl_trial_owner owner, const char *name)
{
    size_t n;
    const fl_hyper *table = fl_trial_owner_table(&trial->owners, owner, &n);
    return trial->values.of[owner][fl_hyper_index(table, n, name)];
}

/* A hyperparameter of the optimizer in trial `index`. */
static double sampled(const fl_study *study, uint64_t index, const char *name)
{
    fl_trial trial = fl_study_trial(study, &study->arms[0], index, 0);
    double value = value_of(&trial, FL_TRIAL_OF_OPTIMIZER, name);
    fl_trial_free(&trial);
    return value;
}

#define GRID(points) "{ 'method': 'grid', 'points_per_axis': " #points " }"

static void a_log_axis_is_even_in_the_logarithm(void **state)
{
    fl_study *study = searched("sgd", GRID(4), "{ 'learning_rate': { 'min': 1e-3, 'max': 1, 'scaling': 'log' } }", 4);
    static const double expected[] = { 1e-3, 1e-2, 1e-1, 1 };
    for (uint64_t i = 0; i < 4; i++)
        assert_true(sampled(study, i, "learning_rate") == expected[i]); /* exact: rounded to 9 digits */
    fl_study_free(study);
}

static void a_linear_axis_is_even(void **state)
{
    fl_study *study = searched(
        "momentum", GRID(5), "{ 'learning_rate': 1, 'momentum': { 'min': 0.1, 'max': 0.9, 'scaling': 'linear' } }", 5);
    for (uint64_t i = 0; i < 5; i++) assert_close(sampled(study, i, "momentum"), 0.1 + 0.2 * (double)i, 1e-9);
    fl_study_free(study);
}

static void sampled_values_have_nine_digits(void **state)
{
    fl_study *study = searched("adam", "{ 'method': 'random' }",
                               "{ 'learning_rate': { 'min': 1e-7, 'max': 3e5, 'scaling': 'log' },"
                               " 'one_minus_beta1': { 'min': 1e-3, 'max': 1, 'scaling': 'log' } }",
                               200);
    bool one_is_long = false;
    for (uint64_t i = 0; i < 200; i++) {
        double rate = sampled(study, i, "learning_rate"), beta1 = sampled(study, i, "beta1");
        char digits[40];
        snprintf(digits, sizeof digits, "%.8e", rate);
        assert_true(strtod(digits, NULL) == rate);
        assert_true(rate >= 1e-7 && rate <= 3e5 && beta1 >= 0 && beta1 <= 0.999);
        assert_true(beta1 == 1 - fl_exact_round_9_digits(1 - beta1)); /* what was sampled is 1 - beta1 */
        one_is_long = one_is_long || digits[9] != '0';
    }
    assert_true(one_is_long); /* and not fewer than nine */
    fl_study_free(study);
}

static void coupled_axes_are_sampled_together(void **state)
{
    fl_study *study = searched("adam", GRID(3),
                               "{ 'learning_rate/epsilon': { 'min': 1e-2, 'max': 1e2, 'scaling': 'log' },"
                               " 'epsilon': { 'feasible_points': [0.5, 4] } }",
                               6);
    static const double rates[] = {
        0.005, 0.04, 0.5, 4, 50, 400
    }; /* {0.01, 1, 100} x {0.5, 4}, the last axis fastest */
    for (uint64_t i = 0; i < 6; i++) assert_close(sampled(study, i, "learning_rate"), rates[i], 1e-15);
    fl_study_free(study);
}

static void integers_stay_whole(void **state)
{
    fl_study *study =
        searched("sgd", "{}",
                 "{ 'learning_rate': 1, 'schedule.warmup_steps': { 'min': 0, 'max': 10, 'scaling': 'linear' } }", 60);
    bool met[11] = { false };
    for (uint64_t i = 0; i < 60; i++) {
        fl_trial trial = fl_study_trial(study, &study->arms[0], i, 0);
        double steps = value_of(&trial, FL_TRIAL_OF_SCHEDULE, "warmup_steps");
        assert_true(steps == floor(steps) && steps >= 0 && steps <= 10);
        met[(size_t)steps] = true;
        fl_trial_free(&trial);
    }
    for (size_t i = 0; i <= 10; i++) assert_true(met[i]);
    fl_study_free(study);
}

static void choices_come_by_name(void **state)
{
    fl_study *study =
        searched("adam", "{ 'method': 'grid' }",
                 "{ 'learning_rate': 0.1, 'epsilon_form': { 'feasible_points': ['inside', 'choi'] } }", 2);
    assert_int_equal(sampled(study, 0, "epsilon_form"), 2); /* choi, kingma, inside */
    assert_int_equal(sampled(study, 1, "epsilon_form"), 0);
    fl_study_free(study);
}

static void listed_values_are_met_evenly(void **state)
{
    fl_study *study = searched("sgd", "{}", "{ 'learning_rate': { 'feasible_points': [3, 1, 2] } }", 30);
    size_t met[4] = { 0 };
    for (uint64_t i = 0; i < 32; i++) met[(size_t)sampled(study, i, "learning_rate")]++;
    assert_int_equal(met[1] + met[2] + met[3], 32);
    for (size_t v = 1; v <= 3; v++)
        assert_true(met[v] >= 10 && met[v] <= 12); /* Halton in base 2: 32 points, one in each 1/32 */
    fl_study_free(study);
}

static void complete_points_are_taken_in_their_order(void **state)
{
    fl_study *study = searched(
        "momentum", "{}",
        "[ { 'learning_rate': 0.3, 'one_minus_momentum': 0.5 },"
        " { 'one_minus_momentum': 0.25, 'learning_rate': 0.1 }, { 'learning_rate': 0.2, 'one_minus_momentum': 1 } ]",
        3);
    static const double rates[] = { 0.3, 0.1, 0.2 }, momenta[] = { 0.5, 0.75, 0 };
    for (uint64_t i = 0; i < 3; i++) {
        assert_true(sampled(study, i, "learning_rate") == rates[i]);
        assert_true(sampled(study, i, "momentum") == momenta[i]);
    }
    fl_study_free(study);
}

static void fixed_values_take_no_axis_of_the_search(void **state)
{
    fl_study *alone = searched("adam", "{}", "{ 'learning_rate': { 'min': 1e-3, 'max': 1, 'scaling': 'log' } }", 9);
    fl_study *beside = searched("adam", "{}",
                                "{ 'beta1': 0.5, 'epsilon': { 'feasible_points': [1e-4] },"
                                " 'learning_rate': { 'min': 1e-3, 'max': 1, 'scaling': 'log' } }",
                                9);
    for (uint64_t i = 0; i < 9; i++) {
        assert_true(sampled(alone, i, "learning_rate") == sampled(beside, i, "learning_rate"));
        assert_true(sampled(beside, i, "beta1") == 0.5 && sampled(beside, i, "epsilon") == 1e-4);
    }
    fl_study_free(alone);
    fl_study_free(beside);
}

static void an_axis_of_no_length_is_its_value(void **state)
{
    fl_study *study = searched("sgd", "{}", "{ 'learning_rate': { 'min': 0.1, 'max': 0.1, 'scaling': 'log' } }", 5);
    for (uint64_t i = 0; i < 5; i++) assert_true(sampled(study, i, "learning_rate") == 0.1);
    fl_study_free(study);
}

static void trials_depend_on_their_index_alone(void **state)
{
    static const char space[] = "{ 'learning_rate': { 'min': 1e-3, 'max': 1, 'scaling': 'log' } }";
    fl_study *few = searched("sgd", "{}", space, 5), *many = searched("sgd", "{}", space, 500);
    for (uint64_t i = 0; i < 5; i++) {
        fl_trial a = fl_study_trial(few, &few->arms[0], i, 0), b = fl_study_trial(many, &many->arms[0], i, 0);
        assert_true(a.seed == b.seed && a.seed == fl_random_seed_derive(1, i, 0));
        assert_true(value_of(&a, FL_TRIAL_OF_OPTIMIZER, "learning_rate") ==
                    value_of(&b, FL_TRIAL_OF_OPTIMIZER, "learning_rate"));
        fl_trial_free(&a);
        fl_trial_free(&b);
    }
    fl_study_free(few);
    fl_study_free(many);
}

/* Halton in base 2 with seed 1: the first 2^k values fall one into each of 2^k equal parts (search_halton.c). */
static void halton_spreads_a_log_axis_evenly(void **state)
{
    fl_study *study = searched("sgd", "{}", "{ 'learning_rate': { 'min': 1, 'max': 65536, 'scaling': 'log' } }", 16);
    bool met[16] = { false };
    for (uint64_t i = 0; i < 16; i++) {
        size_t part = (size_t)log2(sampled(study, i, "learning_rate"));
        assert_true(part < 16 && !met[part]);
        met[part] = true;
    }
    fl_study_free(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_axis_is_even_in_the_logarithm),
        cmocka_unit_test(a_linear_axis_is_even),
        cmocka_unit_test(sampled_values_have_nine_digits),
        cmocka_unit_test(coupled_axes_are_sampled_together),
        cmocka_unit_test(integers_stay_whole),
        cmocka_unit_test(choices_come_by_name),
        cmocka_unit_test(listed_values_are_met_evenly),
        cmocka_unit_test(complete_points_are_taken_in_their_order),
        cmocka_unit_test(fixed_values_take_no_axis_of_the_search),
        cmocka_unit_test(an_axis_of_no_length_is_its_value),
        cmocka_unit_test(trials_depend_on_their_index_alone),
        cmocka_unit_test(halton_spreads_a_log_axis_evenly),
    };
    return test_run(tests, NULL, NULL);
}
