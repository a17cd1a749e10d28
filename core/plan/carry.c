/* The study is the tuned one at one batch size, its spaces single points. */
#include "plan/carry.h"
#include "base/text.h"
#include "plan/narrow.h"

#include <math.h>
#include <string.h>

static double linear(double ratio)
{
    return ratio;
}

/* Each makes an arm "LABEL, NAME". */
static const struct {
    const char *name;
    double (*factor)(double ratio);
} rules[] = { { "linear rule", linear }, { "square-root rule", sqrt } };
enum { N_RULES = sizeof rules / sizeof *rules };

/* --- what was tuned --- */

static void find_ends(const fl_study *study, fl_plan_carried *asked)
{
    size_t least = SIZE_MAX, greatest = 0;
    for (size_t i = 0; i < study->n_arms; i++) {
        size_t batch = study->arms[i].base.batch_size;
        least = batch < least ? batch : least;
        greatest = batch > greatest ? batch : greatest;
    }
    if (!asked->from) asked->from = least;
    if (!asked->to) asked->to = greatest;
}

/* The arm of the file's `label` at a batch size; SIZE_MAX where the study has none. */
static size_t arm_at(const fl_study *study, const char *label, size_t batch)
{
    for (size_t i = 0; i < study->n_arms; i++)
        if (study->arms[i].base.batch_size == batch && !strcmp(study->arms[i].label, label)) return i;
    return SIZE_MAX;
}

static bool is_fit(const fl_results *tuned, const fl_plan_carried *asked, fl_error *error)
{
    const fl_study *study = tuned->study;
    const fl_study_arm *first = study->arms;
    for (const fl_study_arm *arm = first; arm < first + study->n_arms; arm++)
        if (arm->base.owners.workload != first->base.owners.workload || arm->base.backend != first->base.backend ||
            arm->base.precision != first->base.precision || !fl_study_same_parallel(arm, first))
            return fl_error_user(error,
                                 "%s: has several workloads, backends, precisions or parallel methods; a rule is "
                                 "carried in a study of one",
                                 tuned->folder);
    const size_t ends[] = { asked->from, asked->to };
    for (size_t i = 0; i < 2; i++)
        if (arm_at(study, first->label, ends[i]) == SIZE_MAX)
            return fl_error_user(error, "%s: has no batch size %zu", tuned->folder, ends[i]);
    return asked->from != asked->to ||
           fl_error_user(error, "%s: a rule is carried between two batch sizes, not from %zu to itself", tuned->folder,
                         asked->to);
}

/* Remove the options of the workload that shape the data, which are the study's, or all others, which are the points'.
 */
static void drop_options(const fl_workload *workload, bool of_data, const char *prefix, json_t *from)
{
    char name[100];
    for (size_t i = 0; i < workload->n_options; i++) {
        snprintf(name, sizeof name, "%s%s", prefix, workload->options[i].name);
        if (fl_workload_shapes_data(workload, i) == of_data) json_object_del(from, name);
    }
}

/* The hyperparameters that selection chose; NULL with a message where it could not. */
static json_t *tuned_point(const fl_results *tuned, size_t arm, fl_error *error)
{
    size_t n;
    json_t *point = NULL;
    fl_results_score *scores = fl_results_scores(tuned, &tuned->arms[arm], &n);
    const fl_results_score *best = tuned->arms[arm].filled ? fl_results_best_score(scores, n) : NULL;
    if (best) {
        fl_record record = fl_results_record(tuned, best->record);
        fl_trial trial = fl_record_trial(tuned->study, &record);
        point = fl_trial_hyperparameters(&trial);
        drop_options(trial.owners.workload, true, fl_trial_owner_prefix(FL_TRIAL_OF_WORKLOAD), point);
        fl_trial_free(&trial);
        fl_record_free(&record);
    } else {
        fl_error_user(error, "%s: arm '%s' is not tuned: its budget is not filled, or all of its trials diverged",
                      tuned->folder, tuned->study->arms[arm].name);
    }
    free(scores);
    return point;
}

/* --- the arms --- */

static json_t *arm_json(const json_t *file, const char *label, json_t *point)
{
    json_t *arm = json_copy((json_t *)file);
    json_object_set_new(arm, "arm", json_string(label));
    json_object_set_new(arm, "space", point);
    return arm;
}

static void carry_arm(const json_t *file, json_t *from, double ratio, size_t rule, json_t *arms, json_t *pairs)
{
    fl_text label = { 0 };
    const char *tuned = json_string_value(json_object_get(file, "arm"));
    json_t *point = json_copy(from);
    double rate = json_number_value(json_object_get(point, "learning_rate"));
    fl_text_add(&label, "%s, %s", tuned, rules[rule].name);
    json_object_set_new(point, "learning_rate", json_real(rate * rules[rule].factor(ratio)));
    json_array_append_new(arms, arm_json(file, label.bytes, point));
    json_array_append_new(pairs, json_pack("[s, s]", label.bytes, tuned));
    fl_text_free(&label);
}

