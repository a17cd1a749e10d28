/* The arms of a study: the fields that may be lists, the spaces, and the product of both. */
#include "base/memory.h"
#include "plan/study_reading.h"

#include <stdio.h>
#include <string.h>

/* What the listed fields hold: the study is their product. */
typedef struct listed {
    const fl_workload *workloads[32];
    const fl_backend *backends[8];
    fl_precision precisions[FL_PRECISIONS];
    size_t batches[32];
    size_t n_workloads, n_backends, n_precisions, n_batches;
    bool many_workloads, many_backends, many_precisions, many_batches;
} listed;

/* --- fields that may be lists --- */

typedef bool read_one(fl_node node, listed *l, fl_error *error);

/* Call `read` for the value of `key`, or for each value where it is a list. */
static bool read_listed(fl_node root, const char *key, size_t most, listed *l, bool *many, read_one *read, fl_error *error)
{
    fl_node node, child;
    if (!fl_node_get(root, key, &node)) return true;
    *many = json_is_array(fl_node_value(node));
    if (!*many) return read(node, l, error);
    size_t n = json_array_size(fl_node_value(node));
    if (n == 0 || n > most) return fl_node_fail(node, error, "'%s' must list from 1 to %zu values", key, most);
    for (bool more = fl_node_first(node, &child); more; more = fl_node_next(&child)) {
        if (!read(child, l, error)) return false;
        for (size_t i = 0; json_array_get(fl_node_value(node), i) != fl_node_value(child); i++)
            if (json_equal(json_array_get(fl_node_value(node), i), fl_node_value(child)))
                return fl_node_fail(child, error, "'%s' lists this value twice", key);
    }
    return true;
}

static bool read_workload(fl_node node, listed *l, fl_error *error)
{
    const char *name;
    fl_error why;
    if (!fl_node_string(node, &name, error)) return false;
    const fl_workload *workload = fl_workload_find(name, &why);
    l->workloads[l->n_workloads++] = workload;
    return workload || fl_node_fail_with(node, error, &why);
}

static bool read_backend(fl_node node, listed *l, fl_error *error)
{
    const char *name;
    fl_error why;
    if (!fl_node_string(node, &name, error)) return false;
    const fl_backend *backend = fl_backend_find(name, &why);
    l->backends[l->n_backends++] = backend;
    return backend || fl_node_fail_with(node, error, &why);
}

static bool read_precision(fl_node node, listed *l, fl_error *error)
{
    const char *name;
    fl_error why;
    if (!fl_node_string(node, &name, error)) return false;
    return fl_precision_find(name, &l->precisions[l->n_precisions++], &why) || fl_node_fail_with(node, error, &why);
}

static bool read_batch(fl_node node, listed *l, fl_error *error)
{
    uint64_t batch;
    if (!fl_node_whole(node, 1, UINT32_MAX, &batch, error)) return false;
    l->batches[l->n_batches++] = batch;
    return true;
}

static bool read_lists(fl_node root, listed *l, fl_error *error)
{
    fl_node needed;
    if (!fl_node_need(root, "workload", &needed, error) || !fl_node_need(root, "batch_size", &needed, error)) return false;
    if (!read_listed(root, "workload", 32, l, &l->many_workloads, read_workload, error) ||
        !read_listed(root, "backend", 8, l, &l->many_backends, read_backend, error) ||
        !read_listed(root, "precision", FL_PRECISIONS, l, &l->many_precisions, read_precision, error) ||
        !read_listed(root, "batch_size", 32, l, &l->many_batches, read_batch, error))
        return false;
    if (!l->n_backends) l->backends[l->n_backends++] = fl_backend_find("onednn", NULL);
    if (!l->n_precisions) l->precisions[l->n_precisions++] = FL_F32;
    return true;
}

/* --- arms --- */

static bool read_workload_options(fl_node root, fl_trial *trial, fl_error *error)
{
    fl_node options, child;
    if (!fl_node_get(root, "workload_options", &options)) return true;
    if (!fl_node_is_object(options, error)) return false;
    for (bool more = fl_node_first(options, &child); more; more = fl_node_next(&child)) {
        char name[80];
        fl_setting setting;
        double value;
        fl_error why;
        snprintf(name, sizeof name, "workload.%.60s", fl_node_key(child));
        if (!fl_setting_find(&trial->owners, name, &setting, &why))
            return fl_node_fail_key(child, error, "workload '%s' has no option '%s'; 'fairlead list workloads' shows what it has",
                                    trial->owners.workload->entry.name, fl_node_key(child));
        if (!fl_setting_read(&setting, child, &value, error)) return false;
        if (!fl_setting_accepts(&setting, value, &why)) return fl_node_fail_with(child, error, &why);
        fl_setting_apply(&setting, value, &trial->values);
    }
    return true;
}

/* Where the study asks for this batch. */
static fl_node batch_node(fl_node root, size_t batch_size)
{
    fl_node batch, child;
    fl_node_get(root, "batch_size", &batch);
    for (bool more = fl_node_first(batch, &child); more; more = fl_node_next(&child))
        if ((size_t)json_integer_value(fl_node_value(child)) == batch_size) return child;
    return batch;
}

