/* The arms of a study: their names, their spaces, and the product with the listed fields. */
#include "base/memory.h"
#include "study/study_reading.h"
#include "trial/default.h"
#include "trial/parallel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static char *arm_name(const char *label, const fl_trial *base, const fl_study_lists *l, size_t parallel)
{
    fl_text name = { 0 };
    fl_text_add(&name, "%s", label);
    if (l->many_workloads) fl_text_add(&name, " workload=%s", base->owners.workload->entry.name);
    if (l->many_backends) fl_text_add(&name, " backend=%s", base->backend->entry.name);
    if (l->many_precisions) fl_text_add(&name, " precision=%s", fl_backend_precision_name(base->precision));
    char batch[FL_STUDY_BATCH_TEXT];
    if (l->many_batches) fl_text_add(&name, " batch_size=%s", fl_study_batch_text(base->batch_size, batch));
    if (l->many_parallels) fl_text_add(&name, " parallel=");
    if (l->many_parallels) fl_trial_parallel_text(&l->parallels[parallel], &name);
    return name.bytes;
}

static char *parallel_text(const fl_study_lists *l, size_t at)
{
    fl_text text = { 0 };
    fl_trial_parallel_text_apart(l->parallels, l->n_parallels, at, &text);
    return text.bytes;
}

static bool accept_trial_at(const double *u, fl_json_node node, const fl_study_arm *arm, fl_error *error)
{
    fl_error why;
    fl_trial trial = fl_trial_copy(&arm->base);
    fl_search_space_resolve(arm->space, u, &trial.values);
    bool accepted = fl_trial_accepts(&trial, SIZE_MAX, &why);
    fl_trial_free(&trial);
    return accepted || fl_json_fail_with(node, error, &why);
}

/* The coordinate at which an axis is lowest or highest; listed values stand in any order. */
static double end_of(const fl_search_axis *axis, bool highest)
{
    size_t at = 0;
    if (!axis->points) return highest;
    for (size_t i = 1; i < axis->n_points; i++)
        if (highest ? axis->points[i] > axis->points[at] : axis->points[i] < axis->points[at]) at = i;
    return ((double)at + 0.5) / (double)axis->n_points;
}

/* Both corners of a space must be trials that can be run: what lies between is then within range too. Of a list every
 * point must be one. */
static bool accept_space(fl_json_node node, const fl_study_arm *arm, fl_error *error)
{
    const fl_search_space *space = arm->space;
    for (size_t i = 0; i < space->n_complete; i++) {
        double u = ((double)i + 0.5) / (double)space->n_complete;
        if (!accept_trial_at(&u, node, arm, error)) return false;
    }
    for (int corner = 0; corner < 2 && !space->n_complete; corner++) {
        double u[FL_SEARCH_SPACE_AXES];
        size_t n = 0;
        for (size_t i = 0; i < space->n_axes; i++)
            if (fl_search_axis_varies(space, &space->axes[i])) u[n++] = end_of(&space->axes[i], corner);
        if (!accept_trial_at(u, node, arm, error)) return false;
    }
    return true;
}

static bool settles_rate(fl_json_node node, const fl_trial_owners *owners, const fl_search_space *space,
                         fl_error *error)
{
    size_t rate = fl_hyper_index(owners->optimizer->hypers, owners->optimizer->n_hypers, "learning_rate");
    bool settled =
        owners->schedule->absolute ? space->n_rates > 0 : fl_search_space_settles(space, FL_TRIAL_OF_OPTIMIZER, rate);
    const char *what = owners->schedule->absolute ? "schedule.rates" : "learning_rate";
    return settled || fl_json_fail(node, error, "'%s' is missing here: a space must settle the learning rate", what);
}

/* A grid or a list of points may hold fewer trials than the budget asks for. */
static bool holds_budget(fl_json_node node, const fl_study *study, const fl_search_space *space, fl_error *error)
{
    size_t levels[FL_SEARCH_SPACE_AXES];
    fl_search_space_levels(space, levels);
    const fl_search *search = fl_search_of_space(space, study->search);
    fl_search_request context = { .n_axes = fl_search_space_dimensions(space),
                                  .n_levels = levels,
                                  .points_per_axis = study->points_per_axis };
    fl_error why;
    if (!context.n_axes) return true; /* everything is fixed: the trials differ by their seeds alone */
    if (!fl_search_accepts(search, &context, &why)) return fl_json_fail_with(node, error, &why);
    unsigned long long size = search->size(&context);
    if (size >= study->max_trials) return true;
    return fl_json_fail(node, error, "this space holds %llu points, the budget asks for %s%zu trials%s", size,
                        study->feasible ? "up to " : "", study->max_trials,
                        study->feasible ? "; lower budget.max_trials" : "");
}

