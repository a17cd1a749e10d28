/* What a study must be before it is run, beyond what it takes to read it: result folders of earlier releases and of
 * other machines need not be so, and stay readable. */
#include "own/own.h"
#include "study/study_reading.h"

#include <string.h>

/* Where the file names this value of `key`, itself or in a list; the root where it leaves it to the default. */
static fl_json_node node_of(fl_json_node root, const char *key, const char *value)
{
    fl_json_node node, child;
    if (!fl_json_get(root, key, &node)) return root;
    if (!json_is_array(fl_json_value(node))) return node;
    for (bool more = fl_json_first(node, &child); more; more = fl_json_next(&child))
        if (!strcmp(json_string_value(fl_json_value(child)), value)) return child;
    return node;
}

/* A backend that computes in single precision lacks the other one; else it is the backend that is missing. */
static bool accept_backend(fl_json_node root, const fl_trial *base, fl_error *error)
{
    fl_error why;
    if (base->backend->usable(base->precision, &why)) return true;
    bool lacks_precision = base->backend->usable(FL_BACKEND_F32, NULL);
    fl_json_node node = lacks_precision ? node_of(root, "precision", fl_backend_precision_name(base->precision))
                                        : node_of(root, "backend", base->backend->entry.name);
    return fl_json_fail_with(node, error, &why);
}

static bool accept_init(fl_json_node root, const fl_init *init, fl_error *error)
{
    fl_json_node node = root, child;
    fl_error why;
    fl_init without_bias = *init;
    without_bias.bias = 0;
    if (fl_init_accepts(init, &why)) return true;
    const char *culprit = fl_init_accepts(&without_bias, NULL) ? "bias" : "argument";
    if (fl_json_get(root, "init", &node) && fl_json_get(node, culprit, &child)) node = child;
    return fl_json_fail_with(node, error, &why);
}

static bool accept_split(fl_json_node root, const fl_dataset_split *split, fl_error *error)
{
    fl_json_node node, seed;
    if (split->from == FL_DATASET_FROM_SEEDED) return true;
    if (!fl_json_get(root, "split", &node) || !fl_json_get(node, "seed", &seed)) return true;
    return fl_json_fail_key(seed, error, "'seed' is for a split \"from\": \"seeded\"; this one is from %s",
                            fl_dataset_split_from_name(split->from));
}

/* Files of the user's own that are not there are no matter until something is run. */
static bool accept_data(fl_json_node root, const fl_workload *workload, fl_error *error)
{
    fl_json_node node;
    if (!workload->trouble) return true;
    fl_json_get(root, "workload", &node);
    return fl_json_fail(node, error, "%s", workload->trouble);
}

/* What an arm of the file has under `key`. */
static fl_json_node node_of_arm(fl_json_node root, const fl_study_arm *arm, const char *key)
{
    fl_json_node arms, node = root, name;
    fl_json_get(root, "arms", &arms);
    for (bool more = fl_json_first(arms, &node); more; more = fl_json_next(&node))
        if (fl_json_get(node, "arm", &name) && !strcmp(json_string_value(fl_json_value(name)), arm->label)) break;
    fl_json_get(node, key, &node);
    return node;
}

/* Files of its own are there and are those that the study was begun with. */
static bool accept_optimizer(fl_json_node root, const fl_study_arm *arm, fl_error *error)
{
    fl_error why;
    if (fl_own_ready(arm->base.owners.optimizer, &why)) return true;
    return fl_json_fail_with(node_of_arm(root, arm, "optimizer"), error, &why);
}

/* Does the arm's space settle a number of a layer? */
static bool settles_layers(const fl_study_arm *arm)
{
    const fl_workload *workload = arm->base.owners.workload;
    for (const fl_workload_use *use = workload->uses; use < workload->uses + workload->n_uses; use++)
        if (use->attribute && fl_search_space_settles(arm->space, FL_TRIAL_OF_WORKLOAD, use->option)) return true;
    return false;
}

/* A width that is drawn may fit no layer, nor may a user's own data; no trial of the budget is to find that out on its
 * own. */
static bool accept_shapes(fl_json_node root, const fl_study *study, const fl_study_arm *arm, fl_error *error)
{
    const fl_dataset_kind *data = arm->base.owners.workload->dataset;
    const fl_workload_batch batch = { data->shape, data->n_classes, data->vocabulary };
    fl_error why;
    bool fits = true, drawn = settles_layers(arm);
    if (!fl_tensor_shape_size(data->shape)) return true;
    for (size_t i = 0; i < (drawn ? study->max_trials : 1) && fits; i++) {
        fl_trial trial = fl_study_trial(study, arm, i, 0);
        fits = fl_workload_fits(trial.owners.workload, trial.values.of[FL_TRIAL_OF_WORKLOAD], &batch, &why);
        fl_trial_free(&trial);
        if (!fits && !drawn) fl_error_user(error, "%s", why.text);
        if (!fits && drawn) fl_json_fail(node_of_arm(root, arm, "space"), error, "trial %zu: %s", i, why.text);
    }
    return fits;
}

bool fl_study_runnable(fl_json_node root, const fl_study *study, fl_error *error)
{
    for (size_t i = 0; i < study->n_arms; i++) {
        const fl_trial *base = &study->arms[i].base;
        if (!accept_backend(root, base, error) || !accept_init(root, &base->init, error) ||
            !accept_split(root, &base->split, error) || !accept_data(root, base->owners.workload, error) ||
            !accept_optimizer(root, &study->arms[i], error) || !accept_shapes(root, study, &study->arms[i], error))
            return false;
    }
    return true;
}
