/* One SQLite database. SQLite seeks in its file, which a pipe or a device cannot: the database is made in a temporary
 * file and copied. */
#include "export/export.h"

#ifdef FL_HAVE_SQLITE

#include "base/file.h"
#include "export/sqlite_tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An empty file that only this process knows; `path` is its name. */
static FILE *make_temporary(char path[FL_FILE_PATH_MAX], fl_error *error)
{
    const char *root = getenv("TMPDIR");
    fl_file_path_join(path, root && *root ? root : "/tmp", "fairlead-XXXXXX");
    int descriptor = mkstemp(path);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "r");
    if (!file) fl_error_machine(error, "%s: no temporary file for the database: %s", path, strerror(errno));
    return file;
}

static bool fill(const char *path, const fl_results *results, size_t *n, fl_error *error)
{
    sqlite_database database;
    fl_summary *summary = fl_summary_make(results);
    sqlite_open(&database, path);
    sqlite_run(&database, sqlite_tables);
    sqlite_add_summary(&database, summary);
    *n = sqlite_add_trials(&database, summary);
    sqlite_run(&database, sqlite_views);
    fl_summary_free(summary);
    return sqlite_close(&database, path, error);
}

static void copy(FILE *from, FILE *to)
{
    char bytes[65536];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, from)) > 0;)
        if (fwrite(bytes, 1, n, to) < n) return;
}

static bool write_sqlite(const fl_results *results, FILE *file, size_t *n, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    FILE *database = make_temporary(path, error);
    if (!database) return false;
    bool filled = fill(path, results, n, error);
    unlink(path);
    if (filled) copy(database, file);
    fclose(database);
    return filled;
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
#ifdef FL_HAVE_SQLITE
    .write = write_sqlite,
#else
    .missing = missing,
#endif
};
