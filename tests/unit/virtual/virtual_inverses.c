/* Statistics and inverses in virtual time, by hand, with constant durations. */
#include "support/test.h"
#include "virtual/inverses.h"

#include <string.h>

static const uint64_t SECOND = 1000000000;

/* What was done, a letter each. */
typedef struct diary {
    char of[200];
} diary;

static void write(void *user, char letter)
{
    diary *d = user;
    size_t n = strlen(d->of);
    assert_true(n + 1 < sizeof d->of);
    d->of[n] = letter;
}

static void measure(void *user)
{
    write(user, 'm');
}

static void average(void *user)
{
    write(user, 'a');
}

static void invert(void *user)
{
    write(user, 'i');
}

static void use(void *user)
{
    write(user, 'u');
}

static fl_virtual_inverses_rules rules_of(double step, double statistics, double inverse)
{
    return (fl_virtual_inverses_rules){ .workers = 2,
                                        .statistics_workers = 1,
                                        .statistics_every = 1,
                                        .inverse_every = 1,
                                        .share = 1,
                                        .of = { { .mean = step }, { .mean = statistics }, { .mean = inverse } } };
}

/* `n` steps: a letter for each deed, a stroke after each step; `ends` and `ages` of each step are checked. */
static void assert_run(const fl_virtual_inverses_rules *rules, size_t n, const char *deeds, const double *ends,
                       const uint64_t *ages)
{
    static const fl_virtual_inverses_work work = { measure, average, invert, use };
    fl_virtual_inverses_state state = { 0 };
    diary d = { "" };
    for (uint64_t s = 0; s < n; s++) {
        fl_virtual_inverses_step(&state, rules, s, &work, &d);
        write(&d, '|');
        assert_int_equal(state.now, (uint64_t)(ends[s] * (double)SECOND));
        assert_int_equal(s - state.of, ages[s]);
    }
    assert_string_equal(d.of, deeds);
}

/* Every third step statistics, every second inverses, as the rule by itself has them. */
static void without_durations_all_is_there_at_once(void **state)
{
    static const double ends[6] = { 0 };
    static const uint64_t ages[] = { 0, 1, 0, 1, 0, 1 };
    fl_virtual_inverses_rules rules = rules_of(0, 0, 0);
    rules.statistics_every = 3;
    rules.inverse_every = 2;
    assert_run(&rules, 6, "maiu||iu|ma|iu||", ends, ages);
    rules.waits = true;
    assert_run(&rules, 6, "maiu||iu|ma|iu||", ends, ages);
}

/* Statistics of 2 s and then inverses of 3 s, longer than the passes of 1 s beside them. */
static void an_update_that_waits_has_the_newest(void **state)
{
    static const double ends[] = { 5, 10, 15 };
    static const uint64_t ages[] = { 0, 0, 0 };
    fl_virtual_inverses_rules rules = rules_of(1, 2, 3);
    rules.waits = true;
    assert_run(&rules, 3, "maiu|maiu|maiu|", ends, ages);
}

/* Statistics take half a step, so each update has its own; inverses take two and a half. They begin with update 0 at
 * .5 s (it waits for them till 3 s), 1 (3.5 s to 6 s, in time for update 3), 3 (6 s to 8.5 s, for update 6) and 6. */
static void who_does_not_wait_uses_what_has_come(void **state)
{
    static const double ends[] = { 3, 4, 5, 6, 7, 8, 9 };
    static const uint64_t ages[] = { 0, 1, 2, 2, 3, 4, 3 };
    fl_virtual_inverses_rules rules = rules_of(1, 0.5, 2.5);
    assert_run(&rules, 7, "maiu|mai|ma|maui|ma|ma|maui|", ends, ages);
}

/* Of two inverse workers the busier has three quarters: 3 s of 4. */
static void inverses_take_as_long_as_the_busiest_worker(void **state)
{
    static const double ends[] = { 4 };
    static const uint64_t ages[] = { 0 };
    fl_virtual_inverses_rules rules = rules_of(1, 1, 4);
    rules.share = 0.75;
    assert_run(&rules, 1, "maiu|", ends, ages);
}

/* Without statistics workers the gradient workers measure first, 2 s, and then compute, 1 s; inverses take another half
 * second, which runs while they compute. */
static void gradient_workers_measure_and_then_compute(void **state)
{
    static const double ends[] = { 3, 6 };
    static const uint64_t ages[] = { 0, 0 };
    fl_virtual_inverses_rules rules = rules_of(1, 2, 0.5);
    rules.statistics_workers = 0;
    assert_run(&rules, 2, "maiu|maiu|", ends, ages);
}

/* The slowest worker's is the step's: of two exponential times the mean of the greater is 3/2 of one's. */
static void a_step_ends_with_its_slowest_worker(void **state)
{
    enum { N = 20000 };
    static const fl_virtual_inverses_work work = { measure, average, invert, use };
    fl_virtual_inverses_rules rules = rules_of(1, 0, 0);
    fl_virtual_inverses_state s = { 0 };
    uint64_t slowest = 0;
    rules.of[FL_VIRTUAL_INVERSES_STEP].distribution = FL_VIRTUAL_EXPONENTIAL;
    for (uint64_t step = 0; step < N; step++) {
        diary d = { "" };
        fl_virtual_inverses_step(&s, &rules, step, &work, &d);
        uint64_t a = fl_virtual_inverses_duration(&rules, FL_VIRTUAL_INVERSES_STEP, step, 0);
        uint64_t b = fl_virtual_inverses_duration(&rules, FL_VIRTUAL_INVERSES_STEP, step, 1);
        slowest += a > b ? a : b;
    }
    assert_int_equal(s.now, slowest);
    double mean = fl_virtual_seconds(s.now) / N; /* 3/2, its deviation sqrt(5)/2 / sqrt(N) = .008 */
    assert_true(mean > 1.475 && mean < 1.525);
}

/* Graham 1969, the longest first: 7, 6, 5, 4, 3 on two workers are 7 + 4 + 3 and 6 + 5, not the best 13 and 12. */
static void the_costliest_is_dealt_first(void **state)
{
    static const double cost[] = { 3, 7, 5, 6, 4 };
    static const size_t expected[] = { 0, 0, 1, 1, 0 };
    size_t of[5];
    assert_close(fl_virtual_inverses_assign(5, cost, 2, of), 14. / 25, 1e-12);
    assert_memory_equal(of, expected, sizeof of);
    assert_close(fl_virtual_inverses_assign(5, cost, 9, of), 7. / 25, 1e-12);
    assert_close(fl_virtual_inverses_assign(5, cost, 1, of), 1, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_durations_all_is_there_at_once),
        cmocka_unit_test(an_update_that_waits_has_the_newest),
        cmocka_unit_test(who_does_not_wait_uses_what_has_come),
        cmocka_unit_test(inverses_take_as_long_as_the_busiest_worker),
        cmocka_unit_test(gradient_workers_measure_and_then_compute),
        cmocka_unit_test(a_step_ends_with_its_slowest_worker),
        cmocka_unit_test(the_costliest_is_dealt_first),
    };
    return test_run(tests, NULL, NULL);
}
