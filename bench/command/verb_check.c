/* fairlead check: is a result folder whole? Reads everything, changes nothing. */
#include "say/options.h"
#include "base/file.h"
#include "farm/agenda.h"
#include "results/results.h"
#include "command/verbs.h"

#include <stdio.h>
#include <stdlib.h>

static const usage check_usage = {
    "fairlead check DIR [options]",
    "Reads a result folder without changing it and names every damaged line. Exit code 0: whole; 1: damaged, and "
    "'fairlead run' does the damaged trials again; 2: not a result folder. With --complete a whole folder whose study "
    "still needs trials is 4.",
    "fairlead check results/quick",
};

/* Has `run` nothing left to do? Asked of its own agenda. */
static bool is_complete(const fl_results *results)
{
    fl_record_slot slot;
    fl_farm_agenda *search = fl_farm_agenda_search(results->study, (fl_store_shard){ 1, 1 }, results, false);
    fl_farm_agenda *reruns = fl_farm_agenda_reruns(results->study, results, false);
    bool complete = fl_farm_agenda_next(search, &slot) == FL_FARM_NEXT_NONE &&
                    fl_farm_agenda_next(reruns, &slot) == FL_FARM_NEXT_NONE;
    fl_farm_agenda_free(search);
    fl_farm_agenda_free(reruns);
    return complete;
}

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
static int check(const char *folder, bool complete)
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
    fl_results_check_twins(results);
    int code = fl_results_check_points(results, &error) ? report(results) : complain(&error);
    if (!code && complete && !is_complete(results)) {
        printf("%s: the study needs more trials\n", folder);
        code = NOTHING_MEASURED;
    }
    fl_results_free(results);
    return code;
}

int verb_check(int argc, char **argv)
{
    bool complete = false;
    const option options[] = { { "--complete", NULL, OPTION_FLAG, NULL,
                                 "4 unless every trial that the study needs is recorded", &complete } };
    words rest;
    int code = options_read(&check_usage, options, 1, argc, argv, 1, 1, &rest);
    if (code == GO_ON) code = check(rest.items[0], complete);
    free(rest.items);
    return code;
}
