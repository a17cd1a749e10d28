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

/* Less than any network brings in a second. */
enum { LEAST_BYTES_A_SECOND = 1 << 20 };

static bool send_file(fl_wire *wire, int to, size_t number, const char *path, double *seconds, fl_error *error)
{
    char *bytes;
    size_t n;
    if (!fl_file_read(path, &bytes, &n, error)) return false;
    fl_wire_message message = { .kind = FL_FARM_DATA, .step = number, .bytes = bytes, .length = n };
    fl_wire_send(wire, to, &message);
    *seconds += (double)n / LEAST_BYTES_A_SECOND;
    free(bytes);
    return true;
}

bool fl_farm_agent_send_data(fl_wire *wire, int to, const char *name, double *seconds, fl_error *error)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    const fl_dataset_kind *kind = fl_dataset_find(name, error);
    *seconds = 0;
    if (!kind || !fl_dataset_folder(kind, folder, error)) return false;
    for (size_t i = 0; i < kind->n_files; i++) {
        if (!fl_dataset_file_find(&kind->files[i], folder, path))
            return fl_error_user(error, "%.400s: '%.100s' is gone", folder, kind->files[i].name);
        if (!send_file(wire, to, i, path, seconds, error)) return false;
    }
    return true;
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
