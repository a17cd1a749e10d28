/* Names and removals; what is in the files is train's business. */
#include "farm/checkpoints.h"
#include "train/checkpoint.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void folder_of(const char *results, char folder[FL_FILE_PATH_MAX])
{
    fl_file_path_join(folder, results, "checkpoints");
}

bool fl_farm_checkpoints_begin(const char *results, fl_error *error)
{
    char folder[FL_FILE_PATH_MAX];
    folder_of(results, folder);
    json_t *text = json_string(folder); /* workers receive it in JSON */
    json_decref(text);
    if (!text) return fl_error_user(error, "%s: checkpoints need a folder whose name is UTF-8", results);
    return fl_file_folder_make(folder, error);
}

void fl_farm_checkpoints_path(const char *results, const fl_record_slot *slot, char path[FL_FILE_PATH_MAX])
{
    char folder[FL_FILE_PATH_MAX], name[80];
    folder_of(results, folder);
    snprintf(name, sizeof name, "%zu-%" PRIu64 "-%" PRIu64 ".checkpoint", slot->arm, slot->index, slot->repeat);
    fl_file_path_join(path, folder, name);
}

void fl_farm_checkpoints_drop(const char *results, const fl_record_slot *slot)
{
    char path[FL_FILE_PATH_MAX];
    fl_farm_checkpoints_path(results, slot, path);
    fl_train_checkpoint_remove(path);
}

void fl_farm_checkpoints_end(const char *results)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    folder_of(results, folder);
    DIR *entries = opendir(folder);
    if (!entries) return;
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (!strstr(entry->d_name, ".checkpoint")) continue;
        fl_file_path_join(path, folder, entry->d_name);
        unlink(path);
    }
    closedir(entries);
    rmdir(folder); /* stays when somebody put something else there */
}
