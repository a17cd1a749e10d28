/* The optimizer that a study or a trial names: a registered one, or a definition of a user's own. */
#include "own/own.h"
#include "trial/around.h"
#include "trial/parallel.h"

bool fl_trial_optimizer_accepts(const fl_optimizer *optimizer, fl_error *error)
{
    for (size_t i = 0; i < FL_TRIAL_AROUND_HYPERS; i++)
        if (fl_hyper_index(optimizer->hypers, optimizer->n_hypers, fl_trial_around[i].name) < optimizer->n_hypers)
            return fl_error_user(error, "optimizer '%s': %s goes with every rule and is none of its own; rename it",
                                 optimizer->entry.name, fl_trial_around[i].name);
    return true;
}

const fl_optimizer *fl_trial_optimizer_read(fl_json_node node, fl_error *error)
{
    const char *name = json_string_value(fl_json_value(node));
    const fl_optimizer *optimizer = name ? fl_optimizer_find(name, error) : fl_own_read(node, error);
    fl_error why;
    if (name && !optimizer && error) {
        why = *error;
        fl_json_fail_with(node, error, &why);
    }
    if (!optimizer || fl_trial_optimizer_accepts(optimizer, &why)) return optimizer;
    fl_json_fail_with(node, error, &why);
    return NULL;
}

void fl_trial_add_definitions(const fl_trial *trial, json_t *object)
{
    const fl_workload *workload = trial->owners.workload;
    if (!workload->by_name) json_object_set(object, "definition", workload->definition);
    json_object_set_new(object, "optimizer", fl_own_json(trial->owners.optimizer));
    if (fl_trial_is_traced(trial))
        json_object_set_new(json_object_get(object, "parallel"), "trace", fl_trial_trace_json(trial->trace));
}
