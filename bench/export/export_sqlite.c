/* One SQLite database. SQLite seeks in its file, which a pipe or a device cannot: the database is made in a temporary
 * file and copied. */
#include "export/export.h"

#ifdef FL_HAVE_SQLITE

#include "base/folder.h"
#include "export/sqlite_tables.h"

#include <errno.h>

static bool fill(const char *path, const fl_results *results, export_content *content, fl_error *error)
{
    sqlite_database database;
    fl_summary *summary = fl_summary_make(results);
    sqlite_open(&database, path);
    sqlite_run(&database, sqlite_tables);
    sqlite_add_summary(&database, summary);
    sqlite_add_further(&database, summary);
    content->n = sqlite_add_trials(&database, summary);
    content->claims = fl_summary_shows_claims(summary);
    sqlite_run(&database, sqlite_views);
    fl_summary_free(summary);
    return sqlite_close(&database, path, error);
}

static bool copy(const char *path, FILE *to, fl_error *error)
{
    char bytes[65536];
    FILE *from = fopen(path, "r");
    if (!from) return fl_file_error(error, path, "cannot be read");
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, from)) > 0;)
        if (fwrite(bytes, 1, n, to) < n) break;
    fclose(from);
    return true;
}

static bool write_sqlite(const fl_results *results, FILE *file, export_content *content, fl_error *error)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    if (!fl_folder_temporary(folder, "fairlead-export", error)) return false;
    fl_file_path_join(path, folder, "database");
    bool written = fill(path, results, content, error) && copy(path, file, error);
    int why = errno; /* of writing to `file`, should that have failed */
    fl_folder_remove(folder, NULL);
    errno = why;
    return written;
}

const char *export_sqlite_library(void)
{
    static char name[40];
    snprintf(name, sizeof name, "SQLite %s", sqlite3_libversion());
    return name;
}

#else

static const char missing[] = "this build has no SQLite: install libsqlite3-dev (./setup does) and build again";

const char *export_sqlite_library(void)
{
    return missing;
}

#endif

const export_format export_sqlite = {
    .name = "sqlite",
    .mark = "Flea", /* the application ID, by SQLite's file format */
    .mark_at = 68,
#ifdef FL_HAVE_SQLITE
    .write = write_sqlite,
#else
    .missing = missing,
#endif
};
