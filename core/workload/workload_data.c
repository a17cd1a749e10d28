/* `data` and `inputs` of a definition: which examples, and what is done to them before the model sees them. */
#include "workload/reading.h"

#include <math.h>
#include <string.h>

/* --- data --- */

static bool read_number(fl_json_node node, fl_workload_reading *r, size_t i, fl_error *error)
{
    fl_workload *workload = r->workload;
    const fl_hyper *number = &workload->dataset->options[i];
    const fl_workload_slot slot = { number->min, number->max, number->scale == FL_HYPER_INTEGER, { .at = i } };
    fl_json_node child;
    workload->data[i] = number->default_value;
    return !fl_json_get(node, number->name, &child) ||
           fl_workload_read_number(child, r, &slot, &workload->data[i], error);
}

/* A registered name, or {"name": .., the numbers of a generated set}. */
bool fl_workload_read_data(fl_json_node root, fl_workload_reading *r, fl_error *error)
{
    fl_json_node node, name;
    const char *text, *keys[FL_HYPER_MAX + 2] = { "name" };
    fl_error why;
    if (!fl_json_need(root, "data", &node, error)) return false;
    bool object = json_is_object(fl_json_value(node));
    name = node;
    if (object && !fl_json_need(node, "name", &name, error)) return false;
    if (!fl_json_string(name, &text, error)) return false;
    const fl_dataset_kind *kind = r->workload->dataset = fl_dataset_find(text, &why);
    if (!kind) return fl_json_fail_with(name, error, &why);
    for (size_t i = 0; i < kind->n_options; i++) keys[i + 1] = kind->options[i].name;
    if (object && !fl_json_only(node, keys, error)) return false;
    for (size_t i = 0; i < kind->n_options; i++)
        if (!read_number(node, r, i, error)) return false;
    return true;
}

json_t *fl_workload_data_json(const fl_workload *workload)
{
    const fl_dataset_kind *kind = workload->dataset;
    if (!kind->n_options) return json_string(kind->entry.name);
    json_t *object = json_pack("{s:s}", "name", kind->entry.name);
    for (size_t i = 0; i < kind->n_options; i++) {
        const fl_hyper *option = fl_workload_option_of(workload, NULL, i);
        json_object_set_new(object, kind->options[i].name,
                            option ? fl_workload_option_json(option) : json_real(workload->data[i]));
    }
    return object;
}

/* --- inputs --- */

/* {"crop": 4}, {"whiten": "zca", "epsilon": 0.01}: the word, its method and its number. */
static bool read_parts(fl_json_node node, fl_dataset_inputs_step *step, fl_error *error)
{
    fl_json_node first, number;
    fl_error why;
    if (!fl_json_is_object(node, error)) return false;
    if (!fl_json_first(node, &first)) return fl_json_fail(node, error, "an empty object is no step");
    const char *word = fl_json_key(first), *method = json_string_value(fl_json_value(first));
    if (!fl_dataset_inputs_find(word, method, &step->kind, &why)) return fl_json_fail_key(first, error, "%s", why.text);
    const fl_dataset_inputs_spec *spec = &fl_dataset_inputs_specs[step->kind];
    const char *const keys[] = { word, spec->number ? spec->number : word, NULL };
    step->number = spec->default_number;
    if (!fl_json_only(node, keys, error)) return false;
    if (!spec->number) return fl_json_fail(node, error, "'%s' takes no number: write \"%s\"", word, word);
    if (!fl_json_get(node, spec->number, &number)) return true;
    if (!fl_json_number(number, &step->number, error)) return false;
    bool fits =
        step->number >= spec->min && step->number <= spec->max && (!spec->whole || step->number == floor(step->number));
    return fits || fl_json_fail(number, error, "'%s' must be a %snumber in [%.10g, %.10g]", spec->number,
                                spec->whole ? "whole " : "", spec->min, spec->max);
}

static bool read_step(fl_json_node node, fl_dataset_inputs_step *step, fl_error *error)
{
    const char *word = json_string_value(fl_json_value(node));
    fl_error why;
    if (!word) return read_parts(node, step, error);
    if (!fl_dataset_inputs_find(word, NULL, &step->kind, &why)) return fl_json_fail_with(node, error, &why);
    const char *number = fl_dataset_inputs_specs[step->kind].number;
    return !number || fl_json_fail(node, error, "'%s' needs a number: {\"%s\": ..}", word, word);
}

bool fl_workload_read_inputs(fl_json_node root, fl_dataset_inputs *inputs, fl_error *error)
{
    fl_json_node list, node;
    if (!fl_json_get(root, "inputs", &list)) return true;
    if (!json_is_array(fl_json_value(list)) || json_array_size(fl_json_value(list)) > FL_DATASET_INPUTS)
        return fl_json_fail(list, error, "'inputs' must be an array of at most %d steps", FL_DATASET_INPUTS);
    for (bool more = fl_json_first(list, &node); more; more = fl_json_next(&node)) {
        fl_dataset_inputs_step *step = &inputs->steps[inputs->n];
        if (!read_step(node, step, error)) return false;
        inputs->n += step->kind != FL_DATASET_RAW; /* which does nothing */
    }
    return true;
}

static json_t *step_json(const fl_dataset_inputs_step *step)
{
    const fl_dataset_inputs_spec *spec = &fl_dataset_inputs_specs[step->kind];
    if (!spec->number) return json_string(spec->word);
    json_t *object = json_object();
    if (spec->method) json_object_set_new(object, spec->word, json_string(spec->method));
    json_object_set_new(object, spec->number, json_real(step->number));
    return object;
}

json_t *fl_workload_inputs_json(const fl_dataset_inputs *inputs)
{
    json_t *list = json_array();
    for (size_t i = 0; i < inputs->n; i++) json_array_append_new(list, step_json(&inputs->steps[i]));
    if (!inputs->n) json_array_append_new(list, json_string(fl_dataset_inputs_specs[FL_DATASET_RAW].word));
    return list;
}
