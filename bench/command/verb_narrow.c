/* fairlead narrow: from a wide search to the study that follows it. */
#include "command/study_file.h"
#include "command/verbs.h"
#include "plan/narrow.h"
#include "say/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const usage narrow_usage = {
    "fairlead narrow DIR -o STUDY",
    "Writes the study that follows a wide search. Every arm's axes are narrowed, by one rule for all, to where its "
    "best "
    "quarter of trials lie; an axis whose best trials crowd an end is widened there, and an arm with fewer than 5 "
    "feasible "
    "trials keeps its space. The new study has other seeds and another search seed, so that no trial of the wide "
    "search is "
    "counted again. It names the wide study, and is refused once its arms are edited.",
    "fairlead narrow results/quick -o narrow.json",
};

/* As tables show a number: "0.001". */
static void add_range(fl_text *text, const json_t *axis)
{
    const json_t *points = json_object_get(axis, "feasible_points");
    if (points)
        fl_text_add(text, "%zu values", json_array_size(points));
    else
        fl_text_add(text, "[%.4g, %.4g]", json_number_value(json_object_get(axis, "min")),
                    json_number_value(json_object_get(axis, "max")));
}

static void print_axes(const json_t *was, const json_t *now)
{
    const char *name;
    json_t *axis;
    json_object_foreach(json_object_get((json_t *)now, "space"), name, axis)
    {
        fl_text before = { 0 }, after = { 0 };
        json_t *wide = json_object_get(json_object_get(was, "space"), name);
        if (!json_is_object(axis)) continue;
        add_range(&before, wide);
        add_range(&after, axis);
        printf("%s: %s %s -> %s%s\n", json_string_value(json_object_get(now, "arm")), name, before.bytes, after.bytes,
               json_equal(wide, axis) ? " (stays)" : "");
        fl_text_free(&before);
        fl_text_free(&after);
    }
}

static void print_changes(const fl_results *wide, const json_t *study)
{
    size_t i;
    json_t *arm;
    json_array_foreach(json_object_get(study, "arms"), i, arm)
        print_axes(json_array_get(json_object_get(wide->study->resolved, "arms"), i), arm);
}

static int narrow(const char *folder, const char *path)
{
    fl_error error;
    if (!path) return complain_user("-o STUDY is missing: the file to write the narrowed study to");
    fl_results *wide = fl_results_read(folder, &error);
    json_t *study = wide ? fl_plan_narrow(wide, &error) : NULL;
    bool written = study && study_write(study, path, NULL, &error);
    if (written) print_changes(wide, study);
    json_decref(study);
    fl_results_free(wide);
    return written ? 0 : complain(&error);
}

int verb_narrow(int argc, char **argv)
{
    const char *path = NULL;
    const option options[] = { { "--output", "-o", OPTION_TEXT, "STUDY", "the file of the narrowed study", &path } };
    words rest;
    int code = options_read(&narrow_usage, options, 1, argc, argv, 1, 1, &rest);
    if (code == GO_ON) code = narrow(rest.items[0], path);
    free(rest.items);
    return code;
}
