/* fairlead list: every registry, as a table or as JSON. */
#include "base/entry.h"
#include "base/text.h"
#include "command/plugins.h"
#include "math/dense.h"
#include "own/own.h"
#include "say/options.h"
#include "search/search.h"
#include "trial/around.h"
#include "trial/model.h"
#include "study/study.h"
#include "say/places.h"
#include "command/verbs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const usage list_usage = {
    "fairlead list [KIND|FILE.json] [--json]",
    "Shows what there is, with every hyperparameter, its default and its range: all, or one KIND of workloads, layers, "
    "optimizers, around, schedules, methods, backends, searches, data and studies; or a workload of your own as those "
    "that are built in.",
    "fairlead list optimizers",
};

/* {"name": .., "about": .., "source": ..} */
static json_t *entry_json(const fl_entry *entry)
{
    return json_pack("{s:s, s:s, s:s}", "name", entry->name, "about", entry->about, "source", entry->source);
}

static json_t *default_json(const fl_hyper *hyper)
{
    if (isnan(hyper->default_value)) return json_null();
    if (hyper->scale == FL_HYPER_CHOICE) return json_string(hyper->choices[(size_t)hyper->default_value]);
    return json_real(hyper->default_value);
}

static json_t *hypers_json(const fl_hyper *table, size_t n, const char *prefix)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        char name[80], range[200];
        snprintf(name, sizeof name, "%s%s", prefix, table[i].name);
        fl_hyper_range(&table[i], range, sizeof range);
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s}", "name", name, "help", table[i].help, "default",
                                              default_json(&table[i]), "range", range));
    }
    return list;
}

static json_t *with_hypers(const fl_entry *entry, const fl_hyper *table, size_t n, const char *prefix)
{
    json_t *object = entry_json(entry);
    json_object_set_new(object, "hyperparameters", hypers_json(table, n, prefix));
    return object;
}

/* "sgd with momentum = 0" */
static json_t *includes_json(const fl_optimizer *optimizer)
{
    fl_text text = { 0 };
    for (const fl_optimizer_inclusion *i = optimizer->includes; i->special; i++)
        fl_text_add(&text, "%s%s with %s", text.length ? "; " : "", i->special->entry.name, i->how);
    json_t *includes = json_string(text.bytes ? text.bytes : "");
    fl_text_free(&text);
    return includes;
}

static json_t *list_optimizers(void)
{
    json_t *list = json_array();
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++) {
        json_t *object = with_hypers(&(*o)->entry, (*o)->hypers, (*o)->n_hypers, "");
        fl_error why;
        bool there = !(*o)->dense || fl_math_usable(&why);
        const fl_own *own = fl_own_of(*o);
        if (own) json_object_set_new(object, "plugin", json_string(own->path));
        if (own) json_object_set_new(object, "sha256", json_string(own->sha256));
        json_object_set_new(object, "includes", includes_json(*o));
        json_object_set_new(object, "amortized", json_string((*o)->amortized ? (*o)->amortized : ""));
        json_object_set_new(object, "usable", json_string(there ? "usable" : why.text));
        json_array_append_new(list, object);
    }
    return list;
}

/* What a trial leaves alone is what its workload says. */
static json_t *model_json(void)
{
    static const fl_entry entry = { "of every model", "in the place of what the workload says", "" };
    json_t *object = with_hypers(&entry, fl_trial_model, FL_TRIAL_MODEL_HYPERS, ""), *hyper;
    size_t i;
    json_array_foreach(json_object_get(object, "hyperparameters"), i, hyper)
        json_object_set_new(hyper, "default", json_string("workload's"));
    return object;
}

static json_t *list_around(void)
{
    static const fl_entry rule = { "around every rule",
                                   "penalties, clipping and growing batches, that go with every optimizer", "" };
    return json_pack("[o, o]", with_hypers(&rule, fl_trial_around, FL_TRIAL_AROUND_HYPERS, ""), model_json());
}

