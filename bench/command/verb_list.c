/* fairlead list: every registry, as a table or as JSON. */
#include "base/text.h"
#include "say/options.h"
#include "search/search.h"
#include "study/study.h"
#include "say/places.h"
#include "command/verbs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const usage list_usage = {
    "fairlead list [workloads|optimizers|schedules|backends|searches|data|studies] [--json]",
    "Shows what there is, with every hyperparameter, its default and its range.",
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
        json_object_set_new(object, "includes", includes_json(*o));
        json_array_append_new(list, object);
    }
    return list;
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

static json_t *list_workloads(void)
{
    json_t *list = json_array();
    for (const fl_workload *const *w = fl_workloads(); *w; w++) {
        json_t *object = with_hypers(&(*w)->entry, (*w)->options, (*w)->n_options, "workload.");
        json_object_set_new(object, "data", json_string((*w)->dataset->entry.name));
        json_object_set_new(object, "init", json_string((*w)->init.weights->entry.name));
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
    { "workloads", list_workloads }, { "optimizers", list_optimizers }, { "schedules", list_schedules },
    { "backends", list_backends },   { "searches", list_searches },     { "data", list_data },
    { "studies", list_studies },
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* --- for people --- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void print_hyper(const json_t *hyper)
{
    char number[FL_TEXT_NUMBER_SIZE];
    const json_t *at_default = json_object_get(hyper, "default");
    const char *value = json_is_string(at_default) ? json_string_value(at_default)
                        : json_is_real(at_default) ? fl_text_number(json_real_value(at_default), number)
                                                   : "to be set";
    printf("      %-26s %-10s %-30s %s\n", text_of(hyper, "name"), value, text_of(hyper, "range"),
           text_of(hyper, "help"));
}

static void print_entry(const json_t *entry)
{
    static const char *const facts[] = { "source", "includes", "f32",  "bf16", "tuned", "data",
                                         "init",   "licence",  "home", "path", NULL };
    printf("  %-26s %s\n", text_of(entry, "name"), text_of(entry, "about"));
    for (const char *const *fact = facts; *fact; fact++)
        if (*text_of(entry, *fact)) printf("      %-8s %s\n", *fact, text_of(entry, *fact));
    size_t i;
    json_t *hyper;
    json_array_foreach(json_object_get(entry, "hyperparameters"), i, hyper) print_hyper(hyper);
}

static void print_kind(const char *name, const json_t *list)
{
    size_t i;
    json_t *entry;
    printf("%s\n", name);
    json_array_foreach(list, i, entry) print_entry(entry);
    printf("\n");
}

int verb_list(int argc, char **argv)
{
    bool json = false, found = false;
    const option options[] = { { "--json", NULL, OPTION_FLAG, NULL, "print JSON", &json } };
    words rest;
    int code = options_read(&list_usage, options, 1, argc, argv, 0, 1, &rest);
    if (code != GO_ON) return code;
    const char *wanted = rest.n ? rest.items[0] : NULL;
    free(rest.items);
    json_t *all = json_object();
    for (size_t i = 0; i < N_KINDS; i++) {
        if (wanted && strcmp(wanted, kinds[i].name)) continue;
        found = true;
        json_t *list = kinds[i].list();
        if (!json) print_kind(kinds[i].name, list);
        json_object_set_new(all, kinds[i].name, list);
    }
    if (json && found) {
        json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
        printf("\n");
    }
    json_decref(all);
    if (found) return 0;
    return complain_user(
        "there is no '%s' to list; there is workloads, optimizers, schedules, backends, searches, data, studies",
        wanted);
}
