/* A run in virtual time by the real dispatch, messages and store (bench/speed/scale). */
#include "speed/scale/scale.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>

static const scale_world WORLD = {
    .arms = 6, .trials = 100, .infeasible = 0.2, .seconds = 10, .spread = 0.1, .workers = 1, .speculate = true
};

/* Infeasible ones included, as many as it takes until each arm has its feasible ones. */
static void one_worker_takes_the_trials_one_after_the_other(void **state)
{
    scale_result r = scale_run(&WORLD);
    assert_true(r.recorded > 660 && r.recorded < 840); /* 600 / 0.8 = 750, standard deviation 13.7 */
    assert_close(r.took, r.work, 1e-9);
    assert_close(r.whole, r.work, 1e-9);
    assert_true(r.longest > 10.8 && r.longest <= 11);
    assert_true(r.busy == 0);
}

static void the_recorded_trials_do_not_depend_on_the_workers(void **state)
{
    scale_world many = WORLD, guessing = WORLD;
    many.workers = guessing.workers = 64;
    many.speculate = false;
    scale_result one = scale_run(&WORLD), a = scale_run(&many), b = scale_run(&guessing);
    assert_int_equal(a.recorded, one.recorded);
    assert_int_equal(b.recorded, one.recorded);
    assert_close(a.work, one.work, 1e-9);
    assert_close(b.work, one.work, 1e-9);
}

/* 6 x 100 trials that take equally long, on 64 workers. The last round is not full, whoever plans. Beyond that at most one
 * round is lost, where more trials of an arm turn out not to be feasible in the last one than were guessed at. */
static void at_most_a_round_is_lost_to_what_nobody_knew(void **state)
{
    scale_world w = WORLD;
    double of_whole = 0;
    enum { N = 5 };
    w.spread = 0;
    w.workers = 64;
    for (w.seed = 0; w.seed < N; w.seed++) {
        scale_result r = scale_run(&w);
        assert_close(r.whole, 10 * ceil((double)r.recorded / 64), 1e-9);
        assert_true(r.took < r.whole + 10 + 1e-6);
        of_whole += r.whole / r.took / N;
    }
    printf("64 workers: %.4f of what whole trials allow\n", of_whole);
    assert_true(of_whole > 0.95);
}

/* At most an outcome in 5 ms: 4,096 workers whose trials end every 0.5 s wait for it, and it works all the time. */
static void a_slow_supervisor_is_the_bound(void **state)
{
    scale_world w = WORLD;
    w.seconds = 0.5;
    w.workers = 4096;
    w.handling = 0.005;
    scale_result r = scale_run(&w);
    assert_true(r.took >= 0.45 + 0.005 * (double)r.recorded);
    assert_true(r.busy / r.took > 0.8);
}

/* There and back: every trial of a chain is later by both ways. */
static void messages_take_their_time(void **state)
{
    scale_world w = WORLD;
    w.latency = 0.25;
    scale_result r = scale_run(&w);
    assert_close(r.took, r.work + 0.5 * (double)r.recorded, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_worker_takes_the_trials_one_after_the_other),
        cmocka_unit_test(the_recorded_trials_do_not_depend_on_the_workers),
        cmocka_unit_test(at_most_a_round_is_lost_to_what_nobody_knew),
        cmocka_unit_test(a_slow_supervisor_is_the_bound),
        cmocka_unit_test(messages_take_their_time),
    };
    setenv("TMPDIR", "/dev/shm", 0); /* every record is synced */
    return test_run(tests, NULL, NULL);
}
