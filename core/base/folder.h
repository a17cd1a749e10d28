/* Folders for temporary files. Whoever makes one takes it away again. */
#ifndef FL_BASE_FOLDER_H
#define FL_BASE_FOLDER_H

#include "base/file.h"

/* Make a new, empty folder PREFIX-XXXXXX in $TMPDIR, or in /tmp where that is unset or empty. */
bool fl_folder_temporary(char path[FL_FILE_PATH_MAX], const char *prefix, fl_error *error);

/* Remove a folder and all it holds, without following links. Errors as fl_file_error's. */
bool fl_folder_remove(const char *path, fl_error *error);

#endif
