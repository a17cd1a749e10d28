/* Temporary folders as mkdtemp makes them: of an unguessable name, and for their owner alone. */
#include "base/folder.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPEN_FOLDERS = 8 }; /* that nftw may hold open at once */

bool fl_folder_temporary(char path[FL_FILE_PATH_MAX], const char *prefix, fl_error *error)
{
    char name[80];
    const char *root = getenv("TMPDIR");
    snprintf(name, sizeof name, "%.60s-XXXXXX", prefix);
    fl_file_path_join(path, root && *root ? root : "/tmp", name);
    return mkdtemp(path) || fl_file_error(error, path,
                                          "no temporary folder can be made (set TMPDIR to one that can be "
                                          "written)");
}

static int remove_entry(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    return remove(path);
}

bool fl_folder_remove(const char *path, fl_error *error)
{
    return nftw(path, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) == 0 ||
           fl_file_error(error, path, "cannot be removed");
}
