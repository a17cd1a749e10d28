/* `data` and `inputs` of a definition: which examples, and what is done to them before the model sees them. */
#include "workload/reading.h"

#include <math.h>
#include <string.h>

/* --- data --- */

/* The numbers of a generated set. */
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

static bool read_numbers(fl_json_node node, fl_workload_reading *r, fl_error *error)
{
    const fl_dataset_kind *kind = r->workload->dataset;
    const char *keys[FL_HYPER_MAX + 2] = { "name" };
    for (size_t i = 0; i < kind->n_options; i++) keys[i + 1] = kind->options[i].name;
    if (json_is_object(fl_json_value(node)) && !fl_json_only(node, keys, error)) return false;
    for (size_t i = 0; i < kind->n_options; i++)
        if (!read_number(node, r, i, error)) return false;
    return true;
}

/* A registered set by its name. */
static bool read_registered(fl_json_node node, fl_workload_reading *r, fl_error *error)
{
    fl_json_node name = node;
    fl_error why;
    fl_dataset_source *source = &r->workload->source;
    if (json_is_object(fl_json_value(node)) && !fl_json_need(node, "name", &name, error)) return false;
    if (!fl_json_string(name, &source->name, error)) return false;
    r->workload->dataset = fl_dataset_open(source, &why);
    if (!r->workload->dataset) return fl_json_fail_with(name, error, &why);
    source->name = fl_workload_keep_text(r, source->name);
    return read_numbers(node, r, error);
}

static bool read_file(fl_json_node node, const char *key, fl_workload_reading *r, const char **file, fl_error *error)
{
    fl_json_node child;
    if (!fl_json_get(node, key, &child)) return true;
    if (!fl_json_string(child, file, error)) return false;
    *file = fl_workload_keep_text(r, *file);
    return true;
}

static bool read_text(fl_json_node node, fl_workload_reading *r, fl_error *error)
{
    static const char *const keys[] = { "text", "length", NULL };
    uint64_t length = FL_DATASET_TEXT_LENGTH;
    fl_dataset_source *source = &r->workload->source;
    if (!fl_json_only(node, keys, error) || !read_file(node, "text", r, &source->text, error) ||
        !fl_json_optional_whole(node, "length", 1, 1 << 20, &length, error))
        return false;
    source->length = length;
    return true;
}

static bool read_npy(fl_json_node node, fl_workload_reading *r, fl_error *error)
{
    static const char *const outer[] = { "npy", NULL };
    static const char *const keys[] = { "inputs", "targets", "test_inputs", "test_targets", NULL };
    fl_dataset_source *source = &r->workload->source;
    const char **files[] = { &source->inputs, &source->targets, &source->test_inputs, &source->test_targets };
    fl_json_node npy, child;
    if (!fl_json_only(node, outer, error) || !fl_json_need(node, "npy", &npy, error)) return false;
    if (!fl_json_is_object(npy, error) || !fl_json_only(npy, keys, error)) return false;
    for (size_t i = 0; i < 4; i++)
        if (!read_file(npy, keys[i], r, files[i], error)) return false;
    if (!source->test_inputs != !source->test_targets)
        return fl_json_fail(npy, error, "'test_inputs' and 'test_targets' come together");
    return fl_json_need(npy, "inputs", &child, error) && fl_json_need(npy, "targets", &child, error);
}

static bool read_pictures(fl_json_node node, fl_workload_reading *r, fl_error *error)
{
    static const char *const keys[] = { "pictures", NULL };
    return fl_json_only(node, keys, error) && read_file(node, "pictures", r, &r->workload->source.pictures, error);
}

/* What the first layer that reads the input can make something of. */
static fl_tensor_form form_of(const fl_workload *workload)
{
    static const fl_tensor_shape probes[] = { { 1, 64, 4096, 4096, FL_TENSOR_IMAGE },
                                              { 1, 1, 64, 1, FL_TENSOR_SEQUENCE },
                                              { 1, 1, 1, 1, FL_TENSOR_TOKENS } };
    const fl_layer *layer = workload->layers;
    while (layer->from[0]) layer++;
    fl_tensor_shape out;
    for (size_t i = 0; i < 3; i++)
        if (fl_layer_spec_of(layer)->shape(layer, &probes[i], 1, &out, NULL)) return probes[i].form;
    return FL_TENSOR_IMAGE;
}

