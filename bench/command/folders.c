/* Reading stops at the first folder that is none: half an answer would look like a whole one. */
#include "command/folders.h"
#include "base/memory.h"
#include "record/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

bool folders_read(const words *paths, folders *read, fl_error *error)
{
    return folders_read_as(paths, NULL, read, error);
}

/* One folder under two names would count as two studies of its family. */
static bool are_unlike(const words *paths, fl_error *error)
{
    struct stat one, other;
    for (size_t i = 0; i < paths->n; i++)
        for (size_t j = 0; j < i && !stat(paths->items[i], &one); j++)
            if (!stat(paths->items[j], &other) && one.st_dev == other.st_dev && one.st_ino == other.st_ino)
                return fl_error_user(error, "%s and %s are one folder; name it once", paths->items[j], paths->items[i]);
    return true;
}

bool folders_read_as(const words *paths, const fl_study_overrides *later, folders *read, fl_error *error)
{
    *read = (folders){ .n = 0 };
    if (!are_unlike(paths, error)) return false;
    read->summaries = fl_memory_new(paths->n, sizeof *read->summaries);
    for (size_t i = 0; i < paths->n; i++) {
        fl_results *results = fl_results_read_as(paths->items[i], later, error);
        if (!results) {
            folders_free(read);
            return false;
        }
        read->summaries[read->n++] = fl_summary_make(results);
        read->n_records += results->n_records;
    }
    fl_summary_correct_families(read->summaries, read->n);
    return true;
}

void folders_free(folders *read)
{
    for (size_t i = 0; i < read->n; i++) {
        fl_results *results = (fl_results *)read->summaries[i]->results; /* read above, so ours to free */
        fl_summary_free(read->summaries[i]);
        fl_results_free(results);
    }
    free(read->summaries);
    *read = (folders){ .n = 0 };
}

void folders_looked(const fl_summary *const *summaries, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fl_summary_shows_claims(summaries[i]))
            fl_record_log_look(summaries[i]->results->folder, summaries[i]->results->study->trials);
}

const fl_summary *const *folders_summaries(const folders *read)
{
    return (const fl_summary *const *)read->summaries;
}

void folders_place(const words *paths, const char *asked, const char *name, char place[FL_FILE_PATH_MAX])
{
    if (asked)
        snprintf(place, FL_FILE_PATH_MAX, "%s", asked);
    else
        fl_file_path_join(place, paths->n == 1 ? paths->items[0] : ".", name);
}
