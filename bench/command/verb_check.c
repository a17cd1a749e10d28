/* fairlead check: is a result folder whole? Reads everything, changes nothing. */
#include "say/options.h"
#include "base/file.h"
#include "results/results.h"
#include "command/verbs.h"

#include <stdio.h>
#include <stdlib.h>

static const usage check_usage = {
    "fairlead check DIR",
    "Reads a result folder without changing it and names every damaged line. Exit code 0: whole; 1: damaged, and "
    "'fairlead run' does the damaged trials again; 2: not a result folder.",
    "fairlead check results/quick",
};

static int report(const fl_results *results)
{
    for (size_t i = 0; i < results->n_damage; i++)
        printf("%s: %s\n", results->damage[i].where, results->damage[i].what);
    printf("%s: %zu trial%s", results->folder, results->n_records, results->n_records == 1 ? "" : "s");
    if (results->n_damage)
        printf(", %zu damaged place%s\n", results->n_damage, results->n_damage == 1 ? "" : "s");
    else
        printf(", no damage\n");
    return results->n_damage > 0;
}

/* A folder one of whose files makes no sense or is closed to us is damaged; one without a study.json is the user's
 * mistake, and what the disk refuses the machine's trouble. */
static int check(const char *folder)
{
    char path[FL_FILE_PATH_MAX];
    fl_error error;
    fl_results *results = fl_results_read(folder, &error);
    if (!results) {
        fl_file_path_join(path, folder, "study.json");
        if (!fl_file_exists(path) || error.fault == FL_ERROR_MACHINE) return complain(&error);
        printf("%s\n", error.text);
        return 1;
    }
    int code = fl_results_check_points(results, &error) ? report(results) : complain(&error);
    fl_results_free(results);
    return code;
}

int verb_check(int argc, char **argv)
{
    words rest;
    int code = options_read(&check_usage, NULL, 0, argc, argv, 1, 1, &rest);
    if (code == GO_ON) code = check(rest.items[0]);
    free(rest.items);
    return code;
}
