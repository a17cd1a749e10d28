/* A row per thing that must be the same. */
#include "compare/compare_setups.h"
#include "trial/parallel.h"

typedef struct setup {
    const fl_study *study;
    const fl_study_arm *arm;
} setup;

static bool same_batch(const setup *a, const setup *b)
{
    return a->arm->base.batch_size == b->arm->base.batch_size;
}

static bool same_parallel(const setup *a, const setup *b)
{
    return fl_trial_same_parallel(&a->arm->base, &b->arm->base);
}

static bool same_steps(const setup *a, const setup *b)
{
    return a->arm->base.steps == b->arm->base.steps;
}

static bool same_optimizer(const setup *a, const setup *b)
{
    return a->arm->base.owners.optimizer == b->arm->base.owners.optimizer;
}

static bool same_schedule(const setup *a, const setup *b)
{
    return a->arm->base.owners.schedule == b->arm->base.owners.schedule;
}

static const json_t *space_of(const setup *s)
{
    size_t arm = (size_t)(s->arm->space - s->study->spaces);
    return json_object_get(json_array_get(json_object_get(s->study->resolved, "arms"), arm), "space");
}

static bool same_space(const setup *a, const setup *b)
{
    return json_equal(space_of(a), space_of(b));
}

static bool same_field(const setup *a, const setup *b, const char *key)
{
    const json_t *left = json_object_get(a->study->resolved, key), *right = json_object_get(b->study->resolved, key);
    return left == right || (left && right && json_equal(left, right));
}

static bool same_options(const setup *a, const setup *b)
{
    return same_field(a, b, "workload_options");
}

static bool same_split(const setup *a, const setup *b)
{
    return same_field(a, b, "split");
}

static bool same_init(const setup *a, const setup *b)
{
    return same_field(a, b, "init");
}

static bool same_selection(const setup *a, const setup *b)
{
    const fl_study *left = a->study, *right = b->study;
    return left->select == right->select && left->select_best == right->select_best &&
           left->select_averaged == right->select_averaged;
}

/* The best of other evaluations is another choice. */
static bool same_evaluations(const setup *a, const setup *b)
{
    const fl_trial *left = &a->arm->base, *right = &b->arm->base;
    bool matters = a->study->select_best || a->study->patience;
    return !matters || (left->eval_every == right->eval_every && left->eval_ratio == right->eval_ratio);
}

static bool same_average(const setup *a, const setup *b)
{
    return a->study->average.method == b->study->average.method && a->study->average.amount == b->study->average.amount;
}

static bool same_micro_batch(const setup *a, const setup *b)
{
    return a->arm->base.micro_batch == b->arm->base.micro_batch;
}

static bool same_patience(const setup *a, const setup *b)
{
    return a->study->patience == b->study->patience;
}

static bool same_feasibility(const setup *a, const setup *b)
{
    return a->study->feasible == b->study->feasible && a->study->stop_above == b->study->stop_above;
}

static bool same_repeats(const setup *a, const setup *b)
{
    return a->study->repeats == b->study->repeats;
}

static const struct {
    const char *name;
    bool (*same)(const setup *a, const setup *b);
} rows[] = {
    { "batch size", same_batch },
    { "parallel", same_parallel },
    { "steps", same_steps },
    { "optimizer", same_optimizer },
    { "schedule", same_schedule },
    { "space", same_space },
    { "workload options", same_options },
    { "split", same_split },
    { "init", same_init },
    { "select", same_selection },
    { "feasible budget", same_feasibility },
    { "repeats", same_repeats },
    { "evaluations", same_evaluations },
    { "average", same_average },
    { "patience", same_patience },
    { "micro-batch", same_micro_batch },
};

void compare_setups(const fl_study *base, const fl_study_arm *base_arm, const fl_study *now,
                    const fl_study_arm *now_arm, fl_text *names)
{
    const setup a = { base, base_arm }, b = { now, now_arm };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!rows[i].same(&a, &b)) fl_text_add(names, "%s%s", names->length ? ", " : "", rows[i].name);
}
