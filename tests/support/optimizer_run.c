#include "support/optimizer_run.h"

static size_t place_of(const run *r, const char *name)
{
    size_t i = fl_hyper_index(r->rule->hypers, r->rule->n_hypers, name);
    assert_true(i < r->rule->n_hypers);
    return i;
}

void run_set(run *r, const char *name, double value)
{
    r->hyper[place_of(r, name)] = value;
}

void run_choose(run *r, const char *name, const char *choice)
{
    size_t i = place_of(r, name);
    int index = fl_hyper_choice(&r->rule->hypers[i], choice);
    assert_true(index >= 0);
    r->hyper[i] = index;
}

run *run_new(const fl_optimizer *rule, size_t n)
{
    assert_int_not_equal(n, FL_PROMISE_N); /* which has tensors */
    return fl_promise_course_new(rule, n);
}

run *run_named(const char *name, size_t n)
{
    const fl_optimizer *rule = fl_optimizer_find(name, NULL);
    assert_non_null(rule);
    return run_new(rule, n);
}

void run_free(run *r)
{
    fl_promise_course_free(r);
    if (!fl_promise_course_guarded()) fail_msg("a guard zone was written to");
}
