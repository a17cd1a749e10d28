/* A document's folder is what its places begin with. */
#include "base/json_path.h"

#include <stdio.h>
#include <string.h>

void fl_json_path_resolve(fl_json_node node, const char *path, char resolved[FL_FILE_PATH_MAX])
{
    fl_text place = { 0 };
    fl_json_place(node, &place);
    const char *slash = strrchr(place.bytes, '/');
    fl_file_path_join(resolved, "", path);
    if (*path != '/' && slash && !fl_file_exists(path))
        snprintf(resolved, FL_FILE_PATH_MAX, "%.*s/%s", (int)(slash - place.bytes), place.bytes, path);
    fl_text_free(&place);
}
