/* fairlead data: data sets, where they are, fetched and checked. */
#include "base/entry.h"
#include "base/file.h"
#include "say/options.h"
#include "command/verbs.h"
#include "dataset/fetch.h"
#include "workload/workload.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STALL_SECONDS = 30 };

static const usage data_usage = {
    "fairlead data list|fetch|check [NAME|FILE.json] [--json]",
    "list shows the known data sets with home, licence, checksums and where they were found; fetch downloads what is "
    "missing and verifies it before it is used; check compares the files with their recorded sizes and sha256, and of "
    "a workload's own file reads the data whole.",
    "fairlead data fetch fashion-mnist",
};

static json_t *files_json(const fl_dataset_kind *kind)
{
    json_t *files = json_array();
    for (size_t i = 0; i < kind->n_files; i++)
        json_array_append_new(files, json_pack("{s:s, s:I, s:s, s:s}", "name", kind->files[i].name, "bytes",
                                               (json_int_t)kind->files[i].bytes, "sha256", kind->files[i].sha256, "url",
                                               kind->files[i].url));
    return files;
}

static json_t *set_json(const fl_dataset_kind *kind)
{
    char folder[FL_FILE_PATH_MAX] = "";
    bool there = fl_dataset_folder(kind, folder, NULL);
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:o}", "name", kind->entry.name, "about", kind->entry.about,
                     "home", kind->home, "licence", kind->licence, "here", there, "folder", there ? folder : "",
                     "files", files_json(kind));
}

static void print_set(const json_t *set)
{
    const json_t *files = json_object_get(set, "files");
    const char *folder = json_string_value(json_object_get(set, "folder"));
    size_t i;
    json_t *file;
    printf("%s  %s\n  home     %s\n  licence  %s\n", json_string_value(json_object_get(set, "name")),
           json_string_value(json_object_get(set, "about")), json_string_value(json_object_get(set, "home")),
           json_string_value(json_object_get(set, "licence")));
    if (json_array_size(files))
        printf("  here     %s\n", *folder ? folder : "no");
    else
        printf("  here     generated when needed\n");
    json_array_foreach(files, i, file) printf("  sha256   %s  %s\n", json_string_value(json_object_get(file, "sha256")),
                                              json_string_value(json_object_get(file, "name")));
}

static int list(const fl_dataset_kind *const *kinds, bool json)
{
    json_t *all = json_array();
    for (; *kinds; kinds++) {
        json_t *set = set_json(*kinds);
        if (!json) print_set(set);
        json_array_append_new(all, set);
    }
    if (json) {
        json_dumpf(all, stdout, JSON_INDENT(2));
        printf("\n");
    }
    json_decref(all);
    return 0;
}

static void say(const char *line, void *user)
{
    printf("%s\n", line);
    fflush(stdout);
}

static bool is_address(const char *text)
{
    return !strncmp(text, "http://", 7) || !strncmp(text, "https://", 8);
}

static int fetch(const fl_dataset_kind *const *kinds, const char *mirror)
{
    if (mirror && !is_address(mirror))
        return complain_user("--mirror is an address that begins with http:// or https://, not '%s'", mirror);
    for (; *kinds; kinds++) {
        char folder[FL_FILE_PATH_MAX];
        fl_error error;
        if (!(*kinds)->n_files) continue;
        fl_dataset_home(*kinds, folder);
        if (!fl_file_folder_make(folder, &error) ||
            !fl_dataset_fetch(*kinds, folder, mirror, STALL_SECONDS, say, NULL, &error))
            return complain(&error);
        printf("%s is in %s\n", (*kinds)->entry.name, folder);
    }
    return 0;
}

/* Does what is in `folder` match its checksums? Else the message; a set with several contents says which this is. */
static bool describe(const fl_dataset_kind *kind, const char *folder, char text[1000])
{
    fl_error error;
    fl_dataset *dataset = kind->archived ? kind->load(kind, folder, NULL, &error) : NULL;
    bool good = kind->archived ? dataset != NULL : fl_dataset_check(kind, folder, &error);
    snprintf(text, 1000, "matches its checksums%s%s", dataset ? ": " : "", dataset ? dataset->content : "");
    if (!good) snprintf(text, 1000, "%s", error.text);
    fl_dataset_free(dataset);
    return good;
}

