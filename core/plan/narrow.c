/* The rule, axis by axis. */
#include "plan/narrow.h"
#include "base/exact.h"
#include "base/hash.h"
#include "base/memory.h"
#include "stats/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUARTER = 4, LEAST_TRIALS = 5, LONGEST_NAME = 200 };
static const double WIDENING = 0.25; /* of the best trials' range, at either end */

/* --- the best trials of an arm of the file --- */

/* One combination's best quarter, the best first. */
typedef struct best_quarter {
    fl_trial_values *values;
    size_t n, n_usable;
} best_quarter;

typedef struct best_trials {
    best_quarter *quarters; /* one per combination */
    size_t n;
} best_trials;

static int by_score(const void *left, const void *right)
{
    const fl_results_score *a = left, *b = right;
    int order = fl_results_figures_compare(&a->figures, &b->figures);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static best_quarter quarter_of(const fl_results *wide, size_t arm)
{
    size_t n;
    best_quarter best = { .n = 0 };
    fl_results_score *scores = fl_results_scores(wide, &wide->arms[arm], &n);
    if (n) qsort(scores, n, sizeof *scores, by_score);
    while (best.n_usable < n && isfinite(scores[best.n_usable].figures.score)) best.n_usable++;
    size_t wanted = best.n_usable / QUARTER > LEAST_TRIALS ? best.n_usable / QUARTER : LEAST_TRIALS;
    best.values = fl_memory_new(wanted, sizeof *best.values);
    for (; best.n < wanted && best.n < best.n_usable; best.n++) {
        fl_record record = fl_results_record(wide, scores[best.n].record);
        best.values[best.n] = record.values;
        fl_record_free(&record);
    }
    free(scores);
    return best;
}

static best_trials best_of(const fl_results *wide, size_t file_arm)
{
    best_trials best = { .n = wide->study->n_arms / wide->study->n_spaces };
    best.quarters = fl_memory_new(best.n, sizeof *best.quarters);
    for (size_t i = 0; i < best.n; i++) best.quarters[i] = quarter_of(wide, file_arm * best.n + i);
    return best;
}

static void free_best(best_trials *best)
{
    for (size_t i = 0; i < best->n; i++) free(best->quarters[i].values);
    free(best->quarters);
}

static bool stays_wide(const best_trials *best)
{
    for (size_t i = 0; i < best->n; i++)
        if (best->quarters[i].n_usable < LEAST_TRIALS) return true;
    return false;
}

/* --- an axis --- */

/* Is the search cut off at this end? The best tenth are among the best quarter. */
static bool is_cut_off(const fl_search_axis *axis, const best_trials *best, bool upper)
{
    fl_stats_edge edge;
    for (const best_quarter *q = best->quarters; q < best->quarters + best->n; q++)
        if (fl_stats_axis_cut_off(axis, q->values, q->n_usable, &edge) && edge.upper == upper) return true;
    return false;
}

/* Three digits are enough for a bound that people read; an integer has its own. */
static double rounded(const fl_search_axis *axis, double bound)
{
    char text[32];
    if (axis->setting.hyper->scale == FL_HYPER_INTEGER && !axis->setting.coupling) return floor(bound + 0.5);
    snprintf(text, sizeof text, "%.3g", bound);
    return strtod(text, NULL);
}

/* `way` of the best trials' range beyond `bound`, at most as far as the hyperparameter's own range goes. */
static double beyond(const fl_search_axis *axis, double bound, double way, double end)
{
    double far = fl_stats_axis_log(axis) ? bound * fl_exact_exp(way) : bound + way;
    far = rounded(axis, far);
    return fl_trial_setting_accepts(&axis->setting, far, NULL) ? far : end;
}

/* The range that the rule gives. */
static void narrow_range(const fl_search_axis *axis, const best_trials *best, double *min, double *max)
{
    double ends[2], low = HUGE_VAL, high = -HUGE_VAL;
    fl_stats_axis_ends(axis, &ends[0], &ends[1]);
    for (const best_quarter *q = best->quarters; q < best->quarters + best->n; q++)
        for (size_t i = 0; i < q->n; i++) {
            double value = fl_stats_axis_value(axis, &q->values[i]);
            low = fmin(low, value);
            high = fmax(high, value);
        }
    double length = fl_stats_axis_log(axis) ? fl_exact_log(high) - fl_exact_log(low) : high - low;
    *min = beyond(axis, low, -WIDENING * length, ends[0]);
    *max = beyond(axis, high, WIDENING * length, ends[1]);
    if (*min < ends[0] && !is_cut_off(axis, best, false)) *min = ends[0];
    if (*max > ends[1] && !is_cut_off(axis, best, true)) *max = ends[1];
}

static bool was_taken(const fl_search_axis *axis, const best_trials *best, double value)
{
    for (const best_quarter *q = best->quarters; q < best->quarters + best->n; q++)
        for (size_t i = 0; i < q->n; i++)
            if (fl_stats_axis_value(axis, &q->values[i]) == value) return true;
    return false;
}

/* The listed values that stay, in their order and as the file wrote them. */
static json_t *narrow_list(const fl_search_axis *axis, const json_t *listed, const best_trials *best)
{
    bool choice = axis->setting.hyper->scale == FL_HYPER_CHOICE && !axis->setting.coupling;
    double min = 0, max = 0;
    json_t *points = json_array();
    if (!choice) narrow_range(axis, best, &min, &max);
    for (size_t i = 0; i < axis->n_points; i++) {
        double value = axis->points[i];
        if (choice ? was_taken(axis, best, value) : value >= min && value <= max)
            json_array_append(points, json_array_get(listed, i));
    }
    return json_pack("{s:o}", "feasible_points", points);
}

static json_t *narrow_axis(const fl_search_axis *axis, json_t *wide, const best_trials *best)
{
    double min, max;
    json_t *listed = json_object_get(wide, "feasible_points");
    if (listed) return narrow_list(axis, listed, best);
    narrow_range(axis, best, &min, &max);
    return json_pack("{s:f, s:f, s:s}", "min", min, "max", max, "scaling", axis->log ? "log" : "linear");
}

/* --- an arm --- */

static void narrow_space(const fl_search_space *space, json_t *file, const best_trials *best)
{
    for (size_t i = 0; i < space->n_axes; i++) {
        json_t *wide = json_object_get(file, space->axes[i].name);
        if (json_is_object(wide))
            json_object_set_new(file, space->axes[i].name, narrow_axis(&space->axes[i], wide, best));
    }
}

static void narrow_arms(const fl_results *wide, json_t *arms)
{
    for (size_t i = 0; i < wide->study->n_spaces; i++) {
        best_trials best = best_of(wide, i);
        json_t *space = json_object_get(json_array_get(arms, i), "space");
        if (!stays_wide(&best) && json_is_object(space)) narrow_space(&wide->study->spaces[i], space, &best);
        free_best(&best);
    }
}

/* --- the study --- */

void fl_plan_folder_hash(const fl_results *results, char hash[17])
{
    fl_text text = { 0 };
    char *study = json_dumps(results->study->resolved, JSON_COMPACT | JSON_REAL_PRECISION(17));
    fl_text_add(&text, "%s", study);
    for (size_t i = 0; i < results->n_records; i++) {
        const fl_results_entry *entry = &results->records[i];
        fl_text_add(&text, "\n%s %d %.17g", entry->trial, (int)entry->status, entry->figures.score);
    }
    fl_hash_text(fl_hash(text.bytes, text.length), hash);
    free(study);
    fl_text_free(&text);
}

static double six_digits(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", value);
    return strtod(text, NULL);
}

/* What each arm cost, what it was itself narrowed from included. */
static json_t *costs_json(const fl_results *wide)
{
    json_t *costs = json_object();
    for (size_t i = 0; i < wide->study->n_arms; i++) {
        const fl_results_cost *cost = &wide->costs[i];
        const char *name = wide->study->arms[i].name;
        const json_t *before = json_object_get(json_object_get(wide->study->narrowed_from, "costs"), name);
        double runs = (double)cost->runs + json_number_value(json_object_get(before, "runs"));
        json_object_set_new(costs, name,
                            json_pack("{s:I, s:f, s:f}", "runs", (json_int_t)runs, "steps",
                                      cost->steps + json_number_value(json_object_get(before, "steps")), "core_hours",
                                      six_digits(cost->core_seconds / 3600 +
                                                 json_number_value(json_object_get(before, "core_hours")))));
    }
    return costs;
}

static json_t *origin(const fl_results *wide, const json_t *arms)
{
    char hash[17], axes[17];
    fl_plan_folder_hash(wide, hash);
    fl_study_axes_hash(arms, axes);
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:o}", "study", wide->study->name, "hash", hash, "axes", axes,
                     "first_seed", (json_int_t)wide->study->first_seed, "search_seed",
                     (json_int_t)wide->study->search_seed, "costs", costs_json(wide));
}

static uint64_t next_seed(uint64_t seed)
{
    return seed < FL_TRIAL_SEED_MAX ? seed + 1 : 0;
}

static void set_seeds(json_t *study, const fl_study *wide)
{
    json_object_set_new(json_object_get(study, "seeds"), "first",
                        json_integer((json_int_t)next_seed(wide->first_seed)));
    json_object_set_new(json_object_get(study, "search"), "seed",
                        json_integer((json_int_t)next_seed(wide->search_seed)));
}

json_t *fl_plan_narrow(const fl_results *wide, fl_error *error)
{
    fl_text name = { 0 };
    if (!wide->n_records) {
        fl_error_user(error, "%s: has no trial to narrow its spaces by", wide->folder);
        return NULL;
    }
    json_t *study = json_deep_copy(wide->study->resolved), *arms = json_object_get(study, "arms");
    narrow_arms(wide, arms);
    fl_text_add(&name, "%s-narrow", wide->study->name);
    if (name.length <= LONGEST_NAME) json_object_set_new(study, "study", json_string(name.bytes));
    set_seeds(study, wide->study);
    json_object_set_new(study, "narrowed_from", origin(wide, arms));
    fl_text_free(&name);
    return study;
}