static fl_study_arm *new_arm(fl_study *study)
{
    study->arms = fl_memory_grow(study->arms, study->n_arms + 1, sizeof *study->arms);
    study->arms[study->n_arms] = (fl_study_arm){ .name = NULL };
    return &study->arms[study->n_arms++];
}

typedef struct arm_reading {
    fl_json_node root, node, space_node;
    const char *label;
    const fl_optimizer *optimizer;
    const fl_schedule *schedule;
    const fl_study_lists *lists;
    fl_trial_parallel parallel; /* the arm's own, where it has one */
    bool has_parallel;
    fl_search_space *space;
} arm_reading;

enum { LISTS = 5 };

/* What combination `at` of the lists makes of the arm's parallel training. */
static const fl_trial_parallel *parallel_of(const arm_reading *r, size_t at)
{
    return r->has_parallel ? &r->parallel : &r->lists->parallels[at];
}

/* Where the file says it. */
static fl_json_node parallel_node(const arm_reading *r, size_t at)
{
    fl_json_node node, child;
    if (!fl_json_get(r->has_parallel ? r->node : r->root, "parallel", &node)) return r->node;
    if (!json_is_array(fl_json_value(node))) return node;
    for (bool more = fl_json_first(node, &child); more && at--;) more = fl_json_next(&child);
    return child;
}

static char *place_of(fl_json_node node)
{
    fl_text text = { 0 };
    fl_json_place(node, &text);
    return text.bytes;
}

/* A number stands in `parallel` or in the space, and one that has no default in either. */
static bool accept_parallel(const arm_reading *r, const fl_study *study, const fl_study_arm *arm, size_t at,
                            fl_error *error)
{
    const fl_method *method = arm->base.owners.method;
    fl_json_node node = parallel_node(r, at), child;
    fl_error why;
    for (size_t i = 0; method && i < method->n_hypers; i++) {
        const char *name = method->hypers[i].name;
        bool given = fl_json_get(node, name, &child),
             settled = fl_search_space_settles(r->space, FL_TRIAL_OF_METHOD, i);
        if (given && settled)
            return fl_json_fail_key(child, error, "the space settles 'parallel.%s'; leave one of them away", name);
        if (settled && method->is_of_processes &&
            method->is_of_processes(arm->base.values.of[FL_TRIAL_OF_METHOD], name))
            return fl_json_fail(r->space_node, error,
                                "'parallel.%s' says which processes train, so it stands in 'parallel', not in a space",
                                name);
        if (!settled && isnan(arm->base.values.of[FL_TRIAL_OF_METHOD][i]))
            return fl_json_fail(node, error, "parallel method '%s' needs '%s': %s", method->entry.name, name,
                                method->hypers[i].help);
    }
    if (study->feasible && fl_trial_servers(&arm->base))
        return fl_json_fail(
            node, error,
            "on the real clock a trial may be complete once and infeasible the next time, so a feasible "
            "budget would hold other trials each time; set \"feasible\": false");
    return fl_trial_parallel_accepts(&arm->base, &why) || fl_json_fail_with(node, error, &why);
}

static bool add_arm(const arm_reading *r, fl_study *study, const size_t at[LISTS], fl_error *error)
{
    const fl_study_lists *l = r->lists;
    const fl_trial_parallel *parallel = parallel_of(r, at[4]);
    fl_trial_owners owners = { r->optimizer, r->schedule, l->workloads[at[0]], parallel->method };
    fl_study_arm *arm = new_arm(study);
    arm->space = r->space;
    arm->label = fl_memory_copy_text(r->label);
    arm->base = fl_trial_default(&owners);
    arm->base.backend = l->backends[at[1]];
    arm->base.precision = l->precisions[at[2]];
    arm->base.batch_size = l->batches[at[3]];
    fl_trial_parallel_apply(parallel, &arm->base);
    arm->name = arm_name(r->label, &arm->base, l, at[4]);
    if (l->many_parallels) arm->parallel = parallel_text(l, at[4]);
    arm->place = place_of(parallel_node(r, at[4]));
    return fl_study_read_base(r->root, study, r->space, &arm->base, error) &&
           accept_parallel(r, study, arm, at[4], error) && accept_space(r->space_node, arm, error);
}

