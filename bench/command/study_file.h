/* Studies by name: a path, a name that say/places.h finds, or the program's own. */
#ifndef BENCH_COMMAND_STUDY_FILE_H
#define BENCH_COMMAND_STUDY_FILE_H

#include "say/options.h"
#include "study/study.h"

/* Load by name; the program's own study for its own name. */
fl_study *study_load(const char *name, const fl_study_overrides *overrides, fl_error *error);

/* The options of verbs that take a study to be run: fl_study_overrides that a person gives. */
#define STUDY_OVERRIDES(o)                                                                                             \
    { "--backend", NULL, OPTION_TEXT, "B", "naive, openblas or onednn instead of the study's", &(o).backend },         \
        { "--precision", NULL, OPTION_TEXT, "P", "f32 or bf16 instead of the study's", &(o).precision },               \
        { "--trials", NULL, OPTION_COUNT, "N", "trials per arm instead of the study's", &(o).trials },                 \
    {                                                                                                                  \
        "--steps", NULL, OPTION_COUNT, "N", "steps per trial instead of the study's", &(o).steps                       \
    }

/* The first arm that trains on the real clock by more than so many processes; NULL: none. */
const fl_study_arm *study_arm_beyond(const fl_study *study, size_t processes);

/* A study's result folder: `asked`, or results/NAME where that is NULL. */
void study_folder(const fl_study *study, const char *asked, char folder[FL_FILE_PATH_MAX]);

/* Write a new study, only what is itself a good one (with `overrides`: can be run), and over no other file. */
bool study_write(const json_t *study, const char *path, const fl_study_overrides *overrides, fl_error *error);

#endif
