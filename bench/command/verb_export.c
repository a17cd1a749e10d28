/* fairlead export: records for other programs. */
#include "export/export.h"
#include "record/log.h"
#include "say/options.h"
#include "say/places.h"
#include "command/verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FORMATS "csv, optuna, benchmark-action, sqlite or latex"

static const usage export_usage = {
    "fairlead export DIR --to FORMAT [-o FILE]",
    "Writes a result folder's trials for other programs: csv, a row per trial;\n"
    "optuna, a journal that optuna.storages.JournalFileStorage reads;\n"
    "benchmark-action, JSON for github-action-benchmark; sqlite, a database of tables\n"
    "with a view per question; latex, the summary's tables with booktabs' rules.",
    "fairlead export results/quick --to sqlite -o quick.db",
};

/* Half an export would pass for a whole one. A link stays: /dev/stdout is one. */
static void take_back(const char *path)
{
    struct stat facts;
    if (lstat(path, &facts) == 0 && S_ISREG(facts.st_mode)) remove(path);
}

/* Write to `path`, or to stdout where it is NULL. */
static int write_to(const export_format *format, const fl_results *results, const char *path)
{
    fl_error error;
    export_content content = { .n = 0 };
    FILE *file = path ? fopen(path, "w") : stdout;
    if (!file) return complain_user("%s: cannot be written: %s", path, strerror(errno));
    bool written = format->write(results, file, &content, &error);
    bool whole = fflush(file) == 0 && !ferror(file);
    if (path) whole = fclose(file) == 0 && whole;
    if (written && !whole)
        fl_error_machine(&error, "%s: could not be written to its end: %s", path ? path : "stdout", strerror(errno));
    if ((!written || !whole) && path) take_back(path);
    if (!written || !whole) return complain(&error);
    if (content.claims) fl_record_log_look(results->folder, results->study->trials);
    return content.n ? 0 : NOTHING_MEASURED;
}

static int export(const char *folder, const char *to, const char *path)
{
    fl_error error;
    if (!to) return complain_user("--to is missing: " FORMATS);
    const export_format *format = export_find(to, &error);
    if (!format) return complain(&error);
    if (format->missing) return complain_user("--to %s: %s", to, format->missing);
    if (path && !places_may_write(path, (size_t)format->mark_at, format->mark))
        return complain_user("%s: exists and is no earlier export to %s; give another name, or remove it", path, to);
    fl_results *results = fl_results_read(folder, &error);
    if (!results) return complain(&error);
    int code = write_to(format, results, path);
    fl_results_free(results);
    return code;
}

int verb_export(int argc, char **argv)
{
    const char *to = NULL, *path = NULL;
    const option options[] = {
        { "--to", NULL, OPTION_TEXT, "FORMAT", FORMATS, &to },
        { "--output", "-o", OPTION_TEXT, "FILE",
          "write to a file instead of stdout; only an earlier export is written over", &path },
    };
    words rest;
    int code = options_read(&export_usage, options, 2, argc, argv, 1, 1, &rest);
    if (code == GO_ON) code = export(rest.items[0], to, path);
    free(rest.items);
    return code;
}
