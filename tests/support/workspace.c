#include "support/workspace.h"

char folder[FL_FILE_PATH_MAX];

int workspace_set_up(void **state)
{
    folder_make(folder);
    return 0;
}

int workspace_tear_down(void **state)
{
    folder_remove(folder);
    return 0;
}
