/* A run in virtual time writes what a run writes, whoever many play it, and takes as long as its trials do. */
#include "base/memory.h"
#include "farm/rehearsal.h"
#include "results/results.h"
#include "support/folder.h"
#include "support/study.h"

static const char text[] = "{ 'study': 's', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 8,"
                           "  'budget': { 'trials': 6, 'steps': 1, 'feasible': true }, 'arms': ["
                           "  { 'arm': 'a', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.1 } },"
                           "  { 'arm': 'b', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.2 } } ] }";

/* Every third trial is infeasible; each takes ten seconds. */
static void play(void *user, const fl_record_slot *slot, fl_outcome *outcome, double *seconds)
{
    *seconds = 10;
    outcome->status = slot->index % 3 == 1 ? FL_OUTCOME_INFEASIBLE : FL_OUTCOME_COMPLETE;
    outcome->points = fl_memory_new(1, sizeof *outcome->points);
    outcome->n_points = 1;
}

/* Six feasible of nine (0, 2, 3, 5, 6, 8; index 7 is infeasible, and 1, and 4), for each arm. */
enum { NEEDED = 2 * 9 };

static fl_farm_rehearsed rehearse(int agents, bool no_speculation)
{
    fl_error error;
    fl_farm_rehearsed result;
    fl_study *study = study_of(text, NULL);
    char folder[FL_FILE_PATH_MAX];
    folder_make(folder);
    const fl_farm_rehearsal rehearsal = { study, folder, agents, no_speculation, 0, NULL, play };
    if (!fl_farm_rehearse(&rehearsal, &result, &error)) fail_msg("%s", error.text);
    fl_results *results = fl_results_read(folder, &error);
    assert_non_null(results);
    assert_int_equal(results->n_records, NEEDED);
    fl_results_free(results);
    fl_study_free(study);
    folder_remove(folder);
    return result;
}

static void one_agent_takes_the_sum(void **state)
{
    fl_farm_rehearsed r = rehearse(1, false);
    assert_int_equal(r.trials, NEEDED);
    assert_true(r.work == 10.0 * NEEDED && r.longest == 10);
    assert_true(r.seconds >= r.work && r.seconds - r.supervisor < r.work + 1); /* what is measured, and ticks */
    assert_true(r.supervisor > 0);
    assert_true(fl_farm_rehearsal_bound(&r, 1) == r.work && fl_farm_rehearsal_bound(&r, 100) == 10);
}

static void many_agents_record_the_same_sooner(void **state)
{
    fl_farm_rehearsed guessing = rehearse(40, false), waiting = rehearse(40, true);
    assert_int_equal(guessing.trials, NEEDED);
    assert_int_equal(waiting.trials, NEEDED);
    assert_true(waiting.seconds >= 30);                           /* 0..5; 1 and 4 are infeasible: 6, 7; 7 is: 8 */
    assert_true(guessing.seconds - guessing.supervisor < 10 + 1); /* what would be needed had begun with the first */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_agent_takes_the_sum),
        cmocka_unit_test(many_agents_record_the_same_sooner),
    };
    return test_run(tests, NULL, NULL);
}