/* The tuned point and the carried ones of the arm that the file calls `label`. */
static bool add_points(const fl_results *tuned, const fl_plan_carried *asked, const json_t *file, json_t *arms,
                       json_t *pairs, fl_error *error)
{
    const char *label = json_string_value(json_object_get(file, "arm"));
    size_t there = arm_at(tuned->study, label, asked->to);
    json_t *from = tuned_point(tuned, arm_at(tuned->study, label, asked->from), error);
    json_t *to = from ? tuned_point(tuned, there, error) : NULL;
    bool absolute = tuned->study->arms[there].base.owners.schedule->absolute;
    if (to && absolute)
        fl_error_user(error, "%s: arm '%s' has its rates from a list, which no rule carries", tuned->folder, label);
    if (!to || absolute) {
        json_decref(from);
        json_decref(to);
        return false;
    }
    json_array_append_new(arms, arm_json(file, label, to));
    for (size_t rule = 0; rule < N_RULES; rule++)
        carry_arm(file, from, (double)asked->to / (double)asked->from, rule, arms, pairs);
    json_decref(from);
    return true;
}

/* --- the study --- */

static json_t *budget_json(const fl_results *tuned, const fl_plan_carried *asked)
{
    const json_t *was = json_object_get(tuned->study->resolved, "budget");
    const fl_trial *base = &tuned->study->arms[arm_at(tuned->study, tuned->study->arms->label, asked->to)].base;
    json_t *budget = json_copy((json_t *)was);
    json_object_set_new(budget, "trials", json_integer((json_int_t)asked->seeds));
    json_object_set_new(budget, "steps", json_integer((json_int_t)base->steps));
    json_object_set_new(budget, "eval_every",
                        base->eval_ratio > 1 ? json_pack("{s:f}", "ratio", base->eval_ratio)
                                             : json_integer((json_int_t)base->eval_every));
    json_object_del(budget, "feasible"); /* a point that diverges with a seed has no other in its place */
    json_object_del(budget, "max_trials");
    return budget;
}

static json_t *claims_json(const fl_results *tuned, json_t *pairs)
{
    json_t *claims = json_pack("{s:o, s:i}", "pairs", pairs, "k", 1);
    if (tuned->study->has_target) json_object_set_new(claims, "time_to_target", json_true());
    return claims;
}

static void name(json_t *study, const fl_results *tuned, const fl_plan_carried *asked)
{
    char hash[17];
    fl_text text = { 0 };
    fl_plan_folder_hash(tuned, hash);
    fl_text_add(&text, "%s-carry-%zu-to-%zu", tuned->study->name, asked->from, asked->to);
    json_object_set_new(study, "study", json_string(text.bytes));
    fl_text_free(&text);
    fl_text_add(&text,
                "does a rule carry the learning rate that was tuned at batch size %zu to %zu? Points of %s (%s), each "
                "with %zu fresh seeds",
                asked->from, asked->to, tuned->study->name, hash, asked->seeds);
    json_object_set_new(study, "why", json_string(text.bytes));
    fl_text_free(&text);
}

static json_t *study_json(const fl_results *tuned, const fl_plan_carried *asked, json_t *arms, json_t *pairs)
{
    static const char *const gone[] = { "narrowed_from", "search" };
    uint64_t first = tuned->study->first_seed;
    json_t *study = json_deep_copy(tuned->study->resolved);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) json_object_del(study, gone[i]);
    drop_options(tuned->study->arms->base.owners.workload, false, "", json_object_get(study, "workload_options"));
    name(study, tuned, asked);
    json_object_set_new(study, "batch_size", json_integer((json_int_t)asked->to));
    json_object_set_new(study, "budget", budget_json(tuned, asked));
    json_object_set_new(study, "seeds",
                        json_pack("{s:I}", "first", (json_int_t)(first < FL_TRIAL_SEED_MAX ? first + 1 : 0)));
    json_object_set_new(study, "claims", claims_json(tuned, pairs));
    json_object_set_new(study, "arms", arms);
    return study;
}

json_t *fl_plan_carry(const fl_results *tuned, fl_plan_carried asked, fl_error *error)
{
    const json_t *file = json_object_get(tuned->study->resolved, "arms");
    find_ends(tuned->study, &asked);
    if (!is_fit(tuned, &asked, error)) return NULL;
    json_t *arms = json_array(), *pairs = json_array();
    for (size_t i = 0; i < json_array_size(file); i++)
        if (!add_points(tuned, &asked, json_array_get(file, i), arms, pairs, error)) {
            json_decref(arms);
            json_decref(pairs);
            return NULL;
        }
    return study_json(tuned, &asked, arms, pairs);
}
