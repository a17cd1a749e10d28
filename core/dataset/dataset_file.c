/* One file of a data set: where it stands, and whether it is what was recorded. The size is compared first, as it is
 * cheap and tells most broken downloads. */
#include "base/file.h"
#include "base/hash.h"
#include "dataset/dataset.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

static const char packed[] = ".gz";

bool fl_dataset_file_find(const fl_dataset_file *file, const char *folder, char path[FL_FILE_PATH_MAX])
{
    fl_file_path_join(path, folder, file->name);
    if (fl_file_exists(path)) return true;
    if (file->plain_sha256) path[strlen(path) - strlen(packed)] = 0;
    if (file->repacked) fl_file_path_join(path, folder, file->repacked);
    return fl_file_exists(path);
}

/* The sha256 that a file of `bytes` must have, or NULL when no form has that size. */
static const char *right_sum(const fl_dataset_file *file, uint64_t bytes)
{
    if (bytes == file->bytes) return file->sha256;
    return bytes == file->plain_bytes ? file->plain_sha256 : NULL;
}

bool fl_dataset_file_check(const fl_dataset_file *file, const char *path, fl_error *error)
{
    struct stat facts;
    if (stat(path, &facts) != 0) return fl_error_user(error, "%s: %s", path, strerror(errno));
    uint64_t bytes = (uint64_t)facts.st_size;
    const char *right = right_sum(file, bytes);
    if (!right) return fl_error_user(error, "%s: has %" PRIu64 " bytes instead of %" PRIu64, path, bytes, file->bytes);
    char sum[FL_HASH_SHA256_TEXT];
    if (!fl_hash_sha256_file(path, sum, error)) return false;
    if (!strcmp(sum, right)) return true;
    return fl_error_user(error, "%s: has the sha256 %s instead of %s", path, sum, right);
}