/* 0 all good, 1 damaged, 2 a named set is missing, 4 nothing to check. */
static int check(const fl_dataset_kind *const *kinds, bool named)
{
    size_t checked = 0, damaged = 0;
    for (; *kinds; kinds++) {
        char folder[FL_FILE_PATH_MAX];
        fl_error error;
        if (!(*kinds)->n_files) continue;
        if (!fl_dataset_folder(*kinds, folder, &error)) {
            if (named) return complain(&error);
            printf("%-16s is not here\n", (*kinds)->entry.name);
            continue;
        }
        char text[1000];
        bool good = describe(*kinds, folder, text);
        printf("%-16s %s\n", (*kinds)->entry.name, text);
        checked++;
        damaged += !good;
    }
    return damaged ? 1 : checked ? 0 : 4;
}

static void print_data(const char *name, const char *about, const fl_dataset *d)
{
    char shape[FL_TENSOR_SHAPE_TEXT];
    fl_tensor_shape_text(d->shape, shape);
    printf("%s  %s\n  examples  %zu train, %zu validate, %zu test\n  shape     %s\n", name, about,
           d->n_train - d->validation, d->validation, d->n_test, shape);
    if (d->n_classes) printf("  classes   %zu\n", d->n_classes);
    if (d->n_targets) printf("  targets   %zu numbers\n", d->n_targets);
    if (d->vocabulary) printf("  tokens    %zu\n", d->vocabulary);
    printf("  sha256    %s\n", d->checksum);
}

/* The data of a workload: read whole, as training would, and held against its layers. */
static int check_workload(const char *name)
{
    fl_error error;
    double options[FL_HYPER_MAX] = { 0 };
    const fl_workload *workload = fl_workload_named(name, &error);
    if (!workload) return complain(&error);
    for (size_t i = 0; i < workload->n_options; i++) options[i] = workload->options[i].default_value;
    fl_dataset *d = fl_workload_load(workload, options, &error);
    bool good = d && fl_workload_takes(workload, options, d, 1, &error) &&
                fl_workload_fills_streams(workload, d->validation, d->n_test, &error);
    if (good) print_data(name, d->content ? d->content : workload->dataset->entry.about, d);
    fl_dataset_free(d);
    return good ? 0 : complain(&error);
}

static bool is_workload_file(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && !strcmp(name + n - 5, ".json");
}

enum { LIST, FETCH, CHECK };

const char *const data_actions[] = { [LIST] = "list", [FETCH] = "fetch", [CHECK] = "check", NULL };

int verb_data(int argc, char **argv)
{
    size_t action;
    bool json = false;
    const char *mirror = NULL;
    const option options[] = {
        { "--json", NULL, OPTION_FLAG, NULL, "list as JSON", &json },
        { "--mirror", NULL, OPTION_TEXT, "URL", "fetch the files from this folder instead of their homes", &mirror },
    };
    words rest;
    fl_error error;
    int code = options_read(&data_usage, options, 2, argc, argv, 1, 2, &rest);
    if (code != GO_ON) return code;
    const char *name = rest.n > 1 ? rest.items[1] : NULL;
    bool known = fl_entry_choose(data_actions, "action", rest.items[0], &action, &error);
    free(rest.items);
    if (!known) return complain(&error);
    if (name && action == CHECK && is_workload_file(name)) return check_workload(name);
    const fl_dataset_kind *one[2] = { NULL, NULL };
    if (name && !(one[0] = fl_dataset_find(name, &error))) return complain(&error);
    const fl_dataset_kind *const *kinds = name ? one : fl_datasets();
    if (action == LIST) return list(kinds, json);
    return action == FETCH ? fetch(kinds, mirror) : check(kinds, name);
}
