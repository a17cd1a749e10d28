/* Evaluations that leave the test set out change nothing else, and have it wherever a point may be scored. */
#include "train/train.h"
#include "support/trial.h"
#include "support/trainer.h"

#include <math.h>

static fl_outcome train(fl_trial_test test, double ratio)
{
    fl_trial trial = naive_trial("sgd", fl_workload_find("quadratic/noisy", NULL));
    trial.batch_size = 4;
    trial.steps = 60;
    trial.eval_every = ratio > 0 ? 1 : 5;
    trial.eval_ratio = ratio;
    trial.test = test;
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.05; /* noisy enough for losses that rise now and then */
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_outcome outcome = must_train(trainer, &trial, NULL);
    fl_train_trainer_free(trainer);
    return outcome;
}

static bool has_test(const fl_trial_point *point)
{
    return isfinite(point->of[FL_TRIAL_TEST_LOSS]);
}

static void the_final_point_alone_has_its_test_error(void **state)
{
    fl_outcome all = train(FL_TRIAL_TEST_ALL, 0), final = train(FL_TRIAL_TEST_FINAL, 0);
    assert_int_equal(12, final.n_points);
    for (size_t i = 0; i < 12; i++) {
        assert_true(has_test(&all.points[i]));
        assert_int_equal(i == 11, has_test(&final.points[i]));
        for (fl_trial_metric m = FL_TRIAL_TRAIN_LOSS; m <= FL_TRIAL_VAL_ERROR; m++)
            assert_true(all.points[i].of[m] == final.points[i].of[m]);
    }
    assert_true(all.points[11].of[FL_TRIAL_TEST_ERROR] == final.points[11].of[FL_TRIAL_TEST_ERROR]);
    assert_string_equal(all.state_hash, final.state_hash);
    fl_outcome_free(&all);
    fl_outcome_free(&final);
}

static void every_point_that_is_the_best_so_far_has_its_test_error(void **state)
{
    fl_outcome all = train(FL_TRIAL_TEST_ALL, 0), best = train(FL_TRIAL_TEST_BEST_VAL_LOSS, 0);
    double least = HUGE_VAL;
    size_t left_out = 0;
    for (size_t i = 0; i < 12; i++) {
        bool better = all.points[i].of[FL_TRIAL_VAL_LOSS] < least;
        if (better) least = all.points[i].of[FL_TRIAL_VAL_LOSS];
        assert_int_equal(better || i == 11, has_test(&best.points[i]));
        if (has_test(&best.points[i]))
            assert_true(all.points[i].of[FL_TRIAL_TEST_LOSS] == best.points[i].of[FL_TRIAL_TEST_LOSS]);
        left_out += !has_test(&best.points[i]);
    }
    assert_true(left_out > 0);
    fl_outcome_free(&all);
    fl_outcome_free(&best);
}

/* Ratio 2: 1, 2, 4, 8, 16, 32 and the last. */
static void a_ratio_evaluates_where_it_says(void **state)
{
    static const size_t steps[] = { 1, 2, 4, 8, 16, 32, 60 };
    fl_outcome outcome = train(FL_TRIAL_TEST_ALL, 2);
    assert_int_equal(7, outcome.n_points);
    for (size_t i = 0; i < 7; i++) assert_int_equal(steps[i], outcome.points[i].step);
    fl_outcome_free(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_final_point_alone_has_its_test_error),
        cmocka_unit_test(every_point_that_is_the_best_so_far_has_its_test_error),
        cmocka_unit_test(a_ratio_evaluates_where_it_says),
    };
    return test_run(tests, NULL, NULL);
}
