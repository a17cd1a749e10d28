/* Files by their number in the set's list, one message each. */
#include "farm/agent_data.h"
#include "farm/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool fl_farm_agent_lacks(const fl_dataset_kind *kind)
{
    char folder[FL_FILE_PATH_MAX];
    bool registered = fl_dataset_find(kind->entry.name, NULL) == kind;
    return registered && kind->files && !fl_dataset_folder(kind, folder, NULL);
}

void fl_farm_agent_send_data(fl_wire *wire, int to, const char *name)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX], *bytes;
    size_t n;
    const fl_dataset_kind *kind = fl_dataset_find(name, NULL);
    if (!kind || !kind->files || !fl_dataset_folder(kind, folder, NULL)) return;
    for (size_t i = 0; i < kind->n_files; i++) {
        if (!fl_dataset_file_find(&kind->files[i], folder, path) || !fl_file_read(path, &bytes, &n, NULL)) return;
        fl_wire_message message = { .kind = FL_FARM_DATA, .step = i, .bytes = bytes, .length = n };
        fl_wire_send(wire, to, &message);
        free(bytes);
    }
}

static void folder_of(const fl_dataset_kind *kind, const char *scratch, char root[FL_FILE_PATH_MAX],
                      char folder[FL_FILE_PATH_MAX])
{
    fl_file_path_join(root, scratch, "data");
    fl_file_path_join(folder, root, kind->entry.name);
}

/* Before whatever the user has set, for all processes that this one starts. */
static void look_in(const char *root)
{
    fl_text list = { 0 };
    const char *before = getenv("FAIRLEAD_DATA");
    fl_text_add(&list, "%s%s%s", root, before ? ":" : "", before ? before : "");
    if (!before || strncmp(before, root, strlen(root))) setenv("FAIRLEAD_DATA", list.bytes, 1);
    fl_text_free(&list);
}

bool fl_farm_agent_take_data(const fl_dataset_kind *kind, const char *scratch, const fl_wire_message *message,
                             fl_error *error)
{
    char root[FL_FILE_PATH_MAX], folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    if (message->step >= kind->n_files) return false;
    folder_of(kind, scratch, root, folder);
    fl_file_path_join(path, folder, kind->files[message->step].name);
    mode_t before = umask(077);
    bool written = fl_file_folder_make(folder, error) && fl_file_write(path, message->bytes, message->length, error);
    umask(before);
    look_in(root);
    return written && fl_dataset_folder(kind, folder, NULL);
}

static void drop(const fl_dataset_kind *kind, const char *scratch)
{
    char root[FL_FILE_PATH_MAX], folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    folder_of(kind, scratch, root, folder);
    for (size_t i = 0; i < kind->n_files; i++) {
        fl_file_path_join(path, folder, kind->files[i].name);
        unlink(path);
    }
    rmdir(folder);
    rmdir(root); /* once the last set has gone */
}

void fl_farm_agent_drop_data(const char *scratch)
{
    for (const fl_dataset_kind *const *kind = fl_datasets(); *kind; kind++) drop(*kind, scratch);
}