static bool add_product(const arm_reading *r, fl_study *study, fl_error *error)
{
    const fl_study_lists *l = r->lists;
    size_t at[LISTS];
    for (at[0] = 0; at[0] < l->n_workloads; at[0]++)
        for (at[1] = 0; at[1] < l->n_backends; at[1]++)
            for (at[2] = 0; at[2] < l->n_precisions; at[2]++)
                for (at[3] = 0; at[3] < l->n_batches; at[3]++)
                    for (at[4] = 0; at[4] < l->n_parallels; at[4]++)
                        if (!add_arm(r, study, at, error)) return false;
    return true;
}

/* An arm may have a method of its own where the study lists none: else arms would differ in their combinations. */
static bool read_parallel(arm_reading *r, fl_error *error)
{
    fl_json_node child;
    r->has_parallel = fl_json_get(r->node, "parallel", &child);
    if (!r->has_parallel) return true;
    if (r->lists->many_parallels)
        return fl_json_fail_key(child, error, "the study lists several for every arm; leave 'parallel' away here");
    return fl_trial_parallel_read(child, &r->parallel, error);
}

/* The method whose numbers a space may settle: the one that all of the arm's combinations have. */
static const fl_method *method_of(const arm_reading *r)
{
    const fl_method *method = parallel_of(r, 0)->method;
    for (size_t i = 1; i < r->lists->n_parallels; i++)
        if (parallel_of(r, i)->method != method) return NULL;
    return method;
}

static bool read_arm_names(arm_reading *r, const fl_study *study, fl_error *error)
{
    static const char *const keys[] = { "arm", "optimizer", "schedule", "parallel", "space", NULL };
    fl_json_node child;
    const char *schedule = FL_TRIAL_DEFAULT_SCHEDULE;
    fl_error why;
    if (!fl_json_is_object(r->node, error) || !fl_json_only(r->node, keys, error)) return false;
    if (!fl_json_need(r->node, "arm", &child, error) || !fl_study_read_label(child, "an arm's name", &r->label, error))
        return false;
    for (size_t i = 0; i < study->n_arms; i++)
        if (!strcmp(study->arms[i].label, r->label))
            return fl_json_fail(child, error, "there is an arm '%s' already", r->label);
    if (!fl_json_need(r->node, "optimizer", &child, error)) return false;
    if (!(r->optimizer = fl_trial_optimizer_read(child, error))) return false;
    if (fl_json_get(r->node, "schedule", &child) && !fl_json_string(child, &schedule, error)) return false;
    if (!(r->schedule = fl_schedule_find(schedule, &why))) return fl_json_fail_with(child, error, &why);
    return read_parallel(r, error) && fl_json_need(r->node, "space", &r->space_node, error);
}

static bool read_arm(arm_reading *r, fl_study *study, fl_error *error)
{
    if (!read_arm_names(r, study, error)) return false;
    fl_trial_owners owners = { r->optimizer, r->schedule, r->lists->workloads[0], method_of(r) };
    r->space = &study->spaces[study->n_spaces];
    if (!fl_search_space_read(r->space_node, &owners, r->space, error)) return false;
    study->n_spaces++;
    return settles_rate(r->space_node, &owners, r->space, error) &&
           holds_budget(r->space_node, study, r->space, error) && add_product(r, study, error);
}

bool fl_study_read_arms(fl_json_node root, fl_study *study, fl_error *error)
{
    fl_json_node arms;
    fl_study_lists l;
    arm_reading reading = { .root = root, .lists = &l };
    if (!fl_study_read_lists(root, &l, error) || !fl_json_need(root, "arms", &arms, error)) return false;
    if (!json_is_array(fl_json_value(arms)) || !fl_json_first(arms, &reading.node))
        return fl_json_fail(arms, error, "'arms' must be an array with at least one arm");
    study->spaces = fl_memory_new(json_array_size(fl_json_value(arms)), sizeof *study->spaces);
    do {
        if (!read_arm(&reading, study, error)) return false;
    } while (fl_json_next(&reading.node));
    return true;
}
