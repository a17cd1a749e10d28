/* Who pushes when, and how late. */
#include "base/memory.h"
#include "support/test.h"
#include "virtual/server.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t SECOND = 1000000000;

static const fl_virtual_server_rules EQUAL = {
    .workers = 5, .push_every = 1, .fetch_every = 1, .compute = { .mean = 1 }, .seed = 4
};

static fl_virtual_server started(const fl_virtual_server_rules *rules)
{
    fl_virtual_server server = fl_virtual_server_at(fl_memory_new(1, fl_virtual_server_bytes(rules->workers)), rules);
    fl_virtual_server_start(&server);
    return server;
}

static size_t push(fl_virtual_server *server, uint64_t *staleness)
{
    size_t worker = fl_virtual_server_next(server, staleness);
    fl_virtual_server_go_on(server, worker);
    return worker;
}

/* All n arrive together, in the workers' order; each read its parameters n - 1 pushes before the next of its own. */
static void equal_workers_take_turns_and_are_n_minus_1_late(void **state)
{
    fl_virtual_server server = started(&EQUAL);
    uint64_t staleness;
    for (size_t i = 0; i < 40; i++) {
        assert_int_equal(push(&server, &staleness), i % 5);
        assert_int_equal(staleness, i < 5 ? i : 4);
        assert_int_equal(server.state->now, (1 + i / 5) * SECOND);
    }
    free(server.state);
}

static void where_nothing_takes_time_one_worker_is_never_late(void **state)
{
    fl_virtual_server_rules rules = EQUAL;
    rules.compute.mean = 0;
    fl_virtual_server server = started(&rules);
    uint64_t staleness;
    for (size_t i = 0; i < 40; i++) {
        assert_int_equal(push(&server, &staleness), 0);
        assert_int_equal(staleness, 0);
        assert_int_equal(server.state->now, 0);
    }
    free(server.state);
}

/* One worker reads every second push, computes three batches each: 0.5 + 3 + 0.25 s, then 3 + 0.25 s. */
static void a_push_takes_its_pull_its_batches_and_its_way(void **state)
{
    const fl_virtual_server_rules rules = { .workers = 1,
                                            .push_every = 3,
                                            .fetch_every = 6,
                                            .compute = { .mean = 1 },
                                            .pull = { .mean = 0.5 },
                                            .push = { .mean = 0.25 } };
    static const uint64_t quarters[] = { 15, 28, 43, 56 };
    static const uint64_t late[] = { 0, 1, 0, 1 };
    fl_virtual_server server = started(&rules);
    for (size_t i = 0; i < 4; i++) {
        uint64_t staleness;
        const fl_virtual_worker *of = &server.state->workers[fl_virtual_server_next(&server, &staleness)];
        assert_int_equal(staleness, late[i]);
        assert_int_equal(of->arrives, quarters[i] * SECOND / 4);
        assert_int_equal(of->arrives - of->computed, SECOND / 4);
        assert_int_equal(of->computed - of->pulled, 3 * SECOND);
        assert_int_equal(of->pulled - of->begun, i % 2 ? 0 : SECOND / 2);
        assert_int_equal(fl_virtual_server_go_on(&server, 0), i % 2);
    }
    free(server.state);
}

/* n workers whose times are memoryless: each of n is equally likely to be next, so a push waits for a geometric number
 * of others, whose mean is n - 1. */
static void exponential_workers_are_n_minus_1_late_on_average(void **state)
{
    fl_virtual_server_rules rules = EQUAL;
    rules.compute.distribution = FL_VIRTUAL_EXPONENTIAL;
    fl_virtual_server server = started(&rules);
    enum { N = 40000 };
    double mean = 0, none = 0;
    for (size_t i = 0; i < N; i++) {
        uint64_t staleness;
        push(&server, &staleness);
        mean += (double)staleness / N;
        none += staleness == 0;
    }
    assert_true(mean > 3.9 && mean < 4.1);
    assert_true(none / N > 0.19 && none / N < 0.21);
    double seconds = fl_virtual_seconds(server.state->now); /* five a second */
    assert_true(seconds > N / 5 * 0.98 && seconds < N / 5 * 1.02);
    free(server.state);
}

static void a_copy_of_the_bytes_goes_on_alike(void **state)
{
    fl_virtual_server_rules rules = EQUAL;
    rules.compute = (fl_virtual_duration){ FL_VIRTUAL_LOGNORMAL, 1, 0.5 };
    rules.pull = (fl_virtual_duration){ FL_VIRTUAL_PARETO, 0.1, 1.5 };
    fl_virtual_server a = started(&rules), b;
    uint64_t late_a, late_b;
    for (size_t i = 0; i < 100; i++) push(&a, &late_a);
    void *memory = fl_memory_new(1, fl_virtual_server_bytes(5));
    memcpy(memory, a.state, fl_virtual_server_bytes(5));
    b = fl_virtual_server_at(memory, &rules);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(push(&a, &late_a), push(&b, &late_b));
        assert_int_equal(late_a, late_b);
        assert_int_equal(a.state->now, b.state->now);
    }
    free(a.state);
    free(b.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_workers_take_turns_and_are_n_minus_1_late),
        cmocka_unit_test(where_nothing_takes_time_one_worker_is_never_late),
        cmocka_unit_test(a_push_takes_its_pull_its_batches_and_its_way),
        cmocka_unit_test(exponential_workers_are_n_minus_1_late_on_average),
        cmocka_unit_test(a_copy_of_the_bytes_goes_on_alike),
    };
    return test_run(tests, NULL, NULL);
}
