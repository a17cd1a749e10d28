/* Studies by name: a path, a name that say/places.h finds, or the program's own. */
#ifndef BENCH_COMMAND_STUDY_FILE_H
#define BENCH_COMMAND_STUDY_FILE_H

#include "study/study.h"

/* Load by name; the program's own study for its own name. */
fl_study *study_load(const char *name, const fl_study_overrides *overrides, fl_error *error);

/* A study's result folder: `asked`, or results/NAME where that is NULL. */
void study_folder(const fl_study *study, const char *asked, char folder[FL_FILE_PATH_MAX]);

#endif
