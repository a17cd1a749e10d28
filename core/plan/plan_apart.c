/* What a study costs whose arms run what its user wrote: such code may crash or hang, so a child measures. */
#include "base/child.h"
#include "base/memory.h"
#include "own/own.h"
#include "plan/plan_measure.h"

#include <stdlib.h>
#include <string.h>

enum { ARM_SECONDS = 120 }; /* for its data, its start and what is timed */

typedef struct question {
    fl_plan *plan;
    double seconds;
} question;

/* What comes back; an arm's pointers mean the same on both sides. */
typedef struct answer {
    bool measured;
    fl_error why;
    double seconds, evaluate, bytes;
    fl_plan_arm arms[];
} answer;

bool fl_plan_runs_own(const fl_study *study)
{
    for (size_t i = 0; i < study->n_arms; i++)
        if (fl_own_of(study->arms[i].base.owners.optimizer)) return true;
    return false;
}

static void measure(const void *asked, void *to)
{
    const question *of = asked;
    answer *found = to;
    fl_plan *plan = of->plan;
    found->measured = fl_plan_cost(plan, of->seconds, &found->why);
    found->seconds = plan->seconds;
    found->evaluate = plan->evaluate;
    found->bytes = plan->bytes;
    memcpy(found->arms, plan->arms, plan->n_arms * sizeof *plan->arms);
}

static void take(fl_plan *plan, const answer *found)
{
    plan->seconds = found->seconds;
    plan->evaluate = found->evaluate;
    plan->bytes = found->bytes;
    memcpy(plan->arms, found->arms, plan->n_arms * sizeof *plan->arms);
}

static bool take_end(fl_child_end end, const char *how, fl_plan *plan, const answer *found, fl_error *error)
{
    static const char *const what = "a step of the study's arms cannot be timed";
    if (end == FL_CHILD_NONE) return fl_error_machine(error, "%s: it %s", what, how);
    if (end != FL_CHILD_DONE) return fl_error_user(error, "%s: an optimizer of your own %s", what, how);
    take(plan, found);
    if (!found->measured) *error = found->why;
    return found->measured;
}

bool fl_plan_cost_apart(fl_plan *plan, double seconds, fl_error *error)
{
    char how[FL_CHILD_HOW];
    const question asked = { plan, seconds };
    size_t n = sizeof(answer) + plan->n_arms * sizeof *plan->arms;
    answer *found = fl_memory_new(1, n);
    const fl_child_work work = { measure, &asked, found, n, (unsigned)(ARM_SECONDS * plan->n_arms) };
    fl_child_end end = fl_child_try(&work, how);
    bool measured = take_end(end, how, plan, found, error);
    free(found);
    return measured;
}