static fl_dataset *load_nothing(const fl_dataset_kind *kind, const char *folder, const double *options, fl_error *error)
{
    fl_error_user(error, "%s", kind->entry.about);
    return NULL;
}

/* Files that are not there, or not good, stop no one from reading results: `trouble` says what is wrong with them. */
static void open_files(fl_workload_reading *r)
{
    fl_error why;
    fl_workload *workload = r->workload;
    workload->source.form = form_of(workload);
    workload->dataset = fl_dataset_open(&workload->source, &why);
    if (workload->dataset) return;
    workload->trouble = fl_workload_keep_text(r, why.text);
    fl_dataset_kind *absent = fl_arena_bytes(r->arena, sizeof *absent);
    *absent = (fl_dataset_kind){ .entry = { "absent", workload->trouble, "" },
                                 .licence = "",
                                 .home = "",
                                 .n_train = UINT32_MAX,
                                 .n_validation = 1,
                                 .load = load_nothing };
    workload->dataset = absent;
}

bool fl_workload_read_data(fl_json_node root, fl_workload_reading *r, fl_error *error)
{
    static const struct {
        const char *key;
        bool (*read)(fl_json_node node, fl_workload_reading *r, fl_error *error);
    } files[] = { { "text", read_text }, { "npy", read_npy }, { "pictures", read_pictures } };
    fl_json_node node, child;
    if (!fl_json_need(root, "data", &node, error)) return false;
    for (size_t i = 0; i < 3; i++) {
        if (!fl_json_get(node, files[i].key, &child)) continue;
        if (!files[i].read(node, r, error)) return false;
        open_files(r);
        return true;
    }
    return read_registered(node, r, error);
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text) json_object_set_new(object, key, json_string(text));
}

static json_t *files_json(const fl_dataset_source *source)
{
    json_t *object = json_object(), *npy = json_object();
    set_text(object, "text", source->text);
    if (source->text) json_object_set_new(object, "length", json_integer((json_int_t)source->length));
    set_text(object, "pictures", source->pictures);
    set_text(npy, "inputs", source->inputs);
    set_text(npy, "targets", source->targets);
    set_text(npy, "test_inputs", source->test_inputs);
    set_text(npy, "test_targets", source->test_targets);
    if (source->inputs) json_object_set(object, "npy", npy);
    json_decref(npy);
    return object;
}

json_t *fl_workload_data_json(const fl_workload *workload)
{
    const fl_dataset_kind *kind = workload->dataset;
    if (!workload->source.name) return files_json(&workload->source);
    if (!kind->n_options) return json_string(workload->source.name);
    json_t *object = json_pack("{s:s}", "name", workload->source.name);
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
    bool apart = spec->number && strcmp(spec->number, word); /* {"whiten": "zca", "epsilon": E}, but {"crop": P} */
    const char *const keys[] = { word, apart ? spec->number : NULL, NULL };
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

/* 'raw' does nothing, so it is no step. */
static bool add_step(fl_json_node node, fl_workload_reading *r, fl_error *error)
{
    fl_workload *workload = r->workload;
    fl_dataset_inputs *inputs = &workload->inputs;
    if (!read_step(node, &inputs->steps[inputs->n], error)) return false;
    workload->input_places[inputs->n] = fl_workload_keep_place(r, node);
    inputs->n += inputs->steps[inputs->n].kind != FL_DATASET_RAW;
    return true;
}

bool fl_workload_read_inputs(fl_json_node root, fl_workload_reading *r, fl_error *error)
{
    fl_json_node list, node;
    if (!fl_json_get(root, "inputs", &list)) return true;
    if (!json_is_array(fl_json_value(list)) || json_array_size(fl_json_value(list)) > FL_DATASET_INPUTS)
        return fl_json_fail(list, error, "'inputs' must be an array of at most %d steps", FL_DATASET_INPUTS);
    for (bool more = fl_json_first(list, &node); more; more = fl_json_next(&node))
        if (!add_step(node, r, error)) return false;
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