/* The split, and whether it leaves a batch to train on. */
static bool read_split(fl_node root, fl_trial *base, fl_error *error)
{
    fl_node split;
    if (fl_node_get(root, "split", &split) && !fl_split_read(split, &base->split, error)) return false;
    size_t all = base->owners.workload->dataset->n_train, validation = fl_trial_validation(base);
    if (validation >= all)
        return fl_node_fail(split, error, "validation = %zu leaves nothing to train on: the training file of %s has %zu examples",
                            validation, base->owners.workload->entry.name, all);
    if (base->batch_size <= all - validation) return true;
    return fl_node_fail(batch_node(root, base->batch_size), error,
                        "a batch of %zu is larger than the training split of %zu examples of %s", base->batch_size,
                        all - validation, base->owners.workload->entry.name);
}

/* The trial all trials of an arm start from. */
static bool make_base(fl_node root, const fl_study *study, const fl_space *space, fl_trial *base, fl_error *error)
{
    fl_node child;
    size_t threads = 1;
    base->steps = study->steps;
    base->eval_every = study->eval_every;
    base->stop_above = study->stop_above;
    if (!fl_node_optional_whole(root, "threads", 1, 4096, &threads, error) || !read_workload_options(root, base, error)) return false;
    base->threads = (unsigned)threads;
    if (!read_split(root, base, error)) return false;
    if (fl_node_get(root, "init", &child) && !fl_init_read(child, &base->init, error)) return false;
    base->n_rates = space->n_rates;
    base->rates = fl_new(space->n_rates, sizeof(double));
    if (space->n_rates) memcpy(base->rates, space->rates, space->n_rates * sizeof(double));
    return true;
}

static char *arm_name(const char *label, const fl_trial *base, const listed *l)
{
    fl_text name = { 0 };
    fl_text_add(&name, "%s", label);
    if (l->many_workloads) fl_text_add(&name, " workload=%s", base->owners.workload->entry.name);
    if (l->many_backends) fl_text_add(&name, " backend=%s", base->backend->entry.name);
    if (l->many_precisions) fl_text_add(&name, " precision=%s", fl_precision_name(base->precision));
    if (l->many_batches) fl_text_add(&name, " batch_size=%zu", base->batch_size);
    return name.bytes;
}

static bool accept_trial_at(const double *u, fl_node node, const fl_arm *arm, fl_error *error)
{
    fl_error why;
    fl_trial trial = fl_trial_copy(&arm->base);
    fl_space_resolve(arm->space, u, &trial.values);
    bool accepted = fl_trial_accepts(&trial, SIZE_MAX, &why);
    fl_trial_free(&trial);
    return accepted || fl_node_fail_with(node, error, &why);
}

/* The coordinate at which an axis is lowest or highest; listed values stand in any order. */
static double end_of(const fl_axis *axis, bool highest)
{
    size_t at = 0;
    if (!axis->points) return highest;
    for (size_t i = 1; i < axis->n_points; i++)
        if (highest ? axis->points[i] > axis->points[at] : axis->points[i] < axis->points[at]) at = i;
    return ((double)at + 0.5) / (double)axis->n_points;
}

/* Both corners of a space must be trials that can be run: what lies between is then within range too. Of a list every point must
 * be one. */
static bool accept_space(fl_node node, const fl_arm *arm, fl_error *error)
{
    const fl_space *space = arm->space;
    for (size_t i = 0; i < space->n_complete; i++) {
        double u = ((double)i + 0.5) / (double)space->n_complete;
        if (!accept_trial_at(&u, node, arm, error)) return false;
    }
    for (int corner = 0; corner < 2 && !space->n_complete; corner++) {
        double u[FL_SPACE_AXES];
        size_t n = 0;
        for (size_t i = 0; i < space->n_axes; i++)
            if (fl_axis_varies(space, &space->axes[i])) u[n++] = end_of(&space->axes[i], corner);
        if (!accept_trial_at(u, node, arm, error)) return false;
    }
    return true;
}

static bool settles_rate(fl_node node, const fl_owners *owners, const fl_space *space, fl_error *error)
{
    size_t rate = fl_hyper_index(owners->optimizer->hypers, owners->optimizer->n_hypers, "learning_rate");
    bool settled = owners->schedule->absolute ? space->n_rates > 0 : fl_space_settles(space, FL_OF_OPTIMIZER, rate);
    const char *what = owners->schedule->absolute ? "schedule.rates" : "learning_rate";
    return settled || fl_node_fail(node, error, "'%s' is missing here: a space must settle the learning rate", what);
}

