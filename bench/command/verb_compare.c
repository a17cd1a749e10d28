/* fairlead compare: two measurements of the kernels, or two result folders. */
#include "base/file.h"
#include "compare/compare_folders.h"
#include "compare/compare_kernels.h"
#include "say/options.h"
#include "command/verbs.h"

#include <stdio.h>
#include <stdlib.h>

static const usage compare_usage = {
    "fairlead compare BASE NEW [--noise FILE] [--json]",
    "Compares two benchmark files of fairlead-kernels: a difference is claimed when it is significant and larger than "
    "the "
    "benchmark's own noise. BASE and NEW may be folders with one file per process, run in turn, because two processes "
    "of one "
    "program differ by more than the repetitions within one of them. Or compares two result folders: whether equal "
    "trials "
    "end with the same bits, and which errors the arms reach. Exit code 0: nothing became worse; 1: something did; 2: "
    "wrong "
    "arguments or files; 4: nothing in common.",
    "fairlead compare base.json new.json",
};

enum { BAD_NEWS = 1 };

static void print_json(json_t *object)
{
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(object);
}

static int nothing_in_common(const char *base, const char *now)
{
    remark("%s and %s have nothing in common: nothing was compared", base, now);
    return NOTHING_MEASURED;
}

/* --- kernels --- */

static int judge_kernels(const char *base, const char *now, const compare_kernels *kernels, bool json)
{
    if (json)
        print_json(compare_kernels_json(kernels));
    else if (kernels->n)
        compare_kernels_print(kernels);
    if (!kernels->n) return nothing_in_common(base, now);
    return kernels->counts[COMPARE_SLOWER] ? BAD_NEWS : 0;
}

/* Files hold repetitions of one process; with a folder on either side, processes are compared with processes. */
static int compare_files(const char *base, const char *now, const char *noise, bool json)
{
    bool folder = fl_file_folder_exists(base) || fl_file_folder_exists(now);
    compare_unit unit = folder ? COMPARE_PROCESSES : COMPARE_REPETITIONS;
    compare_runs old = { 0 }, new = { 0 }, again = { 0 };
    fl_error error;
    int code;
    if (compare_runs_read(base, unit, &old, &error) && compare_runs_read(now, unit, &new, &error) &&
        (!noise || compare_runs_read(noise, COMPARE_PROCESSES, &again, &error))) {
        compare_kernels kernels = compare_kernels_make(&old, &new, unit, &again);
        code = judge_kernels(base, now, &kernels, json);
        compare_kernels_free(&kernels);
    } else {
        code = complain(&error);
    }
    compare_runs_free(&old);
    compare_runs_free(&new);
    compare_runs_free(&again);
    return code;
}

/* --- result folders --- */

static int judge_folders(const fl_results *base, const fl_results *now, bool json)
{
    fl_summary *a = fl_summary_make(base), *b = fl_summary_make(now);
    compare_folders folders = compare_folders_make(a, b);
    bool compared = folders.n_equal || folders.n_judged;
    if (json)
        print_json(compare_folders_json(&folders));
    else if (folders.n_arms)
        compare_folders_print(&folders);
    int code = !compared                             ? nothing_in_common(base->folder, now->folder)
               : folders.n_differ || folders.n_worse ? BAD_NEWS
                                                     : 0;
    compare_folders_free(&folders);
    fl_summary_free(a);
    fl_summary_free(b);
    return code;
}

static int compare_results(const char *base, const char *now, bool json)
{
    fl_error error;
    fl_results *a = fl_results_read(base, &error), *b = a ? fl_results_read(now, &error) : NULL;
    int code = b ? judge_folders(a, b, json) : complain(&error);
    fl_results_free(a);
    fl_results_free(b);
    return code;
}

static bool is_result_folder(const char *path)
{
    char study[FL_FILE_PATH_MAX];
    fl_file_path_join(study, path, "study.json");
    return fl_file_exists(study);
}

static int compare(const char *base, const char *now, const char *noise, bool json)
{
    bool results = is_result_folder(base);
    if (results != is_result_folder(now))
        return complain_user("%s is a result folder and %s is none; two of a kind can be compared",
                             results ? base : now, results ? now : base);
    if (results && noise) return complain_user("--noise is for kernel benchmarks; result folders have none");
    return results ? compare_results(base, now, json) : compare_files(base, now, noise, json);
}

int verb_compare(int argc, char **argv)
{
    const char *noise = NULL;
    bool json = false;
    const option options[] = {
        { "--noise", NULL, OPTION_TEXT, "FILE",
          "BASE's program measured again (A/A), a file or a folder: its differences are the noise", &noise },
        { "--json", NULL, OPTION_FLAG, NULL, "print JSON", &json },
    };
    words rest;
    int code = options_read(&compare_usage, options, 2, argc, argv, 2, 2, &rest);
    if (code == GO_ON) code = compare(rest.items[0], rest.items[1], noise, json);
    free(rest.items);
    return code;
}
