/* Paths in a document mean the same from wherever it is read: what is not there as it stands is looked for beside the
 * document. */
#ifndef FL_BASE_JSON_PATH_H
#define FL_BASE_JSON_PATH_H

#include "base/file.h"
#include "base/json.h"

/* Where the file `path`, which `node` names, is or would be. */
void fl_json_path_resolve(fl_json_node node, const char *path, char resolved[FL_FILE_PATH_MAX]);

#endif
