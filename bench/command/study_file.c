/* The program's own study, built in, or one found by name; studies that a verb makes. */
#include "command/study_file.h"
#include "command/builtin.h"
#include "say/places.h"

#include <stdlib.h>
#include <string.h>

fl_study *study_load(const char *name, const fl_study_overrides *overrides, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    if (builtin_study && !strcmp(name, builtin_study)) return fl_study_load_text(name, builtin_text, overrides, error);
    return places_study(name, path, error) ? fl_study_load(path, overrides, error) : NULL;
}

const fl_study_arm *study_arm_beyond(const fl_study *study, size_t processes)
{
    for (const fl_study_arm *arm = study->arms; arm < study->arms + study->n_arms; arm++) {
        size_t servers = fl_trial_servers(&arm->base);
        if (servers && processes < arm->base.workers + servers) return arm;
    }
    return NULL;
}

void study_folder(const fl_study *study, const char *asked, char folder[FL_FILE_PATH_MAX])
{
    if (asked)
        snprintf(folder, FL_FILE_PATH_MAX, "%s", asked);
    else
        fl_file_path_join(folder, "results", study->name);
}

/* With as few digits as give the same numbers back: 0.0648, not 0.064799999999999996. */
static char *text_of(const json_t *study)
{
    enum { FEW = 15, ALL = 17 };
    char *text = json_dumps(study, JSON_INDENT(2) | JSON_REAL_PRECISION(FEW));
    json_t *again = json_loads(text, 0, NULL);
    bool same = json_equal(study, again);
    json_decref(again);
    if (same) return text;
    free(text);
    return json_dumps(study, JSON_INDENT(2) | JSON_REAL_PRECISION(ALL));
}

bool study_write(const json_t *study, const char *path, const fl_study_overrides *overrides, fl_error *error)
{
    fl_text text = { 0 };
    if (fl_file_exists(path)) return fl_error_user(error, "%s: exists; name another file, or remove it first", path);
    char *body = text_of(study);
    fl_text_add(&text, "%s\n", body);
    fl_study *loaded = fl_study_load_text(path, text.bytes, overrides, error);
    bool written = loaded && fl_file_write(path, text.bytes, text.length, error);
    fl_study_free(loaded);
    fl_text_free(&text);
    free(body);
    return written;
}
