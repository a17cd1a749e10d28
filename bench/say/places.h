/* Where files are found that come with Fairlead: studies by name, plot scripts, the program itself.
 *
 * A study is a path if that exists; else its name is looked up in ./suites, the source tree and the folder that
 * `cmake --install` puts beside the program.
 */
#ifndef BENCH_SAY_PLACES_H
#define BENCH_SAY_PLACES_H

#include "base/file.h"

/* The path of a study; false with a message that says where it was looked for. */
bool places_study(const char *name, char path[FL_FILE_PATH_MAX], fl_error *error);

/* Call `found` for every study there is, with its name ("choi/fashion_mnist") and path; the first folder that has a
 * name wins. */
void places_each_study(void (*found)(void *user, const char *name, const char *path), void *user);

/* The path of the running program. */
void places_program(char path[FL_FILE_PATH_MAX]);

/* The MPI module: beside the program, or where `cmake --install` puts it. */
void places_mpi_module(char path[FL_FILE_PATH_MAX]);

/* May what Fairlead writes take the place of what is at `path`? Yes where there is nothing, an empty file or none, as a
 * pipe, and where the file holds `mark` at byte `at`, as an earlier one does: nobody's work is lost. */
bool places_may_write(const char *path, size_t at, const char *mark);

/* A file of the source tree or the installed share folder, "plots/style.gp"; false when it is in neither. */
bool places_shared(const char *name, char path[FL_FILE_PATH_MAX]);

#endif
