#include "support/trial.h"
#include "base/json.h"
#include "base/memory.h"

fl_trial naive_trial(const char *rule, const fl_workload *workload)
{
    fl_trial_owners owners = { fl_optimizer_find(rule, NULL), fl_schedule_find("constant", NULL), workload };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = fl_backend_find("naive", NULL);
    trial.eval_every = 0;
    return trial;
}

void trial_set(fl_trial *trial, const char *name, double value)
{
    fl_trial_setting setting;
    fl_error error;
    if (!fl_trial_setting_find(&trial->owners, name, &setting, &error)) fail_msg("%s", error.text);
    fl_trial_setting_apply(&setting, value, &trial->values);
}

static void step_after_other_looks(fl_optimizer_update *update)
{
    size_t n = update->layout->count, bytes = n * sizeof(float);
    float *gradient = fl_memory_new(n, sizeof *gradient), *kept = fl_memory_new(n, sizeof *kept);
    memcpy(gradient, update->gradient, bytes);
    memcpy(kept, update->parameters, bytes);
    update->lent->evaluate(update, update->step, true);
    assert_memory_equal(update->gradient, gradient, bytes); /* the same masks, the same state before */
    for (size_t i = 0; i < n; i++) update->parameters[i] *= 2;
    update->lent->evaluate(update, update->step, true);
    for (size_t i = 0; i < n; i++) update->parameters[i] = kept[i] - (float)update->rate * gradient[i];
    free(gradient);
    free(kept);
}

fl_optimizer looking_rule(void)
{
    fl_optimizer rule = *fl_optimizer_find("sgd", NULL);
    rule.step = step_after_other_looks;
    rule.elementwise = false;
    return rule;
}

fl_workload *defined_workload(fl_text *definition)
{
    fl_error error;
    fl_json *document = fl_json_load_text("net.json", definition->bytes, definition->length, &error);
    fl_workload *workload = document ? fl_workload_new(fl_json_root(document), &error) : NULL;
    if (!workload) fail_msg("%s", error.text);
    fl_json_free(document);
    fl_text_free(definition);
    return workload;
}