static json_t *list_schedules(void)
{
    json_t *list = json_array();
    for (const fl_schedule *const *s = fl_schedules(); *s; s++) {
        json_t *object = with_hypers(&(*s)->entry, (*s)->hypers, (*s)->n_hypers, "schedule.");
        json_object_set_new(object, "tuned", json_string((*s)->tuned));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *list_methods(void)
{
    json_t *list = json_array();
    for (const fl_method *const *m = fl_methods(); *m; m++)
        json_array_append_new(list, with_hypers(&(*m)->entry, (*m)->hypers, (*m)->n_hypers, "parallel."));
    return list;
}

static json_t *workload_json(const fl_workload *workload)
{
    json_t *object = with_hypers(&workload->entry, workload->options, workload->n_options, "workload.");
    json_object_set_new(object, "data", json_string(workload->dataset->entry.name));
    json_object_set_new(object, "init", json_string(workload->init.weights->entry.name));
    json_object_set_new(object, "definition", json_string(workload->hash));
    return object;
}

static json_t *list_workloads(void)
{
    json_t *list = json_array();
    for (const fl_workload *const *w = fl_workloads(); *w; w++) json_array_append_new(list, workload_json(*w));
    return list;
}

/* --- layers --- */

/* Its default, or null where it must be given. */
static json_t *attribute_default(const fl_layer_attribute *attribute)
{
    double value = attribute->default_value;
    if (isnan(value)) return json_null();
    if (attribute->choices) return json_string(attribute->choices[(size_t)value]);
    bool flag = attribute->value == FL_LAYER_FLAG || attribute->value == FL_LAYER_NO_FLAG;
    return flag ? json_string(value != 0 ? "true" : "false") : json_real(value);
}

static void add_attribute(json_t *list, const fl_layer_attribute *attribute)
{
    char range[200];
    fl_hyper as_hyper = { .min = attribute->min, .max = attribute->max, .choices = attribute->choices };
    as_hyper.scale = attribute->choices                   ? FL_HYPER_CHOICE
                     : attribute->value == FL_LAYER_COUNT ? FL_HYPER_INTEGER
                                                          : FL_HYPER_LINEAR;
    fl_hyper_range(&as_hyper, range, sizeof range);
    if (attribute->value == FL_LAYER_FLAG || attribute->value == FL_LAYER_NO_FLAG)
        snprintf(range, sizeof range, "true or false");
    if (attribute->value == FL_LAYER_PAIR) snprintf(range, sizeof range, "two numbers");
    json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s}", "name", attribute->name, "help", attribute->help,
                                          "default", attribute_default(attribute), "range", range));
}

