/* The registry of figures, and one figure's way from numbers to a drawing. */
#include "figure.h"
#include "base/file.h"
#include "figure_gnuplot.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define X(name) extern const figure figure_##name;
#include "figure_list.h"
#undef X

static const figure *const registry[] = {
#define X(name) &figure_##name,
#include "figure_list.h"
#undef X
    NULL,
};

const figure *const *figures(void)
{
    return registry;
}

const figure *figure_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "figure", name, error);
}

bool figure_format_known(const char *format, fl_error *error)
{
    static const char *const known[] = { "svg", "png", "pdf" };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(format, known[i])) return true;
    return fl_user_error(error, "there is no format '%s'; it is svg, png or pdf", format);
}

/* The folder by its absolute name: gnuplot gives a meaning to names that begin with <, | or -. */
static bool make_folder(const char *folder, char absolute[PATH_MAX], fl_error *error)
{
    if (!fl_folder_make(folder, error)) return false;
    return realpath(folder, absolute) || fl_machine_error(error, "%s: %s", folder, strerror(errno));
}

/* `folder`/`name`.`ending` */
static void path_of(char path[FL_PATH_MAX], const char *folder, const char *name, const char *ending)
{
    char file[120];
    snprintf(file, sizeof file, "%s.%s", name, ending);
    fl_path_join(path, folder, file);
}

/* A drawing appears under its name only once it is whole. */
static bool draw(const char *name, figure_data *data, const char *format, const char *folder, fl_error *error)
{
    char dat[FL_PATH_MAX], drawing[FL_PATH_MAX], part[FL_PATH_MAX];
    path_of(dat, folder, name, "dat");
    path_of(drawing, folder, name, format);
    path_of(part, folder, name, "part");
    if (!fl_file_write(dat, data->rows.bytes, data->rows.length, error)) return false;
    figure_set_text(data, "data", dat);
    figure_set_text(data, "output", part);
    figure_set_text(data, "format", format);
    if (gnuplot_run(name, &data->variables, error)) {
        if (rename(part, drawing) == 0) return true;
        fl_machine_error(error, "%s: cannot be written: %s", drawing, strerror(errno));
    }
    unlink(part);
    return false;
}

bool figure_draw(const figure *drawn, const figure_sheet *sheet, const char *format, const char *folder,
                 char reason[FIGURE_REASON], fl_error *error)
{
    char absolute[PATH_MAX];
    figure_data data;
    bool shows = drawn->write(sheet, &data);
    snprintf(reason, FIGURE_REASON, "%s", shows ? "" : data.reason);
    bool done =
        !shows || (make_folder(folder, absolute, error) && draw(drawn->entry.name, &data, format, absolute, error));
    figure_data_free(&data);
    return done;
}

bool figures_draw(const fl_summary *const *summaries, size_t n, const char *format, const char *folder, fl_error *error)
{
    char reason[FIGURE_REASON];
    bool good = true;
    figure_sheet *sheet = figure_sheet_new(summaries, n);
    for (const figure *const *each = registry; *each && good; each++)
        good = figure_draw(*each, sheet, format, folder, reason, error);
    figure_sheet_free(sheet);
    return good;
}
