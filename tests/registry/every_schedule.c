/* What holds for every schedule, whoever wrote it: this walks the registry. */
#include "support/test.h"

#include "schedule/schedule.h"

enum { STEPS = 60, N_TOLD = 20 };

#define FOR_EVERY(schedule) for (const fl_schedule *const *each = fl_schedules(), *schedule; (schedule = *each); each++)

/* A trial of 60 steps at rate 0.5, evaluated every 3 steps with a validation loss that never falls. */
typedef struct trial {
    double hyper[FL_HYPER_MAX], rates[STEPS], losses[N_TOLD];
    size_t told_at[N_TOLD];
    fl_schedule_context context;
} trial;

static void set_up(trial *t, const fl_schedule *schedule)
{
    for (size_t i = 0; i < schedule->n_hypers; i++) t->hyper[i] = schedule->hypers[i].default_value;
    for (size_t i = 0; i < STEPS; i++) t->rates[i] = 0.5 / (double)(i + 1);
    for (size_t i = 0; i < N_TOLD; i++) {
        t->losses[i] = 1 + (double)i;
        t->told_at[i] = 3 * (i + 1);
    }
    t->context = (fl_schedule_context){ .hyper = t->hyper, .learning_rate = 0.5, .steps = STEPS };
    t->context.history = (fl_schedule_history){ .steps = t->told_at, .val_losses = t->losses };
    if (!schedule->absolute) return;
    t->context.rates = t->rates;
    t->context.n_rates = STEPS;
}

static double rate_at(const fl_schedule *schedule, trial *t, size_t step)
{
    t->context.step = step;
    t->context.history.n = step / 3;
    return fl_schedule_rate(schedule, &t->context);
}

static void every_schedule_is_found_by_its_name_alone(void **state)
{
    FOR_EVERY(schedule)
    {
        assert_true(schedule->entry.name[0] && schedule->entry.about[0] && schedule->entry.source &&
                    schedule->tuned[0]);
        assert_ptr_equal(fl_schedule_find(schedule->entry.name, NULL), schedule);
    }
}