static json_t *list_layers(void)
{
    json_t *list = json_array();
    for (size_t kind = 0; kind < FL_LAYER_KINDS; kind++) {
        const fl_layer_spec *spec = fl_layer_specs[kind];
        json_t *object = entry_json(&spec->entry), *attributes = json_array();
        for (size_t i = 0; i < spec->n_attributes; i++) add_attribute(attributes, &spec->attributes[i]);
        json_object_set_new(object, "loss", json_boolean(spec->loss));
        json_object_set_new(object, "attributes", attributes);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *list_backends(void)
{
    json_t *list = json_array();
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        json_t *object = entry_json(&(*b)->entry);
        for (fl_backend_precision p = 0; p < FL_BACKEND_PRECISIONS; p++) {
            fl_error why;
            bool usable = (*b)->usable(p, &why);
            json_object_set_new(object, fl_backend_precision_name(p), json_string(usable ? "usable" : why.text));
        }
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *list_searches(void)
{
    json_t *list = json_array();
    for (const fl_search *const *s = fl_searches(); *s; s++) json_array_append_new(list, entry_json(&(*s)->entry));
    return list;
}

static json_t *list_data(void)
{
    json_t *list = json_array();
    for (const fl_dataset_kind *const *d = fl_datasets(); *d; d++) {
        json_t *object = entry_json(&(*d)->entry);
        json_object_set_new(object, "licence", json_string((*d)->licence));
        json_object_set_new(object, "home", json_string((*d)->home));
        json_array_append_new(list, object);
    }
    return list;
}

static void add_study(void *list, const char *name, const char *path)
{
    fl_error error;
    fl_study *study = fl_study_load(path, NULL, &error);
    json_array_append_new(
        list, json_pack("{s:s, s:s, s:s}", "name", name, "about", study ? study->why : error.text, "path", path));
    fl_study_free(study);
}

static json_t *list_studies(void)
{
    json_t *list = json_array();
    places_each_study(add_study, list);
    return list;
}

static const struct {
    const char *name;
    json_t *(*list)(void);
} kinds[] = {
    { "workloads", list_workloads }, { "layers", list_layers },       { "optimizers", list_optimizers },
    { "around", list_around },       { "schedules", list_schedules }, { "backends", list_backends },
    { "methods", list_methods },     { "searches", list_searches },   { "data", list_data },
    { "studies", list_studies },
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

const char *list_kind(size_t index)
{
    return index < N_KINDS ? kinds[index].name : NULL;
}

static bool find_kind(const char *name, size_t *index, fl_error *error)
{
    const char *names[N_KINDS + 1] = { NULL };
    for (size_t i = 0; i < N_KINDS; i++) names[i] = kinds[i].name;
    return fl_entry_choose(names, "list", name, index, error);
}

/* --- for people --- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void print_hyper(const json_t *hyper)
{
    char number[FL_TEXT_NUMBER_SIZE] = "to be set";
    const json_t *at_default = json_object_get(hyper, "default");
    if (json_is_real(at_default)) snprintf(number, sizeof number, "%.4g", json_real_value(at_default));
    const char *value = json_is_string(at_default) ? json_string_value(at_default) : number;
    printf("      %-26s %-10s %-30s %s\n", text_of(hyper, "name"), value, text_of(hyper, "range"),
           text_of(hyper, "help"));
}

static void print_entry(const json_t *entry)
{
    static const char *const facts[] = { "source", "plugin", "sha256",     "includes", "amortized", "usable",
                                         "f32",    "bf16",   "tuned",      "data",     "init",      "licence",
                                         "home",   "path",   "definition", NULL };
    printf("  %-26s %s\n", text_of(entry, "name"), text_of(entry, "about"));
    for (const char *const *fact = facts; *fact; fact++)
        if (*text_of(entry, *fact)) printf("      %-10s %s\n", *fact, text_of(entry, *fact));
    size_t i;
    json_t *hyper;
    json_array_foreach(json_object_get(entry, "hyperparameters"), i, hyper) print_hyper(hyper);
    json_array_foreach(json_object_get(entry, "attributes"), i, hyper) print_hyper(hyper);
}

static void print_kind(const char *name, const json_t *list)
{
    size_t i;
    json_t *entry;
    printf("%s\n", name);
    json_array_foreach(list, i, entry) print_entry(entry);
    printf("\n");
}

/* Print lists `first` to `end` - 1, or the one given instead of the first. */
static void print_lists(size_t first, size_t end, json_t *given, bool json)
{
    json_t *all = json_object();
    for (size_t i = first; i < end; i++) {
        json_t *list = given ? given : kinds[i].list();
        if (!json) print_kind(kinds[i].name, list);
        json_object_set_new(all, kinds[i].name, list);
    }
    if (json) {
        json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
        printf("\n");
    }
    json_decref(all);
}

static bool is_file(const char *word)
{
    size_t n = strlen(word);
    return n > 5 && !strcmp(word + n - 5, ".json");
}

/* A user's own workload, as the first list has those that are built in. */
static int list_file(const char *path, bool json)
{
    fl_error error;
    const fl_workload *workload = fl_workload_named(path, &error);
    if (!workload) return complain(&error);
    print_lists(0, 1, json_pack("[o]", workload_json(workload)), json);
    return 0;
}

int verb_list(int argc, char **argv)
{
    bool json = false;
    words plugins = { .n = 0 };
    size_t first = 0, end = N_KINDS;
    fl_error error;
    const option options[] = { PLUGIN_OPTION(plugins), { "--json", NULL, OPTION_FLAG, NULL, "print JSON", &json } };
    words rest;
    int code = options_read(&list_usage, options, sizeof options / sizeof *options, argc, argv, 0, 1, &rest);
    if (code != GO_ON) return code;
    const char *word = rest.n ? rest.items[0] : NULL;
    free(rest.items);
    if (!plugins_load(&plugins, &error)) return complain(&error);
    if (word && is_file(word)) return list_file(word, json);
    if (word && !find_kind(word, &first, &error)) return complain(&error);
    print_lists(first, word ? first + 1 : end, NULL, json);
    return 0;
}
