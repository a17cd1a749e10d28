/* The trial that all trials of an arm start from: the study's own choices, before the search's. */
#include "base/entry.h"
#include "base/memory.h"
#include "study/study_reading.h"
#include "trial/default.h"
#include "trial/model.h"

#include <stdio.h>
#include <string.h>

static bool unknown_option(fl_json_node node, const fl_workload *workload, fl_error *error)
{
    char meant[FL_ENTRY_MEANT];
    const char *names[FL_HYPER_MAX + 1] = { NULL };
    for (size_t i = 0; i < workload->n_options; i++) names[i] = workload->options[i].name;
    return fl_json_fail_key(node, error,
                            "workload '%s' has no option '%s'%s; 'fairlead list workloads' shows what it has",
                            workload->entry.name, fl_json_key(node), fl_entry_meant(names, fl_json_key(node), meant));
}

static bool read_workload_options(fl_json_node root, fl_trial *trial, fl_error *error)
{
    fl_json_node options, child;
    if (!fl_json_get(root, "workload_options", &options)) return true;
    if (!fl_json_is_object(options, error)) return false;
    for (bool more = fl_json_first(options, &child); more; more = fl_json_next(&child)) {
        char name[80];
        fl_trial_setting setting;
        double value;
        fl_error why;
        snprintf(name, sizeof name, "workload.%.60s", fl_json_key(child));
        if (!fl_trial_setting_find(&trial->owners, name, &setting, &why))
            return unknown_option(child, trial->owners.workload, error);
        if (!fl_trial_setting_read(&setting, child, &value, error)) return false;
        if (!fl_trial_setting_accepts(&setting, value, &why)) return fl_json_fail_with(child, error, &why);
        fl_trial_setting_apply(&setting, value, &trial->values);
    }
    return true;
}

/* Where the study asks for this batch. */
static fl_json_node batch_node(fl_json_node root, size_t batch_size)
{
    fl_json_node batch, child;
    fl_json_get(root, "batch_size", &batch);
    for (bool more = fl_json_first(batch, &child); more; more = fl_json_next(&child))
        if ((size_t)json_integer_value(fl_json_value(child)) == batch_size) return child;
    return batch;
}

/* The split, and whether it leaves a batch to train on. */
static bool read_split(fl_json_node root, fl_trial *base, fl_error *error)
{
    fl_json_node split;
    if (fl_json_get(root, "split", &split) && !fl_trial_split_read(split, &base->split, error)) return false;
    size_t all = base->owners.workload->dataset->n_train, validation = fl_trial_validation(base);
    if (validation >= all)
        return fl_json_fail(split, error,
                            "validation = %zu leaves nothing to train on: the training file of %s has %zu examples",
                            validation, base->owners.workload->entry.name, all);
    fl_trial_resolve_batch(base);
    if (base->batch_size <= all - validation) return true;
    return fl_json_fail(batch_node(root, base->batch_size), error,
                        "a batch of %zu is larger than the training split of %zu examples of %s", base->batch_size,
                        all - validation, base->owners.workload->entry.name);
}

/* The split and the micro-batch settle a batch of all examples, and must suit any other. */
static bool read_batch(fl_json_node root, fl_trial *base, fl_error *error)
{
    fl_json_node micro;
    if (!fl_json_optional_whole(root, "micro_batch", 1, UINT32_MAX, &base->micro_batch, error) ||
        !read_split(root, base, error))
        return false;
    if (!fl_json_get(root, "micro_batch", &micro) || base->batch_size % base->micro_batch == 0) return true;
    return fl_json_fail(micro, error, "a micro-batch of %zu does not divide a batch of %zu", base->micro_batch,
                        base->batch_size);
}

/* Initial weights are the study's, the same for all arms, or a setting of each space. */
static bool read_init(fl_json_node root, const fl_search_space *space, fl_init *init, fl_error *error)
{
    fl_json_node node;
    if (!fl_json_get(root, "init", &node)) return true;
    for (size_t i = FL_TRIAL_INIT; i <= FL_TRIAL_INIT_BIAS; i++)
        if (fl_search_space_settles(space, FL_TRIAL_OF_MODEL, i))
            return fl_json_fail_key(node, error,
                                    "'init' and a space's '%s' both settle how parameters start; one of "
                                    "them must go",
                                    fl_trial_model[i].name);
    return fl_trial_init_read(node, init, error);
}

static fl_trial_test test_of(const fl_study *study)
{
    if (!study->test_scored || (study->select_averaged && study->select_best)) return FL_TRIAL_TEST_ALL;
    if (!study->select_best) return FL_TRIAL_TEST_FINAL;
    return study->select == FL_TRIAL_VAL_LOSS ? FL_TRIAL_TEST_BEST_VAL_LOSS : FL_TRIAL_TEST_BEST_VAL_ERROR;
}

bool fl_study_read_base(fl_json_node root, const fl_study *study, const fl_search_space *space, fl_trial *base,
                        fl_error *error)
{
    fl_json_node child;
    size_t threads = FL_TRIAL_DEFAULT_THREADS;
    fl_json_get(root, "budget", &child);
    if (!fl_study_read_steps(root, base->batch_size, &base->steps, error) ||
        !fl_study_read_evaluations(child, base->steps, &base->eval_every, &base->eval_ratio, error))
        return false;
    base->test = test_of(study);
    base->stop_above = study->stop_above;
    base->average = study->average;
    base->curvature_every = study->curvature_every;
    base->patience = (fl_trial_patience){ study->patience, study->select };
    if (!fl_json_optional_whole(root, "threads", 1, FL_TRIAL_THREADS_MAX, &threads, error) ||
        !read_workload_options(root, base, error))
        return false;
    base->threads = (unsigned)threads;
    if (!read_batch(root, base, error) || !read_init(root, space, &base->init, error)) return false;
    base->n_rates = space->n_rates;
    base->rates = fl_memory_new(space->n_rates, sizeof(double));
    if (space->n_rates) memcpy(base->rates, space->rates, space->n_rates * sizeof(double));
    return true;
}
