/* Results of the interface are those of results/results.h. */
#include "base/memory.h"
#include "fairlead/api.h"
#include "summary/summary.h"

#include <stdlib.h>
#include <string.h>

struct fairlead_results {
    fl_results *results;
};

fairlead_results *fairlead_results_read(const char *folder, fairlead_error *error)
{
    fl_error why;
    fl_results *results = fl_results_read(folder, &why);
    if (!results) {
        fl_fairlead_failed(error, &why);
        return NULL;
    }
    fairlead_results *r = fl_memory_new(1, sizeof *r);
    r->results = results;
    return r;
}

void fairlead_results_free(fairlead_results *r)
{
    if (!r) return;
    fl_results_free(r->results);
    free(r);
}

size_t fairlead_results_n_arms(const fairlead_results *r)
{
    return r->results->study->n_arms;
}

static const fl_results_arm *arm_of(const fairlead_results *r, size_t arm)
{
    size_t n = fairlead_results_n_arms(r);
    if (arm >= n) fl_error_die("arm %zu of %zu was asked for", arm, n);
    return &r->results->arms[arm];
}

static const fl_results_entry *run_of(const fairlead_results *r, size_t arm, size_t run)
{
    const fl_results_arm *a = arm_of(r, arm);
    if (run >= a->n_search) fl_error_die("run %zu of %zu was asked for", run, a->n_search);
    return &a->search[run];
}

const char *fairlead_results_arm(const fairlead_results *r, size_t arm)
{
    arm_of(r, arm);
    return r->results->study->arms[arm].name;
}

size_t fairlead_results_n_runs(const fairlead_results *r, size_t arm)
{
    return arm_of(r, arm)->n_search;
}

char *fairlead_results_run_json(const fairlead_results *r, size_t arm, size_t run)
{
    size_t n;
    const char *line = fl_results_files_line(r->results->trials, run_of(r, arm, run)->place, &n);
    if (!line || !n) fl_error_give_up("%s: a record has gone while the folder was being read", r->results->folder);
    char *text = fl_memory_new(n, 1); /* without its newline */
    memcpy(text, line, n - 1);
    return text;
}

size_t fairlead_results_points(const fairlead_results *r, size_t arm, size_t run, fairlead_point *points, size_t room)
{
    size_t n;
    fl_trial_point *all = fl_results_points(r->results, run_of(r, arm, run)->trial, &n);
    for (size_t i = 0; i < n && i < room; i++) points[i] = fl_fairlead_point(&all[i]);
    free(all);
    return n;
}

char *fairlead_results_summary_json(const fairlead_results *r)
{
    fl_summary *summary = fl_summary_make(r->results);
    json_t *json = fl_summary_json(summary);
    fl_summary_free(summary);
    return fl_fairlead_text(json);
}
