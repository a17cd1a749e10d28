/* From records to arms: the last valid one per slot, the trials a budget needs, how they ended, the reruns of the
 * selected one.
 */
#include "results/results_parts.h"
#include "base/memory.h"

#include <stdlib.h>

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_slot(const void *left, const void *right)
{
    const fl_record_slot *a = &((const fl_results_entry *)left)->slot, *b = &((const fl_results_entry *)right)->slot;
    bool a_rerun = a->repeat >= FL_STUDY_RERUN_REPEAT, b_rerun = b->repeat >= FL_STUDY_RERUN_REPEAT;
    if (a->arm != b->arm) return by_number(a->arm, b->arm);
    if (a_rerun != b_rerun) return a_rerun ? 1 : -1;
    if (a->index != b->index) return by_number(a->index, b->index);
    return by_number(a->repeat, b->repeat);
}

/* Of one slot the record that counts comes last: one that did not fail after those that did, else by place. */
static int by_slot_then_place(const void *left, const void *right)
{
    const fl_results_entry *a = left, *b = right;
    int order = by_slot(a, b);
    if (!order) order = (b->status == FL_OUTCOME_FAILED) - (a->status == FL_OUTCOME_FAILED);
    return order ? order : by_number(a->place, b->place);
}

/* Within one file a later line replaces an earlier one on purpose. */
static void note_twin(fl_results *results, const fl_results_entry *a, const fl_results_entry *b)
{
    bool failed = a->status == FL_OUTCOME_FAILED || b->status == FL_OUTCOME_FAILED;
    if (failed || fl_results_place_file(a->place) == fl_results_place_file(b->place)) return;
    results->twins = fl_memory_grow(results->twins, results->n_twins + 1, sizeof *results->twins);
    results->twins[results->n_twins++] = (fl_results_twin){ a->slot, b->place, a->place };
}

/* Sort the records and keep the last of each slot. */
void fl_results_keep_last(fl_results *results)
{
    size_t n = results->n_records, kept = 0;
    fl_results_entry *records = results->records;
    if (n) qsort(records, n, sizeof *records, by_slot_then_place);
    for (size_t i = 0; i < n; i++) {
        bool last = i + 1 == n || by_slot(&records[i], &records[i + 1]);
        if (last)
            records[kept++] = records[i];
        else
            note_twin(results, &records[i], &records[i + 1]);
    }
    results->n_records = kept;
}

size_t fl_results_trials_needed(const bool *feasible, size_t n_known, size_t wanted)
{
    size_t n = 0, found = 0;
    while (n < n_known && found < wanted) found += feasible[n++];
    return n;
}

static size_t sum(const bool *flags, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) found += flags[i];
    return found;
}

/* How the repeats of one trial ended. */
typedef struct ending {
    uint64_t index;
    size_t n_complete, n_infeasible, n_failed;
} ending;

/* The ending of the trial whose records begin at `next`, which moves on to those of the next trial. */
static ending ending_of(const fl_results_entry **next, const fl_results_entry *end, size_t repeats)
{
    ending e = { .index = (*next)->slot.index };
    for (; *next < end && (*next)->slot.index == e.index; (*next)++) {
        if ((*next)->slot.repeat >= repeats) continue;
        e.n_complete += (*next)->status == FL_OUTCOME_COMPLETE;
        e.n_infeasible += (*next)->status == FL_OUTCOME_INFEASIBLE;
        e.n_failed += (*next)->status == FL_OUTCOME_FAILED;
    }
    return e;
}

/* An arm's n, from records sorted by slot. The budget is filled when every repeat of each of the n is there and did not
 * fail, and, if they are to be, enough of the n are feasible. */
static size_t count_trials(const fl_study *study, const fl_results_entry *records, size_t n_records, bool *filled)
{
    size_t n = study->feasible ? study->max_trials : study->trials;
    bool *feasible = fl_memory_new(n, sizeof *feasible), *ended = fl_memory_new(n, sizeof *ended);
    for (const fl_results_entry *next = records, *end = records + n_records; next < end;) {
        ending e = ending_of(&next, end, study->repeats);
        if (e.index >= n) continue;
        feasible[e.index] = e.n_complete == study->repeats;
        ended[e.index] = e.n_complete + e.n_infeasible == study->repeats;
    }
    if (study->feasible) n = fl_results_trials_needed(feasible, n, study->trials);
    *filled = sum(ended, n) == n && (!study->feasible || sum(feasible, n) == study->trials);
    free(feasible);
    free(ended);
    return n;
}

/* Trials, not repeats: a trial is complete when all its repeats are, failed as soon as one is, and else infeasible as
 * soon as one is. */
static void count_statuses(fl_results_arm *arm, size_t repeats)
{
    for (const fl_results_entry *next = arm->search, *end = arm->search + arm->n_search; next < end;) {
        ending e = ending_of(&next, end, repeats);
        arm->n_run++;
        arm->n_complete += e.n_complete == repeats;
        arm->n_failed += e.n_failed > 0;
        arm->n_infeasible += !e.n_failed && e.n_infeasible > 0;
    }
}

/* Split one arm's records, `all`, into search and reruns, and leave out what lies beyond its budget. */
static void split_arm(const fl_study *study, fl_results_arm *arm, const fl_results_entry *all, size_t n)
{
    size_t searched = 0;
    while (searched < n && all[searched].slot.repeat < FL_STUDY_RERUN_REPEAT) searched++;
    arm->search = all;
    arm->reruns = all + searched;
    arm->n_reruns = n - searched;
    arm->n_trials = count_trials(study, all, searched, &arm->filled);
    while (searched && all[searched - 1].slot.index >= arm->n_trials) searched--;
    arm->n_search = searched;
    count_statuses(arm, study->repeats);
}

/* Reruns count only for the trial that is selected now; those of one trial stand side by side. */
static void keep_selected_reruns(const fl_results *results, fl_results_arm *arm)
{
    size_t n;
    fl_results_score *scores = fl_results_scores(results, arm, &n);
    const fl_results_score *best = fl_results_best_score(scores, n);
    for (n = 0; arm->n_reruns && !(best && arm->reruns->slot.index == best->index); arm->n_reruns--) arm->reruns++;
    while (n < arm->n_reruns && arm->reruns[n].slot.index == best->index) n++;
    arm->n_reruns = n;
    free(scores);
}

void fl_results_split_arms(fl_results *results)
{
    size_t n_arms = results->study->n_arms;
    results->arms = fl_memory_new(n_arms, sizeof *results->arms);
    for (size_t arm = 0, at = 0; arm < n_arms; arm++) {
        size_t first = at;
        while (at < results->n_records && results->records[at].slot.arm == arm) at++;
        split_arm(results->study, &results->arms[arm], results->records + first, at - first);
        keep_selected_reruns(results, &results->arms[arm]);
    }
}
