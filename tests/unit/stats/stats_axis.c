/* Axes as they were sampled: undoing 1 - x and quotients, and finding the edges. */
#include "support/fixtures.h"

#include "stats/axis.h"

static fl_study *study_of(const char *optimizer, const char *space)
{
    char arm[1000];
    snprintf(arm, sizeof arm, "{\"arm\": \"arm\", \"optimizer\": \"%s\", \"schedule\": \"linear\", \"space\": {%s}}",
             optimizer, space);
    return synthetic_study(BUDGET(200), arm);
}

#define RATE "\"learning_rate\": 0.1"
#define RANGE(name, min, max, scaling)                                                                                 \
    "\"" name "\": {\"min\": " min ", \"max\": " max ", \"scaling\": \"" scaling "\"}"

/* Every sampled value of these axes comes back from the resolved hyperparameters to its 9 digits. */
static void what_was_sampled_comes_back(void **state)
{
    fl_study *study = study_of(
        "rmsprop", RANGE("learning_rate/sqrt(epsilon)", "1e-2", "1e4", "log") "," RANGE(
                       "epsilon", "1e-10", "1e10", "log") "," RANGE("one_minus_momentum", "1e-3", "1",
                                                                    "log") "," RANGE("rho", "0.1", "0.9", "linear"));
    const fl_study_arm *arm = &study->arms[0];
    for (uint64_t i = 0; i < 200; i++) {
        fl_trial trial = fl_study_trial(study, arm, i, 0);
        const double *of =
            trial.values.of[FL_TRIAL_OF_OPTIMIZER]; /* learning_rate, momentum, rho, epsilon, epsilon_form */
        assert_close(fl_stats_axis_value(&arm->space->axes[0], &trial.values), of[0] / sqrt(of[3]), 1e-8);
        assert_close(fl_stats_axis_value(&arm->space->axes[1], &trial.values), of[3], 0);
        double one_minus = fl_stats_axis_value(&arm->space->axes[2], &trial.values);
        assert_true(1.0 - one_minus == of[1]);
        assert_close(fl_stats_axis_value(&arm->space->axes[3], &trial.values), of[2], 0);
        fl_trial_free(&trial);
    }
    fl_study_free(study);
}

/* 1e-2 lies halfway between 1e-4 and 1 on a log scale, 0.505 between 0.01 and 1 on a linear one. */
static void shares_follow_the_axis_own_scaling(void **state)
{
    fl_study *study = study_of(
        "momentum", RANGE("learning_rate", "1e-4", "1", "log") "," RANGE("momentum", "0.01", "0.99", "linear"));
    const fl_search_axis *axes = study->arms[0].space->axes;
    assert_close(fl_stats_axis_share(&axes[0], 1e-2), 0.5, 1e-14);
    assert_close(fl_stats_axis_share(&axes[0], 1e-4), 0, 0);
    assert_close(fl_stats_axis_share(&axes[0], 1), 1, 0);
    assert_close(fl_stats_axis_share(&axes[1], 0.5), 0.5, 1e-14);
    fl_study_free(study);
}

/* --- edges --- */

typedef struct edge_case {
    const char *optimizer, *space; /* its first axis is looked at */
    fl_trial_owner owner;
    size_t index; /* of the hyperparameter */
    double value; /* resolved */
    double wider; /* 0: no edge */
    bool upper;
} edge_case;

static void assert_edge(const edge_case *c)
{
    fl_stats_edge edge;
    fl_study *study = study_of(c->optimizer, c->space);
    fl_trial trial = fl_study_trial(study, &study->arms[0], 0, 0);
    trial.values.of[c->owner][c->index] = c->value;
    const fl_trial_values best[] = { trial.values, trial.values, trial.values };
    bool found = fl_stats_axis_cut_off(&study->arms[0].space->axes[0], best, 30, &edge);
    if (found != (c->wider > 0)) fail_msg("%s at %g: edge %d", c->space, c->value, found);
    if (found) {
        assert_int_equal(c->upper, edge.upper);
        assert_close(edge.wider, c->wider, 1e-12);
    }
    fl_trial_free(&trial);
    fl_study_free(study);
}

