/* Studies by name: a path if it exists, else looked up in ./suites, the source tree and the installed folder. */
#ifndef BENCH_STUDY_FILE_H
#define BENCH_STUDY_FILE_H

#include "base/file.h"
#include "study/study.h"

/* The path of a study; false with a sentence that says where it was looked for. */
bool study_find(const char *name, char path[FL_FILE_PATH_MAX], fl_error *error);

/* Load by name; the program's own study for its own name. */
fl_study *study_load(const char *name, const fl_study_overrides *overrides, fl_error *error);

/* A study's result folder: `asked`, or results/NAME where that is NULL. */
void study_folder(const fl_study *study, const char *asked, char folder[FL_FILE_PATH_MAX]);

/* Call `found` for every study there is, with its name ("choi/fashion_mnist") and path; the first folder that has a
 * name wins. */
void study_each(void (*found)(void *whose, const char *name, const char *path), void *whose);

/* The path of the running program. */
void own_program(char path[FL_FILE_PATH_MAX]);

/* A file of the source tree or the installed share folder, "plots/style.gp"; false when it is in neither. */
bool shared_file(const char *name, char path[FL_FILE_PATH_MAX]);

#endif
