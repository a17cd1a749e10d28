/* The program's own study, built in, or one found by name. */
#include "command/study_file.h"
#include "command/builtin.h"
#include "say/places.h"

#include <string.h>

fl_study *study_load(const char *name, const fl_study_overrides *overrides, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    if (builtin_study && !strcmp(name, builtin_study)) return fl_study_load_text(name, builtin_text, overrides, error);
    return places_study(name, path, error) ? fl_study_load(path, overrides, error) : NULL;
}

void study_folder(const fl_study *study, const char *asked, char folder[FL_FILE_PATH_MAX])
{
    if (asked)
        snprintf(folder, FL_FILE_PATH_MAX, "%s", asked);
    else
        fl_file_path_join(folder, "results", study->name);
}