enum { LEARNING_RATE, MOMENTUM };            /* of momentum's table */
enum { WARMUP, DECAY_FRACTION, END_FACTOR }; /* of linear's table */

/* Four decades: a tenth is .4 of a decade, 1e-4 * 10^.4 = 2.512e-4 below and 10^-.4 = .398 above. */
static void a_tenth_of_the_axis_is_its_edge(void **state)
{
    const char *space = RANGE("learning_rate", "1e-4", "1", "log");
    const edge_case cases[] = {
        { "momentum", space, FL_TRIAL_OF_OPTIMIZER, LEARNING_RATE, 2.51e-4, 1e-5, false },
        { "momentum", space, FL_TRIAL_OF_OPTIMIZER, LEARNING_RATE, 2.52e-4, 0, false },
        { "momentum", space, FL_TRIAL_OF_OPTIMIZER, LEARNING_RATE, 0.398, 0, true },
        { "momentum", space, FL_TRIAL_OF_OPTIMIZER, LEARNING_RATE, 0.399, 10, true },
        { "momentum", space, FL_TRIAL_OF_OPTIMIZER, LEARNING_RATE, 1e-4, 1e-5, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_edge(&cases[i]);
}

static void one_minus_axes_are_seen_as_they_were_sampled(void **state)
{
    const char *space = RANGE("one_minus_momentum", "1e-3", "1", "log") "," RATE;
    const edge_case low = { "momentum", space, FL_TRIAL_OF_OPTIMIZER, MOMENTUM, 1 - 1.1e-3, 1e-4, false };
    const edge_case middle = { "momentum", space, FL_TRIAL_OF_OPTIMIZER, MOMENTUM, 0.9, 0, false };
    assert_edge(&low);
    assert_edge(&middle);
}

/* 1 - momentum beyond 1 would be a negative momentum; an end_factor beyond 1 and a decay_fraction beyond 1 are out of
 * range. */
static void ends_that_the_range_forbids_to_widen_are_exempt(void **state)
{
    const edge_case cases[] = {
        { "momentum", RANGE("one_minus_momentum", "1e-3", "1", "log") "," RATE, FL_TRIAL_OF_OPTIMIZER, MOMENTUM, 0.001,
          0, true },
        { "momentum", RANGE("schedule.end_factor", "1e-3", "1", "log") "," RATE, FL_TRIAL_OF_SCHEDULE, END_FACTOR, 0.99,
          0, true },
        { "momentum", RANGE("schedule.decay_fraction", "0.5", "1", "linear") "," RATE, FL_TRIAL_OF_SCHEDULE,
          DECAY_FRACTION, 0.99, 0, true },
        { "momentum", RANGE("momentum", "0", "0.9", "linear") "," RATE, FL_TRIAL_OF_OPTIMIZER, MOMENTUM, 0.01, 0,
          false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_edge(&cases[i]);
}

/* Half of [.5, .95] more would be 1.175; halved until it is below 1: .95 + .225/4 = 1.006, .95 + .225/8 = .978, to two
 * digits .98. */
static void an_end_is_widened_only_as_far_as_the_range_allows(void **state)
{
    const edge_case c = {
        "momentum", RANGE("momentum", "0.5", "0.95", "linear") "," RATE, FL_TRIAL_OF_OPTIMIZER, MOMENTUM, 0.94, 0.98,
        true
    };
    assert_edge(&c);
}

/* learning_rate/epsilon with epsilon 2: a rate of 190 is 95 of the axis, at its upper end. */
static void coupled_axes_are_seen_relative_to_their_partner(void **state)
{
    const edge_case edge = { "adam",
                             RANGE("learning_rate/epsilon", "1e-2", "100", "log") ", \"epsilon\": 2",
                             FL_TRIAL_OF_OPTIMIZER,
                             LEARNING_RATE,
                             190,
                             1000,
                             true };
    const edge_case middle = { "adam",
                               RANGE("learning_rate/epsilon", "1e-2", "100", "log") ", \"epsilon\": 2",
                               FL_TRIAL_OF_OPTIMIZER,
                               LEARNING_RATE,
                               2,
                               0,
                               true };
    assert_edge(&edge);
    assert_edge(&middle);
}

static void the_least_and_the_greatest_of_listed_values_are_edges(void **state)
{
    const char *space = "\"learning_rate\": {\"feasible_points\": [0.1, 0.001, 0.01]}";
    const edge_case cases[] = {
        { "momentum", space, FL_TRIAL_OF_OPTIMIZER, LEARNING_RATE, 0.1, 1, true },
        { "momentum", space, FL_TRIAL_OF_OPTIMIZER, LEARNING_RATE, 0.01, 0, true },
        { "momentum", space, FL_TRIAL_OF_OPTIMIZER, LEARNING_RATE, 0.001, 1e-4, false },
        { "momentum", "\"learning_rate\": {\"feasible_points\": [0.1, 0.001]}", FL_TRIAL_OF_OPTIMIZER, LEARNING_RATE,
          0.1, 0, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_edge(&cases[i]);
}

/* The axes of `space`, its best trials at these rates. */
static bool cut_off(const char *space, const double *rates, size_t n_best, size_t n)
{
    fl_stats_edge edge;
    fl_trial_values best[8];
    fl_study *study = study_of("sgd", space);
    assert_int_equal(n_best, fl_stats_axis_best(n));
    for (size_t i = 0; i < n_best; i++) {
        best[i] = study->arms[0].base.values;
        best[i].of[FL_TRIAL_OF_OPTIMIZER][LEARNING_RATE] = rates[i];
    }
    bool found = fl_stats_axis_cut_off(&study->arms[0].space->axes[0], best, n, &edge);
    fl_study_free(study);
    return found;
}

static void more_than_half_of_the_best_tenth_must_crowd_an_end(void **state)
{
    const char *space = RANGE("learning_rate", "1e-4", "1", "log");
    assert_true(cut_off(space, (double[]){ 0.9, 0.01, 0.8 }, 3, 30));
    assert_false(cut_off(space, (double[]){ 0.9, 0.01, 0.01 }, 3, 30));
    assert_false(cut_off(space, (double[]){ 0.9, 0.01, 1.1e-4 }, 3, 12));    /* one at each end */
    assert_false(cut_off(space, (double[]){ 0.9, 0.9, 0.01, 0.01 }, 4, 40)); /* half is not more than half */
    assert_true(cut_off(space, (double[]){ 0.9, 0.9, 0.01, 0.9 }, 4, 31));
    assert_false(cut_off(space, NULL, 0, 2));
}

/* Of 30 trials 10 have each of three values, so that two of the best three share one by chance; of three trials each
 * has its own. */
static void all_of_the_best_must_have_a_listed_value(void **state)
{
    const char *space = "\"learning_rate\": {\"feasible_points\": [0.1, 0.001, 0.01]}";
    assert_true(cut_off(space, (double[]){ 0.1, 0.1, 0.1 }, 3, 30));
    assert_false(cut_off(space, (double[]){ 0.1, 0.1, 0.01 }, 3, 30));
    assert_true(cut_off(space, (double[]){ 0.1, 0.01, 0.001 }, 3, 3));
}

static void choices_have_no_edge(void **state)
{
    const edge_case c = { "adam",
                          "\"epsilon_form\": {\"feasible_points\": [\"choi\", \"kingma\", \"inside\"]}," RATE,
                          FL_TRIAL_OF_OPTIMIZER,
                          4,
                          0,
                          0,
                          false };
    assert_edge(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sampled_comes_back),
        cmocka_unit_test(shares_follow_the_axis_own_scaling),
        cmocka_unit_test(a_tenth_of_the_axis_is_its_edge),
        cmocka_unit_test(more_than_half_of_the_best_tenth_must_crowd_an_end),
        cmocka_unit_test(all_of_the_best_must_have_a_listed_value),
        cmocka_unit_test(one_minus_axes_are_seen_as_they_were_sampled),
        cmocka_unit_test(ends_that_the_range_forbids_to_widen_are_exempt),
        cmocka_unit_test(an_end_is_widened_only_as_far_as_the_range_allows),
        cmocka_unit_test(coupled_axes_are_seen_relative_to_their_partner),
        cmocka_unit_test(the_least_and_the_greatest_of_listed_values_are_edges),
        cmocka_unit_test(choices_have_no_edge),
    };
    return test_run(tests, NULL, NULL);
}