/* A grid or a list of points may hold fewer trials than the budget asks for. */
static bool holds_budget(fl_node node, const fl_study *study, const fl_space *space, fl_error *error)
{
    size_t levels[FL_SPACE_AXES];
    fl_space_levels(space, levels);
    const fl_search *search = fl_space_search(space, study->search);
    fl_search_question question = { .n_axes = fl_space_dimensions(space), .n_levels = levels,
                                    .points_per_axis = study->points_per_axis };
    fl_error why;
    if (!question.n_axes) return true; /* everything is fixed: the trials differ by their seeds alone */
    if (!fl_search_accepts(search, &question, &why)) return fl_node_fail_with(node, error, &why);
    unsigned long long size = search->size(&question);
    if (size >= study->max_trials) return true;
    return fl_node_fail(node, error, "this space holds %llu points, the budget asks for %s%zu trials%s", size,
                        study->feasible ? "up to " : "", study->max_trials,
                        study->feasible ? "; lower budget.max_trials" : "");
}

static fl_arm *new_arm(fl_study *study)
{
    study->arms = fl_grow(study->arms, study->n_arms + 1, sizeof *study->arms);
    study->arms[study->n_arms] = (fl_arm){ .name = NULL };
    return &study->arms[study->n_arms++];
}

typedef struct arm_reading {
    fl_node root, node, space_node;
    const char *label;
    const fl_optimizer *optimizer;
    const fl_schedule *schedule;
    fl_space *space;
} arm_reading;

static bool add_arm(const arm_reading *r, fl_study *study, const listed *l, const size_t at[4], fl_error *error)
{
    fl_owners owners = { r->optimizer, r->schedule, l->workloads[at[0]] };
    fl_arm *arm = new_arm(study);
    arm->space = r->space;
    arm->label = fl_copy_text(r->label);
    arm->base = fl_trial_default(&owners);
    arm->base.backend = l->backends[at[1]];
    arm->base.precision = l->precisions[at[2]];
    arm->base.batch_size = l->batches[at[3]];
    arm->name = arm_name(r->label, &arm->base, l);
    return make_base(r->root, study, r->space, &arm->base, error) && accept_space(r->space_node, arm, error);
}

static bool add_product(const arm_reading *r, fl_study *study, const listed *l, fl_error *error)
{
    size_t at[4];
    for (at[0] = 0; at[0] < l->n_workloads; at[0]++)
        for (at[1] = 0; at[1] < l->n_backends; at[1]++)
            for (at[2] = 0; at[2] < l->n_precisions; at[2]++)
                for (at[3] = 0; at[3] < l->n_batches; at[3]++)
                    if (!add_arm(r, study, l, at, error)) return false;
    return true;
}

static bool read_arm_names(arm_reading *r, const fl_study *study, fl_error *error)
{
    static const char *const keys[] = { "arm", "optimizer", "schedule", "space", NULL };
    fl_node child;
    const char *optimizer, *schedule = "constant";
    fl_error why;
    if (!fl_node_is_object(r->node, error) || !fl_node_only(r->node, keys, error)) return false;
    if (!fl_node_need(r->node, "arm", &child, error) || !fl_node_string(child, &r->label, error)) return false;
    if (!*r->label || strpbrk(r->label, "\n\t")) return fl_node_fail(child, error, "an arm's name must be a line of text");
    for (size_t i = 0; i < study->n_arms; i++)
        if (!strcmp(study->arms[i].label, r->label)) return fl_node_fail(child, error, "there is an arm '%s' already", r->label);
    if (!fl_node_need(r->node, "optimizer", &child, error) || !fl_node_string(child, &optimizer, error)) return false;
    if (!(r->optimizer = fl_optimizer_find(optimizer, &why))) return fl_node_fail_with(child, error, &why);
    if (fl_node_get(r->node, "schedule", &child) && !fl_node_string(child, &schedule, error)) return false;
    if (!(r->schedule = fl_schedule_find(schedule, &why))) return fl_node_fail_with(child, error, &why);
    return fl_node_need(r->node, "space", &r->space_node, error);
}

static bool read_arm(arm_reading *r, fl_study *study, const listed *l, fl_error *error)
{
    if (!read_arm_names(r, study, error)) return false;
    fl_owners owners = { r->optimizer, r->schedule, l->workloads[0] };
    r->space = &study->spaces[study->n_spaces];
    if (!fl_space_read(r->space_node, &owners, r->space, error)) return false;
    study->n_spaces++;
    return settles_rate(r->space_node, &owners, r->space, error) && holds_budget(r->space_node, study, r->space, error) &&
           add_product(r, study, l, error);
}

bool fl_study_read_arms(fl_node root, fl_study *study, fl_error *error)
{
    fl_node arms;
    listed l = { .n_workloads = 0 };
    arm_reading reading = { .root = root };
    if (!read_lists(root, &l, error) || !fl_node_need(root, "arms", &arms, error)) return false;
    if (!json_is_array(fl_node_value(arms)) || !fl_node_first(arms, &reading.node))
        return fl_node_fail(arms, error, "'arms' must be an array with at least one arm");
    study->spaces = fl_new(json_array_size(fl_node_value(arms)), sizeof *study->spaces);
    do {
        if (!read_arm(&reading, study, &l, error)) return false;
    } while (fl_node_next(&reading.node));
    return true;
}