static void an_unknown_name_is_answered_with_the_known_ones(void **state)
{
    fl_error error;
    assert_null(fl_schedule_find("cosin", &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "'cosin'");
    FOR_EVERY(schedule) assert_contains(error.text, schedule->entry.name);
}

static void every_table_is_well_formed_and_its_defaults_lie_in_range(void **state)
{
    FOR_EVERY(schedule) for (size_t i = 0; i < schedule->n_hypers; i++)
    {
        const fl_hyper *hyper = &schedule->hypers[i];
        fl_error error;
        assert_true(schedule->n_hypers <= FL_HYPER_MAX && hyper->name[0] && hyper->help[0]);
        assert_int_equal(fl_hyper_index(schedule->hypers, schedule->n_hypers, hyper->name), i);
        if (!fl_hyper_accepts(hyper, hyper->default_value, &error))
            fail_msg("%s: %s", schedule->entry.name, error.text);
    }
}

static void every_relative_schedule_takes_warmup_steps_first(void **state)
{
    FOR_EVERY(schedule)
    {
        if (schedule->absolute) continue;
        assert_string_equal(schedule->hypers[0].name, "warmup_steps");
        assert_true(schedule->hypers[0].default_value == 0);
    }
}

static void every_schedule_starts_at_the_learning_rate_and_accepts_its_defaults(void **state)
{
    FOR_EVERY(schedule)
    {
        trial t;
        set_up(&t, schedule);
        assert_true(fl_schedule_accepts(schedule, &t.context, NULL));
        assert_true(rate_at(schedule, &t, 0) == 0.5);
    }
}

static double end_of_range(const fl_hyper *hyper, bool upper)
{
    if (!upper) return hyper->min_open ? 1e-6 : hyper->min;
    if (isinf(hyper->max)) return 1e3;
    return hyper->max_open ? hyper->max - 1e-6 : hyper->max;
}

/* Every combination of range ends: never above the learning rate, never below zero, never rising unless it says so. */
static void no_schedule_rises_or_leaves_its_bounds(void **state)
{
    FOR_EVERY(schedule) for (unsigned corner = 0; corner < 1u << schedule->n_hypers; corner++)
    {
        trial t;
        set_up(&t, schedule);
        for (size_t i = 1; i < schedule->n_hypers; i++)
            t.hyper[i] = end_of_range(&schedule->hypers[i], corner >> i & 1);
        double last = 0.5;
        for (size_t step = 0; step < STEPS; step++) {
            double rate = rate_at(schedule, &t, step);
            if (!(rate >= 0 && rate <= last)) fail_msg("%s: %g after %g", schedule->entry.name, rate, last);
            last = schedule->rises ? 0.5 : rate;
        }
    }
}

static void at_its_defaults_every_rate_is_above_zero(void **state)
{
    FOR_EVERY(schedule)
    {
        trial t;
        set_up(&t, schedule);
        for (size_t step = 0; step < STEPS; step++) assert_true(rate_at(schedule, &t, step) > 0);
    }
}

/* Asked backwards and twice, the answers are the same. */
static void every_answer_depends_on_the_question_alone(void **state)
{
    FOR_EVERY(schedule)
    {
        trial t;
        double forwards[STEPS];
        set_up(&t, schedule);
        for (size_t step = 0; step < STEPS; step++) forwards[step] = rate_at(schedule, &t, step);
        for (size_t step = STEPS; step-- > 0;) assert_true(rate_at(schedule, &t, step) == forwards[step]);
    }
}

/* 12 steps of warm-up: rates 1/12, 2/12, ... of the first, then what the schedule answers for a trial of 48 steps that
 * sees none of the first 12. */
static void the_warmup_rises_linearly_and_leaves_the_rest_to_the_schedule(void **state)
{
    FOR_EVERY(schedule)
    {
        if (schedule->absolute) continue;
        trial warm, rest;
        set_up(&warm, schedule);
        set_up(&rest, schedule);
        warm.hyper[0] = 12;
        rest.context.steps = STEPS - 12;
        for (size_t step = 0; step < 12; step++)
            assert_true(rate_at(schedule, &warm, step) == 0.5 * ((double)(step + 1) / 12));
        for (size_t step = 12; step < STEPS; step++)
            assert_true(rate_at(schedule, &warm, step) == rate_at(schedule, &rest, step - 12));
    }
}

static void a_warmup_as_long_as_the_trial_is_refused(void **state)
{
    FOR_EVERY(schedule)
    {
        if (schedule->absolute) continue;
        trial t;
        fl_error error;
        set_up(&t, schedule);
        t.hyper[0] = STEPS - 1;
        assert_true(fl_schedule_accepts(schedule, &t.context, NULL));
        t.hyper[0] = STEPS;
        assert_false(fl_schedule_accepts(schedule, &t.context, &error));
        assert_int_equal(error.fault, FL_ERROR_USER);
        assert_contains(error.text, "warmup_steps = 60 leaves nothing of 60 steps");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_schedule_is_found_by_its_name_alone),
        cmocka_unit_test(an_unknown_name_is_answered_with_the_known_ones),
        cmocka_unit_test(every_table_is_well_formed_and_its_defaults_lie_in_range),
        cmocka_unit_test(every_relative_schedule_takes_warmup_steps_first),
        cmocka_unit_test(every_schedule_starts_at_the_learning_rate_and_accepts_its_defaults),
        cmocka_unit_test(no_schedule_rises_or_leaves_its_bounds),
        cmocka_unit_test(at_its_defaults_every_rate_is_above_zero),
        cmocka_unit_test(every_answer_depends_on_the_question_alone),
        cmocka_unit_test(the_warmup_rises_linearly_and_leaves_the_rest_to_the_schedule),
        cmocka_unit_test(a_warmup_as_long_as_the_trial_is_refused),
    };
    return test_run(tests, NULL, NULL);
}
