/* fsync before the rename, or a power cut could leave the new name with old or no bytes; fsync of the folder after it,
 * or the rename itself could be lost. */
#include "base/replacement.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool fl_replacement_begin(fl_replacement *replacement, const char *path, const char *temporary, fl_error *error)
{
    *replacement = (fl_replacement){ .path = path, .temporary = temporary };
    unlink(temporary); /* what a killed process of this number left, or a link that somebody laid here */
    replacement->file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return replacement->file >= 0 || fl_file_error(error, temporary, "cannot be created");
}

void fl_replacement_add(fl_replacement *replacement, const void *bytes, size_t n)
{
    if (!replacement->trouble && !fl_file_put(replacement->file, bytes, n)) replacement->trouble = errno;
}

bool fl_replacement_end(fl_replacement *replacement, fl_error *error)
{
    if (!replacement->trouble && fsync(replacement->file) != 0) replacement->trouble = errno;
    if (!replacement->trouble && rename(replacement->temporary, replacement->path) != 0) replacement->trouble = errno;
    if (replacement->trouble) {
        fl_replacement_drop(replacement);
        errno = replacement->trouble;
        return fl_file_error(error, replacement->path, "cannot be written");
    }
    close(replacement->file);
    return fl_file_sync_folder_of(replacement->path) || fl_file_error(error, replacement->path, "cannot be synced");
}

void fl_replacement_drop(fl_replacement *replacement)
{
    close(replacement->file);
    unlink(replacement->temporary);
}
